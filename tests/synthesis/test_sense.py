"""Sentences of each measure make sense: which way, of which event, against whom, how surely."""

from __future__ import annotations

import json
import re

import pytest

from analysis.measures import MEASURES
from analysis.synthesis.certainty import LEVELS
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.measure_words import (
    better_sides,
    explained,
    favourable_sides,
    measures_in_use,
)
from analysis.synthesis.wording.plain_answer import narrative
from tests.synthesis.every_measure import CASES, UNITS, Case, reviewed
from tests.test_words import words_of_this_review

NUMBER = r"[−\d.]+"
every_case = pytest.mark.parametrize("case", CASES, ids=str)


def printed(text: str) -> list[float]:
    return [float(found.replace("−", "-")) for found in re.findall(NUMBER, text)]


def more(case: Case) -> bool:
    """Whether what was found is more of what the measure counts."""
    return (case.finding == "benefit") == case.benefit_above


def headline(case: Case) -> str:
    """The headline as a pattern: the effect and its interval are its groups."""
    kind, what = MEASURES[case.name], f"people {case.event}"
    doubt, above = case.finding == "imprecise", case.benefit_above
    interval = rf"95% confidence interval ({NUMBER} to {NUMBER})"
    noun = kind.quantity.split()[1]
    higher, lower = (f"{'' if noun == 'odds' else 'a '}{way} {noun}" for way in ("higher", "lower"))
    good, bad = (higher, lower) if above else (lower, higher)
    if not kind.event:
        good, bad = "better sleep", "worse sleep"
    unit = "of 100 people" if case.name == "RD" else UNITS.get(case.name, "SD")
    if kind.ratio:
        verb = "were" if noun == "odds" else "was"
        said = rf"{kind.quantity} {what} {verb} ({NUMBER}) times as high with the drug "
        said += rf"\({interval}\)"
    elif doubt:
        of_what = f" in {kind.quantity} {what}" if kind.event else ""
        said = rf"the difference{of_what} is ({NUMBER}) {unit} "
        said += rf"\({interval}; {'above' if above else 'below'} zero is {good}\)"
    else:
        whose = f" that {what}" if kind.event else ""
        found = good if case.finding == "benefit" else bad
        said = rf"{found}{whose} with the drug, by ({NUMBER}) {unit} \({interval}\)"
    if doubt:
        said += f", so both {good} and {bad} fit the data"
    return rf"^4 trials, 600 participants, against placebo: {said}\. Certainty: "


@every_case
def test_the_headline_says_which_way_of_what_against_what(case: Case) -> None:
    _, found = reviewed(case)
    match = re.search(headline(case), found.sentences.headline)
    assert match, f"{found.sentences.headline}\n{headline(case)}"
    (effect,), (low, high) = printed(match[1]), printed(match[2])
    assert low < effect < high
    nothing = MEASURES[case.name].no_effect
    if case.finding == "imprecise":
        assert low < nothing < high
    elif MEASURES[case.name].ratio:
        assert (low > 1) == more(case) and (high < 1) != more(case)
    else:
        assert low > 0  # the words have the direction, the numbers the size
    assert Synthesis.model_validate(json.loads(found.model_dump_json())) == found


def plain(case: Case, found: Synthesis) -> str:
    """What everybody reads, at a high certainty, after `The drug`."""
    if not case.event:
        if case.finding == "imprecise":
            assert found.primary
            low, high = found.primary.interval.low, found.primary.interval.high
            least = found.smallest_important_difference
            if least and low and high and not (low <= -least and high >= least):
                return "makes little or no difference to sleep."
            return "leads to better sleep or worse sleep: both fit the data."
        return f"leads to {'better' if case.finding == 'benefit' else 'worse'} sleep."
    way = "more or less" if case.finding == "imprecise" else "more" if more(case) else "less"
    said = f"it {way} likely that people {case.event}"
    if case.name == "IRR":
        said = f"people {case.event} {way} often"
    end = ": both fit the data." if case.finding == "imprecise" else "."
    return f"makes {said}{end}"


