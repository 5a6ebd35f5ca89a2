"""Fixtures of execution and the book: an empty project, and workers that tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.execution.plan import Project
from analysis.execution.warm import WarmWorkers, can_fork, warm_workers


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with one data file and nothing else."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "outcomes.csv").write_text("row_id\na\n", encoding="utf-8")
    return Project(tmp_path)


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmWorkers]:
    """Warm workers that all tests share: one test's page must not be felt in another's."""
    if not can_fork():
        pytest.skip("this platform does not fork")
    with warm_workers(2, tmp_path_factory.mktemp("warm"), ["numpy", "pandas"]) as workers:
        yield workers
