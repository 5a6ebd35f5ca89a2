"""Which records are the same report: within a search and across searches.

Two reports of one study (a preprint and its article, a conference abstract and the
paper, a protocol, a correction) are not duplicates: both stay, and the pair is listed
as possible for a person to look at. A person's ruling outweighs every rule.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from analysis.searching.records import Record

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["duplicate", "possible"]
Key = tuple[str, str]

# Words that make a title another report about the same article.
NOTICES = {
    "correction": r"correction|corrigend|errat",
    "retraction": r"retract",
    "reply": r"reply|response to|responses to|comment on|comments on|commentary on|letter:",
    "protocol": r"protocol",
    "follow-up": r"follow up|followup",
    "part": r"\bpart (?:\d|[ivx]+)\b",
}
# Two titles with one identifier still differ by case, spelling and a missing subtitle.
SAME_TITLE = 85.0
# A pair that is possible only is shown to a person where the titles are this close.
CLOSE_TITLE = 92.0
KEY_LETTERS = 60
ALIKE_TITLE = 60.0
LARGEST_GROUP = 200
SAME_WORD = 70.0
OWN_WORD_LETTERS = 4


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


def find_pairs(records: Sequence[Record]) -> tuple[Pair, ...]:
    """Every pair that is a duplicate or may be one, by identity; order of input is no matter.

    Identifiers first (PubMed number, DOI with the same title, registration), then the
    rules of bib-dedupe (Wagner 2024) on what is left, then the vetoes of this module.
    """
    ordered = sorted(records, key=lambda record: record.record_id)
    by_id = {record.record_id: record for record in ordered}
    titles = {record.record_id: folded(record.title) for record in ordered}
    found = {key: rule for key, rule in _same_identifier(ordered, titles)}
    # One record stands for those with its identifiers: the slow rules see it once.
    stands = (min(group) for group in clusters(by_id, found, frozenset()))
    left = [by_id[record_id] for record_id in sorted(stands)]
    matched, maybe = _bib_dedupe([record for record in left if record.title], titles)
    found |= dict.fromkeys(matched, "bibliography (bib-dedupe)")
    pairs = []
    for key in sorted({*found, *maybe}):
        veto = _veto(by_id[key[0]], by_id[key[1]], titles)
        if key in found and not veto:
            pairs.append(Pair(*key, "duplicate", found[key]))
        elif veto or _close(titles, key):
            pairs.append(Pair(*key, "possible", veto or "close titles"))
    return tuple(pairs)


def clusters(
    record_ids: Iterable[str], same: Iterable[Key], different: frozenset[Key]
) -> tuple[frozenset[str], ...]:
    """The groups of records that are the same, each record in one of them.

    `same` is followed in its order; a pair is left apart where it would bring together
    two records that a person called `different`.
    """
    members = {record_id: {record_id} for record_id in record_ids}
    apart: dict[str, set[str]] = defaultdict(set)
    for one, other in different:
        apart[one].add(other)
        apart[other].add(one)
    for one, other in same:
        first, second = members[one], members[other]
        if first is not second and not any(apart[record_id] & second for record_id in first):
            first |= second
            members |= dict.fromkeys(second, first)
    return tuple({id(group): frozenset(group) for group in members.values()}.values())


def folded(text: str) -> str:
    """Small letters and digits without accents, one space between words."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(letter)
    )
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()


def _same_identifier(
    records: Sequence[Record], titles: Mapping[str, str]
) -> Iterator[tuple[Key, str]]:
    for field, rule, needs_title in (
        ("pmid", "same PubMed number", False),
        ("doi", "same DOI and title", True),
        ("registration", "same registration", False),
    ):
        groups: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            # An article quotes its registration; only the registry's own record is it.
            if field != "registration" or record.kind == "registry":
                groups[getattr(record, field)].append(record)
        groups.pop("", None)
        for group in groups.values():
            for one, other in combinations(group, 2):
                key = one.record_id, other.record_id
                if not needs_title or _title_ratio(titles, key) >= SAME_TITLE:
                    yield key, rule


def _title_ratio(titles: Mapping[str, str], key: Key) -> float:
    from rapidfuzz import fuzz

    one, other = titles[key[0]], titles[key[1]]
    shorter, longer = sorted((one, other), key=len)
    # A missing subtitle or translated title is not another title.
    if len(shorter) > KEY_LETTERS // 2 and longer.startswith(shorter):
        return 100.0
    return float(fuzz.token_sort_ratio(one, other))


def _close(titles: Mapping[str, str], key: Key) -> bool:
    return _title_ratio(titles, key) >= CLOSE_TITLE


