"""What readers can download of the frozen review, made once for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from analysis.protocol import load_protocol
from analysis.publishing.downloads import downloads
from analysis.publishing.offered_file import Download
from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import Edition
from analysis.versions.results import to_json
from tests.evidence.folder import DATA, LIVING, ROOT


@pytest.fixture(scope="package")
def project(syntheses: Mapping[str, Synthesis], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with its data, its results and an export as a database gave it."""
    root = tmp_path_factory.mktemp("project")
    (root / "data/searches/2026-11-01").mkdir(parents=True)
    for path in (*DATA.glob("*.csv"), DATA / "protocol.yml", LIVING / "README.md"):
        (root / "data" / path.name).write_bytes(path.read_bytes())
    for name in ("CITATION.cff", "LICENSE", "LICENSE-text", "requirements.txt"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    (root / "data/searches/2026-11-01/search.yml").write_text("date: 2026-11-01\n")
    (root / "data/searches/2026-11-01/medline.ris").write_text("AB  - Somebody’s abstract\n")
    (root / "results").mkdir()
    for key, synthesis in syntheses.items():
        (root / "results" / f"{key}.json").write_text(to_json(synthesis))
    return root


@pytest.fixture(scope="package")
def offered(project: Path, syntheses: Mapping[str, Synthesis]) -> dict[str, Download]:
    edition = Edition(load_protocol(DATA / "protocol.yml").version)
    return {file.path: file for file in downloads(project, syntheses, edition)}


@pytest.fixture(scope="package")
def unpacked(offered: dict[str, Download], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the downloads; no test changes anything in it."""
    folder = tmp_path_factory.mktemp("downloads")
    for path, file in offered.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(file.content)
    return folder
