"""Trustworthiness as people judge it with INSPECT-SR, and what the data propose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.evidence import trustworthiness as module
from analysis.evidence.integrity import Finding
from analysis.evidence.load import load
from analysis.evidence.notice_rows import Notice, Snapshot
from analysis.evidence.risk_of_bias_tools import OVERALL
from analysis.evidence.rows import Evidence, IntegrityCheck, Ruling
from analysis.evidence.settled_judgements import conflict_problems
from analysis.evidence.trustworthiness import (
    NOT_JUDGED,
    PROPOSED,
    Proposal,
    of_domain,
    proposals,
    trustworthiness,
)
from analysis.evidence.trustworthiness_tool import CHECKS, DOMAINS, NAMES, named
from tests.evidence.folder import DataFolder

FILE, TRIAL = "trustworthiness.csv", "friesen-2017"
NOTICES, RESULTS = DOMAINS[0], DOMAINS[-1]


def judged(folder: DataFolder, **cells: str) -> None:
    usual = {
        "study_id": TRIAL,
        "domain": RESULTS,
        "judgement": "no concerns",
        "assessed_by": "anna",
    }
    folder.append(FILE, **(usual | cells))


def test_the_tool_has_21_checks_in_four_domains() -> None:
    assert [len(checks) for checks in CHECKS.values()] == [3, 5, 2, 11]
    assert CHECKS[RESULTS][-1] == "4.11"
    every = {check for checks in CHECKS.values() for check in checks}
    assert every >= {*NAMES, *PROPOSED}
    assert named("4.8") == "4.8 impossible means of integers"
    assert named("4.11") == "4.11"


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"study_id": "nobody-1999"}, "study_id", "'nobody-1999' is not in studies.csv"),
        ({"judgement": "low"}, "judgement",
         "'low' was found, expected one of: no concerns, some concerns, serious concerns"),
        ({"domain": "missing outcome data"}, "domain", "expected one of: notices after"),
        ({"checks": "1.1 4.8"}, "checks", "'1.1' is no check of results (4.1, 4.2, "),
        ({"domain": OVERALL, "checks": "4.12"}, "checks", "'4.12' is no check of overall (1.1, "),
        ({"checks": "GRIM"}, "checks", "expected numbers of checks"),
        ({"assessed_by": "consensus"}, "assessed_by",
         "`consensus` settles what two people judged; nobody judged results"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_place(
    folder: DataFolder, cells: dict[str, str], column: str, said: str
) -> None:
    judged(folder, **cells)
    ((file, line, at, message),) = folder.problems()
    assert (file, line, at) == (FILE, 2, column)
    assert said in message


def test_a_consensus_needs_two_and_settles_what_they_differ_on(folder: DataFolder) -> None:
    judged(folder, judgement="some concerns", checks="4.8")
    judged(folder, assessed_by="consensus")
    ((*_, said),) = folder.problems()
    assert said == "`consensus` settles what two people judged; anna judged results"
    folder.empty(FILE)
    judged(folder, judgement="some concerns", checks="4.8")
    judged(folder, assessed_by="ben")
    evidence = load(folder.path)
    assert trustworthiness(evidence, TRIAL).domains == {RESULTS: None}
    (problem,) = conflict_problems(evidence)
    assert str(problem).endswith(
        f"{FILE}:3: judgement: {TRIAL}: results: the assessors differ (anna some concerns, "
        "ben no concerns): not assessed until a row of `consensus` settles it"
    )
    judged(folder, assessed_by="consensus")
    evidence = load(folder.path)
    assert not list(conflict_problems(evidence))
    assert trustworthiness(evidence, TRIAL).domains == {RESULTS: "no concerns"}


def test_the_whole_is_judged_by_a_person_and_follows_from_no_domain(folder: DataFolder) -> None:
    assert not trustworthiness(load(folder.path), TRIAL).judged
    for domain in DOMAINS:
        judged(folder, domain=domain)
    known = trustworthiness(load(folder.path), TRIAL)
    assert known.judged
    assert known.overall == NOT_JUDGED
    judged(folder, domain=OVERALL)
    assert trustworthiness(load(folder.path), TRIAL).overall == "no concerns"


def test_findings_are_proposed_under_the_number_of_the_check(evidence: Evidence) -> None:
    given = proposals(evidence)
    (numbers,) = given["nhu-2024"]
    assert (numbers.check, numbers.concern) == ("4.6", True)
    assert "53 participants, 20 randomised" in numbers.text
    assert numbers.text.endswith("(n above randomised)")
    assert numbers.row_ids == ("nhu-2024.disability.post.2",)
    assert of_domain(given["nhu-2024"], RESULTS) == (numbers,)
    assert of_domain(given["nhu-2024"], NOTICES) == of_domain(given["nhu-2024"], OVERALL) == ()


@pytest.mark.parametrize(
    ("found", "check"),
    [
        ("baseline imbalance", "4.3"), ("trial facts", "4.3"), ("n above randomised", "4.6"),
        ("events above n", "4.6"), ("not whole scores", "4.8"), ("effect and interval", "4.9"),
        ("test and numbers", "4.9"), ("level of the interval", "4.9"), ("small arm", None),
        ("retracted or questioned", None),
    ],
)  # fmt: skip
def test_each_finding_bears_on_its_check_or_on_none(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch, found: IntegrityCheck, check: str | None
) -> None:
    finding = Finding(found, "note", TRIAL, (), None, "its arithmetic")
    monkeypatch.setattr(module, "findings", lambda evidence: (finding,))
    proposed = (Proposal(check, f"its arithmetic ({found})", concern=True),) if check else ()
    assert proposals(evidence)[TRIAL] == proposed


def test_a_ruling_on_a_finding_stands_with_the_proposal(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruling = Ruling(
        "not whole scores", TRIAL, "", "accept", "means of a model", "A. Person", "2026-11-23"
    )
    finding = Finding("not whole scores", "note", TRIAL, (), None, "its arithmetic", ruling)
    monkeypatch.setattr(module, "findings", lambda evidence: (finding,))
    (proposal,) = proposals(evidence)[TRIAL]
    said = "its arithmetic (not whole scores; ruled accept: means of a model)"
    assert proposal.text == said


def test_notices_are_proposed_once_they_were_looked_up(evidence: Evidence) -> None:
    def proposed(*natures: str) -> dict[str, tuple[str, bool]]:
        notices = tuple(
            Notice(TRIAL, str(n), nature, "2026-11-02", "", "", "", "DOI")
            for n, nature in enumerate(natures)
        )
        snapshot = Snapshot("2026-11-20", "rw.csv", "ab" * 32, 60_000, 0, "0123abcd")
        made = replace(evidence, notices=notices, snapshots=(snapshot,))
        return {p.check: (p.text, p.concern) for p in proposals(made)[TRIAL] if p.check < "2"}

    assert not any(p.check < "2" for of_trial in proposals(evidence).values() for p in of_trial)
    none = "none found (Retraction Watch as of 2026-11-20)", False
    assert proposed() == {"1.1": none, "1.2": none}
    found = "retraction of 2026-11-02, found by DOI (Retraction Watch as of 2026-11-20)", True
    assert proposed("retraction", "correction") == {"1.1": found, "1.2": none}
    doubted = proposed("expression of concern", "reinstatement")
    assert not doubted["1.1"][1]
    assert doubted["1.2"][0].startswith("expression of concern of 2026-11-02")
    assert doubted["1.2"][1]
