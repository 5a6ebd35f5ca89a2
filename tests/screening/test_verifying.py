"""A person goes through a trial's rows, driven by keys that a test presses, or without any."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from analysis.commands.options import FOR_A_PERSON
from analysis.evidence.load import load
from analysis.evidence.outcome_row import OutcomeRow
from analysis.evidence.verification import is_verified
from analysis.files.csv_files import read_csv
from analysis.files.problems import EvidenceError, ReviewError
from analysis.screening.terminal import Keys
from analysis.screening.verification_terminal import verify as run
from analysis.screening.verifying import (
    Verification,
    correct,
    hold_against_report,
    take_back,
    verify,
)
from tests.commands.typed import typed_on
from tests.evidence.folder import DataFolder

STUDY = "friesen-2017"
DAY = "2026-12-01"


def rows(data: Path) -> list[OutcomeRow]:
    return [row for row in load(data).outcomes if row.study_id == STUDY]


def verified(data: Path) -> list[str]:
    return [row.row_id for row in load(data).outcomes if is_verified(row)]


def sit(data: Path, keys: str, lines: Iterable[str] = (), **more) -> str:
    """Press these keys one after another; what was on the screen."""
    pressed, typed = iter(keys), iter(lines)
    shown = io.StringIO()
    sitting = Verification(data, STUDY, "anna", clock=lambda: f"{DAY}T10:00:00Z", **more)
    console = Console(file=shown, width=100, highlight=False)
    run(sitting, console, Keys(lambda: next(pressed, "q")), lambda _: next(typed))
    return shown.getvalue()


def test_the_numbers_are_shown_beside_their_source_and_place(data: Path) -> None:
    screen = sit(data, "q")
    row = rows(data)[0]
    # On one line of the screen: the first cell of the row, and where the row was read.
    (line,) = (line for line in screen.splitlines() if "Read in: " in line)
    assert line.split()[:3] == ["instrument", "BPI", "severity"]
    source = load(data).sources[row.source_id]
    words = " ".join(screen.split())
    assert source.citation.split()[0] in words
    assert "mean_intervention" in words
    assert "4.99" in words
    for said in (row.row_id, "pain after treatment", f"At: {row.locator}"[:20], "doi.org"):
        assert said in words
    assert "y seen as it stands · c correct · n not found · s skip · b take back · q stop" in words


def test_what_is_seen_is_written_at_once_with_who_and_when(data: Path) -> None:
    before = (data / "outcomes.csv").read_text().splitlines()
    sit(data, "ysyq")
    first, _, third, *_ = rows(data)
    assert verified(data) == [first.row_id, third.row_id]
    assert {(row.verified_by, row.verified_on) for row in (first, third)} == {("anna", DAY)}
    after = (data / "outcomes.csv").read_text().splitlines()
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        assert new.startswith(old[:40])
    assert [row.verified_by for row in rows(data)[1:2]] == [""]


def test_the_next_sitting_begins_where_this_one_stopped(data: Path) -> None:
    total = len(rows(data))
    sit(data, "yy")
    shown = sit(data, "q")
    assert f"2 of {total} rows" in shown
    assert rows(data)[2].row_id in shown
    assert rows(data)[0].row_id in sit(data, "q", again=True)


def test_a_corrected_number_is_written_shown_and_then_to_be_seen(data: Path) -> None:
    row = rows(data)[0]
    shown = sit(data, "cq", ["sd_control", "1.82"])
    assert rows(data)[0].sd_control == 1.82
    assert shown.count(row.row_id) == 2
    assert verified(data) == []
    sit(data, "y")
    assert verified(data) == [row.row_id]


def test_a_number_corrected_after_it_was_seen_is_to_be_verified_anew(data: Path) -> None:
    sit(data, "y")
    row = rows(data)[0]
    DataFolder(data).edit("outcomes.csv", row.row_id, sd_control="1.82")
    assert verified(data) == []
    assert "Verified by anna on 2026-12-01: changed since." in " ".join(sit(data, "q").split())
    sit(data, "y")
    assert verified(data) == [row.row_id]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["sd_control", "-1"], "sd_control: -1 was found, expected a number of 0 or more"),
        (["sd_control", "1,8"], "decimal comma"),
        (["source_id", "nowhere"], "'nowhere' is not in sources.csv"),
        (["verified", "yes"], "'verified' is no column of a result"),
        (["row_id", "other"], "'row_id' is no column of a result"),
    ],
)
def test_a_correction_that_is_wrong_changes_nothing(
    data: Path, lines: list[str], said: str
) -> None:
    before = (data / "outcomes.csv").read_bytes()
    shown = sit(data, "cq", lines)
    assert said in " ".join(shown.split())
    assert (data / "outcomes.csv").read_bytes() == before


def test_the_line_of_a_wrong_correction_is_that_of_its_row(data: Path) -> None:
    row = rows(data)[2]
    line = read_csv(data / "outcomes.csv").lines[load(data).outcomes.index(row)]
    with pytest.raises(EvidenceError, match=rf"outcomes\.csv:{line}: sd_control"):
        correct(data, row, "sd_control", "-1")


def test_what_was_seen_by_mistake_is_taken_back(data: Path) -> None:
    shown = sit(data, "ybq")
    row = rows(data)[0]
    assert f"← {row.row_id} taken back" in shown
    assert verified(data) == []
    assert (row.verified, row.verified_by, row.verified_numbers) == ("no", "", "")
    assert "Nothing of this sitting to take back." in sit(data, "bq")


def test_taking_back_a_second_look_leaves_the_first(data: Path) -> None:
    verify(data, rows(data)[:1], "ben", "2026-11-30")
    sit(data, "ybq", again=True)
    assert (rows(data)[0].verified_by, rows(data)[0].verified_on) == ("ben", "2026-11-30")


def test_the_last_row_can_be_taken_back_too(data: Path) -> None:
    total = len(rows(data))
    shown = sit(data, "y" * total + "bq")
    assert "Every row is seen." in shown
    assert len(verified(data)) == total - 1
    sit(data, "y")
    assert len(verified(data)) == total
    assert sit(data, "y") == ""


def test_another_key_says_which_there_are(data: Path) -> None:
    assert "'x' is none of these keys." in sit(data, "xq")
    assert verified(data) == []


def test_what_changed_while_a_person_looked_is_not_verified(data: Path) -> None:
    row = rows(data)[0]
    DataFolder(data).edit("outcomes.csv", row.row_id, sd_control="1.82")
    before = (data / "outcomes.csv").read_bytes()
    with pytest.raises(ReviewError, match=rf"{row.row_id}: changed while you looked at it"):
        verify(data, [row], "anna", DAY)
    with pytest.raises(ReviewError, match="changed while you looked"):
        take_back(data, [replace(row, row_id="nobody.pain.post.1")])
    assert (data / "outcomes.csv").read_bytes() == before


def test_text_of_a_row_commands_neither_terminal_nor_markup(data: Path) -> None:
    row = rows(data)[0]
    DataFolder(data).edit("outcomes.csv", row.row_id, note="[bold]x[/bold]", locator="[/]")
    shown = sit(data, "q")
    assert "[bold]x[/bold]" in shown
    assert "At: [/]" in shown


def test_without_a_terminal_rows_are_named(data: Path) -> None:
    first, second, *_ = (row.row_id for row in rows(data))
    total = len(rows(data))
    words = f"verify {STUDY} --who anna"
    said = typed_on(data, words, "--seen", first, "--seen", second, exit_code=FOR_A_PERSON)
    assert verified(data) == [first, second]
    assert "2 rows verified, 0 taken back." in said
    assert f"{total - 2} rows of {STUDY}" in said
    typed_on(data, words, "--take-back", second, exit_code=FOR_A_PERSON)
    assert verified(data) == [first]
    said = typed_on(data, f"verify {STUDY} --who ben --seen all")
    assert len(verified(data)) == total
    assert [row.verified_by for row in rows(data)] == ["anna", *["ben"] * (total - 1)]
    assert "Next: ./review verify " in said
    assert STUDY not in said.split("Next:")[1]


def test_rows_are_printed_without_a_question(data: Path) -> None:
    said = typed_on(data, f"verify {STUDY} --who anna --show", exit_code=FOR_A_PERSON)
    assert all(row.row_id in said for row in rows(data))
    assert verified(data) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("friesen-2017", "--who", "anna"), "needs a terminal"),
        (("friesen-2017", "--who", "A. Person"), "--who"),
        (("nobody-2020", "--who", "anna"), "no trial is called 'nobody-2020'"),
        (("peters-2017", "--who", "anna"), "no row of data/outcomes.csv is of peters-2017"),
        (("friesen-2017", "--who", "anna", "--seen", "x"), "x: no row of friesen-2017"),
    ],
)
def test_what_cannot_be_done_is_one_clear_sentence(
    data: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = (data / "outcomes.csv").read_bytes()
    with pytest.raises(ReviewError, match=said):
        typed_on(data, "verify", *arguments)
    assert (data / "outcomes.csv").read_bytes() == before


def test_numbers_that_the_report_says_otherwise_are_corrected_and_seen(data: Path) -> None:
    first = rows(data)[0]
    hold_against_report(data, first, "anna", DAY, {"sd_control": " 1.82 ", "n_control": "29"})
    row = rows(data)[0]
    assert (row.sd_control, row.n_control, row.verified_by) == (1.82, 29, "anna")
    assert verified(data) == [row.row_id]


def test_a_number_that_is_not_in_the_report_leaves_the_row_to_somebody(data: Path) -> None:
    verify(data, [rows(data)[0]], "ben", DAY)
    sit(data, "nq", ["sd_control"], again=True)
    row = rows(data)[0]
    assert row.note.endswith(f"not found in the report: sd_control (anna, {DAY})")
    assert verified(data) == []
    row = hold_against_report(data, row, "cleo", DAY, {}, ["sd_control", "n_control"])
    assert row.note.count("not found in the report") == 1
    assert row.note.endswith(f"sd_control, n_control (cleo, {DAY})")
    verify(data, [row], "ben", DAY)
    assert "not found" not in rows(data)[0].note
    assert verified(data) == [row.row_id]
    with pytest.raises(ReviewError, match="locator: no number of"):
        hold_against_report(data, row, "cleo", DAY, {"locator": "p. 4"})
