"""Which row of a trial is pooled: the order of the choice, and a reason for all the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.selection import Selection, rows_of, select
from analysis.protocol import Question
from tests.evidence.rows import a_reported_row, a_row, a_trial, with_rows

PAIN_POST = Question(condition="non-headache", outcome="pain", timepoint="post")
PAIN_LATER = Question(condition="non-headache", outcome="pain", timepoint="follow-up")


def chosen_of(evidence: Evidence, question: str, study_id: str) -> tuple[str, ...]:
    """The ids of the rows chosen for one trial in a question of the project's evidence."""
    selection = select(evidence, evidence.protocol.question(*question.split(".")))
    return tuple(
        row.row_id for rows in selection.chosen if rows[0].study_id == study_id for row in rows
    )


def select_of(evidence: Evidence, question: Question, *rows: OutcomeRow) -> Selection:
    """The selection among made rows of one made trial, numbered as they come."""
    numbered = [replace(row, row_id=f"made-2020.{n}") for n, row in enumerate(rows, start=1)]
    return select(with_rows(evidence, numbered, a_trial(evidence)), question)


def picked(selection: Selection) -> list[str]:
    return [row.row_id for rows in selection.chosen for row in rows]


def why(selection: Selection, row_id: str) -> str:
    (aside,) = [aside for aside in selection.set_aside if aside.row_id == row_id]
    return f"{aside.rule}: {aside.reason}"


# The choices that the codebook's puzzles ask for, on the project's own rows.
@pytest.mark.parametrize(
    ("question", "study_id", "rows"),
    [
        # Means of each arm before the effect that another review reports.
        ("non-headache.disability.post", "friesen-2017", ("friesen-2017.disability.post.1",)),
        ("non-headache.disability.post", "carpenter-2012", ("carpenter-2012.disability.post.1",)),
        # The preferred instrument, though the source lists it third (PHQ-9 before HDRS-17).
        ("non-headache.depression.post", "baumeister-2021", ("baumeister-2021.depression.post.3",)),
        ("non-headache.depression.post", "schlicker-2020", ("schlicker-2020.depression.post.2",)),
        ("non-headache.disability.post", "ong-2023", ("ong-2023.disability.post.2",)),
        # An effect with its standard error before one with arm sizes only.
        ("non-headache.disability.post", "dear-2013", ("dear-2013.disability.post.1",)),
        # A standardised difference before the same contrast in points.
        ("non-headache.depression.follow-up", "ruehlman-2012",
         ("ruehlman-2012.depression.follow-up.1",)),
        # Every contrast of a trial whose arms share one control group.
        ("non-headache.disability.post", "dear-2015",
         tuple(f"dear-2015.disability.post.{arm}" for arm in (1, 2, 3))),
        ("non-headache.disability.post", "lin-2017",
         tuple(f"lin-2017.disability.post.{arm}" for arm in (1, 2))),
        ("headache.depression.post", "hedborg-2011",
         tuple(f"hedborg-2011.depression.post.{arm}" for arm in (1, 2))),
        # Completers; the imputed counts are marked not usable.
        ("headache.pain.post", "huguet-2024", ("huguet-2024.pain.post.1",)),
    ],
)  # fmt: skip
def test_choices_in_the_present_evidence(
    evidence: Evidence, question: str, study_id: str, rows: tuple[str, ...]
) -> None:
    assert chosen_of(evidence, question, study_id) == rows


