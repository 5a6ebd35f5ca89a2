from __future__ import annotations

import pytest

from analysis.files.slugs import is_slug


@pytest.mark.parametrize("name", ["anna", "dear-2013", "7", "follow-up"])
def test_small_letters_digits_and_single_hyphens_are_a_slug(name: str) -> None:
    assert is_slug(name)


@pytest.mark.parametrize("name", ["", "Anna", "-a", "a-", "a--b", "a b", "a\n", "å", "a/b", "a.b"])
def test_nothing_else_is(name: str) -> None:
    assert not is_slug(name)
