"""Moderators: what of a trial may explain differences, and how it is read from the trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from analysis.protocol import Protocol
from analysis.protocol_lists import StudyColumn
from analysis.synthesis.study_effect import StudyEffect


@dataclass(frozen=True)
class Category:
    """A characteristic by which trials are parted; "" where it is not known of a trial."""

    label: str
    of: Callable[[StudyEffect], str]


@dataclass(frozen=True)
class Amount:
    """A characteristic on which effects are regressed; None where it is not known of a trial."""

    label: str
    unit: str
    of: Callable[[StudyEffect], float | None]


Moderator = Category | Amount

# Those that need no column of the review's own, by the name that the protocol has for them.
KNOWN: Mapping[str, Moderator] = MappingProxyType(
    {
        each.label: each
        for each in (
            Category("comparator", lambda study: study.comparator_kind),
            Category("guidance", lambda study: study.guidance or ""),
            Category("intervention", lambda study: study.therapy or ""),
            Category("therapy", lambda study: study.therapy or ""),
            Category("target", lambda study: study.target or ""),
            Category("risk of bias", lambda study: study.risk_of_bias.overall),
            Amount("duration", "week", lambda study: study.duration_weeks),
            Amount("year", "year", lambda study: float(study.year)),
        )
    }
)


def moderators_of(protocol: Protocol) -> tuple[Moderator, ...]:
    """The moderators within a question, in the protocol's order.

    Conditions are questions of their own: they are compared across questions.
    """
    own = {column.name: _own(column) for column in protocol.study_columns}
    known = {**KNOWN, **own}
    return tuple(known[name] for name in protocol.moderators if name in known)


def _own(column: StudyColumn) -> Moderator:
    name = column.name
    if column.type == "number":
        return Amount(column.label, column.unit, lambda study: _number(study, name))
    return Category(column.label, lambda study: str(study.characteristics.get(name, "")))


def _number(study: StudyEffect, name: str) -> float | None:
    value = study.characteristics.get(name)
    return None if value is None else float(value)
