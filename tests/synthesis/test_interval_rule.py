"""The present rule of intervals and the Bayesian companion, on the trials of the frozen review.

That review's own protocol has the former rule, and its tests hold that one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from analysis.evidence.rows import Evidence
from analysis.formatting import limits, percent
from analysis.measures import MeasureName
from analysis.protocol import Protocol
from analysis.protocol_rules import SynthesisRules
from analysis.statistics.bayesian import bayesian
from analysis.statistics.pooling import pool
from analysis.synthesis.bayesian_companion import companion
from analysis.synthesis.interval_rule import concluded, interval_by_rule, pool_by_protocol
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity_overview import sensitivity
from analysis.synthesis.study_effect import Measure, StudyEffect, effects_of
from analysis.synthesis.synthesise import synthesise_all
from analysis.synthesis.wording.interval_sentences import companion_text, probability, rule_stated
from analysis.synthesis.wording.page_sentences import Answer, sentences
from analysis.versions.compare import conclusion_rules
from analysis.versions.results import read_synthesis, to_json
from analysis.versions.state import state_of
from tests.synthesis.present_rules import COMPANION, INTERVAL, with_present_rules

SMD = Measure(name="SMD", label="standardised mean difference")
MD = Measure(name="MD", label="mean difference")


@pytest.fixture(scope="module")
def present(evidence: Evidence) -> Evidence:
    return with_present_rules(evidence)


@pytest.fixture(scope="module")
def rules(present: Evidence) -> SynthesisRules:
    return present.protocol.synthesis


@pytest.fixture(scope="module")
def found(present: Evidence) -> Mapping[str, Synthesis]:
    """Every question by the present rule: with two trials, few, and more than headlines take."""
    syntheses = synthesise_all(present)
    assert {1, 2, 3, 4} <= {synthesis.k for synthesis in syntheses.values()}
    assert any(synthesis.k >= 10 for synthesis in syntheses.values())
    return syntheses


@pytest.fixture
def trials(found: Mapping[str, Synthesis]) -> list[StudyEffect]:
    """Trials that may be given any effect."""
    return list(found["non-headache.disability.post"].pooled_studies)


def like(trials: list[StudyEffect], effects: list[float], variance: float) -> list[StudyEffect]:
    return [
        trial.model_copy(update={"effect": effect, "variance": variance})
        for trial, effect in zip(trials, effects, strict=False)
    ]


@pytest.mark.parametrize("tau2", [0.0, 0.3])
def test_the_number_of_trials_alone_chooses(rules: SynthesisRules, tau2: float) -> None:
    chosen = [interval_by_rule(rules.interval, k, tau2) for k in (1, 2, 3, 4, 30)]
    assert chosen == ["wald", "wald", *3 * ["hartung-knapp-conservative"]]


def test_a_third_trial_in_between_is_no_reason_for_an_interval_to_narrow(
    rules: SynthesisRules, trials: list[StudyEffect]
) -> None:
    """−0.42 and −0.38 with variance .02: the numbers of the rule's own example."""
    two = pool_by_protocol(rules, like(trials, [-0.42, -0.38], 0.02))
    three = pool_by_protocol(rules, like(trials, [-0.42, -0.38, -0.40], 0.02))
    assert two is not None and three is not None
    assert limits(two.interval.low, two.interval.high) == "−0.60 to −0.20"
    assert limits(three.interval.low, three.interval.high) == "−0.75 to −0.05"


def test_no_interval_is_narrower_than_walds(found: Mapping[str, Synthesis]) -> None:
    for synthesis in found.values():
        primary = synthesis.primary
        if primary is None or synthesis.k < 3:
            continue
        studies = effects_of(synthesis.pooled_studies)
        wald, plain = pool(*studies), pool(*studies, interval="hartung-knapp")
        assert primary.se == pytest.approx(max(wald.se, plain.se), rel=1e-9)
        assert primary.interval.df == synthesis.k - 1


def test_conclusions_of_two_trials_read_the_bayesian_interval(
    found: Mapping[str, Synthesis],
) -> None:
    for synthesis in found.values():
        if synthesis.primary is None:
            assert synthesis.concluded is None
        elif synthesis.k == 2:
            assert synthesis.bayesian is not None and synthesis.concluded is not None
            assert synthesis.primary.interval.method == "wald"
            assert synthesis.concluded.interval == synthesis.bayesian.posterior.interval
            assert synthesis.concluded.estimate == synthesis.primary.estimate
        else:
            assert synthesis.concluded == synthesis.primary


def test_the_headline_of_two_trials_prints_each_interval_by_its_name(
    found: Mapping[str, Synthesis],
) -> None:
    two = [synthesis for synthesis in found.values() if synthesis.k == 2]
    assert two
    for synthesis in two:
        headline, concluded = synthesis.sentences.headline, synthesis.concluded
        assert concluded is not None and synthesis.primary is not None
        assert "(95% intervals: Wald " in headline
        assert headline.count("; Hartung-Knapp, conservative ") == 1
        assert headline.count("; Bayesian ") == 1
        low, high = concluded.interval.low, concluded.interval.high
        assert low is not None and high is not None
        if not synthesis.measure.ratio:
            assert f"Bayesian {limits(low, high)}; below zero is " in headline
            assert ("fit the data" in headline) == (low <= 0 <= high)
            assert f"the Bayesian interval, {limits(low, high)}." in (
                synthesis.sentences.interval_rule
            )


