"""A review of another subject in each measure of the registry: its benefit, its harm, its doubt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.measures import MEASURES, MeasureName
from analysis.protocol import Protocol, Question
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from tests.evidence.folder import DATA
from tests.evidence.rows import a_row, a_trial
from tests.synthesis.present_rules import with_present_rules

Finding = Literal["benefit", "harm", "imprecise"]
FINDINGS: tuple[Finding, ...] = ("benefit", "harm", "imprecise")
WORDS = {
    "intervention": "the drug",
    "with_intervention": "with the drug",
    "intervention_in_short": "drug",
    "control": "the placebo group",
    "comparator": "placebo",
    "population": "adults who sleep badly",
    "better": "sleep clearly better",
    "baseline": "an earlier review",
}
GOOD, BAD = "sleep through the night", "fall asleep at work"
ARMS = [f"{what}_{arm}" for what in ("n", "mean", "sd") for arm in ("intervention", "control")]
UNITS: dict[str, str] = {"MD": "hours a night", "generic": "points of 10"}


@dataclass(frozen=True)
class Case:
    """A measure, the side on which its printed numbers are good, and what was found."""

    name: MeasureName
    benefit_above: bool
    finding: Finding

    def __str__(self) -> str:
        return f"{self.name}-{'above' if self.benefit_above else 'below'}-{self.finding}"

    @property
    def event(self) -> str:
        """What happens to people; blank where scores are compared."""
        return (GOOD if self.benefit_above else BAD) if MEASURES[self.name].event else ""

    @property
    def helps(self) -> float:
        """How far each trial lies on the good side."""
        return {"benefit": 1.0, "harm": -1.0, "imprecise": 0.1}[self.finding]


CASES = tuple(
    Case(name, above, finding)
    for name in MEASURES
    for above in (False, True)
    for finding in FINDINGS
)


def reviewing(evidence: Evidence, case: Case) -> Evidence:
    """A review of sleep with one question, pooled in the measure, which four trials answer."""
    plain = evidence.protocol.model_dump(exclude_unset=True)
    outcome: dict[str, Any] = {
        "id": "sleep", "label": "sleep", "kind": "primary", "lower": "better sleep",
        "higher": "worse sleep", "instruments": ["diary"], "measure": case.name,
        "benefit_above": case.benefit_above,
    }  # fmt: skip
    if case.event:
        outcome["event"] = case.event
    if case.name in UNITS:
        outcome["unit"] = UNITS[case.name]
    plain |= {
        "title": "Drug A for adults who sleep badly", "short_title": "Drug A for sleep",
        "words": WORDS, "outcomes": [outcome], "measures": {case.name: {}},
        "conditions": [{"id": "insomnia", "label": "insomnia", "description": "insomnia disorder"}],
        "timepoints": [{"id": "post", "label": "after treatment",
                        "description": "immediately after treatment"}],
        "directions": {}, "comparators": {"inactive": ["placebo"], "active": ["other drug"]},
        "eligibility": plain["eligibility"] | {
            "participants": "adults who sleep badly", "intervention": "drug A",
            "comparator": "placebo",
        },
    }  # fmt: skip
    plain["moderators"] = ["intervention", "duration", "risk of bias", "year"]
    plain["clinical"] = {"control_risks": [0.1], "instrument_ranges": {}}
    names = [f"trial-{year}" for year in range(2020, 2024)]
    trials = {
        name: a_trial(
            evidence, study_id=name, label=name.replace("-", " ").capitalize(), title=name,
            condition="insomnia", comparator="placebo", comparator_detail="", diagnosis="insomnia",
            therapy="drug A", programme="", target="", doi="", pmid="", registration="",
            citation="", journal="", other_reports="", year=float(name[-4:]),
            n_randomised_intervention=200.0, n_randomised_control=200.0, n_randomised_total=400.0,
        )
        for name in names
    }  # fmt: skip
    rows = tuple(_row(case, name, size) for size, name in enumerate(names))
    return replace(
        evidence, protocol=Protocol.model_validate(plain), trials=trials, outcomes=rows,
        measured=(), trustworthiness=(), risk_of_bias=(), acceptability=(), published=(),
        decisions=(), rulings=(), control_groups=(),
    )  # fmt: skip


def asked(evidence: Evidence) -> Question:
    """The only question of such a review."""
    return evidence.protocol.questions[0]


@cache
def reviewed(case: Case) -> tuple[Evidence, Synthesis]:
    """The review by the present rules of intervals, and its answer; made once in a session."""
    made = reviewing(with_present_rules(_frozen()), case)
    return made, synthesise(made, asked(made))


@cache
def _frozen() -> Evidence:
    return load(DATA)


def _row(case: Case, study: str, size: int) -> OutcomeRow:
    """A trial's row; the larger `size`, the more people."""
    kind = MEASURES[case.name]
    said: dict[str, Any] = dict.fromkeys(ARMS) | {
        "study_id": study, "row_id": f"{study}.sleep.post.1", "outcome": "sleep",
        "instrument": "diary", "higher_is": "better" if case.benefit_above else "worse",
        "source_id": "cd010152",
    }  # fmt: skip
    people = 60.0 + 10 * size
    good = 1 if case.benefit_above else -1
    up = good * case.helps + 0.2 * (-1) ** size  # by chance trials differ
    if kind.arms == "means":
        said |= {
            "n_intervention": people, "mean_intervention": 6 + 0.8 * up, "sd_intervention": 1.4,
            "n_control": people, "mean_control": 6.0, "sd_control": 1.4,
        }  # fmt: skip
    elif kind.arms == "events":
        said |= {
            "format": "events", "total_intervention": people, "total_control": people,
            "events_intervention": round(people * (0.4 + 0.2 * up)),
            "events_control": round(people * 0.4),
        }  # fmt: skip
    else:
        sides = ("above 1", "below 1") if kind.ratio else ("positive", "negative")
        said |= {
            "n_intervention": people, "n_control": people, "format": "effect",
            "effect_measure": case.name,
            "effect": round(2 ** (0.75 * up), 2) if kind.ratio else round(1.2 * up, 2),
            "effect_se": 0.2 if kind.ratio else 0.4,
            "effect_favours_intervention_when": sides[0 if case.benefit_above else 1],
        }  # fmt: skip
    return a_row(**said)
