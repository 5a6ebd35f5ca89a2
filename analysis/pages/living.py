"""What's new: each outcome before and now, and what changed the conclusion."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.evidence.load import Evidence
from analysis.formatting import DASH, counted, day, listed, number, percent
from analysis.living.compare import Change, since_baseline
from analysis.pages.cell import short_name, shown_limits
from analysis.pages.html import Html, items, join, link, paragraph, table
from analysis.statistics.results import PooledEffect
from analysis.synthesis.model import Synthesis


def changes_table(results: Mapping[str, Synthesis]) -> Html:
    """Old estimate → new estimate, one row a question that has an estimate now or had one."""
    rows = []
    for synthesis in results.values():
        change = since_baseline(synthesis)
        if change.before is None and change.now is None:
            continue
        rows.append(
            {
                "Question": link(synthesis.title, f"../effects/{synthesis.cell.slug}.html"),
                "Trials": f"{change.k_before} → {change.k_now}",
                "Measure": short_name(synthesis.measure),
                "Baseline trials": _estimate(synthesis, change.before),
                "All trials": f"{change.arrow} {_estimate(synthesis, change.now)}",
                "τ²": f"{_tau2(change.before)} → {_tau2(change.now)}",
                "I²": f"{_i2(change.before)} → {_i2(change.now)}",
                "Conclusion": _conclusion(change),
            }
        )
    return table(
        pd.DataFrame(rows), "Baseline trials alone against all trials", numbers=("Trials",)
    )


def causes(results: Mapping[str, Synthesis]) -> Html:
    """Which trials are new in each question."""
    entries = []
    for synthesis in results.values():
        change = since_baseline(synthesis)
        if change.new_trials:
            new = f": {counted(len(change.new_trials), 'trial')} more, {listed(change.new_trials)}."
            title = link(synthesis.title, f"../effects/{synthesis.cell.slug}.html")
            entries.append(join((title, new)))
    return items(entries)


def kind_of_version(results: Mapping[str, Synthesis]) -> str:
    """One of the three kinds of version that living reviews tell apart."""
    changes = [since_baseline(synthesis) for synthesis in results.values()]
    if not any(change.new_trials for change in changes):
        return "no new evidence"
    if any(change.conclusion_changed for change in changes):
        return "new evidence, conclusions changed"
    return "new evidence, conclusions unchanged"


def _estimate(synthesis: Synthesis, pooled: PooledEffect | None) -> str:
    if pooled is None:
        return DASH
    shown = number(synthesis.measure.shown(pooled.estimate))
    return f"{shown} ({shown_limits(synthesis.measure, pooled.interval)})"


def _tau2(pooled: PooledEffect | None) -> str:
    return number(pooled.heterogeneity.tau2, 3) if pooled and pooled.heterogeneity else DASH


def _i2(pooled: PooledEffect | None) -> str:
    return percent(pooled.heterogeneity.i2) if pooled and pooled.heterogeneity else DASH


def _conclusion(change: Change) -> str:
    if not change.rules:
        return "unchanged"
    return f"changed: {listed(change.rules)}"


def summary(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """Which kind of version this is, what triggered it, and what it is compared with."""
    protocol = evidence.protocol
    trials = {trial for s in results.values() for trial in since_baseline(s).new_trials}
    return join(
        (
            paragraph(
                f"Version {protocol.version.name} of {day(protocol.version.date)}: "
                f"{kind_of_version(results)}."
            ),
            paragraph(
                "It compares the trials of the baseline review alone with all trials, both by "
                "the present methods, so that what differs is the evidence and not the method. "
                f"{counted(len(trials), 'trial')} with usable numbers came in after that review."
            ),
            paragraph(
                "Differences below zero favour therapy; risk ratios above 1 do. "
                "▼ means that the estimate moved towards less, ▲ towards more, ＝ that it prints "
                "the same, ＋ that there was none before."
            ),
        )
    )


def rules() -> Html:
    """The rules by which a conclusion counts as changed."""
    return items(
        (
            "The direction of the estimate changes.",
            "The interval comes to include or to exclude no difference.",
            "The interval comes to include or to exclude the smallest important difference.",
            "An estimate appears where there was none.",
        )
    )
