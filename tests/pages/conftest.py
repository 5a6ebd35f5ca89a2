"""Pages are tested on the frozen review: what they open is not the evidence of today."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analysis.pages import context
from tests.evidence.folder import DATA

REMEMBERED = (
    context.evidence,
    context.searches,
    context.strategies,
    context.edition_with,
    context.released,
    context.flow,
)


@pytest.fixture(scope="package", autouse=True)
def frozen() -> Iterator[None]:
    """What pages open, and remember once opened, is of the frozen review."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context, "DATA", DATA)
        _forget()
        yield
    _forget()


def _forget() -> None:
    for remembered in REMEMBERED:
        remembered.cache_clear()
