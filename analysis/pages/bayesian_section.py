"""The Bayesian companion of a question: what few trials say with a stated expectation of tau."""

from __future__ import annotations

from analysis.figures.many_trials import largest
from analysis.formatting import DASH, counted, limits, number
from analysis.pages import links
from analysis.pages.html import Html, join, paragraph, table
from analysis.pages.telling_rows import folded_table
from analysis.statistics.bayesian import BayesianEffect
from analysis.statistics.intervals import critical_value
from analysis.synthesis.bayesian_companion import Companion
from analysis.synthesis.estimate_text import effect_text, estimate_cells, interval_text
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.interval_sentences import prior_text, probability


def companion(synthesis: Synthesis) -> Html:
    """The companion in a sentence, under each prior, and trial by trial; or why there is none."""
    found = synthesis.bayesian
    if found is None:
        return paragraph(f"There is no Bayesian analysis: {_why_none(synthesis)}.")
    return join(
        (
            paragraph(synthesis.sentences.bayesian),
            _priors(synthesis, found),
            _true_effects(synthesis, found.posterior),
        )
    )


def _why_none(synthesis: Synthesis) -> str:
    if synthesis.k < 2:
        return f"with {counted(synthesis.k, 'trial')} nothing is pooled"
    return f"the protocol has no prior for {synthesis.measure.kind.named}"


def _priors(synthesis: Synthesis, found: Companion) -> Html:
    rows = [
        {
            "Prior of τ": prior_text(each) + (" (the protocol’s)" if position == 0 else ""),
            **estimate_cells(synthesis.measure, each, synthesis.interval_name),
            "τ": f"{number(each.tau)} ({limits(each.tau_interval.low, each.tau_interval.high)})",
            "In a new setting": interval_text(synthesis.measure, each.prediction),
            "Any benefit": probability(each.below_zero),
            "At least a small benefit": DASH
            if each.below_threshold is None
            else probability(each.below_threshold),
        }
        for position, each in enumerate(found.all)
    ]
    numbers = tuple(name for name in rows[0] if name != "Prior of τ")
    return table(
        rows, "The same trials with each prior: medians and probabilities", numbers=numbers
    )


def _true_effects(synthesis: Synthesis, found: BayesianEffect) -> Html:
    """Each trial's effect as reported and drawn towards the others, mean ± SD as an interval."""
    measure, far = synthesis.measure, critical_value(synthesis.level)
    rows = [
        {
            "Trial": links.trial(study.study_id, study.label),
            "As reported": effect_text(measure, study.effect),
            synthesis.interval_name: limits(*measure.shown_interval(study.ci_low, study.ci_high)),
            "Drawn towards the others": effect_text(measure, true.mean),
            f"Its {synthesis.interval_name}": limits(
                *measure.shown_interval(true.mean - far * true.sd, true.mean + far * true.sd)
            ),
            _sd_named(synthesis): number(true.sd, 3),
        }
        for study, true in zip(synthesis.pooled_studies, found.true_effects, strict=True)
    ]
    numbers = tuple(name for name in rows[0] if name != "Trial")
    trials = zip(synthesis.pooled_studies, found.true_effects, strict=True)
    return folded_table(
        synthesis,
        rows,
        "Each trial drawn towards the others (shrinkage)",
        numbers=numbers,
        telling=largest([abs(study.effect - true.mean) for study, true in trials]),
        which="are drawn farthest",
        summary="Each trial, drawn towards the others",
    )


def _sd_named(synthesis: Synthesis) -> str:
    return "SD (log scale)" if synthesis.measure.ratio else "SD"
