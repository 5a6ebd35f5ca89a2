"""A person rules on a finding and decides on certainty, at the command line; both can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.commands.options import FOR_A_PERSON
from analysis.evidence.integrity import findings
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.files.problems import ReviewError
from analysis.screening.certainty_decisions import decide, question_called
from analysis.screening.classification import awaiting_trials
from analysis.screening.integrity_rulings import Asked, rule, what_it_changes
from analysis.synthesis.estimate_text import named_estimate
from analysis.synthesis.synthesise import synthesise
from tests.commands.typed import typed_on
from tests.evidence.folder import DATA, DataFolder

DAY = "2026-12-01"
SUSPECT = next(found for found in findings(load(DATA)) if found.severity == "suspect")
ROW = SUSPECT.row_ids[0]
ASKED = Asked(SUSPECT.check, SUSPECT.study_id, ROW)


def ruled_on(data: Path) -> list[str]:
    return [found.ruling.ruling for found in findings(load(data)) if found.ruling and found.row_ids]


def test_a_ruling_is_shown_made_replaced_and_taken_back(data: Path) -> None:
    blank = (data / "integrity.csv").read_bytes()
    words = ("rule", ASKED.study_id, ASKED.check, "--row", ROW)
    shown = typed_on(data, *words, exit_code=FOR_A_PERSON)
    assert SUSPECT.text in shown
    by = ("--who", "anna", "--why", "as in table 2")
    typed_on(data, *words, "--ruling", "exclude", *by)
    assert ruled_on(data) == ["exclude"]
    typed_on(data, *words, "--ruling", "accept", *by)
    assert ruled_on(data) == ["accept"]
    assert "accept, as in table 2" in typed_on(data, *words)
    # Once the numbers are others, nobody has ruled on them.
    DataFolder(data).edit("outcomes.csv", ROW, weeks="27")
    assert ruled_on(data) == []
    assert "was on other numbers" in typed_on(data, *words, exit_code=FOR_A_PERSON)
    typed_on(data, "undo", "ruling", ASKED.study_id, ASKED.check, "--row", ROW, *by, "--yes")
    assert (data / "integrity.csv").read_bytes() == blank


def test_what_a_ruling_changes_is_what_the_question_says_under_it(data: Path) -> None:
    changes = what_it_changes(load(data), ASKED)
    for word in ("accept", "exclude"):
        rule(data, ASKED, word, "looked up", "anna", DAY)
        evidence = load(data)
        for change in changes:
            said = change.accepted if word == "accept" else change.left_out
            assert said.startswith(_estimate(evidence, change.title))
    assert changes


def _estimate(evidence: Evidence, title: str) -> str:
    question = next(q for q in evidence.protocol.questions
                    if evidence.protocol.question_title(q) == title)  # fmt: skip
    found = synthesise(evidence, question)
    return named_estimate(found.measure, found.primary) if found.primary else "no estimate"


def test_a_trial_that_waits_is_classified_and_waits_again(data: Path) -> None:
    before = (data / "studies.csv").read_bytes()
    trial = awaiting_trials(load(data))[0]
    words = ("classify", trial.study_id)
    assert trial.reason in typed_on(data, *words, exit_code=FOR_A_PERSON)
    by = ("--who", "anna", "--why", "no control group")
    typed_on(data, *words, "--status", "excluded", *by)
    assert "excluded by anna on" in typed_on(data, *words)
    with pytest.raises(ReviewError, match="does not wait: it is excluded by anna"):
        typed_on(data, *words, "--status", "included", "--who", "ben")
    typed_on(data, "undo", "classification", trial.study_id, *by, "--yes")
    assert load(data).trials[trial.study_id] == trial
    with pytest.raises(ReviewError, match="there is nothing to take back"):
        typed_on(data, "undo", "classification", trial.study_id, *by, "--yes")
    header, *rows = (data / "studies.csv").read_bytes().splitlines()
    assert [row.removesuffix(b",,,") for row in rows] == before.splitlines()[1:]
    assert header.endswith(b",classified_by,classified_on,waited_for")


@pytest.mark.parametrize(("asked", "ruling", "reason", "said"), [
    (ASKED, "keep", "why", "is no ruling"),
    (ASKED, "accept", " ", "reason"),
    (Asked("exact one", ASKED.study_id), "accept", "why", "no check is called"),
    (Asked(ASKED.check, ASKED.study_id, "nobody.1"), "accept", "why", "finds nothing in"),
    (Asked(ASKED.check, "nobody-1999"), "accept", "why", "finds nothing in"),
])  # fmt: skip
def test_a_ruling_that_is_none_is_refused(
    data: Path, asked: Asked, ruling: str, reason: str, said: str
) -> None:
    before = (data / "integrity.csv").read_bytes()
    with pytest.raises(ReviewError, match=said):
        rule(data, asked, ruling, reason, "anna", DAY)
    with pytest.raises(ReviewError, match="have changed while you looked"):
        rule(data, ASKED, "accept", "why", "anna", DAY, seen="01234567")
    assert (data / "integrity.csv").read_bytes() == before


QUESTION = "non-headache.pain.post"


def test_certainty_is_decided_domain_by_domain_and_taken_back(data: Path) -> None:
    shown = typed_on(data, "certainty", QUESTION, exit_code=FOR_A_PERSON)
    asked = question_called(load(data), QUESTION)
    found = synthesise(load(data), asked).certainty
    assert found
    for step in found.steps:
        assert step.reason in shown
    every = [f"{step.domain}={step.levels}: as proposed" for step in found.steps]
    say = [word for text in every for word in ("--say", text)]
    assert "(decided" in typed_on(data, "certainty", QUESTION, "--who", "anna", *say)
    typed_on(data, "certainty", QUESTION, "--who", "ben", "--say", "imprecision=2: very few")
    now = synthesise(load(data), asked).certainty
    assert now
    made = now.step("imprecision").decision
    assert made and (made.levels, made.reason, made.decided_by) == (2, "very few", "B")
    assert len((data / "certainty.csv").read_text().splitlines()) == 6
    typed_on(data, "undo", "certainty", QUESTION, "imprecision", "--who", "anna", "--yes")
    left = (data / "certainty.csv").read_text().splitlines()
    assert [line.split(",")[3] for line in left[1:]] == [
        step.domain for step in found.steps if step.domain != "imprecision"
    ]


@pytest.mark.parametrize(("domain", "levels", "reason", "said"), [
    ("luck", "1", "why", "is no domain of certainty"),
    ("imprecision", "4", "why", "0, 1, 2, 3 levels were expected"),
    ("imprecision", "1", " ", "a reason is missing"),
])  # fmt: skip
def test_a_decision_that_is_none_is_refused(
    data: Path, domain: str, levels: str, reason: str, said: str
) -> None:
    before = (data / "certainty.csv").read_bytes()
    with pytest.raises(ReviewError, match=said):
        decide(data, question_called(load(data), QUESTION), domain, levels, reason, "anna", DAY)
    assert (data / "certainty.csv").read_bytes() == before
    with pytest.raises(ReviewError, match="asks no question called"):
        question_called(load(data), "nobody.asks")
