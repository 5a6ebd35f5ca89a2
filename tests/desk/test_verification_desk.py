"""Numbers held against a report at the desk: the files are those of the command's functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from analysis.desk.verification_desk import held
from analysis.evidence.load import load
from analysis.evidence.outcome_row import OutcomeRow
from analysis.screening.verifying import hold_against_report, rows_of_trial, verify
from tests.desk.asking import Asking
from tests.evidence.folder import DataFolder

STUDY = "friesen-2017"
PAGE = f"/judge/verify/{STUDY}"
HOSTILE = '"><script>alert(1)</script>'


def first_of(data: Path) -> OutcomeRow:
    return rows_of_trial(load(data), STUDY)[0]


def form_of(text: str) -> dict[str, str]:
    """The hidden fields of the page's first form, as a browser would send them."""
    form = text[text.index("data-judge") :].split("</form>")[0]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


def answers(row: OutcomeRow, others: Mapping[str, str] = {}) -> dict[str, str]:
    return {f"answer.{name}": others.get(name, "matches") for name in held(row)}


def outcomes(data: Path) -> bytes:
    return (data / "outcomes.csv").read_bytes()


@pytest.fixture
def anna(client) -> Asking:
    return client()


def test_each_number_is_beside_its_place_and_nothing_is_chosen(data: Path, anna: Asking) -> None:
    row = first_of(data)
    shown = anna.get(PAGE).text
    assert row.locator in shown
    assert load(data).sources[row.source_id].citation.split(".")[0] in shown
    assert shown.count("data-number") == len(held(row))
    assert "checked" not in shown
    assert "usable" not in held(row)


def test_the_file_is_that_of_the_command(
    data: Path, other: Path, anna: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.desk.verification_desk.today", lambda: "2026-12-01")
    row = first_of(data)
    sent = form_of(anna.get(PAGE).text)
    shown = anna.submit(PAGE, {**sent, **answers(row), "act": "each"})
    verify(other, [row], "anna", "2026-12-01")
    assert outcomes(data) == outcomes(other)
    second = rows_of_trial(load(data), STUDY)[1]
    assert form_of(shown.text)["row"] == second.row_id

    sent = form_of(shown.text)
    said = answers(second, {"sd_control": "differs"})
    anna.submit(PAGE, {**sent, **said, "report.sd_control": "5.5", "act": "each"})
    hold_against_report(other, second, "anna", "2026-12-01", {"sd_control": "5.5"})
    assert outcomes(data) == outcomes(other)

    third = rows_of_trial(load(data), STUDY)[2]
    sent = form_of(anna.get(PAGE).text)
    said = answers(third, {"sd_control": "not found"})
    anna.submit(PAGE, {**sent, **said, "act": "each"})
    hold_against_report(other, third, "anna", "2026-12-01", {}, ["sd_control"])
    assert outcomes(data) == outcomes(other)
    assert (
        "not found in the report: sd_control (anna" in anna.get(f"{PAGE}?row={third.row_id}").text
    )

    back = {"row": row.row_id, "act": "take back"}
    seen = re.findall(r'name="seen" value="(\w+)"', anna.get(PAGE).text)
    for digest in seen:
        anna.submit(PAGE, {**back, "seen": digest})
    assert first_of(data).verified == "no"


def test_what_is_missing_or_wrong_keeps_what_was_typed(data: Path, anna: Asking) -> None:
    row = first_of(data)
    before = outcomes(data)
    sent = {**form_of(anna.get(PAGE).text), "act": "each"}
    for said, problem in (
        ({"sd_control": ""}, "Does the report say this?"),
        ({"sd_control": "perhaps"}, "Does the report say this?"),
        ({"sd_control": "differs"}, "What does the report say?"),
    ):
        shown = anna.submit(PAGE, {**sent, **answers(row, said)})
        assert shown.status_code == 422
        assert shown.text.count(problem) == 1
        assert shown.text.count("checked") >= len(held(row)) - 1
    said = answers(row, {"sd_control": "differs"})
    for typed in ("1,8", "-3", HOSTILE):
        shown = anna.submit(PAGE, {**sent, **said, "report.sd_control": typed})
        assert shown.status_code == 422
        assert "<script>alert" not in shown.text
        assert ('value="&#34;&gt;&lt;script&gt;' in shown.text) == (typed == HOSTILE)
        assert 'aria-describedby="problem-sd_control"' in shown.text
    assert outcomes(data) == before


def test_a_row_that_changed_meanwhile_is_shown_with_both_values(data: Path, anna: Asking) -> None:
    row = first_of(data)
    sent = {**form_of(anna.get(PAGE).text), **answers(row), "act": "each"}
    DataFolder(data).edit("outcomes.csv", row.row_id, sd_control="1.82")
    before = outcomes(data)
    shown = anna.submit(PAGE, sent)
    assert shown.status_code == 422
    assert "This was 1.28 when you looked; it is 1.82 by now." in shown.text
    assert outcomes(data) == before
    anna.submit(PAGE, {**sent, **form_of(shown.text)})
    assert first_of(data).verified_by == "anna"


def test_two_who_see_one_row_are_told(data: Path, client) -> None:
    row = first_of(data)
    anna, ben = client("anna"), client("ben")
    sent = {**form_of(anna.get(PAGE).text), **answers(row)}
    ben.submit(PAGE, {**sent, "act": "all"})
    shown = anna.submit(PAGE, {**sent, "act": "each"})
    assert shown.status_code == 422
    assert "ben has verified this row meanwhile" in shown.text
    assert first_of(data).verified_by == "ben"


def test_hostile_text_stays_text(data: Path, anna: Asking) -> None:
    row = first_of(data)
    DataFolder(data).edit("outcomes.csv", row.row_id, locator=HOSTILE, note=HOSTILE)
    DataFolder(data).edit("studies.csv", STUDY, title=HOSTILE, label=HOSTILE)
    for page in (PAGE, "/judge", f"/judge/trial/{STUDY}"):
        assert HOSTILE not in anna.get(page).text
    assert "&lt;script&gt;" in anna.get(PAGE).text


@pytest.mark.parametrize("page", ["/judge/verify/nobody-1999", f"{PAGE}?row=nobody.1"])
def test_what_there_is_not_is_a_sentence(anna: Asking, page: str) -> None:
    shown = anna.get(page)
    assert shown.status_code == 422
    assert re.search(r"has no (trial|row) called", shown.text)
