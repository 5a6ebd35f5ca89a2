"""The sets of trials that are pooled by themselves: what each keeps, and by which method."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.evidence.rows import Evidence
from analysis.synthesis.comparisons import THEN_AND_NOW, TrialSet, comparisons
from analysis.synthesis.model import Synthesis

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
    by_set = {c.name: c for c in comparisons(evidence.protocol.synthesis, (doubted, *others))}
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
