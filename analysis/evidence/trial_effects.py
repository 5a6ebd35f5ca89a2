"""From the chosen rows of one trial to its one effect; negative favours therapy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.evidence.rows import OutcomeRow
from analysis.protocol import MeasureName, Protocol
from analysis.statistics import conversions, effect_sizes

DATA_LEVELS = (
    "arm-level data",
    "an effect in this measure with its own uncertainty",
    "an effect in another measure with its own uncertainty",
    "an effect with the arm sizes only",
)


@dataclass(frozen=True)
class TrialEffect:
    """A trial's effect and variance on the analysis scale, and how they were obtained."""

    effect: float
    variance: float
    variance_from: str
    derivation: str


def measure_of(row: OutcomeRow) -> str:
    """The measure a row gives without conversion."""
    return {"means": "SMD", "events": "RR", "effect": row.effect_measure}[row.format]


def data_level(measure: MeasureName, row: OutcomeRow) -> int:
    """How close a row is to the data; an index into `DATA_LEVELS`, the closest first."""
    if row.format != "effect":
        return 0
    if row.uncertainty == "arm sizes":
        return 3
    return 1 if measure_of(row) == measure else 2


def cannot_give(protocol: Protocol, measure: MeasureName, row: OutcomeRow) -> str | None:
    """Why a row cannot give this measure in the primary analysis; None if it can."""
    given = measure_of(row)
    if given == "RR" and row.format == "effect" and row.uncertainty == "arm sizes":
        return "a risk ratio with the arm sizes only gives no standard error"
    if given == measure:
        return None
    if measure == "RR":
        named = {"SMD": "a standardised mean difference", "MD": "a mean difference"}[given]
        return f"reported as {named}; this analysis pools the risk ratio of responders"
    if given == "RR":
        return "only responders are reported; this analysis pools standardised mean differences"
    if not protocol.synthesis.convert_mean_difference:
        return "reported as a mean difference, which the protocol does not convert"
    if None in (row.effect_ci_low, row.effect_ci_high, row.n_intervention, row.n_control):
        return "a mean difference without both its interval and the arm sizes gives no SD"
    return None


def trial_effect(
    protocol: Protocol,
    measure: MeasureName,
    rows: Sequence[OutcomeRow],
    *,
    split_control: bool = False,
) -> TrialEffect:
    """One effect from a trial's chosen rows; several contrasts share one control group.

    With arm data the intervention arms are combined into one (Cochrane Handbook
    6.5.2.10); with effects only they are averaged with the protocol's correlation
    (Borenstein 2009, chapter 25), or with none where the source had split the control
    group between the contrasts. ValueError names a row from which no number follows.
    """
    if len(rows) > 1 and all(row.format != "effect" for row in rows):
        combined = _combined_arms(rows)
        found = _oriented(combined, _row_effect(measure, combined))
        derivation = f"{found.derivation}, {len(rows)} intervention arms combined into one"
        return replace(found, derivation=derivation)
    effects = [_oriented(row, _row_effect(measure, row)) for row in rows]
    if len(effects) == 1:
        return effects[0]
    correlation = 0.0 if split_control else protocol.synthesis.shared_control_correlation
    effect, variance = conversions.combine_contrasts(
        [effect.effect for effect in effects],
        [effect.variance for effect in effects],
        correlation,
    )
    controls = (
        "a control group that the source split between them"
        if split_control
        else f"one control group, averaged with correlation {correlation:g}"
    )
    derivation = f"{len(effects)} contrasts that share {controls}"
    return TrialEffect(effect, variance, effects[0].variance_from, derivation)


