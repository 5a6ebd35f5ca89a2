"""A number corrected by hand in a CSV file, from the file to what the terminal and the page say."""

from __future__ import annotations

import io
import shutil

import pytest
from rich.console import Console

from analysis.evidence.load import load
from analysis.files.lock import change_files
from analysis.files.problems import ReviewError
from analysis.pages.whats_new_page import causes, corrections
from analysis.screening.study_rename import rename_study
from analysis.versions.by_name import NOW, compare_versions
from analysis.versions.compare import Comparison
from analysis.versions.comparison_text import comparison_text
from analysis.versions.freezing import present_states
from analysis.versions.releases import releases
from tests.evidence.folder import DATA, DESCRIBED, DataFolder

LAST = releases(DATA)[-1].name
CELL = "non-headache.disability.post"
TRIAL = "gendreau-2024"  # came after the baseline
ROW = f"{TRIAL}.disability.post.1"


def compared(folder: DataFolder, before: str = LAST) -> Comparison:
    return compare_versions(
        folder.path, before, NOW, lambda: present_states(load(folder.path))
    )  # fmt: skip


def shown(found: Comparison, width: int = 80) -> str:
    text = io.StringIO()
    Console(file=text, width=width, highlight=False).print(comparison_text(found))
    return text.getvalue()


@pytest.fixture(scope="module")
def hand(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A copy of the data, releases included, in which somebody has corrected one effect."""
    copied = DataFolder.copied_to(tmp_path_factory.mktemp("hand") / "data")
    shutil.copytree(DATA / "releases", copied.path / "releases")
    copied.edit("outcomes.csv", ROW, effect="0.55")
    return copied


@pytest.fixture(scope="module")
def corrected(hand: DataFolder) -> Comparison:
    """The last release against the corrected data."""
    return compared(hand)


def test_a_renamed_trial_is_the_same_trial(released: DataFolder) -> None:
    released.replace("protocol.yml", *DESCRIBED)
    for before, after in ((TRIAL, "gendreaux-2024"), ("gendreaux-2024", "gendro-2024")):
        change_files(released.path, rename_study(released.path, before, after).changes)
    for release in releases(DATA):
        found = compared(released, release.name)
        untouched = compare_versions(DATA, release.name, NOW, lambda: present_states(load(DATA)))
        assert [(c.new_trials, c.lost_trials, c.moved_trials) for c in found.changes] == [
            (c.new_trials, c.lost_trials, c.moved_trials) for c in untouched.changes
        ]
        assert found.corrections == untouched.corrections
    assert not compared(released).anything


def test_who_decided_is_no_corrected_value(released: DataFolder) -> None:
    row = load(released.path).outcomes[0]
    cells = {"check": "exact zero", "study_id": row.study_id, "row_id": row.row_id,
             "ruling": "accept", "reason": "seen", "date": "2026-11-28"}  # fmt: skip
    DataFolder(released.path / f"releases/{LAST}/data").append(
        "integrity.csv", decided_by="anna", **cells
    )
    released.append("integrity.csv", decided_by="anna-b", **cells)
    assert compared(released).data.corrections == ()


def test_nothing_changed_is_said_in_one_line(released: DataFolder) -> None:
    released.replace("protocol.yml", *DESCRIBED)
    found = compared(released)
    assert not found.anything
    assert shown(found) == f"{LAST} → now: nothing changed.\n"


def test_a_corrected_number_is_listed_with_its_old_and_new_value(corrected: Comparison) -> None:
    (item,) = corrected.corrections
    assert (item.file, item.row, item.column) == ("outcomes.csv", ROW, "effect")
    assert (item.before, item.now) == ("0.65", "0.55")


def test_the_question_it_belongs_to_changed_and_no_other(corrected: Comparison) -> None:
    (change,) = corrected.changed
    assert change.state.question.key == CELL
    assert change.moved_trials == ("Gendreau 2024",)
    assert corrected.corrected_in(change) == corrected.corrections


def test_the_terminal_says_all_that_is_compared(corrected: Comparison) -> None:
    said = shown(corrected)
    for name in ("trials", "participants", "SMD", "in a new setting", "τ²", "I²", "certainty"):
        assert f"\n  {name} " in said
    assert "conclusion" in said
    assert "with another number: Gendreau 2024" in said
    told = f"corrected: outcomes.csv: {ROW}: effect: 0.65 → 0.55"
    assert told in " ".join(said.split())
    assert "1 question changed, 23 as before; 1 corrected value" in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 80


def test_the_page_says_it_though_the_version_before_had_no_such_row(
    hand: DataFolder, corrected: Comparison
) -> None:
    baseline = compared(hand, "2013.11")
    assert baseline.corrections == ()
    page = corrections((baseline, corrected))
    assert "From version 2013.11 to the draft no value that stood in both was corrected." in page
    assert f"Corrected: From version {LAST} to the draft" in page
    assert "0.65" in page
    assert f"corrected: {ROW}" in causes(corrected)


def test_a_correction_that_no_question_reads_is_said_too(released: DataFolder) -> None:
    released.edit("studies.csv", TRIAL, country="CH")
    found = compared(released)
    assert found.changed == ()
    said = shown(found)
    assert "Corrected, and in none of these questions" in said
    assert f"studies.csv: {TRIAL}: country: " in said


def test_hostile_text_in_a_file_is_text_in_the_terminal(released: DataFolder) -> None:
    released.edit("studies.csv", TRIAL, programme="[red]x[/]")
    assert "[red]x[/]" in shown(compared(released))


def test_an_unknown_version_is_refused(released: DataFolder) -> None:
    with pytest.raises(ReviewError, match="there are: 2013"):
        compare_versions(released.path, "2012.01", NOW, dict)
