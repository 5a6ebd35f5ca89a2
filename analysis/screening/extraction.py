"""From an included record to the rows of the evidence: templates, two extractors, one agreement.

data/extraction/<study>/<who>/{studies,sources,outcomes}.csv   what one person extracted
data/extraction/<study>/differences.csv                        where two differ, and what holds
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load
from analysis.files.columns import Column, columns
from analysis.files.csv_files import TextTable, read_csv
from analysis.files.lock import locked
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, ReviewError, short
from analysis.files.slugs import is_slug
from analysis.files.tables import Row, is_formula, read_table, write_table
from analysis.files.writing import write_atomically
from analysis.protocol import Protocol, load_protocol
from analysis.searching.records import Record

# In the order in which rows are added: a later file may name what an earlier one holds.
KEYS = {name: DATA_FILES[name].key[0] for name in ("sources", "studies", "outcomes")}
DIFFERENCES = "differences.csv"
DIFFERENCE_COLUMNS = ("file", "row", "column", "first", "second", "agreed")
WHOLE_ROW = "(the whole row)"
BLANK = "blank"

Cells = Mapping[str, str]
Rows = Mapping[str, list[Row]]


@dataclass(frozen=True)
class Difference:
    """A cell that two extractors filled differently; `agreed` "" until they have talked."""

    file: str
    row: str
    column: str
    first: str
    second: str
    agreed: str = ""


def new_extraction(
    data: Path, study_id: str, who: str, record: Record | None = None
) -> tuple[Path, ...]:
    """Write one extractor's templates, filled with what the record or the evidence says.

    ReviewError where a name is no slug or the templates are there: they may hold work.
    """
    for what, name in (("study", study_id), ("extractor", who)):
        if not is_slug(name):
            raise ReviewError(f"{name!r} cannot name a {what}: small letters, digits and hyphens")
    folder = data / "extraction" / study_id / who
    if folder.exists():
        raise ReviewError(f"{folder} is there already: go on in it, or remove it")
    protocol = load_protocol(data / "protocol.yml")
    filled = _prefilled(data, study_id, record, protocol)
    for name in KEYS:
        blank = dict.fromkeys((column.name for column in _columns(name)), "")
        write_table(folder / f"{name}.csv", tuple(blank), (blank | cells for cells in filled[name]))
    return tuple(folder / f"{name}.csv" for name in KEYS)


def _columns(name: str) -> tuple[Column, ...]:
    return columns(DATA_FILES[name].row)


def check_extraction(data: Path, folder: Path) -> int:
    """Hold one extractor's rows against the schemas of the evidence; the number of outcome rows.

    Outcome rows without any number are outcomes that the report does not give: left out.
    """
    rows = _read(folder)
    _validated(data, folder, rows)
    return len(rows["outcomes"])


def compare(data: Path, first: Path, second: Path) -> tuple[Difference, ...]:
    """Where two extractors differ, row by row; both must be valid."""
    tables = []
    for folder in (first, second):
        rows = _read(folder)
        _validated(data, folder, rows)
        tables.append(rows)
    found: list[Difference] = []
    for name, key in KEYS.items():
        one, two = ({row[key]: row for row in rows[name]} for rows in tables)
        for row_id in dict.fromkeys((*one, *two)):
            found += _row_differences(name, row_id, one.get(row_id), two.get(row_id))
    return tuple(found)


def write_differences(path: Path, differences: Sequence[Difference]) -> None:
    """Write the table in which two people settle what holds; settled cells are kept."""
    agreed = {_place(known): known for known in read_differences(path)} if path.exists() else {}
    kept = (
        replace(new, agreed=old.agreed)
        if (old := agreed.get(_place(new))) and _said(old) == _said(new)
        else new
        for new in differences
    )
    rows = ({name: getattr(new, name) for name in DIFFERENCE_COLUMNS} for new in kept)
    write_table(path, DIFFERENCE_COLUMNS, rows)


def read_differences(path: Path) -> tuple[Difference, ...]:
    """The table of differences; EvidenceError where a row names none of the files."""
    rows = read_table(path, DIFFERENCE_COLUMNS)
    differences = tuple(Difference(**row.cells) for row in rows)
    first: dict[tuple[str, ...], int] = {}
    problems = []
    for row, difference in zip(rows, differences, strict=True):
        if difference.file not in KEYS:
            message = f"{short(difference.file)} was found, expected one of: {', '.join(KEYS)}"
            problems.append(Problem(path, row.line, "file", message))
        elif (line := first.setdefault(_place(difference), row.line)) != row.line:
            problems.append(Problem(path, row.line, "column", f"line {line} says this already"))
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    return differences


def accept(data: Path, first: Path, second: Path) -> tuple[Path, ...]:
    """Take what two extractors agreed on into the evidence; the files that changed.

    All rows are valid together with the rest of the evidence before any file is written.
    A row of the same study or the same `row_id` is replaced, another is added at the end.
    """
    differences = compare(data, first, second)
    settled = _settled(first.parent / DIFFERENCES, differences)
    rows = _read(first)
    other = _read(second)
    agreed = {name: _agreed(name, rows[name], other[name], settled) for name in KEYS}
    changed = []
    with locked(data):
        for name, text in _validated(data, first, agreed).items():
            path = data / f"{name}.csv"
            if text != path.read_text(encoding="utf-8"):
                write_atomically(path, text)
                changed.append(path)
    return tuple(changed)


def _prefilled(
    data: Path, study_id: str, record: Record | None, protocol: Protocol
) -> dict[str, list[dict[str, str]]]:
    source_id = f"{study_id}-report"
    study = _known_study(data, study_id) or _new_study(study_id, record)
    address = f"https://doi.org/{study['doi']}" if study.get("doi") else ""
    citation = ". ".join(filter(None, (study.get("title"), study.get("journal"))))
    source = {
        "source_id": source_id,
        "kind": "trial report",
        "citation": f"{citation} {study.get('citation', '')}".strip(),
        "url": address,
    }
    outcomes = [
        {
            "row_id": f"{study_id}.{outcome.id}.{timepoint.id}.1",
            "study_id": study_id,
            "outcome": outcome.id,
            "higher_is": "worse",
            "timepoint": timepoint.id,
            "format": "means",
            "usable": "yes",
            "source_id": source_id,
            "verified": "no",
        }
        for outcome in protocol.outcomes
        for timepoint in protocol.timepoints
    ]
    return {"sources": [source], "studies": [study], "outcomes": outcomes}


def _known_study(data: Path, study_id: str) -> dict[str, str] | None:
    table = read_csv(data / "studies.csv")
    for row in table.rows:
        cells = dict(zip(table.header, row, strict=True))
        if cells["study_id"] == study_id:
            return cells
    return None


def _new_study(study_id: str, record: Record | None) -> dict[str, str]:
    study = {"study_id": study_id, "status": "included", "in_baseline_review": "no"}
    if record is None:
        return study
    surname = record.authors.split(";")[0].split(",")[0]
    numbers = f"({record.issue})" if record.issue else ""
    where = f"{record.volume}{numbers}:{record.pages}" if record.volume else record.pages
    return study | {
        "label": f"{surname} {record.year}".strip(),
        "year": record.year,
        "title": record.title,
        "journal": record.journal,
        "citation": where.rstrip(":"),
        "doi": record.doi,
        "pmid": record.pmid,
        "registration": record.registration,
    }


def _read(folder: Path) -> dict[str, list[Row]]:
    """One extractor's rows, without the outcome rows that hold no number."""
    rows = {
        name: read_table(
            folder / f"{name}.csv",
            [column.name for column in _columns(name)],
            later=[column.name for column in _columns(name) if column.may_be_absent],
        )
        for name in KEYS
    }
    rows["outcomes"] = [row for row in rows["outcomes"] if _has_number(row)]
    problems = [
        Problem(folder / f"{name}.csv", row.line, column, "a cell that a spreadsheet would run")
        for name in KEYS
        for row in rows[name]
        for column, cell in row.cells.items()
        if is_formula(cell)
    ]
    if problems:
        raise EvidenceError(problems)
    return rows


