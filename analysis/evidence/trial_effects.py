"""From the chosen rows of one trial to its one effect; negative favours the intervention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analysis.evidence.combined_rows import arm_at_baseline, combined_row
from analysis.evidence.reported import ARMS, CannotGive, OtherMeasure, Reported
from analysis.evidence.reported_arms import arm_of, counts_of, from_arms, from_events, steps_of
from analysis.evidence.reported_effects import TURNS_INTO, as_event, from_effect, standardised
from analysis.evidence.rows import OutcomeRow, Sharing
from analysis.measures import EVENTS, MEASURES, MeasureName
from analysis.protocol import Protocol
from analysis.statistics import conversions

CLOSENESS = (
    "arm-level data",
    "an effect in this measure with its own uncertainty",
    "a derived effect",
    "an effect with the arm sizes only",
)


@dataclass(frozen=True)
class TrialEffect:
    """A trial's effect and variance on the analysis scale, and how they were obtained.

    `closeness` is an index into `CLOSENESS`; `derived` and `assumed` name what was derived
    and assumed on the way, in words. `events` are those of both arms, of the event that the
    question counts, where the rows have them.
    """

    effect: float
    variance: float
    variance_from: str
    derivation: str
    closeness: int
    derived: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    events: tuple[float, float] | None = None


# How one row becomes an effect in a measure; `CannotGive` says why it does not.
RowEffect = Callable[[Protocol, MeasureName, OutcomeRow], TrialEffect]


def row_effect(protocol: Protocol, measure: MeasureName, row: OutcomeRow) -> TrialEffect:
    """The effect of one row in this measure; `CannotGive` says why there is none."""
    found = clustered(row, _in_measure(protocol, measure, row))
    return _oriented(protocol, measure, row, found)


def _in_measure(protocol: Protocol, measure: MeasureName, row: OutcomeRow) -> Reported:
    try:
        if measure in EVENTS:
            return _of_event(protocol, measure, row)
        return _as_difference(protocol, measure, row)
    except CannotGive:
        raise
    except ValueError as error:
        raise CannotGive(f"{row.row_id}: {error}") from error


def _of_event(protocol: Protocol, measure: MeasureName, row: OutcomeRow) -> Reported:
    good = protocol.measure_of(row.outcome, measure).benefit_above
    if row.format == "events" and MEASURES[measure].arms == "events":
        return from_events(row, measure, good=good)
    if row.format == "effect" and measure in TURNS_INTO.get(row.effect_measure, ()):
        return as_event(row, measure, good=good)
    raise OtherMeasure(
        f"reported as {_given(row)}; this analysis pools the {_label(protocol, measure, row)}"
    )


def _given(row: OutcomeRow) -> str:
    """What a row gives: `a risk ratio`, `events of each arm`."""
    if row.effect_measure:
        return MEASURES[row.effect_measure].named
    return "scores of each arm" if row.format in ("means", "medians") else "events of each arm"


def _label(protocol: Protocol, measure: MeasureName, row: OutcomeRow) -> str:
    return protocol.measure_of(row.outcome, measure).label


def _as_difference(protocol: Protocol, measure: MeasureName, row: OutcomeRow) -> Reported:
    label = _label(protocol, measure, row)
    if measure == "MD" and row.instrument not in protocol.outcome(row.outcome).instruments:
        unit = protocol.measure_of(row.outcome, measure).unit
        raise OtherMeasure(f"not on an instrument that is in {unit}; this analysis pools {label}s")
    if row.format in ("means", "medians") and MEASURES[measure].arms == "means":
        return from_arms(row, measure)
    if row.format == "effect" and row.effect_measure == measure:
        return from_effect(row)
    if (row.effect_measure, measure) != ("MD", "SMD"):
        without = ", which has no unit" if row.effect_measure == "SMD" else ""
        raise OtherMeasure(f"reported as {_given(row)}{without}; this analysis pools {label}s")
    if not protocol.synthesis.convert_mean_difference:
        raise OtherMeasure("reported as a mean difference, which the protocol does not convert")
    return standardised(row)


def clustered(row: OutcomeRow, found: Reported) -> Reported:
    """Wider where clusters were randomised and the analysis ignored it. Handbook chapter 23."""
    if row.cluster_size is None or row.icc is None:
        return found
    effect = conversions.design_effect(row.cluster_size, row.icc)
    step = (
        f"variance times {effect:.4g}, the design effect of {row.cluster_size:g} a cluster "
        f"and an intraclass correlation of {row.icc:g}"
    )
    assumed = () if row.icc_from == "report" else (f"an intraclass correlation of {row.icc:g}",)
    return replace(
        found,
        variance=found.variance * effect,
        steps=(*found.steps, step),
        assumed=(*found.assumed, *assumed),
    )


def _oriented(
    protocol: Protocol, measure: MeasureName, row: OutcomeRow, found: Reported
) -> TrialEffect:
    if measure in EVENTS:
        flip = protocol.measure_of(row.outcome, measure).benefit_above
    elif row.format == "effect":
        # A reported effect says which sign favours the intervention.
        flip = row.effect_favours_intervention_when != "negative"
    else:
        flip = row.higher_is == "better"
    return turned(found, flip=flip, events=_events(protocol, measure, row))


def turned(found: Reported, *, flip: bool, events: tuple[float, float] | None) -> TrialEffect:
    """The effect of a row as that of a trial, its sign turned where `flip` says so."""
    return TrialEffect(
        # Adding zero turns a flipped 0 back from -0.
        effect=(-found.effect if flip else found.effect) + 0.0,
        variance=found.variance,
        variance_from=found.variance_from,
        derivation="; ".join((found.how, *(step for step in found.steps if step not in found.how))),
        closeness=_closeness(found),
        derived=found.steps,
        assumed=found.assumed,
        events=events,
    )


def _closeness(found: Reported) -> int:
    if found.steps:
        return 2
    if found.variance_from == "arm data":
        return 0
    return 3 if found.variance_from == "arm sizes" else 1


def _events(
    protocol: Protocol, measure: MeasureName, row: OutcomeRow
) -> tuple[float, float] | None:
    if measure not in EVENTS or row.format != "events":
        return None
    good = protocol.measure_of(row.outcome, measure).benefit_above
    events1, _, events2, _ = counts_of(row, good=good)
    return events1, events2


def trial_effect(
    protocol: Protocol,
    measure: MeasureName,
    rows: Sequence[OutcomeRow],
    *,
    sharing: Sharing | None = None,
    effect: RowEffect = row_effect,
) -> TrialEffect:
    """One effect from a trial's chosen rows; `CannotGive` says why there is none.

    With arm data the arms are combined (Cochrane Handbook 6.5.2.10). With effects only,
    contrasts that share a group are averaged with the protocol's correlation (Borenstein
    2009, chapter 25), with none where the source had split the control group between them;
    groups that share nobody are pooled by inverse variance. `effect` is the way of one row.
    """
    if len(rows) == 1:
        return effect(protocol, measure, rows[0])
    if all(row.format != "effect" for row in rows):
        combined, said = combined_row(rows, sharing)
        found = effect(protocol, measure, combined)
        derived = tuple(dict.fromkeys(step for row in rows for step in _steps(row)))
        return replace(
            found,
            derivation="; ".join((*derived, f"{found.derivation}, {said}")),
            closeness=CLOSENESS.index("a derived effect") if derived else found.closeness,
            derived=(*derived, *found.derived),
        )
    each = [effect(protocol, measure, row) for row in rows]
    return _combined_effects(protocol, each, sharing or "shared")


def adjusted_for_baseline(
    protocol: Protocol,
    rows: Sequence[OutcomeRow],
    sharing: Sharing | None,
    correlation: float,
) -> TrialEffect | None:
    """The SMD of these rows adjusted for the difference at baseline; None where none is given.

    Of final scores only: changes and adjusted effects have their baseline in them.
    """
    if any(row.format not in ("means", "medians") for row in rows):
        return None
    row = rows[0] if len(rows) == 1 else combined_row(rows, sharing)[0]
    before = [arm_at_baseline(row, arm) for arm in ARMS]
    if row.scores not in ("", "final") or row.design == "crossover" or None in before:
        return None
    arms, baseline = [arm_of(row, arm) for arm in ARMS], [arm for arm in before if arm]
    effect, variance = conversions.smd_adjusted_for_baseline(
        (arms[0], arms[1]), (baseline[0], baseline[1]), correlation
    )
    how = f"from means and SDs, adjusted for baseline with a correlation of {correlation:g}"
    found = Reported("SMD", effect, variance, "arm data", how, ())
    return _oriented(protocol, "SMD", row, clustered(row, found))


def _steps(row: OutcomeRow) -> tuple[str, ...]:
    return () if row.format == "events" else steps_of(row)


def _combined_effects(
    protocol: Protocol, each: Sequence[TrialEffect], sharing: Sharing
) -> TrialEffect:
    effects, variances = [one.effect for one in each], [one.variance for one in each]
    if sharing == "separate":
        effect, variance = conversions.combine_independent(effects, variances)
        said = "separate groups of participants, pooled by inverse variance"
        derivation = f"{len(each)} {said}"
    else:
        shared = protocol.synthesis.shared_control_correlation
        correlation = 0.0 if sharing == "split" else shared
        effect, variance = conversions.combine_contrasts(effects, variances, correlation)
        derivation = f"{len(each)} contrasts that share {_group(sharing, correlation)}"
    return replace(
        each[0],
        effect=effect,
        variance=variance,
        derivation=derivation,
        closeness=max(one.closeness for one in each),
        derived=tuple(dict.fromkeys(step for one in each for step in one.derived)),
        assumed=tuple(dict.fromkeys(what for one in each for what in one.assumed)),
        events=None,
    )


def _group(sharing: Sharing, correlation: float) -> str:
    if sharing == "split":
        return "a control group that the source split between them"
    group = "one intervention group" if sharing == "several" else "one control group"
    return f"{group}, averaged with correlation {correlation:g}"
