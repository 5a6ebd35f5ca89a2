"""The sentences of a question's page: the headline, how much trials differ, by which rule."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.formatting import (
    counted,
    number,
    p_value,
    percent,
    sentence_case,
)
from analysis.protocol import Outcome, Timepoint
from analysis.protocol_rules import ReviewWords, SynthesisRules
from analysis.statistics.estimates import Heterogeneity, Interval, PooledEffect
from analysis.synthesis.bayesian_companion import Companion
from analysis.synthesis.certainty import Body, Certainty
from analysis.synthesis.clinical_terms import Clinical
from analysis.synthesis.comparisons import Comparison
from analysis.synthesis.estimate_text import effect_text, range_text
from analysis.synthesis.interval_rule import concluded, headline_prediction
from analysis.synthesis.missing_results import MissingResults
from analysis.synthesis.question_result import PublishedEstimate, Sentence
from analysis.synthesis.study_effect import Measure, StudyEffect
from analysis.synthesis.with_responders import WithResponders, sentence_where_moved
from analysis.synthesis.wording.clinical_text import clinical_sentences
from analysis.synthesis.wording.effect_words import (
    by_control,
    confidence,
    effect_words,
    evidence_words,
    prediction_words,
)
from analysis.synthesis.wording.interval_sentences import (
    companion_text,
    in_headline,
    interval_rule,
    prediction_text,
    rule_stated,
)
from analysis.synthesis.wording.missing_words import beside_few, beside_none
from analysis.synthesis.wording.plain_answer import narrative

# Of the variance between trials.
ESTIMATORS = {
    "dersimonian-laird": "DerSimonian-Laird",
    "reml": "REML",
    "ml": "maximum likelihood",
    "paule-mandel": "Paule-Mandel",
    "hedges": "Hedges",
    "sidik-jonkman": "Sidik-Jonkman",
    "empirical-bayes": "empirical Bayes",
    "hunter-schmidt": "Hunter-Schmidt",
}
MODEL_NAMES = {
    "common": "common effect",
    **{model: f"random effects, {name}" for model, name in ESTIMATORS.items()},
    "mantel-haenszel": "common effect, Mantel-Haenszel",
    "peto": "common effect, Peto",
    "single study": "single trial",
}
# More trials than this nobody wants to have read out.
MOST_SPOKEN = 100
NO_ANSWER = "We do not know: no trial gives numbers that can be used yet."


@dataclass(frozen=True)
class Answer:
    """What a question's sentences are made from.

    `studies` are all its trials, suspect or not; `body` and `certainty` are `None` together,
    where nothing is pooled. `beside` is the interval that is printed beside Wald's where neither
    is believed. `responders` is the answer with the trials that give only these, `unruled` what
    is said of those that a check keeps out.
    """

    words: ReviewWords
    outcome: Outcome
    timepoint: Timepoint
    measure: Measure
    studies: tuple[StudyEffect, ...]
    body: Body | None = None
    companion: Companion | None = None
    beside: Interval | None = None
    certainty: Certainty | None = None
    clinical: Clinical = field(default_factory=Clinical)
    responders: WithResponders | None = None
    comparisons: tuple[Comparison, ...] = ()
    missing: MissingResults = field(default_factory=MissingResults)
    printed: PublishedEstimate | None = None
    unruled: str = ""

    @property
    def subject(self) -> str:
        """`Sleep after treatment`."""
        return f"{sentence_case(self.outcome.label)} {self.timepoint.label}"


def sentences(rules: SynthesisRules, answer: Answer) -> Sentence:
    """Every computed sentence of a page, plain text."""
    outcome, body, certainty = answer.outcome, answer.body, answer.certainty
    if body is None or certainty is None:
        known = beside_none(answer.words, answer.missing, answer.printed)
        nothing = f"{answer.subject}: no trial gives numbers that can be used yet.{known}"
        return Sentence(
            headline=nothing,
            plain=NO_ANSWER,
            unruled=answer.unruled,
            heterogeneity="Nothing is pooled, so there is no heterogeneity to describe.",
            interval_rule=rule_stated(rules, [answer.measure.name]),
            forest_alt=nothing,
        )
    words, measure, primary = answer.words, answer.measure, body.primary
    important, read = body.smallest_important_difference, concluded(primary, answer.companion)
    effect = effect_words(words, outcome, measure, primary, read, answer.beside)
    rated = f"Certainty: {certainty.rating} ({certainty.standing})."
    expected = prediction_words(outcome, measure, read, headline_prediction(rules, primary))
    groups = by_control(words, outcome, body, answer.comparisons, rules)
    also = beside_few(answer.missing, body.k)
    probable = in_headline(rules, measure, important, answer.companion)
    headline = f"{evidence_words(body)}: {effect}{expected}.{groups}{also} {rated}{probable}"
    plain = narrative(words, outcome, measure, important, read, certainty.level)
    if found := answer.responders:
        headline += sentence_where_moved(
            read,
            plain,
            found,
            effect_words(words, outcome, measure, found.pooled, found.read, found.beside),
            narrative(words, outcome, measure, important, found.read, found.level),
        )
    return Sentence(
        headline=headline,
        plain=plain,
        unruled=answer.unruled,
        clinical=clinical_sentences(answer.words, measure, answer.clinical),
        heterogeneity=heterogeneity(primary),
        interval_rule=interval_rule(rules, measure, primary, answer.beside, answer.companion),
        prediction=prediction_text(measure, primary, rules.prediction_minimum_k),
        bayesian=companion_text(measure, important, answer.companion),
        forest_alt=_forest_alt(answer, measure, headline),
    )


def heterogeneity(pooled: PooledEffect) -> str:
    """How much the trials differ, in words and numbers."""
    found = pooled.heterogeneity
    if found is None:
        return "There is one trial, so how much results differ between trials is not known."
    words = (
        f"Of the variation between the results, an estimated {percent(found.i2)} reflects real "
        "differences between trials rather than chance "
        f"(I²{_from_to(found.i2_interval, percent_scale=True)})."
    )
    if pooled.model == "common":
        return (
            f"{words} The common-effect model takes all of it for chance; "
            f"Q is {number(found.q)} on {counted(found.df, 'degree')} of freedom{_p(found)}."
        )
    numbers = (
        f"τ² is {number(found.tau2, 3)}{_from_to(found.tau2_interval)}; "
        f"Q is {number(found.q)} on {counted(found.df, 'degree')} of freedom{_p(found)}."
    )
    return f"{words} {numbers}"


def _from_to(interval: Interval | None, percent_scale: bool = False) -> str:
    if interval is None or interval.low is None:
        return ""
    if percent_scale:
        high = "100%" if interval.high is None else percent(interval.high)
        return f", {confidence(interval)} {percent(interval.low)} to {high}"
    high = "∞" if interval.high is None else number(interval.high, 3)
    return f" ({confidence(interval)} {number(interval.low, 3)} to {high})"


def _p(found: Heterogeneity) -> str:
    return "" if found.p is None else f", {p_value(found.p)}"


def _forest_alt(answer: Answer, measure: Measure, headline: str) -> str:
    subject = answer.subject
    said = f"Forest plot of {subject[0].lower()}{subject[1:]}. {headline}"
    if len(answer.studies) > MOST_SPOKEN:
        effects = [measure.shown(study.effect) for study in answer.studies]
        return (
            f"{said} The effects of its {counted(len(effects), 'trial')} lie between "
            f"{number(min(effects))} and {number(max(effects))}; each is in the table."
        )
    return f"{said} Trials: {'; '.join(_trial(measure, study) for study in answer.studies)}."


def _trial(measure: Measure, study: StudyEffect) -> str:
    shown = range_text(measure, study.ci_low, study.ci_high)
    note = ", suspect and not pooled" if study.suspect else ""
    return f"{study.label} {effect_text(measure, study.effect)}, {shown}{note}"
