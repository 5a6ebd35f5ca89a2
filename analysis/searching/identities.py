"""What makes two records one: the number that a database issues, or what names the record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from analysis.files.digests import digest
from analysis.searching.records import COLUMNS, Raw, Record, Remark, as_record

LONGEST_SLUG = 40
# A corrected or completed title is still this like the one before; another work's is not.
REVISED_TITLE = 60.0
PLACES = ("journal", "volume", "pages")
# Combining marks from here on are accents; below are vowels and signs that make another word.
ACCENTS = 200
ASCII_WORDS = re.compile(r"[a-z0-9]+")


def make_records(
    raws: Iterable[Raw],
    source: str,
    known: Mapping[str, Record] | None = None,
    remarks: list[Remark] | None = None,
) -> list[Record]:
    """Records with their identities, in the order of the export; none is lost.

    `known` are the records of earlier exports by identity. Where one number stands for two
    contents, both are kept, told apart by what they say; a record that stands there twice,
    word for word, is kept once. `remarks` receives what became of these.
    """
    before = known or {}
    said = [] if remarks is None else remarks
    found: dict[str, Record] = {}
    lines: dict[str, int] = {}
    for raw in raws:
        record = as_record(raw)
        plain = identity(source, record)
        record = replace(record, record_id=plain)
        here, earlier = found.get(plain), before.get(plain)
        if (here and here != record) or (earlier and not same_work(earlier, record)):
            record = replace(record, record_id=identities(source, record)[0])
            if record.record_id not in found and record.record_id not in before:
                what = f"number {record.accession}" if record.accession else "title and authors"
                which = _on_line(lines[plain]) if here else "a record on file"
                message = f"this record has the {what} of {which} and other content: both are kept"
                said.append(Remark(raw.line, message, kept=True))
        if record.record_id in found:
            which = _on_line(lines[record.record_id])
            message = f"this record is word for word {which}: kept once"
            said.append(Remark(raw.line, message, kept=False))
        else:
            found[record.record_id] = record
            lines[record.record_id] = raw.line
    return list(found.values())


def _on_line(line: int) -> str:
    return f"the record on line {line}" if line else "another record of the file"


def identity(source: str, record: Record) -> str:
    """The source and its own number; where it gives none, a digest of what names the record.

    Only small letters, digits and hyphens: an identity can stand in a file name or an
    address whatever the export says.
    """
    accession = record.accession
    slug = re.sub(r"[^a-z0-9]+", "-", accession.lower()).strip("-")
    # A number that loses signs or is very long could meet another: its digest cannot.
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._/:-]*", accession) is not None
    if slug and plain and len(slug) <= LONGEST_SLUG:
        return f"{source}-{slug}"
    if accession:
        return f"{source}-{short_digest(accession)}"
    named = record.doi, record.title.casefold(), record.authors.casefold(), record.year
    return f"{source}-{short_digest(*named)}"


def identities(source: str, record: Record) -> tuple[str, str]:
    """The two that a record may have: told apart by what it says, and its plain one."""
    plain = identity(source, record)
    return f"{plain}-{_content(replace(record, record_id=plain))}", plain


def same_work(one: Record, other: Record) -> bool:
    """Whether two records with one identity are one work, which a database may have revised."""
    if one.doi and one.doi == other.doi:
        return True
    titles = comparable(one.title), comparable(other.title)
    if titles[0] != titles[1] and all(titles):
        from rapidfuzz import fuzz

        return fuzz.token_sort_ratio(*titles) >= REVISED_TITLE
    if one.accession:
        return True
    places = ((comparable(getattr(one, p)), comparable(getattr(other, p))) for p in PLACES)
    return all(a == b or not a or not b for a, b in places)


def comparable(text: str) -> str:
    """Letters and digits of any script in small letters without accents, for comparing."""
    if text.isascii():
        return " ".join(ASCII_WORDS.findall(text.lower()))
    letters = (
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.combining(letter) < ACCENTS
    )
    kept = (letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in letters)
    return " ".join("".join(kept).split())


def short_digest(*parts: str) -> str:
    return digest("\x1f".join(parts))[:12]


def _content(record: Record) -> str:
    return short_digest(*(getattr(record, name) for name in COLUMNS[1:]))[:6]
