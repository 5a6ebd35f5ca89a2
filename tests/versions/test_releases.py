"""A release that was frozen before a table or a column came into use is made again all the same."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from analysis.files.csv_files import read_csv
from analysis.files.problems import EvidenceError
from analysis.versions.data_changes import data_changes
from analysis.versions.freezing import verify
from tests.evidence.folder import DATA, DataFolder

NAME = "2013.11"


@pytest.fixture
def data(folder: DataFolder) -> Path:
    shutil.copytree(DATA / "releases" / NAME, folder.path / "releases" / NAME)
    return folder.path


def test_a_column_that_came_later_is_blank_in_a_release(data: Path) -> None:
    frozen = data / "releases" / NAME / "data" / "integrity.csv"
    assert "fingerprint" not in read_csv(frozen).header
    assert "fingerprint" in read_csv(data / "integrity.csv").header
    assert verify(data, NAME) == ()


def test_a_release_without_the_column_that_names_its_rows_is_refused(data: Path) -> None:
    path = data / "releases" / NAME / "data" / "studies.csv"
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(row[1:] for row in rows)
    with pytest.raises(EvidenceError) as caught:
        data_changes(path.parent, data)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.column) == (path, 1, "study_id")
