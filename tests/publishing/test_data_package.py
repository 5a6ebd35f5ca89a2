"""The data package: read and held against the data by frictionless, an outside reader."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from pathlib import Path

import frictionless

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.team import Author, Team
from analysis.files.columns import columns
from analysis.protocol import Version, load_protocol
from analysis.publishing.data_package import data_package
from analysis.publishing.downloads import PACKAGE
from analysis.publishing.offered_file import Download
from analysis.publishing.review_description import review_description
from analysis.versions.edition import Edition
from tests.evidence.folder import DATA, ROOT


def _faults(folder: Path) -> list[tuple[str, str]]:
    """What frictionless finds in the package and in its files: the place, and what is wrong."""
    report = frictionless.validate(str(folder / PACKAGE))
    found = [("package", error.message) for error in report.errors]
    return found + [(task.place, error.message) for task in report.tasks for error in task.errors]


def test_frictionless_finds_nothing_in_the_package_nor_in_its_files(unpacked: Path) -> None:
    assert _faults(unpacked) == []


def test_every_column_is_described_as_it_is_declared(offered: dict[str, Download]) -> None:
    resources = json.loads(offered[PACKAGE].content)["resources"]
    assert {resource["name"] for resource in resources} == set(DATA_FILES)
    for resource in resources:
        declared = {column.name: column for column in columns(DATA_FILES[resource["name"]].row)}
        for field in resource["schema"]["fields"]:
            column = declared[field["name"]]
            assert field["description"] == column.meaning
            assert (field["type"] == "number") == column.is_number
            assert field.get("constraints", {}).get("required", False) != column.may_be_blank


def test_a_type_a_rule_and_both_kinds_of_key_are_told_by_the_package(
    unpacked: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(unpacked, tmp_path / "damaged")
    damage = {
        "studies": (",2009,", ",in 2009,", "type"),
        "outcomes": (",means,", ",guesses,", "enum"),
        "risk_of_bias": ("\nfriesen-2017,", "\nfriesen-2099,", "lookup table"),
        "sources": ("\ncd010152-rows,", "\ncd010152,", "primary key"),
    }
    for table, (cell, damaged, _) in damage.items():
        path = folder / f"data/{table}.csv"
        text = path.read_text("utf-8")
        assert cell in text
        path.write_text(text.replace(cell, damaged, 1), encoding="utf-8")
    found = _faults(folder)
    for table, (_, _, told) in damage.items():
        assert [said for place, said in found if table in place and told in said], table


def _described(offered: dict[str, Download], edition: Edition, team: Team) -> dict[str, object]:
    protocol = load_protocol(DATA / "protocol.yml")
    review = dataclasses.replace(review_description(ROOT, protocol, edition), team=team)
    return data_package(offered.values(), review, protocol)


def test_what_nobody_has_stated_is_not_in_the_package(offered: dict[str, Download]) -> None:
    draft = Edition(Version(name="2026.11", date=dt.date(2026, 11, 23)))
    said = _described(offered, draft, Team())
    assert {"contributors", "created", "homepage"}.isdisjoint(said)
    assert said["version"] == "draft"
    author = Author(name="A. Person", orcid="0000-0002-1825-0097")
    assert _described(offered, draft, Team(authors=(author,)))["contributors"] == [
        {"title": "A. Person", "role": "author", "path": "https://orcid.org/0000-0002-1825-0097"}
    ]
