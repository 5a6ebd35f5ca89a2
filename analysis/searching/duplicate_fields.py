"""What of a record is compared with another: each field in one form, whoever wrote it.

Databases write one title, name, journal or page in many ways: this undoes what they do,
and keeps apart what a title says of itself ("erratum", "reply", "part 2"), which makes it
another report however alike it looks.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from analysis.searching.identities import comparable
from analysis.searching.records import Record

STOPWORDS = frozenset(
    ["a", "an", "the", "of", "in", "on", "at", "for", "to", "and", "or", "with", "by", "from", "as"]
)
JOURNAL_STOPWORDS = STOPWORDS | frozenset(
    ["de", "der", "die", "das", "et", "du", "la", "le", "des", "und", "fur", "i"]
)
NOBODY = frozenset(
    ["al", "anon", "anonymous", "author", "authors", "available", "et", "jr", "no", "none", "null"]
)
# A number in a title is one number: "phase II", "two-year".
NUMBERS = {
    name: str(number)
    for names in ("one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve", ",ii,iii,iv")
    for number, name in enumerate(names.split(","), start=1)
    if name
} | {"vs": "versus", "v": "versus", "percent": "", "per": ""}
# Letters that decomposing leaves as they are.
LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ı": "i", "þ": "th"}
    | {"α": " alpha ", "β": " beta ", "γ": " gamma ", "δ": " delta ", "κ": " kappa "}
    | {"’": "'", "‐": "-", "–": "-", "—": "-", "&": " and "}
)
ACCENTS = re.compile(r"[\u0300-\u036f]")
WORD = re.compile(r"[^\W_]+")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,40}>")
# A page or article number below this says little, and so does any number of an issue.
SMALL_NUMBER = 32
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTH = re.compile("|".join(MONTHS), re.IGNORECASE)
# How many pages there are, and where a supplement ends: no page on which something begins.
NO_FIRST_PAGE = re.compile(r"^.*?\d+ ?p(?:p|ages|ages?\.|\.)?$|^\D*-\d+$", re.IGNORECASE)

# Journals that print the abstracts of a meeting count these pages by 1A, 2A.
MEETING_ABSTRACT = re.compile(r"\d+A(?:-\d*A?)?$")
# American and British spelling fall together; that other words do so too does no harm.
SPELLINGS = (
    (re.compile(r"[ao]e"), "e"),
    (re.compile(r"our\b|our(?=[aeis])"), "or"),
    (re.compile(r"is(?=e\b|ed\b|es\b|er|ing|ation)"), "iz"),
    (re.compile(r"programme"), "program"),
    (re.compile(r"\bcentre"), "center"),
)
# What a database adds to a title in brackets, and what a copy cut off in them.
ADDED = re.compile(
    r"\s*(?:\[[^\[\]]{1,120}\]|\[(?:published |corrected|erratum|comment|retract)[^\]]*"
    r"|\bLA: [A-Z][a-z]{2}|\((?:multiple letters|letter|abstract|review)\)"
    r"|\.\.\.\s*\S[^|]*(?:19|20)\d\d[^|]*)[.\]\s]*$",
    re.IGNORECASE,
)
RETRACTED = re.compile(r"^\s*\W*(?:retracted|withdrawn)(?: article)?\W*:\s*", re.IGNORECASE)
# How three databases say that a title is a notice about the article of that name.
ABOUT = re.compile(r"\s*\((?:vol(?:ume)?\.? ?\d+,|[^()]*\((?:19|20)\d\d\)).*$", re.IGNORECASE)
NOTICE = re.compile(
    r"^\W*(?:(?:author|publisher)'?s? )?(?:correction|corrigend\w+|errat\w+)\b"
    r"(?: (?:to|for|in|on)\b)?[\s:.\"'“]*",
    re.IGNORECASE,
)
CUT_ABOUT = re.compile(r"\s*\([^()]*(?:\([^()]*)?$")
RETRACTION = re.compile(r"^\W*retraction\b(?: notice)?(?: (?:to|of|for|in)\b)?[\s:.\"'“]*", re.I)
REPLY = re.compile(
    r"^\W*(?:(?:the )?authors?'? )?(?:reply|response|re)\b(?: (?:to|by)\b)?[\s:.\"'“]+(?=\w)"
    r"|[\s:.–-]+(?:(?:the )?authors?'? )?(?:reply|response)\W*$",
    re.IGNORECASE,
)
COMMENT = re.compile(
    r"^\W*(?:comments?|commentary|letter)\b(?: (?:to|on)\b)?[\s:.\"'“]+(?=\w)", re.I
)
# Where a journal is from and in which form; what stands between two names of one journal.
BESIDE_NAME = re.compile(r"\([^()]*\)|\[electronic resource\]|, suppl\w*|\bonline$", re.IGNORECASE)
NAMES = re.compile(r"\s*[=:\[\]]\s*| - |\.\s*(?=.*\bjournal\b)", re.IGNORECASE)
# Words that make a title another report of its study.
OTHER_REPORT = {
    "protocol": re.compile(r"\bprotocol\b"),
    "follow-up": re.compile(r"\bfollow ?up\b"),
    "a part": re.compile(r"\bpart (?:\d|[ivx]+|one|two|three)\b"),
}


@dataclass(frozen=True, slots=True)
class Fields:
    """A record as it is compared; what it does not say is empty."""

    record: Record
    kind: str
    title: str
    squeezed: str
    words: frozenset[str]
    digits: str
    says: frozenset[str]
    authors: str
    first_author: frozenset[str]
    journal: tuple[str, ...]
    year: int
    volume: str
    issue: str
    page: str
    last_page: str
    doi: str
    abstract: str

    @property
    def record_id(self) -> str:
        return self.record.record_id


def fields_of(record: Record) -> Fields:
    """The fields of a record in the form in which they are compared."""
    plain, says = _plain_title(record.title)
    title = _spelled(plain)
    words = title.split()
    says |= {name for name, pattern in OTHER_REPORT.items() if pattern.search(title)}
    authors, first_author = _authors(record.authors)
    page, last_page = _pages(record.pages, record.year)
    return Fields(
        record=record,
        kind="conference" if MEETING_ABSTRACT.match(record.pages) else record.kind,
        title=title,
        squeezed="".join(words),
        words=frozenset(words) - STOPWORDS,
        digits="".join(re.findall(r"\d+", title)),
        says=frozenset(says),
        authors=authors,
        first_author=first_author,
        journal=_journal_names(record.journal),
        year=int(record.year) if record.year.isdecimal() else 0,
        volume=_number(record.volume),
        issue=_number(record.issue),
        page=page,
        last_page=last_page,
        doi=record.doi.casefold(),
        abstract=_squeezed_abstract(record.abstract),
    )


def folded(text: str) -> str:
    """Small letters and digits of any script without accents, one space between words."""
    text = text.lower() if text.isascii() else text.casefold().translate(LETTERS)
    if not text.isascii():
        text = ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    text = text.replace("&", " and ").replace("'s", "s")
    return " ".join(WORD.findall(text)) if text.isascii() else comparable(text)


def _plain_title(title: str) -> tuple[str, set[str]]:
    """The title without what databases add to it, and what it says it is."""
    text = TAG.sub(" ", html.unescape(title)) if "&" in title or "<" in title else title
    text = RETRACTED.sub("", text).lstrip("[ ")
    # Another bracket may stand before the last one; a title that is all bracket stays.
    while (found := ADDED.search(text)) and WORD.search(text[: found.start()]):
        text = text[: found.start()]
    says = set()
    for name, pattern in (
        ("a notice", ABOUT),
        ("a notice", NOTICE),
        ("a retraction", RETRACTION),
        ("a reply", REPLY),
        ("a comment", COMMENT),
    ):
        shorter = pattern.sub("", text)
        if shorter != text:
            says.add(name)
            text = shorter if WORD.search(shorter) else text
    return CUT_ABOUT.sub("", text) if "a notice" in says else text, says


def _spelled(title: str) -> str:
    text = folded(title)
    for pattern, replacement in SPELLINGS:
        text = pattern.sub(replacement, text)
    return " ".join(NUMBERS.get(word, word) for word in text.split())


def _authors(text: str) -> tuple[str, frozenset[str]]:
    """All names, and the first author's surname; initials alone are no names."""
    text = text.replace("-", "").replace("'", "").replace("?", "")
    first = text.split(";")[0]
    surname = _names(first.split(",")[0]) or _names(first)
    return " ".join(sorted(set(_names(text)))), frozenset(surname)


