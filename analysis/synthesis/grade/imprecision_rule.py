"""Imprecision: an interval that leaves too much open, and too few participants."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.formatting import counted, listed, number, percent_level
from analysis.protocol import Protocol
from analysis.protocol_rules import CertaintyRules, InformationSize
from analysis.statistics.information_size import participants_for_risks, participants_for_smd
from analysis.synthesis.certainty import Body, Step, ends
from analysis.synthesis.clinical_terms import observed_risk
from analysis.synthesis.grade.rule_numbers import interval_shown


@dataclass(frozen=True)
class Needed:
    """The optimal information size: participants in both arms, and what it was computed for."""

    participants: int
    assumed: str


def imprecision(protocol: Protocol, body: Body) -> Step:
    """A level for a wide interval, a level for too few participants; so two where both hold.

    Wide: it includes no difference and the smallest important difference, on either side;
    where the protocol sets no such difference for the measure, nothing says that an interval
    around no difference is narrow. Too few: fewer than one trial would need that looks for the
    effect which the protocol names, the optimal information size. Only known numbers count.
    So few participants that one more trial could say anything take two levels by themselves.
    """
    wide, about_interval = _wide(body)
    few, about_size = _few(protocol, body)
    reason = f"{about_interval}, and {about_size}."
    return Step(domain="imprecision", levels=min(2, wide + few), judged=True, reason=reason)


def _wide(body: Body) -> tuple[int, str]:
    interval, important = body.interval, body.smallest_important_difference
    measure = body.measure
    low, high = ends(interval)
    thresholds = () if important is None else (-important, important)
    named = "Bayesian interval" if body.concluded_from else "interval"
    said = f"The {named} ({interval_shown(measure, interval, 0.0, *thresholds)})"
    nothing = f"no difference ({measure.no_effect:g})"
    if low > 0 or high < 0:
        return 0, f"{said} excludes {nothing}"
    if important is None:
        return 1, (
            f"{said} includes {nothing}, where the protocol sets no smallest important difference "
            "by which to call it narrow"
        )
    reached = [side for side in thresholds if low <= side <= high]
    shown = [number(side) for side in sorted(map(measure.shown, reached or thresholds))]
    if not reached:
        return 0, (
            f"{said} includes {nothing} but not the smallest important difference "
            f"({' or '.join(shown)})"
        )
    return 1, f"{said} includes {nothing} and the smallest important difference ({listed(shown)})"


def _few(protocol: Protocol, body: Body) -> tuple[int, str]:
    rules, known = protocol.certainty, body.n_total or 0
    if body.n_total is not None and not body.n_unknown and known < rules.very_few:
        return 2, f"{counted(known, 'participant')} are fewer than {rules.very_few:,}"
    if rules.information_size is None:
        return _fewer_than_fixed(rules, body)
    needed = information_size(protocol, rules.information_size, body)
    if needed is None:
        unknown = "how many are enough cannot be said, because no control risk is known"
        return 0, f"{counted(known, 'participant')} took part; {unknown}"
    few, said = _compared(known, "participant", body.n_unknown, needed.participants)
    return int(few), f"{said} of the optimal information size ({needed.assumed})"


def _fewer_than_fixed(rules: CertaintyRules, body: Body) -> tuple[int, str]:
    """Below fixed numbers of participants and, for ratios, of events in both arms."""
    least = rules.minimum_participants or 0
    few, said = _compared(body.n_total or 0, "participant", body.n_unknown, least)
    if not body.measure.ratio or rules.minimum_events is None:
        return int(few), said
    events = [
        study.events_intervention + study.events_control
        for study in body.studies
        if study.events_intervention is not None and study.events_control is not None
    ]
    few_events, about_events = _compared(
        sum(events), "event", body.k - len(events), rules.minimum_events
    )
    return int(few or few_events), f"{said} and {about_events}"


def _compared(found: int, unit: str, unknown: int, least: int) -> tuple[bool, str]:
    missing = f" (not known in {counted(unknown, 'trial')})" if unknown else ""
    compared = "fewer than" if found < least else "at least"
    verb = "is" if found == 1 else "are"
    said = counted(found, unit) if found or not unknown else f"no known {unit}s"
    return found < least, f"{said}{missing} {verb} {compared} the {least:,}"


def information_size(protocol: Protocol, size: InformationSize, body: Body) -> Needed | None:
    """The participants that the protocol's effect would take, in two arms of one size.

    Of events it is a change of the risk in the pooled control arms, towards benefit as long as
    that leaves a risk; without their numbers the smallest of the protocol's assumed risks
    stands in, which asks for most; None where it has none. Of scores it is a standardised mean
    difference.
    """
    tested = f"α {size.alpha:g}, power {percent_level(size.power)}"
    if not body.measure.kind.event:
        return Needed(
            2 * participants_for_smd(size.smd, alpha=size.alpha, power=size.power),
            f"a difference of {size.smd:g} SD, {tested}",
        )
    assumed = [(risk, "assumed") for risk in sorted(protocol.clinical.control_risks)]
    found = observed_risk(body.studies) or assumed
    if not found:
        return None
    risk, source = found[0]
    up = body.measure.benefit_above and risk * (1 + size.relative_change) < 1
    other = risk * (1 + (1 if up else -1) * size.relative_change)
    return Needed(
        2 * participants_for_risks(risk, other, alpha=size.alpha, power=size.power),
        f"a relative change of {percent_level(size.relative_change)} from a control risk of "
        f"{number(100 * risk, 1)}%, {source}, {tested}",
    )
