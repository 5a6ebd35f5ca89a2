"""The findings of the present data, what a person's ruling does, and what a ruling may be about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.integrity import Finding, findings, reasons_to_keep_out
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence, Ruling
from analysis.protocol import Question
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from tests.evidence.folder import DataFolder
from tests.evidence.rulings import made_now

PAIN, DEPRESSION, ANXIETY = (
    f"chiauzzi-2010.{outcome}.follow-up.1" for outcome in ("pain", "depression", "anxiety")
)


@pytest.fixture(scope="module")
def found(evidence: Evidence) -> tuple[Finding, ...]:
    return findings(evidence)


def rows_of(found: tuple[Finding, ...], check: str) -> set[str]:
    return {row_id for finding in found if finding.check == check for row_id in finding.row_ids}


def trials_of(found: tuple[Finding, ...], check: str) -> set[str]:
    return {finding.study_id for finding in found if finding.check == check}


def test_standard_errors_read_as_sds_are_found_in_the_present_data(
    found: tuple[Finding, ...],
) -> None:
    assert rows_of(found, "SE read as SD") == {PAIN, DEPRESSION, ANXIETY}
    (pain,) = [finding for finding in found if finding.row_ids == (PAIN,)]
    assert pain.severity == "suspect"
    # 95 and 104 participants, as the row's note says: -1.70 / sqrt(99) is -0.17.
    assert "SMD −1.70" in pain.text
    assert "about 100 participants an arm, it would be −0.17" in pain.text


def test_the_copied_baseline_is_found_in_the_present_data(found: tuple[Finding, ...]) -> None:
    assert rows_of(found, "equals baseline") == {"carpenter-2012.pain.post.1"}


def test_sources_that_disagree_are_found_in_the_present_data(found: tuple[Finding, ...]) -> None:
    assert trials_of(found, "sources disagree") == {
        "dear-2013", "friesen-2017", "carpenter-2012", "menga-2014", "bromberg-2011", "lin-2017",
    }  # fmt: skip


def test_exact_zeros_are_found_in_the_present_data(found: tuple[Finding, ...]) -> None:
    assert rows_of(found, "exact zero") >= {
        "buhrman-2004.disability.post.1", "buhrman-2011.disability.post.1",
    }  # fmt: skip


def test_arms_under_the_minimum_are_found_in_the_present_data(found: tuple[Finding, ...]) -> None:
    assert trials_of(found, "small arm") == {"menga-2014", "nhu-2024", "knoerl-2018"}


def test_the_unusable_arm_sizes_are_found_in_the_present_data(found: tuple[Finding, ...]) -> None:
    assert rows_of(found, "n above randomised") == {"nhu-2024.disability.post.2"}


def test_chiauzzi_at_follow_up_is_all_that_the_present_analyses_leave_out(
    syntheses: Mapping[str, Synthesis],
) -> None:
    left_out = {
        (study.study_id, key)
        for key, synthesis in syntheses.items()
        for study in synthesis.studies
        if study.suspect
    }
    assert left_out == {
        ("chiauzzi-2010", f"non-headache.{outcome}.follow-up")
        for outcome in ("pain", "depression", "anxiety")
    }


def test_the_findings_keep_out_of_the_present_analyses_what_is_left_out(
    found: tuple[Finding, ...], syntheses: Mapping[str, Synthesis]
) -> None:
    for synthesis in syntheses.values():
        for study in synthesis.studies:
            reasons = reasons_to_keep_out(found, study.study_id, study.row_ids)
            assert bool(reasons) == bool(study.suspect), (synthesis.question.key, study.study_id)


def test_a_large_effect_that_lasts_is_not_suspect(
    found: tuple[Finding, ...], syntheses: Mapping[str, Synthesis]
) -> None:
    """Simister 2018, disability: -1.25 after treatment and -1.56 later are of one piece."""
    assert "simister-2018" not in {finding.study_id for finding in found}
    (study,) = [study for study in syntheses["non-headache.disability.follow-up"].studies
                if study.study_id == "simister-2018"]  # fmt: skip
    assert study.effect < -1


def a_ruling(**changes: str) -> Ruling:
    usual = {
        "check": "SE read as SD", "study_id": "chiauzzi-2010", "row_id": PAIN, "fingerprint": "",
        "ruling": "accept", "reason": "the report prints these SDs", "decided_by": "A. Person",
        "date": "2026-11-23",
    }  # fmt: skip
    return Ruling(**(usual | changes))  # type: ignore[arg-type]


def under(evidence: Evidence, *rulings: Ruling) -> Evidence:
    """The evidence with these rulings, made about its present numbers."""
    return replace(evidence, rulings=made_now(evidence, *rulings))


def kept_out(evidence: Evidence, *rulings: Ruling) -> set[str]:
    """Rows of Chiauzzi 2010 that stay out under these rulings."""
    found = findings(under(evidence, *rulings))
    return {row for row in (PAIN, DEPRESSION, ANXIETY)
            if reasons_to_keep_out(found, "chiauzzi-2010", (row,))}  # fmt: skip


def test_an_accepted_row_is_pooled_again_and_its_neighbours_are_not(evidence: Evidence) -> None:
    assert kept_out(evidence) == {PAIN, DEPRESSION, ANXIETY}
    assert kept_out(evidence, a_ruling()) == {DEPRESSION, ANXIETY}


def test_a_ruling_without_a_row_is_about_the_whole_trial(evidence: Evidence) -> None:
    assert kept_out(evidence, a_ruling(row_id="")) == set()


def test_a_ruling_on_a_row_goes_before_one_on_its_trial(evidence: Evidence) -> None:
    rulings = a_ruling(row_id=""), a_ruling(ruling="exclude", reason="SEs indeed")
    assert kept_out(evidence, *rulings) == {PAIN}
    assert kept_out(evidence, *reversed(rulings)) == {PAIN}


def test_a_ruling_on_another_check_or_trial_changes_nothing(evidence: Evidence) -> None:
    other = a_ruling(check="exact zero"), a_ruling(study_id="buhrman-2004", row_id="")
    assert kept_out(evidence, *other) == {PAIN, DEPRESSION, ANXIETY}


def test_a_note_that_a_person_confirms_keeps_its_row_out(evidence: Evidence) -> None:
    row = "buhrman-2004.disability.post.1"
    ruling = a_ruling(check="exact zero", study_id="buhrman-2004", row_id=row, ruling="exclude",
                      reason="not significant in the report")  # fmt: skip
    assert not reasons_to_keep_out(findings(evidence), "buhrman-2004", (row,))
    found = findings(under(evidence, ruling))
    (reason,) = reasons_to_keep_out(found, "buhrman-2004", (row,))
    assert "excluded by AP, 2026-11-23: not significant in the report" in reason
    assert not reasons_to_keep_out(found, "buhrman-2004", ("buhrman-2004.pain.follow-up.1",))


def test_of_two_sources_only_the_row_ruled_on_stays_out(evidence: Evidence) -> None:
    pooled, other = "dear-2013.disability.post.1", "dear-2013.disability.post.2"
    ruling = a_ruling(check="sources disagree", study_id="dear-2013", row_id=other,
                      ruling="exclude")  # fmt: skip
    found = findings(under(evidence, ruling))
    assert reasons_to_keep_out(found, "dear-2013", (other,))
    assert not reasons_to_keep_out(found, "dear-2013", (pooled,))


def test_an_accepted_trial_is_in_the_primary_analysis_and_an_excluded_one_is_not(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    cell = Question(condition="non-headache", outcome="pain", timepoint="follow-up")
    before = syntheses[cell.key]
    out = a_ruling(check="small arm", study_id="buhrman-2004", row_id="", ruling="exclude")
    accepted = synthesise(under(evidence, a_ruling(), out), cell)
    assert accepted.k == before.k + 1
    assert not any(study.suspect for study in accepted.studies)
    # A ruling on a finding that does not exist excludes nothing; one on a note does.
    zero = a_ruling(check="exact zero", study_id="buhrman-2004", row_id="", ruling="exclude")
    post = Question(condition="non-headache", outcome="disability", timepoint="post")
    excluded = synthesise(under(evidence, zero), post)
    assert excluded.k == syntheses[post.key].k - 1
    (study,) = [study for study in excluded.studies if study.suspect]
    assert "excluded by AP" in study.suspect[0]


def test_the_ruling_stands_on_its_finding(evidence: Evidence) -> None:
    ruled = under(evidence, a_ruling())
    found = findings(ruled)
    assert [f.row_ids for f in found if f.ruling == ruled.rulings[0]] == [(PAIN,)]


def test_rulings_are_read_from_their_file(folder: DataFolder) -> None:
    folder.write("integrity.csv", [*folder.rows("integrity.csv"), cells_of(a_ruling())])
    assert load(folder.path).rulings == (a_ruling(),)


@pytest.mark.parametrize(
    ("changes", "column", "says"),
    [
        ({"check": "feels wrong"}, "check", "expected one of: SE read as SD, equals baseline"),
        ({"study_id": "nobody-1999", "row_id": ""}, "study_id", "is not in studies.csv"),
        ({"row_id": "chiauzzi-2010.pain.post.9"}, "row_id", "is not in outcomes.csv"),
        ({"row_id": "lorig-2008.pain.follow-up.1"}, "row_id", "is a row of lorig-2008, not of"),
        ({"ruling": "perhaps"}, "ruling", "expected one of: accept, exclude"),
        ({"fingerprint": "chiauzzi"}, "fingerprint", "eight digits and letters from a to f"),
        ({"reason": ""}, "reason", "a value (the cell is blank)"),
        ({"decided_by": ""}, "decided_by", "a value (the cell is blank)"),
        ({"date": "2026-02-30"}, "date", "is not a day"),
    ],
)
def test_a_ruling_about_nothing_is_refused(
    folder: DataFolder, changes: dict[str, str], column: str, says: str
) -> None:
    rows = [*folder.rows("integrity.csv"), cells_of(a_ruling(**changes))]
    folder.write("integrity.csv", rows)
    ((file, line, where, message),) = folder.problems()
    assert (file, line, where) == ("integrity.csv", 2, column)
    assert says in message


def test_a_ruling_stands_once(folder: DataFolder) -> None:
    again = cells_of(a_ruling(ruling="exclude"))
    rows = [*folder.rows("integrity.csv"), cells_of(a_ruling()), again]
    folder.write("integrity.csv", rows)
    assert folder.problems() == [("integrity.csv", 3, "row_id", "line 2 says this already")]


def cells_of(ruling: Ruling) -> list[str]:
    return [getattr(ruling, name) for name in Ruling.__dataclass_fields__]
