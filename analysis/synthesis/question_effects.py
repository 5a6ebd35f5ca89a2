"""The effects of a question: what the rows chosen for each trial give, and its contrasts."""

from __future__ import annotations

import math
from collections.abc import Collection

from analysis.evidence.chosen_rows import ChosenRows, TrialRows
from analysis.evidence.eligibility import arm_sizes
from analysis.evidence.own_columns import own_values
from analysis.evidence.question_slice import Slice
from analysis.evidence.rows import OutcomeRow, Sharing
from analysis.evidence.trial_effects import adjusted_for_baseline, trial_effect
from analysis.evidence.trustworthiness import trustworthiness
from analysis.evidence.verification import is_verified
from analysis.statistics.intervals import critical_value
from analysis.synthesis.risk_of_bias import risk_of_bias
from analysis.synthesis.sensitivity import ContrastRows
from analysis.synthesis.study_effect import AdjustedEffect, StudyEffect


def study_effects(given: Slice, rows: ChosenRows) -> tuple[StudyEffect, ...]:
    """Each trial's effect with what a page says of it; without its weight."""
    return tuple(_study(given, trial) for trial in rows.trials)


def _study(given: Slice, trial: TrialRows) -> StudyEffect:
    evidence = given.evidence
    protocol, first = evidence.protocol, trial.rows[0]
    about = evidence.trials[trial.study_id]
    sharing = evidence.sharing(trial.study_id, first.source_id)
    sizes = arm_sizes(protocol, about, trial.rows, sharing)
    events = trial.effect.events or (None, None)
    se = math.sqrt(trial.effect.variance)
    half_width = critical_value(protocol.synthesis.level) * se
    return StudyEffect(
        study_id=trial.study_id,
        label=about.label,
        year=round(about.year),
        comparator=about.comparator,
        comparator_kind=protocol.comparators.kind(about.comparator),
        effect=trial.effect.effect,
        variance=trial.effect.variance,
        se=se,
        ci_low=trial.effect.effect - half_width,
        ci_high=trial.effect.effect + half_width,
        weight=None,
        n_intervention=sizes.intervention,
        n_control=sizes.control,
        n_total=sizes.total,
        n_from=sizes.read_from,
        events_intervention=_whole(events[0]),
        events_control=_whole(events[1]),
        control_risk=_control_risk(first),
        instrument=first.instrument or None,
        weeks=first.weeks,
        variance_from=trial.effect.variance_from,
        derivation=trial.effect.derivation,
        derived=trial.effect.derived,
        assumed=trial.effect.assumed,
        row_ids=tuple(row.row_id for row in trial.rows),
        source_ids=tuple(dict.fromkeys(row.source_id for row in trial.rows)),
        in_baseline_review=about.in_baseline,
        verified=all(map(is_verified, trial.rows)),
        risk_of_bias=risk_of_bias(evidence, trial.study_id, given.question),
        trustworthiness=trustworthiness(evidence, trial.study_id).overall,
        guidance=about.guidance or None,
        therapy=about.therapy or None,
        target=about.target or None,
        duration_weeks=about.duration_weeks,
        indirectness=about.indirectness,
        characteristics=own_values(about, protocol.study_columns),
        suspect=given.kept_out.get(trial.study_id, ()),
        adjusted=_adjusted(given, trial, sharing),
        secondary=any(evidence.sources[row.source_id].secondary for row in trial.rows),
    )


def _adjusted(
    given: Slice, trial: TrialRows, sharing: Sharing | None
) -> tuple[AdjustedEffect, ...]:
    protocol = given.evidence.protocol
    if protocol.measure_name(given.question) != "SMD":
        return ()
    found = [
        (correlation, adjusted_for_baseline(protocol, trial.rows, sharing, correlation))
        for correlation in protocol.synthesis.baseline_correlations
    ]
    return tuple(
        AdjustedEffect(correlation=correlation, effect=one.effect, variance=one.variance)
        for correlation, one in found
        if one is not None
    )


def _control_risk(row: OutcomeRow) -> float | None:
    """The share of controls with the good event; a row about the bad one has all others'."""
    if row.control_risk is None or row.effect_favours_intervention_when == "above 1":
        return row.control_risk
    return 1 - row.control_risk


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def contrast_rows(given: Slice, rows: ChosenRows, pooled: Collection[str]) -> ContrastRows:
    """Every contrast of the pooled trials by itself, dependent within its trial."""
    protocol = given.evidence.protocol
    measure = protocol.measure_name(given.question)
    each = [
        (trial.study_id, trial_effect(protocol, measure, [row]))
        for trial in rows.trials
        if trial.study_id in pooled
        for row in trial.rows
    ]
    return ContrastRows(
        effects=tuple(effect.effect for _, effect in each),
        variances=tuple(effect.variance for _, effect in each),
        trials=tuple(study_id for study_id, _ in each),
    )
