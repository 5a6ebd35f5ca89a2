"""What an extractor filled in, held against the evidence and against another extractor.

data/extraction/<study>/<who>/{studies,sources,outcomes}.csv   what one person extracted, or .xlsx
data/extraction/<study>/differences.csv                        where two differ, and what holds
data/extraction/<study>/history.csv                            what was taken, and when
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.evidence.classified import COLUMNS as CLASSIFIED
from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load_with
from analysis.evidence.own_columns import OwnColumns, files_of
from analysis.evidence.rows import Evidence
from analysis.evidence.study_names import FORMER
from analysis.evidence.values import words_of
from analysis.evidence.verification import COLUMNS as VERIFICATION
from analysis.files.columns import Column, columns, with_point
from analysis.files.csv_files import read_csv
from analysis.files.folder import plain_files
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, short
from analysis.files.row_edits import with_rows
from analysis.files.spreadsheets import (
    read_spreadsheet,
    sheet_called,
    sheet_columns,
    write_spreadsheet,
)
from analysis.files.tables import Row, is_formula, one_line
from analysis.files.workbook import SheetColumn
from analysis.protocol import Protocol, load_protocol
from analysis.protocol_lists import Directions
from analysis.screening.extraction_history import (
    A_ROW,
    HISTORY,
    KEYS,
    NO_ROW,
    WHOLE_ROW,
    read_history,
    rows_now,
)

# Who verified a row, who decided on a trial that waited, and what a trial was called before.
NOT_EXTRACTED = (*VERIFICATION, *CLASSIFIED, FORMER)
DIFFERENCES = "differences"
DIFFERENCE_COLUMNS = ("file", "row", "column", "first", "second", "agreed")
# Why a value holds that neither of the two wrote: a column where somebody says so.
REASON = "reason"
BLANK = "blank"
# What a template gives an outcome row, and so says nothing of the report.
OF_THE_TEMPLATE = ("row_id", "study_id", "outcome", "timepoint", "format", "usable", "source_id",
                   "higher_is")  # fmt: skip

Rows = Mapping[str, list[Row]]


@dataclass(frozen=True)
class Difference:
    """A cell that two extractors filled differently; `agreed` "" until they have talked.

    `reason` is why a value holds that neither of them wrote.
    """

    file: str
    row: str
    column: str
    first: str
    second: str
    agreed: str = ""
    reason: str = ""

    @property
    def place(self) -> tuple[str, ...]:
        return self.file, self.row, self.column

    @property
    def said(self) -> tuple[str, str]:
        return self.first, self.second


def columns_of(name: str, own: OwnColumns = ()) -> tuple[Column, ...]:
    """The columns of an extractor's file: those of the evidence that a report answers."""
    return tuple(c for c in columns(files_of(own)[name].row) if c.name not in NOT_EXTRACTED)


def own_columns(data: Path) -> OwnColumns:
    """The columns that the review whose files these are has for itself."""
    return load_protocol(data / "protocol.yml").study_columns


def later_columns(name: str) -> set[str]:
    """The columns that a sheet may be without, or have blank."""
    declared = columns(DATA_FILES[name].row)
    return {column.name for column in declared if column.may_be_absent} | {*NOT_EXTRACTED}


def offered(name: str, protocol: Protocol) -> list[SheetColumn]:
    """These columns with the words to choose from."""
    own = protocol.study_columns
    asked = {column.name for column in columns_of(name, own)}
    declared = sheet_columns(files_of(own)[name].row, words_of(protocol))
    return [column for column in declared if column.name in asked]


def sheets_of(folder: Path) -> dict[str, Path]:
    """One extractor's sheets, each a workbook or CSV."""
    return {name: sheet_called(folder / name) for name in KEYS}


def differences_of(first: Path) -> Path:
    """Where two extractors settle what holds, in the form of the first one's sheets."""
    return sheet_called(first.parent / DIFFERENCES, sheets_of(first)["outcomes"].suffix)


@dataclass(frozen=True)
class Checked:
    """What a valid sheet holds: rows with numbers, and why the others have none."""

    with_numbers: int
    reasons: Mapping[str, str]


def check_extraction(data: Path, folder: Path) -> Checked:
    """Hold one extractor's rows against the schemas of the evidence.

    Outcome rows of which nothing was filled in are outcomes that the trial did not measure:
    left out. Those without a number stay, with the reason.
    """
    rows = read_extraction(data, folder)
    validated(data, folder, rows)
    reasons = {row["row_id"]: row["not_usable_because"] for row in rows["outcomes"]
               if not _has_number(row)}  # fmt: skip
    return Checked(len(rows["outcomes"]) - len(reasons), reasons)


