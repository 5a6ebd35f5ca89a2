"""The codebook tells every column as it is declared, and its examples are what a file may hold."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

import jsonschema
import pytest

from analysis.evidence.codebook import codebook_text, columns_table, json_schemas
from analysis.evidence.data_files import DATA_FILES, DataFile, read_file
from analysis.evidence.rows import Evidence
from analysis.evidence.values import words_of
from analysis.files.columns import columns, read_rows
from analysis.files.problems import EvidenceError
from tests.evidence.folder import DATA, LIVING

CODEBOOK = LIVING / "README.md"
# The examples are of no review in particular: what a protocol might list.
SOME_WORDS = {
    "conditions": ["insomnia"],
    "outcomes": ["mood"],
    "timepoints": ["post"],
    "measures": ["SMD"],
    "comparators": ["placebo"],
    "tools": ["RoB 2"],
}
every_file = pytest.mark.parametrize("file", DATA_FILES.values(), ids=list(DATA_FILES))


def test_the_codebook_is_current() -> None:
    """Run `./review codebook` where it is not."""
    assert CODEBOOK.read_text("utf-8") == codebook_text(CODEBOOK)


def test_a_table_that_a_person_changed_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    shutil.copy(DATA / "protocol.yml", tmp_path)
    text = CODEBOOK.read_text("utf-8")
    path.write_text(text.replace("| `sd_control` |", "| `sd_controls` |"), "utf-8")
    assert path.read_text("utf-8") != text
    assert codebook_text(path) == text


@pytest.mark.parametrize("times", [0, 2])
def test_every_file_has_one_table(tmp_path: Path, times: int) -> None:
    path = tmp_path / "README.md"
    shutil.copy(DATA / "protocol.yml", tmp_path)
    text = CODEBOOK.read_text("utf-8")
    begin = text.index("<!-- columns of contrasts.csv")
    end = text.index("<!-- end of columns -->", begin) + len("<!-- end of columns -->\n")
    path.write_text(text[:begin] + times * text[begin:end] + text[end:], "utf-8")
    with pytest.raises(EvidenceError, match=r"one table of the columns of contrasts\.csv"):
        codebook_text(path)


@every_file
def test_every_column_is_explained_with_an_example_that_may_stand_there(
    file: DataFile,
) -> None:
    declared = columns(file.row)
    assert all(column.meaning and column.example for column in declared)
    cells = {column.name: [column.example] for column in declared}
    found = read_rows(file.row, CODEBOOK, [1], cells, SOME_WORDS)
    assert found.problems == ()
    table = columns_table(file).splitlines()
    assert len(table) == 2 + len(declared)
    # Four cells a row, whatever stands in them.
    assert {line.replace("\\|", "").count("|") for line in table} == {5}


@every_file
def test_every_row_of_the_data_is_as_the_published_schema_says(
    evidence: Evidence, file: DataFile
) -> None:
    schemas = json_schemas(evidence.protocol)
    jsonschema.Draft202012Validator.check_schema(schemas)
    schema = schemas | {"$ref": f"#/$defs/{file.name}"}
    validator = jsonschema.Draft202012Validator(schema)
    rows = read_file(DATA / f"{file.name}.csv", file, words_of(evidence.protocol)).rows
    for row in rows:
        assert list(validator.iter_errors(asdict(row))) == []
    assert not validator.is_valid({"surprise": 1})


@every_file
def test_the_key_of_a_file_is_made_of_its_columns(file: DataFile) -> None:
    declared = {column.name: column for column in columns(file.row)}
    assert set(file.key) <= set(declared)
    if len(file.key) == 1:
        assert declared[file.key[0]].unique


def test_a_reference_is_to_the_key_of_another_file() -> None:
    to = {
        (column.refers_to.table, column.refers_to.key)
        for file in DATA_FILES.values()
        for column in columns(file.row)
        if column.refers_to
    }
    assert to == {("studies", "study_id"), ("sources", "source_id"), ("outcomes", "row_id")}
    assert all(DATA_FILES[table].key == (key,) for table, key in to)
