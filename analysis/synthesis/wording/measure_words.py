"""What the numbers of each measure mean, for the measures that a protocol pools."""

from __future__ import annotations

from analysis.formatting import listed, number, sentence_case
from analysis.protocol import OutcomeMeasure, Protocol


def measures_in_use(protocol: Protocol) -> tuple[OutcomeMeasure, ...]:
    """Every measure that a question pools, each once, as its first outcome has it."""
    found: dict[tuple[object, ...], OutcomeMeasure] = {}
    for question in protocol.questions:
        measure = protocol.measure(question)
        found.setdefault((measure.name, measure.unit, measure.benefit_above), measure)
    return tuple(found.values())


def explained(found: OutcomeMeasure, protocol: Protocol) -> str:
    """What a number of this measure says, and on which side it favours the intervention."""
    kind, words = found.kind, protocol.words
    favours = f"{_side(found)} favours {words.intervention_in_short}{_of_which(protocol, found)}"
    if found.name == "SMD":
        important = found.smallest_important_difference
        small = f"; about {number(important, 1)} is a small difference" if important else ""
        return (
            f"SMD is the {found.label}: the difference between {words.intervention_in_short} and "
            f"{words.comparator} in standard deviations, so that different questionnaires can be "
            f"compared. {sentence_case(favours)}{small}."
        )
    if kind.event:
        verb = "are" if kind.quantity.startswith("the odds") else "is"
        return (
            f"{sentence_case(kind.named)} above {_nothing(found)} means that {kind.quantity} "
            f"people {found.event} {verb} higher {words.with_intervention}; {favours}."
        )
    what = f"MD is a {found.label}" if found.name == "MD" else "The difference is"
    return f"{what} in {found.unit}; {favours}."


def favourable_sides(protocol: Protocol) -> str:
    """`SMD below zero and risk ratio above 1 favour the drug.`"""
    sides = [
        f"{found.kind.in_sentence}{_of_which(protocol, found)} {_side(found)}"
        for found in measures_in_use(protocol)
    ]
    said = sentence_case(listed(list(dict.fromkeys(sides))))
    verb = "favour" if len(set(sides)) > 1 else "favours"
    return f"{said} {verb} {protocol.words.intervention_in_short}."


def better_sides(protocol: Protocol) -> str:
    """On which side of a picture an effect is good."""
    named: dict[str, dict[str, None]] = {"left": {}, "right": {}}
    for found in measures_in_use(protocol):
        name = f"{found.kind.in_sentence}{_of_which(protocol, found)}"
        named["right" if found.benefit_above else "left"][name] = None
    sides = [
        f"{side} is better for {listed(list(names))}" for side, names in named.items() if names
    ]
    return f"{sentence_case(', '.join(sides))}."


def _of_which(protocol: Protocol, found: OutcomeMeasure) -> str:
    """` (sleep and vigour)`: the outcomes, where one measure is good on one side or the other."""
    asked = [(protocol.measure(question), question.outcome) for question in protocol.questions]
    alike = [(used, outcome) for used, outcome in asked if used.name == found.name]
    if len({used.benefit_above for used, _ in alike}) == 1:
        return ""
    own = dict.fromkeys(
        protocol.outcome(outcome).label
        for used, outcome in alike
        if (used.unit, used.benefit_above) == (found.unit, found.benefit_above)
    )
    return f" ({listed(list(own))})"


def _nothing(found: OutcomeMeasure) -> str:
    return "1" if found.kind.ratio else "zero"


def _side(found: OutcomeMeasure) -> str:
    return f"{'above' if found.benefit_above else 'below'} {_nothing(found)}"
