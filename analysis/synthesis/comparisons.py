"""The same question answered from other sets of its trials, beside the primary analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from analysis.evidence.trustworthiness import NOT_JUDGED
from analysis.evidence.trustworthiness_tool import NO_CONCERNS
from analysis.formatting import counted
from analysis.protocol_rules import Frozen, SynthesisRules
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.pooling import pool
from analysis.statistics.two_by_two import pool_mantel_haenszel
from analysis.synthesis.interval_rule import pool_by_protocol
from analysis.synthesis.study_effect import Measure, StudyEffect, effects_of, participants


class TrialSet(StrEnum):
    """The sets of trials that are pooled by themselves, by the names that results files use."""

    WITH_SUSPECT = "with suspect trials"
    AS_BASELINE = "as the baseline review"
    BASELINE = "baseline trials"
    LATER = "later trials"
    INACTIVE = "inactive comparator"
    ACTIVE = "active comparator"
    WITHOUT_CONCERNS = "only trials without concerns"
    WITHOUT_HIGH_RISK = "without high risk of bias"
    ARM_LEVEL = "arm-level data only"
    WITHOUT_SECONDARY = "without secondary sources"
    WITHOUT_DERIVED = "without derived effects"
    WITHOUT_ASSUMED = "without assumed values"
    WITH_RESPONDERS = "with responders converted"

    @property
    def description(self) -> str:
        """What the set holds, as pages say it."""
        return DESCRIPTIONS[self]


DESCRIPTIONS = {
    TrialSet.WITH_SUSPECT: "trials with a suspect value included",
    TrialSet.AS_BASELINE: "baseline trials, DerSimonian-Laird with Wald interval",
    TrialSet.BASELINE: "trials of the baseline review, present methods",
    TrialSet.LATER: "trials that came after the baseline review",
    TrialSet.INACTIVE: "trials against an inactive control",
    TrialSet.ACTIVE: "trials against an active control",
    TrialSet.WITHOUT_CONCERNS: "trials judged to raise no concerns about trustworthiness",
    TrialSet.WITHOUT_HIGH_RISK: "trials at high risk of bias left out",
    TrialSet.ARM_LEVEL: "trials that report means or events of each arm",
    TrialSet.WITHOUT_SECONDARY: "trials whose effect was read in a dataset, another review or the "
    "press left out",
    TrialSet.WITHOUT_DERIVED: "trials whose effect had to be derived left out",
    TrialSet.WITHOUT_ASSUMED: "trials whose effect rests on an assumed value left out",
    TrialSet.WITH_RESPONDERS: "trials that give only responders added, these turned into an SMD",
}
# What is kept of the trials that are pooled.
KEPT: dict[TrialSet, Callable[[StudyEffect], bool]] = {
    TrialSet.BASELINE: lambda study: study.in_baseline_review,
    TrialSet.LATER: lambda study: not study.in_baseline_review,
    TrialSet.INACTIVE: lambda study: study.comparator_kind == "inactive",
    TrialSet.ACTIVE: lambda study: study.comparator_kind == "active",
    TrialSet.WITHOUT_CONCERNS: lambda study: study.trustworthiness == NO_CONCERNS,
    TrialSet.WITHOUT_HIGH_RISK: lambda study: study.risk_of_bias.overall != "high",
    TrialSet.ARM_LEVEL: lambda study: study.variance_from == "arm data" and not study.derived,
    TrialSet.WITHOUT_SECONDARY: lambda study: not study.secondary,
    TrialSet.WITHOUT_DERIVED: lambda study: not study.derived,
    TrialSet.WITHOUT_ASSUMED: lambda study: not study.assumed,
}
# These are made only where they differ from the primary analysis.
WHERE_TOUCHED = frozenset(
    {TrialSet.WITHOUT_SECONDARY, TrialSet.WITHOUT_DERIVED, TrialSet.WITHOUT_ASSUMED}
)
# These stand beside what other reviews published; they mend no weakness of the primary analysis.
THEN_AND_NOW = (TrialSet.AS_BASELINE, TrialSet.BASELINE)
# None of these says anything where a review continues no other.
SINCE_THEN = (*THEN_AND_NOW, TrialSet.LATER)


class Comparison(Frozen):
    """The primary model on another set of trials (`name`: `baseline trials`, ...).

    With a `correlation`: on the same trials, their effects adjusted for baseline with it where
    they give baselines.
    """

    name: str
    description: str
    k: int
    n_total: int | None
    study_ids: tuple[str, ...]
    pooled: PooledEffect | None
    correlation: float | None = None


def comparisons(
    rules: SynthesisRules,
    measure: Measure,
    studies: Sequence[StudyEffect],
    responders: Sequence[StudyEffect] = (),
) -> tuple[Comparison, ...]:
    """The question on every set of its trials, `studies` being all, suspect or not.

    `responders` are those of the trials that give nothing else, turned into its measure.
    """
    pooled = [study for study in studies if not study.suspect]
    baseline = [study for study in studies if study.in_baseline_review]
    found = [_as_baseline(rules, measure, baseline)]
    if len(pooled) < len(studies):
        found.insert(0, _by_protocol(rules, TrialSet.WITH_SUSPECT, studies))
    unasked = {
        trials
        for trials, asked in (
            (TrialSet.WITHOUT_CONCERNS, any(s.trustworthiness != NOT_JUDGED for s in studies)),
            (
                TrialSet.WITHOUT_HIGH_RISK,
                not studies or any(s.risk_of_bias.is_asked for s in studies),
            ),
        )
        if not asked
    }
    for trials, keeps in KEPT.items():
        kept = list(filter(keeps, pooled))
        if trials in unasked:
            continue
        if trials not in WHERE_TOUCHED or len(kept) < len(pooled):
            found.append(_by_protocol(rules, trials, kept))
    if added := [study for study in responders if not study.suspect]:
        found.append(_by_protocol(rules, TrialSet.WITH_RESPONDERS, by_year([*pooled, *added])))
    return (*found, *_adjusted(rules, pooled))


def by_year(studies: Sequence[StudyEffect]) -> list[StudyEffect]:
    """Trials in the order in which questions list them."""
    return sorted(studies, key=lambda study: (study.year, study.label))


def _adjusted(rules: SynthesisRules, studies: Sequence[StudyEffect]) -> Iterator[Comparison]:
    """For each correlation of the protocol, where a trial gives baselines."""
    for correlation in rules.baseline_correlations:
        by_trial = {
            study.study_id: one
            for study in studies
            for one in study.adjusted
            if one.correlation == correlation
        }
        if by_trial:
            adjusted = [
                study.model_copy(update={"effect": one.effect, "variance": one.variance})
                if (one := by_trial.get(study.study_id))
                else study
                for study in studies
            ]
            yield Comparison(
                name=f"adjusted for baseline, r {correlation:g}",
                description=f"{counted(len(by_trial), 'trial')} that "
                f"{'gives' if len(by_trial) == 1 else 'give'} baselines adjusted for them, "
                f"correlation {correlation:g}",
                k=len(studies),
                n_total=participants(studies)[0],
                study_ids=tuple(study.study_id for study in studies),
                pooled=pool_by_protocol(rules, adjusted),
                correlation=correlation,
            )


def _by_protocol(
    rules: SynthesisRules, trials: TrialSet, studies: Sequence[StudyEffect]
) -> Comparison:
    return _comparison(trials, studies, pool_by_protocol(rules, studies))


def _as_baseline(
    rules: SynthesisRules, measure: Measure, studies: Sequence[StudyEffect]
) -> Comparison:
    """Every baseline row as it was pooled then, suspect or not: to meet that estimate.

    Of events RevMan 5 took Q, and so tau2, around the Mantel-Haenszel mean.
    """
    tables = [_table(measure, study) for study in studies]
    pooled = None
    if studies and measure.name == "RR" and None not in tables:
        known = [table for table in tables if table is not None]
        arms = list(zip(*known, strict=True))
        pooled = pool_mantel_haenszel(*arms, measure="RR", random=True, level=rules.level)
    elif studies:
        pooled = pool(*effects_of(studies), model=rules.baseline_model, level=rules.level)
    return _comparison(TrialSet.AS_BASELINE, studies, pooled)


def _table(measure: Measure, study: StudyEffect) -> tuple[int, int, int, int] | None:
    """Events and totals, in the order whose ratio is below 1 where it favours the intervention."""
    numbers = (
        study.events_intervention,
        study.n_intervention,
        study.events_control,
        study.n_control,
    )
    if None in numbers:
        return None
    a, n1, c, n2 = (number or 0 for number in numbers)
    return (c, n2, a, n1) if measure.benefit_above else (a, n1, c, n2)


def _comparison(
    trials: TrialSet, studies: Sequence[StudyEffect], pooled: PooledEffect | None
) -> Comparison:
    n_total, _ = participants(studies)
    return Comparison(
        name=trials.value,
        description=trials.description,
        k=len(studies),
        n_total=n_total,
        study_ids=tuple(study.study_id for study in studies),
        pooled=pooled,
    )
