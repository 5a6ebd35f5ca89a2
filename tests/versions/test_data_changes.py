"""What differs in the data is told for what it is: corrected, checked, taken out, a new rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.screening.verifying import verify
from analysis.versions.data_changes import DataChanges, RowsChanged, data_changes
from tests.evidence.folder import DataFolder

ROW = "friesen-2017.pain.post.1"


@pytest.fixture
def old(tmp_path: Path) -> DataFolder:
    return DataFolder.copied_to(tmp_path / "before")


@pytest.fixture
def new(tmp_path: Path) -> DataFolder:
    """A copy that the test changes."""
    return DataFolder.copied_to(tmp_path / "now")


def test_the_same_data_differ_in_nothing(old: DataFolder, new: DataFolder) -> None:
    assert data_changes(old.path, new.path) == DataChanges()


def test_rows_that_a_person_has_seen_are_counted_and_are_no_correction(
    old: DataFolder, new: DataFolder
) -> None:
    header, *rows = new.rows("outcomes.csv")
    at = header.index("verified")
    for row in rows[:3]:
        row[at] = "yes"
    new.write("outcomes.csv", [header, *rows])
    there, back = data_changes(old.path, new.path), data_changes(new.path, old.path)
    assert there == DataChanges(verified=3)
    assert back == DataChanges(unverified=3)


def test_a_trial_taken_out_is_no_correction(old: DataFolder, new: DataFolder) -> None:
    new.edit("studies.csv", "friesen-2017", status="excluded", reason="retracted in 2027")
    new.edit("studies.csv", "gendreau-2024", country="CH")
    found = data_changes(old.path, new.path)
    (change,) = found.taken_out
    assert (change.study_id, change.before, change.now) == ("friesen-2017", "included", "excluded")
    assert (change.label, change.reason) == ("Friesen 2017", "retracted in 2027")
    assert found.decided == ()
    assert [(item.row, item.column) for item in found.corrections] == [("gendreau-2024", "country")]
    (back,) = data_changes(new.path, old.path).decided
    assert (back.before, back.now) == ("excluded", "included")


def test_a_reason_written_better_is_a_correction(old: DataFolder, new: DataFolder) -> None:
    header, *rows = new.rows("studies.csv")
    row = next(row for row in rows if row[header.index("status")] == "excluded")
    new.edit("studies.csv", row[0], reason="written better")
    (found,) = data_changes(old.path, new.path).corrections
    assert (found.row, found.column, found.now) == (row[0], "reason", "written better")


def test_a_trial_that_is_listed_no_more_is_taken_out(old: DataFolder, new: DataFolder) -> None:
    rows = [row for row in new.rows("studies.csv") if row[0] != "friesen-2017"]
    new.write("studies.csv", rows)
    found = data_changes(old.path, new.path)
    assert [(c.label, c.now) for c in found.taken_out] == [("Friesen 2017", "not listed")]
    assert found.rows == (RowsChanged(file="studies.csv", added=0, gone=1),)


def test_rows_that_came_and_went_are_counted_file_by_file(old: DataFolder, new: DataFolder) -> None:
    new.write("outcomes.csv", [row for row in new.rows("outcomes.csv") if row[0] != ROW])
    header, first, *rest = new.rows("acceptability.csv")
    changed = [*first]
    changed[header.index("note")] = "seen in the report"
    new.write("acceptability.csv", [header, changed, first, *rest])
    found = data_changes(old.path, new.path)
    assert found.rows == (
        RowsChanged(file="outcomes.csv", added=0, gone=1),
        RowsChanged(file="acceptability.csv", added=1, gone=0),
    )
    assert [rows.remark for rows in found.rows] == ["", ""]


def test_a_changed_row_that_no_column_names_is_said_to_count_in_both(
    old: DataFolder, new: DataFolder
) -> None:
    header, first, *rest = new.rows("acceptability.csv")
    first[header.index("note")] = "seen in the report"
    new.write("acceptability.csv", [header, first, *rest])
    (rows,) = data_changes(old.path, new.path).rows
    assert (rows.added, rows.gone) == (1, 1)
    assert rows.remark == " (a changed row counts in both)"


def test_a_setting_is_compared_by_what_it_means(old: DataFolder, new: DataFolder) -> None:
    new.replace("protocol.yml", "level: 0.95", "level: 0.950 # as always")
    new.replace("protocol.yml", "  name: ", "  # a version\n  name: ")
    assert data_changes(old.path, new.path) == DataChanges()
    new.replace("protocol.yml", "level: 0.950", "level: 0.9")
    new.replace("protocol.yml", "label: after treatment", "label: after the end")
    found = data_changes(old.path, new.path).settings
    assert [(s.name, s.before, s.now) for s in found] == [
        ("timepoints.post.label", "after treatment", "after the end"),
        ("synthesis.level", "0.95", "0.9"),
    ]


def test_a_group_of_settings_that_came_into_use_is_compared_by_its_parts(
    old: DataFolder, new: DataFolder
) -> None:
    new.replace("protocol.yml", "  minimum_participants: 400\n  minimum_events: 300\n",
                "  information_size: {smd: 0.2, relative_change: 0.25, alpha: 0.05, power: 0.8}\n"
                )  # fmt: skip
    found = {s.name: (s.before, s.now) for s in data_changes(old.path, new.path).settings}
    assert found == {
        "certainty.minimum_participants": ("400", "not set"),
        "certainty.minimum_events": ("300", "not set"),
        "certainty.information_size.smd": ("not set", "0.2"),
        "certainty.information_size.relative_change": ("not set", "0.25"),
        "certainty.information_size.alpha": ("not set", "0.05"),
        "certainty.information_size.power": ("not set", "0.8"),
    }


def test_names_that_look_like_numbers_are_compared_as_they_stand(
    old: DataFolder, new: DataFolder
) -> None:
    """A fingerprint may read as a number that is too large: two of them are two."""
    for folder, fingerprint in ((old, "12e45678"), (new, "12e45679")):
        folder.append("integrity.csv", check="x", study_id="y", fingerprint=fingerprint)
    (found,) = data_changes(old.path, new.path).corrections
    assert (found.column, found.before, found.now) == ("fingerprint", "12e45678", "12e45679")


def test_a_file_from_before_a_column_of_its_name_is_compared(folder: DataFolder) -> None:
    """Judgements of a result came into use later; those of a trial are what they were."""
    file, old = "risk_of_bias.csv", DataFolder.copied_to(folder.path.parent / "old")
    header, first, *rest = folder.rows(file)
    assert "outcome" not in header
    judged = [*first[: header.index("judgement")], "high", *first[header.index("judgement") + 1 :]]
    blank = [[*row, "", ""] for row in (judged, *rest)]
    folder.write(file, [[*header, "outcome", "timepoint"], *blank])
    (found,) = data_changes(old.path, folder.path).corrections
    named = ", ".join((*first[:2], first[header.index("assessed_by")], first[2]))
    assert (found.row, found.column, found.now) == (named, "judgement", "high")


@pytest.mark.parametrize(
    ("column", "before", "now", "corrected"),
    [
        ("mean_control", "6.28", "6.280", False),
        ("mean_control", "21.0", "21", False),
        ("mean_control", "6.28", "6.82", True),
        ("verified", "no", "yes", False),
        ("note", "", "from the table", True),
    ],
)
def test_only_what_says_something_else_is_a_correction(
    tmp_path: Path, column: str, before: str, now: str, corrected: bool
) -> None:
    old, new = (DataFolder.copied_to(tmp_path / name) for name in ("before", "now"))
    for folder, value in ((old, before), (new, now)):
        folder.edit("outcomes.csv", "friesen-2017.pain.post.1", **{column: value})
    found = data_changes(old.path, new.path).corrections
    assert [(c.column, c.before, c.now) for c in found] == [(column, before, now)] * corrected


def test_who_verified_a_row_is_no_correction(tmp_path: Path) -> None:
    old, new = (DataFolder.copied_to(tmp_path / name) for name in ("before", "now"))
    for folder, by in ((old, "anna"), (new, "ben")):
        header, *rows = folder.rows("outcomes.csv")
        folder.write("outcomes.csv", [[*header, "verified_by"], *([*row, by] for row in rows)])
    assert data_changes(old.path, new.path).corrections == ()


def test_a_row_corrected_after_it_was_seen_is_to_be_verified_again(
    old: DataFolder, new: DataFolder
) -> None:
    for folder in (old, new):
        rows = {row.row_id: row for row in load(folder.path).outcomes}
        verify(folder.path, [rows[ROW]], "anna", "2026-12-01")
    assert data_changes(old.path, new.path) == DataChanges()
    new.edit("outcomes.csv", ROW, sd_control="1.82")
    found = data_changes(old.path, new.path)
    assert (found.verified, found.unverified, len(found.corrections)) == (0, 1, 1)


def test_a_value_in_a_column_that_the_older_file_is_without_is_a_correction(
    old: DataFolder, new: DataFolder
) -> None:
    header, *rows = new.rows("outcomes.csv")
    assert "effect_p" not in header
    new.write("outcomes.csv", [[*header, "effect_p"], *([*row, ""] for row in rows)])
    assert data_changes(old.path, new.path) == DataChanges()
    new.edit("outcomes.csv", ROW, effect_p="0.034")
    there, back = data_changes(old.path, new.path), data_changes(new.path, old.path)
    (found,) = there.corrections
    assert (found.row, found.column, found.before, found.now) == (ROW, "effect_p", "", "0.034")
    assert [(item.before, item.now) for item in back.corrections] == [("0.034", "")]