def compare(data: Path, first: Path, second: Path) -> tuple[Difference, ...]:
    """Where two extractors differ, row by row; both must be valid."""
    tables, own = [], own_columns(data)
    for folder in (first, second):
        rows = read_extraction(data, folder)
        validated(data, folder, rows)
        tables.append(rows)
    found: list[Difference] = []
    for name, key in KEYS.items():
        one, two = ({row[key]: row for row in rows[name]} for rows in tables)
        for row_id in dict.fromkeys((*one, *two)):
            found += _row_differences(name, own, row_id, one.get(row_id), two.get(row_id))
    return tuple(found)


def write_differences(path: Path, differences: Sequence[Difference]) -> None:
    """Write the table in which two people settle what holds; settled cells are kept."""
    known = told_so_far(path)
    kept = [
        replace(new, agreed=old.agreed, reason=old.reason)
        if not new.agreed and (old := known.get(new.place)) and old.said == new.said
        else new
        for new in differences
    ]
    sheet = difference_sheet(kept)
    rows = ({column.name: getattr(each, column.name) for column in sheet} for each in kept)
    write_spreadsheet(path, sheet, rows)


def difference_sheet(differences: Iterable[Difference]) -> tuple[SheetColumn, ...]:
    """The columns of a table of these differences."""
    reasons = (REASON,) if any(each.reason for each in differences) else ()
    return tuple(SheetColumn(name) for name in (*DIFFERENCE_COLUMNS, *reasons))


def read_differences(path: Path) -> tuple[Difference, ...]:
    """The table of differences; EvidenceError where a row names none of the files."""
    rows = read_spreadsheet(path, (*DIFFERENCE_COLUMNS, REASON), {REASON})
    differences = tuple(_with_point(Difference(**row.cells)) for row in rows)
    first: dict[tuple[str, ...], int] = {}
    problems = []
    for row, difference in zip(rows, differences, strict=True):
        if difference.file not in KEYS:
            message = f"{short(difference.file)} was found, expected one of: {', '.join(KEYS)}"
            problems.append(Problem(path, row.line, "file", message))
        elif (line := first.setdefault(difference.place, row.line)) != row.line:
            problems.append(Problem(path, row.line, "column", f"line {line} says this already"))
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    return differences


def told_so_far(path: Path) -> dict[tuple[str, ...], Difference]:
    """The differences that the table tells of, by place; none where there is no table yet."""
    return {found.place: found for found in read_differences(path)} if path.exists() else {}


def _with_point(found: Difference) -> Difference:
    known = columns_of(found.file) if found.file in KEYS else ()
    numbers = {c.name for c in known if c.is_number}
    return replace(found, agreed=with_point(found.agreed)) if found.column in numbers else found


def read_what_is_settled(data: Path) -> None:
    """Read what people settled and what was taken, of every study; EvidenceError names damage.

    Sheets are read by those who fill them in: until then anything may be missing there.
    """
    problems: list[Problem] = []
    for folder in sorted(path for path in (data / "extraction").glob("*") if path.is_dir()):
        for read, paths in (
            (read_history, [folder / HISTORY]),
            (read_differences, sorted(folder.glob(f"{DIFFERENCES}.*"))),
        ):
            for path in paths:
                try:
                    read(path)
                except EvidenceError as error:
                    problems += error.problems
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])


def read_extraction(data: Path, folder: Path) -> dict[str, list[Row]]:
    """One extractor's rows, without those outcome rows of which nothing was filled in.

    A direction that is left blank is the protocol's for the instrument.
    """
    return as_extracted(data, folder, read_sheets(folder, data))


def read_sheets(folder: Path, data: Path | None = None) -> dict[str, list[Row]]:
    """One extractor's sheets row by row, however far they are filled in.

    The folder is `extraction/STUDY/WHO` of the data, where these are not named.
    """
    plain_files(folder)
    own = own_columns(data or folder.parents[2])
    return {name: _read_sheet(path, name, own) for name, path in sheets_of(folder).items()}


def as_extracted(data: Path, folder: Path, sheets: Rows) -> dict[str, list[Row]]:
    """The rows of an extractor's sheets as `read_extraction` gives them; EvidenceError as there."""
    paths = sheets_of(folder)
    directions = load_protocol(data / "protocol.yml").directions
    filled = [row for row in sheets["outcomes"] if is_filled(row)]
    rows = {**sheets, "outcomes": [_directed(row, directions) for row in filled]}
    problems = [
        Problem(paths["outcomes"], row.line, *said)
        for row in rows["outcomes"]
        for said in _unsaid(row)
    ]
    problems += [
        Problem(paths[name], second.line, key, f"line {first.line} is of this row too")
        for name, key in KEYS.items()
        for first, second in _twice(rows[name], key)
    ]
    problems += [
        Problem(paths[name], row.line, column, "a cell that a spreadsheet would run")
        for name in KEYS
        for row in rows[name]
        for column, cell in row.cells.items()
        if is_formula(cell)
    ]
    if problems:
        raise EvidenceError(problems)
    return rows


