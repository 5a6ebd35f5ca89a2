"""The computed sentences: they say what the numbers say, in a reader's words and signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.trial_states import State
from analysis.formatting import MINUS, counted, limits, number, p_value, percent, sentence_case
from analysis.synthesis.certainty import LEVELS, Level
from analysis.synthesis.clinical_terms import ASSUMED
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure
from analysis.synthesis.synthesise import synthesise
from analysis.synthesis.wording.clinical_text import absolute_text, people_compared
from analysis.synthesis.wording.interval_sentences import prediction_text
from analysis.synthesis.wording.missing_words import beside_none
from analysis.synthesis.wording.page_sentences import heterogeneity
from analysis.synthesis.wording.plain_answer import direction, narrative
from tests.evidence.rows import a_reported_row, a_row, a_trial, with_rows
from tests.synthesis.examples import RR, SMD, an_effect, in_states

INTERVAL = re.compile(r"95% confidence interval (\S+) to (\S+?)[),;]")


def sentences_of(synthesis: Synthesis) -> list[str]:
    return [text for text in synthesis.sentences.model_dump().values() if text]


def value(text: str) -> float:
    return float(text.replace(MINUS, "-").replace(",", ""))


def made(evidence: Evidence, *rows: OutcomeRow, condition: str = "non-headache") -> Synthesis:
    trial = a_trial(evidence, condition=condition)
    question = evidence.protocol.question(condition, "pain", "post")
    return synthesise(with_rows(evidence, rows, trial), question)


def test_nothing_is_called_significant_or_without_effect(
    syntheses: Mapping[str, Synthesis],
) -> None:
    """A p-value is no verdict: sentences say what is compatible with the data."""
    forbidden = re.compile(r"significan|no effect\b|not effective|proves?\b|trend", re.IGNORECASE)
    for synthesis in syntheses.values():
        for text in sentences_of(synthesis):
            assert not forbidden.search(text), text


def test_minus_signs_are_true_and_no_number_is_missing(
    syntheses: Mapping[str, Synthesis],
) -> None:
    for synthesis in syntheses.values():
        for text in sentences_of(synthesis):
            assert not re.search(r"(?<![\w])-\d", text), text
            assert not re.search(r"\bnan\b|\bNone\b|\binf\b|−0\.00\b", text), text
            assert "{" not in text and "  " not in text, text


def test_the_headline_carries_the_numbers_of_the_primary_analysis(
    syntheses: Mapping[str, Synthesis],
) -> None:
    answered = [synthesis for synthesis in syntheses.values() if synthesis.primary]
    assert len(answered) >= 10
    for synthesis in answered:
        primary, headline = synthesis.primary, synthesis.sentences.headline
        assert primary is not None
        assert headline.startswith(counted(synthesis.k, "trial"))
        if synthesis.n_total is not None:
            assert f"{synthesis.n_total:,} participant" in headline
        measure = synthesis.measure
        low, high = measure.shown_limits(primary.interval.low, primary.interval.high)
        assert low is not None and high is not None
        found = INTERVAL.search(headline)
        assert found, headline
        printed = sorted(abs(value(found[at])) for at in (1, 2))
        limits_shown = sorted((abs(low), abs(high)))
        assert printed == pytest.approx(limits_shown, abs=0.005)
        # What prints as no difference is none.
        nothing = measure.no_effect
        assert [limit == nothing for limit in printed] == [
            abs(limit - nothing) < 5e-7 for limit in limits_shown
        ]


def test_a_direction_is_named_only_where_the_interval_names_it(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    for synthesis in syntheses.values():
        primary, headline = synthesis.primary, synthesis.sentences.headline
        if primary is None or synthesis.measure.ratio:
            continue
        outcome = evidence.protocol.outcome(synthesis.question.outcome)
        low, high = primary.interval.low, primary.interval.high
        assert low is not None and high is not None
        if low <= 0 <= high:
            assert f"both {outcome.lower} and {outcome.higher} fit the data" in headline
        else:
            change = outcome.lower if high < 0 else outcome.higher
            assert f": {change} with Internet-delivered therapy, by " in headline


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        (-0.5, "less pain with Internet-delivered therapy, by 0.50 SD"
               " (95% confidence interval 0.30 to 0.70)"),
        (0.5, "more pain with Internet-delivered therapy, by 0.50 SD"
              " (95% confidence interval 0.30 to 0.70)"),
        (-0.1, "the difference is −0.10 SD (95% confidence interval −0.30 to 0.10; below zero"
              " is less pain),"
               " so both less pain and more pain fit the data"),
    ],
)  # fmt: skip
def test_benefit_harm_and_neither(evidence: Evidence, effect: float, says: str) -> None:
    synthesis = made(evidence, a_reported_row(effect, effect_se=0.1020427))
    assert says in synthesis.sentences.headline


@pytest.mark.parametrize(("events", "ratio"), [((20.0, 10.0), "2.00"), ((10.0, 20.0), "0.50")])
def test_ratios_are_worded_as_ratios(
    evidence: Evidence, events: tuple[float, float], ratio: str
) -> None:
    """More responders with therapy print above 1, though the analysis scale is turned."""
    row = a_row(format="events", higher_is="better", events_intervention=events[0],
                total_intervention=50.0, events_control=events[1], total_control=50.0)  # fmt: skip
    headline = made(evidence, row, condition="headache").sentences.headline
    chance = f"the chance that people get clearly better was {ratio} times as high"
    assert f"{chance} with Internet-delivered therapy" in headline
    assert " SD" not in headline


def test_unknown_numbers_of_participants_are_said(evidence: Evidence) -> None:
    unknown = a_trial(
        evidence,
        n_randomised_intervention=None,
        n_randomised_control=None,
        n_randomised_total=None,
    )
    question = evidence.protocol.question("non-headache", "pain", "post")
    row = a_reported_row(-0.2, effect_se=0.1)
    synthesis = synthesise(with_rows(evidence, [row], unknown), question)
    assert (synthesis.n_total, synthesis.n_unknown) == (None, 1)
    assert "1 trial, number of participants not known" in synthesis.sentences.headline


def test_the_interval_rule_is_said_with_its_reason(syntheses: Mapping[str, Synthesis]) -> None:
    for synthesis in syntheses.values():
        rule, primary = synthesis.sentences.interval_rule, synthesis.primary
        assert "Hartung-Knapp interval from 3 trials on" in rule
        if primary is None:
            assert "Here" not in rule
        elif primary.k < 3:
            assert f"{counted(primary.k, 'trial')}: Wald." in rule
        else:
            assert primary.heterogeneity is not None
            zero = primary.heterogeneity.tau2 == 0
            assert f"τ² is {'zero: Wald' if zero else 'above zero: Hartung-Knapp, t with'}" in rule


def test_one_degree_of_freedom_is_singular(syntheses: Mapping[str, Synthesis]) -> None:
    two = [synthesis for synthesis in syntheses.values() if synthesis.k == 2]
    assert two
    for synthesis in two:
        assert "on 1 degree of freedom" in synthesis.sentences.heterogeneity


def test_the_alt_text_names_every_trial_and_the_suspect_ones(
    syntheses: Mapping[str, Synthesis],
) -> None:
    for synthesis in syntheses.values():
        for study in synthesis.studies:
            assert study.label in synthesis.sentences.forest_alt
        suspects = sum(bool(study.suspect) for study in synthesis.studies)
        assert synthesis.sentences.forest_alt.count("suspect and not pooled") == suspects


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (number(-0.333), "−0.33"),
        (number(-0.001), "0.00"),
        (number(0.005, 2), "0.01"),
        (number(12345.678), "12,345.68"),
        (limits(-0.54, None), "−0.54 to ∞"),
        (limits(None, 0.2), "−∞ to 0.20"),
        (limits(None, 2.0, ratio=True), "0 to 2.00"),
        (percent(0.2), "<1%"),
        (percent(0.0), "0%"),
        (percent(0.5), "<1%"),
        (percent(1e-9), "0%"),
        (percent(99.4), "99%"),
        (percent(99.6), ">99%"),
        (percent(100.0 - 1e-9), "100%"),
        (p_value(0.0004), "p < 0.001"),
        (p_value(0.049), "p = 0.049"),
        (p_value(0.25), "p = 0.25"),
        (counted(0, "trial"), "no trials"),
        (counted(1, "trial"), "1 trial"),
        (counted(1200, "participant"), "1,200 participants"),
    ],
)
def test_numbers_as_a_reader_sees_them(text: str, expected: str) -> None:
    assert text == expected


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
    words = evidence.protocol.words
    return narrative(words, about, measure, important, an_effect(*effect), level)


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
        ((-0.1, -0.2, 0.0), None, "benefit"),
        ((-0.1, -0.2, 0.00001), None, "unclear"),
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
            assert synthesis.sentences.headline.split(" Counting ")[0].endswith(rated)
        else:
            assert synthesis.sentences.plain.startswith("We do not know")


def test_a_share_of_variation_is_an_estimate_and_nothing_in_a_common_effect_model(
    syntheses: Mapping[str, Synthesis],
) -> None:
    found = syntheses["non-headache.disability.post"].primary
    assert found and found.heterogeneity
    share = percent(found.heterogeneity.i2)
    assert f"an estimated {share} reflects real differences" in heterogeneity(found)
    common = replace(found, model="common", prediction=None)
    assert "The common-effect model takes all of it for chance; Q is" in heterogeneity(common)
    assert "τ²" not in heterogeneity(common)
    assert "true effects do not differ" in prediction_text(SMD, common, 3)
    few = replace(common, k=2)
    assert prediction_text(SMD, few, 3).endswith("it takes 3 trials or more.")


@pytest.mark.parametrize(("event", "again"), [("get clearly better", "do"), ("are ill", "are")])
def test_an_event_said_again_keeps_its_verb(
    evidence: Evidence, syntheses: Mapping[str, Synthesis], event: str, again: str
) -> None:
    effect = syntheses["headache.pain.post"].clinical.absolute[0]
    words = evidence.protocol.words
    assumed = effect.model_copy(update={"source": ASSUMED})
    measure = RR.model_copy(update={"event": event})
    assert f" {again} with it." in people_compared(words, measure, assumed)
    assert f" {again} with Internet-delivered therapy: " in absolute_text(words, measure, effect)


@pytest.mark.parametrize(
    ("states", "known"),
    [
        ((State.NOT_KNOWN,) * 2, " Of 2 included trials none is known to have measured it."),
        ((State.NOT_MEASURED,) * 2, " None of 2 included trials measured it."),
        (
            (State.NO_NUMBERS, State.NOT_KNOWN),
            " Measured without usable numbers by 1 trial: T 0. "
            "Whether 1 other included trial did is not known.",
        ),
        (
            (State.SENSITIVITY, State.LEFT_OUT, State.NOT_KNOWN),
            " Measured by 1 trial whose numbers count in a sensitivity analysis only: T 0. "
            "Measured by 1 trial whose numbers a rule of the protocol leaves out: T 1. "
            "Whether 1 other included trial did is not known.",
        ),
    ],
)
def test_where_nothing_is_pooled_whoever_measured_it_is_named(
    evidence: Evidence, states: tuple[State, ...], known: str
) -> None:
    assert beside_none(evidence.protocol.words, in_states(*states), None) == known


def test_what_was_printed_of_an_outcome_was_measured(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    printed = next(p for s in syntheses.values() if (p := s.printed_before))
    said = beside_none(evidence.protocol.words, in_states(*(State.NOT_MEASURED,) * 2), printed)
    assert said == (
        f" {sentence_case(evidence.protocol.words.baseline)} printed {printed.as_printed}, "
        "from trials whose numbers are not open."
    )
