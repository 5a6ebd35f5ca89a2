"""The comparison of two versions in the terminal: what differs, question by question."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis.formatting import DASH, count, counted
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.estimate_text import estimate_text, i2_text, interval_text, tau2_text
from analysis.synthesis.published_estimates import printed_text, rebuilt_from
from analysis.synthesis.study_effect import Measure
from analysis.versions.compare import Change, Comparison
from analysis.versions.data_changes import Correction, DataChanges, StatusChange
from analysis.versions.state import QuestionState, certainty_text, participants_text
from analysis.versions.step_text import where_from

INDENT = (0, 0, 0, 2)


def comparison_text(found: Comparison) -> RenderableType:
    """Every question that differs with all that is compared; then what it comes to."""
    return Group(*_parts(found))


def _parts(found: Comparison) -> Iterator[RenderableType]:
    for change in found.changed:
        yield Text(change.state.title, style="bold")
        yield Padding(_numbers(found, change), INDENT)
        for line in (
            *_printed(found, change),
            *_reasons(found, change),
            *map(_correction, found.corrected_in(change)),
        ):
            yield Padding(Text(line), INDENT)
        yield Text()
    elsewhere = set(found.corrections).difference(*map(found.corrected_in, found.changed))
    if elsewhere:
        yield Text("Corrected, and in none of these questions", style="bold")
        for correction in sorted(elsewhere, key=lambda c: (c.file, c.row, c.column)):
            yield Padding(Text(_correction(correction)), INDENT)
        yield Text()
    for heading, lines in _data_parts(found.data):
        if lines:
            yield Text(heading, style="bold")
            for line in lines:
                yield Padding(Text(line), INDENT)
            yield Text()
    yield Text(summary(found))


def _data_parts(data: DataChanges) -> Iterator[tuple[str, list[str]]]:
    """What else differs in the data: a heading, and a line each."""
    yield "Trials taken out", [_status(change) for change in data.taken_out]
    yield "Other trials decided on", [_status(change) for change in data.decided]
    yield "Outcome rows checked against the trial report", list(checked(data))
    yield (
        "Rows",
        [
            f"{rows.file}: {rows.added:,} more, {rows.gone:,} fewer{rows.remark}"
            for rows in data.rows
        ],
    )
    yield (
        "Settings of the protocol",
        [f"{setting.name}: {setting.before} → {setting.now}" for setting in data.settings],
    )


def _status(change: StatusChange) -> str:
    why = f" ({change.reason})" if change.reason else ""
    return f"{change.label}: {change.before} → {change.now}{why}"


def checked(data: DataChanges) -> Iterator[str]:
    """How many outcome rows came to be verified, and how many are so no more."""
    if data.verified:
        yield f"{counted(data.verified, 'outcome row')} came to be verified"
    if data.unverified:
        yield f"{counted(data.unverified, 'outcome row')} to be verified again"


def summary(found: Comparison) -> str:
    """One line: which versions, how many questions differ, and which kind of version it is."""
    if not found.anything:
        return f"{found.before} → {found.now}: nothing changed."
    same = len(found.changes) - len(found.changed)
    data = found.data
    parts = [
        f"{counted(len(found.changed), 'question')} changed, {same:,} as before",
        counted(len(found.corrections), "corrected value"),
        *([f"{counted(len(data.taken_out), 'trial')} taken out"] if data.taken_out else []),
        *checked(data),
        *([f"{counted(len(data.settings), 'setting')} changed"] if data.settings else []),
        found.kind,
    ]
    return f"{found.before} → {found.now}: {'; '.join(parts)}."


def _numbers(found: Comparison, change: Change) -> Table:
    now = change.now.primary if change.now else None
    before = change.pooled_before
    table = Table(box=None, pad_edge=False)
    earlier = f"{found.before}, rebuilt" if found.publication else found.before
    for name in ("", earlier, found.now):
        table.add_column(Text(name), overflow="fold")
    measure = change.state.measure
    arrow = f"{change.arrow} " if now else ""
    for name, old, new in (
        ("trials", *(_trials(state) for state in (change.before, change.now))),
        ("participants", *(participants_text(state) for state in (change.before, change.now))),
        (measure.name, estimate_text(measure, before), arrow + estimate_text(measure, now)),
        ("in a new setting", *(_prediction(measure, pooled) for pooled in (before, now))),
        ("τ²", tau2_text(before), tau2_text(now)),
        ("I²", i2_text(before), i2_text(now)),
        ("certainty", *(certainty_text(state) for state in (change.before, change.now))),
    ):
        if (old, new) != (DASH, DASH):
            table.add_row(name, Text(old), Text(new))
    return table


def _printed(found: Comparison, change: Change) -> Iterator[str]:
    """What others published, which conclusions are held against, and what it is rebuilt from."""
    if change.printed:
        yield f"{found.publication} printed {printed_text(change.state.measure, change.printed)}"
    if change.after_publication and change.before:
        yield f"rebuilt: {rebuilt_from(change.before.k)}"


def _reasons(found: Comparison, change: Change) -> Iterator[str]:
    yield f"conclusion {change.conclusion}"
    if told := where_from(found, change):
        yield told
    for what, labels in (
        ("new", change.new_trials),
        ("gone", change.lost_trials),
        ("with another number", change.moved_trials),
    ):
        if labels:
            yield f"{what}: {', '.join(labels)}"


def _correction(item: Correction) -> str:
    before, now = (value or "blank" for value in (item.before, item.now))
    return f"corrected: {item.file}: {item.row}: {item.column}: {before} → {now}"


def _trials(state: QuestionState | None) -> str:
    return count(state.k if state else 0)


def _prediction(measure: Measure, pooled: PooledEffect | None) -> str:
    return interval_text(measure, pooled.prediction if pooled else None)
