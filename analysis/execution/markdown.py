"""Text from data on its way into Markdown: nothing of it may act as markup there."""

from __future__ import annotations

import re
from typing import Any

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escape_markdown(text: str) -> str:
    """Text that Markdown and MyST show as it stands: CommonMark lets all punctuation be escaped."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def escape_values(values: Any) -> Any:
    """The values that prose may name, every text among them escaped."""
    if isinstance(values, str):
        return escape_markdown(values)
    if isinstance(values, dict):
        return {name: escape_values(value) for name, value in values.items()}
    if isinstance(values, list):
        return [escape_values(value) for value in values]
    return values
