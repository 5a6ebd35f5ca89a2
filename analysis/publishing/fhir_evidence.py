"""One question's estimate as an Evidence resource of FHIR R5, for programs of guideline makers.

The resource and its value sets: hl7.org/fhir/R5/evidence.html. What has no code there is said in
words; what nobody has stated is left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from analysis.formatting import counted, percent_level, sentence_case
from analysis.measures import MeasureName
from analysis.protocol import Protocol
from analysis.publishing.review_description import ReviewDescription
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.certainty import Certainty, Level, Step
from analysis.synthesis.question_result import Synthesis

Part = dict[str, Any]

HL7 = "http://hl7.org/fhir/"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
ID = re.compile(r"[A-Za-z0-9.-]{1,64}")

STATISTIC: Mapping[MeasureName, tuple[str, str]] = MappingProxyType(
    {
        "SMD": ("0000100", "Standardized Mean Difference"),
        "MD": ("0000457", "Mean Difference"),
        "RR": ("C93152", "Relative Risk"),
        "OR": ("C16932", "Odds Ratio"),
        "RD": ("0000424", "Risk Difference"),
        "HR": ("C93150", "Hazard Ratio"),
        "IRR": ("rate-ratio", "Incidence Rate Ratio"),
    }
)
CONFIDENCE = ("C53324", "Confidence interval")
CREDIBLE = ("0000455", "Credible interval")
P_VALUE = ("C44185", "P-value")
COCHRAN_Q = ("0000419", "Cochran's Q statistic")
I_SQUARED = ("0000420", "I-squared")
TAU_SQUARED = ("0000421", "Tau squared")

# The estimators of tau² that have a code, each used in a model of random effects.
TAU2: Mapping[str, str] = MappingProxyType(
    {
        "dersimonian-laird": "tauDersimonianLaird",
        "paule-mandel": "tauPauleMandel",
        "reml": "tauRestrictedMaximumLikelihood",
        "ml": "tauMaximumLikelihood",
        "empirical-bayes": "tauEmpiricalBayes",
        "hunter-schmidt": "tauHunterSchmidt",
        "sidik-jonkman": "tauSidikJonkman",
        "hedges": "tauHedges",
    }
)
INTERVALS: Mapping[str, str] = MappingProxyType(
    {"hartung-knapp": "hartungKnapp", "hartung-knapp-conservative": "modifiedHartungKnapp"}
)
RATING: Mapping[Level, str] = MappingProxyType(
    {"high": "high", "moderate": "moderate", "low": "low", "very low": "very-low"}
)
CONCERN = ("no-concern", "serious-concern", "very-serious-concern", "extremely-serious-concern")
DOMAIN: Mapping[str, str] = MappingProxyType(
    {
        "risk of bias": "RiskOfBias",
        "inconsistency": "Inconsistency",
        "imprecision": "Imprecision",
        "indirectness": "Indirectness",
        "publication bias": "PublicationBias",
    }
)


def evidence_resource(
    synthesis: Synthesis, protocol: Protocol, review: ReviewDescription, dois: Mapping[str, str]
) -> Part | None:
    """The resource; None without an estimate. `dois` are those of the trials, by their names."""
    primary = synthesis.primary
    if primary is None:
        return None
    question = synthesis.question
    said: Part = {
        "resourceType": "Evidence",
        "id": question.key if ID.fullmatch(question.key) else None,
        "text": _narrative(synthesis.sentences.headline),
        "url": review.site_url and f"{review.site_url}effects/{question.slug}.html",
        "version": review.version,
        "title": synthesis.title,
        "status": "active" if review.released else "draft",
        "date": review.released and review.released.isoformat(),
        "author": [{"name": author.name} for author in review.team.authors],
        "contact": [*_contact(review.team.contact)],
        "copyright": review.licence_address,
        "relatedArtifact": [*_trials(synthesis, dois)],
        "description": synthesis.sentences.headline,
        "assertion": synthesis.sentences.plain,
        "variableDefinition": [*_variables(synthesis, protocol)],
        "synthesisType": _synthesis_type(primary),
        "studyDesign": [
            _coded(f"{HL7}study-design", "SEVCO:01003", text=protocol.eligibility.design)
        ],
        "statistic": [_statistic(synthesis, primary)],
        "certainty": [_overall(synthesis.certainty)] if synthesis.certainty else [],
    }
    return {name: value for name, value in said.items() if value}


def _coded(system: str, code: str, display: str = "", text: str = "") -> Part:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


def _narrative(said: str) -> Part:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{html.escape(said)}</p></div>'
    return {"status": "generated", "div": div}


def _contact(contact: str) -> Iterator[Part]:
    if contact:
        system = "url" if contact.startswith("https://") else "email"
        yield {"telecom": [{"system": system, "value": contact}]}


def _trials(synthesis: Synthesis, dois: Mapping[str, str]) -> Iterator[Part]:
    for study in synthesis.pooled_studies:
        doi = dois.get(study.study_id, "")
        where = {"document": {"url": f"https://doi.org/{doi}"}} if doi else {}
        yield {"type": "derived-from", "display": study.label} | where


def _variables(synthesis: Synthesis, protocol: Protocol) -> Iterator[Part]:
    question, words = synthesis.question, protocol.words
    condition = protocol.condition(question.condition)
    outcome = protocol.outcome(question.outcome)
    timepoint = protocol.timepoint(question.timepoint)
    direction = "above" if synthesis.measure.benefit_above else "below"
    yield _variable("population", f"{words.population}: {condition.description}")
    yield _variable("exposure", protocol.eligibility.intervention)
    yield _variable("referenceExposure", protocol.eligibility.comparator)
    measured = f"{outcome.label}, {timepoint.description}"
    favours = f"{direction} {synthesis.measure.no_effect:g} favours {words.intervention}"
    yield _variable("measuredVariable", measured, f"A number {favours}.")


def _variable(role: str, what: str, note: str = "") -> Part:
    said: Part = {
        "description": sentence_case(what),
        "variableRole": _coded(f"{TERMINOLOGY}variable-role", role),
        "intended": {"display": what},
    }
    return said | ({"note": [{"text": note}]} if note else {})


def _synthesis_type(primary: PooledEffect) -> Part | None:
    if primary.k < 2:
        return None
    return _coded(f"{TERMINOLOGY}synthesis-type", "std-MA", "summary data meta-analysis")


def _statistic(synthesis: Synthesis, primary: PooledEffect) -> Part:
    measure = synthesis.measure
    size: Part = {"numberOfStudies": primary.k, "numberOfParticipants": synthesis.n_total}
    if synthesis.n_unknown:
        size["description"] = f"Not counting {counted(synthesis.n_unknown, 'trial')}: not known."
    known = STATISTIC.get(measure.name)
    system = f"{TERMINOLOGY}statistic-type"
    said: Part = {
        "statisticType": _coded(system, *known, text=measure.axis_label)
        if known
        else {"text": measure.axis_label},
        "quantity": _quantity(measure.shown(primary.estimate)),
        "sampleSize": {name: value for name, value in size.items() if value is not None},
        "attributeEstimate": [*_attributes(synthesis, primary)],
        "modelCharacteristic": [*_model(primary)],
    }
    return {name: value for name, value in said.items() if value}


def _attributes(synthesis: Synthesis, primary: PooledEffect) -> Iterator[Part]:
    yield _interval(synthesis, primary.interval, _attribute(*CONFIDENCE))
    concluded = synthesis.concluded
    if concluded and concluded.interval.method == "bayesian":
        read = "Conclusions read this interval, because the trials are few."
        yield _interval(synthesis, concluded.interval, _attribute(*CREDIBLE)) | {
            "note": [{"text": read}]
        }
    if primary.prediction:
        yield _interval(synthesis, primary.prediction, {"text": "Prediction interval"})
    yield {"type": _attribute(*P_VALUE), "quantity": _quantity(primary.p)}
    if found := primary.heterogeneity:
        for code, value in ((COCHRAN_Q, found.q), (I_SQUARED, found.i2), (TAU_SQUARED, found.tau2)):
            yield {"type": _attribute(*code), "quantity": _quantity(value)}


def _attribute(code: str, display: str) -> Part:
    return _coded(f"{TERMINOLOGY}attribute-estimate-type", code, display)


def _interval(synthesis: Synthesis, found: Interval, kind: Part) -> Part:
    """A limit that does not exist is not there: the range is open on that side."""
    low, high = synthesis.measure.shown_limits(found.low, found.high)
    limits = {"low": low, "high": high}
    span = {name: _quantity(value) for name, value in limits.items() if value is not None}
    return {
        "description": f"{percent_level(found.level)} interval ({found.method})",
        "type": kind,
        "level": found.level,
    } | ({"range": span} if span else {})


def _quantity(value: float) -> Part:
    return {"value": value + 0.0}  # never -0


def _model(primary: PooledEffect) -> Iterator[Part]:
    codes: Iterable[str | None] = (
        "effectsRandom" if primary.model in TAU2 else None,
        "effectsFixed" if primary.model == "common" else None,
        "poolInverseVariance" if primary.k > 1 else None,
        TAU2.get(primary.model),
        INTERVALS.get(primary.interval.method),
    )
    yield from ({"code": _coded(f"{HL7}statistic-model-code", code)} for code in codes if code)


def _overall(certainty: Certainty) -> Part:
    said = {
        "proposed": "Proposed by the rules of the protocol; no person has decided.",
        "partly decided": "Some domains were decided by a person, others follow from the rules.",
        "decided": "Decided by a person.",
    }[certainty.label]
    unassessed = certainty.provisional
    trials = counted(unassessed.trials, "trial") if unassessed else ""
    more = f" Provisional: nobody has assessed the risk of bias of {trials}." if trials else ""
    return {
        "description": f"{said}{more}",
        "type": _coded(f"{HL7}certainty-type", "Overall", "Overall certainty"),
        "rating": _rated(RATING[certainty.decided or certainty.proposed]),
        "subcomponent": [_domain(step) for step in certainty.steps],
    }


def _domain(step: Step) -> Part:
    said: Part = {
        "description": step.decision.reason if step.decision else step.reason,
        "type": _coded(f"{HL7}certainty-type", DOMAIN[step.domain]),
    }
    known = step.judged or step.decision is not None
    return said | ({"rating": _rated(CONCERN[min(step.levels_off, 3)])} if known else {})


def _rated(code: str) -> Part:
    return _coded(f"{HL7}certainty-rating", code)
