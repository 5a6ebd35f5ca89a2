"""Every sentence of the rules of GRADE is read: its words fit its own numbers, and its levels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.evidence.trial_states import OutcomeInTrial, State
from analysis.measures import MEASURES
from analysis.protocol import Protocol
from analysis.statistics.pooling import pool
from analysis.synthesis.certainty import Body, Step
from analysis.synthesis.grade.rating import rate
from analysis.synthesis.missing_results import MissingResults
from analysis.synthesis.study_effect import Measure, StudyEffect, participants
from analysis.synthesis.synthesise import synthesise_all
from tests.architecture import ROOT
from tests.synthesis.bodies import (
    FIRST_RULES,
    RULES,
    a_study,
    assert_one_sentence,
    regression,
)

NUMBER = r"(−?[\d,]+(?:\.\d+)?|−?∞)"
PERCENT = r"([\d.]+)%"


def read(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").replace("∞", "inf"))


def found(pattern: str, said: str) -> Iterator[tuple[float, ...]]:
    for match in re.finditer(pattern, said):
        yield tuple(map(read, match.groups()))


# What a sentence says, and what its numbers must be then.
COMPARISONS: Mapping[str, Callable[..., bool]] = {
    rf"{NUMBER} (?:participants?|events?)(?: \([^)]*\))? (?:are|is) fewer than (?:the )?{NUMBER}":
        lambda a, b: a < b,
    rf"{NUMBER} (?:participants?|events?)(?: \([^)]*\))? (?:are|is) at least (?:the )?{NUMBER}":
        lambda a, b: a >= b,
    rf"There (?:are|is) {NUMBER} trials?, fewer than the {NUMBER}": lambda a, b: a < b,
    rf"p = {NUMBER}, below {NUMBER}": lambda a, b: a < b,
    rf"p = {NUMBER}, not below {NUMBER}": lambda a, b: a >= b,
    rf"I² is {PERCENT}, at least {PERCENT}": lambda a, b: a >= b,
    rf"I² is {PERCENT}, below the {PERCENT}": lambda a, b: a < b,
    rf"together {PERCENT}: more than {PERCENT} is in doubt": lambda a, b: a > b,
    rf"together {PERCENT}: not more than {PERCENT}": lambda a, b: a <= b,
    rf"{PERCENT} of the weight comes from trials at high risk.*more than {PERCENT} is at high risk":
        lambda a, b: a > b,
    rf"{PERCENT} of the weight, more than {PERCENT}": lambda a, b: a > b,
    rf"{PERCENT} of the weight, not more than {PERCENT}": lambda a, b: a <= b,
    rf"with {PERCENT} of the weight favour .* with {PERCENT} \w+, at least {PERCENT}":
        lambda a, b, least: min(a, b) >= least,
    rf"with {PERCENT} of the weight favour .* with {PERCENT} \w+, not {PERCENT}":
        lambda a, b, least: min(a, b) < least,
    rf"interval \({NUMBER} to {NUMBER}\) includes no difference \({NUMBER}\)":
        lambda low, high, none: low <= none <= high,
    rf"interval \({NUMBER} to {NUMBER}\) excludes no difference \({NUMBER}\)":
        lambda low, high, none: not low <= none <= high,
    rf"interval \({NUMBER} to {NUMBER}\) includes no difference \([01]\) and the smallest "
    rf"important difference \({NUMBER}":
        lambda low, high, important: low <= important <= high,
    rf"interval \({NUMBER} to {NUMBER}\) includes no difference \([01]\) but not the smallest "
    rf"important difference \({NUMBER} or {NUMBER}\)":
        lambda low, high, one, other: low > one and high < other,
    rf"{NUMBER} of the {NUMBER} participants [^(]*\({PERCENT}\), more than one in {NUMBER}":
        lambda part, whole, shown, one_in: part * one_in > whole and shown > 100 / one_in,
    rf"{NUMBER} of the {NUMBER} participants [^(]*\({PERCENT}\), not more than one in {NUMBER}":
        lambda part, whole, shown, one_in: part * one_in <= whole and shown <= 100 / one_in + 0.05,
}  # fmt: skip


def assert_fits(step: Step, seen: set[str]) -> None:
    said = step.reason
    assert_one_sentence(said)
    for pattern, holds in COMPARISONS.items():
        for numbers in found(pattern, said):
            seen.add(pattern)
            assert holds(*numbers), said
    assert not re.search(r"(?<![\d,.])1 (?:trials|participants|events)\b", said), said
    assert not re.search(r"(?<!not )(?:\bnan\b|\bNone\b(?! of))", said), said
    if step.domain == "publication bias":
        assert (
            step.levels == bool(re.search(r"(?<!not )below|(?<!not )more than one in", said))
            or "favour" in said
        ), said
    if step.domain == "risk of bias":
        expected = {"more than 75% is at high": 2, "not more than": 0, "None of the weight": 0}
        levels = next((n for words, n in expected.items() if words in said), 1)
        assert step.levels == levels, said
    if step.domain == "imprecision":
        few = "fewer than" in said
        wide = "includes no difference" in said and "but not the smallest" not in said
        assert step.levels == min(2, wide + few) or re.search(r"fewer than 100\b", said), said


def simulated(seed: int) -> Body:
    """A body of evidence made by chance, of 1 to 14 trials."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(1, 15))
    name = list(MEASURES)[int(rng.integers(0, len(MEASURES)))]
    kind = MEASURES[name]
    measure = Measure(
        name=name,
        label=kind.label,
        ratio=kind.ratio,
        benefit_above=bool(rng.integers(0, 2)),
        sides=("therapy", "control"),
    )
    words = rng.choice(["low", "some concerns", "unclear", "high", "not assessed"], size=k)
    effects = rng.normal(rng.normal(0, 0.3), rng.choice([0.05, 0.2, 0.6]), k)
    variances = rng.uniform(0.005, 0.2, k)
    primary = pool(effects.tolist(), variances.tolist(), model="reml", level=0.95)
    studies = tuple(
        _trial(rng, i, float(effects[i]), float(variances[i]), primary.weights[i], str(words[i]))
        for i in range(k)
    )
    n_total, n_unknown = participants(studies)
    states = tuple(_outcome(rng) for _ in range(int(rng.integers(0, 9))))
    return Body(
        measure=measure,
        smallest_important_difference=0.2 if name == "SMD" or rng.random() < 0.5 else None,
        studies=studies,
        primary=primary,
        n_total=n_total,
        n_unknown=n_unknown,
        asymmetry=regression(float(rng.uniform(0, 0.3)), float(rng.normal())) if k >= 10 else None,
        indirect_instruments={"X": "measures another thing"},
        missing=MissingResults(trials=states),
    )


