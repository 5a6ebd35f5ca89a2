"""The evidence of today and what it says, computed once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise_all
from tests.evidence.folder import LIVING


@pytest.fixture(scope="session")
def living() -> Evidence:
    """The evidence as it is today."""
    return load(LIVING)


@pytest.fixture(scope="session")
def answers(living: Evidence) -> Mapping[str, Synthesis]:
    """What it says of every question, by the question's key."""
    return synthesise_all(living)
