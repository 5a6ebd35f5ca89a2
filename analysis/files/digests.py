"""A digest that stands for content: to see that it changed, and to name it."""

from __future__ import annotations

import hashlib


def digest(content: bytes | str) -> str:
    """SHA-256 as 64 hexadecimal digits; text as UTF-8."""
    raw = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()
