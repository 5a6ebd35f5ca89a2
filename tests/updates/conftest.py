"""Pages that the tests of updates make, each once for the same inputs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.updates.making import Making


@pytest.fixture(scope="module")
def making() -> Iterator[Making]:
    with pytest.MonkeyPatch.context() as patch:
        yield Making(patch)
