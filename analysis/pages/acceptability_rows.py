"""Harms and satisfaction where conclusions are read: rows of tables that others make."""

from __future__ import annotations

from dataclasses import replace

from analysis.evidence.rows import Evidence
from analysis.formatting import counted, sentence_case
from analysis.pages import links
from analysis.pages.html import Html, element, items, join, link, paragraph
from analysis.synthesis.acceptability import Reported, reported
from analysis.synthesis.summary_of_findings import HARMS, SUMMARISED
from analysis.synthesis.wording.acceptability_text import (
    against,
    comparison,
    plain_comparison,
    tally,
    unknown,
)

# On the front page, of one trial.
MOST_LINES = 2
PAGE = "results/acceptability.html"


def answer_row(evidence: Evidence, condition: str, since: str | None) -> dict[str, object]:
    """The row of harms in the table of answers; `since` heads the column of changes, if any."""
    found = reported(evidence, HARMS, condition)
    said = element("span", f"{sentence_case(tally(found))}.", class_="plain")
    row: dict[str, object] = {
        "Outcome": link(SUMMARISED[HARMS], f"{PAGE}#{HARMS}"),
        "What we know": join((said, element("small", sentence_case(unknown(found))))),
        "How large": _first_lines(evidence, found) or "no numbers",
    }
    return row | ({since: "not compared"} if since else {})


def in_short(evidence: Evidence) -> Html:
    """How safe, before any table: who reports harms, and what each trial counted first.

    What was counted in both arms goes before what was not: a reader wants to compare.
    """
    found, words = reported(evidence, HARMS), evidence.protocol.words
    said = [
        f"In {each.trial.label}{f' ({arms})' if (arms := against(each, words)) else ''}, "
        f"{comparison(each, words)}."
        for trial in found.said
        for each in [o for o in (*found.compared, *found.found) if o.trial == trial][:1]
    ]
    tallied = "; ".join(filter(None, (tally(found).removeprefix(f"{HARMS}: "), unknown(found))))
    return paragraph(element("strong", "Harms:"), " ", " ".join([f"{tallied}.", *said]))


def in_plain_words(evidence: Evidence) -> Html:
    """Harms for the plain language summary: how many studies tell, and all that they counted."""
    found = reported(evidence, HARMS)
    counted_in = dict.fromkeys((each.trial.study_id, each.trial.label) for each in found.found)
    told = [
        join(
            (
                paragraph("This was counted in ", links.trial(*trial), ":"),
                items(
                    [
                        plain_comparison(each, evidence.protocol.words)
                        for each in found.found
                        if each.trial.study_id == trial[0]
                    ]
                ),
            )
        )
        for trial in counted_in
    ]
    said = (
        f" {len(found.said)} of our {counted(found.total, 'study', 'studies')} "
        f"{'tells' if len(found.said) == 1 else 'tell'} us about harm."
        if found.total
        else " we have no study yet that could tell."
    )
    return join((paragraph(element("strong", "Harm:"), said), *told))


def _first_lines(evidence: Evidence, found: Reported) -> Html:
    """What each trial counted first, and how much more there is."""
    firsts = [
        each
        for trial in found.said
        for each in [other for other in found.found if other.trial == trial][:MOST_LINES]
    ]
    shown = _lines(evidence, replace(found, found=tuple(firsts)))
    more = len(found.found) - len(firsts)
    return join((shown, element("small", f"and {counted(more, 'more number')}"))) if more else shown


def _lines(evidence: Evidence, found: Reported) -> Html:
    """What was counted, a line each, below the trial and the arms."""
    words = evidence.protocol.words
    groups: dict[str, list[Html]] = {}
    for each in found.found:
        heading = ", ".join(filter(None, (each.trial.label, against(each, words))))
        groups.setdefault(heading, []).append(element("div", comparison(each, words)))
    return join(
        join((element("div", element("em", f"{heading}:")), *lines))
        for heading, lines in groups.items()
    )
