"""A summary of findings as the text of a document: every run of every line, and nothing else.

The document is made from this alone, so that it need not be made again while this is the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.formatting import sentence_case
from analysis.protocol import Protocol
from analysis.synthesis.summary_of_findings import (
    SMD_TO_RISK,
    Finding,
    Findings,
    FindingsTable,
    Note,
)
from analysis.versions.edition import Edition

TIED = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Run:
    """Text that is set in one way; a mark is raised."""

    said: str
    set_as: Literal["plain", "bold", "italic", "mark"] = "plain"


Line = tuple[Run, ...]
Cell = tuple[Line, ...]


@dataclass(frozen=True)
class RowText:
    """A row: its cells, of which those of the risks are one where nothing is pooled."""

    cells: tuple[Cell, ...]
    counted: bool


@dataclass(frozen=True)
class TableText:
    """A table with its heading, what it is, and the notes below it."""

    heading: str
    caption: str
    rows: tuple[RowText, ...]
    notes: tuple[Line, ...]


@dataclass(frozen=True)
class DocumentText:
    """All that a document of a condition says; `heads` are the two rows that head each table."""

    title: str
    review: str
    in_short: str
    edition: str
    day: dt.date
    about: tuple[Line, ...]
    standing: str
    heads: tuple[tuple[str, ...], tuple[str, ...]]
    tables: tuple[TableText, ...]
    assumptions: tuple[Line, ...]
    rules: Line


def document_text(found: Findings, protocol: Protocol, edition: Edition) -> DocumentText:
    """The findings of a condition as they are written down."""
    heading = found.headings
    return DocumentText(
        title=found.title,
        review=protocol.title,
        in_short=protocol.short_title,
        edition=edition.dated,
        day=edition.stated.date,
        about=tuple((Run(f"{name}: ", "bold"), Run(said)) for name, said in found.about.items()),
        standing=found.standing,
        heads=(
            (heading.outcome, heading.happens, heading.participants, heading.effect,
             heading.people, "", heading.certainty),
            ("", "", "", "", heading.assumed, heading.corresponding, ""),
        ),
        tables=tuple(_table(number, table) for number, table in enumerate(found.tables, start=1)),
        assumptions=(*map(_plain, found.events), *(_notes([note]) for note in found.assumptions)),
        rules=_rules(found),
    )  # fmt: skip


def _table(number: int, table: FindingsTable) -> TableText:
    return TableText(
        heading=f"Table {number}. {sentence_case(table.timepoint.in_full)}",
        caption=table.caption,
        rows=tuple(map(_row, table.rows)),
        notes=tuple(
            _notes([reason.note for reason in row.reasons]) for row in table.rows if row.reasons
        ),
    )


def _row(row: Finding) -> RowText:
    effect = [_plain(row.effect)]
    if row.points:
        effect.append(_marked(row.points.said, row.points.note.mark))
    assumed = [_marked(risk.assumed, risk.note.mark) for risk in row.risks]
    assumed += [(Run(f"{each.trial}: ", "italic"), Run("; ".join(each.lines)))
                for each in row.counted]  # fmt: skip
    corresponding = [_plain(f"{risk.corresponding}; {risk.difference}") for risk in row.risks]
    cells = (
        ((Run(row.label, "bold"),),),
        (_plain(row.happens),),
        (_plain(row.participants),),
        tuple(effect),
        tuple(assumed),
        tuple(corresponding),
        _certainty(row),
    )
    return RowText(cells, counted=bool(row.what))


def _certainty(row: Finding) -> Cell:
    rated = row.certainty
    if rated is None:
        return (_plain("not rated" + (f": {row.remark}" if row.remark else "")),)
    why = [*_plain(row.remark)]
    for place, reason in enumerate(row.reasons):
        why.append(Run(f"{', ' * bool(place)}{reason.step.outcome_text}"))
        why.append(Run(f"{TIED}{reason.note.mark}", "mark"))
    rating = Run(f"{rated.symbol} {rated.rating.capitalize()}", "bold")
    return (rating, Run(f" ({rated.standing_in_short})")), tuple(why)


def _plain(said: str) -> Line:
    return (Run(said),) if said else ()


def _marked(said: str, mark: str) -> Line:
    return Run(said), Run(f"{TIED}{mark}", "mark")


def _notes(notes: Sequence[Note]) -> Line:
    """Notes one after another in a line."""
    line: list[Run] = []
    for place, note in enumerate(notes):
        if note.mark:
            line.append(Run(f"{' ' * bool(place)}{note.mark}{TIED}", "mark"))
        line.append(Run(note.said))
    return tuple(line)


def _rules(found: Findings) -> Line:
    rules = [table.rule for table in found.tables if table.rule]
    if found.smd_to_risk:
        rules.insert(0, f"{found.smd_to_risk} doi {SMD_TO_RISK}.")
    return (Run(" ".join(rules)),)