def _has_number(row: Row) -> bool:
    """Whether a result stands there; when it was measured is none by itself."""
    return any(
        row[column.name] and (column.is_number or column.name.startswith("effect"))
        for column in _columns("outcomes")
        if column.name != "weeks"
    )


def _validated(data: Path, folder: Path, rows: Rows) -> dict[str, str]:
    """The evidence files with these rows in them; EvidenceError in terms of `folder`."""
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name)
        for path in (*data.glob("*.csv"), data / "protocol.yml"):
            shutil.copy(path, trial)
        texts = {}
        places: dict[tuple[str, int], Problem] = {}
        for file, key in KEYS.items():
            texts[file], lines = _with_rows(read_csv(data / f"{file}.csv"), key, rows[file])
            write_atomically(trial / f"{file}.csv", texts[file])
            for row, line in zip(rows[file], lines, strict=True):
                places[file, line] = Problem(folder / f"{file}.csv", row.line, None, "")
        try:
            load(trial)
        except EvidenceError as error:
            raise EvidenceError(_in_terms_of(places, data, error.problems)) from None
    return texts


def _in_terms_of(
    places: Mapping[tuple[str, int], Problem], data: Path, problems: Iterable[Problem]
) -> Iterator[Problem]:
    for problem in problems:
        place = places.get((problem.file.stem, problem.line or 0))
        if place:
            yield Problem(place.file, place.line, problem.column, problem.message)
        else:
            file = data / problem.file.name
            yield Problem(file, problem.line, problem.column, problem.message)