def test_imprecision_of_two_trials_reads_the_bayesian_interval(
    found: Mapping[str, Synthesis],
) -> None:
    two = [s for s in found.values() if s.k == 2 and not s.measure.ratio]
    assert two
    for synthesis in two:
        assert synthesis.certainty is not None and synthesis.concluded is not None
        interval = synthesis.concluded.interval
        shown = limits(interval.low, interval.high)
        assert shown in synthesis.certainty.step("imprecision").reason


def test_a_conclusion_of_two_trials_changes_by_the_bayesian_interval(
    rules: SynthesisRules, trials: list[StudyEffect]
) -> None:
    """Wald excludes no difference both times; the Bayesian interval includes it the second time."""
    effects = []
    for each in ([-0.9, -0.95], [-0.3, -0.75]):
        studies = like(trials, each, 0.02)
        primary = pool_by_protocol(rules, studies)
        assert primary is not None and primary.interval.high is not None
        assert primary.interval.high < 0
        effects.append(concluded(primary, companion(rules, SMD, 0.2, studies)))
    assert "the interval now includes no difference" in conclusion_rules(*effects, 0.2)


def test_a_version_keeps_the_interval_that_its_conclusions_read(
    found: Mapping[str, Synthesis],
) -> None:
    for synthesis in found.values():
        state = state_of(synthesis)
        assert state.concluded == synthesis.concluded
        assert (state.conclusion_interval is None) == (synthesis.k != 2)


def test_the_companion_is_the_posterior_of_each_prior(
    found: Mapping[str, Synthesis], rules: SynthesisRules
) -> None:
    assert rules.bayesian is not None
    priors = (rules.bayesian.prior, *rules.bayesian.alternatives)
    for synthesis in found.values():
        if synthesis.k < 2:
            assert synthesis.bayesian is None
            assert synthesis.sentences.bayesian == ""
            continue
        assert synthesis.bayesian is not None
        studies = effects_of(synthesis.pooled_studies)
        important = synthesis.smallest_important_difference
        for prior, posterior in zip(priors, synthesis.bayesian.all, strict=True):
            assert posterior == bayesian(
                *studies, prior=prior.distribution, scale=prior.scale, threshold=important
            )
        assert (synthesis.bayesian.posterior.below_threshold is None) == synthesis.measure.ratio


def test_a_measure_in_another_unit_has_a_companion_where_the_protocol_gives_its_scale(
    rules: SynthesisRules, trials: list[StudyEffect]
) -> None:
    assert rules.bayesian is not None
    studies = like(trials, [-4.0, -9.0, -6.0], 4.0)
    assert companion(rules, MD, None, studies) is None
    scaled = rules.model_copy(
        update={"bayesian": rules.bayesian.model_copy(update={"scales": {"MD": 5.0}})}
    )
    given = companion(scaled, MD, None, studies)
    assert given is not None
    assert [(one.prior, one.scale) for one in given.all] == [
        ("half-normal", 5.0),
        ("half-normal", 10.0),
        ("half-Cauchy", 5.0),
    ]
    assert companion(scaled, SMD, None, studies) == companion(rules, SMD, None, studies)


def test_two_trials_in_another_unit_are_concluded_from_with_a_warning(
    rules: SynthesisRules, trials: list[StudyEffect]
) -> None:
    primary = pool_by_protocol(rules, like(trials, [-4.0, -9.0], 4.0))
    assert primary is not None
    assert concluded(primary, None) == primary


@pytest.mark.parametrize(
    ("measures", "read"),
    [
        (("SMD", "RR"), "the Bayesian interval."),
        (("MD",), "the Wald interval, with caution, since the protocol has no prior for effects "
                  "in this unit."),
        (("SMD", "MD"), "the Bayesian interval (of MD the Wald interval, with caution, since the "
                        "protocol has no prior for effects in this unit)."),
    ],
)  # fmt: skip
def test_the_rule_promises_no_interval_that_a_measure_has_not(
    rules: SynthesisRules, measures: tuple[MeasureName, ...], read: str
) -> None:
    assert rule_stated(rules, measures).endswith(f"and conclusions read {read}")


def test_a_page_without_an_estimate_promises_none_either(
    present: Evidence, rules: SynthesisRules
) -> None:
    words, protocol = present.protocol.words, present.protocol
    measure = Measure(name="MD", label="mean difference", unit="hours")
    answer = Answer(words, protocol.outcomes[0], protocol.timepoints[0], measure, studies=())
    assert sentences(rules, answer).interval_rule == rule_stated(rules, ["MD"])
    assert "Bayesian" not in rule_stated(rules, ["MD"])


