"""The Bayesian companion on a page, and what tables say where conclusions read its interval."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pytest

from analysis.evidence.rows import Evidence
from analysis.formatting import limits, number
from analysis.pages import moderators_page as moderators
from analysis.pages import overview_page as overview
from analysis.pages.bayesian_section import companion
from analysis.pages.front_page import answers, how_to_read
from analysis.pages.question_page import heterogeneity, models_table
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise_all
from analysis.synthesis.wording.interval_sentences import probability, rule_of
from tests.pages.test_summary_of_findings_page import findings
from tests.synthesis.present_rules import with_present_rules


@pytest.fixture(scope="module")
def present(evidence: Evidence) -> Evidence:
    return with_present_rules(evidence)


@pytest.fixture(scope="module")
def found(present: Evidence) -> Mapping[str, Synthesis]:
    return synthesise_all(present)


def of(found: Mapping[str, Synthesis], k: int) -> Synthesis:
    return next(s for s in found.values() if s.k == k and s.measure.name == "SMD")


def test_every_prior_and_every_trial_has_a_row(found: Mapping[str, Synthesis]) -> None:
    synthesis = of(found, 4)
    assert synthesis.bayesian is not None
    shown = companion(synthesis)
    for posterior in synthesis.bayesian.all:
        low, high = posterior.interval.low, posterior.interval.high
        assert low is not None and high is not None and posterior.below_threshold is not None
        assert f"{posterior.prior} prior with scale {posterior.scale:g}" in shown
        assert f"<td>{number(posterior.estimate)}</td><td>{limits(low, high)}</td>" in _bare(shown)
        assert f"<td>{probability(posterior.below_threshold)}</td>" in _bare(shown)
    for study, true in zip(
        synthesis.pooled_studies, synthesis.bayesian.posterior.true_effects, strict=True
    ):
        assert study.label in shown
        assert f"<td>{number(true.sd, 3)}</td>" in _bare(shown)
        pooled = synthesis.bayesian.posterior.estimate
        assert abs(true.mean - pooled) <= abs(study.effect - pooled) + 0.05


def _bare(shown: str) -> str:
    return shown.replace(' class="number"', "")


def test_a_page_says_why_it_has_none(
    found: Mapping[str, Synthesis], syntheses: Mapping[str, Synthesis]
) -> None:
    assert "with 1 trial nothing is pooled" in companion(of(found, 1))
    assert "no prior for a standardised mean difference" in companion(of(syntheses, 3))


def test_two_trials_are_said_to_be_read_otherwise_wherever_they_stand(
    present: Evidence, found: Mapping[str, Synthesis]
) -> None:
    synthesis = of(found, 2)
    assert synthesis.concluded is not None
    interval = synthesis.concluded.interval
    said = f"by Wald; conclusions read {limits(interval.low, interval.high)} (Bayesian)"
    question = synthesis.question
    table = findings(present, found, question.condition, question.timepoint)
    assert said in table
    post = [s for s in found.values() if s.question.timepoint == "post" and s.k == 2]
    assert answers(present, dict(found), None).count("conclusions read") == len(post) > 0


def test_the_rule_stands_wherever_intervals_of_several_questions_do(
    present: Evidence, found: Mapping[str, Synthesis]
) -> None:
    protocol, every = present.protocol, dict(found)
    condition, first = protocol.conditions[0].id, protocol.timepoints[0].id
    for shown in (
        overview.summary(protocol, every),
        moderators.summary(protocol, every, ()),
        how_to_read(present),
        findings(present, every, condition, first),
    ):
        assert escape(rule_of(protocol), quote=False) in shown


def test_the_page_prints_the_rule_and_the_prediction_with_its_degrees_of_freedom(
    found: Mapping[str, Synthesis],
) -> None:
    shown = heterogeneity(of(found, 4))
    assert "conservative Hartung-Knapp interval" in shown and "from 3 trials on" in shown
    assert "Here there are 4 trials: Hartung-Knapp, conservative, t with 3 degrees" in shown
    assert "Prediction interval: " in shown and ", t with 2 degrees of freedom, from" in shown


def test_the_table_of_models_names_what_revman_would_choose(
    found: Mapping[str, Synthesis],
) -> None:
    for synthesis in found.values():
        if not synthesis.models:
            continue
        shown = models_table(synthesis)
        zero = {
            pooled.model: pooled.heterogeneity.tau2 == 0
            for pooled in synthesis.models
            if pooled.model != "common" and pooled.heterogeneity
        }
        wald = sum(synthesis.k < 3 or zero[model] for model in zero)
        assert shown.count(">Wald (as RevMan chooses)<") == wald
        assert shown.count(">Hartung-Knapp (as RevMan chooses)<") == len(zero) - wald
