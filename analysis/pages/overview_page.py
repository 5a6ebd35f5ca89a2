"""All questions at once: a figure for each measure, and its numbers with a link to each page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from analysis.figures import showing
from analysis.figures.effect_scale import on_one_axis
from analysis.figures.overview_plot import overview_plot
from analysis.formatting import DASH, count_known, counted, sentence_case
from analysis.pages import links
from analysis.pages.certainty_section import mark
from analysis.pages.html import Html, element, join, paragraph, show, table
from analysis.protocol import Protocol
from analysis.synthesis.estimate_text import (
    effect_text,
    estimate_text,
    i2_text,
    interval_text,
    tau2_text,
)
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.interval_sentences import read_instead, rule_of
from analysis.synthesis.wording.measure_words import favourable_sides
from analysis.versions.results import analysed, results_of

NUMBERS = ("Estimate", "Prediction interval", "Trials", "Participants", "τ²", "I²")


def sides(protocol: Protocol) -> Html:
    """On which side of no difference an effect is good, for each measure."""
    return paragraph(favourable_sides(protocol))


def summary(protocol: Protocol, results: Mapping[str, Synthesis]) -> Html:
    """How many questions have an answer, from how many trials, and which interval they have."""
    answered = [synthesis for synthesis in results.values() if synthesis.primary]
    pooled = [synthesis for synthesis in answered if synthesis.k > 1]
    found = analysed(results)
    return paragraph(
        f"{len(answered)} of {counted(len(results), 'question')} have an estimate, "
        f"{len(pooled)} of them from two trials or more. "
        f"Together they rest on {found.said}, each trial counted once. "
        f"{rule_of(protocol)}"
    )


def figure(protocol: Protocol, results: Mapping[str, Synthesis]) -> None:
    """Display each measure: outcomes as rows, time points side by side, conditions below."""
    alike = on_one_axis(results.values(), lambda synthesis: synthesis.measure)
    drawn = [asked for asked in alike if any(synthesis.primary for synthesis in asked)]
    if not drawn:
        show(paragraph("There is nothing to draw: no question has an estimate yet."))
    draw = partial(overview_plot, labels=labels(protocol))
    showing.show_each(draw, drawn, alt_text, "overview")


def labels(protocol: Protocol) -> Mapping[str, str]:
    """The words for the slugs of conditions, outcomes and time points."""
    return {
        **{condition.id: condition.label for condition in protocol.conditions},
        **{outcome.id: outcome.label for outcome in protocol.outcomes},
        **{timepoint.id: timepoint.label for timepoint in protocol.timepoints},
    }


def alt_text(asked: Collection[Synthesis]) -> str:
    """Every estimate in words; questions without one are counted."""
    said = [
        f"{synthesis.title} {estimate_text(synthesis.measure, synthesis.primary)}"
        for synthesis in asked
        if synthesis.primary
    ]
    return (
        f"Estimate and interval of {counted(len(said), 'question')}: {'; '.join(said)}. "
        f"{counted(len(asked) - len(said), 'further question').capitalize()} without an "
        "estimate."
    )


def condition_table(protocol: Protocol, results: Mapping[str, Synthesis], condition: str) -> Html:
    """The numbers of one condition, a question a row, each linked to its page."""
    shown = results_of(results, condition)
    (label,) = protocol.condition_told(condition) or ("every question",)
    numbers = (*NUMBERS, *(synthesis.interval_name for synthesis in shown))
    return table([_row(synthesis) for synthesis in shown], sentence_case(label), numbers=numbers)


def _interval(synthesis: Synthesis) -> Html:
    primary = synthesis.primary
    shown = interval_text(synthesis.measure, primary.interval if primary else None)
    instead = read_instead(synthesis.measure, synthesis.bayesian)
    return join((shown, element("small", " ", instead) if instead else Html("")))


def _row(synthesis: Synthesis) -> dict[str, object]:
    measure, primary = synthesis.measure, synthesis.primary
    return {
        "Question": links.question(synthesis, synthesis.title_in_condition),
        "Measure": measure.short_name,
        "Estimate": effect_text(measure, primary.estimate) if primary else DASH,
        synthesis.interval_name: _interval(synthesis),
        "Prediction interval": interval_text(measure, primary.prediction if primary else None),
        "Trials": str(synthesis.k),
        "Participants": count_known(synthesis.n_total, synthesis.n_unknown),
        "τ²": tau2_text(primary),
        "I²": i2_text(primary),
        "Certainty": mark(synthesis.certainty) if synthesis.certainty else DASH,
    }
