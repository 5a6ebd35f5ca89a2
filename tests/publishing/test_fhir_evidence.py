"""Each Evidence resource: accepted by fhir.resources, its codes those of R5, its numbers ours."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fhir.resources.evidence import Evidence

from analysis.measures import MEASURES
from analysis.publishing.downloads import OF_A_QUESTION
from analysis.publishing.fhir_evidence import CONCERN, DOMAIN, INTERVALS, RATING, STATISTIC, TAU2
from analysis.publishing.offered_file import Download
from analysis.statistics.tau2 import TAU2_MODELS
from analysis.synthesis.question_result import Synthesis

# The value sets that FHIR 5.0.0 binds Evidence to (hl7.org/fhir/R5/terminologies-valuesets.html),
# as far as a meta-analysis can need them.
VALUE_SETS: Mapping[str, set[str]] = {
    "http://terminology.hl7.org/CodeSystem/variable-role": {
        "population", "subpopulation", "exposure", "referenceExposure", "measuredVariable",
        "confounder",
    },
    "http://terminology.hl7.org/CodeSystem/synthesis-type": {
        "std-MA", "IPD-MA", "indirect-NMA", "combined-NMA", "range", "classification",
    },
    "http://terminology.hl7.org/CodeSystem/statistic-type": {
        "0000100", "0000424", "0000457", "C16932", "C93150", "C93152", "rate-ratio",
    },
    "http://terminology.hl7.org/CodeSystem/attribute-estimate-type": {
        "0000419", "C53324", "0000455", "0000420", "C53245", "C44185", "C38013", "C53322",
        "0000037", "0000421", "C48918",
    },
    "http://hl7.org/fhir/study-design": {"SEVCO:01001", "SEVCO:01003"},
    "http://hl7.org/fhir/statistic-model-code": {
        "hartungKnapp", "modifiedHartungKnapp", "effectsFixed", "effectsRandom",
        "poolInverseVariance", "tauDersimonianLaird", "tauPauleMandel",
        "tauRestrictedMaximumLikelihood", "tauMaximumLikelihood", "tauEmpiricalBayes",
        "tauHunterSchmidt", "tauSidikJonkman", "tauHedges",
    },
    "http://hl7.org/fhir/certainty-type": {
        "Overall", "RiskOfBias", "Inconsistency", "Indirectness", "Imprecision",
        "PublicationBias",
    },
    "http://hl7.org/fhir/certainty-rating": {
        "high", "moderate", "low", "very-low", "no-concern", "serious-concern",
        "very-serious-concern", "extremely-serious-concern",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def resources(
    offered: dict[str, Download], syntheses: Mapping[str, Synthesis]
) -> dict[str, dict[str, Any]]:
    """By the question's key, of those that have an estimate and of no other."""
    paths = {key: OF_A_QUESTION["fhir_evidence"].format(key) for key in syntheses}
    found = {key: offered[path] for key, path in paths.items() if path in offered}
    assert set(found) == {key for key, synthesis in syntheses.items() if synthesis.primary}
    return {key: json.loads(file.content) for key, file in found.items()}


def test_fhir_accepts_each_and_loses_nothing(resources: dict[str, dict[str, Any]]) -> None:
    for key, said in resources.items():
        read = Evidence.model_validate(said)
        assert json.loads(read.model_dump_json(exclude_none=True)) == said, key


def _codings(said: Any) -> Iterator[tuple[str, str]]:
    if isinstance(said, list):
        for part in said:
            yield from _codings(part)
    elif isinstance(said, dict):
        if "system" in said and "code" in said:
            yield said["system"], said["code"]
        for part in said.values():
            yield from _codings(part)


def test_every_code_is_one_of_the_value_set(resources: dict[str, dict[str, Any]]) -> None:
    used = {coding for said in resources.values() for coding in _codings(said)}
    assert {system for system, _ in used} == set(VALUE_SETS)
    assert [coding for coding in used if coding[1] not in VALUE_SETS[coding[0]]] == []


def test_what_can_be_pooled_and_rated_has_a_code() -> None:
    kinds = {system.rpartition("/")[2]: codes for system, codes in VALUE_SETS.items()}
    assert {code for code, _ in STATISTIC.values()} <= kinds["statistic-type"]
    assert set(MEASURES) - set(STATISTIC) == {"generic"}
    assert {*TAU2.values(), *INTERVALS.values()} <= kinds["statistic-model-code"]
    assert set(TAU2_MODELS) - set(TAU2) == {"common"}
    assert {*RATING.values(), *CONCERN} <= kinds["certainty-rating"]
    assert set(DOMAIN.values()) <= kinds["certainty-type"]


def test_the_numbers_are_those_of_the_page(
    resources: dict[str, dict[str, Any]], syntheses: Mapping[str, Synthesis]
) -> None:
    for key, said in resources.items():
        synthesis = syntheses[key]
        primary, measure = synthesis.primary, synthesis.measure
        assert primary is not None
        (statistic,) = said["statistic"]
        turned = math.log(statistic["quantity"]["value"]) if measure.ratio else (
            statistic["quantity"]["value"]
        )  # fmt: skip
        turned *= -1 if measure.benefit_above else 1
        assert math.isclose(turned, primary.estimate, abs_tol=1e-12), key
        assert statistic["sampleSize"]["numberOfStudies"] == primary.k
        interval = statistic["attributeEstimate"][0]
        assert interval["type"]["coding"][0]["code"] == "C53324"
        limits = measure.shown_limits(primary.interval.low, primary.interval.high)
        assert tuple(interval["range"].get(end, {}).get("value") for end in ("low", "high")) == (
            limits
        )
        roles = [part["variableRole"]["coding"][0]["code"] for part in said["variableDefinition"]]
        assert roles == ["population", "exposure", "referenceExposure", "measuredVariable"]
        assert len(said["relatedArtifact"]) == primary.k
        certainty = synthesis.certainty
        assert certainty
        rating = said["certainty"][0]["rating"]["coding"][0]["code"]
        assert rating == (certainty.decided or certainty.proposed).replace(" ", "-")
        assert len(said["certainty"][0]["subcomponent"]) == 5
