"""From the bytes of an export to text, in whichever encoding the database wrote."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from analysis.files.problems import EvidenceError, Problem

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Far more than any record has: a file without ends is not gathered in memory.
MOST_LINES = 20_000
# In a file of single bytes, at least so many broken ones stand for each that looks like UTF-8.
BAD_FOR_ONE_GOOD = 10


def decode(raw: bytes, path: Path) -> str:
    """The text with `\\n` line ends; EvidenceError for what is no text, or damaged UTF-8.

    A byte-order mark decides; then UTF-8, where the bytes are valid; then Windows-1252,
    which older interfaces still write. Two-byte text without a mark is told by its zeros.
    """
    if raw.startswith(b"PK\x03\x04"):
        raise _refused(path, 1, "a zip archive or a spreadsheet: export as text, or save as CSV")
    encoding = _encoding(raw, path)
    try:
        text = raw.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise _refused(path, _line(raw, error.start), f"bytes that are not {encoding}") from None
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise _refused(path, line, "a zero byte: the file is binary or damaged")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str) -> Iterator[str]:
    """Each line with its end. A StringIO would hold every letter in four bytes."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _encoding(raw: bytes, path: Path) -> str:
    for mark, name in MARKS:
        if raw.startswith(mark):
            return name
    sample = raw[:4000]
    if sample.count(0) > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        lenient = raw.decode("utf-8", errors="replace")
        bad = lenient.count("\ufffd")
        good = sum(1 for letter in lenient if letter > "\x7f") - bad
        if good * BAD_FOR_ONE_GOOD > bad:
            message = (
                f"byte 0x{raw[error.start]:02x} is not UTF-8, which other parts of the file are"
            )
            raise _refused(path, _line(raw, error.start), message) from None
        return _single_byte(raw)
    return "utf-8"


def _single_byte(raw: bytes) -> str:
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"  # every byte is a letter there: nothing is lost
    return "cp1252"


def _line(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1


def _refused(path: Path, line: int, message: str) -> EvidenceError:
    return EvidenceError([Problem(path, line, None, message)])