def _names(text: str) -> list[str]:
    # One letter of a script without initials may be a whole name.
    return [
        word
        for word in folded(text).split()
        if word not in NOBODY and (len(word) > 1 or not word.isascii())
    ]


@lru_cache(maxsize=1 << 14)  # many records stand in one journal
def _journal_names(text: str) -> tuple[str, ...]:
    """The names that a journal is given: the whole, and the parts that stand for it alone."""
    text = BESIDE_NAME.sub(" ", text)
    names = (
        " ".join(w for w in folded(part).split() if w not in JOURNAL_STOPWORDS)
        for part in (text, *NAMES.split(text))
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _number(text: str) -> str:
    """The first number in it: `Drug Discovery. 9`, `41 Suppl 2`, `1-3, Sp. Iss. SI`."""
    found = re.search(r"\d+", text)
    return found.group().lstrip("0") if found else ""


def _pages(text: str, year: str) -> tuple[str, str]:
    """First and last page as digits: `S376-S87` is 376 to 387, `12-Jan` was 1 to 12."""
    if "-" in text and MONTH.search(text):
        text = MONTH.sub(lambda found: str(MONTHS.index(found.group().lower()) + 1), text)
    numbers = [found.lstrip("0") for found in re.findall(r"\d+", text.split(",")[0])]
    numbers = [number for number in numbers if number]
    if not numbers or numbers == [year] or NO_FIRST_PAGE.search(text):
        return "", ""
    first, last = numbers[0], numbers[1] if len(numbers) > 1 else ""
    if last and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return first, "" if last == first else last


def _squeezed_abstract(text: str) -> str:
    """The beginning of an abstract, without the heading that some databases leave out."""
    start = folded(text[:500])
    return re.sub(r"^(?:abstract|background|objectives?|aims?|purpose) ", "", start)[:400]
