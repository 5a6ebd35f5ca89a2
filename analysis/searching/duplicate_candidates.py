"""The pairs of records that are worth a look: those that share something telling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from analysis.searching.duplicate_fields import SMALL_NUMBER, Fields
from analysis.searching.duplicate_likeness import share_words

# Beyond so many with one key ("editorial", a common name), a record is compared with its
# neighbours in the alphabet alone.
LARGEST_GROUP = 60
NEIGHBOURS = 12
KEY_LETTERS = 35
# The last words say how it was studied: "a randomised controlled trial" and many before it.
LAST_LETTERS = 50
# What is given to one report makes a pair, whatever the titles say.
IDENTIFIERS = {"doi", "pmid", "registration"}
# Titles of one place may be translations of one another.
PLACES = {"place", "pages"}
KEY_WORDS = 4


def candidates(fields: Sequence[Fields]) -> set[tuple[int, int]]:
    """The places of the two records of each pair, the smaller first."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, one in enumerate(fields):
        for key in set(_keys(one)):
            groups[key].append(number)
    found: set[tuple[int, int]] = set()
    for (kind, *_), group in groups.items():
        small = len(group) <= LARGEST_GROUP
        pairs = combinations(group, 2) if small else _neighbours(group, fields)
        found.update(
            pair
            for pair in pairs
            if pair not in found and _may_be(kind, fields[pair[0]], fields[pair[1]])
        )
    return found


def _may_be(kind: str, one: Fields, other: Fields) -> bool:
    if kind in IDENTIFIERS or (kind in PLACES and one.first_author & other.first_author):
        return True
    return share_words(one, other)


def _neighbours(group: list[int], fields: Sequence[Fields]) -> Iterator[tuple[int, int]]:
    def order(number: int) -> tuple[str, ...]:
        one = fields[number]
        return one.squeezed, one.volume, one.page, one.authors, one.record_id

    ordered = sorted(group, key=order)
    for place, number in enumerate(ordered):
        for other in ordered[place + 1 : place + 1 + NEIGHBOURS]:
            yield min(number, other), max(number, other)


def _keys(one: Fields) -> Iterator[tuple[str, ...]]:
    if one.squeezed:
        yield "start", one.squeezed[:KEY_LETTERS]
        yield "end", one.squeezed[-LAST_LETTERS:]
    # A typing error hits one of two groups of words.
    long = sorted(one.words, key=lambda word: (-len(word), word))
    yield from (
        ("words", *long[start : start + KEY_WORDS])
        for start in (0, KEY_WORDS)
        if len(long) >= start + KEY_WORDS
    )
    for name in one.first_author:
        yield from (("author", name, str(year)) for year in {one.year, one.year and one.year + 1})
    yield from _places(one)
    for name, text in (
        ("doi", one.doi),
        ("pmid", one.record.pmid),
        ("registration", one.record.registration if one.record.kind == "registry" else ""),
        ("abstract", one.abstract[:80] if len(one.abstract) > 2 * 80 else ""),
    ):
        if text:
            yield name, text


def _places(one: Fields) -> Iterator[tuple[str, ...]]:
    """Two of its numbers, whichever fields they stand in: reference managers move them."""
    numbers = {one.volume, one.issue, one.page} - {""}
    for pair in combinations(sorted(numbers), 2):
        if one.page in pair or (not one.page and any(int(n) >= SMALL_NUMBER for n in pair)):
            yield "place", *pair
    if one.page and one.last_page:
        yield "pages", one.page, one.last_page
