"""How much a question's answer depends on one trial, one model, one kind of trial, one journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, TypeVar

import numpy as np
from pydantic import Field

from analysis.formatting import counted, listed
from analysis.protocol_rules import Frozen, SynthesisRules
from analysis.statistics.cluster_robust import ClusterRobust, cluster_robust
from analysis.statistics.cumulative import CumulativeStep, cumulative
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.influence import Influence, influence
from analysis.statistics.leave_one_out import LeftOut
from analysis.statistics.meta_regression import MetaRegression, meta_regression
from analysis.statistics.selection_model import SelectionModel, selection_model
from analysis.statistics.small_study_effects import (
    AsymmetryTest,
    FunnelContours,
    PetPeese,
    RankTest,
    RegressionTest,
    begg_test,
    egger_test,
    funnel_contours,
    harbord_test,
    pet_peese,
    peters_test,
    pustejovsky_rodgers_test,
)
from analysis.statistics.subgroups import Subgroup, Subgroups, subgroups
from analysis.statistics.tau2 import TAU2_MODELS
from analysis.statistics.trim_and_fill import TrimAndFill, trim_and_fill
from analysis.synthesis.interval_rule import (
    leave_one_out_by_rule,
    pool_by_rule,
    with_interval_by_rule,
)
from analysis.synthesis.moderators import Amount, Category, Moderator
from analysis.synthesis.study_effect import Measure, StudyEffect, effects_of

Result = TypeVar("Result")


class SubgroupAnalysis(Frozen):
    """The trials parted by one moderator; `refused` says why when they are not."""

    moderator: str
    groups: tuple[str, ...]
    unknown: tuple[str, ...]
    result: Subgroups | None = None
    refused: str | None = None


class RegressionAnalysis(Frozen):
    """The effects regressed on one numeric moderator; `refused` says why when they are not."""

    moderator: str
    unit: str
    k: int
    result: MetaRegression | None = None
    refused: str | None = None


# Whose test it is, as a sentence says it.
ASYMMETRY_TESTS: Mapping[AsymmetryTest, str] = {
    "egger": "Egger’s",
    "pustejovsky-rodgers": "Pustejovsky and Rodgers’",
    "peters": "Peters’",
    "harbord": "Harbord’s",
}

# Results that are out in the world call it `egger`, which it was, and keep that name.
AsymmetryAsPublished = Annotated[
    RegressionTest | None, Field(validation_alias="egger", serialization_alias="egger")
]


class SmallStudyEffects(Frozen):
    """Whether small trials differ from large ones; `not_estimable` names what gave no result."""

    contours: FunnelContours
    asymmetry: AsymmetryAsPublished
    begg: RankTest | None
    trim_and_fill: TrimAndFill | None
    pet_peese: PetPeese | None
    selection: SelectionModel | None
    not_estimable: tuple[str, ...] = ()


class SensitivityAnalyses(Frozen):
    """Every sensitivity analysis of one question, in the order of its pooled studies."""

    estimators: tuple[PooledEffect, ...] = ()
    leave_one_out: tuple[LeftOut, ...] = ()
    cumulative: tuple[CumulativeStep, ...] = ()
    influence: tuple[Influence, ...] = ()
    subgroups: tuple[SubgroupAnalysis, ...] = ()
    regressions: tuple[RegressionAnalysis, ...] = ()
    small_study: SmallStudyEffects | None = None
    small_study_refused: str | None = None
    cluster_robust: ClusterRobust | None = None


class ContrastRows(Frozen):
    """Every usable contrast by itself, of which several may come from one trial."""

    effects: tuple[float, ...]
    variances: tuple[float, ...]
    trials: tuple[str, ...]


def sensitivity_analyses(
    rules: SynthesisRules,
    moderators: Sequence[Moderator],
    measure: Measure,
    studies: Sequence[StudyEffect],
    primary: PooledEffect | None,
    contrasts: ContrastRows,
) -> SensitivityAnalyses:
    """Every sensitivity analysis the protocol asks for and these trials allow."""
    if primary is None or primary.heterogeneity is None:
        refused = f"{len(studies)} of the {rules.small_study_minimum_k} trials it needs"
        return SensitivityAnalyses(small_study_refused=refused)
    effects, variances = effects_of(studies)
    left_out = leave_one_out_by_rule(rules, effects, variances)
    enough = len(studies) >= rules.influence_minimum_k
    tau2 = primary.heterogeneity.tau2
    return SensitivityAnalyses(
        estimators=tuple(
            pool_by_rule(rules, effects, variances, model=model)
            for model in TAU2_MODELS
            if model != "common"
        ),
        leave_one_out=left_out,
        cumulative=_cumulative(rules, studies),
        influence=influence(effects, variances, tau2, left_out) if enough else (),
        subgroups=tuple(
            _subgroups(rules, each, studies) for each in moderators if isinstance(each, Category)
        ),
        regressions=tuple(
            _regression(rules, each, studies) for each in moderators if isinstance(each, Amount)
        ),
        small_study=_small_study(rules, measure, studies, primary)
        if len(studies) >= rules.small_study_minimum_k
        else None,
        small_study_refused=None
        if len(studies) >= rules.small_study_minimum_k
        else f"{len(studies)} of the {rules.small_study_minimum_k} trials it needs",
        cluster_robust=_cluster_robust(rules, contrasts),
    )


def _cumulative(
    rules: SynthesisRules, studies: Sequence[StudyEffect]
) -> tuple[CumulativeStep, ...]:
    order = sorted(range(len(studies)), key=lambda i: (studies[i].year, studies[i].label))
    effects, variances = effects_of([studies[position] for position in order])
    steps = cumulative(
        effects, variances, range(len(order)), model=rules.primary_model, level=rules.level
    )
    return tuple(
        CumulativeStep(
            added=order[step.added],
            # The weights of every step would be half of k² numbers that no page shows.
            pooled=replace(
                with_interval_by_rule(
                    rules, step.pooled, effects[: step.pooled.k], variances[: step.pooled.k]
                ),
                weights=(),
            ),
        )
        for step in steps
    )


def _subgroups(
    rules: SynthesisRules, moderator: Category, studies: Sequence[StudyEffect]
) -> SubgroupAnalysis:
    name, category = moderator.label, moderator.of
    known = [study for study in studies if category(study)]
    unknown = tuple(study.label for study in studies if not category(study))
    labels = [category(study) for study in known]
    groups = tuple(dict.fromkeys(sorted(labels)))
    large = [group for group in groups if labels.count(group) >= rules.subgroup_minimum_k]
    if len(large) < 2:
        refused = (
            f"fewer than two groups have {rules.subgroup_minimum_k} trials "
            f"({'; '.join(f'{group}: {labels.count(group)}' for group in groups) or 'none known'})"
        )
        return SubgroupAnalysis(moderator=name, groups=groups, unknown=unknown, refused=refused)
    effects, variances = effects_of(known)
    result = subgroups(effects, variances, labels, model=rules.primary_model, level=rules.level)
    result = replace(
        result,
        subgroups=tuple(
            _group_by_rule(rules, group, effects, variances) for group in result.subgroups
        ),
    )
    return SubgroupAnalysis(moderator=name, groups=groups, unknown=unknown, result=result)


def _group_by_rule(
    rules: SynthesisRules, group: Subgroup, effects: list[float], variances: list[float]
) -> Subgroup:
    if group.pooled is None:
        return group
    members = [effects[i] for i in group.studies], [variances[i] for i in group.studies]
    return replace(group, pooled=with_interval_by_rule(rules, group.pooled, *members))


def _regression(
    rules: SynthesisRules, moderator: Amount, studies: Sequence[StudyEffect]
) -> RegressionAnalysis:
    name = moderator.label
    known = [(study, found) for study in studies if (found := moderator.of(study)) is not None]
    result, refused = _attempt(
        lambda: meta_regression(
            [study.effect for study, _ in known],
            [study.variance for study, _ in known],
            [found for _, found in known],
            [name],
            model=rules.primary_model,
            interval="hartung-knapp",
            level=rules.level,
            trials_per_moderator=rules.trials_per_moderator,
        )
    )
    return RegressionAnalysis(
        moderator=name, unit=moderator.unit, k=len(known), result=result, refused=refused
    )


def _asymmetry(
    rules: SynthesisRules, measure: Measure, studies: Sequence[StudyEffect]
) -> RegressionTest:
    """The regression test that the protocol names for this measure."""
    effects, variances = effects_of(studies)
    if measure.name == "SMD" and rules.asymmetry_tests.smd == "pustejovsky-rodgers":
        arms = [_arms(study) for study in studies]
        n1, n2 = zip(*_known(studies, arms, "participants"), strict=True)
        return pustejovsky_rodgers_test(effects, n1, n2, level=rules.level)
    if not measure.ratio or rules.asymmetry_tests.ratio == "egger":
        return egger_test(effects, variances, level=rules.level)
    counts = [
        (s.events_intervention, s.n_intervention, s.events_control, s.n_control) for s in studies
    ]
    a, n1, c, n2 = zip(*_known(studies, counts, "events and participants of each arm"), strict=True)
    if rules.asymmetry_tests.ratio == "peters":
        events, totals = np.add(a, c), np.add(n1, n2)
        return peters_test(effects, events, totals, level=rules.level)
    # An effect is negative where it favours the intervention; so is the score, arms turned.
    turned = (c, n2, a, n1) if measure.benefit_above else (a, n1, c, n2)
    return harbord_test(*turned, measure="OR" if measure.name == "OR" else "RR", level=rules.level)


def _arms(study: StudyEffect) -> tuple[float | None, float | None]:
    """The participants of each arm; halves where only their sum is known."""
    if study.n_total is not None and study in equal_arms_assumed((study,)):
        return study.n_total / 2, study.n_total / 2
    return study.n_intervention, study.n_control


def equal_arms_assumed(studies: Iterable[StudyEffect]) -> tuple[StudyEffect, ...]:
    """The trials of whose participants the sum alone is known; arms of one size give it.

    Of SMDs the test of the funnel needs both arms; a third in one of them instead of a half
    moves its predictor by 6%.
    """
    return tuple(
        study
        for study in studies
        if None in (study.n_intervention, study.n_control) and study.n_total is not None
    )


def arms_assumed(test: RegressionTest, studies: Iterable[StudyEffect]) -> str:
    """` (in 2 trials arms of one size assumed)`; nothing where no arm had to be assumed."""
    trials = len(equal_arms_assumed(studies))
    if test.test != "pustejovsky-rodgers" or not trials:
        return ""
    return f" (in {counted(trials, 'trial')} arms of one size assumed)"


def _known(
    studies: Sequence[StudyEffect], numbers: Sequence[tuple[float | None, ...]], what: str
) -> list[tuple[float, ...]]:
    """The numbers of every trial; ValueError that names the trials without."""
    without = [s.label for s, of in zip(studies, numbers, strict=True) if None in of]
    if without:
        raise ValueError(
            f"the regression test of the funnel needs the {what}, not known of {listed(without)}"
        )
    return [tuple(number for number in of if number is not None) for of in numbers]


def asymmetry(
    rules: SynthesisRules, measure: Measure, studies: Sequence[StudyEffect]
) -> RegressionTest | None:
    """The test of the funnel, where there are enough trials for it and they give one."""
    if len(studies) < rules.small_study_minimum_k:
        return None
    return _attempt(lambda: _asymmetry(rules, measure, studies))[0]


def _small_study(
    rules: SynthesisRules, measure: Measure, studies: Sequence[StudyEffect], primary: PooledEffect
) -> SmallStudyEffects:
    effects, variances = effects_of(studies)
    tested, no_asymmetry = _attempt(lambda: _asymmetry(rules, measure, studies))
    begg, no_begg = _attempt(lambda: begg_test(effects, variances))
    filled, no_filled = _attempt(lambda: trim_and_fill(effects, variances, level=rules.level))
    pet, no_pet = _attempt(lambda: pet_peese(effects, variances, level=rules.level))
    selection, no_selection = _attempt(
        lambda: selection_model(effects, variances, favours="negative", level=rules.level)
    )
    reasons = (no_asymmetry, no_begg, no_filled, no_pet, no_selection)
    return SmallStudyEffects(
        contours=funnel_contours(variances, primary.estimate, level=rules.level),
        asymmetry=tested,
        begg=begg,
        trim_and_fill=filled,
        pet_peese=pet,
        selection=selection,
        not_estimable=tuple(reason for reason in reasons if reason),
    )


def _cluster_robust(rules: SynthesisRules, contrasts: ContrastRows) -> ClusterRobust | None:
    trials = set(contrasts.trials)
    if len(trials) == len(contrasts.trials) or len(trials) < 3:
        return None
    result, _ = _attempt(
        lambda: cluster_robust(
            contrasts.effects,
            contrasts.variances,
            contrasts.trials,
            model=rules.primary_model,
            level=rules.level,
        )
    )
    return result


def _attempt(compute: Callable[[], Result]) -> tuple[Result | None, str | None]:
    """A result, or the one sentence that says why these trials give none."""
    try:
        return compute(), None
    except ValueError as error:
        return None, str(error)
