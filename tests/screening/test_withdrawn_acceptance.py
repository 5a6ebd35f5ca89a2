from __future__ import annotations

from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.withdrawals import Withdrawal, carry_out
from analysis.screening.acceptance import accept
from analysis.screening.extraction_history import HISTORY
from analysis.screening.withdrawn_acceptance import withdrawn_acceptance
from tests.evidence.folder import DataFolder
from tests.screening.test_extraction import ROW, STUDY, edit, extract, record  # noqa: F401

NAMES = ("sources", "studies", "outcomes")
THEN, LATER, NOW = "2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z", "2026-11-28T10:15:00Z"


def texts(data: Path) -> dict[str, str]:
    return {name: (data / f"{name}.csv").read_text() for name in NAMES}


def plan(data: Path, when: str = NOW) -> Withdrawal:
    return withdrawn_acceptance(data, STUDY, "anna", when)


def undo(data: Path, when: str = NOW) -> Path:
    return carry_out(data, plan(data, when), "anna", when, "another trial's report")


@pytest.fixture
def pair(data: Path, record) -> tuple[Path, Path]:  # noqa: F811
    """What two people extracted alike."""
    first, second = (extract(data, record, who) for who in ("anna", "ben"))
    return first, second


def test_the_evidence_is_as_before_and_accepted_again_as_after(data: Path, pair) -> None:
    before = texts(data)
    accept(data, *pair, clock=lambda: THEN)
    after, history = texts(data), (data / f"extraction/{STUDY}" / HISTORY).read_text()
    folder = undo(data)
    assert texts(data) == before
    assert (data / f"extraction/{STUDY}" / HISTORY).read_text().startswith(history)
    kept = (folder / "outcomes.csv").read_text().splitlines()
    assert kept[1:] == [line for line in after["outcomes"].splitlines() if line.startswith(ROW)]
    with pytest.raises(ReviewError, match=f"no acceptance of {STUDY} is on record that stands"):
        plan(data)
    assert accept(data, *pair, clock=lambda: "2026-11-29T08:00:00Z").kept == ()
    assert texts(data) == after
    undo(data, "2026-11-30T08:00:00Z")
    assert texts(data) == before


def test_what_goes_is_said(data: Path, pair) -> None:
    accept(data, *pair, clock=lambda: THEN)
    assert plan(data).said == (
        f"accepted {THEN} from anna and ben",
        "sources.csv: 1 row taken out",
        "studies.csv: 1 row taken out",
        "outcomes.csv: 1 row taken out",
    )


def test_a_second_acceptance_is_taken_back_before_the_first(data: Path, pair) -> None:
    before = texts(data)
    accept(data, *pair, clock=lambda: THEN)
    first = texts(data)
    for folder in pair:
        edit(folder, "outcomes", 0, {"mean_control": "5.5"})
    accept(data, *pair, clock=lambda: LATER)
    assert texts(data) != first
    assert plan(data).said[1:] == ("outcomes.csv: 1 row with cells as before",)
    undo(data)
    assert texts(data) == first
    undo(data, "2026-11-29T08:00:00Z")
    assert texts(data) == before


def test_corrections_of_a_row_that_was_brought_go_with_it_and_are_kept(data: Path, pair) -> None:
    accept(data, *pair, clock=lambda: THEN)
    DataFolder(data).edit("outcomes.csv", ROW, mean_control="5.20", sd_control="1.60")
    (said,) = plan(data).said[4:]
    assert said == f"{ROW}: mean_control: accepted as 5.0, says 5.20 since, which goes with its row"
    folder = undo(data)
    assert ",5.20,1.60," in (folder / "outcomes.csv").read_text()


def test_corrections_of_a_cell_that_was_changed_stay(data: Path, pair) -> None:
    accept(data, *pair, clock=lambda: THEN)
    for folder in pair:
        edit(folder, "outcomes", 0, {"mean_control": "5.5", "sd_control": "1.7"})
    accept(data, *pair, clock=lambda: LATER)
    DataFolder(data).edit("outcomes.csv", ROW, mean_control="5.6")
    said = f"{ROW}: mean_control: accepted as 5.5, says 5.6 since, which stays"
    assert plan(data).said[-1] == said
    undo(data)
    (row,) = (row for row in load(data).outcomes if row.row_id == ROW)
    assert (row.mean_control, row.sd_control) == (5.6, 1.6)


def test_what_the_rest_of_the_evidence_needs_is_not_taken_out(data: Path, pair) -> None:
    accept(data, *pair, clock=lambda: THEN)
    DataFolder(data).append(
        "risk_of_bias.csv",
        study_id=STUDY,
        tool="RoB 2",
        domain="overall",
        judgement="low",
        support="made up",
        assessed_by=f"{STUDY}-report",
    )
    before = texts(data)
    with pytest.raises(EvidenceError, match=rf"risk_of_bias\.csv:\d+: study_id: '{STUDY}' is not"):
        plan(data)
    assert texts(data) == before


def test_a_study_that_nobody_accepted(data: Path) -> None:
    with pytest.raises(ReviewError, match="no acceptance of"):
        plan(data)


def test_the_reference_goes_too_unless_somebody_edited_it(data: Path, pair) -> None:
    path = data.parent / "references.bib"
    before = "@article{other-2020,\n  title = {Other},\n}\n"
    path.write_text(before)
    accept(data, *pair, clock=lambda: THEN)
    undo(data)
    assert path.read_text() == before
    accept(data, *pair, clock=lambda: "2026-11-29T08:00:00Z")
    edited = path.read_text().replace("Andersson and others", "Andersson, A. and others")
    path.write_text(edited)
    undo(data, "2026-11-30T08:00:00Z")
    assert path.read_text() == edited
