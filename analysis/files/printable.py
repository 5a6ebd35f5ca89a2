"""Text that a person is shown: what cannot be seen in it stands there as its escape.

A file may be called by any bytes but two: by a line end, which makes a line of its own of what
follows, by commands to the terminal, by marks that turn the order of letters around.
"""

from __future__ import annotations

import codecs
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What a progress bar and colours are made of: all else that begins with an escape is a name's.
DRAWING = re.compile(r"\x1b\[\??[0-9;]*[A-KSTfhlmsu]|\r")


def printable(name: str | Path) -> str:
    """A name as it can be printed: `\\x1b` for an escape, `\\xe9` for a byte that is not UTF-8."""
    text = str(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text if text.isprintable() else "".join(map(_seen, text))


def _seen(letter: str) -> str:
    return letter if letter.isprintable() else ascii(letter)[1:-1]


@contextmanager
def printable_output() -> Iterator[None]:
    """What the program says is seen as it is, and ends in no error for want of a letter.

    Where the locale has no minus sign, its escape stands there: no number loses its sign. ASCII
    is what a program is given that was told no locale, and is not believed, as in Python itself.
    """
    before = sys.stdout, sys.stderr
    streams = _Printable(before[0], DRAWING), _Printable(before[1])
    sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for stream in streams:
            with suppress(OSError):  # nobody reads any more
                stream.detach()


class _Printable(io.TextIOWrapper):
    """A stream of text with escapes for what is hidden in it, the `kept` sequences aside."""

    def __init__(self, stream: TextIO, kept: re.Pattern[str] | None = None) -> None:
        stream.flush()
        encoding = codecs.lookup(stream.encoding).name.replace("ascii", "utf-8")
        at_once = bool(getattr(stream, "line_buffering", False))
        super().__init__(stream.buffer, encoding, "backslashreplace", line_buffering=at_once)
        self._kept = kept

    def write(self, text: str) -> int:
        if HIDDEN.search(text):
            kept = self._kept.findall(text) if self._kept else []
            parts = self._kept.split(text) if self._kept else [text]
            seen = [HIDDEN.sub(lambda found: ascii(found[0])[1:-1], part) for part in parts]
            text = "".join(a + b for a, b in zip(seen, [*kept, ""], strict=True))
        return super().write(text)
