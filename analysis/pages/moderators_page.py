"""Whether effects differ by kind of trial: subgroups, meta-regressions, conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.formatting import counted, listed, number, p_value, percent, sentence_case
from analysis.pages import links
from analysis.pages.html import Html, element, items, join, paragraph, table
from analysis.protocol import Protocol
from analysis.protocol_rules import SynthesisRules
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.subgroups import Subgroup, SubgroupDifference
from analysis.synthesis.conditions import ConditionContrast
from analysis.synthesis.estimate_text import estimate_text
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity import RegressionAnalysis, SubgroupAnalysis
from analysis.synthesis.study_effect import Measure
from analysis.synthesis.wording.interval_sentences import rule_of

NBSP = "\N{NO-BREAK SPACE}"
TESTS = ("Difference, own τ² each", "Difference, common τ²")


def summary(
    protocol: Protocol, results: Mapping[str, Synthesis], contrasts: Sequence[ConditionContrast]
) -> Html:
    """How many tests stand on this page, and what that means for reading one of them."""
    tests = sum(map(tests_made, results.values()))
    tests += sum(bool(contrast.result) for contrast in contrasts)
    named = (
        f"these characteristics in advance: {listed(protocol.moderator_labels)}"
        if protocol.moderators
        else "no characteristic of trials that could explain differences"
    )
    chance = (
        "If no characteristic mattered at all, about one comparison in twenty would still give "
        f"a p-value below 0.05. {rule_of(protocol)}"
    )
    made = f"This page makes {counted(tests, 'comparison')}."
    return paragraph(f"The protocol names {named}. {made} {chance if tests else ''}")


def tests_made(synthesis: Synthesis) -> int:
    """How many moderators of a question were analysed and not refused."""
    return sum(analysis.result is not None for analysis in _analyses(synthesis))


def _analyses(synthesis: Synthesis) -> list[SubgroupAnalysis | RegressionAnalysis]:
    return [*synthesis.sensitivity.subgroups, *synthesis.sensitivity.regressions]


def conditions_table(protocol: Protocol, contrasts: Sequence[ConditionContrast]) -> Html:
    """Conditions side by side where more than one has an estimate, with the test."""
    if len(protocol.conditions) == 1:
        return paragraph("The review has one group of people, so there is none to compare it with.")
    rows = [_contrast_row(protocol, contrast) for contrast in contrasts]
    caption = f"{sentence_case(listed([c.label for c in protocol.conditions]))} compared"
    return table(rows, caption)


def _contrast_row(protocol: Protocol, contrast: ConditionContrast) -> dict[str, object]:
    outcome = protocol.outcome(contrast.outcome).label
    timepoint = protocol.timepoint(contrast.timepoint).label
    row: dict[str, object] = {"Outcome": f"{sentence_case(outcome)} {timepoint}"}
    for synthesis in contrast.questions:
        label = protocol.condition(synthesis.question.condition).label
        effect = said_effect(synthesis.measure, synthesis.primary, synthesis.k)
        said = f"{synthesis.measure.short_name} {effect}"
        row[sentence_case(label)] = links.question(synthesis, said)
    if contrast.result is None:
        return row | {TESTS[0]: f"not compared: {contrast.refused}", TESTS[1]: ""}
    tests = contrast.result.separate, contrast.result.common
    return row | dict(zip(TESTS, map(said_difference, tests), strict=True))


def question_sections(protocol: Protocol, results: Mapping[str, Synthesis]) -> Html:
    """A section for each question with something to compare, one sentence for the others."""
    compared = [synthesis for synthesis in results.values() if tests_made(synthesis)]
    sections = [
        element(
            "section",
            element("h3", links.question(synthesis)),
            question_moderators(protocol.synthesis, synthesis),
            id=synthesis.question.slug,
        )
        for synthesis in compared
    ]
    return join(sections)


def not_compared(results: Mapping[str, Synthesis]) -> Html:
    """The questions with trials that no characteristic parts, and how many have no two trials."""
    several = [s for s in results.values() if s.k > 1 and not tests_made(s)]
    fewer = sum(synthesis.k < 2 for synthesis in results.values())
    entries = [
        join((links.question(synthesis), f": {counted(synthesis.k, 'trial')}"))
        for synthesis in several
    ]
    listed_here = (
        paragraph(
            f"In {counted(len(several), 'question')} no characteristic parts the trials into "
            "groups that are large enough:"
        ),
        items(entries),
    )
    if not several and not fewer:
        return paragraph("Every question is compared.")
    return join(
        (
            *(listed_here if several else ()),
            paragraph(
                f"{counted(fewer, 'further question').capitalize()} "
                f"{'has' if fewer == 1 else 'have'} one trial or none."
            )
            if fewer
            else Html(""),
        )
    )


def question_moderators(rules: SynthesisRules, synthesis: Synthesis) -> Html:
    """One question: what was compared as a table, what was refused as a list with reasons."""
    measure, analyses = synthesis.measure, synthesis.sensitivity
    if not _analyses(synthesis) and synthesis.k > 1:
        return paragraph(
            "Nothing is compared: the protocol names no characteristic that may differ here."
        )
    if not _analyses(synthesis):
        return paragraph(
            f"Nothing is compared: with {counted(synthesis.k, 'trial')} nothing is pooled."
        )
    rows = [_subgroup_row(measure, analysis) for analysis in analyses.subgroups]
    rows += [_regression_row(measure, analysis) for analysis in analyses.regressions]
    shown = [row for row in rows if row]
    caption = f"Subgroups and moderators: {synthesis.title}"
    refused = [
        f"{sentence_case(analysis.moderator)}: {_refusal(rules, analysis)}."
        for analysis in _analyses(synthesis)
        if analysis.result is None
    ]
    parts = [table(shown, caption)] if shown else []
    if refused:
        parts += [paragraph("Not compared:"), items(refused)]
    return join(parts)


def _refusal(rules: SynthesisRules, analysis: SubgroupAnalysis | RegressionAnalysis) -> str:
    if isinstance(analysis, RegressionAnalysis) and analysis.k < rules.trials_per_moderator:
        known = f"known for {counted(analysis.k, 'trial')}"
        return f"{known}, and a meta-regression needs {rules.trials_per_moderator}"
    return analysis.refused or ""


def _subgroup_row(measure: Measure, analysis: SubgroupAnalysis) -> dict[str, object]:
    if analysis.result is None:
        return {}
    groups: list[object] = [_said_group(measure, group) for group in analysis.result.subgroups]
    if analysis.unknown:
        groups.append(f"not known, left out: {listed(analysis.unknown)}")
    tests = analysis.result.separate, analysis.result.common
    return {
        "Characteristic": sentence_case(analysis.moderator),
        "Trials and their effect": items(groups),
        **dict(zip(TESTS, map(said_difference, tests), strict=True)),
    }


def _said_group(measure: Measure, group: Subgroup) -> str:
    if group.pooled is None:
        return f"{group.name}: one trial, not pooled"
    return f"{group.name}: {said_effect(measure, group.pooled, len(group.studies))}"


def _regression_row(measure: Measure, analysis: RegressionAnalysis) -> dict[str, object]:
    if analysis.result is None:
        return {}
    slope, test = analysis.result.coefficients[1], analysis.result.moderators
    low, high = measure.shown_limits(slope.interval.low, slope.interval.high)
    change = "ratio" if measure.ratio else "change"
    limits = f"{_fine(low)} to {_fine(high)}"
    explained = analysis.result.r2
    said = [
        f"{change} with each further {analysis.unit}: {_fine(measure.shown(slope.estimate))} "
        f"({limits}), {counted(analysis.k, 'trial')}"
    ]
    if explained is not None:
        said.append(f"explains {percent(explained)} of τ²")
    degrees = f" on {test.df} and {test.df_residual}" if test.df_residual else f", df {test.df}"
    return {
        "Characteristic": sentence_case(analysis.moderator),
        "Trials and their effect": items(said),
        TESTS[0]: "",
        TESTS[1]: f"F{NBSP}{number(test.statistic)}{degrees}, {_unbroken_p(test.p)}",
    }


def _fine(value: float | None) -> str:
    return "∞" if value is None else number(value, 3)


def said_effect(measure: Measure, pooled: PooledEffect | None, k: int) -> str:
    """`−0.40 (−0.57 to −0.23), 14 trials`."""
    if pooled is None:
        return "not pooled"
    return f"{estimate_text(measure, pooled)}, {counted(k, 'trial')}"


def said_difference(test: SubgroupDifference | None) -> str:
    """`Q 0.80, df 1, p = 0.37`; empty where the test does not exist."""
    if test is None or test.p is None:
        return ""
    return f"Q{NBSP}{number(test.q)}, df{NBSP}{test.df}, {_unbroken_p(test.p)}"


def _unbroken_p(p: float) -> str:
    return p_value(p).replace(" ", NBSP)
