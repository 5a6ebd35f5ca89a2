"""Harms and satisfaction: each trial in one group, and what both arms' numbers say."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import pytest

from analysis.evidence.rows import AcceptabilityRow, Evidence
from analysis.synthesis.acceptability import Compared, reported
from analysis.synthesis.wording.acceptability_text import (
    against,
    comparison,
    difference,
    plain_comparison,
    ratio,
    share,
    tally,
    unknown,
)
from tests.synthesis.asked_about import EVENT, counted_row

SUBJECTS = ("harms", "satisfaction", "attrition", "adherence", "participation")
STUDY = "friesen-2017"


def having(evidence: Evidence, rows: Sequence[AcceptabilityRow]) -> Evidence:
    return dataclasses.replace(evidence, acceptability=tuple(rows))


def only(evidence: Evidence, *rows: AcceptabilityRow) -> Compared:
    (found,) = reported(having(evidence, rows), "harms").found
    return found


@pytest.mark.parametrize("what", SUBJECTS)
def test_every_included_trial_is_in_one_of_three_groups(evidence: Evidence, what: str) -> None:
    whole = reported(evidence, what)
    parts = [reported(evidence, what, each.id) for each in evidence.protocol.conditions]
    ids = [t.study_id for f in parts for group in (f.said, f.silent, f.unseen) for t in group]
    included = [t.study_id for t in evidence.trials.values() if t.status == "included"]
    assert sorted(ids) == sorted(included)
    assert whole.total == len(included)
    assert len(whole.said) == sum(len(part.said) for part in parts)


def test_a_trial_that_says_it_reports_nothing_is_told_from_one_not_seen(
    evidence: Evidence,
) -> None:
    found = reported(evidence, "harms")
    groups = [
        {trial.label for trial in group} for group in (found.said, found.silent, found.unseen)
    ]
    for label, group in zip(("Gendreau 2024", "Friesen 2017", "Lorig 2008"), groups, strict=True):
        assert label in group


def test_one_statement_outweighs_another_source_that_saw_none(evidence: Evidence) -> None:
    row = next(row for row in evidence.acceptability if row.study_id == STUDY)
    said = dataclasses.replace(row, what="harms", value="2", unit="events")
    found = reported(having(evidence, (*evidence.acceptability, said)), "harms")
    assert STUDY in {trial.study_id for trial in found.said}
    assert STUDY not in {trial.study_id for trial in found.silent}


def test_per_cents_without_counts_stand_side_by_side_and_give_no_ratio(evidence: Evidence) -> None:
    found = only(
        evidence,
        counted_row(STUDY, "intervention", arm="both online arms", percent=25.0),
        counted_row(STUDY, "control", percent=53.0),
    )
    assert found.ratio is found.difference is None
    words = evidence.protocol.words
    assert comparison(found, words) == f"{EVENT}: 25% against 53%"
    control = evidence.trials[STUDY].comparator
    assert control and against(found, words) == f"both online arms against {control}"
    unnamed = dataclasses.replace(found.trial, comparator="")
    assert against(dataclasses.replace(found, trial=unnamed), words).endswith(words.comparator)
    assert (ratio(found), difference(found)) == ("counts not known", "")
    assert plain_comparison(found, words) == (
        f"{EVENT}: 25 of 100 people (both online arms), 53 of 100 people in the control group"
    )


@pytest.mark.parametrize(
    ("per_cent", "people"),
    [
        (25.0, "25 of 100 people"),
        (0.0, "0 of 100 people"),
        (100.0, "100 of 100 people"),
        (None, "a number of people that is not known"),
    ],
)
def test_everybody_reads_how_many_people_had_it_however_few(
    evidence: Evidence, per_cent: float | None, people: str
) -> None:
    found = only(
        evidence,
        counted_row(STUDY, "intervention", percent=per_cent),
        counted_row(STUDY, "control", percent=9.0),
    )
    assert plain_comparison(found, evidence.protocol.words) == (
        f"{EVENT}: {people} with Internet-delivered therapy, 9 of 100 people without it"
    )


@pytest.mark.parametrize(
    ("per_cent", "people"),
    [
        (0.4, "4 of 1,000 people"),
        (0.02, "fewer than 1 of 1,000 people"),
        (99.5, "995 of 1,000 people"),
        (99.98, "more than 999 of 1,000 people"),
    ],
)
def test_what_few_had_or_few_had_not_is_told_of_as_many_people_in_both_groups(
    evidence: Evidence, per_cent: float, people: str
) -> None:
    found = only(
        evidence,
        counted_row(STUDY, "intervention", percent=per_cent),
        counted_row(STUDY, "control", percent=2.0),
    )
    assert plain_comparison(found, evidence.protocol.words) == (
        f"{EVENT}: {people} with Internet-delivered therapy, 20 of 1,000 people without it"
    )


def test_everybody_reads_what_was_counted_in_one_group_or_in_both_together(
    evidence: Evidence,
) -> None:
    words = evidence.protocol.words
    both = only(evidence, counted_row(STUDY, "both", events=0.0, total=275.0))
    assert plain_comparison(both, words) == f"{EVENT}: 0 of 275 people, both groups together"
    one = only(evidence, counted_row(STUDY, "intervention", percent=7.0))
    assert plain_comparison(one, words) == f"{EVENT}: 7 of 100 people {words.with_intervention}"
    other = only(evidence, counted_row(STUDY, "control", percent=7.0))
    assert plain_comparison(other, words) == f"{EVENT}: 7 of 100 people in {words.control}"


def test_counts_give_the_risk_ratio_and_difference_of_the_handbook(evidence: Evidence) -> None:
    # 15/100 against 30/100: RR 0.5, SE of its log sqrt(1/15 - 1/100 + 1/30 - 1/100) = 0.28284;
    # RD -0.15, SE sqrt(0.15 * 0.85 / 100 + 0.3 * 0.7 / 100) = 0.058095.
    found = only(
        evidence,
        counted_row(STUDY, "intervention", events=15.0, total=100.0),
        counted_row(STUDY, "control", events=30.0, total=100.0),
    )
    assert found.ratio and found.difference
    assert found.ratio.estimate == pytest.approx(math.log(0.5))
    assert found.ratio.interval.low == pytest.approx(math.log(0.5) - 1.959964 * 0.2828427)
    assert found.difference.estimate == pytest.approx(-0.15)
    assert found.difference.interval.high == pytest.approx(-0.15 + 1.959964 * 0.0580948, abs=1e-6)
    assert ratio(found) == "0.50 (0.29 to 0.87)"
    assert difference(found) == "\N{MINUS SIGN}15 of 100 (\N{MINUS SIGN}26 to \N{MINUS SIGN}4)"
    assert "15 of 100 (15%) against 30 of 100 (30%); risk ratio 0.50" in comparison(
        found, evidence.protocol.words
    )


def test_a_difference_of_less_than_one_in_a_hundred_is_not_none(evidence: Evidence) -> None:
    found = only(
        evidence,
        counted_row(STUDY, "intervention", events=1.0, total=400.0),
        counted_row(STUDY, "control", events=0.0, total=400.0),
    )
    assert difference(found).startswith("0.2 of 100 (\N{MINUS SIGN}0.")
    assert "1 of 400 (<1%) against 0 of 400 (0%)" in comparison(found, evidence.protocol.words)


def test_a_difference_of_more_than_99_in_a_hundred_is_not_all(evidence: Evidence) -> None:
    found = only(
        evidence,
        counted_row(STUDY, "intervention", events=398.0, total=400.0),
        counted_row(STUDY, "control", events=0.0, total=400.0),
    )
    assert difference(found).startswith("99.5 of 100 (")


def test_counts_follow_from_the_number_asked_and_the_per_cent_and_are_said_to(
    evidence: Evidence,
) -> None:
    found = only(
        evidence,
        counted_row(STUDY, "intervention", percent=23.0, total=140.0),
        counted_row(STUDY, "control", events=27.0, total=135.0),
    )
    assert found.intervention and found.control and found.ratio
    assert (found.intervention.events, found.intervention.counts) == (32.0, "from per cent")
    assert share(found.intervention) == "about 32 of 140 (23%)"
    assert share(found.control) == "27 of 135 (20%)"
    assert found.ratio.estimate == pytest.approx(math.log(32 / 140 / (27 / 135)))


@pytest.mark.parametrize("events", [0.0, 50.0])
def test_what_nobody_or_everybody_had_gives_no_ratio(evidence: Evidence, events: float) -> None:
    rows = [counted_row(STUDY, s, events=events, total=50.0) for s in ("intervention", "control")]
    found = only(evidence, *rows)
    assert found.ratio is found.difference is None
    assert ratio(found) == "nobody had it, or everybody"


def test_two_arms_of_one_side_are_added_up_where_counts_of_both_are_known(
    evidence: Evidence,
) -> None:
    control = counted_row(STUDY, "control", events=9.0, total=60.0)
    arms = [
        counted_row(STUDY, "intervention", arm=arm, events=events, total=total)
        for arm, events, total in (("app", 4.0, 50.0), ("web", 5.0, 70.0))
    ]
    found = only(evidence, *arms, control)
    assert found.intervention
    assert (found.intervention.events, found.intervention.total, found.intervention.arm) == (
        9.0,
        120.0,
        "app, web",
    )
    unknown_one = dataclasses.replace(arms[1], events=None, total=None, percent=7.0)
    apart = reported(having(evidence, (arms[0], unknown_one, control)), "harms").found
    assert [each.intervention.arm for each in apart if each.intervention] == ["app", "web"]
    assert [each.ratio is None for each in apart] == [False, True]


def test_what_differs_in_words_or_source_is_not_compared(evidence: Evidence) -> None:
    rows = (
        counted_row(STUDY, "intervention", percent=5.0),
        counted_row(STUDY, "control", percent=6.0, event="another"),
        counted_row(STUDY, "control", percent=7.0, source_id="cd010152"),
        counted_row(STUDY, "both", percent=8.0),
    )
    found = reported(having(evidence, rows), "harms")
    assert found.compared == ()
    assert len(found.found) == len(rows)


def test_the_tally_and_what_is_not_known_are_said(evidence: Evidence) -> None:
    found = reported(evidence, "harms")
    rest = found.total - len(found.said) - len(found.silent)
    assert tally(found) == f"harms: reported by {len(found.said)} of {found.total} trials"
    assert unknown(found) == (
        f"{len(found.silent)} trials are known not to report this; "
        f"for {rest} other trials we do not know"
    )
    nothing = reported(having(evidence, ()), "harms", "headache")
    assert unknown(nothing) == f"for {nothing.total} trials we do not know"
    assert nothing.people is None
