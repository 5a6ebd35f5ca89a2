"""The fields of a record from what its export says, whatever the database calls them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from analysis.searching.formats.dialects import Dialect, Place
from analysis.searching.formats.entry import Entry
from analysis.searching.identifiers import (
    normal_doi,
    pmid_in,
    registration_in,
    year_in,
)
from analysis.searching.records import Raw

# The first whose words stand in what an export says of a record's type.
KINDS = (
    ("registry", r"trial regist(?:ry|ration)|registry record|registered trial"),
    ("preprint", r"pre-?print|posted[- ]content"),
    ("correction", r"errat(?:um|a)\b|corrigend|\bcorrections?\b|\bretraction\b"),
    ("conference", r"conference|congress|meeting|proceeding|poster|\b(?:CONF|CPAPER|ABST|SLIDE)\b"),
    ("thesis", r"\bTHES\b|thesis|dissertation"),
    ("book", r"\b(?:BOOK|EDBOOK|CHAP|ECHAP|EBOOK)\b|\bbook|inbook|incollection|monograph|chapter"),
)
CORRECTS = re.compile(
    r"(?:author |publisher |published )?(?:errat(?:um|a)|corrigend(?:um|a)|correction|retraction)"
    r"(?: (?:to|of|for)\b|\s*[:.—–-]|$)",
    re.IGNORECASE,
)
REGISTERS = re.compile(
    r"clinicaltrials\.gov|trialsearch\.who\.int|who\.int/trialsearch|anzctr\.org|isrctn\.com|"
    r"drks\.de|chictr\.org|clinicaltrialsregister\.eu|irct\.(?:ir|behdasht)|ctri\.nic\.in",
    re.IGNORECASE,
)
WEB = re.compile(r"https?://[^\s;|]+", re.IGNORECASE)
# A name as Vancouver style has it, `Aspen RT`, or the other way round, `R T Aspen`.
INITIALS = re.compile(r"(?:[A-ZÀ-Þ]\.?-?){1,4}")
MONTH_BEHIND = re.compile(r" (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*$", re.I)
# Ovid's place for the whole citation, where it stands behind a field's own.
CITATIONS = ("SO", "Source")
NUMBER_BEHIND = re.compile(r" \(\d+\)$")
# `Gut. 65(3):123-30, 2016`, `Gut. Vol.65(3), 2016, pp. 123-130`, `Gut 65 (3) (pp 1-9), 2016`.
CITED = re.compile(
    r"(?P<journal>.+?)[.,;]?\s+(?:(?:19|20)\d{2}[^;]{0,20};\s*)?(?:vol(?:ume)?\.? ?)?"
    r"(?P<volume>\d+)(?![\d-])\s*(?:\((?P<issue>[^)]{1,20})\))?"
    r"(?:.*?(?::|pp?\.?|\(pp)\s*(?P<pages>[A-Za-z]?\d+(?:-[A-Za-z]?\d+)?))?",
    re.IGNORECASE,
)


def as_raw(entry: Entry, dialect: Dialect) -> Raw:
    """One record's fields, each from the first place where its dialect finds one."""
    found = _Found(entry, dialect)
    title, journal = found.first("title"), found.journal()
    kind = found.kind(title, journal)
    return Raw(
        line=entry.line,
        title=title,
        authors=tuple(found.authors()),
        year=next(filter(None, map(year_in, found.all("year"))), ""),
        journal="" if WEB.match(journal) else journal,
        volume=found.cited("volume"),
        issue=found.cited("issue"),
        pages=found.pages(),
        doi=next(filter(None, map(normal_doi, found.all("doi"))), ""),
        pmid=next(filter(None, map(pmid_in, found.all("pmid"))), ""),
        registration=found.registration(kind),
        kind=kind,
        url=next((web.group() for text in found.all("url") if (web := WEB.search(text))), ""),
        abstract=found.first("abstract"),
        accession=found.first("accession"),
    )


