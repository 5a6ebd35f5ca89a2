"""Who took part in the included trials together: how many, of what age, where, in which arms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from analysis.evidence.rows import Evidence, Trial

NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Share:
    """The trials that are alike in something, and those randomised in them, as far as known."""

    value: str
    trials: int
    people: int


@dataclass(frozen=True)
class Average:
    """What trials report of their participants, weighted by them, with the range of the trials."""

    mean: float
    lowest: float
    highest: float
    trials: int


@dataclass(frozen=True)
class Participants:
    """The included trials in sum; of `unknown` of them nobody says how many were randomised.

    `shares` go by subject, the largest first in each.
    """

    trials: int
    people: int
    unknown: int
    women: Average | None
    age: Average | None
    shares: Mapping[str, tuple[Share, ...]]


def participants(evidence: Evidence) -> Participants:
    """Everybody who was randomised in an included trial, in all its arms."""
    trials = evidence.included
    labels = {condition.id: condition.label for condition in evidence.protocol.conditions}
    subjects: Mapping[str, Callable[[Trial], str]] = {
        "condition": lambda trial: labels[trial.condition],
        "country": lambda trial: country(trial.country),
        evidence.protocol.words.intervention_in_short: lambda trial: trial.therapy,
        "guidance": lambda trial: trial.guidance,
        "comparator": lambda trial: trial.comparator,
    }
    known = [size for trial in trials if (size := randomised(trial)) is not None]
    return Participants(
        trials=len(trials),
        people=sum(known),
        unknown=len(trials) - len(known),
        women=_average(trials, lambda trial: trial.percent_women),
        age=_average(trials, lambda trial: trial.mean_age),
        shares=MappingProxyType({name: _shares(trials, of) for name, of in subjects.items()}),
    )


def randomised(trial: Trial) -> int | None:
    """How many were randomised in all arms; the two arms of the review where no total is given."""
    if trial.n_randomised_total is not None:
        return round(trial.n_randomised_total)
    arms = trial.n_randomised_intervention, trial.n_randomised_control
    if arms[0] is None or arms[1] is None:
        return None
    return round(arms[0] + arms[1])


def country(code: str) -> str:
    """The English name of a country's two-letter code; the code of one that has none."""
    from babel import Locale

    return Locale("en").territories.get(code, code)


def _average(trials: Iterable[Trial], of: Callable[[Trial], float | None]) -> Average | None:
    """Weighted by those randomised; a trial that does not say how many counts for nothing."""
    said = [
        (value, size)
        for trial in trials
        if (value := of(trial)) is not None and (size := randomised(trial))
    ]
    if not said:
        return None
    values = [value for value, _ in said]
    total = sum(size for _, size in said)
    mean = sum(value * size for value, size in said) / total
    return Average(mean, min(values), max(values), len(said))


def _shares(trials: Iterable[Trial], of: Callable[[Trial], str]) -> tuple[Share, ...]:
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(of(trial) or NOT_KNOWN, []).append(trial)
    shares = [
        Share(value, len(alike), sum(randomised(trial) or 0 for trial in alike))
        for value, alike in groups.items()
    ]
    # What is not known is no group of its own: it comes last.
    return tuple(
        sorted(shares, key=lambda s: (s.value == NOT_KNOWN, -s.people, -s.trials, s.value))
    )
