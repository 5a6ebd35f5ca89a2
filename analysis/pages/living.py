"""What's new: each outcome before and now, and what changed the conclusion."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.evidence.load import Evidence
from analysis.formatting import DASH, counted, day, listed, number, percent
from analysis.living.compare import ARROWS, Change, Correction, kind_of_version
from analysis.living.release import Release
from analysis.living.state import CellState
from analysis.pages.cell import short_name, shown_limits
from analysis.pages.html import Html, items, join, link, paragraph, table
from analysis.statistics.results import PooledEffect


def summary(evidence: Evidence, before: Release, changes: Sequence[Change]) -> Html:
    """Which kind of version this is, what triggered it, and what it is compared with."""
    version = evidence.protocol.version
    trials = {trial for change in changes for trial in change.new_trials}
    return join(
        (
            paragraph(
                f"Version {version.name} of {day(version.date)}: {kind_of_version(changes)}."
            ),
            paragraph(
                f"It is compared with version {before.name} of {day(before.date)}, both by the "
                "present methods, so that what differs is the evidence and not the method. "
                f"{counted(len(trials), 'trial')} with usable numbers came in since."
            ),
            paragraph(
                "Differences below zero favour therapy; risk ratios above 1 do. "
                f"{ARROWS['lower']} means that the estimate moved towards less, "
                f"{ARROWS['higher']} towards more, {ARROWS['same']} that it prints the same, "
                f"{ARROWS['new']} that there was none before."
            ),
        )
    )


def changes_table(changes: Sequence[Change]) -> Html:
    """Old estimate → new estimate, one row a question that has or had one."""
    rows = [_row(change) for change in changes if any(change.estimates)]
    caption = "This version against the one before"
    return table(pd.DataFrame(rows, dtype=object), caption, numbers=("Trials",))


def _row(change: Change) -> dict[str, object]:
    before, now = change.estimates
    state = change.state
    return {
        "Question": link(state.title, f"../effects/{state.cell.slug}.html"),
        "Trials": f"{change.before.k if change.before else 0} → {state.k}",
        "Before": said(state, before),
        "Now": f"{change.arrow} {said(state, now)}",
        "New setting, now": shown_limits(state.measure, now.prediction if now else None),
        "τ²": f"{_tau2(before)} → {_tau2(now)}",
        "I²": f"{_i2(before)} → {_i2(now)}",
        "Certainty": f"{_certainty(change.before)} → {_certainty(change.now)}",
        "Conclusion": f"changed: {listed(change.rules)}" if change.rules else "unchanged",
    }


def causes(changes: Sequence[Change]) -> Html:
    """Which trials are new, gone or changed in each question."""
    entries = []
    for change in changes:
        parts = [
            f"{counted(len(labels), 'trial')} {verb} ({listed(labels)})"
            for labels, verb in (
                (change.new_trials, "more"),
                (change.lost_trials, "fewer"),
                (change.moved_trials, "with another number"),
            )
            if labels
        ]
        if parts:
            state = change.state
            title = link(state.title, f"../effects/{state.cell.slug}.html")
            entries.append(join((title, f": {listed(parts)}.")))
    return items(entries) if entries else paragraph("No trial came in, left or changed.")


def corrections_table(corrections: Sequence[Correction]) -> Html:
    """Values that stood in both versions and differ."""
    if not corrections:
        return paragraph("No value that stood in the version before was corrected.")
    rows = [
        {
            "File": item.file,
            "Row": item.row,
            "Column": item.column,
            "Before": item.before,
            "Now": item.now,
        }
        for item in corrections
    ]
    return table(pd.DataFrame(rows, dtype=object), "Corrections")


def history(releases: Sequence[Release]) -> Html:
    """Every version so far, the latest first."""
    rows = [
        {
            "Version": release.name,
            "Date": day(release.date),
            "Follows": release.follows or "the first",
            "Kind": release.kind or "baseline review",
        }
        for release in reversed(releases)
    ]
    return table(pd.DataFrame(rows, dtype=object), "Versions")


def rules() -> Html:
    """The rules by which a conclusion counts as changed."""
    return items(
        (
            "The direction of the estimate changes.",
            "The interval comes to include or to exclude no difference.",
            "The interval comes to include or to exclude the smallest important difference.",
            "An estimate appears where there was none, or disappears.",
        )
    )


def said(state: CellState, pooled: PooledEffect | None) -> str:
    """An estimate with its interval, as the reader sees it."""
    if pooled is None:
        return DASH
    shown = number(state.measure.shown(pooled.estimate))
    return f"{short_name(state.measure)} {shown} ({shown_limits(state.measure, pooled.interval)})"


def _tau2(pooled: PooledEffect | None) -> str:
    return number(pooled.heterogeneity.tau2, 3) if pooled and pooled.heterogeneity else DASH


def _i2(pooled: PooledEffect | None) -> str:
    return percent(pooled.heterogeneity.i2) if pooled and pooled.heterogeneity else DASH


def _certainty(state: CellState | None) -> str:
    return state.certainty if state and state.certainty else DASH