@pytest.mark.parametrize(
    ("question", "row_id", "says"),
    [
        ("non-headache.disability.post", "friesen-2017.disability.post.2",
         "another row preferred: friesen-2017.disability.post.1 gives arm-level data"),
        ("non-headache.disability.post", "dear-2013.disability.post.2",
         "another row preferred: dear-2013.disability.post.1 gives an effect in this measure"),
        ("non-headache.depression.post", "baumeister-2021.depression.post.1",
         "another row preferred: baumeister-2021.depression.post.3 uses the preferred instrument"),
        ("non-headache.pain.post", "debar-2025.pain.post.1",
         "another measure: reported as "),
        ("non-headache.pain.post", "wilson-2023.pain.post.1",
         "another measure: reported as "),
        ("headache.pain.post", "kleiboer-2014.pain.post.1",
         "another measure: reported as a standardised mean difference"),
        ("headache.pain.post", "strom-2000.pain.post.1",
         "not usable: the number of control participants who improved was not seen"),
        ("non-headache.pain.post", "carpenter-2012.pain.post.1", "not usable: "),
        ("non-headache.disability.follow-up", "ong-2023.disability.follow-up.1",
         "time point: measured at 9 weeks, outside 13 to 52"),
        ("non-headache.depression.post", "sanabria-mazo-2023.depression.post.1",
         "trial awaiting: group therapy by live video call"),
    ],
)  # fmt: skip
def test_reasons_in_the_present_evidence(
    evidence: Evidence, question: str, row_id: str, says: str
) -> None:
    selection = select(evidence, evidence.protocol.question(*question.split(".")))
    assert why(selection, row_id).startswith(says)


def test_data_level_comes_before_instrument(evidence: Evidence) -> None:
    """NRS is the preferred instrument for pain, yet means on another scale come first."""
    by_effect = a_reported_row(-0.3, instrument="NRS", effect_se=0.1)
    selection = select_of(evidence, PAIN_POST, by_effect, a_row(instrument="unheard of"))
    assert picked(selection) == ["made-2020.2"]


def test_the_first_of_the_preferred_instruments_wins(evidence: Evidence) -> None:
    first, second, *_ = evidence.protocol.outcome("pain").instruments
    rows = [a_row(instrument=name) for name in ("unlisted", second, first)]
    selection = select_of(evidence, PAIN_POST, *rows)
    assert picked(selection) == ["made-2020.3"]
    assert {aside.row_id for aside in selection.set_aside} == {"made-2020.1", "made-2020.2"}


@pytest.mark.parametrize(
    ("weeks", "longest"),
    [
        ((13.0, 26.0, 52.0), 3),
        ((12.9, 26.0, 52.1), 2),
        ((26.0, None), 1),
        ((None,), 1),
        ((13.0,), 1),
        ((52.0,), 1),
    ],
)
def test_the_longest_follow_up_within_the_window(
    evidence: Evidence, weeks: tuple[float | None, ...], longest: int
) -> None:
    rows = [a_row(timepoint="follow-up", weeks=week) for week in weeks]
    assert picked(select_of(evidence, PAIN_LATER, *rows)) == [f"made-2020.{longest}"]


@pytest.mark.parametrize("week", [0.1, 12.9, 52.1, 104.0])
def test_no_follow_up_outside_the_window(evidence: Evidence, week: float) -> None:
    selection = select_of(evidence, PAIN_LATER, a_row(timepoint="follow-up", weeks=week))
    assert not selection.chosen
    assert why(selection, "made-2020.1").startswith("time point: measured at")


def test_contrasts_are_taken_together_only_from_one_source_and_instrument(
    evidence: Evidence,
) -> None:
    rows = [
        a_row(contrast="a"),
        a_row(contrast="b"),
        a_row(contrast="b"),
        a_row(contrast="c", instrument="VAS"),
        a_row(contrast="d", source_id="cd010152-rows"),
    ]
    selection = select_of(evidence, PAIN_POST, *rows)
    assert picked(selection) == ["made-2020.1", "made-2020.2"]
    assert why(selection, "made-2020.3").endswith("is taken by its name, which comes first")
    assert why(selection, "made-2020.4").endswith("uses the preferred instrument (NRS)")
    assert why(selection, "made-2020.5").endswith("contrasts are not mixed between sources")


def test_a_risk_ratio_with_arm_sizes_only_gives_no_standard_error(evidence: Evidence) -> None:
    """The variance of an SMD from its arm sizes says nothing of a ratio."""
    headache = Question(condition="headache", outcome="pain", timepoint="post")
    trial = a_trial(evidence, condition="headache")
    row = a_reported_row(1.4, effect_measure="RR", effect_favours_intervention_when="above 1",
                         n_intervention=50.0, n_control=50.0)  # fmt: skip
    selection = select(with_rows(evidence, [row], trial), headache)
    assert not selection.chosen
    assert "no standard error" in selection.set_aside[0].reason


