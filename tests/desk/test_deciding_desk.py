"""Rulings and certainty at the desk: the files are those of the commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.desk.rulings_desk import address, asked_of
from analysis.desk.verification_desk import held
from analysis.evidence.integrity import findings
from analysis.evidence.load import load
from analysis.screening.certainty_decisions import decide, question_called
from analysis.screening.integrity_rulings import rule, what_it_changes
from analysis.synthesis.synthesise import synthesise
from tests.desk.asking import Asking
from tests.desk.test_verification_desk import HOSTILE
from tests.evidence.folder import DATA, DataFolder

DAY = "2026-12-01"
SUSPECT = next(found for found in findings(load(DATA)) if found.severity == "suspect")
ASKED = asked_of(SUSPECT)
PAGE = address(ASKED)
QUESTION = "non-headache-pain-post"
CERTAINTY = f"/judge/certainty/{QUESTION}"


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    for desk in ("rulings_desk", "certainty_desk"):
        monkeypatch.setattr(f"analysis.desk.{desk}.today", lambda: DAY)


def form_with(text: str, *words: str) -> dict[str, str]:
    """The hidden fields of the form in which these words stand."""
    for form in re.findall(r"<form.*?</form>", text, re.S):
        if all(word in form for word in words):
            return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    raise AssertionError(f"no form with {words}")


def file(data: Path, name: str) -> bytes:
    return (data / f"{name}.csv").read_bytes()


def rules(asking: Asking, ruling: str, reason: str, **more: str):
    sent = form_with(asking.get(PAGE).text, 'name="ruling"')
    return asking.submit(PAGE, {**sent, "ruling": ruling, "reason": reason, **more})


def test_a_finding_is_shown_with_its_numbers_and_what_a_ruling_changes(data: Path, client) -> None:
    asking = client()
    shown = asking.get(PAGE).text
    assert SUSPECT.text in shown
    (row,) = (row for row in load(data).outcomes if row.row_id == ASKED.row_id)
    for cell in held(row).values():
        assert f"<td>{cell.replace('-', '−')}</td>" in shown
    changes = what_it_changes(load(data), ASKED)
    assert changes
    for change in changes:
        assert change.accepted in shown
        assert change.left_out in shown
    listed = asking.get("/judge/rulings").text
    assert (
        listed.index("Left out until") < listed.index(SUSPECT.text) < listed.index("Notes, which")
    )


def test_the_rulings_file_is_that_of_the_command(data: Path, other: Path, client) -> None:
    asking, blank = client(), file(data, "integrity")
    for word in ("exclude", "accept"):
        shown = rules(asking, word, "  table 2,\n as printed ")
        rule(other, ASKED, word, "table 2, as printed", "anna", DAY)
        assert file(data, "integrity") == file(other, "integrity")
    assert f"kept by anna on {DAY}" in shown.text
    # Once the numbers are others it does not apply, and says so.
    DataFolder(data).edit("outcomes.csv", ASKED.row_id, weeks="27")
    shown = asking.get("/judge/rulings")
    assert "It does not apply: the numbers have changed since" in shown.text
    assert "does not count" in asking.get(PAGE).text
    sent = form_with(shown.text, "Take back the ruling on")
    asking.submit(PAGE, {**sent, "act": "take back"})
    assert file(data, "integrity") == blank
    assert (data / "withdrawn").is_dir()


def test_a_ruling_that_is_none_is_said_and_nothing_typed_is_lost(data: Path, client) -> None:
    before, asking = file(data, "integrity"), client()
    sent = form_with(asking.get(PAGE).text, 'name="ruling"')
    for ruling, reason, said in (
        ("accept", " ", "a reason is missing"),
        ("perhaps", HOSTILE, "is no ruling"),
    ):
        shown = asking.submit(PAGE, {**sent, "ruling": ruling, "reason": reason})
        assert shown.status_code == 422
        assert said in shown.text
        assert HOSTILE not in shown.text
        assert file(data, "integrity") == before
    for page in ("/judge/rulings/nobody-1999", PAGE.replace("check=", "check=no+"),
                 f"/judge/rulings/{ASKED.study_id}?check={HOSTILE}"):  # fmt: skip
        shown = asking.get(page)
        assert shown.status_code == 422
        assert HOSTILE not in shown.text


def test_a_ruling_made_meanwhile_is_shown_with_both_values(data: Path, client) -> None:
    asking = client()
    sent = form_with(asking.get(PAGE).text, 'name="ruling"')
    rule(data, ASKED, "exclude", "as ben sees it", "ben", DAY)
    before = file(data, "integrity")
    mine = {"ruling": "accept", "reason": "as anna sees it"}
    shown = asking.submit(PAGE, {**sent, **mine})
    assert shown.status_code == 422
    assert "as ben sees it (ben" in shown.text
    assert "Keep: the number is right: as anna sees it" in shown.text
    assert file(data, "integrity") == before
    asking.submit(PAGE, {**form_with(shown.text, 'name="ruling"'), **mine})
    assert b"as anna sees it" in file(data, "integrity")


def decides(asking: Asking, page: str, domain: str, levels: str, reason: str, act: str = "save"):
    """Send the form of a domain that stands on the page; the page that follows."""
    sent = form_with(page, f'name="domain" value="{domain}"')
    return asking.submit(CERTAINTY, {**sent, "levels": levels, "reason": reason, "act": act})


def test_certainty_is_decided_beside_what_the_rules_say(data: Path, other: Path, client) -> None:
    asking, blank = client(), file(data, "certainty")
    asked = question_called(load(data), QUESTION)
    found = synthesise(load(data), asked).certainty
    assert found
    shown = asking.get(CERTAINTY).text
    for step in found.steps:
        assert step.reason in shown
    assert f"({found.standing})" in shown
    decides(asking, shown, "imprecision", "2", " very\n few ")
    decide(other, asked, "imprecision", "2", "very few", "anna", DAY)
    inconsistency = found.step("inconsistency")
    shown = decides(asking, shown, "inconsistency", "3", "", act="as proposed").text
    proposed = (str(inconsistency.levels), inconsistency.reason)
    decide(other, asked, "inconsistency", *proposed, "anna", DAY)
    assert file(data, "certainty") == file(other, "certainty")
    assert "(partly decided" in shown
    assert "<td>2 of 5</td>" in asking.get("/judge/certainty").text
    for domain in ("imprecision", "inconsistency"):
        decides(asking, shown, domain, "0", "", act="take back")
    assert file(data, "certainty") == blank


def test_a_decision_that_is_none_or_stale_writes_nothing(data: Path, client) -> None:
    asking, asked = client(), question_called(load(data), QUESTION)
    page = asking.get(CERTAINTY).text
    shown = decides(asking, page, "imprecision", "7", HOSTILE)
    assert shown.status_code == 422
    assert "levels were expected" in shown.text
    assert HOSTILE not in shown.text
    assert asking.submit(CERTAINTY, {"domain": "luck"}).status_code == 422
    assert asking.get("/judge/certainty/nobody-asks").status_code == 422
    decide(data, asked, "imprecision", "1", "as ben sees it", "ben", DAY)
    before = file(data, "certainty")
    shown = decides(asking, page, "imprecision", "2", "as anna sees it")
    assert shown.status_code == 422
    assert "1 level off: as ben sees it (ben" in shown.text
    assert "2: as anna sees it" in shown.text
    assert file(data, "certainty") == before