@every_case
def test_the_plain_sentence_says_it_as_surely_as_it_is(case: Case) -> None:
    review, found = reviewed(case)
    protocol, measure, primary = review.protocol, found.measure, found.primary
    assert primary
    words, outcome = protocol.words, protocol.outcomes[0]
    important = found.smallest_important_difference
    said = {
        level: narrative(words, outcome, measure, important, primary, level) for level in LEVELS
    }
    assert found.certainty and found.sentences.plain == said[found.certainty.level]
    about = f"how many people {case.event}" if case.event else "sleep"
    if case.name == "IRR":
        about = about.replace("many", "often")
    very_low = f"The evidence is very uncertain about the effect of the drug on {about}."
    assert said["very low"] == very_low
    whole = plain(case, found)
    verb, _, rest = whole.partition(" ")
    if whole.endswith("both fit the data."):
        unclear = f"It is unclear whether the drug {whole}"
        assert {said[level] for level in ("high", "moderate", "low")} == {unclear}
    else:
        assert said["high"].startswith(f"The drug {whole}")
        assert said["moderate"].startswith(f"The drug probably {whole}")
        assert said["low"].startswith(f"The drug may {verb.removesuffix('s')} {rest}")


@every_case
def test_people_are_counted_the_same_way(case: Case) -> None:
    _, found = reviewed(case)
    if not MEASURES[case.name].risk:
        assert found.clinical.absolute == () and found.sentences.clinical == ""
        return
    numbers = found.clinical.absolute[0].numbers
    event = case.event or "sleep clearly better"
    assert f"people {event} in the placebo group" in found.sentences.clinical
    if case.finding == "imprecise":
        assert "through infinity" in found.sentences.clinical
        return
    up = more(case) if case.event else case.finding == "benefit"
    assert (numbers.risk > numbers.control_risk) == up
    assert re.search(rf": \d+ {'more' if up else 'fewer'} \(", found.sentences.clinical)
    needed = "treat" if case.finding == "benefit" else "harm"
    assert f"number needed to {needed} " in found.sentences.clinical


@every_case
def test_the_probability_of_a_benefit_is_on_the_side_of_the_benefit(case: Case) -> None:
    _, found = reviewed(case)
    if case.name in UNITS or case.name == "RD":
        assert found.bayesian is None  # the protocol has no prior in such a unit
        return
    assert found.bayesian
    posterior = found.bayesian.posterior
    low, high = {"benefit": (0.95, 1), "harm": (0, 0.05), "imprecise": (0.5, 0.95)}[case.finding]
    assert low <= posterior.below_zero <= high
    assert "for any benefit" in found.sentences.headline
    if case.name == "SMD":
        side = "0.20 or higher" if case.benefit_above else "−0.20 or lower"
        assert f"at least a small benefit (SMD {side})" in found.sentences.headline


@every_case
def test_no_sentence_has_a_word_of_another_review(case: Case) -> None:
    review, found = reviewed(case)
    protocol = review.protocol
    measure = protocol.measure(found.question)
    said = [explained(measure, protocol), favourable_sides(protocol)]
    said += filter(None, found.sentences.model_dump().values())
    assert found.certainty
    said += [step.reason for step in found.certainty.steps]
    side = "above" if case.benefit_above else "below"
    nothing = "1" if MEASURES[case.name].ratio else "zero"
    assert all(text.endswith(f"{side} {nothing} favours drug.") for text in said[1:2])
    assert f"{side} {nothing} favours drug" in said[0].lower()
    text = " ".join(said).lower()
    foreign = {word for word, pattern in words_of_this_review().items() if pattern.search(text)}
    assert foreign == set()
    assert not re.search(r"\b(nan|inf|null)\b", text)
    assert not re.search(r"\bNone\b(?! of \d)", " ".join(said))
    assert "  " not in text and " ." not in text and ".." not in text


def test_a_measure_that_is_good_on_both_sides_says_of_which_outcome() -> None:
    review, _ = reviewed(Case("SMD", benefit_above=True, finding="benefit"))
    protocol = review.protocol
    (sleep,) = protocol.outcomes
    pain = sleep.model_copy(
        update={"id": "pain", "label": "pain", "benefit_above": False, "lower": "less pain"}
    )
    both = protocol.model_copy(update={"outcomes": (sleep, pain)})
    assert favourable_sides(both) == "SMD (sleep) above zero and SMD (pain) below zero favour drug."
    assert better_sides(both) == "Left is better for SMD (pain), right is better for SMD (sleep)."
    said = [explained(found, both) for found in measures_in_use(both)]
    assert "favours drug (sleep)" in said[0] and "favours drug (pain)" in said[1]
    assert "(sleep)" not in explained(measures_in_use(protocol)[0], protocol)