def test_a_mean_difference_that_gives_no_sd_does_not_displace_an_smd(evidence: Evidence) -> None:
    difference = a_reported_row(-0.5, effect_measure="MD", n_intervention=50.0, n_control=50.0)
    smd = a_reported_row(-0.3, n_intervention=50.0, n_control=50.0)
    assert picked(select_of(evidence, PAIN_POST, difference, smd)) == ["made-2020.2"]


def test_every_row_is_chosen_or_set_aside_once_with_a_reason(evidence: Evidence) -> None:
    seen: Counter[str] = Counter()
    for question in evidence.protocol.questions:
        selection = select(evidence, question)
        here = [row.row_id for rows in selection.chosen for row in rows]
        here += [aside.row_id for aside in selection.set_aside]
        assert sorted(here) == sorted(row.row_id for row in rows_of(evidence, question))
        assert all(aside.reason.strip() and aside.rule for aside in selection.set_aside)
        seen.update(here)
    # Every row belongs to one question: none is lost between them.
    assert seen == Counter(row.row_id for row in evidence.outcomes)


def test_trials_come_in_order_of_year(evidence: Evidence) -> None:
    for question in evidence.protocol.questions:
        trials = [evidence.trials[rows[0].study_id] for rows in select(evidence, question).chosen]
        assert trials == sorted(trials, key=lambda trial: (trial.year, trial.label))
        assert len(trials) == len({trial.study_id for trial in trials})


WORDS = {
    "contrast": ("", "a", "b"),
    "instrument": ("", "NRS", "VAS", "unheard of"),
    "timepoint": ("post", "follow-up"),
    "weeks": (None, 5.0, 13.0, 26.0, 52.0, 60.0),
    "usable": ("yes", "no"),
    "source_id": ("gandy-2022", "cd010152-rows"),
    "n_control": (5.0, 20.0, 50.0, None),
    "format": ("means", "events", "effect"),
    "effect_measure": ("SMD", "MD", "RR"),
    "effect_se": (None, 0.2),
    "effect_ci_low": (None, 0.1),
    "effect_ci_high": (None, 0.5),
}


@st.composite
def made_rows(draw: st.DrawFn) -> list[OutcomeRow]:
    """Up to eight rows of one trial: mixtures the schema lets through and some it does not."""
    rows = []
    for number in range(draw(st.integers(1, 8))):
        changes = {name: draw(st.sampled_from(values)) for name, values in WORDS.items()}
        row = a_row(effect=0.3, total_intervention=50.0, total_control=50.0,
                    events_intervention=9.0, events_control=5.0, **changes)  # fmt: skip
        because = "" if row.usable == "yes" else "made so"
        rows.append(replace(row, row_id=f"made.{number}", not_usable_because=because))
    return rows


@settings(max_examples=150, deadline=None)
@given(rows=made_rows(), condition=st.sampled_from(["headache", "non-headache"]))
def test_no_mixture_of_rows_loses_or_doubles_one(
    evidence: Evidence, rows: list[OutcomeRow], condition: str
) -> None:
    made = with_rows(evidence, rows, a_trial(evidence, condition=condition))
    for timepoint in ("post", "follow-up"):
        question = Question(condition=condition, outcome="pain", timepoint=timepoint)
        selection = select(made, question)
        here = [row.row_id for chosen in selection.chosen for row in chosen]
        contrasts = [row.contrast for chosen in selection.chosen for row in chosen]
        assert len(contrasts) == len(set(contrasts))
        assert len(selection.chosen) <= 1
        here += [aside.row_id for aside in selection.set_aside]
        assert sorted(here) == sorted(row.row_id for row in rows_of(made, question))
        assert all(aside.reason for aside in selection.set_aside)
