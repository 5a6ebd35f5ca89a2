"""What's new: how much of each change comes from the method, from corrections, from evidence."""

from __future__ import annotations

from analysis.formatting import counted, listed, sentence_case
from analysis.pages import links
from analysis.pages.html import LABELLED_CARDS, Html, items, join, paragraph, table
from analysis.synthesis.estimate_text import named_estimate
from analysis.synthesis.published_estimates import printed_text
from analysis.versions.by_name import NOW
from analysis.versions.compare import Change, Comparison
from analysis.versions.state import PooledState, same_result
from analysis.versions.step_text import where_from
from analysis.versions.steps import CAUSES


def steps_section(found: Comparison) -> Html:
    """The old data by the old method, by the present one, with corrections, and the new data."""
    now = "the draft" if found.now == NOW else f"version {found.now}"
    if not found.steps:
        return paragraph(
            f"What in the step from version {found.before} to {now} is method and what is "
            "evidence cannot be told apart: this software does not arrive at those numbers."
        )
    moved = [change for change in found.changes if found.moved(change)]
    if not moved:
        return paragraph(f"No result moved from version {found.before} to {now}.")
    caption = f"From version {found.before} to {now}: evidence, corrections and method apart"
    return join(
        (
            paragraph(_counts(found, moved)),
            *_from_the_print(found),
            table([_row(found, change, now) for change in moved], caption, class_=LABELLED_CARDS),
            items(
                [
                    join((links.question(change.state), f": {where_from(found, change)}"))
                    for change in moved
                ]
            ),
        )
    )


def _from_the_print(found: Comparison) -> list[Html]:
    """Why what others published is not where the way begins."""
    if not found.publication:
        return []
    return [
        paragraph(
            f"This is counted from the rebuilding of version {found.before}. What "
            f"{found.publication} printed differs from it by trials and numbers that are not open "
            "and by its methods, and how much by which cannot be told."
        )
    ]


def _counts(found: Comparison, moved: list[Change]) -> str:
    """How many questions each of the three moved."""
    by = {cause: 0 for cause in CAUSES}
    for change in moved:
        for cause, _, _ in found.moved(change):
            by[cause] += 1
    said = [f"{cause} moved {counted(by[cause], 'question')}" for cause in CAUSES]
    return f"{sentence_case(listed(said))}."


def _row(found: Comparison, change: Change, now: str) -> dict[str, object]:
    steps = found.steps[change.state.question.key]
    printed: dict[str, object] = {}
    if found.publication:
        said = change.printed
        printed["As published"] = (
            printed_text(change.state.measure, said) if said else "none on record"
        )
    rebuilt = ", rebuilt" if found.publication else ""
    return {
        "Question": links.question(change.state),
        **printed,
        f"Version {found.before}{rebuilt}": _estimate(change.before),
        f"The same data by the method of {now}": _next(change.before, steps.by_method),
        "With corrections": _next(steps.by_method, steps.corrected),
        f"All data of {now}": _next(steps.corrected, change.now),
        "Comes from": listed([cause for cause, _, _ in found.moved(change)]),
    }


def _next(before: PooledState | None, state: PooledState | None) -> str:
    """The estimate of a step, or that the step moved nothing."""
    if before and state and same_result(before, state):
        return "the same"
    return _estimate(state)


def _estimate(state: PooledState | None) -> str:
    if state is None or state.primary is None:
        return "no usable numbers"
    return f"{named_estimate(state.measure, state.primary)}, {counted(state.k, 'trial')}"
