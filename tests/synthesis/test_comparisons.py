"""The sets of trials that are pooled by themselves: what each keeps, and by which method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.rows import Evidence
from analysis.synthesis.comparisons import THEN_AND_NOW, TrialSet, comparisons
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from tests.evidence.rows import a_row, a_trial, with_rows

Results = Mapping[str, Synthesis]


def test_every_set_is_described_and_only_one_that_leaves_out_nothing_may_be_missing(
    syntheses: Results,
) -> None:
    for synthesis in syntheses.values():
        touched = {
            TrialSet.WITH_SUSPECT: any(study.suspect for study in synthesis.studies),
            TrialSet.WITHOUT_DERIVED: any(study.derived for study in synthesis.pooled_studies),
            TrialSet.WITHOUT_ASSUMED: any(study.assumed for study in synthesis.pooled_studies),
        }
        expected = [trials for trials in TrialSet if touched.get(trials, True)]
        assert [other.name for other in synthesis.comparisons] == expected
        assert all(TrialSet(o.name).description == o.description for o in synthesis.comparisons)


def test_the_method_of_2014_pools_suspect_baseline_trials_too(
    evidence: Evidence, syntheses: Results
) -> None:
    studies = syntheses["non-headache.disability.post"].studies
    (baseline, *others) = [study for study in studies if study.in_baseline_review]
    doubted = baseline.model_copy(update={"suspect": ("made so",)})
    measure = syntheses["non-headache.disability.post"].measure
    found = comparisons(evidence.protocol.synthesis, measure, (doubted, *others))
    by_set = {c.name: c for c in found}
    then, now = (by_set[trials] for trials in THEN_AND_NOW)
    assert set(then.study_ids) - set(now.study_ids) == {baseline.study_id}
    assert then.pooled is not None
    assert (then.pooled.model, then.pooled.interval.method) == ("dersimonian-laird", "wald")
    assert baseline.study_id in by_set[TrialSet.WITH_SUSPECT].study_ids


def test_what_each_set_leaves_out(syntheses: Results) -> None:
    for synthesis in syntheses.values():
        studies = {study.study_id: study for study in synthesis.pooled_studies}
        left_out = {
            trials: [s for key, s in studies.items()
                     if key not in synthesis.comparison(trials).study_ids]
            for trials in (TrialSet.WITHOUT_HIGH_RISK, TrialSet.ARM_LEVEL)
        }  # fmt: skip
        assert all(
            study.risk_of_bias.overall == "high" for study in left_out[TrialSet.WITHOUT_HIGH_RISK]
        )
        assert all(study.variance_from != "arm data" for study in left_out[TrialSet.ARM_LEVEL])


def test_ratios_of_2014_are_pooled_around_the_mantel_haenszel_mean(evidence: Evidence) -> None:
    """RevMan 5's random effects; by inverse variance it would be 2.7199 (0.2857 to 25.8973).

    R 4.2.2 with metafor 3.8: Q around the mean of rma.mh, tau2 by DerSimonian-Laird from it.
    """
    trials = {
        f"older-{number}": a_trial(
            evidence, study_id=f"older-{number}", condition="headache", in_baseline_review="yes"
        )
        for number in (1, 2, 3)
    }
    rows = [
        a_row(
            row_id=f"older-{number}.pain.post.1", study_id=f"older-{number}", format="events",
            higher_is="better", events_intervention=a, total_intervention=n1,
            events_control=c, total_control=n2,
        )
        for number, a, n1, c, n2 in (
            (1, 14.0, 40.0, 2.0, 38.0), (2, 30.0, 45.0, 3.0, 41.0), (3, 9.0, 60.0, 8.0, 20.0),
        )
    ]  # fmt: skip
    made = replace(with_rows(evidence, rows, trials["older-1"]), trials=trials)
    found = synthesise(made, evidence.protocol.question("headache", "pain", "post"))
    then = found.comparison(TrialSet.AS_IN_2014).pooled
    assert then is not None and then.heterogeneity is not None
    shown = found.measure.shown_interval(then.interval.low or 0.0, then.interval.high or 0.0)
    assert found.measure.shown(then.estimate) == pytest.approx(2.7332, abs=5e-5)
    assert shown == pytest.approx((0.2477, 30.1644), abs=5e-4)
    assert then.heterogeneity.tau2 == pytest.approx(4.1707, abs=5e-5)
