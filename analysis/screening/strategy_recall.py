"""Which included trials a strategy would miss, as far as the records at hand can tell.

A record says of its title and abstract whether a strategy's words stand there, not which index
terms the database gave it: what only an index term could find is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.screening.counted_flow import settled_inclusions
from analysis.screening.decisions import Screening
from analysis.searching.records import Record
from analysis.searching.strategies import Strategy, parsed

if TYPE_CHECKING:
    from search_query.query import Query

TITLE = frozenset(("ti", "title"))
TEXT = frozenset(("tiab", "tw", "ab", "ts", "tx", "title/abstract", "abstract"))
SHOWN_TERMS = 3


@dataclass(frozen=True)
class NotByWords:
    """A report of an included study that a strategy's words do not find, and what is lacking.

    `by_index_term`: an index term of the strategy, which records do not hold, could find it.
    """

    study_id: str
    title: str
    lacking: tuple[str, ...]
    by_index_term: bool


@dataclass(frozen=True)
class StrategyRecall:
    """One strategy: reports that its words find, those that they do not, those without abstract.

    `refused` says why a strategy was not held against the records.
    """

    strategy: Strategy
    found: int = 0
    not_by_words: tuple[NotByWords, ...] = ()
    without_abstract: int = 0
    refused: str = ""


def strategy_recalls(
    screening: Screening, strategies: Sequence[Strategy]
) -> tuple[StrategyRecall, ...]:
    """Each strategy against every report that screening included, one record a report."""
    records = screening.library.records
    reports = [(study, records[report]) for report, study in settled_inclusions(screening).items()]
    return tuple(_recall(strategy, reports) for strategy in strategies)


def _recall(strategy: Strategy, reports: Sequence[tuple[str, Record]]) -> StrategyRecall:
    query = parsed(strategy)
    if query is None:
        refused = f"no library reads {strategy.platform}: not held against records"
        return StrategyRecall(strategy, refused=refused)
    not_by_words: list[NotByWords] = []
    found = without_abstract = 0
    for study_id, record in reports:
        said = finds(query, record)
        if said:
            found += 1
        elif finds(query, record, index_terms=False) is None:
            without_abstract += 1
        else:
            lacking = tuple(_lacking(query, record))
            not_by_words.append(NotByWords(study_id, record.title, lacking, said is None))
    return StrategyRecall(strategy, found, tuple(not_by_words), without_abstract)


def finds(query: Query, record: Record, *, index_terms: bool = True) -> bool | None:
    """Whether a query finds a record; None where the record cannot tell.

    Of index terms it cannot; without `index_terms` they find nothing.
    """
    if not query.operator:
        if _field(query) not in TITLE | TEXT:
            return None if index_terms else False
        return _stands(query, record)
    said = [finds(child, record, index_terms=index_terms) for child in query.children]
    if query.value == "AND":
        return False if False in said else (None if None in said else True)
    if query.value == "OR":
        return True if True in said else (None if None in said else False)
    if query.value == "NOT" and len(said) == 2:
        without = None if said[1] is None else not said[1]
        return (
            False if False in (said[0], without) else (None if None in (said[0], without) else True)
        )
    return None


def _stands(term: Query, record: Record) -> bool | None:
    in_title = _field(term) in TITLE
    text = record.title if in_title else f"{record.title} {record.abstract}"
    words = [re.escape(word) for word in _plain(term.value.replace("*", " STAR ")).split()]
    pattern = " ".join(words).replace(" star", r"\w*")
    if re.search(rf"\b{pattern}\b", _plain(text)):
        return True
    # Without its abstract a record cannot say what does not stand in it.
    return None if not in_title and not record.abstract else False


def _field(term: Query) -> str:
    return str(getattr(term.field, "value", term.field) or "").strip("[]").lower()


def _plain(text: str) -> str:
    """Words in small letters: `web-based` is found as `web based` too, as databases do."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _lacking(query: Query, record: Record) -> Iterator[str]:
    """The groups that the record has no word of, by their first words."""
    groups = query.children if query.value == "AND" else [query]
    for group in groups:
        if finds(group, record, index_terms=False) is False:
            terms = list(_terms(group))
            more = " …" if len(terms) > SHOWN_TERMS else ""
            yield ", ".join(terms[:SHOWN_TERMS]) + more


def _terms(query: Query) -> Iterator[str]:
    if not query.operator:
        yield query.value.strip('"')
    for child in query.children or ():
        yield from _terms(child)