def _veto(one: Record, other: Record, titles: Mapping[str, str]) -> str:
    """Why two records that look alike are two reports all the same; "" where nothing says so."""
    if one.pmid and other.pmid and one.pmid != other.pmid:
        return "two PubMed numbers"
    kinds = {one.kind, other.kind}
    if len(kinds) > 1 and kinds & {"preprint", "conference", "registry"}:
        return f"one is a {min(kinds & {'preprint', 'conference', 'registry'})} record"
    for name, pattern in NOTICES.items():
        said = [re.findall(pattern, titles[record.record_id]) for record in (one, other)]
        if said[0] != said[1]:
            return f"one title says {name}"
    return "each title says what the other does not" if _differ(one, other, titles) else ""


def _differ(one: Record, other: Record, titles: Mapping[str, str]) -> bool:
    """Whether each title has a word that the other has not, misspellings allowed for.

    One team's trials in two conditions differ by such a word and in nothing else.
    """
    first, second = (set(titles[record.record_id].split()) for record in (one, other))
    return all(_own_word(*sides) for sides in ((first, second), (second, first)))


def _own_word(words: set[str], others: set[str]) -> bool:
    from rapidfuzz import fuzz

    long_enough = (word for word in words - others if len(word) >= OWN_WORD_LETTERS)
    return any(all(fuzz.ratio(word, other) < SAME_WORD for other in others) for word in long_enough)


def _candidates(records: Sequence[Record], titles: Mapping[str, str]) -> list[Record]:
    """The records that look like another at a glance; the slow rules need see no more."""
    groups: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        for key in _keys(record, titles[record.record_id].replace(" ", "")):
            groups[key].append(record)
    surnames = {record.record_id: _surnames(record) for record in records}
    alike: set[str] = set()
    for key, group in groups.items():
        for one, other in combinations(group[:LARGEST_GROUP], 2):
            ids = one.record_id, other.record_id
            if not alike.issuperset(ids) and _alike(key[0], ids, titles, surnames):
                alike.update(ids)
        alike.update(record.record_id for record in group[LARGEST_GROUP:])
    return [record for record in records if record.record_id in alike]


def _alike(
    key: str, ids: Key, titles: Mapping[str, str], surnames: Mapping[str, frozenset[str]]
) -> bool:
    # No rule of bib-dedupe merges less: authors alike, or titles nearly the same.
    ratio = _title_ratio(titles, ids)
    shared = surnames[ids[0]] & surnames[ids[1]]
    return ratio >= CLOSE_TITLE or bool(shared and (ratio >= ALIKE_TITLE or key == "place"))


def _surnames(record: Record) -> frozenset[str]:
    return frozenset(folded(name.split(",")[0]) for name in record.authors.split(";")) - {""}


def _keys(record: Record, title: str) -> Iterator[tuple[str, ...]]:
    yield "start", title[:KEY_LETTERS]
    yield "end", title[-KEY_LETTERS:]
    first_author = folded(record.authors.split(";")[0].split(",")[0])
    words = sorted(set(folded(record.title).split()), key=lambda word: (-len(word), word))
    if first_author:
        yield "author", first_author, *words[:3]
        yield "author and year", first_author, record.year
    first_page = re.match(r"\D*(\d+)", record.pages)
    if record.volume and first_page:
        yield "place", record.volume, first_page.group(1), record.year
    if record.doi:
        yield "doi", record.doi
    if len(record.abstract) > 2 * KEY_LETTERS:
        yield "abstract", folded(record.abstract[: 3 * KEY_LETTERS])[:KEY_LETTERS]


def _bib_dedupe(records: Sequence[Record], titles: Mapping[str, str]) -> tuple[set[Key], set[Key]]:
    """The pairs that bib-dedupe merges, and those that it would ask a person about."""
    candidates = _candidates(records, titles)
    if len(candidates) < 2:
        return set(), set()
    import pandas as pd

    with warnings.catch_warnings():
        # bib-dedupe 0.11 sets an option and uses keywords that pandas 3 calls deprecated.
        warnings.simplefilter("ignore", category=pd.errors.Pandas4Warning)
        from bib_dedupe import bib_dedupe

        prepared = bib_dedupe.prep(_frame(candidates), verbosity_level=0, cpu=1)
        blocked = bib_dedupe.block(prepared, cpu=1)
        matched = bib_dedupe.match(blocked, cpu=1)
    found: dict[str, set[Key]] = {"duplicate": set(), "maybe": set()}
    for one, other, label in matched[["ID_1", "ID_2", "duplicate_label"]].itertuples(index=False):
        found[label].add((min(one, other), max(one, other)))
    return found["duplicate"], found["maybe"] - found["duplicate"]


def _frame(records: Sequence[Record]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "ID": record.record_id,
            "ENTRYTYPE": "article",
            "title": record.title,
            "author": " and ".join(record.authors.split("; ")),
            "year": record.year,
            "journal": record.journal,
            "booktitle": "",
            "volume": record.volume,
            "number": record.issue,
            "pages": record.pages,
            "doi": record.doi,
            "abstract": record.abstract,
        }
        for record in records
    )
