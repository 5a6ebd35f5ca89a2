from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.evidence.folder import DATA, DataFolder


@pytest.fixture
def released(tmp_path: Path) -> DataFolder:
    """A copy of the project's data with its releases, which a test may change."""
    copied = DataFolder.copied_to(tmp_path / "data")
    shutil.copytree(DATA / "releases", copied.path / "releases")
    return copied