class _Found:
    """What the places of a dialect hold in one record."""

    def __init__(self, entry: Entry, dialect: Dialect) -> None:
        self._entry = entry
        self._dialect = dialect
        self._origin: str | None = None

    def all(self, field: str) -> Iterator[str]:
        """Every value of a field, the places in their order of preference."""
        values = self._entry.values
        for place in self._dialect.fields.get(field, ()):
            if not isinstance(place, str):
                yield from self._matching(place)
            elif place in values:
                yield from values[place]

    def _matching(self, place: Place) -> Iterator[str]:
        values = self._entry.values.get(place.tag)
        if not values or (place.of and not re.search(place.of, self.origin, re.IGNORECASE)):
            return
        for text in values:
            if not place.like:
                yield text
            elif match := re.fullmatch(place.like, text, re.IGNORECASE | re.DOTALL):
                yield match.group(match.lastindex or 0)

    @property
    def origin(self) -> str:
        if self._origin is None:
            tags = self._dialect.origin
            self._origin = " ".join(f"{tag}:{v}" for tag in tags for v in self._entry.all(tag))
        return self._origin

    def first(self, field: str) -> str:
        """The field; of one that stands in several parts, all of them in order."""
        values = self.all(field)
        if field in self._dialect.joined:
            return " ".join(dict.fromkeys(values))
        return next(filter(None, values), "")

    def authors(self) -> Iterator[str]:
        """The names of the first place that has any, one each."""
        for place in self._dialect.fields.get("authors", ()):
            if values := self._entry.all(str(place)):
                names = [name for value in values for name in split_names(value, len(values) == 1)]
                yield from (name for name in names if not registration_in(name))
                return

    def journal(self) -> str:
        text = self.first("journal")
        match = CITED.match(text) if self._is_citation("journal", text) else None
        return MONTH_BEHIND.sub("", match["journal"]).rstrip(".,; ") if match else text

    def cited(self, field: str) -> str:
        """A volume, an issue or pages, out of the whole citation where only that is given."""
        text = self.first(field)
        if not self._is_citation(field, text):
            return text
        match = CITED.match(text)
        return (match[field] or "") if match else ""

    def _is_citation(self, field: str, text: str) -> bool:
        """Whether the text is from the place where the dialect has the citation as a whole."""
        places = self._dialect.fields.get(field, ())[1:]
        return any(tag in places and text in self._entry.all(tag)[:1] for tag in CITATIONS)

    def pages(self) -> str:
        first, last = self.first("first_page"), self.first("last_page")
        if first and last and "-" not in first and first != last:
            return f"{first}-{last}"
        return first or last or self.cited("pages")

    def registration(self, kind: str) -> str:
        number = next(filter(None, map(registration_in, self.all("registration"))), "")
        # A register calls its own records by numbers of every kind.
        return number or (self.first("registration") if self._dialect.kind == "registry" else "")

    def kind(self, title: str, journal: str) -> str:
        said = " ".join(self.all("kind"))
        if said:
            for kind, words in KINDS:
                if re.search(words, said, re.IGNORECASE):
                    return kind
        if CORRECTS.match(title):
            return "correction"
        if WEB.match(journal) and REGISTERS.search(journal):
            return "registry"
        return self._dialect.kind


def split_names(text: str, alone: bool) -> list[str]:
    """The names in one value, which may hold one or all; `alone` where there is no other value.

    A semicolon or a bar stands between names in any export, `and` and a comma only where what
    they part has the form of a name.
    """
    text = text.strip()
    for mark in (";", "|", "\n"):
        if mark in text:
            return _names(text.split(mark))
    parts = re.split(r",?\s+(?:and|&)\s+", text) if alone else [text]
    if len(parts) > 1 and not all("," in part or _short(part) for part in parts):
        parts = [text]
    return _names(name for part in parts for name in _by_comma(part))


def _by_comma(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) < 2:
        return [text]
    if all(_short(part.rstrip(".")) for part in parts if part):
        # PubMed's CSV ends its list with a full stop.
        return [*parts[:-1], parts[-1].rstrip(".")] if text.count(".") == 1 else parts
    if len(parts) >= 4 and len(parts) % 2 == 0 and all(map(_is_initials, parts[1::2])):
        return [f"{surname}, {given}" for surname, given in zip(*[iter(parts)] * 2, strict=True)]
    return [text]


def _short(name: str) -> bool:
    words = name.split()
    return len(words) > 1 and (_is_initials(words[-1]) or _is_initials(words[0]))


def _is_initials(text: str) -> bool:
    return INITIALS.fullmatch(text.replace(" ", "")) is not None


def _names(parts: Iterable[str]) -> list[str]:
    names = (NUMBER_BEHIND.sub("", part.strip()).strip(" ,") for part in parts)
    return [name for name in names if name]