def _with_rows(table: TextTable, key: str, rows: Sequence[Row]) -> tuple[str, list[int]]:
    """The file's text with these rows replaced or added, all else untouched; their lines."""
    text = table.path.read_bytes().decode("utf-8-sig")
    end = "\r\n" if "\r\n" in text else "\n"
    # As the reader of CSV counts them; `splitlines` would end one at rarer signs in a note too.
    lines = io.StringIO(text, newline="").readlines()
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    starts = (*table.lines, len(lines) + 1)
    position = table.header.index(key)
    blocks = [lines[: starts[0] - 1]]
    blocks += [lines[a - 1 : b - 1] for a, b in pairwise(starts)]
    # A column that came into use since the file was written is added where a row fills it.
    new = [name for row in rows for name in row.cells if row[name] and name not in table.header]
    for name in (added := dict.fromkeys(new)):
        blocks = [_longer(blocks[0], f",{name}"), *(_longer(block, ",") for block in blocks[1:])]
    at = {row[position]: index for index, row in enumerate(table.rows, start=1)}
    for row in rows:
        block = _csv_line([row[column] for column in (*table.header, *added)], end)
        if row[key] in at:
            blocks[at[row[key]]] = block
        else:
            at[row[key]] = len(blocks)
            blocks.append(block)
    before = [1]
    for block in blocks:
        before.append(before[-1] + len(block))
    return "".join(line for block in blocks for line in block), [before[at[r[key]]] for r in rows]


def _longer(block: list[str], cells: str) -> list[str]:
    """A row's lines with more cells at its end; blank lines may follow it."""
    last = max(at for at, line in enumerate(block) if line.strip())
    row = block[last].rstrip("\r\n")
    return [*block[:last], row + cells + block[last][len(row) :], *block[last + 1 :]]


def _csv_line(cells: Sequence[str], end: str) -> list[str]:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerow(cells)
    return io.StringIO(text.getvalue(), newline="").readlines()


def _row_differences(
    name: str, row_id: str, one: Row | None, two: Row | None
) -> Iterator[Difference]:
    if one is None or two is None:
        said = ("no row", "a row") if one is None else ("a row", "no row")
        yield Difference(name, row_id, WHOLE_ROW, *said)
        return
    for column in one.cells:
        if one[column].strip() != two[column].strip():
            yield Difference(name, row_id, column, one[column], two[column])


def _settled(path: Path, differences: Sequence[Difference]) -> dict[tuple[str, ...], str]:
    """What two people agreed on, by place; EvidenceError where anything is open."""
    known = {_place(found): found for found in read_differences(path)} if path.exists() else {}
    problems = []
    settled: dict[tuple[str, ...], str] = {}
    for number, difference in enumerate(differences, start=2):
        found = known.get(_place(difference))
        where = f"{difference.row}, {difference.column}"
        if found is None or _said(found) != _said(difference):
            problems.append(Problem(path, None, where, "not compared yet: run extract compare"))
        elif not found.agreed:
            message = f"agreed is blank: write the value that holds, or {BLANK}"
            problems.append(Problem(path, number, where, message))
        elif difference.column == WHOLE_ROW and found.agreed not in ("a row", "no row"):
            message = f"agreed is {found.agreed[:40]!r}: write `a row` or `no row`"
            problems.append(Problem(path, number, where, message))
        else:
            settled[_place(difference)] = found.agreed
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
            column: settled.get((name, row_id, column), cell).strip()
            for column, cell in row.cells.items()
        }
        agreed.append(Row(row.line, {c: "" if v == BLANK else v for c, v in cells.items()}))
    return agreed


def _place(difference: Difference) -> tuple[str, ...]:
    return difference.file, difference.row, difference.column


def _said(difference: Difference) -> tuple[str, str]:
    return difference.first, difference.second
