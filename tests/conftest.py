"""What many tests share: the frozen review, its evidence and its syntheses, computed once."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise_all
from tests.evidence.folder import DATA, DataFolder

pytest_plugins = ["tests.execution.fixtures", "tests.searching.fixtures"]

# A suite that a shell started in the background is deaf to Ctrl-C, and so would be all
# processes it starts: those that tests interrupt would go on.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is, nothing about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    """The evidence of the frozen review."""
    return load(DATA)


@pytest.fixture(scope="session")
def syntheses(evidence: Evidence) -> Mapping[str, Synthesis]:
    """Every synthesis of the frozen review, by question key."""
    return synthesise_all(evidence)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A copy of the frozen review's data files that a test may damage."""
    return DataFolder.copied_to(tmp_path / "data")
