"""The list of all questions for programs: what each comes to, and where its files are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from analysis.publishing.review_description import ReviewDescription
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.question_result import Synthesis

UP = "../"  # from the folder of the results to that of the downloads, and to that of the site


def results_index(
    results: Mapping[str, Synthesis],
    review: ReviewDescription,
    files: Mapping[str, str],
    offered: Collection[str],
) -> dict[str, Any]:
    """The questions in the protocol's order; every path is relative to the index itself.

    `files` maps what a file of a question is to its path with `{}` for the question's key;
    of these the ones `offered` are named. Numbers are as printed, ratios as ratios; a limit that
    does not exist is null.
    """
    return {
        "title": review.title,
        "edition": review.version,
        "released": review.released and review.released.isoformat(),
        "questions": [
            {
                **_question(key, synthesis),
                "files": {
                    what: f"{UP}{path.format(key)}"
                    for what, path in files.items()
                    if path.format(key) in offered
                },
            }
            for key, synthesis in results.items()
        ],
    }


def _question(key: str, synthesis: Synthesis) -> dict[str, Any]:
    question = synthesis.question
    primary, concluded = synthesis.primary, synthesis.concluded
    certainty = synthesis.certainty
    return {
        "key": key,
        "title": synthesis.title,
        "condition": question.condition,
        "outcome": question.outcome,
        "timepoint": question.timepoint,
        "page": f"{UP}{UP}effects/{question.slug}.html",
        "trials": synthesis.k,
        "participants": synthesis.n_total,
        "trials_with_unknown_participants": synthesis.n_unknown,
        "measure": synthesis.measure.name,
        "measure_label": synthesis.measure.axis_label,
        "estimate": dict(_estimate(synthesis, primary)) if primary else None,
        "conclusions_read": concluded and concluded.interval.method,
        "certainty": certainty
        and {
            "level": certainty.decided or certainty.proposed,
            "stands": certainty.label,
            "provisional": certainty.provisional is not None,
        },
        "sentence": synthesis.sentences.headline,
    }


def _estimate(synthesis: Synthesis, primary: PooledEffect) -> Iterator[tuple[str, Any]]:
    measure, interval = synthesis.measure, primary.interval
    low, high = measure.shown_limits(interval.low, interval.high)
    yield "value", measure.shown(primary.estimate)
    yield "low", low
    yield "high", high
    yield "level", interval.level
    yield "interval", interval.method
    yield "model", primary.model
    yield "no_effect", measure.no_effect
    above = measure.benefit_above
    yield "favours_intervention", "above no effect" if above else "below no effect"
    if primary.heterogeneity:
        yield "tau2", primary.heterogeneity.tau2
        yield "i2", primary.heterogeneity.i2
    if primary.prediction:
        shown = measure.shown_limits(primary.prediction.low, primary.prediction.high)
        yield "prediction_low", shown[0]
        yield "prediction_high", shown[1]
