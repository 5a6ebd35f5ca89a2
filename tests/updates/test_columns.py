"""Whatever column is blank: either the evidence is refused, or every page that reads it is made.

On a small review in which every column is filled somewhere, each column of each file is blanked
in one row and in all rows, and each file loses its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.files.columns import columns
from analysis.files.problems import EvidenceError
from tests.evidence.folder import DataFolder
from tests.updates.edits import medians_only, no_number_at_all
from tests.updates.formats import every_format
from tests.updates.making import Making, no_values

pytestmark = pytest.mark.xdist_group("columns")  # takes long: begun early

# One of a kind each: of both tools, several contrasts, events, no usable row, excluded, awaiting.
KEPT = {
    "carpenter-2012", "dear-2013", "lin-2017", "strom-2000", "buhrman-2004", "friesen-2017",
    "baumeister-2021", "minen-2025", "menga-2014", "kristjansdottir-2013",
}  # fmt: skip
OUTCOMES = {"pain"}
# Examples are of no review: what must be listed elsewhere has the names of this one.
LISTED = {"outcome": "pain", "condition": "non-headache", "source_id": "gandy-2022"}
FILES = {f"{name}.csv": file for name, file in DATA_FILES.items()}
Table = list[list[str]]


@dataclass(frozen=True)
class Case:
    """A file with some cells blank; `lines` are those of the rows that changed."""

    name: str
    file: str
    table: Table
    lines: tuple[int, ...]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A few of the frozen review's trials, one for each format, and a row of every file."""
    folder = DataFolder.copied_to(tmp_path_factory.mktemp("columns") / "data")
    keep_two_outcomes(folder)
    for file in FILES:
        header, *rows = folder.rows(file)
        for column, kept in (("study_id", KEPT), ("outcome", OUTCOMES)):
            if column in header:
                rows = [row for row in rows if row[header.index(column)] in kept]
        folder.write(file, [header, *rows])
    every_format(folder)
    medians_only(folder)
    no_number_at_all(folder)
    example(folder, "certainty.csv")
    row = "carpenter-2012.pain.post.1"
    example(folder, "integrity.csv", study_id="carpenter-2012", row_id=row)
    example(
        folder,
        "measured.csv",
        study_id="carpenter-2012",
        outcome="disability",
        timepoint="follow-up",
    )
    example(folder, "trustworthiness.csv", study_id="carpenter-2012")
    example(folder, "notices.csv", study_id="carpenter-2012", nature="correction")
    example(folder, "notice_snapshots.csv")
    # The examples of who verified which numbers come into the first row.
    folder.edit("outcomes.csv", folder.rows("outcomes.csv")[1][0], verified="yes")
    fill(folder)
    return folder


def keep_two_outcomes(folder: DataFolder) -> None:
    """Fewer questions are sooner answered: of pain there are ratios, differences and contrasts."""
    protocol = folder.path / "protocol.yml"
    text = protocol.read_text(encoding="utf-8")
    start, end = text.index("  - id: depression"), text.index("\nmeasures:")
    protocol.write_text(text[:start] + text[end:], encoding="utf-8")


def example(folder: DataFolder, file: str, /, **cells: str) -> None:
    """A row of the examples in the codebook."""
    usual = {c.name: LISTED.get(c.name, c.example) for c in columns(FILES[file].row)}
    folder.append(file, **(usual | cells))


def fill(folder: DataFolder) -> None:
    """Where a column is blank in every row that could have it, the codebook's example."""
    for file, declared in FILES.items():
        header, *rows = folder.rows(file)
        later = [c.name for c in columns(declared.row) if c.name not in header]
        table = [[*header, *later], *([*row, *("" for _ in later)] for row in rows)]
        for column in columns(declared.row):
            if not any(filled(table, column.name)):
                table[1][table[0].index(column.name)] = LISTED.get(column.name, column.example)
        folder.write(file, table)


def filled(table: Table, column: str) -> Iterator[int]:
    """The places of the rows that have something in a column."""
    at = table[0].index(column)
    return (place for place, row in enumerate(table) if place and row[at])


def cases(file: str, table: Table) -> Iterator[Case]:
    """Each column blank in one row that has it, and in all of them; then no row at all.

    Rows take turns from column to column.
    """
    header = table[0]
    for at, name in enumerate(header):
        places = [*filled(table, name)]
        for changed in ([places[at % len(places)]], places):
            blank = [[*row] for row in table]
            for place in changed:
                blank[place][at] = ""
            where = "all rows" if changed is places else f"line {changed[0] + 1}"
            lines = tuple(place + 1 for place in changed)
            yield Case(f"{file}, {name} blank in {where}", file, blank, lines)
    yield Case(f"{file} without rows", file, [header], ())


def read(folder: DataFolder, case: Case) -> Evidence | None:
    """The evidence of a case; None where it is refused with the place that has to be mended."""
    kept = folder.rows(case.file)
    folder.write(case.file, case.table)
    try:
        return load(folder.path)
    except EvidenceError as error:
        assert all(p.line and p.column for p in error.problems), f"{case.name}: {error}"
        if case.lines:
            at = {(p.file.name, p.line) for p in error.problems}
            named = {line for file, line in at if file == case.file}
            assert named & {*case.lines} or any(file != case.file for file, _ in at), case.name
        return None
    finally:
        folder.write(case.file, kept)


def test_every_column_is_filled_somewhere(small: DataFolder) -> None:
    load(small.path)
    for file, declared in FILES.items():
        table = small.rows(file)
        assert {column.name for column in columns(declared.row)} == {*table[0]}
        assert [name for name in table[0] if not any(filled(table, name))] == [], file


@pytest.mark.parametrize("file", FILES)
def test_a_blank_column_is_refused_or_built(
    file: str,
    small: DataFolder,
    making: Making,
) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for case in cases(file, small.rows(file)):
        evidence = read(small, case)
        counts["refused" if evidence is None else "built"] += 1
        if evidence is not None:
            # What follows from the answers too, where a whole column or file is gone.
            pages = making.pages(evidence, [file], needing=len(case.lines) != 1)
            wrong += [f"{case.name}: {said}" for said in no_values(pages)]
    # Shown by `pytest -rP`.
    print(
        f"{file}: {len(small.rows(file)[0])} columns, "
        f"{counts['refused']} cases refused, {counts['built']} built"
    )
    assert wrong == []
    assert counts["refused"] > 0
