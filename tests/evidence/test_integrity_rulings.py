"""A ruling counts for the numbers it was about, and for no others; what does not count is said."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

import pytest

from analysis.commands import options
from analysis.evidence.integrity import findings, reasons_to_keep_out, rulings_without_effect
from analysis.evidence.integrity.rulings import (
    IDENTITY_OF_TRIAL,
    NUMBERS_OF_TRIAL,
    fingerprint,
)
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence, OutcomeRow, Ruling
from analysis.evidence.verification import COLUMNS as VERIFICATION
from analysis.files.columns import column, columns
from tests.commands.typed import typed
from tests.evidence.folder import DataFolder
from tests.evidence.rows import corrected
from tests.evidence.rulings import made_now

STUDY = "chiauzzi-2010"
PAIN, ANXIETY = f"{STUDY}.pain.follow-up.1", f"{STUDY}.anxiety.follow-up.1"
PAIN_RULING = Ruling(
    "SE read as SD", STUDY, PAIN, "accept", "the report says so", "A. Person", "2026-11-23"
)
TRIAL_RULING = replace(PAIN_RULING, row_id="")
REMARKS = ("not_usable_because", "locator", "note", *VERIFICATION)
NO_REMARKS = tuple(c.name for c in columns(OutcomeRow) if c.name not in REMARKS)


def ruled(evidence: Evidence, *rulings: Ruling) -> Evidence:
    return replace(evidence, rulings=made_now(evidence, *rulings))


def kept_out(evidence: Evidence, row_id: str = PAIN) -> bool:
    return bool(reasons_to_keep_out(findings(evidence), STUDY, (row_id,)))


def test_a_ruling_does_not_survive_a_correction_of_its_row(evidence: Evidence) -> None:
    accepted = ruled(evidence, PAIN_RULING)
    assert not kept_out(accepted)
    assert kept_out(corrected(accepted, PAIN, effect=-1.71))


def test_an_exclusion_does_not_survive_the_correction_that_it_asked_for(
    evidence: Evidence,
) -> None:
    """A note that a person excluded: with the true effect typed in, nothing keeps it out."""
    zero = "buhrman-2004.disability.post.1"
    ruling = replace(
        PAIN_RULING, check="exact zero", study_id="buhrman-2004", row_id=zero, ruling="exclude"
    )
    excluded = ruled(evidence, ruling)
    assert reasons_to_keep_out(findings(excluded), "buhrman-2004", (zero,))
    mended = corrected(excluded, zero, effect=-0.21)
    assert not reasons_to_keep_out(findings(mended), "buhrman-2004", (zero,))


@pytest.mark.parametrize("remark", REMARKS)
def test_a_remark_may_change(evidence: Evidence, remark: str) -> None:
    assert not kept_out(corrected(ruled(evidence, PAIN_RULING), PAIN, **{remark: "seen"}))


@pytest.mark.parametrize("name", NO_REMARKS)
def test_nothing_else_may(evidence: Evidence, name: str) -> None:
    (ruling,) = made_now(evidence, PAIN_RULING)
    (finding,) = [f for f in findings(evidence) if f.row_ids == (PAIN,)]
    (row,) = [row for row in evidence.outcomes if row.row_id == PAIN]
    value = getattr(row, name)
    other = f"{value} more" if isinstance(value, str) else (value or 0.0) + 1
    changed = replace(row, **{name: other})
    now = replace(evidence, outcomes=(changed,))
    assert fingerprint(now, replace(finding, row_ids=(changed.row_id,)), ruling) != (
        ruling.fingerprint
    )


def test_a_column_that_comes_later_changes_a_ruling_only_where_it_is_filled(
    evidence: Evidence,
) -> None:
    @dataclass(frozen=True, slots=True)
    class Wider(OutcomeRow):
        skewness: float | None = column("skewness of the scores", "0.4", default=None)

    def widened(skewness: float | None) -> Evidence:
        rows = [
            Wider(**{c.name: getattr(row, c.name) for c in columns(OutcomeRow)}, skewness=skewness)
            for row in evidence.outcomes
        ]
        return replace(evidence, outcomes=tuple(rows))

    (ruling,) = made_now(evidence, PAIN_RULING)
    (finding,) = [f for f in findings(evidence) if f.row_ids == (PAIN,)]
    assert fingerprint(widened(None), finding, ruling) == ruling.fingerprint
    assert fingerprint(widened(0.4), finding, ruling) != ruling.fingerprint


def test_a_ruling_on_a_row_survives_a_correction_of_another(evidence: Evidence) -> None:
    # A quarter further from zero: every follow-up row stays as suspect as it was.
    accepted = ruled(evidence, PAIN_RULING)
    assert not kept_out(corrected(accepted, ANXIETY, effect=-1.9))


def test_a_ruling_on_the_trial_does_not(evidence: Evidence) -> None:
    accepted = ruled(evidence, TRIAL_RULING)
    assert not kept_out(accepted)
    assert kept_out(corrected(accepted, ANXIETY, effect=-1.9))


@pytest.mark.parametrize(
    ("ruling", "names"),
    [(PAIN_RULING, NUMBERS_OF_TRIAL), (TRIAL_RULING, (*NUMBERS_OF_TRIAL, *IDENTITY_OF_TRIAL))],
)
def test_the_trial_s_own_numbers_belong_to_it(
    evidence: Evidence, ruling: Ruling, names: tuple[str, ...]
) -> None:
    accepted = ruled(evidence, ruling)
    for name in names:
        old = evidence.trials[STUDY]
        value = getattr(old, name)
        other = f"{value} more" if isinstance(value, str) else (value or 0.0) + 1
        trials = dict(evidence.trials) | {STUDY: replace(old, **{name: other})}
        assert kept_out(replace(accepted, trials=trials)), name
    label = replace(evidence.trials[STUDY], label="Chiauzzi and others 2010")
    assert not kept_out(replace(accepted, trials=dict(evidence.trials) | {STUDY: label}))


def test_a_ruling_on_two_sources_lapses_when_either_changes(evidence: Evidence) -> None:
    one, two = "dear-2013.disability.post.1", "dear-2013.disability.post.2"
    ruling = replace(PAIN_RULING, check="sources disagree", study_id="dear-2013", row_id=one,
                     ruling="exclude")  # fmt: skip
    excluded = ruled(evidence, ruling)
    assert reasons_to_keep_out(findings(excluded), "dear-2013", (one,))
    other = corrected(excluded, two, effect=0.9)
    (finding,) = [f for f in findings(other) if f.lapsed]
    assert (finding.row_ids, finding.ruling) == ((one, two), None)
    assert not reasons_to_keep_out(findings(other), "dear-2013", (one,))


def test_a_lapsed_ruling_on_a_row_leaves_the_one_on_its_trial_to_count(evidence: Evidence) -> None:
    trial = replace(made_now(evidence, TRIAL_RULING)[0], ruling="exclude")
    both = replace(evidence, rulings=(PAIN_RULING, trial))
    (finding,) = [f for f in findings(both) if f.row_ids == (PAIN,)]
    assert (finding.ruling, finding.lapsed) == (trial, None)


def cells(ruling: Ruling) -> list[str]:
    return [getattr(ruling, field.name) for field in fields(Ruling)]


def said(folder: DataFolder, *rulings: Ruling) -> list[tuple[int | None, str | None, str]]:
    """What is said of rulings in the file."""
    folder.write("integrity.csv", [folder.rows("integrity.csv")[0], *map(cells, rulings)])
    evidence = load(folder.path)
    problems = rulings_without_effect(evidence, findings(evidence))
    assert all(problem.file == folder.path / "integrity.csv" for problem in problems)
    return [(problem.line, problem.column, problem.message) for problem in problems]


def test_a_person_is_told_what_to_write_and_what_has_changed(
    folder: DataFolder, evidence: Evidence
) -> None:
    ((line, column, message),) = said(folder, PAIN_RULING)
    assert (line, column) == (2, "fingerprint")
    found = re.search(r"does not count: blank, write ([0-9a-f]{8}) if", message)
    assert found, message
    signed = replace(PAIN_RULING, fingerprint=found[1])
    assert said(folder, signed) == []
    assert not kept_out(load(folder.path))

    folder.edit("outcomes.csv", PAIN, effect="-1.71")
    ((line, column, message),) = said(folder, signed)
    assert (line, column) == (2, "fingerprint")
    assert f"the numbers have changed since, or others were added ({found[1]} was" in message
    now = re.search(r"then write ([0-9a-f]{8}), or remove the line", message)
    assert now and now[1] != found[1]
    assert kept_out(load(folder.path))
    assert said(folder, replace(PAIN_RULING, fingerprint=now[1])) == []


def test_a_ruling_on_what_is_no_longer_found_is_named(
    folder: DataFolder, evidence: Evidence
) -> None:
    (signed,) = made_now(evidence, PAIN_RULING)
    folder.edit("outcomes.csv", PAIN, effect="-0.17")
    assert said(folder, signed) == [
        (2, "check", "this ruling does not count: no check finds this; remove the line")
    ]


def test_a_ruling_that_others_go_before_is_named(folder: DataFolder, evidence: Evidence) -> None:
    rows = [f"{STUDY}.{outcome}.follow-up.1" for outcome in ("pain", "depression", "anxiety")]
    each = [replace(PAIN_RULING, row_id=row_id) for row_id in rows]
    ((line, column, message),) = said(folder, *made_now(evidence, TRIAL_RULING, *each))
    assert (line, column) == (2, "row_id")
    assert "goes before it" in message


def test_the_command_says_so_and_the_evidence_stays_valid(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(folder, PAIN_RULING)
    monkeypatch.setattr(options, "ROOT", folder.path.parent)
    told = typed("check")
    assert "integrity.csv:2: fingerprint: this ruling does not count: blank" in told
    assert "The evidence is valid" in told
