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
from tests.evidence.folder import DATA
from tests.publishing.project import make_project


@pytest.fixture(scope="package")
def project(syntheses: Mapping[str, Synthesis], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with its data, its results and an export as a database gave it."""
    root = tmp_path_factory.mktemp("project")
    make_project(root, syntheses)
    (root / "data/searches/2026-11-01").mkdir(parents=True)
    (root / "data/searches/2026-11-01/search.yml").write_text("date: 2026-11-01\n")
    (root / "data/searches/2026-11-01/medline.ris").write_text("AB  - Somebody’s abstract\n")
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
