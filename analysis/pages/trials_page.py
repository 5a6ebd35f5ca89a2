"""The trials: a table of those included, a section each, and those excluded or awaiting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.evidence.own_columns import own_values
from analysis.evidence.participants import randomised
from analysis.evidence.rows import Evidence, Judgement, OutcomeRow, Trial
from analysis.evidence.trustworthiness_tool import TOOL as INSPECT_SR
from analysis.evidence.trustworthiness_tool import named
from analysis.formatting import count, listed, number, sentence_case
from analysis.pages import links
from analysis.pages.html import (
    SORTABLE,
    Html,
    doi_link,
    element,
    join,
    link,
    paragraph,
    table,
    terms,
)
from analysis.pages.reported_numbers import arm_reported, effect_reported, how_measured
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.risk_of_bias import risk_of_bias


def included(evidence: Evidence) -> list[Trial]:
    """Included trials by condition, then year, then label."""
    order = [condition.id for condition in evidence.protocol.conditions]
    return sorted(evidence.included, key=lambda t: (order.index(t.condition), t.year, t.label))


def included_table(evidence: Evidence) -> Html:
    """One row an included trial; its label leads to its section."""
    side = sentence_case(evidence.protocol.words.intervention_in_short)
    continues, several = evidence.protocol.baseline_review, len(evidence.protocol.conditions) > 1
    asked = bool(evidence.protocol.risk_of_bias.tools)
    rows = [
        {
            "Trial": link(trial.label, f"#{trial.study_id}"),
            **({"Condition": trial.condition} if several else {}),
            "Diagnosis": trial.diagnosis,
            "Country": trial.country,
            side: trial.therapy,
            "Guidance": trial.guidance or "not seen",
            "Weeks": number(trial.duration_weeks, 0) if trial.duration_weeks else "",
            "Comparator": trial.comparator,
            "Randomised": count(randomised(trial)),
            **({"Baseline review": trial.baseline_basis or "later trial"} if continues else {}),
            **({"Risk of bias": risk_of_bias(evidence, trial.study_id).overall} if asked else {}),
        }
        for trial in included(evidence)
    ]
    return table(rows, "Included trials", numbers=("Weeks", "Randomised"), class_=SORTABLE)


def trial_sections(evidence: Evidence) -> Html:
    """A section for each included trial: what it was, its results, what people judged of it."""
    return join(trial_section(evidence, trial) for trial in included(evidence))


def trial_section(evidence: Evidence, trial: Trial) -> Html:
    """Design, arms, programme, every row with its source and locator, judgements, notes."""
    rows = [row for row in evidence.outcomes if row.study_id == trial.study_id]
    return element(
        "section",
        element("h3", trial.label),
        paragraph(reference(trial)),
        terms(_about(evidence, trial)),
        results_table(evidence, trial, rows),
        _trustworthiness(evidence, trial),
        _risk_of_bias(evidence, trial),
        _acceptability(evidence, trial),
        id=trial.study_id,
        class_="trial",
    )


def reference(trial: Trial) -> Html:
    """Title, journal and place as far as they were seen, with the DOI as a link."""
    known = [trial.title or "Title not seen", trial.journal, str(round(trial.year)), trial.citation]
    parts: list[object] = [". ".join(part for part in known if part) + "."]
    if trial.doi:
        parts += [" ", doi_link(trial.doi)]
    return join(parts)


def _about(evidence: Evidence, trial: Trial) -> dict[str, object]:
    side = sentence_case(evidence.protocol.words.intervention_in_short)
    shown: dict[str, object] = {
        "Participants": _people(trial),
        "Diagnosis": trial.diagnosis,
        "Country": trial.country,
        side: ", ".join(part for part in (trial.therapy, trial.programme) if part),
        "Aimed at": trial.target,
        "Guidance": trial.guidance,
        "Duration": f"{trial.duration_weeks:g} weeks" if trial.duration_weeks else "",
        **_own(evidence, trial),
        "Comparator": ": ".join(p for p in (trial.comparator, trial.comparator_detail) if p),
        "In the baseline review": _baseline(trial) if evidence.protocol.baseline_review else "",
        "Registration": trial.registration,
        "Other reports": trial.other_reports,
        "Not quite the question": trial.indirectness,
    }
    return {name: value for name, value in shown.items() if value}


def _own(evidence: Evidence, trial: Trial) -> dict[str, str]:
    """What the protocol asks of its trials besides what every review does."""
    columns = evidence.protocol.study_columns
    known = own_values(trial, columns)
    return {
        sentence_case(column.label): value if isinstance(value, str) else f"{value:g}"
        for column in columns
        if (value := known.get(column.name)) is not None
    }


def _people(trial: Trial) -> str:
    arms = trial.n_randomised_intervention, trial.n_randomised_control
    known = randomised(trial)
    split = f" ({arms[0]:g} intervention, {arms[1]:g} control)" if arms[0] and arms[1] else ""
    said = [f"{count(known)} randomised{split}"] if known else []
    if trial.n_analysed_total:
        said.append(f"{trial.n_analysed_total:g} analysed")
    if trial.percent_women is not None:
        said.append(f"{trial.percent_women:g}% women")
    if trial.mean_age is not None:
        said.append(f"mean age {trial.mean_age:g}")
    return ", ".join(said)


def _baseline(trial: Trial) -> str:
    if not trial.in_baseline:
        return "no"
    seen = "seen in that review’s own pages or data"
    fits = "fits its description, not seen by us"
    return f"yes, {trial.baseline_basis} ({seen if trial.baseline_basis == 'confirmed' else fits})"


def results_table(evidence: Evidence, trial: Trial, rows: Iterable[OutcomeRow]) -> Html:
    """Every outcome row of one trial as its source gives it."""
    protocol, words = evidence.protocol, evidence.protocol.words
    shown = [
        {
            "Outcome": protocol.outcome(row.outcome).label,
            "When": protocol.timepoint(row.timepoint).label
            + (f" ({row.weeks:g} weeks)" if row.weeks else ""),
            "Instrument": row.instrument or "not named",
            sentence_case(words.intervention_in_short): arm_reported(row, "intervention"),
            sentence_case(words.comparator): arm_reported(row, "control"),
            "Effect as reported": effect_reported(row),
            "Source": links.source_of(row, evidence),
            "Remarks": "; ".join(
                part
                for part in (row.contrast, *how_measured(row), row.not_usable_because, row.note)
                if part
            ),
        }
        for row in rows
    ]
    return table(shown, f"Results of {trial.label}")


def _trustworthiness(evidence: Evidence, trial: Trial) -> Html:
    rows = [row for row in evidence.trustworthiness if row.study_id == trial.study_id]
    if not rows:
        return paragraph("Trustworthiness: not judged yet.")
    shown = [
        {
            "Domain": row.domain,
            "Judgement": row.judgement,
            "Checks": ", ".join(map(named, row.checks.split())),
            "Support": row.support,
            "Judged by": links.assessor(row.assessed_by, evidence),
        }
        for row in rows
    ]
    return table(shown, f"Trustworthiness of {trial.label} ({INSPECT_SR})")


def _risk_of_bias(evidence: Evidence, trial: Trial) -> Html:
    rows = [row for row in evidence.risk_of_bias if row.study_id == trial.study_id]
    if not rows:
        asked = evidence.protocol.risk_of_bias.tools
        return paragraph("Risk of bias: not yet assessed.") if asked else Html("")
    by_result = any(row.outcome for row in rows)
    answered = any(row.answers for row in rows)
    shown = [
        ({"Result": judged_result(evidence, row)} if by_result else {})
        | {
            "Domain": row.domain,
            "Judgement": row.judgement,
            **({"Answers": row.answers} if answered else {}),
            "Support": row.support,
            "Assessed by": links.assessor(row.assessed_by, evidence),
        }
        for row in rows
    ]
    tools = listed([*dict.fromkeys(row.tool for row in rows)])
    return table(shown, f"Risk of bias of {trial.label} ({tools})")


def judged_result(evidence: Evidence, row: Judgement) -> str:
    """What a judgement is about: one result, an outcome, or the whole trial."""
    if not row.outcome:
        return "all results"
    outcome = evidence.protocol.outcome(row.outcome).label
    when = evidence.protocol.timepoint(row.timepoint).label if row.timepoint else ""
    return f"{outcome} {when}".strip()


def _acceptability(evidence: Evidence, trial: Trial) -> Html:
    rows = [row for row in evidence.acceptability if row.study_id == trial.study_id]
    if not rows:
        return Html("")
    shown = [
        {
            "What": row.what,
            "Arm": row.arm,
            "Of": row.n,
            "Value": f"{row.value} {'' if row.unit == 'statement' else row.unit}".strip(),
            "Note": row.note,
        }
        for row in rows
    ]
    return table(shown, f"Acceptability and harms in {trial.label}")


def set_aside_sections(evidence: Evidence, status: str, held: Sequence[str]) -> Html:
    """Excluded or awaiting trials: the failing criterion, the reference, any rows they gave.

    `held` names the trial of each row.
    """
    trials = [trial for trial in evidence.trials.values() if trial.status == status]
    several = len(evidence.protocol.conditions) > 1
    rows = [
        {
            "Trial": element("span", trial.label, id=trial.study_id),
            **({"Condition": trial.condition} if several else {}),
            "Reason": trial.reason,
            "Reference": reference(trial),
            "Outcome rows held": str(held.count(trial.study_id)),
        }
        for trial in sorted(trials, key=lambda trial: (trial.year, trial.label))
    ]
    caption = {"excluded": "Excluded trials", "awaiting": "Trials awaiting classification"}[status]
    return table(rows, caption, numbers=("Outcome rows held",), class_=SORTABLE)


def out_by_rule(results: Iterable[Synthesis]) -> Html:
    """Included trials of which single rows are out by the rule on arm size."""
    rows = [
        {
            "Trial": link(aside.label, f"included-trials.html#{aside.study_id}"),
            "Question": links.question(synthesis),
            "Reason": aside.reason,
        }
        for synthesis in results
        for aside in synthesis.set_aside
        if aside.rule == "arm size"
    ]
    return table(rows, "Included trials out of an analysis by arm size")
