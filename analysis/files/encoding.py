"""From the bytes of an export to text, in whichever encoding the database wrote."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from analysis.files.problems import EvidenceError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Far more than any record has: a file without ends is not gathered in memory.
MOST_LINES = 20_000
HIGH = bytes(range(0x80, 0x100))
HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
# Windows-1252's currency, quotation and fraction signs, small digits and the like.
SIGN_IN_WORD = re.compile(
    rb"(?<=[A-Za-z])[\x80\x82-\x89\x8b\x95\x98\x99\x9b\xa1-\xa9\xac\xaf\xb1-\xb4\xb6"
    rb"\xb8\xb9\xbb-\xbf](?=[a-z\xc0-\xff])"
)
# Of so many letters beyond ASCII one may be such a sign.
RARE_SIGN = 20
# In a file of single bytes, at least so many broken ones stand for each that looks like UTF-8.
BAD_FOR_ONE_GOOD = 10


def decode(raw: bytes, path: Path) -> str:
    """The text with `\\n` line ends; EvidenceError for what is no text, or damaged UTF-8.

    A byte-order mark decides; then UTF-8, where the bytes are valid; then Windows-1252,
    which older interfaces still write, where that makes words. Two-byte text without a mark
    is told by its zeros.
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
                f"byte 0x{raw[error.start]:02x} is not UTF-8, which other parts of the file are: "
                "is it damaged? If it is in another encoding, save it as UTF-8"
            )
            raise _refused(path, _line(raw, error.start), message) from None
        if _is_western(raw):
            return "cp1252"
        message = (
            f"byte 0x{raw[error.start]:02x} is not UTF-8, and the letters are not Western "
            "European: export the file as UTF-8, or open it as what it is and save it as UTF-8"
        )
        raise _refused(path, _line(raw, error.start), message) from None
    return "utf-8"


def _is_western(raw: bytes) -> bool:
    """Whether single bytes read as Windows-1252 are words: accents stand alone among plain letters.

    In Cyrillic, Greek, Chinese and others whole words are made of such bytes; in Central
    European text a letter is one that is a sign in Windows-1252, in the middle of a word.
    """
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return False
    high = len(raw) - len(raw.translate(None, HIGH))
    runs = sum(map(len, HIGH_RUN.findall(raw)))
    signs = len(SIGN_IN_WORD.findall(raw))
    return runs * 2 <= high and signs * RARE_SIGN <= high


def _line(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1


def _refused(path: Path, line: int, message: str) -> EvidenceError:
    return EvidenceError.at(path, message, line)
