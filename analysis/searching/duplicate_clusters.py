"""From pairs of records to reports: which records are one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.searching.records import Record

Verdict = Literal["duplicate", "possible", "related"]
Key = tuple[str, str]


@dataclass(frozen=True, order=True)
class Pair:
    """Two records, the smaller identity first, and the rule that paired them."""

    record_a: str
    record_b: str
    verdict: Verdict
    rule: str

    @property
    def key(self) -> Key:
        return self.record_a, self.record_b


@dataclass(frozen=True)
class Apart:
    """What keeps records apart: people; rules, and numbers that PubMed gives one report each.

    People's word holds against everybody's, the rest against what rules find alone.
    """

    ruled_apart: Collection[Key] = ()
    judged_apart: Collection[Key] = ()
    pubmed: Mapping[str, str] = field(default_factory=dict)


def clusters(
    record_ids: Iterable[str],
    ruled: Iterable[Key],
    found: Iterable[Key],
    apart: Apart,
) -> tuple[frozenset[str], ...]:
    """The groups of records that are the same, each record in one of them.

    Pairs that people ruled the same are followed first, then those that rules found, each in
    its order; a pair that would bring together what is held apart is left out.
    """
    members = {record_id: {record_id} for record_id in record_ids}
    numbers = {
        id(group): {apart.pubmed[record_id]} if record_id in apart.pubmed else set()
        for record_id, group in members.items()
    }
    people, rules = _both_ways(apart.ruled_apart), _both_ways(apart.judged_apart)
    for keys, by_rule in ((ruled, False), (found, True)):
        for one, other in keys:
            small, large = sorted((members[one], members[other]), key=len)
            if small is large or _meets(small, large, people):
                continue
            few, many = numbers[id(small)], numbers[id(large)]
            # A side without a number takes the other's; two sides may not differ in theirs.
            if by_rule and (_meets(small, large, rules) or not (few <= many or many <= few)):
                continue
            large |= small
            many |= few
            members |= dict.fromkeys(small, large)
    groups = {id(group): group for group in members.values()}
    return tuple(frozenset(group) for group in groups.values())


def _both_ways(keys: Iterable[Key]) -> dict[str, set[str]]:
    others: dict[str, set[str]] = defaultdict(set)
    for one, other in keys:
        others[one].add(other)
        others[other].add(one)
    return dict(others)


def _meets(small: set[str], large: set[str], apart: Mapping[str, set[str]]) -> bool:
    return any(record_id in apart and apart[record_id] & large for record_id in small)


def pubmed_numbers(records: Iterable[Record]) -> dict[str, str]:
    return {record.record_id: record.pmid for record in records if record.pmid}


def related(pairs: Iterable[Pair]) -> frozenset[Key]:
    """The pairs that are two reports, as the rules see it."""
    return frozenset(pair.key for pair in pairs if pair.verdict == "related")
