"""What reviews printed on a question, beside what is computed here: never made equal to it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from analysis.evidence.question_slice import published_on
from analysis.evidence.rows import Published
from analysis.formatting import counted, limits, number
from analysis.measures import MEASURES, RATIOS
from analysis.protocol import Protocol, Question
from analysis.synthesis.estimate_text import estimate_in_sentence
from analysis.synthesis.question_result import PublishedEstimate
from analysis.synthesis.study_effect import Measure


def published_estimates(
    rows: Iterable[Published], protocol: Protocol, question: Question
) -> tuple[PublishedEstimate, ...]:
    """What reviews printed on a question, whatever measure and conditions they pooled."""
    return tuple(_estimate(row, protocol, question) for row in published_on(rows, question))


def printed_by_the_baseline(
    rows: Iterable[Published], protocol: Protocol
) -> dict[str, PublishedEstimate]:
    """What the baseline review printed for the very questions of this one, by their keys."""
    rows = tuple(rows)
    return {
        question.key: found
        for question in protocol.questions
        for found in published_estimates(rows, protocol, question)
        if found.is_baseline
    }


def _estimate(row: Published, protocol: Protocol, question: Question) -> PublishedEstimate:
    estimate, low, high = row.estimate, row.ci_low, row.ci_high
    heading = next(kind.heading for name, kind in MEASURES.items() if name == row.measure)
    printed = f"{heading} {number(estimate)} ({limits(low, high)})"
    if row.measure in RATIOS:
        estimate, low, high = math.log(estimate), math.log(low), math.log(high)
    elif row.favours_intervention_when == "positive":
        # Beside estimates that favour the intervention below zero, this one says where it does.
        printed += f", where above zero favours {protocol.words.intervention_in_short}"
    if row.favours_intervention_when in ("positive", "above 1"):
        estimate, low, high = -estimate, -high, -low
    comparable = row.measure == protocol.measure_name(question)
    return PublishedEstimate(
        review=row.review,
        condition=row.condition,
        measure=row.measure,
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        k=None if row.k is None else round(row.k),
        verified=row.verified == "yes",
        note=row.note,
        as_printed=printed,
        is_comparable=comparable,
        is_baseline=comparable
        and row.review == protocol.baseline_review
        and row.condition == question.condition,
    )


def trials_printed(printed: PublishedEstimate) -> str:
    """How many trials a review pooled, as far as that is on record."""
    return "k not recorded" if printed.k is None else counted(printed.k, "trial")


def printed_text(measure: Measure, printed: PublishedEstimate) -> str:
    """`SMD −0.50 (−0.79 to −0.20), k not recorded`, in the measure of the question."""
    return f"{estimate_in_sentence(measure, printed)}, {trials_printed(printed)}"


def rebuilt_from(k: int) -> str:
    """On how much a rebuilding of the baseline review rests."""
    return f"open numbers for {k or 'none'} of its trials"
