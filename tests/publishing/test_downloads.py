"""What a reader downloads: complete, harmless in a spreadsheet, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping

import pytest

from analysis.publishing.archives import zipped
from analysis.publishing.downloads import (
    ARCHIVE,
    CODEBOOK,
    EDITION,
    EFFECTS,
    INDEX,
    LICENCES,
    SCHEMA,
    spreadsheet_safe,
)
from analysis.publishing.offered_file import Download
from analysis.synthesis.question_result import Synthesis
from tests.evidence.folder import DATA


def test_every_data_file_and_every_result_is_offered(
    offered: dict[str, Download], syntheses: Mapping[str, Synthesis]
) -> None:
    expected = {f"data/{path.name}" for path in DATA.glob("*.csv")}
    expected |= {f"results/{key}.json" for key in syntheses}
    expected |= {
        ARCHIVE,
        CODEBOOK,
        EDITION,
        EFFECTS,
        SCHEMA,
        "data/protocol.yml",
        "LICENSE",
        LICENCES,
    }
    assert expected <= set(offered)
    assert all(file.about and file.content for file in offered.values())


def test_exports_of_databases_are_not_handed_on(offered: dict[str, Download]) -> None:
    assert "data/searches/2026-11-01/search.yml" in offered
    assert not any(path.endswith(".ris") for path in offered if "searches" in path)
    assert b"abstract\xe2\x80\x99s" not in offered[ARCHIVE].content


def test_the_archive_holds_every_other_file(offered: dict[str, Download]) -> None:
    with zipfile.ZipFile(io.BytesIO(offered[ARCHIVE].content)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == set(offered) - {ARCHIVE}
        for name in archive.namelist():
            assert archive.read(name) == offered[name].content


def test_the_archive_has_the_same_bytes_whatever_the_order_and_the_time() -> None:
    files = {"b.csv": b"1", "a.csv": b"2"}
    assert zipped(files) == zipped(dict(reversed(files.items())))


def test_results_meet_the_schema_they_are_offered_with(offered: dict[str, Download]) -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(json.loads(offered[SCHEMA].content))
    for path, file in offered.items():
        if path.startswith("results/") and path not in (SCHEMA, INDEX):
            errors = list(validator.iter_errors(json.loads(file.content)))
            assert errors == [], f"{path}: {errors[0].message}"


def test_data_files_say_what_the_project_holds(offered: dict[str, Download]) -> None:
    """No cell of the present data is a formula, so nothing may differ."""
    for path in DATA.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            held = list(csv.reader(stream))
        given = list(csv.reader(io.StringIO(offered[f"data/{path.name}"].content.decode())))
        assert given == held
        assert offered[f"data/{path.name}"].rows == len(held) - 1


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("x")', "＝1+1"],
)
def test_a_formula_becomes_text(cell: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["note"], [cell]])
    safe = list(csv.reader(io.StringIO(spreadsheet_safe(buffer.getvalue()), newline="")))
    assert safe == [["note"], [f"'{cell}"]]


@pytest.mark.parametrize("cell", ["-0.31", "+2", "-1e-05", "", "p = 0.04", "a=b", "10.1000/x"])
def test_numbers_and_plain_text_stay(cell: str) -> None:
    text = f"note,other\n{cell},1\n"
    assert spreadsheet_safe(text) == text
