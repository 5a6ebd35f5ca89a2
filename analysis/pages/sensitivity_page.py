"""How far each answer moves when something is done otherwise: figures, and tables below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from analysis.figures import showing
from analysis.figures.effect_scale import on_one_axis
from analysis.figures.sensitivity_plot import sensitivity_plot
from analysis.formatting import DASH, counted, limits, listed, sentence_case
from analysis.pages import links
from analysis.pages.html import Html, element, join, paragraph, show, table
from analysis.pages.overview_page import labels
from analysis.protocol import Protocol
from analysis.synthesis.analyses import analyses
from analysis.synthesis.estimate_text import estimate_cells, named_estimate
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity_overview import FAMILIES, Sensitivity, Spread, sensitivity

COLUMNS = {
    "models": "Other models",
    "sets of trials": "Other sets of trials",
    "leave one out": "Without one trial",
}


def questions(results: Mapping[str, Synthesis]) -> tuple[Sensitivity, ...]:
    """Every question that pools two trials or more, with its variants."""
    found = (sensitivity(synthesis) for synthesis in results.values())
    return tuple(question for question in found if question)


def summary(results: Mapping[str, Synthesis]) -> Html:
    """In how many questions a variant turns the direction, or frees or binds the interval."""
    found = questions(results)
    variants = sum(len(question.variants) for question in found)
    turned = [question for question in found if question.turned]
    moved = [question for question in found if question.unsettled]
    return paragraph(
        f"{len(found)} of {counted(len(results), 'question')} pool two trials or more, and are "
        f"computed in {counted(variants, 'other way')}. "
        f"{_in_how_many(turned)} of these turns the direction of the estimate, and "
        f"{_in_how_many(moved).lower()} decides whether the interval excludes no difference."
    )


def _in_how_many(found: Sequence[Sensitivity]) -> str:
    """In how many questions a variant does something, before `of these turns ...`."""
    if not found:
        return "In no question any"
    return f"In {counted(len(found), 'question')} at least one"


def figure(protocol: Protocol, results: Mapping[str, Synthesis]) -> None:
    """Display every question with two trials or more, those of a measure in one figure."""
    drawn = on_one_axis(questions(results), lambda question: question.synthesis.measure)
    if not drawn:
        show(paragraph("No question has two trials to draw."))
    draw = partial(sensitivity_plot, labels=labels(protocol))
    showing.show_each(draw, drawn, alt_text, "sensitivity")


def alt_text(found: Sequence[Sensitivity]) -> str:
    """Each question's estimate, and the lowest and highest of all its variants."""
    said = [
        f"{question.synthesis.title} {_said(question)}, {_range(question, question.spreads)}"
        for question in found
    ]
    return f"Estimates under every variant, lowest to highest. {'; '.join(said)}."


def spread_table(results: Mapping[str, Synthesis]) -> Html:
    """One row a question: the primary result, the spread of each family, what moves."""
    rows = []
    for question in questions(results):
        row: dict[str, object] = {
            "Question": links.question(question.synthesis),
            "Trials": str(question.synthesis.k),
            "Primary analysis": _said(question),
        }
        by_family = {spread.family: spread for spread in question.spreads}
        for family in FAMILIES:
            spread = by_family.get(family)
            row[COLUMNS[family]] = _range(question, (spread,)) if spread else DASH
        row["What moves"] = _what_moves(question)
        rows.append(row)
    caption = "Lowest and highest estimate of each kind of variant"
    return table(rows, caption, numbers=("Trials",))


def _range(question: Sensitivity, spreads: Sequence[Spread]) -> str:
    measure = question.synthesis.measure
    shown = [measure.shown(v.estimate) for spread in spreads for v in spread.variants]
    return limits(min(shown), max(shown), ratio=measure.ratio)


def _said(question: Sensitivity) -> str:
    return named_estimate(question.synthesis.measure, question.primary)


def _what_moves(question: Sensitivity) -> str:
    total = len(question.variants)
    turned, unsettled = len(question.turned), len(question.unsettled)
    if not turned and not unsettled:
        return f"nothing: all {total} variants agree in direction and in what they exclude"
    said = [f"the direction in {turned} of {total}"] if turned else []
    if unsettled:
        said.append(f"whether no difference is excluded in {unsettled} of {total}")
    return listed(said)


def analyses_table(protocol: Protocol, results: Mapping[str, Synthesis]) -> Html:
    """What is done with a question, and how many questions have enough trials for it."""
    rows = [
        {
            "Analysis": sentence_case(analysis.words),
            "Questions": str(sum(map(analysis.made, results.values()))),
        }
        for analysis in analyses(protocol).values()
    ]
    caption = f"Every analysis, and in how many of {counted(len(results), 'question')} it was made"
    return table(rows, caption, numbers=("Questions",))


def variant_tables(results: Mapping[str, Synthesis]) -> Html:
    """Every variant of every question, folded away under the question's title."""
    return join(
        element(
            "details",
            element("summary", question.synthesis.title),
            _variant_table(question),
            id=question.synthesis.question.slug,
        )
        for question in questions(results)
    )


def _variant_table(question: Sensitivity) -> Html:
    synthesis = question.synthesis
    measure = synthesis.measure
    rows = [
        {
            "Variant": variant.name,
            "Kind": COLUMNS[variant.family].lower(),
            "k": str(variant.k),
            **estimate_cells(measure, variant, synthesis.interval_name),
        }
        for variant in question.variants
    ]
    numbers = ("k", measure.short_name, synthesis.interval_name)
    caption = f"Variants of {synthesis.title}"
    return table(rows, caption, numbers=numbers)
