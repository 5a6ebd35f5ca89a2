"""What the order of reading is learned from, besides the decisions: words of records and trials."""

from __future__ import annotations

from pathlib import Path

from analysis.screening.decisions import Screening


def stage_texts(screening: Screening, stage: str) -> dict[str, str]:
    """Title and abstract of every report that has come to the stage."""
    reached = {*screening.reached(stage), *screening.latest(stage)}
    records = {report: screening.library.readable(report) for report in reached}
    return {report: f"{record.title} {record.abstract}" for report, record in records.items()}


def trial_examples(data: Path) -> tuple[tuple[str, bool], ...]:
    """The titles of the review's own trials as examples: included yes, excluded no."""
    from analysis.evidence.load import load

    return tuple(
        (trial.title, trial.status == "included")
        for trial in load(data).trials.values()
        if trial.title and trial.status in ("included", "excluded")
    )