def _row_effect(measure: MeasureName, row: OutcomeRow) -> TrialEffect:
    if row.format == "means":
        found = effect_sizes.smd(
            *_all_known(row, "n_intervention", "mean_intervention", "sd_intervention"),
            *_all_known(row, "n_control", "mean_control", "sd_control"),
        )
        return _estimable(row, found, "from means and SDs")
    if row.format == "events":
        found = effect_sizes.log_risk_ratio(
            *_all_known(row, "events_intervention", "total_intervention"),
            *_all_known(row, "events_control", "total_control"),
        )
        return _estimable(row, found, "from events and totals")
    if measure_of(row) == "MD":
        return _from_mean_difference(row)
    return _reported(row, ratio=measure == "RR")


def _estimable(row: OutcomeRow, found: effect_sizes.Effects, derivation: str) -> TrialEffect:
    if not found.estimable:
        raise ValueError(f"{row.row_id} gives no estimable effect: the arms do not vary")
    return TrialEffect(float(found.estimate), float(found.variance), "arm data", derivation)


def _reported(row: OutcomeRow, ratio: bool) -> TrialEffect:
    scale = math.log if ratio else float
    effect, *_ = map(scale, _all_known(row, "effect"))
    if row.uncertainty == "standard error":
        (se,) = _all_known(row, "effect_se")
        variance = se**2
        return TrialEffect(effect, variance, "standard error", "as reported")
    if row.uncertainty == "interval":
        low, high = map(scale, _all_known(row, "effect_ci_low", "effect_ci_high"))
        variance = conversions.se_from_interval(low, high) ** 2
        return TrialEffect(
            effect, variance, "interval", "standard error from the reported interval"
        )
    arms = _all_known(row, "n_intervention", "n_control")
    variance = float(effect_sizes.smd_variance_from_arm_sizes(effect, *arms))
    derivation = "effect as reported, standard error from the arm sizes"
    return TrialEffect(effect, variance, "arm sizes", derivation)


def _from_mean_difference(row: OutcomeRow) -> TrialEffect:
    (difference,) = _all_known(row, "effect")
    interval = _all_known(row, "effect_ci_low", "effect_ci_high")
    arms = _all_known(row, "n_intervention", "n_control")
    sd = conversions.sd_from_mean_difference_interval(*interval, *arms)
    effect, variance = conversions.smd_from_mean_difference(difference, sd, *arms)
    derivation = "mean difference, its interval and the arm sizes give an SD, and so an SMD"
    return TrialEffect(effect, variance, "interval", derivation)


def _combined_arms(rows: Sequence[OutcomeRow]) -> OutcomeRow:
    """The rows as one row whose intervention arm is all of theirs; they share the control."""
    first = rows[0]
    for what in ("n_control", "mean_control", "sd_control", "events_control", "total_control"):
        if len({getattr(row, what) for row in rows}) > 1:
            raise ValueError(f"{first.row_id} and its other contrasts disagree on {what}")
    if len({(row.format, row.higher_is) for row in rows}) > 1:
        raise ValueError(f"{first.row_id} and its other contrasts differ in format or direction")
    if first.format == "events":
        known = [_all_known(row, "events_intervention", "total_intervention") for row in rows]
        events, total = map(sum, zip(*known, strict=True))
        return replace(first, events_intervention=events, total_intervention=total)
    arms = [
        conversions.Arm(*_all_known(row, "n_intervention", "mean_intervention", "sd_intervention"))
        for row in rows
    ]
    arm = conversions.combine_arms(arms)
    return replace(first, n_intervention=arm.n, mean_intervention=arm.mean, sd_intervention=arm.sd)


def _oriented(row: OutcomeRow, effect: TrialEffect) -> TrialEffect:
    # Raw data say which way is better; a reported effect says which sign favours therapy.
    if row.format == "effect":
        flip = row.effect_favours_intervention_when != "negative"
    else:
        flip = row.higher_is == "better"
    # Adding zero turns a flipped 0 back from -0.
    return replace(effect, effect=(-effect.effect if flip else effect.effect) + 0.0)


def _all_known(row: OutcomeRow, *columns: str) -> list[float]:
    values = [getattr(row, column) for column in columns]
    if None in values:
        raise ValueError(f"{row.row_id} has no {columns[values.index(None)]}")
    return values
