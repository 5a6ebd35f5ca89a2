"""A review of the size of the largest that there are, made from a seed.

400 trials with 700 rows on 60 questions, one of which all trials answer: people simulated by
`tests.evidence.simulated_review`, asked about something else, in a folder that `./review new`
begins. `./review -m tests.reviews.simulated FOLDER` writes it, to be built or looked at.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from analysis.beginning.asked import Asked, asked
from analysis.beginning.new_folder import new_review
from analysis.evidence.load import load
from analysis.evidence.rows import OutcomeRow, Trial
from analysis.files.columns import columns
from tests.evidence.folder import DATA, ROOT, DataFolder
from tests.evidence.simulated_review import clean_review

TRIALS, ROWS, SEED = 400, 700, 60
CONDITION, SOURCE = "everybody", "simulated"
OUTCOMES = (
    "fatigue", "sleep trouble", "low mood", "worry", "stiffness", "breathlessness",
    "dizziness", "sick leave", "loneliness", "distress",
)  # fmt: skip
TIMES = tuple(f"after {weeks} weeks" for weeks in (8, 12, 26, 39, 52, 104))
CONTROL = "usual care"


def simulated_review(
    folder: Path,
    trials: int = TRIALS,
    rows: int = ROWS,
    seed: int = SEED,
    times: int = len(TIMES),
) -> DataFolder:
    """Write the whole review into `folder`, with its first `times` time points; its data."""
    question = asked(
        title="Exercise programmes for lasting fatigue",
        short_title="Exercise for fatigue",
        population="adults with lasting fatigue",
        intervention="an exercise programme",
        control=CONTROL,
        outcomes=[f"{outcome}; SMD; lower" for outcome in OUTCOMES],
        secondary_outcomes=[],
        timepoints=TIMES[:times],
        databases=["pubmed"],
    )
    new_review(folder, question, dt.date(2026, 11, 28), ROOT)
    data = DataFolder(folder / "data")
    made = clean_review(load(DATA), trials, seed)
    data.append("sources.csv", source_id=SOURCE, kind="dataset", url="https://example.org/",
                citation="Simulated trials: no person took part in them.")  # fmt: skip
    _write(data.path / "studies.csv", [_about(trial) for trial in made.trials.values()])
    _write(data.path / "outcomes.csv", _asked_about(made.outcomes, question, trials, rows))
    return data


def _about(trial: Trial) -> Trial:
    return replace(
        trial, condition=CONDITION, diagnosis="", therapy="", programme="", target="",
        comparator=CONTROL, comparator_detail="", journal="", citation="",
        title=f"A randomised controlled trial of exercise: {trial.study_id}",
        in_baseline_review="no", baseline_basis="",
    )  # fmt: skip


def _asked_about(
    found: Sequence[OutcomeRow], question: Asked, trials: int, rows: int
) -> list[OutcomeRow]:
    """A row of each trial on the first question; others, each of another trial, on all the rest."""
    first, *others = [(o, t) for o in question.outcomes for t in question.timepoints]
    of_trial: dict[str, list[OutcomeRow]] = {}
    for row in found:
        # Of a second source that copies the first nothing is asked here.
        if row.row_id.endswith(".1"):
            of_trial.setdefault(row.study_id, []).append(row)
    more = cycle(others)
    chosen = [(own[0], first) for own in of_trial.values()]
    chosen += [(row, next(more)) for own in of_trial.values() for row in own[1:2]]
    chosen += [(row, next(more)) for own in of_trial.values() for row in own[2:3]]
    assert len(of_trial) == trials and len(chosen) >= rows
    return [
        replace(row, row_id=f"{row.study_id}.{outcome.id}.{time.id}.1", outcome=outcome.id,
                timepoint=time.id, weeks=None, source_id=SOURCE)
        for row, (outcome, time) in chosen[:rows]
    ]  # fmt: skip


def _write(path: Path, rows: Sequence[Trial] | Sequence[OutcomeRow]) -> None:
    names = [column.name for column in columns(type(rows[0]))]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([[_cell(getattr(row, name)) for name in names] for row in rows])


def _cell(value: object) -> object:
    whole = isinstance(value, float) and value.is_integer()
    return "" if value is None else int(value) if whole else value  # type: ignore[call-overload]


if __name__ == "__main__":
    simulated_review(Path(sys.argv[1]))
