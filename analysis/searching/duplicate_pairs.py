"""Every pair of records that is one report, may be one, or is related, without contradiction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from analysis.searching.duplicate_candidates import candidates
from analysis.searching.duplicate_clusters import (
    Apart,
    Key,
    Pair,
    clusters,
    pubmed_numbers,
    related,
)
from analysis.searching.duplicate_fields import Fields, fields_of
from analysis.searching.duplicate_likeness import agreement
from analysis.searching.duplicate_rules import PLACE, STRENGTH, judge
from analysis.searching.records import Record

Strength = tuple[int, int]
Journal = tuple[str, ...]
# A journal's two names stand on the same page of the same volume this often, not by mistake.
JOURNAL_SEEN = 2


def find_pairs(records: Sequence[Record]) -> tuple[Pair, ...]:
    """Every pair that is a duplicate, may be one, or is related; order of input is no matter.

    The duplicates among them contradict neither each other nor what is related.
    """
    ordered = sorted(records, key=lambda record: record.record_id)
    fields = {record.record_id: fields_of(record) for record in ordered}
    alone, pairs = _alike_in_all(fields.values())
    judged = (judge(alone[one], alone[other]) for one, other in sorted(candidates(alone)))
    pairs += _with_names_of_journals([pair for pair in judged if pair], fields)
    return tuple(sorted(_without_contradiction(pairs, fields)))


def _with_names_of_journals(pairs: list[Pair], fields: Mapping[str, Fields]) -> list[Pair]:
    """The pairs, judged again where two names turn out to be those of one journal.

    No list knows that Zhonghua Yi Xue Za Zhi is the National Medical Journal of China; that
    articles stand in both on the same pages of the same volumes tells it.
    """
    seen: Counter[tuple[Journal, Journal]] = Counter()
    for pair in pairs:
        names = sorted({fields[pair.record_a].journal, fields[pair.record_b].journal} - {()})
        if pair.verdict == "duplicate" and pair.rule == PLACE and len(names) > 1:
            seen[names[0], names[1]] += 1
    also: dict[Journal, set[str]] = defaultdict(set)
    for (name, other), times in seen.items():
        if times >= JOURNAL_SEEN:
            also[name].update(other)
            also[other].update(name)
    named = {
        record_id: replace(one, journal=(*one.journal, *sorted(also[one.journal])))
        for record_id, one in fields.items()
        if one.journal in also
    }
    again = {**fields, **named}
    return [
        pair
        if pair.verdict == "duplicate"
        else judge(again[pair.record_a], again[pair.record_b]) or pair
        for pair in pairs
    ]


def _alike_in_all(fields: Iterable[Fields]) -> tuple[list[Fields], list[Pair]]:
    """One for all that say the same in every field, and the pairs of the others with it.

    A thousand copies of one record are a thousand pairs, not half a million.
    """
    groups: dict[tuple[object, ...], list[Fields]] = defaultdict(list)
    for one in fields:
        groups[_said(one)].append(one)
    pairs = (judge(group[0], other) for group in groups.values() for other in group[1:])
    return [group[0] for group in groups.values()], [pair for pair in pairs if pair]


def _said(one: Fields) -> tuple[object, ...]:
    record = one.record
    return (
        *(one.squeezed, one.says, one.authors, one.journal, one.year, one.volume, one.issue),
        *(one.page, one.last_page, one.abstract, one.doi, record.pmid),
        *(record.kind, record.registration),
    )


def _without_contradiction(pairs: Sequence[Pair], fields: Mapping[str, Fields]) -> Iterator[Pair]:
    """The pairs, so that no chain of duplicates joins two records that are held apart.

    A record that fits two reports stays with the one that it has more in common with; one
    that fits both equally well is put before a person.
    """
    strength = {
        pair.key: (STRENGTH.index(pair.rule), -agreement(*(fields[name] for name in pair.key)))
        for pair in pairs
        if pair.verdict == "duplicate"
    }
    apart = Apart(
        judged_apart=related(pairs), pubmed=pubmed_numbers(one.record for one in fields.values())
    )
    torn = _torn(strength, apart)
    found = sorted(strength.keys() - torn, key=lambda key: (strength[key], key))
    groups = clusters(fields, (), found, apart)
    group = {record_id: number for number, one in enumerate(groups) for record_id in one}
    for pair in pairs:
        if pair.key in torn:
            yield replace(pair, verdict="possible", rule="fits two reports")
        elif pair.verdict == "duplicate" and group[pair.record_a] != group[pair.record_b]:
            yield replace(pair, verdict="related", rule="fits another report better")
        else:
            yield pair


def _torn(strength: Mapping[Key, Strength], apart: Apart) -> set[Key]:
    """The pairs by which a record fits two that are held apart, and both equally well."""
    doubtful = {record_id for key in apart.judged_apart for record_id in key} | apart.pubmed.keys()
    partners: dict[str, list[tuple[Strength, str, Key]]] = defaultdict(list)
    for key, strong in strength.items():
        for one, other in (key, key[::-1]):
            partners[one].append((strong, other, key))
    torn: set[Key] = set()
    for found in partners.values():
        best = min(found)[0]
        equal = [(name, key) for strong, name, key in found if strong == best and name in doubtful]
        for (one, first), (other, second) in combinations(equal, 2):
            numbers = {apart.pubmed.get(one, ""), apart.pubmed.get(other, "")} - {""}
            if len(numbers) > 1 or (min(one, other), max(one, other)) in apart.judged_apart:
                torn |= {first, second}
    return torn
