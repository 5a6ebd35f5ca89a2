"""How robust a question's answer is: a figure and its numbers for each sensitivity analysis."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Literal

from analysis.figures import showing
from analysis.figures.cumulative_plot import cumulative_plot
from analysis.figures.forest_plot import forest_plot
from analysis.figures.funnel_plot import funnel_plot
from analysis.figures.leave_one_out_plot import leave_one_out_plot
from analysis.figures.many_trials import largest
from analysis.figures.models_plot import models_plot
from analysis.formatting import count, counted, listed, number, p_value, percent
from analysis.pages import links
from analysis.pages.html import Html, paragraph, show, table
from analysis.pages.telling_rows import folded, folded_table
from analysis.synthesis.estimate_text import (
    effect_text,
    estimate_cells,
    estimate_text,
    i2_text,
    range_text,
    tau2_text,
)
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity import ASYMMETRY_TESTS, SmallStudyEffects, arms_assumed
from analysis.synthesis.study_effect import Measure
from analysis.synthesis.with_responders import counting_responders
from analysis.synthesis.wording.page_sentences import MODEL_NAMES


def models(synthesis: Synthesis) -> None:
    """The models side by side, then every other estimator of the heterogeneity."""
    if not synthesis.models:
        show(paragraph(f"Models differ only in how they pool; {_nothing_pooled(synthesis)}"))
        return
    showing.show_both(partial(models_plot, synthesis), _models_alt(synthesis), "models")


def estimators_table(synthesis: Synthesis) -> Html:
    """Each estimator of τ² with the interval rule of the primary analysis."""
    rows = [
        {
            "Estimator": MODEL_NAMES[pooled.model].removeprefix("random effects, "),
            "τ²": tau2_text(pooled),
            "I²": i2_text(pooled),
            **estimate_cells(synthesis.measure, pooled, synthesis.interval_name),
        }
        for pooled in synthesis.sensitivity.estimators
    ]
    if not rows:
        return Html("")
    return folded(
        "Other estimators of the differences between trials",
        table(rows, "Estimators of τ²", numbers=("τ²", "I²", *_numeric(synthesis))),
    )


def responders(synthesis: Synthesis) -> None:
    """The trials that give only responders, as the last of the other sets counts them."""
    everybody = counting_responders(synthesis)
    if everybody is None:
        return
    measure = synthesis.measure
    rows = [
        {
            "Trial": links.trial(study.study_id, study.label),
            "Participants": count(study.n_total),
            "Responders are": study.instrument or "",
            measure.short_name: effect_text(measure, study.effect),
            synthesis.interval_name: range_text(measure, study.ci_low, study.ci_high),
            "How": study.derivation,
        }
        for study in synthesis.responders
    ]
    numbers = ("Participants", *_numeric(synthesis))
    show(table(rows, "Trials that give only responders, turned into an SMD", numbers=numbers))
    added = listed([study.label for study in synthesis.responders])
    alt = (
        f"Forest plot of the trials of this question together with {added}; the pooled effect is "
        f"then {estimate_text(measure, everybody.primary)}. All numbers are in the tables."
    )
    showing.show_both(partial(forest_plot, everybody), alt, "forest-plot-with-responders")


def leave_one_out(synthesis: Synthesis) -> None:
    """The pooled effect without each trial in turn."""
    found = synthesis.sensitivity.leave_one_out
    if not found:
        show(paragraph(f"No trial can be left out: {_nothing_pooled(synthesis)}"))
        return
    studies = synthesis.pooled_studies
    estimates = [synthesis.measure.shown(fit.estimate) for fit in found]
    alt = (
        f"Leave-one-out plot of {len(found)} trials. Without one trial the pooled effect lies "
        f"between {number(min(estimates))} and {number(max(estimates))}. "
        "The numbers are offered beneath it."
    )
    showing.show_both(partial(leave_one_out_plot, synthesis), alt, "leave-one-out")
    rows = [
        {
            "Without": studies[fit.omitted].label,
            **estimate_cells(synthesis.measure, fit, synthesis.interval_name),
            "τ²": number(fit.tau2, 3),
            "I²": percent(fit.i2),
        }
        for fit in found
    ]
    all_of_them = synthesis.primary.estimate if synthesis.primary else 0.0
    show(
        folded_table(
            synthesis,
            rows,
            "Leave one out",
            numbers=(*_numeric(synthesis), "τ²", "I²"),
            telling=largest([abs(fit.estimate - all_of_them) for fit in found]),
            which="move the pooled effect most",
        )
    )


def cumulative(synthesis: Synthesis) -> None:
    """The pooled effect as the trials came in."""
    steps = synthesis.sensitivity.cumulative
    if not steps:
        show(paragraph(f"There is no history to show: {_nothing_pooled(synthesis)}"))
        return
    studies = synthesis.pooled_studies
    first, last = steps[0], steps[-1]
    alt = (
        f"Cumulative plot by year, from {studies[first.added].label} alone "
        f"({estimate_text(synthesis.measure, first.pooled)}) to all {len(steps)} trials "
        f"({estimate_text(synthesis.measure, last.pooled)}). The numbers are offered beneath it."
    )
    showing.show_both(partial(cumulative_plot, synthesis), alt, "cumulative")
    rows = [
        {
            "Trial added": studies[step.added].label,
            "Trials": str(step.pooled.k),
            **estimate_cells(synthesis.measure, step.pooled, synthesis.interval_name),
        }
        for step in steps
    ]
    years = [studies[step.added].year for step in steps]
    ends = [at for at, year in enumerate(years) if years[at + 1 : at + 2] != [year]]
    show(
        folded_table(
            synthesis,
            rows,
            "Cumulative by year",
            numbers=("Trials", *_numeric(synthesis)),
            telling=ends,
            which="end a year",
        )
    )


def funnel(synthesis: Synthesis) -> None:
    """The contour-enhanced funnel plot, or why small-study effects are not looked at."""
    found = synthesis.sensitivity.small_study
    if found is None:
        show(
            paragraph(
                "Small-study effects are not examined: this question has "
                f"{synthesis.sensitivity.small_study_refused}."
            )
        )
        return
    contours = listed([f"{contour.p:g}" for contour in found.contours.contours])
    test = found.asymmetry
    tested = f" {ASYMMETRY_TESTS[test.test]} test: {p_value(test.p)}." if test else ""
    effect = estimate_text(synthesis.measure, synthesis.primary)
    alt = (
        f"Funnel plot of {synthesis.k} trials with contours of p {contours} around no "
        f"difference; the pooled effect is {effect}.{tested}"
    )
    showing.show(funnel_plot(synthesis), alt, f"funnel-plot-{synthesis.question.slug}")


def small_study_table(synthesis: Synthesis) -> Html:
    """Every test and correction for small-study effects, with how to read it."""
    found = synthesis.sensitivity.small_study
    if found is None:
        return Html("")
    return table(
        list(_small_study_rows(synthesis, found)), f"Small-study effects: {synthesis.title}"
    )


def _small_study_rows(synthesis: Synthesis, found: SmallStudyEffects) -> Iterator[dict[str, str]]:
    measure = synthesis.measure
    if asymmetry := found.asymmetry:
        yield {
            "Analysis": f"{ASYMMETRY_TESTS[asymmetry.test]} regression test",
            "Result": f"slope {number(asymmetry.slope)}, {p_value(asymmetry.p)}"
            f"{arms_assumed(asymmetry, synthesis.pooled_studies)}",
            "Reading": "a small p says that small trials show other effects than large ones",
        }
    if begg := found.begg:
        yield {
            "Analysis": "Begg’s rank correlation",
            "Result": f"τ {number(begg.tau)}, {p_value(begg.p)}",
            "Reading": "the same question, by ranks",
        }
    if filled := found.trim_and_fill:
        yield {
            "Analysis": "Trim and fill",
            "Result": f"{counted(filled.missing, 'trial')} filled in on the "
            f"{_side_drawn(measure, filled.side)}; "
            f"effect then {estimate_text(measure, filled.pooled)}",
            "Reading": "the effect if the funnel were symmetrical",
        }
    if chosen := found.pet_peese:
        yield {
            "Analysis": f"PET-PEESE ({chosen.preferred.upper()} applies)",
            "Result": estimate_text(measure, chosen),
            "Reading": "the effect expected in a trial without sampling error",
        }
    if model := found.selection:
        yield {
            "Analysis": "Three-parameter selection model",
            "Result": f"{estimate_text(measure, model)}; "
            f"likelihood-ratio test of selection {p_value(model.likelihood_ratio_p)}",
            "Reading": f"the effect if results against {measure.sides[0]} were less often "
            "published",
        }
    for reason in found.not_estimable:
        yield {"Analysis": "Not estimable", "Result": reason, "Reading": ""}


def _side_drawn(measure: Measure, side: Literal["left", "right"]) -> str:
    """The side of the funnel as it is drawn: with benefits on the right it is turned round."""
    return {"left": "right", "right": "left"}[side] if measure.benefit_above else side


def dependent_effects(synthesis: Synthesis) -> Html:
    """The result with each contrast by itself and a standard error robust to dependence."""
    found = synthesis.sensitivity.cluster_robust
    if found is None:
        return Html("")
    return paragraph(
        f"Where a trial gives several contrasts, the analysis above averages them. With all "
        f"{found.k} contrasts of {found.clusters} trials and a cluster-robust standard error "
        f"(CR2) the effect is {estimate_text(synthesis.measure, found)}."
    )


def _numeric(synthesis: Synthesis) -> tuple[str, str]:
    return synthesis.measure.short_name, synthesis.interval_name


def _nothing_pooled(synthesis: Synthesis) -> str:
    return f"with {counted(synthesis.k, 'trial')} nothing is pooled."


def _models_alt(synthesis: Synthesis) -> str:
    said = [
        f"{MODEL_NAMES[model.model]} {estimate_text(synthesis.measure, model)}"
        for model in synthesis.models
    ]
    return f"The same trials under each model and interval: {'; '.join(said)}."
