"""Every analysis of a question, by the name that the methods call it and the table that counts it.

The methods name an analysis as `{{ analyses.NAME }}` and in no other way, so that none can be
promised which a result does not show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from analysis.protocol import Protocol
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.small_study_effects import AsymmetryTest
from analysis.synthesis.comparisons import SINCE_THEN, THEN_AND_NOW, TrialSet
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity import ASYMMETRY_TESTS, SmallStudyEffects
from analysis.synthesis.wording.page_sentences import ESTIMATORS


@dataclass(frozen=True)
class Analysis:
    """An analysis in the words of the methods, and whether a result shows that it was made."""

    words: str
    made: Callable[[Synthesis], bool]


def named(name: str) -> str:
    """`with responders converted` as a page names it: `with_responders_converted`."""
    return name.lower().replace(" ", "_").replace("-", "_")


def _by_model(model: str) -> Callable[[Synthesis], bool]:
    return lambda found: any(pooled.model == model for pooled in _pooled(found))


def _by_interval(method: str) -> Callable[[Synthesis], bool]:
    return lambda found: any(pooled.interval.method == method for pooled in _pooled(found))


def _pooled(found: Synthesis) -> Iterator[PooledEffect]:
    yield from found.models
    yield from found.sensitivity.estimators


def _set(trials: TrialSet) -> Callable[[Synthesis], bool]:
    return lambda found: any(o.name == trials and o.pooled is not None for o in found.comparisons)


def _as_baseline(found: Synthesis) -> PooledEffect | None:
    pooled = found.comparison(TrialSet.AS_BASELINE).pooled
    return pooled if pooled and pooled.k > 1 else None


def _small_study(
    made: Callable[[SmallStudyEffects], object],
) -> Callable[[Synthesis], bool]:
    return lambda found: bool((tests := found.sensitivity.small_study) and made(tests))


def _asymmetry(test: AsymmetryTest) -> Callable[[Synthesis], bool]:
    return _small_study(lambda found: found.asymmetry and found.asymmetry.test == test)


INTERVALS = {
    "wald": "the Wald interval",
    "hartung-knapp": "the Hartung-Knapp interval",
    "hartung-knapp-conservative": "the Hartung-Knapp interval whose scale is never below one",
}

ANALYSES: Mapping[str, Analysis] = MappingProxyType(
    {
        "common_effect": Analysis("the common-effect model", _by_model("common")),
        **{named(model): Analysis(said, _by_model(model)) for model, said in ESTIMATORS.items()},
        **{named(name): Analysis(said, _by_interval(name)) for name, said in INTERVALS.items()},
        "q_profile": Analysis(
            "the Q-profile interval of τ²",
            lambda found: any(
                pooled.heterogeneity and pooled.heterogeneity.tau2_interval
                for pooled in _pooled(found)
            ),
        ),
        "prediction_interval": Analysis(
            "the prediction interval", lambda found: any(p.prediction for p in _pooled(found))
        ),
        "bayesian": Analysis(
            "a Bayesian analysis of the same trials", lambda found: found.bayesian is not None
        ),
        "bayesian_priors": Analysis(
            "the same with other priors",
            lambda found: bool(found.bayesian and found.bayesian.alternatives),
        ),
        "true_effects": Analysis(
            "each trial’s effect drawn towards the others",
            lambda found: bool(found.bayesian and found.bayesian.posterior.true_effects),
        ),
        "dersimonian_laird_then": Analysis(
            "the DerSimonian-Laird estimate with the Wald interval",
            lambda found: bool(_as_baseline(found)),
        ),
        "mantel_haenszel_then": Analysis(
            "the Q around the Mantel-Haenszel mean for τ², as RevMan 5 takes it",
            lambda found: found.measure.name == "RR" and bool(_as_baseline(found)),
        ),
        **{named(trials): Analysis(trials.description, _set(trials)) for trials in TrialSet},
        "adjusted_for_baseline": Analysis(
            "effects adjusted for what the arms differed by at the start",
            lambda found: any(o.correlation is not None for o in found.comparisons),
        ),
        "leave_one_out": Analysis(
            "leaving out each trial in turn", lambda found: bool(found.sensitivity.leave_one_out)
        ),
        "cumulative": Analysis(
            "adding the trials year by year", lambda found: bool(found.sensitivity.cumulative)
        ),
        "influence": Analysis(
            "the influence of each trial", lambda found: bool(found.sensitivity.influence)
        ),
        # Pooled on the page from the same trials, which it takes as many of.
        "every_subset": Analysis(
            "pooling every subset of the trials, or a large random sample of subsets",
            lambda found: bool(found.sensitivity.influence),
        ),
        "cluster_robust": Analysis(
            "every contrast by itself, with a variance robust to dependence within trials",
            lambda found: found.sensitivity.cluster_robust is not None,
        ),
        "subgroups_separate": Analysis(
            "differences between subgroups with a τ² of their own",
            lambda found: any(one.result for one in found.sensitivity.subgroups),
        ),
        "subgroups_common": Analysis(
            "differences between subgroups with a common τ²",
            lambda found: any(
                one.result and one.result.common for one in found.sensitivity.subgroups
            ),
        ),
        "meta_regression": Analysis(
            "meta-regression",
            lambda found: any(one.result for one in found.sensitivity.regressions),
        ),
        "funnel_plot": Analysis(
            "the contour-enhanced funnel plot", _small_study(lambda found: found.contours)
        ),
        **{
            named(test): Analysis(f"{whose} test", _asymmetry(test))
            for test, whose in ASYMMETRY_TESTS.items()
        },
        "rank_correlation": Analysis(
            "Begg’s rank correlation", _small_study(lambda found: found.begg)
        ),
        "trim_and_fill": Analysis("trim and fill", _small_study(lambda found: found.trim_and_fill)),
        "pet_peese": Analysis("PET-PEESE", _small_study(lambda found: found.pet_peese)),
        "selection_model": Analysis(
            "a three-parameter selection model", _small_study(lambda found: found.selection)
        ),
        "points_on_a_scale": Analysis(
            "points on a familiar scale", lambda found: found.clinical.points is not None
        ),
        "people_in_a_thousand": Analysis(
            "people in a thousand, and the number needed to treat",
            lambda found: bool(found.clinical.absolute),
        ),
    }
)


# Several analyses that the methods name in one sentence.
LISTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "other_estimators": tuple(named(model) for model in ESTIMATORS if model != "reml"),
        "other_sets": tuple(named(trials) for trials in TrialSet if trials not in THEN_AND_NOW),
        "regression_tests": tuple(map(named, ASYMMETRY_TESTS)),
    }
)


# What is made of the trials of a review that came before, and beside them of those that did not.
OF_A_BASELINE = frozenset(
    {*map(named, SINCE_THEN), "dersimonian_laird_then", "mantel_haenszel_then"}
)


def analyses(protocol: Protocol) -> Mapping[str, Analysis]:
    """Every analysis that can be made of the review: none of a baseline, or risk, it has not."""
    never = frozenset() if protocol.baseline_review else OF_A_BASELINE
    if not protocol.risk_of_bias.tools:
        never |= {named(TrialSet.WITHOUT_HIGH_RISK)}
    return {name: one for name, one in ANALYSES.items() if name not in never}


def in_words(protocol: Protocol) -> Mapping[str, str]:
    """What the hand-written pages may name as `{{ analyses.… }}`."""
    said = {name: analysis.words for name, analysis in analyses(protocol).items()}
    return said | {
        name: "; ".join(said[one] for one in found if one in said) for name, found in LISTS.items()
    }
