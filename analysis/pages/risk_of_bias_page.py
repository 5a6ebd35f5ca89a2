"""Risk of bias: the judgements as figures and as a table, and who has not been judged."""

from __future__ import annotations

import re
from collections.abc import Mapping

from analysis.evidence.people import initials
from analysis.evidence.risk_of_bias_tools import DOMAINS
from analysis.evidence.rows import Evidence
from analysis.evidence.settled_judgements import settled
from analysis.evidence.signalling import TOOL as SIGNALLING
from analysis.evidence.signalling import proposed_judgement
from analysis.figures import showing
from analysis.figures.judgements import JUDGEMENTS
from analysis.figures.risk_of_bias_plot import (
    OVERALL,
    Assessment,
    question_bars,
    shares,
    summary_bars,
    traffic_light,
)
from analysis.files.slugs import CONSENSUS
from analysis.formatting import count, counted, listed, percent, sentence_case
from analysis.pages import links
from analysis.pages.html import Html, join, paragraph, show, table
from analysis.pages.trials_page import included, judged_result
from analysis.protocol import Protocol
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.risk_of_bias import risk_of_bias
from analysis.versions.results import results_of

UNJUDGED = "A trial without judgements is in doubt for the rules, like one at an unclear risk."
OTHER_DESIGNS = tuple(tool for tool in DOMAINS if tool not in ("RoB 1", "RoB 2"))


def assessments(evidence: Evidence) -> tuple[Assessment, ...]:
    """Every included trial with its judgements, in the order of the trial table."""
    return tuple(
        Assessment(
            label=trial.label,
            risk_of_bias=risk_of_bias(evidence, trial.study_id),
            n=round(trial.n_analysed_total or trial.n_randomised_total or 0) or None,
        )
        for trial in included(evidence)
    )


def summary(evidence: Evidence) -> Html:
    """Who judged, with which tool, and how much has been judged."""
    every = included(evidence)
    judged = [t for t in every if risk_of_bias(evidence, t.study_id).tool is not None]
    if not judged:
        return paragraph(f"No included trial has judgements yet. {UNJUDGED}")
    assessors = sorted({row.assessed_by for row in evidence.risk_of_bias} - {CONSENSUS})
    sources = [links.assessor(name, evidence) for name in assessors if name in evidence.sources]
    people = [initials(name) for name in assessors if name not in evidence.sources]
    told = [", by ", listed(people)] if people else []
    if sources:
        of_sources = f"{' and' if people else ','} by the people who compiled these sources: "
        told += [of_sources, join(sources, "; ")]
    return paragraph(
        f"{len(judged)} of {counted(len(every), 'included trial')} have judgements, made with "
        f"{listed(tools(evidence))}",
        *told,
        f". {UNJUDGED}",
    )


def differences(evidence: Evidence) -> Html:
    """Each domain on which assessors differ, what each said, and what they agreed on since."""
    found = [each for each in settled(evidence.risk_of_bias) if each.differ]
    if not found:
        return paragraph("No domain of a result was judged differently by two assessors.")
    rows = [
        {
            "Trial": links.trial_of(each.about.study_id, evidence),
            "Result": judged_result(evidence, each.about),
            "Domain": each.about.domain,
            "Tool": each.about.tool,
            "Judgements": join(
                (
                    join((links.assessor(row.assessed_by, evidence), f": {row.judgement}"))
                    for row in each.assessors
                ),
                "; ",
            ),
            "Consensus": each.judgement or "none yet: not assessed",
        }
        for each in found
    ]
    return table(rows, "Domains on which assessors differ")


def answers_table(evidence: Evidence) -> Html:
    """The signalling answers that were kept, what they propose, and what was judged."""
    rows = [
        {
            "Trial": links.trial_of(row.study_id, evidence),
            "Result": judged_result(evidence, row),
            "Domain": row.domain,
            "Answers": row.answers,
            "Proposed": proposed_judgement(row.tool, row.domain, row.answers) or "nothing",
            "Judgement": row.judgement,
            "Support": row.support,
            "Assessed by": links.assessor(row.assessed_by, evidence),
        }
        for row in evidence.risk_of_bias
        if row.answers
    ]
    if not rows:
        return paragraph("No assessor’s answers to the signalling questions have been kept yet.")
    return table(rows, f"Answers to the signalling questions of {SIGNALLING} by their numbers")


def of_tool(evidence: Evidence, tool: str) -> tuple[Assessment, ...]:
    """The included trials judged with one tool."""
    return tuple(a for a in assessments(evidence) if a.risk_of_bias.tool == tool)


def _named(tool: str) -> str:
    """The tool as part of a name: `rob-2`."""
    return "-".join(re.findall(r"[a-z0-9]+", tool.lower()))


def traffic_lights(evidence: Evidence, tool: str) -> None:
    """Display the judgements, one row a trial, one column a domain; or that there are none."""
    judged = of_tool(evidence, tool)
    if not judged:
        show(paragraph(f"No included trial has been judged with {tool}."))
        return
    showing.show(traffic_light(judged), alt_text(tool, judged), f"traffic-light-{_named(tool)}")


