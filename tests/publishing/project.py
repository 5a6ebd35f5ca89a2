"""A project around the frozen review: its data, what stands beside them, and its results."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from analysis.synthesis.question_result import Synthesis
from analysis.versions.results import to_json
from tests.evidence.folder import LIVING, ROOT, DataFolder


def write_results(folder: Path, syntheses: Mapping[str, Synthesis]) -> None:
    """As the pages of the questions hand them over."""
    folder.mkdir(exist_ok=True)
    for key, synthesis in syntheses.items():
        (folder / f"{key}.json").write_text(to_json(synthesis), encoding="utf-8")


def make_project(root: Path, syntheses: Mapping[str, Synthesis]) -> Path:
    """All that the site's files are made from."""
    if not (root / "data").exists():
        DataFolder.copied_to(root / "data")
    shutil.copy(LIVING / "README.md", root / "data")
    for name in ("CITATION.cff", "LICENSE", "LICENSE-text", "requirements.txt"):
        shutil.copy(ROOT / name, root)
    write_results(root / "results", syntheses)
    return root
