"""Then and now: what other reviews printed beside what this one computes, and why they differ."""

from __future__ import annotations

from analysis.evidence.rows import Evidence
from analysis.formatting import DASH, count, listed, percent, percent_level, sentence_case
from analysis.pages import links
from analysis.pages.html import Html, join, paragraph, table
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.estimate_text import estimate_cells
from analysis.synthesis.published_estimates import printed_text, rebuilt_from
from analysis.synthesis.question_result import PublishedEstimate, Synthesis
from analysis.synthesis.study_effect import Measure


def then_and_now(synthesis: Synthesis, evidence: Evidence) -> Html:
    """Published estimates, our recomputation by the methods of then, and the present one."""
    measure, then = synthesis.measure, evidence.protocol.words.baseline
    rows = [_published_row(measure, published, evidence) for published in _first(synthesis)]
    if evidence.protocol.baseline_review is None:
        return _beside_others(synthesis, evidence, rows)
    for trials, label in (
        (TrialSet.AS_BASELINE, f"Baseline trials in our data, methods of {then}"),
        (TrialSet.BASELINE, "Baseline trials in our data, present methods"),
    ):
        other = synthesis.comparison(trials)
        of_then = trials is TrialSet.AS_BASELINE
        rows.append(_then_row(measure, label, other.k, other.pooled, by_q=of_then))
    rows.append(_then_row(measure, "All trials, present methods", synthesis.k, synthesis.primary))
    frame = table(
        rows,
        f"Then and now: intervals as published, ours at the {percent_level(synthesis.level)} "
        f"level; I² by the methods of {then} is computed from Q",
        numbers=("k", measure.short_name, "Interval", "I²"),
    )
    return join((frame, *_differences(synthesis, then), _other_reviews(synthesis, evidence)))


def _beside_others(synthesis: Synthesis, evidence: Evidence, rows: list[dict[str, object]]) -> Html:
    """What other reviews printed above the present estimate, where this review continues none."""
    if not rows:
        none = paragraph("No estimate that another review printed is on record here.")
        return join((none, _other_reviews(synthesis, evidence)))
    measure = synthesis.measure
    rows.append(_then_row(measure, "All trials here", synthesis.k, synthesis.primary))
    caption = (
        f"Estimates of others as published, ours at the {percent_level(synthesis.level)} level"
    )
    numbers = ("k", measure.short_name, "Interval", "I²")
    return join((table(rows, caption, numbers=numbers), _other_reviews(synthesis, evidence)))


def _first(synthesis: Synthesis) -> list[PublishedEstimate]:
    """What reviews printed, that of the baseline review first."""
    return sorted(synthesis.published, key=lambda found: not found.is_baseline)


def _published_row(
    measure: Measure, published: PublishedEstimate, evidence: Evidence
) -> dict[str, object]:
    remarks = [
        "all conditions together" if published.condition == "all" else published.condition,
        *([] if published.is_comparable else [f"in another measure: {published.as_printed}"]),
        *([] if published.verified else ["not yet checked against the publication"]),
    ]
    name = evidence.protocol.words.baseline
    whose = [sentence_case(name), ", "] if published.is_baseline else []
    source = links.source(evidence.sources[published.review])
    return {
        "Estimate": join((*whose, source, f", as published ({'; '.join(remarks)})")),
        "k": "not recorded" if published.k is None else count(published.k),
        **estimate_cells(measure, published if published.is_comparable else None, "Interval"),
        "I²": DASH,
    }


def _then_row(
    measure: Measure, label: str, k: int, pooled: PooledEffect | None, *, by_q: bool = False
) -> dict[str, object]:
    spread = pooled.heterogeneity if pooled else None
    return {
        "Estimate": label,
        "k": str(k),
        **estimate_cells(measure, pooled, "Interval"),
        "I²": percent(spread.i2_q if by_q else spread.i2) if spread else DASH,
    }


def _differences(synthesis: Synthesis, baseline: str) -> list[Html]:
    """What the baseline review printed, what its rebuilding has of it, and why they differ."""
    said = [paragraph(_then(synthesis, baseline))]
    if synthesis.baseline_without_data:
        missing = listed(synthesis.baseline_without_data)
        said.append(
            paragraph(
                f"Trials of {baseline} for which our data hold no usable number here: {missing}."
            )
        )
    return said


def _other_reviews(synthesis: Synthesis, evidence: Evidence) -> Html:
    """How much other reviews of the subject included, and of which no estimate is at hand."""
    printed = {found.review for found in synthesis.published}
    said = []
    for source in evidence.sources.values():
        if source.counted and source.source_id != evidence.protocol.baseline_review:
            asked = f" ({source.review_question})" if source.review_question else ""
            none = "" if source.source_id in printed else ", of which no estimate here is on record"
            said.append(join((links.source(source), f": {source.counted}{asked}{none}")))
    return paragraph("Other reviews of the subject: ", join(said, "; "), ".") if said else Html("")


def _then(synthesis: Synthesis, baseline: str) -> str:
    rebuilt = synthesis.comparison(TrialSet.BASELINE)
    printed = synthesis.printed_before
    if printed is None:
        return f"No estimate that {baseline} printed for this very question is on record here."
    said = f"{sentence_case(baseline)} printed {printed_text(synthesis.measure, printed)}. "
    if rebuilt.pooled is None:
        return f"{said}It cannot be rebuilt: we have {rebuilt_from(0)}."
    return (
        f"{said}We can rebuild it from {rebuilt_from(rebuilt.k)}, taken from open sources and not "
        "from the trial reports that it read. Trials, numbers and, in all but the row of its own "
        "methods, the model and the interval differ; nothing was tuned to bring them together."
    )
