"""Each check of rows beside each other: a planted error is found, a clean twin is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.integrity import Finding, findings, instruments_without_direction
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.protocol_lists import Directions
from analysis.statistics.effect_sizes import smd_variance_from_arm_sizes
from tests.evidence.rows import a_reported_row, a_row, a_trial

# A trial of 50 an arm: an SMD of 0.3 becomes 2.1 where standard errors are read as SDs.
TRUE, INFLATED = -0.3, -2.1


def said(evidence: Evidence, rows: Sequence[OutcomeRow], check: str) -> list[Finding]:
    """What one check finds in these rows, each trial with 100 randomised to an arm."""
    studies = dict.fromkeys(row.study_id for row in rows)
    trials = {
        study_id: replace(a_trial(evidence), study_id=study_id, doi="", title="", pmid="")
        for study_id in studies
    }
    review = replace(evidence, trials=trials, outcomes=tuple(rows))
    return [finding for finding in findings(review) if finding.check == check]


def row_of(study_id: str, number: int = 1, **changes: Any) -> OutcomeRow:
    row = a_row(**changes)
    row_id = f"{study_id}.{row.outcome}.{row.timepoint}.{number}"
    return replace(row, study_id=study_id, row_id=row_id)


def reported(study_id: str, effect: float, number: int = 1, **changes: Any) -> OutcomeRow:
    se = math.sqrt(float(smd_variance_from_arm_sizes(effect, 50, 50)))
    row = a_reported_row(effect, **({"effect_se": se} | changes))
    row_id = f"{study_id}.{row.outcome}.{row.timepoint}.{number}"
    return replace(row, study_id=study_id, row_id=row_id)


OTHERS = [reported(f"clean-{n}", effect) for n, effect in enumerate((-0.2, -0.4, 0.1))]


def far(evidence: Evidence, rows: Sequence[OutcomeRow]) -> list[Finding]:
    return said(evidence, rows, "SE read as SD")


def test_a_planted_standard_error_is_found_beside_the_trials_other_time_point(
    evidence: Evidence,
) -> None:
    rows = [reported("planted", TRUE), reported("planted", INFLATED, timepoint="follow-up")]
    (finding,) = far(evidence, rows)
    assert finding.severity == "suspect"
    assert finding.row_ids == ("planted.pain.follow-up.1",)
    assert "SMD −2.10" in finding.text
    assert "largest effect of this trial at its other time point is 0.30" in finding.text
    assert "about 50 participants an arm, it would be −0.30" in finding.text


def test_another_outcome_at_another_time_is_a_yardstick_too(evidence: Evidence) -> None:
    rows = [
        reported("planted", TRUE, outcome="disability"),
        reported("planted", INFLATED, timepoint="follow-up"),
    ]
    assert len(far(evidence, rows)) == 1


def test_a_planted_standard_error_is_found_beside_the_other_trials(evidence: Evidence) -> None:
    (finding,) = far(evidence, [*OTHERS, reported("planted", INFLATED)])
    assert finding.study_id == "planted"
    assert "median effect of the other trials is 0.20" in finding.text


def test_the_clean_twin_is_not_suspect(evidence: Evidence) -> None:
    twin = [reported("twin", TRUE), reported("twin", TRUE, timepoint="follow-up")]
    assert far(evidence, [*OTHERS, *twin]) == []


@pytest.mark.parametrize("effect", [-1.0, 1.0, -0.99])
def test_an_effect_up_to_the_limit_is_not_suspect(evidence: Evidence, effect: float) -> None:
    assert far(evidence, [*OTHERS, reported("large", effect)]) == []


def test_a_large_effect_of_a_small_trial_may_be_chance(evidence: Evidence) -> None:
    """1.2 with a standard error of 0.35 is 2.6 of them from 0.3."""
    rows = [reported("small", TRUE), reported("small", -1.2, timepoint="follow-up", effect_se=0.35)]
    assert far(evidence, rows) == []


def test_a_large_effect_among_trials_that_spread_as_much_is_not_suspect(
    evidence: Evidence,
) -> None:
    spread = [reported(f"spread-{n}", effect) for n, effect in enumerate((0.0, -0.5, -1.2, 0.1))]
    assert far(evidence, [*spread, reported("large", -1.2)]) == []


def test_a_large_effect_that_lasts_is_not_suspect(evidence: Evidence) -> None:
    rows = [reported("lasting", -2.1), reported("lasting", -1.8, timepoint="follow-up")]
    assert far(evidence, [*OTHERS, *rows]) == []


def test_an_effect_with_nothing_beside_it_is_not_judged(evidence: Evidence) -> None:
    alone = reported("alone", -2.5)
    assert far(evidence, [alone]) == []
    assert far(evidence, [alone, reported("other", -0.1)]) == []


def test_an_inflated_harm_is_as_suspect_as_an_inflated_benefit(evidence: Evidence) -> None:
    rows = [reported("planted", 0.3), reported("planted", 2.1, timepoint="follow-up")]
    assert len(far(evidence, rows)) == 1


USUAL = [row_of(f"usual-{n}", sd_intervention=sd, sd_control=sd) for n, sd in
         enumerate((1.7, 2.0, 2.2))]  # fmt: skip


@pytest.mark.parametrize(("sd", "times"), [(0.28, "0.14"), (20.0, "10.00")])
def test_an_sd_unlike_its_instrument_elsewhere_is_suspect(
    evidence: Evidence, sd: float, times: str
) -> None:
    """2.0 / sqrt(50) is 0.28; a decimal that slipped makes 20."""
    (finding,) = far(evidence, [*USUAL, row_of("planted", sd_control=sd)])
    assert (finding.study_id, finding.severity) == ("planted", "suspect")
    assert f"control arm: SD {sd:g}, where NRS has 2.00 in 3 other trials" in finding.text
    assert f"({times} times as large)" in finding.text


@pytest.mark.parametrize("sd", [0.7, 1.0, 5.9])
def test_an_sd_like_its_instrument_elsewhere_is_not(evidence: Evidence, sd: float) -> None:
    assert far(evidence, [*USUAL, row_of("twin", sd_control=sd)]) == []


def test_the_same_instrument_on_another_scale_is_not_suspect(evidence: Evidence) -> None:
    tenfold = row_of("tenfold", mean_intervention=40.0, sd_intervention=20.0,
                     mean_control=48.0, sd_control=20.0)  # fmt: skip
    assert far(evidence, [*USUAL, tenfold]) == []


def test_without_other_trials_the_baseline_is_the_yardstick(evidence: Evidence) -> None:
    baseline = {"baseline_mean_intervention": 5.0, "baseline_sd_intervention": 2.0}
    planted = row_of("planted", sd_intervention=0.28, **baseline)
    (finding,) = far(evidence, [planted])
    assert "has 2.00 in the same arm at baseline" in finding.text
    assert far(evidence, [row_of("twin", **baseline)]) == []
    assert far(evidence, [row_of("unknown", sd_intervention=0.28)]) == []


def sources(evidence: Evidence, first: float, second: float) -> list[Finding]:
    rows = [reported("twice", first), reported("twice", second, 2, source_id="cd010152-rows")]
    return said(evidence, rows, "sources disagree")


def test_two_sources_that_disagree_are_noted(evidence: Evidence) -> None:
    (finding,) = sources(evidence, -0.58, -0.88)
    assert finding.severity == "note"
    assert finding.row_ids == ("twice.pain.post.1", "twice.pain.post.2")
    assert "gandy-2022: SMD −0.58; cd010152-rows: SMD −0.88: a difference of 0.30" in finding.text


def test_two_sources_far_apart_are_suspect(evidence: Evidence) -> None:
    (finding,) = sources(evidence, -0.2, -1.01)
    assert finding.severity == "suspect"


def test_two_sources_that_agree_but_for_rounding_are_not_noted(evidence: Evidence) -> None:
    assert sources(evidence, -0.578, -0.58) == []


def test_two_rows_of_one_source_do_not_disagree(evidence: Evidence) -> None:
    rows = [reported("twice", -0.2), reported("twice", -0.9, 2)]
    assert said(evidence, rows, "sources disagree") == []


def test_an_instrument_turned_the_other_way_is_suspect(evidence: Evidence) -> None:
    (finding,) = said(evidence, [*USUAL, row_of("turned", higher_is="better")],
                      "directions conflict")  # fmt: skip
    assert (finding.study_id, finding.severity) == ("turned", "suspect")
    assert "a higher NRS is better here, the other way round in 3 of 3 other trials" in finding.text
    assert said(evidence, [*USUAL, row_of("twin")], "directions conflict") == []


def with_directions(evidence: Evidence, **directions: tuple[str, ...]) -> Evidence:
    known = evidence.protocol.model_copy(update={"directions": Directions(**directions)})
    return replace(evidence, protocol=known)


@pytest.mark.parametrize(
    ("row", "severity"),
    [
        (row_of("turned", higher_is="better"), "suspect"),
        (reported("turned", TRUE, instrument="NRS", higher_is="better"), "note"),
    ],
)
def test_a_direction_that_is_not_the_protocols_is_named(
    evidence: Evidence, row: OutcomeRow, severity: str
) -> None:
    """Alone or against others; where the sign rests on the effect itself it is only noted."""
    known = with_directions(evidence, worse=("NRS",))
    for others in ([], USUAL):
        (finding,) = said(known, [*others, row], "directions conflict")
        assert (finding.study_id, finding.severity) == ("turned", severity)
        assert finding.text == "a higher NRS is better here, worse by the protocol"
    assert said(known, [replace(row, higher_is="worse")], "directions conflict") == []


def test_the_protocol_goes_before_what_most_trials_have(evidence: Evidence) -> None:
    known = with_directions(evidence, better=("NRS",))
    found = said(known, [*USUAL, row_of("right", higher_is="better")], "directions conflict")
    assert [finding.study_id for finding in found] == [row.study_id for row in USUAL]


def test_instruments_whose_direction_only_other_trials_tell_are_listed(evidence: Evidence) -> None:
    known = with_directions(evidence, worse=("NRS",))
    rows = (row_of("one"), row_of("two", instrument="ISI"), row_of("three", instrument=""))
    assert instruments_without_direction(replace(known, outcomes=rows)) == ("ISI",)


def test_two_trials_against_each_other_are_not_judged(evidence: Evidence) -> None:
    rows = [row_of("one"), row_of("other", higher_is="better")]
    assert said(evidence, rows, "directions conflict") == []


def of_one_trial(*effects: float) -> list[OutcomeRow]:
    places = [("pain", "post"), ("disability", "post"), ("depression", "post"),
              ("pain", "follow-up")]  # fmt: skip
    return [reported("trial", effect, outcome=outcome, timepoint=timepoint)
            for effect, (outcome, timepoint) in zip(effects, places, strict=False)]  # fmt: skip


def test_an_effect_against_the_rest_of_its_trial_is_suspect(evidence: Evidence) -> None:
    (finding,) = said(evidence, of_one_trial(-0.4, -0.5, 0.45, -0.3), "directions conflict")
    assert finding.row_ids == ("trial.depression.post.1",)
    assert finding.severity == "suspect"
    assert "median of the trial's 3 other effects is −0.40" in finding.text


def test_where_there_are_two_effects_only_both_are_noted(evidence: Evidence) -> None:
    found = said(evidence, of_one_trial(-0.5, 0.5), "directions conflict")
    assert [(finding.severity, len(finding.row_ids)) for finding in found] == [("note", 1)] * 2
    assert "its only other effect is 0.50" in found[0].text


@pytest.mark.parametrize(
    "effects",
    [
        (-0.4, -0.5, -0.1, -0.3),
        # On the other side, but small; or no further than chance brings it.
        (-0.4, -0.5, 0.15, -0.3),
        (-0.21, -0.25, 0.25, -0.2),
        (-0.4,),
    ],
)
def test_effects_of_one_trial_that_agree(evidence: Evidence, effects: tuple[float, ...]) -> None:
    assert said(evidence, of_one_trial(*effects), "directions conflict") == []


def test_standard_errors_are_a_yardstick_and_sds_without_means_are_none(
    evidence: Evidence,
) -> None:
    errors = {"sd_intervention": None, "sd_control": None,
              "se_intervention": 0.28, "se_control": 0.28}  # fmt: skip
    rows = [row_of("errors", **errors), row_of("clean-1"), row_of("clean-2")]
    adjusted = row_of("adjusted", mean_intervention=None, mean_control=None)
    assert far(evidence, [*rows, adjusted]) == []
    (finding,) = far(evidence, [*rows, row_of("planted", sd_intervention=0.3)])
    assert "in 3 other trials" in finding.text
