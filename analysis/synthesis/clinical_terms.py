"""The pooled effect in a clinician's terms: points on a familiar scale, people in a thousand.

What is assumed (a standard deviation, a control risk) comes from the data where they have
it and from the protocol otherwise, and is said beside every number made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from analysis.evidence.reference_sd import ReferenceSd
from analysis.formatting import listed, percent
from analysis.protocol import Protocol
from analysis.protocol_rules import Frozen
from analysis.statistics import clinical as clinical_statistics
from analysis.statistics.clinical import (
    NumberNeededToTreat,
    Reexpressed,
    number_needed_to_treat,
    points_on_scale,
)
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.study_effect import Measure, StudyEffect

# Where a control risk comes from that no trial gives.
ASSUMED = "assumed"


class AbsoluteEffect(Frozen):
    """How many more of a thousand have the event; `source` says whence the control risk.

    `definition` is what the trials count as the event, where they say.
    """

    source: str
    definition: str = ""
    numbers: NumberNeededToTreat


class Clinical(Frozen):
    """A pooled effect re-expressed; no control arm gives an SD where `points` is `None`."""

    absolute: tuple[AbsoluteEffect, ...] = ()
    points: Reexpressed | None = None
    scale: str = ""


def clinical(
    protocol: Protocol,
    measure: Measure,
    studies: Sequence[StudyEffect],
    primary: PooledEffect | None,
    reference: ReferenceSd | None,
    responders: Sequence[StudyEffect] = (),
) -> Clinical:
    """Re-express the pooled effect of these studies; `reference` is None but for SMDs."""
    if primary is None:
        return Clinical()
    absolute = absolute_effects(protocol, measure, studies, primary, responders)
    if reference is None:
        return Clinical(absolute=absolute)
    # On a scale on which more is good, what favours the intervention is a gain of points.
    effect, interval = (
        _turned(primary) if reference.higher_is_better else (primary.estimate, primary.interval)
    )
    points = points_on_scale(
        effect, interval, reference.sd, scale=reference.scale, sd_source=reference.source
    )
    return Clinical(absolute=absolute, points=points, scale=reference.scale)


def absolute_effects(
    protocol: Protocol,
    measure: Measure,
    studies: Sequence[StudyEffect],
    primary: PooledEffect,
    responders: Sequence[StudyEffect] = (),
) -> tuple[AbsoluteEffect, ...]:
    """The pooled effect per thousand people at each control risk.

    A measure of an event meets the risk of the pooled control arms, their events over their
    participants; a standardised mean difference those of the trials that count responders, each
    by itself since each counts in its own way. Where no trial gives one the protocol's risks
    stand in. A measure that says nothing of how many people has none.
    """
    if not measure.kind.risk:
        return ()
    risk_by: Callable[[float, float], float] = getattr(clinical_statistics, measure.kind.risk)
    event = measure.kind.event
    effect, interval = (
        _as_reported(measure, primary) if event else (primary.estimate, primary.interval)
    )
    found = _pooled_risk(studies) if event else list(_risks_of(responders))
    assumed = [(risk, ASSUMED, "") for risk in protocol.clinical.control_risks]
    return tuple(
        AbsoluteEffect(
            source=source,
            definition=definition,
            numbers=number_needed_to_treat(
                risk_by,
                effect,
                interval,
                risk,
                # Lower is better on the analysis scale of a difference between scores.
                event_is_good=measure.benefit_above or not event,
            ),
        )
        for risk, source, definition in found or assumed
    )


def _pooled_risk(studies: Sequence[StudyEffect]) -> list[tuple[float, str, str]]:
    counted = [study.instrument for study in studies if study.events_control is not None]
    definition = "; or ".join(dict.fromkeys(filter(None, counted)))
    return [(risk, source, definition) for risk, source in observed_risk(studies)]


def _risks_of(responders: Sequence[StudyEffect]) -> Iterator[tuple[float, str, str]]:
    """The share of responders in the control arm of each trial that has one, the largest first."""
    for study in sorted(responders, key=lambda study: -(study.n_total or 0)):
        counted = observed_risk([study])
        reported = study.control_risk
        if not counted and reported:
            whose = f"{percent(100 * reported)} in the control arm of {study.label}"
            counted = [(reported, whose)]
        for risk, source in counted:
            yield risk, source, study.instrument or ""


def _as_reported(measure: Measure, primary: PooledEffect) -> tuple[float, Interval]:
    """The effect on the event itself, turned back if it was turned on reading."""
    return _turned(primary) if measure.benefit_above else (primary.estimate, primary.interval)


def _turned(primary: PooledEffect) -> tuple[float, Interval]:
    found = primary.interval
    low, high = (None if limit is None else -limit for limit in (found.high, found.low))
    return -primary.estimate, Interval(low, high, found.method, found.level, found.df)


def observed_risk(studies: Sequence[StudyEffect]) -> list[tuple[float, str]]:
    """The risk of the pooled control arms and where it is from; nothing without events."""
    arms = [
        (study.events_control, study.n_control, study.label)
        for study in studies
        if study.events_control is not None and study.n_control
    ]
    events, people = sum(arm[0] for arm in arms), sum(arm[1] for arm in arms)
    if not 0 < events < people:
        return []
    whose = listed([label for _, _, label in arms])
    arm = "arm" if len(arms) == 1 else "arms"
    return [(events / people, f"{events:,} of {people:,} in the control {arm} of {whose}")]
