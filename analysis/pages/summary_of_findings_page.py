"""The summary of findings of one condition: what happens, for how many, and how sure we are."""

from __future__ import annotations

from analysis.pages import links
from analysis.pages.acceptability_rows import PAGE as ACCEPTABILITY
from analysis.pages.certainty_section import mark
from analysis.pages.html import (
    LABELLED_CARDS,
    Html,
    Wide,
    doi_link,
    element,
    items,
    join,
    link,
    paragraph,
    table,
    terms,
    text,
)
from analysis.publishing.downloads import FOLDER
from analysis.publishing.summaries import CSV, WORD
from analysis.synthesis.summary_of_findings import (
    SMD_TO_RISK,
    Counted,
    Finding,
    Findings,
    FindingsTable,
    Note,
    Reason,
)


def question(found: Findings) -> Html:
    """Who was treated, with what, compared with what."""
    return terms(found.about)


def offered(found: Findings) -> Html:
    """The same on paper: for Word, and for a spreadsheet."""
    word, sheet = (f"{links.UP}{FOLDER}/{path.format(found.condition)}" for path in (WORD, CSV))
    return paragraph(
        "This page to take along: ", link("Word", word), " (two tables on paper) and ",
        link("CSV", sheet), " (a row for each assumed risk).",
    )  # fmt: skip


def standing(found: Findings) -> Html:
    """Whether a person has decided, and how many ratings wait for an assessment of the trials."""
    rules = link("How the rules work", f"{links.UP}methods/certainty.html")
    return paragraph(f"{found.standing} ", rules, ".")


def findings(found: Findings, at: FindingsTable) -> Html:
    """The table of one time point, an outcome a row, with its numbered notes below."""
    rows = [_row(found, row) for row in at.rows]
    rule = paragraph(at.rule) if at.rule else Html("")
    return join((table(rows, at.caption, class_=LABELLED_CARDS), rule, _numbered(at)))


def _row(found: Findings, row: Finding) -> dict[str, object]:
    heading = found.headings
    people: dict[str, object] = (
        {heading.assumed: Wide(_counted(row.counted), columns=2)}
        if row.what
        else {heading.assumed: _assumed(row), heading.corresponding: _corresponding(row)}
    )
    return {
        heading.outcome: _outcome(row),
        heading.happens: row.happens,
        heading.participants: row.participants,
        heading.effect: _effect(row),
        **people,
        heading.certainty: _certainty(row),
    }


def _certainty(row: Finding) -> Html:
    """The rating, and what lowers it a line each."""
    reasons = [_reason(row, each) for each in row.reasons]
    if row.remark:
        reasons.append(element("div", row.remark))
    return join((mark(row.certainty), *reasons))


def _outcome(row: Finding) -> Html:
    if row.synthesis is None:
        return link(row.label, f"{links.UP}{ACCEPTABILITY}#{row.what}")
    return links.question(row.synthesis, row.label)


def _effect(row: Finding) -> Html:
    lines = [element("div", row.effect)]
    if row.points:
        lines.append(element("div", row.points.said, _letter(row.points.note)))
    return join(lines)


def _assumed(row: Finding) -> Html:
    return join(element("div", risk.assumed, _letter(risk.note)) for risk in row.risks) or text("")


def _corresponding(row: Finding) -> Html:
    return join(
        element("div", risk.corresponding, element("small", f" {risk.difference}"))
        for risk in row.risks
    ) or text("")


def _counted(told: tuple[Counted, ...]) -> Html:
    return join(
        join((element("div", element("em", f"{each.trial}:")), *(element("div", line)
              for line in each.lines)))
        for each in told
    ) or text("")  # fmt: skip


def _letter(note: Note) -> Html:
    """The letter of an assumption, as a link to it."""
    name = f"assumption {note.mark}"
    return join(
        (
            " ",
            element("a", f"[{note.mark}]", href=f"#assumption-{note.mark}", aria_label=name),
        )
    )


def _reason(row: Finding, reason: Reason) -> Html:
    mark, name = reason.note.mark, f"note {reason.note.mark}"
    return element(
        "div",
        f"{reason.step.outcome_text} ",
        element("a", f"[{mark}]", href=f"#{_anchor(row, reason)}", aria_label=name),
    )


def _anchor(row: Finding, reason: Reason) -> str:
    assert row.synthesis is not None
    return f"{row.synthesis.question.slug}-note-{reason.note.mark}"


def _numbered(at: FindingsTable) -> Html:
    notes = [
        element("li", reason.note.said, id=_anchor(row, reason))
        for row in at.rows
        for reason in row.reasons
    ]
    return element("ol", *notes) if notes else Html("")


def assumptions(found: Findings) -> Html:
    """What the absolute numbers rest on: events, control risks, scales, standard deviations."""
    said: list[object] = list(found.events)
    if found.smd_to_risk:
        said.append(join((found.smd_to_risk, " ", doi_link(SMD_TO_RISK), ".")))
    lettered = element(
        "ol",
        *(element("li", note.said, id=f"assumption-{note.mark}") for note in found.assumptions),
        type="a",
    )
    return join((*([items(said)] if said else ()), *([lettered] if found.assumptions else ())))
