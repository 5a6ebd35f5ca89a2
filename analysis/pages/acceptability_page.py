"""Attrition, adherence, participation, satisfaction and harms: what the sources say of each."""

from __future__ import annotations

from analysis.evidence.rows import AcceptabilityRow, Evidence
from analysis.formatting import counted, listed, sentence_case
from analysis.pages import links
from analysis.pages.html import Html, element, join, link, paragraph, table, text
from analysis.pages.trials_page import included
from analysis.synthesis.acceptability import NOT_REPORTED, Share, reported
from analysis.synthesis.wording.acceptability_text import (
    difference,
    own_name,
    ratio,
    share,
)


def rows_about(evidence: Evidence, what: str) -> list[AcceptabilityRow]:
    """The rows about one subject, of included trials, in the order of the trial table."""
    order = {trial.study_id: place for place, trial in enumerate(included(evidence))}
    rows = [row for row in evidence.acceptability if row.what == what and row.study_id in order]
    return sorted(rows, key=lambda row: order[row.study_id])


def reporting(evidence: Evidence, what: str) -> Html:
    """Of how many included trials a subject is reported, known not to be, or not seen by us."""
    found = reported(evidence, what)
    said = [
        f"Our sources say something about {what} in {len(found.said)} of {found.total} included "
        "trials."
    ]
    if found.silent:
        said.append(
            f"For {counted(len(found.silent), 'trial')} a source says that nothing is reported "
            f"({listed([trial.label for trial in found.silent])})."
        )
    if found.unseen:
        said.append(
            f"For {counted(len(found.unseen), 'trial')} we have seen nothing, which does not mean "
            "that there is nothing."
        )
    return paragraph(" ".join(said))


def comparisons_table(evidence: Evidence, what: str, caption: str) -> Html:
    """What trials counted in both arms, with risk ratio and difference where counts are known."""
    words = evidence.protocol.words
    rows = [
        {
            "Trial": links.trial(each.trial.study_id, each.trial.label),
            "What was counted": each.event,
            sentence_case(words.with_intervention): _arm(each.intervention),
            sentence_case(f"in {words.control}"): _arm(each.control),
            "Risk ratio": ratio(each),
            "Difference": difference(each),
        }
        for each in reported(evidence, what).compared
    ]
    if not rows:
        return paragraph(f"No trial gives numbers of both arms about {what}.")
    return table(rows, caption)


def _arm(arm: Share | None) -> Html:
    """The number, and whose it is where the trial has an arm of its own name."""
    if arm is None:
        return text("")
    return join([share(arm), *([element("small", f" {name}")] if (name := own_name(arm)) else [])])


def statements_table(evidence: Evidence, what: str, caption: str) -> Html:
    """Every row about a subject, as its source words it; rows that only say “not” are counted."""
    rows = [row for row in rows_about(evidence, what) if row.value != NOT_REPORTED]
    shown = [
        {
            "Trial": links.trial_of(row.study_id, evidence),
            "Arm": row.arm,
            "Of": row.n,
            "Value": row.value,
            "Unit": "in words" if row.unit == "statement" else row.unit,
            "What was counted": row.note,
            "Source": _source(evidence, row),
        }
        for row in rows
    ]
    return table(shown, caption, numbers=("Of",))


def _source(evidence: Evidence, row: AcceptabilityRow) -> Html:
    source = evidence.sources[row.source_id]
    return link(links.short_citation(source.citation.partition(";")[0]), source.url)


def other_trials(evidence: Evidence) -> Html:
    """How many rows are about trials that are not included, and so are not shown here."""
    included_ids = {trial.study_id for trial in included(evidence)}
    other = [row for row in evidence.acceptability if row.study_id not in included_ids]
    labels = sorted({evidence.trials[row.study_id].label for row in other})
    if not other:
        return Html("")
    return paragraph(
        f"{counted(len(other), 'further row').capitalize()} in the data "
        f"{'is' if len(other) == 1 else 'are'} about trials that are excluded or awaiting, and "
        f"not shown here: {listed(labels)}."
    )


def not_seen(evidence: Evidence) -> Html:
    """The included trials about which no row of any subject exists."""
    known = {row.study_id for row in evidence.acceptability}
    labels = [trial.label for trial in included(evidence) if trial.study_id not in known]
    if not included(evidence):
        return paragraph("No trial is included yet.")
    if not labels:
        return paragraph("Every included trial has at least one row.")
    return paragraph(
        f"For {counted(len(labels), 'included trial')} we have nothing on any of these "
        f"subjects: {listed(labels)}."
    )
