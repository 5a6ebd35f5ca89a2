"""Pairs of records that wait for a ruling, in a spreadsheet: a sheet out, rulings back in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, ReviewError, short, shown
from analysis.files.spreadsheets import SheetColumn, read_spreadsheet, write_spreadsheet
from analysis.files.tables import Row, one_line
from analysis.searching.decision_schemas import RULINGS, row_problems
from analysis.searching.duplicate_log import (
    EXPECTED,
    LoggedPair,
    now,
    pairs_twice,
    read_log,
    rule_on,
)
from analysis.searching.library import Library

PAIR = ("record_a", "record_b")
# Of both records, one under the other's name, so that a person sees where they differ.
TOLD = ("title", "authors", "year", "journal", "volume", "pages", "doi", "abstract")
COLUMNS = (
    SheetColumn("ruling", RULINGS, "whether both records are one report; blank: not ruled yet"),
    SheetColumn("note", (), "why"),
    *(SheetColumn(name) for name in (*PAIR, "rule")),
    *(SheetColumn(f"{name}_{side}") for name in TOLD for side in "ab"),
)


@dataclass(frozen=True)
class PairReport:
    """What came back: rulings taken in, pairs left blank, rulings that said nothing new."""

    taken: int
    blank: int
    unchanged: int


def write_pairs(path: Path, library: Library, pairs: Sequence[LoggedPair]) -> None:
    """Write pairs to rule on. A file that is there is not overwritten: it may hold rulings."""
    if path.exists():
        raise ReviewError(f"{shown(path)} is there already: read it in, or give another name")
    write_spreadsheet(path, COLUMNS, [_cells(library, pair) for pair in pairs])


def _cells(library: Library, pair: LoggedPair) -> dict[str, str]:
    told = {
        f"{name}_{side}": getattr(library.records[record_id], name)
        for side, record_id in zip("ab", pair.key, strict=True)
        for name in TOLD
    }
    named = dict(zip(PAIR, pair.key, strict=True))
    return {"ruling": "", "note": "", "rule": pair.rule, **named, **told}


def read_pairs(
    path: Path, data: Path, library: Library, who: str, clock: Callable[[], str] = now
) -> PairReport:
    """Take a person's rulings in: all, or none and an EvidenceError with file and line.

    Reading the same sheet twice changes nothing; a ruling that was changed in it is a new one.
    """
    rows = read_spreadsheet(path, [column.name for column in COLUMNS])
    filled = [row for row in rows if row["ruling"].strip() or row["note"].strip()]
    ruled = [_ruled(row, who, clock()) for row in filled]
    problems = row_problems(path, ruled, LoggedPair, EXPECTED)
    problems += pairs_twice(path, ruled)
    problems += [
        Problem(path, row.line, name, f"{short(row[name])} is in no search")
        for row in ruled
        for name in PAIR
        if row[name] not in library.records
    ]
    problems += [
        Problem(path, row.line, "ruling", "there is a note and no ruling: same or different")
        for row in ruled
        if not row["ruling"]
    ]
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    known = {pair.key: (pair.ruling, pair.note, pair.who) for pair in read_log(data)}
    pairs = [LoggedPair(**row.cells) for row in ruled]
    new = [pair for pair in pairs if known.get(pair.key) != (pair.ruling, pair.note, who)]
    rule_on(data, library, new)
    return PairReport(len(new), len(rows) - len(filled), len(pairs) - len(new))


def _ruled(row: Row, who: str, when: str) -> Row:
    """The row as a ruling: what a spreadsheet or a hurried person adds is forgiven."""
    words = {word[0]: word for word in RULINGS}
    said = row["ruling"].strip().lower()
    cells = {name: row[name].strip() for name in (*PAIR, "rule")}
    cells |= {"verdict": "", "ruling": words.get(said, said), "note": one_line(row["note"])}
    return Row(row.line, {**cells, "who": who, "when": when})
