"""A record as the desk shows it: its words marked, its links, its abstract in paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from analysis.protocol_lists import MarkedWords
from analysis.searching.records import Record, clean

# Where a structured abstract begins its next part: METHODS: …
NEXT_PART = re.compile(r"(?<=[.?!)]) +(?=[A-Z][A-Z ,/&-]{3,60}: )")
REGISTRIES = (
    ("NCT", "https://clinicaltrials.gov/study/"),
    ("ISRCTN", "https://www.isrctn.com/"),
    # The portal of the World Health Organization knows the trials of all other registries.
    ("", "https://trialsearch.who.int/Trial2.aspx?TrialID="),
)

Parts = tuple[tuple[str, str], ...]
"""Pieces of a text, each with `inclusion`, `exclusion` or nothing."""


@dataclass(frozen=True)
class RecordShown:
    """What the desk shows of a record; every text still to be escaped."""

    record_id: str
    plain_title: str
    title: Parts
    abstract: tuple[Parts, ...]
    authors: str
    source: str
    links: tuple[tuple[str, str], ...]


def record_shown(record: Record, words: MarkedWords) -> RecordShown:
    """The record with these words marked."""
    title, abstract = clean(record.title), clean(record.abstract)
    place = " ".join(filter(None, (record.journal, record.year, _issue(record))))
    return RecordShown(
        record_id=record.record_id,
        plain_title=title or "(no title)",
        title=marked(title or "(no title)", words),
        abstract=tuple(marked(part, words) for part in NEXT_PART.split(abstract) if part),
        authors=clean(record.authors),
        source=clean(place),
        links=tuple(_links(record)),
    )


def marked(text: str, words: MarkedWords) -> Parts:
    """The text in pieces: those that the protocol has marked, and what is between them."""
    pattern = _pattern(words)
    if pattern is None:
        return ((text, ""),)
    parts, end = [], 0
    for found in pattern.finditer(text):
        if found.start() > end:
            parts.append((text[end : found.start()], ""))
        parts.append((found.group(), found.lastgroup or ""))
        end = found.end()
    return (*parts, (text[end:], "")) if end < len(text) else tuple(parts)


@lru_cache(maxsize=4)
def _pattern(words: MarkedWords) -> re.Pattern[str] | None:
    kinds = {"exclusion": words.exclusion, "inclusion": words.inclusion}
    groups = [f"(?P<{kind}>{_any_of(listed)})" for kind, listed in kinds.items() if listed]
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})", re.IGNORECASE) if groups else None


def _any_of(words: Sequence[str]) -> str:
    """The longest first: it may begin with another."""
    return "|".join(_word(word) for word in sorted(words, key=len, reverse=True))


def _word(word: str) -> str:
    letters = r"[\s-]+".join(map(re.escape, word.removesuffix("*").split()))
    return letters + (r"\w*" if word.endswith("*") else r"(?!\w)")


def _issue(record: Record) -> str:
    issue = f"({record.issue})" if record.issue else ""
    pages = f":{record.pages}" if record.pages else ""
    return f"{record.volume}{issue}{pages}"


def _links(record: Record) -> Iterator[tuple[str, str]]:
    """Name and address of where the record is found; only addresses of the web."""
    if record.doi:
        yield f"DOI {record.doi}", f"https://doi.org/{quote(record.doi)}"
    if record.pmid.isdecimal():
        yield f"PubMed {record.pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{record.pmid}/"
    if number := record.registration:
        site = next(site for begin, site in REGISTRIES if number.startswith(begin))
        yield f"Registry {number}", site + quote(number, safe="")
    if record.url.startswith(("http://", "https://")):
        yield "Address in the database", record.url
