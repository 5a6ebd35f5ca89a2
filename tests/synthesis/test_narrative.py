"""The sentence for every direction, size and certainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.rows import Evidence
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.certainty import LEVELS, Level
from analysis.synthesis.model import Synthesis
from analysis.synthesis.narrative import direction, narrative
from analysis.synthesis.study_effect import Measure
from tests.figures.examples import pooled

SMD = Measure(name="SMD", label="standardised mean difference")
RR = Measure(name="RR", label="risk ratio of responders", ratio=True, benefit_above=True)


def an_effect(estimate: float, low: float | None, high: float | None) -> PooledEffect:
    return replace(pooled(4), estimate=estimate, interval=Interval(low, high, "wald"))


def said(
    evidence: Evidence,
    effect: tuple[float, float, float],
    level: Level,
    *,
    outcome: str = "disability",
    measure: Measure = SMD,
    important: float | None = 0.2,
) -> str:
    about = evidence.protocol.outcome(outcome)
    return narrative(about, measure, important, an_effect(*effect), level)


EFFECTS = {
    "benefit": (-0.36, -0.49, -0.23),
    "harm": (0.36, 0.23, 0.49),
    "little": (-0.05, -0.15, 0.05),
    "unclear": (-0.10, -0.60, 0.40),
}
SENTENCES: dict[str, tuple[str, str, str]] = {
    "benefit": (
        "Internet therapy leads to slightly less disability.",
        "Internet therapy probably leads to slightly less disability.",
        "Internet therapy may lead to slightly less disability.",
    ),
    "harm": (
        "Internet therapy leads to slightly more disability.",
        "Internet therapy probably leads to slightly more disability.",
        "Internet therapy may lead to slightly more disability.",
    ),
    "little": (
        "Internet therapy makes little or no difference to disability.",
        "Internet therapy probably makes little or no difference to disability.",
        "Internet therapy may make little or no difference to disability.",
    ),
    "unclear": (
        "It is unclear whether Internet therapy leads to less disability or more disability: "
        "both fit the data.",
    )
    * 3,
}


@pytest.mark.parametrize("found", EFFECTS)
@pytest.mark.parametrize("level", LEVELS)
def test_every_combination(evidence: Evidence, found: str, level: Level) -> None:
    very_low = "The evidence is very uncertain about the effect of Internet therapy on disability."
    expected = dict(zip(LEVELS, (*SENTENCES[found], very_low), strict=True))
    assert said(evidence, EFFECTS[found], level) == expected[level]


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (-0.2, "slightly less pain"),
        (-0.49, "slightly less pain"),
        (-0.5, "to less pain"),
        (-0.79, "to less pain"),
        (-0.8, "much less pain"),
        (0.8, "much more pain"),
    ],
)
def test_the_size_is_in_the_words(evidence: Evidence, estimate: float, words: str) -> None:
    effect = (estimate, estimate - 0.1, estimate + 0.1)
    assert words in said(evidence, effect, "moderate", outcome="pain")


@pytest.mark.parametrize(
    ("outcome", "better", "worse"),
    [
        ("qol", "slightly better quality of life", "slightly worse quality of life"),
        ("satisfaction", "slightly more satisfaction", "slightly less satisfaction"),
    ],
)
def test_outcomes_where_more_is_better(
    evidence: Evidence, outcome: str, better: str, worse: str
) -> None:
    assert better in said(evidence, EFFECTS["benefit"], "low", outcome=outcome)
    assert worse in said(evidence, EFFECTS["harm"], "low", outcome=outcome)


@pytest.mark.parametrize(
    ("effect", "also"),
    [
        ((-0.34, -0.87, 0.19), "No difference also fits the data."),
        ((0.34, -0.19, 0.87), "No difference also fits the data."),
        ((-0.09, -0.21, 0.03), "A benefit large enough to matter also fits the data."),
        ((0.09, -0.03, 0.21), "A harm large enough to matter also fits the data."),
    ],
)
def test_what_else_fits_the_data(
    evidence: Evidence, effect: tuple[float, float, float], also: str
) -> None:
    assert said(evidence, effect, "low").endswith(f". {also}")


@pytest.mark.parametrize(
    ("effect", "level", "sentence"),
    [
        ((-0.66, -1.28, -0.04), "high",
         "Internet therapy makes it more likely that people get clearly better."),
        ((-0.66, -1.28, -0.04), "low",
         "Internet therapy may make it more likely that people get clearly better."),
        ((0.66, 0.04, 1.28), "moderate",
         "Internet therapy probably makes it less likely that people get clearly better."),
        ((-0.1, -0.5, 0.3), "moderate",
         "It is unclear whether Internet therapy makes it more or less likely that people get "
         "clearly better: both fit the data."),
        ((-0.66, -1.28, -0.04), "very low",
         "The evidence is very uncertain about the effect of Internet therapy on how many people "
         "get clearly better."),
    ],
)  # fmt: skip
def test_responders(
    evidence: Evidence, effect: tuple[float, float, float], level: Level, sentence: str
) -> None:
    found = said(evidence, effect, level, outcome="pain", measure=RR, important=None)
    assert found == sentence


@pytest.mark.parametrize(
    ("effect", "important", "found"),
    [
        ((-0.1, -0.2, 0.2), 0.2, "unclear"),
        ((-0.1, -0.2, 0.19), 0.2, "little"),
        ((-0.2, -0.3, -0.1), 0.2, "benefit"),
        ((-0.19, -0.3, -0.1), 0.2, "little"),
        ((0.2, 0.1, 0.3), 0.2, "harm"),
        ((-0.3, None, -0.1), 0.2, "benefit"),
        ((-0.3, -0.6, None), 0.2, "unclear"),
        ((-0.1, -0.2, 0.0), None, "unclear"),
        ((-0.1, -0.2, -0.01), None, "benefit"),
    ],
)
def test_direction_at_its_limits(
    effect: tuple[float, float | None, float | None], important: float | None, found: str
) -> None:
    assert direction(an_effect(*effect), important) == found


def test_no_page_speaks_of_significance_or_of_no_effect(
    syntheses: Mapping[str, Synthesis],
) -> None:
    for synthesis in syntheses.values():
        spoken = synthesis.sentences.plain + synthesis.sentences.headline
        assert "significan" not in spoken and "no effect" not in spoken
        if synthesis.certainty:
            rated = f"Certainty: {synthesis.certainty.level} ({synthesis.certainty.label})."
            assert synthesis.sentences.headline.endswith(rated)
        else:
            assert synthesis.sentences.plain.startswith("We do not know")