def _read_sheet(path: Path, name: str, own: OwnColumns) -> list[Row]:
    """The rows of a sheet; EvidenceError where it verifies one, which no extractor does."""
    declared = columns(files_of(own)[name].row)
    rows = read_spreadsheet(path, [column.name for column in declared], later_columns(name))
    told = [
        Problem(path, row.line, column, "rows are verified once they are accepted: leave it blank")
        for row in rows
        for column in VERIFICATION
        if row.cells.get(column, "") not in ("", "no")
    ]
    if told:
        raise EvidenceError(told[:MOST_PROBLEMS])
    return [
        Row(row.line, {c.name: typed(c, row[c.name]) for c in columns_of(name, own)})
        for row in rows
    ]


def typed(column: Column, cell: str) -> str:
    """A cell as it was meant where a person typed a decimal comma or a line break."""
    return with_point(cell) if column.is_number else one_line(cell)


def _twice(rows: Sequence[Row], key: str) -> Iterator[tuple[Row, Row]]:
    first: dict[str, Row] = {}
    for row in rows:
        if first.setdefault(row[key], row) is not row:
            yield first[row[key]], row


def is_filled(row: Row) -> bool:
    """Whether a person wrote anything into the row that a template has blank."""
    return any(cell and column not in OF_THE_TEMPLATE for column, cell in row.cells.items())


def _directed(row: Row, directions: Directions) -> Row:
    known = directions.of(row["instrument"])
    return row if row["higher_is"] else Row(row.line, {**row.cells, "higher_is": known})


def _unsaid(row: Row) -> Iterator[tuple[str, str]]:
    """What only the extractor can tell: a scale's direction, and why a row has no number."""
    if not row["higher_is"]:
        scale = short(row["instrument"]) if row["instrument"] else "score"
        yield (
            "higher_is",
            f"blank, and the protocol does not give it: is a higher {scale} worse or better?",
        )
    if not _has_number(row) and not row["not_usable_because"]:
        yield (
            "not_usable_because",
            "blank, but the row has no number: say why (with `no` in usable), or clear the row",
        )


def _has_number(row: Row) -> bool:
    """Whether a result stands there; when it was measured is none by itself."""
    return any(
        row[column.name] and (column.is_number or column.name.startswith("effect"))
        for column in columns_of("outcomes")
        if column.name != "weeks"
    )


def validated(data: Path, folder: Path, rows: Rows) -> dict[str, str]:
    """The evidence files with these rows in them; EvidenceError in terms of `folder`."""
    return evidence_with(data, folder, rows)[0]


def evidence_with(data: Path, folder: Path, rows: Rows) -> tuple[dict[str, str], Evidence]:
    """The evidence files with these rows in them, and what they hold; EvidenceError as above."""
    sheets = sheets_of(folder)
    texts = {}
    places: dict[tuple[str, int], Problem] = {}
    for file, key in KEYS.items():
        known = rows_now(data, file)
        filled = [row if row[key] in known else _as_new(file, row) for row in rows[file]]
        texts[file], lines = with_rows(read_csv(data / f"{file}.csv"), key, filled)
        for row, line in zip(rows[file], lines, strict=True):
            places[file, line] = Problem(sheets[file], row.line, None, "")
    try:
        found = load_with(data, {data / f"{file}.csv": text for file, text in texts.items()})
    except EvidenceError as error:
        raise EvidenceError(_in_terms_of(places, error.problems)) from None
    return texts, found


def _as_new(file: str, row: Row) -> Row:
    """A row that comes into the evidence: an outcome row is verified by nobody yet."""
    return Row(row.line, {"verified": "no", **row.cells}) if file == "outcomes" else row


def _in_terms_of(
    places: Mapping[tuple[str, int], Problem], problems: Iterable[Problem]
) -> Iterator[Problem]:
    for problem in problems:
        place = places.get((problem.file.stem, problem.line or 0), problem)
        yield Problem(place.file, place.line, problem.column, problem.message)


def _row_differences(
    name: str, own: OwnColumns, row_id: str, one: Row | None, two: Row | None
) -> Iterator[Difference]:
    if one is None or two is None:
        said = (NO_ROW, A_ROW) if one is None else (A_ROW, NO_ROW)
        yield Difference(name, row_id, WHOLE_ROW, *said)
        return
    for column in columns_of(name, own):
        said = one[column.name], two[column.name]
        if not column.same_value(*said):
            yield Difference(name, row_id, column.name, *said)
