"""What two extractors agreed on, taken into the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.files.clock import now
from analysis.files.columns import Column
from analysis.files.lock import locked
from analysis.files.problems import EvidenceError, Problem
from analysis.files.tables import Row, one_line
from analysis.files.together import change_of, change_together
from analysis.screening.extraction import (
    BLANK,
    Difference,
    Rows,
    columns_of,
    compare,
    differences_of,
    own_columns,
    read_extraction,
    told_so_far,
    validated,
)
from analysis.screening.extraction_history import (
    A_ROW,
    HISTORY,
    KEYS,
    NO_ROW,
    WHOLE_ROW,
    CellChange,
    Place,
    history_text,
    last_known,
    read_history,
    rows_now,
)
from analysis.screening.references import REFERENCES, with_reference


@dataclass(frozen=True)
class Kept:
    """A cell, or a whole row, that stays as the evidence has it though the sheets differ."""

    file: str
    row: str
    column: str
    evidence: str
    sheets: str
    corrected: bool

    def __str__(self) -> str:
        why = "corrected since" if self.corrected else "entered otherwise than from these sheets"
        said = f"the evidence says {self.evidence or BLANK}, the sheets {self.sheets or BLANK}"
        return (
            f"{self.row}: {self.column}: {said}: {why}, kept as it is; "
            f"where the sheets are right, correct it in {self.file}.csv"
        )


@dataclass(frozen=True)
class Acceptance:
    """What an acceptance did: the files that changed, rows that are new, what it left alone."""

    changed: tuple[Path, ...]
    added: tuple[str, ...]
    kept: tuple[Kept, ...]


def accept(data: Path, first: Path, second: Path, clock: Callable[[], str] = now) -> Acceptance:
    """Take what two extractors agreed on into the evidence; all files change together or none.

    All rows are valid together with the rest of the evidence before anything is written. A cell
    that says something else than when it was last taken up or accepted was corrected since: it
    stays, and so does a row that was taken out.
    """
    differences = compare(data, first, second)
    settled = _settled(differences_of(first), differences)
    rows = read_extraction(data, first)
    other = read_extraction(data, second)
    agreed = {name: _agreed(name, rows[name], other[name], settled) for name in KEYS}
    path = first.parent / HISTORY
    with locked(data):
        history = read_history(path)
        plan = _plan(data, agreed, last_known(history))
        texts = validated(data, first, plan.rows)
        files = {data / f"{name}.csv": text for name, text in texts.items()}
        files |= _with_references(data, plan.rows["studies"])
        changed = [file for file, text in files.items() if text.encode() != file.read_bytes()]
        written = {file: files[file] for file in changed}
        if plan.seen:
            stamp = {"when": clock(), "who": f"{first.name} and {second.name}", "did": "accept"}
            lines = [CellChange(**stamp, **cell) for cell in plan.seen]
            written[path] = history_text((*history, *lines))
        if written:
            change_together(data, [change_of(*each) for each in written.items()])
    added = (cell["row"] for cell in plan.seen if cell["after"] == A_ROW)
    return Acceptance(tuple(changed), tuple(added), tuple(plan.kept))


def _with_references(data: Path, studies: Iterable[Row]) -> dict[Path, str]:
    """The bibliography of the project with these trials in it; nothing where it is not there."""
    path = data.resolve().parent / REFERENCES
    if not path.is_file():
        return {}
    text = path.read_bytes().decode()
    there = rows_now(data, "studies")
    for study in studies:
        text = with_reference(text, study.cells, there.get(study["study_id"]))
    return {path: text}


@dataclass(frozen=True)
class _Plan:
    """Rows as they are to stand in the evidence, the cells seen or changed, what is left alone."""

    rows: dict[str, list[Row]]
    seen: list[dict[str, str]]
    kept: list[Kept]


def _plan(data: Path, agreed: Rows, known: Mapping[Place, str]) -> _Plan:
    plan, own = _Plan({name: [] for name in KEYS}, [], []), own_columns(data)
    for name, key in KEYS.items():
        there = rows_now(data, name)
        for row in agreed[name]:
            if row[key] not in there and known.get((name, row[key], WHOLE_ROW)) == A_ROW:
                plan.kept.append(Kept(name, row[key], WHOLE_ROW, NO_ROW, A_ROW, corrected=True))
            else:
                _merge(plan, columns_of(name, own), name, row, there.get(row[key]), known)
        dropped = there.keys() - {row[key] for row in agreed[name]}
        for row_id in sorted(dropped):
            if known.get((name, row_id, WHOLE_ROW)) == A_ROW:
                plan.kept.append(Kept(name, row_id, WHOLE_ROW, A_ROW, NO_ROW, corrected=False))
    return plan


def _merge(
    plan: _Plan,
    asked: Sequence[Column],
    name: str,
    row: Row,
    there: Mapping[str, str] | None,
    known: Mapping[Place, str],
) -> None:
    """Hold an agreed row against the same row of the evidence, cell by cell.

    What was blank when it was last known, or never known, may be filled in.
    """
    row_id = row[KEYS[name]]
    place = {"file": name, "row": row_id}
    if there is None:
        plan.seen.append({**place, "column": WHOLE_ROW, "before": NO_ROW, "after": A_ROW})
    cells = {}
    for column in asked:
        says, sheets = (there or {}).get(column.name, ""), row[column.name]
        last = known.get((name, row_id, column.name), "")
        takes = says if column.same_value(says, sheets) else sheets
        if takes != says and not column.same_value(says, last):
            corrected = (name, row_id, column.name) in known
            plan.kept.append(Kept(name, row_id, column.name, says, sheets, corrected))
            takes = says
        elif not says == takes == last:
            plan.seen.append({**place, "column": column.name, "before": says, "after": takes})
        cells[column.name] = takes
    plan.rows[name].append(Row(row.line, cells))


def _settled(path: Path, differences: Sequence[Difference]) -> dict[tuple[str, ...], str]:
    """What two people agreed on, by place; EvidenceError where anything is open."""
    known = told_so_far(path)
    problems = []
    settled: dict[tuple[str, ...], str] = {}
    for number, difference in enumerate(differences, start=2):
        found = known.get(difference.place)
        where = f"{difference.row}, {difference.column}"
        if found is None or found.said != difference.said:
            problems.append(Problem(path, None, where, "not compared yet: run extract compare"))
        elif not found.agreed:
            message = f"agreed is blank: write the value that holds, or {BLANK}"
            problems.append(Problem(path, number, where, message))
        elif difference.column == WHOLE_ROW and found.agreed not in ("a row", "no row"):
            message = f"agreed is {found.agreed[:40]!r}: write `a row` or `no row`"
            problems.append(Problem(path, number, where, message))
        else:
            settled[difference.place] = found.agreed
    if problems:
        raise EvidenceError(problems)
    return settled


def _agreed(
    name: str, one: Sequence[Row], two: Sequence[Row], settled: Mapping[tuple[str, ...], str]
) -> list[Row]:
    key = KEYS[name]
    rows = {row[key]: row for row in (*two, *one)}
    order = dict.fromkeys((*(row[key] for row in one), *(row[key] for row in two)))
    agreed = []
    for row_id in order:
        if settled.get((name, row_id, WHOLE_ROW)) == "no row":
            continue
        row = rows[row_id]
        cells = {
            column: one_line(settled.get((name, row_id, column), cell))
            for column, cell in row.cells.items()
        }
        agreed.append(Row(row.line, {c: "" if v == BLANK else v for c, v in cells.items()}))
    return agreed