def test_headlines_of_few_trials_give_probabilities_in_a_sentence_of_their_own(
    found: Mapping[str, Synthesis],
) -> None:
    for synthesis in found.values():
        start = "A Bayesian analysis of these trials gives a probability of "
        said = [s for s in synthesis.sentences.headline.split(". ") if s.startswith(start)]
        assert len(said) == (2 <= synthesis.k <= 4), synthesis.sentences.headline
        if said and synthesis.bayesian:
            posterior = synthesis.bayesian.posterior
            assert f"{start}{probability(posterior.below_zero)} for any benefit" in said[0]
            assert posterior.below_threshold is not None
            small = probability(posterior.below_threshold)
            assert f"{small} for at least a small benefit (SMD −0.20 or lower)" in said[0]


def test_a_probability_is_never_printed_as_certain() -> None:
    assert [probability(of) for of in (0.0, 0.004, 0.014, 0.5, 0.986, 0.996, 1.0)] == [
        "less than 1%",
        "less than 1%",
        percent(1.4),
        "50%",
        percent(98.6),
        "more than 99%",
        "more than 99%",
    ]


def test_prediction_intervals_are_said_in_headlines_from_ten_trials_on(
    found: Mapping[str, Synthesis],
) -> None:
    for synthesis in found.values():
        primary = synthesis.primary
        if primary is None:
            continue
        assert (primary.prediction is not None) == (synthesis.k >= 3)
        assert (synthesis.headline_prediction is not None) == (synthesis.k >= 10)
        assert ("in a new setting" in synthesis.sentences.headline) == (synthesis.k >= 10)
        if primary.prediction is None:
            assert "takes 3 trials or more" in synthesis.sentences.prediction
        else:
            assert primary.prediction.df == synthesis.k - 2
            assert f"t with {synthesis.k - 2} degree" in synthesis.sentences.prediction


def test_each_prior_is_a_row_of_the_sensitivity_analyses(found: Mapping[str, Synthesis]) -> None:
    for synthesis in found.values():
        overview = sensitivity(synthesis)
        if overview is None:
            continue
        names = [variant.name for variant in overview.variants]
        for prior in ("half-normal prior with scale 0.5", "half-normal prior with scale 1",
                      "half-Cauchy prior with scale 0.5"):  # fmt: skip
            assert names.count(f"Bayesian random effects, {prior}") == 1


def test_results_go_through_json_and_those_from_before_are_read(
    found: Mapping[str, Synthesis], tmp_path: Path
) -> None:
    synthesis = next(s for s in found.values() if s.k == 2)
    path = tmp_path / "result.json"
    path.write_text(to_json(synthesis), encoding="utf-8")
    assert read_synthesis(path) == synthesis
    earlier = json.loads(to_json(synthesis))
    for name in ("bayesian", "headline_prediction"):
        del earlier[name]
    for name in ("bayesian", "prediction"):
        del earlier["sentences"][name]
    path.write_text(json.dumps(earlier), encoding="utf-8")
    before = read_synthesis(path)
    assert before.bayesian is None
    assert before.concluded == before.primary == synthesis.primary


def test_a_protocol_with_the_former_key_has_the_former_rule(evidence: Evidence) -> None:
    rules = evidence.protocol.synthesis
    assert rules.bayesian is None
    assert rules.interval.model_dump() == {
        "method": "hartung-knapp",
        "minimum_k": 3,
        "needs_heterogeneity": True,
        "bayesian_maximum_k": 0,
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"interval": INTERVAL.model_dump()}, "needs the priors under bayesian"),
        (
            {
                "interval": INTERVAL.model_dump() | {"bayesian_maximum_k": 3},
                "bayesian": COMPANION.model_dump(),
            },
            "lies below interval.minimum_k",
        ),
        (
            {"bayesian": COMPANION.model_dump() | {"scales": {"meters": 2.0}}},
            "synthesis.bayesian.scales names meters, not among measures",
        ),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(
    evidence: Evidence, changes: dict[str, object], message: str
) -> None:
    given = evidence.protocol.model_dump()
    given["synthesis"] |= changes
    with pytest.raises(ValidationError, match=message):
        Protocol.model_validate(given)


def test_ratios_have_the_prior_on_the_log_scale_and_are_shown_as_ratios(
    rules: SynthesisRules, trials: list[StudyEffect]
) -> None:
    """Responders: a risk ratio above 1, as printed, favours therapy."""
    responders = Measure(name="RR", label="responders", ratio=True, benefit_above=True)
    given = companion(rules, responders, None, like(trials, [-0.5, -0.9], 0.05))
    assert given is not None
    posterior = given.posterior
    assert (posterior.scale, posterior.below_threshold) == (0.5, None)
    said = companion_text(responders, None, given)
    low, high = posterior.interval.low, posterior.interval.high
    assert low is not None and high is not None
    assert f"median {math.exp(-posterior.estimate):.2f} (95% interval" in said
    assert f"{limits(math.exp(-high), math.exp(-low), ratio=True)}) and τ" in said
    assert said.endswith(f"The probability is {probability(posterior.below_zero)} for any benefit.")
