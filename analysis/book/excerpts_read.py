"""What a page reads of the results, notebook by notebook, by the names that results files use.

A page whose notebook is not among these reads the whole results. `analysis.pages.context.excerpts`
gives a notebook what is named here, and no more; nothing else makes its page stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from analysis.execution.excerpts import Excerpt

_QUESTION = ("cell", "title")
# What any page of numbers may say: not which rows they are from, nor what is missing.
_ANSWER = (
    *_QUESTION,
    "measure",
    "smallest_important_difference",
    "level",
    "studies",
    "k",
    "n_total",
    "n_unknown",
    "primary",
    "headline_prediction",
    "bayesian",
    "unruled",
    "models",
    "comparisons",
    "robustness",
    "certainty",
    "clinical",
    "published",
    "sentences",
)

EXCERPTS: Mapping[str, Excerpt] = MappingProxyType(
    {
        "evidence_map": Excerpt(
            (
                *_QUESTION,
                "missing",
                "certainty.steps[domain=publication bias].domain",
                "certainty.steps[domain=publication bias].levels",
                "certainty.steps[domain=publication bias].judged",
                "certainty.steps[domain=publication bias].decision",
            )
        ),
        "excluded_and_awaiting": Excerpt((*_QUESTION, "set_aside")),
        "included_trials": Excerpt((*_QUESTION, "missing")),
        "integrity": Excerpt(
            (
                *_QUESTION,
                "studies.study_id",
                "studies.row_ids",
                "studies.derivation",
                "studies.suspect",
                "comparisons[name=with suspect trials]",
            ),
            where="comparisons[name=with suspect trials]",
            more=("measure", "primary"),
        ),
        "moderators": Excerpt(_ANSWER),
        "overview": Excerpt(_ANSWER),
        "plain_language_summary": Excerpt(
            (*_QUESTION, "primary.model", "sentences.plain", "published")
        ),
        "risk_of_bias": Excerpt(
            (
                *_QUESTION,
                "n_total",
                "studies.label",
                "studies.risk_of_bias",
                "studies.n_total",
                "studies.suspect",
            )
        ),
        "sensitivity": Excerpt(_ANSWER),
        "small_study_effects": Excerpt(
            ("robustness.small_study",),
            where="robustness.small_study",
            more=_ANSWER,
        ),
        "summary_of_findings": Excerpt(_ANSWER),
        "trustworthiness": Excerpt(
            ("comparisons[name=only trials without concerns]",),
            where="comparisons[name=only trials without concerns]",
            more=(*_QUESTION, "measure", "primary"),
        ),
        "try_it_yourself": Excerpt(_ANSWER),
    }
)
