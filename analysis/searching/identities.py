"""What makes two records one: the number that a database issues, or what names the record."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from analysis.files.digests import digest

if TYPE_CHECKING:
    from analysis.searching.records import Record

LONGEST_SLUG = 40
# A corrected or completed title is still this like the one before; another work's is not.
REVISED_TITLE = 60.0
PLACES = ("journal", "volume", "pages")
# Combining marks from here on are accents; below are vowels and signs that make another word.
ACCENTS = 200


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
    letters = (
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.combining(letter) < ACCENTS
    )
    kept = (letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in letters)
    return " ".join("".join(kept).split())


def short_digest(*parts: str) -> str:
    return digest("\x1f".join(parts))[:12]
