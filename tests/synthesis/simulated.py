"""Reviews that nobody made: trials drawn at random, in every measure, with what is hard to say."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from typing import Any

from analysis.evidence.rows import Evidence, OutcomeRow, Trial
from analysis.measures import EVENTS, MEASURES, RATIOS, MeasureName
from analysis.protocol import Question
from tests.evidence.rows import a_reported_row, a_row, a_trial
from tests.synthesis.asked import asking

CONTROLS = ("waiting list", "usual care", "no treatment", "active")
COUNTED: tuple[MeasureName, ...] = ("RR", "OR", "RD")


def simulated(evidence: Evidence, seed: int) -> tuple[Evidence, Question]:
    """A question with 0 to 13 trials; every eighth sits on no difference, or next to it."""
    random = Random(seed)
    measure = list(MEASURES)[seed % len(MEASURES)]
    said = _said(random, measure)
    asked = asking(evidence, measure, **said)
    good = bool(said["benefit_above"])
    k = random.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 11, 13))
    mean = random.choice((0.0, -0.05, 0.05, -0.3, 0.3, -0.9, 0.9, -2.5))
    spread = random.choice((0.0, 0.1, 0.4, 1.5))
    trials, rows = {}, []
    for index in range(k):
        study = f"drawn-{index + 1:02}"
        n = random.choice((24, 40, 60, 90, 150, 400))
        trials[study] = _trial(evidence, random, study, n)
        effect = 0.0 if seed % 8 == 7 and index == 0 else random.gauss(mean, spread)
        counted = measure in COUNTED and random.random() < 0.6
        make = _events if counted else _reported
        rows.append(make(random, measure, study, effect, n, good))
    return (
        replace(asked, trials=trials, outcomes=tuple(rows)),
        asked.protocol.question("non-headache", "pain", "post"),
    )


def _said(random: Random, measure: MeasureName) -> dict[str, Any]:
    event = measure in EVENTS
    return {
        "unit": None if event or measure == "SMD" else random.choice(("points", "hours a night")),
        "event": random.choice(("sleep well", "drop out")) if event else None,
        "benefit_above": random.random() < 0.5 if event or measure in ("MD", "generic") else False,
        "smallest_important_difference": random.choice((None, 0.2, 0.5)),
        "instruments": ["NRS"],
    }


def _trial(evidence: Evidence, random: Random, study: str, n: int) -> Trial:
    return a_trial(
        evidence,
        study_id=study,
        label=f"{study.title()} {random.randint(2004, 2026)}",
        title=study,
        doi="",
        pmid="",
        registration="",
        comparator=random.choice(CONTROLS),
        n_randomised_intervention=n / 2,
        n_randomised_control=n / 2,
        n_randomised_total=float(n),
    )


def _reported(
    random: Random, measure: MeasureName, study: str, effect: float, n: int, good: bool
) -> OutcomeRow:
    """The effect as a report prints it: a ratio as a ratio, on the side of its own event."""
    ratio, event = measure in RATIOS, measure in EVENTS
    turned = -effect if event and good else effect
    if measure == "RD":
        turned /= 10
    when = ("above 1", "below 1") if ratio else ("positive", "negative")
    return a_reported_row(
        math.exp(turned) if ratio else turned,
        row_id=f"{study}.pain.post.1",
        study_id=study,
        effect_measure=measure,
        effect_se=random.uniform(0.8, 1.6) * (0.2 if measure == "RD" else 2) / math.sqrt(n),
        effect_favours_intervention_when=when[0 if event and good else 1],
        n_intervention=n / 2,
        n_control=n / 2,
    )


def _events(
    random: Random, measure: MeasureName, study: str, effect: float, n: int, good: bool
) -> OutcomeRow:
    arm, control = n // 2, random.uniform(0.1, 0.6)
    odds = control / (1 - control) * math.exp(-effect if good else effect)
    events = round(arm * odds / (1 + odds)), round(arm * control)
    return a_row(
        row_id=f"{study}.pain.post.1",
        study_id=study,
        format="events",
        higher_is="better" if good else "worse",
        instrument="counted",
        events_intervention=float(events[0]),
        total_intervention=float(arm),
        events_control=float(events[1]),
        total_control=float(arm),
    )
