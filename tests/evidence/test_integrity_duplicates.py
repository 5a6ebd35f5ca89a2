"""Reports and numbers that stand twice are found; different ones are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from analysis.evidence.integrity import Finding, findings
from analysis.evidence.rows import Evidence, OutcomeRow, Trial
from tests.evidence.rows import a_reported_row, a_row, a_trial

TITLE = "Internet-delivered acceptance and commitment therapy for chronic pain: a trial"


def duplicates(
    evidence: Evidence, trials: Sequence[Trial], rows: Sequence[OutcomeRow] = ()
) -> list[Finding]:
    review = replace(
        evidence, trials={trial.study_id: trial for trial in trials}, outcomes=tuple(rows)
    )
    return [finding for finding in findings(review) if finding.check == "duplicate report"]


def trial(evidence: Evidence, study_id: str, year: int, **changes: str) -> Trial:
    usual = {"doi": f"10.1000/{study_id}", "title": f"{TITLE} of {study_id}", "pmid": "",
             "registration": "", "other_reports": ""}  # fmt: skip
    return replace(
        a_trial(evidence), study_id=study_id, label=study_id, year=float(year), **(usual | changes)
    )


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ({"doi": "10.1000/ABC"}, {"doi": "10.1000/abc"}, "the DOI 10.1000/abc"),
        ({"title": TITLE}, {"title": TITLE.upper() + "."}, "the title internet delivered"),
        ({"pmid": "123456"}, {"pmid": "123456"}, "the PubMed number 123456"),
        ({"registration": "NCT1 ISRCTN2"}, {"registration": "isrctn2"}, "registration ISRCTN2"),
        ({"other_reports": "J Pain 2021;1:2, 10.1000/later (one year)"}, {"doi": "10.1000/later"},
         "the DOI 10.1000/later"),
    ],
)  # fmt: skip
def test_the_later_of_two_reports_of_one_trial_is_suspect(
    evidence: Evidence, first: dict[str, str], second: dict[str, str], says: str
) -> None:
    # The later one stands first in the file: the years decide.
    trials = [trial(evidence, "b", 2021, **second), trial(evidence, "a", 2019, **first)]
    (finding,) = duplicates(evidence, trials)
    assert (finding.study_id, finding.severity, finding.row_ids) == ("b", "suspect", ())
    assert says in finding.text
    assert finding.text.endswith("with a: the same participants may count twice")
    assert finding.concerns("b", ("b.pain.post.1",))


def test_an_excluded_duplicate_is_noted(evidence: Evidence) -> None:
    again = replace(trial(evidence, "b", 2021, doi="10.1000/a"), status="excluded")
    (finding,) = duplicates(evidence, [trial(evidence, "a", 2019), again])
    assert finding.severity == "note"


def test_different_trials_of_one_programme_are_no_duplicates(evidence: Evidence) -> None:
    short = {"title": "Online treatment of pain"}
    trials = [trial(evidence, "a", 2019, **short), trial(evidence, "b", 2019, **short),
              trial(evidence, "c", 2020, doi=""), trial(evidence, "d", 2021, doi="")]  # fmt: skip
    assert duplicates(evidence, trials) == []


def test_a_trial_that_names_its_own_report_is_no_duplicate(evidence: Evidence) -> None:
    own = trial(evidence, "a", 2019, other_reports="Erratum 10.1000/a and 10.1000/a-erratum")
    assert duplicates(evidence, [own]) == []


def test_the_same_means_and_sds_in_two_trials_are_suspect_in_both(evidence: Evidence) -> None:
    trials = [trial(evidence, "a", 2019), trial(evidence, "b", 2021)]
    rows = [replace(a_row(), study_id=name, row_id=f"{name}.pain.post.1") for name in "ab"]
    found = duplicates(evidence, trials, rows)
    assert [(each.study_id, each.severity) for each in found] == [("a", "suspect"),
                                                                  ("b", "suspect")]  # fmt: skip
    assert "(50 4 2 50 4.8 2) stand in b.pain.post.1 too" in found[0].text
    twin = replace(rows[1], sd_control=2.1)
    assert duplicates(evidence, trials, [rows[0], twin]) == []


def test_the_same_reported_effect_in_two_trials_is_noted(evidence: Evidence) -> None:
    trials = [trial(evidence, "a", 2019), trial(evidence, "b", 2021)]
    rows = [replace(a_reported_row(-0.313, effect_se=0.172), study_id=name,
                    row_id=f"{name}.pain.post.1") for name in "ab"]  # fmt: skip
    assert [each.severity for each in duplicates(evidence, trials, rows)] == ["note", "note"]
    assert duplicates(evidence, trials, [rows[0], replace(rows[1], effect_se=0.173)]) == []
    # Two zeros agree in what they leave out: they have a check of their own.
    zeros = [replace(row, effect=0.0) for row in rows]
    assert duplicates(evidence, trials, zeros) == []


def test_two_rows_of_one_trial_may_be_alike(evidence: Evidence) -> None:
    rows = [replace(a_row(), study_id="a", row_id=f"a.pain.post.{n}") for n in (1, 2)]
    assert duplicates(evidence, [trial(evidence, "a", 2019)], rows) == []
