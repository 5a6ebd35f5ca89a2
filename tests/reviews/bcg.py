"""A review of the BCG vaccine: begun by `./review new`, filled from a published table of 13 trials.

The table and its source are in tests/data/bcg.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from analysis.beginning.asked import asked, slug_of
from analysis.beginning.new_folder import new_review
from tests.evidence.folder import ROOT, DataFolder

PUBLISHED = ROOT / "tests/data/bcg"
TRIALS = PUBLISHED / "dat.bcg.csv"
OUTCOME, TIMEPOINT = "tuberculosis", "at the end of follow-up"
CONDITION = "everybody"
SOURCE = "colditz-1994"
QUESTION = asked(
    title="BCG vaccine to prevent tuberculosis",
    short_title="BCG vaccine",
    population="people without tuberculosis",
    intervention="BCG vaccination",
    control="no vaccination",
    outcomes=[f"{OUTCOME}; RR; lower; get tuberculosis"],
    secondary_outcomes=[],
    timepoints=[TIMEPOINT],
    databases=["pubmed"],
)


def bcg_review(folder: Path) -> DataFolder:
    """Write the whole review into `folder`; its data."""
    new_review(folder, QUESTION, dt.date(2026, 11, 28), ROOT)
    data = DataFolder(folder / "data")
    data.append("sources.csv", source_id=SOURCE, kind="dataset", citation=(
        "Colditz GA, Brewer TF, Berkey CS, et al. Efficacy of BCG vaccine in the prevention of "
        "tuberculosis: meta-analysis of the published literature. JAMA 1994;271:698-702."
    ), url="https://doi.org/10.1001/jama.1994.03510330076038")  # fmt: skip
    with TRIALS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            _add(data, row)
    return data


def label_of(row: dict[str, str]) -> str:
    """What a trial of the published table is called here."""
    return f"{row['author']} {row['year']}"


def _add(data: DataFolder, row: dict[str, str]) -> None:
    """A trial with its one row of events, as the table has them."""
    label = label_of(row)
    trial = slug_of(label)
    data.append("studies.csv", study_id=trial, label=label, status="included",
                in_baseline_review="no", condition=CONDITION, comparator=QUESTION.control,
                year=row["year"])  # fmt: skip
    arms = {"intervention": ("tpos", "tneg"), "control": ("cpos", "cneg")}
    cells = {}
    for arm, (with_event, without) in arms.items():
        cells[f"events_{arm}"] = row[with_event]
        cells[f"total_{arm}"] = str(int(row[with_event]) + int(row[without]))
    timepoint = QUESTION.timepoints[0].id
    data.append("outcomes.csv", row_id=f"{trial}.{OUTCOME}.{timepoint}.1", study_id=trial,
                outcome=OUTCOME, higher_is="worse", timepoint=timepoint, format="events",
                usable="yes", source_id=SOURCE, locator=f"dat.bcg, trial {row['trial']}",
                verified="no", note=f"{row['alloc']} allocation", **cells)  # fmt: skip