def bars(evidence: Evidence, tool: str) -> None:
    """Display the share of participants under each judgement, a bar a domain.

    Nothing where no trial was judged with the tool, which `traffic_lights` says already.
    """
    judged = of_tool(evidence, tool)
    if not any(assessment.n for assessment in judged):
        if judged:
            show(paragraph(f"Of no trial judged with {tool} is the number of participants known."))
        return
    alt = f"Share of participants by judgement in each domain of {tool}. {alt_text(tool, judged)}"
    showing.show(summary_bars(judged), alt, f"summary-{_named(tool)}")


def alt_text(tool: str, judged: tuple[Assessment, ...]) -> str:
    """What the traffic lights show, in words."""
    overall = [assessment.risk_of_bias.overall for assessment in judged]
    counts = [f"{overall.count(word)} {word}" for word in dict.fromkeys(overall)]
    trials = counted(len(judged), "trial")
    return (
        f"Risk of bias by {tool} in {trials}. Overall: {listed(counts)}. The table below has all."
    )


def other_designs(evidence: Evidence) -> None:
    """Display the judgements of trials that were not parallel groups of individuals."""
    tools_in_use = [t for t in OTHER_DESIGNS if t in evidence.protocol.risk_of_bias.tools]
    used = [tool for tool in tools_in_use if of_tool(evidence, tool)]
    for tool in used:
        traffic_lights(evidence, tool)
        bars(evidence, tool)
        show(judgements_table(evidence, tool))
    if not used:
        named = " or ".join(tools_in_use)
        show(paragraph(f"No included trial has been judged with {named}."))


def judgements_table(evidence: Evidence, tool: str) -> Html:
    """The judgements of one tool, trial by domain."""
    rows, partly = [], []
    for trial in included(evidence):
        found = risk_of_bias(evidence, trial.study_id)
        if found.tool == tool:
            if found.overall == "unclear" and len(found.domains) < len(DOMAINS[tool]):
                partly.append(trial.label)
            rows_of_trial = [r for r in evidence.risk_of_bias if r.study_id == trial.study_id]
            assessors = sorted({row.assessed_by for row in rows_of_trial})
            judged = {item.domain.capitalize(): item.judgement for item in found.domains}
            rows.append(
                {
                    "Trial": links.trial(trial.study_id, trial.label),
                    **judged,
                    "Overall": found.in_words,
                    "Assessed by": join(
                        (links.assessor(name, evidence) for name in assessors), "; "
                    ),
                }
            )
    shown = table(rows, f"{tool}: judgements")
    if not partly:
        return shown
    why = (
        f"No more than unclear overall, since not all {len(DOMAINS[tool])} domains of {tool} were "
        f"judged and none is high: {listed(partly)}."
    )
    return join((shown, paragraph(why)))


def by_question(protocol: Protocol, results: Mapping[str, Synthesis]) -> None:
    """Display the overall judgements in each question that pools trials of known size."""
    groups = {
        sentence_case(condition.label): {
            synthesis.title_in_condition: _pooled(synthesis)
            for synthesis in results_of(results, condition.id)
            if synthesis.n_total
        }
        for condition in protocol.conditions
    }
    asked = {heading: questions for heading, questions in groups.items() if questions}
    if not asked:
        show(paragraph("No question pools trials of known size yet."))
        return
    alt = (
        "Share of participants by the overall risk of bias of their trial, in "
        f"{counted(sum(map(len, asked.values())), 'question')}. The table below has all."
    )
    showing.show(question_bars(asked), alt, "questions")


def questions_table(results: Mapping[str, Synthesis]) -> Html:
    """The share of the participants of each question under each overall judgement."""
    rows = [
        {"Question": links.question(synthesis)} | _shares_of(_pooled(synthesis))
        for synthesis in results.values()
        if synthesis.n_total
    ]
    caption = "Share of participants by the overall judgement of their trial"
    names = tuple(judgement.capitalize() for judgement in JUDGEMENTS)
    return table(rows, caption, numbers=("Participants", *names))


def _pooled(synthesis: Synthesis) -> tuple[Assessment, ...]:
    return tuple(
        Assessment(study.label, study.risk_of_bias, study.n_total)
        for study in synthesis.pooled_studies
    )


def _shares_of(trials: tuple[Assessment, ...]) -> dict[str, str]:
    found = shares(trials, OVERALL)
    return {
        "Participants": count(sum(trial.n or 0 for trial in trials)),
        **{j.capitalize(): percent(100 * found.get(j, 0.0)) for j in JUDGEMENTS},
    }


def not_assessed(evidence: Evidence) -> Html:
    """Included trials without any judgement."""
    labels = [
        trial.label
        for trial in included(evidence)
        if risk_of_bias(evidence, trial.study_id).tool is None
    ]
    if not included(evidence):
        return paragraph("No trial is included yet.")
    said = f"Not yet assessed: {counted(len(labels), 'included trial')}. {listed(labels)}."
    return paragraph(said) if labels else paragraph("Every included trial has been assessed.")


def tools(evidence: Evidence) -> tuple[str, ...]:
    """The tools in use, alphabetically."""
    return tuple(sorted({row.tool for row in evidence.risk_of_bias}))