def _trial(
    rng: np.random.Generator, index: int, effect: float, variance: float, weight: float, risk: str
) -> StudyEffect:
    half = 1.96 * variance**0.5
    arm = int(rng.integers(5, 300))
    known = rng.random() > 0.1
    made = a_study(
        index,
        weight,
        effect=effect,
        variance=variance,
        ci_low=effect - half,
        ci_high=effect + half,
        instrument=str(rng.choice(["X", "Y"])),
        indirectness=str(rng.choice(["", "", "another question"])),
        n_intervention=arm if known else None,
        n_control=arm if known else None,
        n_total=2 * arm if known else None,
        events_intervention=int(rng.integers(0, arm)) if known else None,
        events_control=int(rng.integers(0, arm)) if known else None,
    )
    overall = made.risk_of_bias.model_copy(update={"overall": risk})
    return made.model_copy(update={"risk_of_bias": overall})


def _outcome(rng: np.random.Generator) -> OutcomeInTrial:
    return OutcomeInTrial(
        study_id="made-2020",
        label="Made 2020",
        year=2020,
        state=list(State)[int(rng.integers(0, len(State)))],
        participants=None if rng.random() < 0.1 else int(rng.integers(10, 300)),
        participants_from=None,
    )


@pytest.mark.parametrize("rules", [RULES, FIRST_RULES], ids=["rules", "first rules"])
def test_no_sentence_contradicts_its_numbers(evidence: Evidence, rules: object) -> None:
    protocol: Protocol = evidence.protocol.model_copy(update={"certainty": rules})
    seen: set[str] = set()
    for seed in range(300):
        for step in rate(protocol, simulated(seed)).steps:
            assert_fits(step, seen)
    if rules is RULES:
        assert seen == set(COMPARISONS), "a sentence that no simulated body brings about"


def test_nor_does_any_sentence_of_todays_review() -> None:
    seen: set[str] = set()
    evidence = load(ROOT / "data")
    for synthesis in synthesise_all(evidence).values():
        if synthesis.certainty is None:
            continue
        for step in synthesis.certainty.steps:
            assert_fits(step, seen)
        unknown = [
            study.weight or 0.0
            for study in synthesis.pooled_studies
            if study.risk_of_bias.overall == "not assessed"
        ]
        provisional = sum(unknown) > evidence.protocol.certainty.unassessed_weight
        assert (synthesis.certainty.provisional is not None) == provisional
        assert synthesis.certainty.rating in synthesis.sentences.headline
    assert len(seen) > 5


def test_no_rule_depends_on_the_order_of_trials(evidence: Evidence) -> None:
    protocol = evidence.protocol.model_copy(update={"certainty": RULES})
    for seed in range(20):
        body = simulated(seed)
        turned = replace(body, studies=tuple(reversed(body.studies)))
        levels = [[step.levels for step in rate(protocol, each).steps] for each in (body, turned)]
        assert levels[0] == levels[1]
