from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.evidence.question_slice import Slice
from analysis.files.digests import digest
from analysis.synthesis import synthesise
from analysis.synthesis.question_result import Synthesis
from tests.evidence.folder import DATA, DataFolder


@pytest.fixture(scope="package", autouse=True)
def _answered_once() -> Iterator[None]:
    """No question is answered twice from the same slice: most are as they were, test after test."""
    answers, answer = dict[str, Synthesis](), synthesise.answer

    def remembered(given: Slice) -> Synthesis:
        asked = digest(repr((given.question.key, given.parts(), sorted(given.unruled))))
        if asked not in answers:
            answers[asked] = answer(given)
        return answers[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(synthesise, "answer", remembered)
        yield


@pytest.fixture
def released(tmp_path: Path) -> DataFolder:
    """A copy of the project's data with its releases, which a test may change."""
    copied = DataFolder.copied_to(tmp_path / "data")
    shutil.copytree(DATA / "releases", copied.path / "releases")
    return copied
