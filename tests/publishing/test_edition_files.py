"""Whoever has a downloaded file alone can tell a version's numbers from a draft's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

import pytest

from analysis.protocol import Version
from analysis.publishing.edition_files import edition_json, results_json
from analysis.publishing.effects_table import effects_csv
from analysis.synthesis.question_result import Synthesis
from analysis.versions.compare import Comparison
from analysis.versions.data_changes import DataChanges
from analysis.versions.edition import Edition
from analysis.versions.releases import releases
from tests.evidence.folder import DATA

LAST = releases(DATA)[-1]
STATED = Version(name=LAST.name, date=LAST.date)


def edition(*, verified: int) -> Edition:
    """The last version, in whose data so many rows were checked since."""
    data = DataChanges(verified=verified)
    return Edition(STATED, LAST, Comparison(before=LAST.name, now="now", changes=(), data=data))


VERSION, DRAFT = edition(verified=0), edition(verified=2)


@pytest.mark.parametrize(
    ("shown", "identifier", "differences"),
    [
        (VERSION, "2026.11", []),
        (DRAFT, "2026.11+draft", ["2 outcome rows came to be verified."]),
    ],
)
def test_the_archive_says_what_it_is_of(
    shown: Edition, identifier: str, differences: list[str]
) -> None:
    said = json.loads(edition_json(shown))
    assert (said["edition"], said["draft"]) == (identifier, shown.is_draft)
    assert said["last_version"] == {"name": "2026.11", "date": "2026-11-23"}
    assert said["differences"] == differences


def test_each_table_and_results_file_names_its_edition(syntheses: Mapping[str, Synthesis]) -> None:
    rows = list(csv.DictReader(io.StringIO(effects_csv(syntheses.values(), DRAFT.identifier))))
    assert {row["edition"] for row in rows} == {"2026.11+draft"}
    synthesis = next(iter(syntheses.values()))
    said = json.loads(results_json(synthesis, DRAFT))
    assert said["provenance"].pop("edition") == "2026.11+draft"
    assert {**said["provenance"], "edition": ""} == synthesis.provenance.model_dump(mode="json")
