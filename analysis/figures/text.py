"""Text from data files, made safe to draw."""

from __future__ import annotations

import re
import unicodedata


def plain(text: str) -> str:
    """One line of text that XML can hold: control characters out, spaces collapsed.

    A no-break space stays one.
    """
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")
    )
    return re.sub(r"[^\S\xa0]+", " ", kept).strip()
