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


def test_every_set_is_described_and_only_one_that_would_say_nothing_may_be_missing(
    syntheses: Results,
) -> None:
    for synthesis in syntheses.values():
        touched = {
            TrialSet.WITH_SUSPECT: any(study.suspect for study in synthesis.studies),
            TrialSet.WITHOUT_SECONDARY: any(s.secondary for s in synthesis.pooled_studies),
            TrialSet.WITHOUT_CONCERNS: False,  # nobody has judged a trial
            TrialSet.WITHOUT_DERIVED: any(study.derived for study in synthesis.pooled_studies),
            TrialSet.WITHOUT_ASSUMED: any(study.assumed for study in synthesis.pooled_studies),
            TrialSet.WITH_RESPONDERS: any(not study.suspect for study in synthesis.responders),
        }
        expected = [trials for trials in TrialSet if touched.get(trials, True)]
        sets = [other for other in synthesis.comparisons if other.correlation is None]
        assert [other.name for other in sets] == expected
        assert all(TrialSet(other.name).description == other.description for other in sets)


def test_effects_are_adjusted_for_baseline_where_trials_give_it(evidence: Evidence) -> None:
    """Two trials, one with baselines: R's -0.4471 and, with r = 0.6, -0.1334."""
    arms = {"n_intervention": 60, "n_control": 60, "sd_intervention": 2.0, "sd_control": 2.0}
    given = arms | {"mean_intervention": 4.2, "mean_control": 5.1}
    before = {
        "baseline_mean_intervention": 4.9,
        "baseline_mean_control": 5.9,
        "baseline_sd_intervention": 1.9,
        "baseline_sd_control": 1.9,
    }
    other = {
        "n_control": 57,
        "mean_intervention": 4.36,
        "sd_intervention": 2.13,
        "mean_control": 5.2,
    }
    names = ("a-2020", "b-2020")
    rows = [
        a_row(study_id=name, row_id=f"{name}.pain.post.1", **(given | more))
        for name, more in zip(names, (before, other), strict=True)
    ]
    rules = evidence.protocol.synthesis.model_copy(update={"baseline_correlations": (0.6,)})
    protocol = evidence.protocol.model_copy(update={"synthesis": rules})
    made = replace(
        evidence,
        protocol=protocol,
        trials={
            name: a_trial(evidence, study_id=name, title=name, doi="", pmid="") for name in names
        },
        outcomes=tuple(rows),
    )
    (question,) = [q for q in protocol.questions if q.key == "non-headache.pain.post"]
    synthesis = synthesise(made, question)
    first, second = synthesis.studies
    assert first.effect == pytest.approx(-0.447134, abs=1e-6)
    (one,) = first.adjusted
    assert one.effect == pytest.approx(-0.1334, abs=5e-5)
    assert second.adjusted == ()
    (adjusted,) = [other for other in synthesis.comparisons if other.correlation]
    assert adjusted.description == "1 trial that gives baselines adjusted for them, correlation 0.6"
    assert (adjusted.k, adjusted.study_ids) == (2, ("a-2020", "b-2020"))
    assert adjusted.pooled is not None
    assert synthesis.primary is not None
    # Only the first trial moves, and more weight goes to it.
    assert synthesis.primary.estimate < adjusted.pooled.estimate < -0.1334


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
    then = found.comparison(TrialSet.AS_BASELINE).pooled
    assert then is not None and then.heterogeneity is not None
    shown = found.measure.shown_interval(then.interval.low or 0.0, then.interval.high or 0.0)
    assert found.measure.shown(then.estimate) == pytest.approx(2.7332, abs=5e-5)
    assert shown == pytest.approx((0.2477, 30.1644), abs=5e-4)
    assert then.heterogeneity.tau2 == pytest.approx(4.1707, abs=5e-5)


def test_only_what_was_read_in_a_report_of_the_trial_is_without_secondary_sources(
    evidence: Evidence, syntheses: Results
) -> None:
    kept = 0
    for synthesis in syntheses.values():
        for other in synthesis.comparisons:
            if other.name == TrialSet.WITHOUT_SECONDARY:
                kept += other.k
                for study in synthesis.pooled_studies:
                    kinds = {evidence.sources[name].kind for name in study.source_ids}
                    assert (kinds == {"trial report"}) is (study.study_id in other.study_ids)
    assert kept
