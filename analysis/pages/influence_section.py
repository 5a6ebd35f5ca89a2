"""Which trials a question's answer hangs on: influence, Baujat plot, every subset of the trials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.figures import showing
from analysis.figures.baujat_plot import baujat_plot
from analysis.figures.gosh_plot import gosh_plot
from analysis.figures.influence_plot import influence_plot
from analysis.figures.many_trials import largest
from analysis.formatting import DASH, counted, listed, number, percent, percent_level
from analysis.pages.html import Html, paragraph, show
from analysis.pages.telling_rows import folded_table
from analysis.protocol_rules import SynthesisRules
from analysis.statistics.gosh import Gosh, gosh
from analysis.statistics.influence import Influence
from analysis.synthesis.estimate_text import effect_text, range_text
from analysis.synthesis.question_result import Synthesis

COUNTED_AT_ONCE = 512  # subsets
DIAGNOSTICS = {
    "Studentised residual": "rstudent",
    "DFFITS": "dffits",
    "Cook’s distance": "cook_d",
    "Covariance ratio": "cov_r",
    "τ² without": "tau2_del",
    "Q without": "qe_del",
    "Leverage": "hat",
    "DFBETAS": "dfbs",
}
BAUJAT = {
    "Contribution to heterogeneity": "baujat_x",
    "Influence on the pooled effect": "baujat_y",
}


def influence(synthesis: Synthesis, rules: SynthesisRules) -> None:
    """Display the diagnostics of each trial, as a figure and as a table."""
    rows = synthesis.sensitivity.influence
    if not rows:
        show(paragraph(_too_few(synthesis, rules, "Influence is measured")))
        return
    labels = [synthesis.pooled_studies[row.study].label for row in rows if row.influential]
    found = (
        f"Influential by the usual rules: {listed(labels)}." if labels else "No trial stands out."
    )
    showing.show(
        influence_plot(synthesis), f"Influence of {len(rows)} trials. {found}", "influence"
    )
    show(paragraph(found), _numbers(synthesis, DIAGNOSTICS, "Influence of each trial", "cook_d"))


def baujat(synthesis: Synthesis, rules: SynthesisRules) -> None:
    """Display which trials make the heterogeneity, and which move the result."""
    rows = synthesis.sensitivity.influence
    if not rows:
        show(paragraph(_too_few(synthesis, rules, "A Baujat plot is drawn")))
        return
    most = max(rows, key=lambda row: row.baujat_x)
    moves = max(rows, key=lambda row: row.baujat_y)
    labels = synthesis.pooled_studies
    mover = "it" if moves is most else labels[moves.study].label
    found = (
        f"{labels[most.study].label} adds most to the heterogeneity; {mover} moves the result most."
    )
    showing.show(
        baujat_plot(synthesis), f"Baujat plot of {len(rows)} trials. {found}", "baujat-plot"
    )
    show(paragraph(found), _numbers(synthesis, BAUJAT, "Baujat plot", "baujat_y"))


def _numbers(synthesis: Synthesis, columns: dict[str, str], caption: str, telling: str) -> Html:
    pooled = synthesis.pooled_studies
    rows = [
        {
            "Trial": pooled[row.study].label,
            **{name: _maybe(getattr(row, field)) for name, field in columns.items()},
        }
        for row in synthesis.sensitivity.influence
    ]
    return folded_table(
        synthesis,
        rows,
        caption,
        numbers=tuple(columns),
        telling=largest([getattr(row, telling) for row in synthesis.sensitivity.influence]),
        which="move the pooled effect most",
    )


def _maybe(value: float | None) -> str:
    return DASH if value is None else number(value, 3)


def all_subsets(synthesis: Synthesis, rules: SynthesisRules) -> None:
    """Display every subset of the trials pooled (or a seeded sample of them).

    Where a trial is influential, the subsets with it and those without stand side by side.
    """
    if synthesis.k < rules.influence_minimum_k:
        show(paragraph(_too_few(synthesis, rules, "Subsets are pooled")))
        return
    effects = np.array([study.effect for study in synthesis.pooled_studies])
    variances = np.array([study.variance for study in synthesis.pooled_studies])
    subsets = gosh(effects, variances)
    split = most_influential(synthesis.sensitivity.influence)
    found = _spread(synthesis, subsets)
    parted = (
        ""
        if split is None
        else f" Two panels: with and without {synthesis.pooled_studies[split].label}."
    )
    showing.show(gosh_plot(synthesis, subsets, split), f"{found}{parted}", "subsets")
    show(paragraph(found), _subsets_table(synthesis, subsets))


def most_influential(rows: tuple[Influence, ...]) -> int | None:
    """The position of the influential trial that moves the pooled effect most; None without one."""
    influential = [row for row in rows if row.influential]
    return max(influential, key=lambda row: row.baujat_y).study if influential else None


def _spread(synthesis: Synthesis, subsets: Gosh) -> str:
    several = subsets.estimate[subsets.k > 1]
    tail = (1 - synthesis.level) / 2
    low, middle, high = np.quantile(several, (tail, 0.5, 1 - tail))
    how = "every subset" if subsets.exhaustive else "a random sample of the subsets"
    return (
        f"The pooled effect in {how} of two or more trials, {len(several):,} in all: "
        f"half lie on either side of {effect_text(synthesis.measure, float(middle))}, "
        f"and {percent_level(synthesis.level)} from "
        f"{range_text(synthesis.measure, float(low), float(high))}."
    )


def _subsets_table(synthesis: Synthesis, subsets: Gosh) -> Html:
    """The middle of the subsets with each trial and of those without it."""
    several = subsets.k > 1
    members = subsets.members[several]
    effects, i2 = (_medians(x[several], members) for x in (subsets.estimate, subsets.i2))
    measure = synthesis.measure
    effect = measure.short_name
    rows = [
        {
            "Trial": study.label,
            f"{effect} with it": effect_text(measure, effects[0][position]),
            "I² with it": percent(i2[0][position]),
            f"{effect} without it": effect_text(measure, effects[1][position]),
            "I² without it": percent(i2[1][position]),
        }
        for position, study in enumerate(synthesis.pooled_studies)
    ]
    numbers = tuple(name for name in rows[0] if name != "Trial")
    return folded_table(
        synthesis,
        rows,
        "Medians of the subsets with and without each trial",
        numbers=numbers,
        telling=largest([abs(i - out) for i, out in zip(*effects, strict=True)]),
        which="move the median most",
    )


def _medians(
    values: NDArray[np.float64], members: NDArray[np.bool_]
) -> tuple[list[float], list[float]]:
    """The median of the subsets with each trial, and of those without it.

    `values` (subsets,), `members` (subsets, trials). All are sorted once, and counted in blocks:
    a median a trial would look at all of them again and again.
    """
    order = np.argsort(values)
    ordered, held = values[order], members[order]
    starts = range(0, len(held), COUNTED_AT_ONCE)
    within = np.array([np.count_nonzero(held[i : i + COUNTED_AT_ONCE], axis=0) for i in starts])
    sizes = np.diff([*starts, len(held)])
    return (
        _middles(ordered, held, within, inside=True),
        _middles(ordered, held, sizes[:, None] - within, inside=False),
    )


def _middles(
    ordered: NDArray[np.float64],
    held: NDArray[np.bool_],
    counts: NDArray[np.intp],
    *,
    inside: bool,
) -> list[float]:
    """The median of the subsets that hold each trial, or do not: `counts` (blocks, trials) such."""
    upto = counts.cumsum(axis=0)

    def at(ranks: NDArray[np.intp]) -> NDArray[np.float64]:
        blocks = (upto <= ranks).sum(axis=0)
        before = np.take_along_axis(upto - counts, blocks[None], axis=0)[0]
        places = [
            start + np.flatnonzero(held[start : start + COUNTED_AT_ONCE, trial] == inside)[rank]
            for trial, (start, rank) in enumerate(
                zip((blocks * COUNTED_AT_ONCE).tolist(), (ranks - before).tolist(), strict=True)
            )
        ]
        return ordered[places]

    middles: list[float] = ((at((upto[-1] - 1) // 2) + at(upto[-1] // 2)) / 2).tolist()
    return middles


def _too_few(synthesis: Synthesis, rules: SynthesisRules, what: str) -> str:
    return (
        f"{what} from {rules.influence_minimum_k} trials on; "
        f"this question has {counted(synthesis.k, 'trial')}."
    )
