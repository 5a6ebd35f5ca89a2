"""What `_static/own-analysis.js` needs for a reader's own analysis of the trials of a question.

The numbers stand in the page, so that nothing is requested: the effects and variances of the
trials, the critical values, and what the review chose. Without JavaScript the page says where the
review's own analyses of other sets of trials and other models are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.figures.effect_labels import favours
from analysis.formatting import counted, sentence_case
from analysis.pages.html import Html, element, join, link, paragraph
from analysis.pages.links import UP
from analysis.statistics.intervals import critical_value
from analysis.synthesis.next_evidence import variance_of_one
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import StudyEffect
from analysis.synthesis.wording.interval_sentences import INTERVAL_NAMES
from analysis.synthesis.wording.page_sentences import MODEL_NAMES

# What the script fits; a question whose protocol pools otherwise starts with the first.
MODELS = ("reml", "paule-mandel", "dersimonian-laird", "common")
INTERVALS = ("hartung-knapp-conservative", "hartung-knapp", "wald")
INVITATION = (
    "Leave trials out, choose another model or interval, or add a trial of your own: the plot and "
    "the numbers follow. It is your analysis, not the review’s. The address of this page then "
    "holds your choices, so that you can send them."
)
FILTERS = {"comparator": "Comparator", "guidance": "Guidance", "bias": "Risk of bias"}


def own_analysis(synthesis: Synthesis) -> Html:
    """The place of the reader's own analysis, with its data; nothing where nothing is pooled."""
    if synthesis.primary is None:
        return paragraph("There is nothing to try: no trial gives a number that can be used.")
    return join((paragraph(INVITATION), _place(synthesis)))


def every_question(syntheses: Iterable[Synthesis]) -> Html:
    """A place for each question in which something is pooled, folded; built when it is opened."""
    return join(
        element(
            "details",
            element("summary", f"{found.title} ({counted(found.k, 'trial')})"),
            paragraph(link("The review’s own page", f"{UP}effects/{found.question.slug}.html")),
            _place(found),
            class_="question",
        )
        for found in syntheses
        if found.primary
    )


def _place(synthesis: Synthesis) -> Html:
    """Where the script builds the analysis of a question, with the data it needs."""
    without = (
        "This part needs JavaScript. The review’s own analyses of other sets of trials and with "
        "other models are on the page of each question, under “How robust is it?”."
    )
    return element(
        "div",
        element("noscript", paragraph(without)),
        id=f"try-{synthesis.question.slug}",
        class_="own-analysis",
        data_question=json.dumps(_question_data(synthesis), ensure_ascii=False),
    )


def _question_data(synthesis: Synthesis) -> dict[str, Any]:
    """What the script reads of a question: effects on the analysis scale, and what to call them."""
    primary, measure = synthesis.primary, synthesis.measure
    filters = _filters(synthesis.studies)
    usual = primary.interval.method if primary else ""
    return {
        "key": synthesis.question.key,
        "title": synthesis.title,
        "name": measure.short_name,
        "ratio": measure.ratio,
        "turned": measure.benefit_above,
        "sides": favours(measure),
        "z": critical_value(synthesis.level),
        # One trial can be added, and the mean of k trials has k - 1 degrees of freedom.
        "t": [critical_value(synthesis.level, df) for df in range(1, len(synthesis.studies) + 1)],
        "models": [(name, sentence_case(MODEL_NAMES[name])) for name in MODELS],
        "intervals": [(name, INTERVAL_NAMES[name]) for name in INTERVALS],
        "model": primary.model if primary and primary.model in MODELS else MODELS[0],
        "interval": usual if usual in INTERVALS else INTERVALS[0],
        "filters": {name: (FILTERS[name], values) for name, values in filters.items()},
        "variance": variance_of_one(synthesis.studies),
        "trials": _trials(synthesis.studies, filters),
    }


def _trials(
    studies: Sequence[StudyEffect], filters: Mapping[str, list[str]]
) -> dict[str, list[Any]]:
    """Each number of the trials as one list: of 400 trials their names would be half the page.

    What a filter tells apart is a position in the values of that filter.
    """
    told = {name: [_told_apart(study)[name] for study in studies] for name in filters}
    return {
        "id": [study.study_id for study in studies],
        "label": [study.label for study in studies],
        "year": [study.year for study in studies],
        "n": [study.n_total for study in studies],
        "y": [study.effect for study in studies],
        "v": [study.variance for study in studies],
        "pooled": [int(not study.suspect) for study in studies],
        **{name: [filters[name].index(value) for value in told[name]] for name in filters},
    }


def _told_apart(study: StudyEffect) -> dict[str, str]:
    """What the filters tell a trial by."""
    return {
        "comparator": study.comparator_kind,
        "guidance": study.guidance or "not known",
        "bias": study.risk_of_bias.overall,
    }


def _filters(studies: Sequence[StudyEffect]) -> dict[str, list[str]]:
    """The values of each filter that the trials have; only where they differ."""
    values = {name: sorted({_told_apart(study)[name] for study in studies}) for name in FILTERS}
    return {name: found for name, found in values.items() if len(found) > 1}
