"""What may stand in the files of screening and deduplication, and how a row is held against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from analysis.evidence.study_names import STUDY
from analysis.files.columns import (
    Listed,
    NameOfPerson,
    Rows,
    Words,
    columns,
    matching,
    one_of,
    read_rows,
)
from analysis.files.days import MOMENT
from analysis.files.problems import MOST_PROBLEMS, Problem
from analysis.files.slugs import PERSON, SLUG
from analysis.files.tables import Row

WHEN = rf"^{MOMENT}$"

STAGES = {
    "title-abstract": ("include", "exclude", "unsure"),
    "retrieval": ("obtained", "not obtained"),
    "full-report": ("include", "exclude", "unsure"),
}
# A person takes back what they decided, at any stage.
WITHDRAWN = "withdrawn"
# The protocol's exclusion criteria among the words that a table refers to.
CRITERIA = "exclusion_criteria"
RULINGS = ("same", "different")
VERDICTS = ("duplicate", "possible", "related")
# Of a long file in which every row is wrong the first rows are enough.
AT_ONCE = 1_000

RecordId = Annotated[str, matching(SLUG, "a record's identity")]
Stage = Annotated[str, one_of(*STAGES)]
DecisionWord = Annotated[
    str, one_of(*dict.fromkeys(word for words in STAGES.values() for word in words), WITHDRAWN)
]
Criterion = Annotated[str, Listed(CRITERIA, "an exclusion criterion of the protocol", ("",))]
StudyId = Annotated[str, STUDY, matching(rf"^$|{SLUG}", "a study_id, or blank")]
Person = Annotated[
    str, NameOfPerson(), matching(PERSON, "a name in small letters, digits and hyphens")
]
Time = Annotated[str, matching(WHEN, "a time such as 2026-11-23T10:15:00Z")]
TimeOrNone = Annotated[
    str, matching(rf"^$|{WHEN}", "a time such as 2026-11-23T10:15:00Z, or blank")
]
TimesOrNone = Annotated[
    str, matching(rf"^$|^{MOMENT}( {MOMENT})*$", "times with spaces between, or blank")
]
VerdictWord = Annotated[str, one_of("", *VERDICTS)]
RulingWord = Annotated[str, one_of("", *RULINGS)]

Expected = Mapping[str, Callable[[Any], bool]]
"""What is expected of a whole row, in words → whether it holds."""


def row_problems(
    path: Path,
    rows: Sequence[Row],
    table: type,
    expected: Expected,
    words: Words = MappingProxyType({}),
) -> list[Problem]:
    """What breaks a rule of its column or of the row, the first lines first."""
    return list(islice(_problems(path, rows, table, expected, words), MOST_PROBLEMS))


def _problems(
    path: Path, rows: Sequence[Row], table: type, expected: Expected, words: Words
) -> Iterator[Problem]:
    names = [column.name for column in columns(table)]
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        cells = {name: [row[name] for row in part] for name in names}
        read: Rows[Any] = read_rows(table, path, [row.line for row in part], cells, words)
        broken = [
            Problem(path, line, None, f"expected {said}")
            for line, row in read.numbered()
            for said, holds in expected.items()
            if not holds(row)
        ]
        yield from sorted([*read.problems, *broken], key=lambda problem: problem.line or 0)
