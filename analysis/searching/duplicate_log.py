"""The log of duplicates, `data/searches/duplicates.csv`: read by people, who can overrule it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import yaml

from analysis import PROGRAM
from analysis.evidence.values import PersonOrNone
from analysis.files.clock import now
from analysis.files.digests import digest
from analysis.files.lock import locked
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, ReviewError
from analysis.files.tables import Row, read_table, table_text
from analysis.files.writing import write_atomically
from analysis.searching.decision_schemas import (
    RULINGS,
    Expected,
    RecordId,
    RulingWord,
    TimeOrNone,
    VerdictWord,
    row_problems,
)
from analysis.searching.duplicate_clusters import (
    Apart,
    Key,
    Pair,
    clusters,
    pubmed_numbers,
)
from analysis.searching.library import Library
from analysis.searching.records import Record

COLUMNS = (
    "record_a",
    "record_b",
    "verdict",
    "rule",
    "ruling",
    "who",
    "when",
    "note",
    "title_a",
    "title_b",
)


@dataclass(frozen=True)
class LoggedPair:
    """A pair of the log; `ruling` same, different or "" where no person has ruled."""

    record_a: RecordId
    record_b: RecordId
    verdict: VerdictWord
    rule: str
    ruling: RulingWord = ""
    who: PersonOrNone = ""
    when: TimeOrNone = ""
    note: str = ""

    @property
    def key(self) -> Key:
        return self.record_a, self.record_b

    @property
    def merged(self) -> bool:
        return self.ruling == "same" or (self.verdict == "duplicate" and not self.ruling)


EXPECTED: Expected = {
    "two different records, the first in the alphabet first": (
        lambda row: row.record_a < row.record_b
    ),
    "who ruled, where there is a ruling": lambda row: not row.ruling or bool(row.who),
}


@dataclass(frozen=True)
class Deduplication:
    """What is one report: each record's representative, and the pairs that say so."""

    representative: Mapping[str, str]
    pairs: tuple[LoggedPair, ...]

    @cached_property
    def reports(self) -> tuple[str, ...]:
        """The records that stand for a report, by identity."""
        return tuple(sorted(set(self.representative.values())))

    @cached_property
    def to_rule_on(self) -> tuple[LoggedPair, ...]:
        """Possible pairs that no person has ruled on: one for each two reports still apart."""
        asked: dict[frozenset[str], LoggedPair] = {}
        for pair in self.pairs:
            if pair.verdict == "possible" and not pair.ruling:
                reports = frozenset(self.representative[record_id] for record_id in pair.key)
                asked.setdefault(reports, pair)
        return tuple(pair for reports, pair in asked.items() if len(reports) > 1)


def deduplicate(data: Path, library: Library) -> Deduplication:
    """Find the duplicates among all records, keep every ruling, rewrite the log."""
    with locked(data):
        pairs = found_anew(library, read_log(data))
        result = _grouped(data, library, pairs)
        _write_log(data, pairs, library.records)
        write_atomically(sought_path(data), sought_among(library))
    return result


def found_anew(library: Library, log: Iterable[LoggedPair]) -> tuple[LoggedPair, ...]:
    """The pairs among all records, with the rulings of a log."""
    from analysis.searching.duplicate_pairs import find_pairs

    ruled = {pair.key: pair for pair in log if pair.ruling}
    found = {pair.key: pair for pair in find_pairs(tuple(library.records.values()))}
    return tuple(_logged(key, found.get(key), ruled.get(key)) for key in sorted({*found, *ruled}))


def is_sought(data: Path, library: Library) -> bool:
    """Whether duplicates were sought among these very records: the last import may be newer."""
    path = sought_path(data)
    if not library.records:
        return True
    return path.is_file() and path.read_text(encoding="utf-8") == sought_among(library)


def refuse_unsought(data: Path, library: Library) -> None:
    """ReviewError where nobody has looked for duplicates since records came in."""
    if not is_sought(data, library):
        raise ReviewError(
            "exports were imported since duplicates were last sought: run "
            f"`{PROGRAM} search dedupe` first, or people read the same report twice"
        )


def sought_among(library: Library) -> str:
    """What is said of these records once duplicates were sought among them: one digest."""
    said = {
        "records": len(library.records),
        "digest": digest("\n".join(sorted(library.records))),
    }
    return yaml.safe_dump(said, sort_keys=False)


def load_deduplication(data: Path, library: Library) -> Deduplication:
    """What the log says now, without looking for duplicates again."""
    return _grouped(data, library, read_log(data))


def overrule(data: Path, library: Library, pair: Key, ruling: str, who: str, note: str) -> None:
    """Record a person's ruling on two records, whether or not a rule had paired them."""
    if ruling not in RULINGS:
        raise ReviewError(f"a ruling is one of {', '.join(RULINGS)}, not {ruling!r}")
    for record_id in pair:
        if record_id not in library.records:
            raise ReviewError(f"no record is called {record_id!r}: see *.records.csv")
    if pair[0] == pair[1]:
        raise ReviewError("a ruling needs two different records")
    key = min(pair), max(pair)
    rule_on(data, library, [LoggedPair(*key, "", "", ruling, who, now(), note)])


def rule_on(data: Path, library: Library, ruled: Iterable[LoggedPair]) -> None:
    """Record rulings, all or none, each beside what the rules said of its pair."""
    with locked(data):
        log = {logged.key: logged for logged in read_log(data)}
        for pair in ruled:
            old = log.get(pair.key, LoggedPair(*pair.key, "", ""))
            log[pair.key] = replace(pair, verdict=old.verdict, rule=old.rule)
        pairs = tuple(log[key] for key in sorted(log))
        _grouped(data, library, pairs)
        _write_log(data, pairs, library.records)


def log_path(data: Path) -> Path:
    return data / "searches" / "duplicates.csv"


def sought_path(data: Path) -> Path:
    return data / "searches" / "duplicates.yml"


def read_log(data: Path) -> tuple[LoggedPair, ...]:
    """The log as it stands; none yet is an empty one."""
    path = log_path(data)
    if not path.is_file():
        return ()
    rows = read_table(path, COLUMNS)
    problems = row_problems(path, rows, LoggedPair, EXPECTED) + pairs_twice(path, rows)
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    return tuple(LoggedPair(*(row[name] for name in COLUMNS[:8])) for row in rows)


def pairs_twice(path: Path, rows: Sequence[Row]) -> list[Problem]:
    """Rows of a pair that stands on an earlier line: nobody knows which is meant."""
    seen: dict[Key, int] = {}
    problems = []
    for row in rows:
        first = seen.setdefault((row["record_a"], row["record_b"]), row.line)
        if first != row.line:
            problems.append(Problem(path, row.line, None, f"this pair stands on line {first} too"))
    return problems


def _logged(key: Key, found: Pair | None, ruled: LoggedPair | None) -> LoggedPair:
    verdict, rule = (found.verdict, found.rule) if found else ("", "")
    if ruled is None:
        return LoggedPair(*key, verdict, rule)
    return LoggedPair(*key, verdict, rule, ruled.ruling, ruled.who, ruled.when, ruled.note)


def _grouped(data: Path, library: Library, pairs: tuple[LoggedPair, ...]) -> Deduplication:
    unknown = [
        Problem(log_path(data), None, None, f"{record_id!r} is in no search: remove its row")
        for pair in pairs
        for record_id in pair.key
        if record_id not in library.records
    ]
    if unknown:
        raise EvidenceError(unknown)
    apart = Apart(
        ruled_apart=[pair.key for pair in pairs if pair.ruling == "different"],
        judged_apart=[pair.key for pair in pairs if pair.verdict == "related" and not pair.ruling],
        pubmed=pubmed_numbers(library.records.values()),
    )
    ruled = [pair.key for pair in pairs if pair.ruling == "same"]
    found = [pair.key for pair in pairs if pair.merged and not pair.ruling]
    groups = clusters(library.records, ruled, found, apart)
    _check_rulings(data, pairs, groups)
    return Deduplication(_best_of_each(library, groups), pairs)


def _check_rulings(
    data: Path, pairs: tuple[LoggedPair, ...], groups: tuple[frozenset[str], ...]
) -> None:
    group = {record_id: number for number, group in enumerate(groups) for record_id in group}
    against = [
        Problem(
            log_path(data),
            None,
            None,
            f"{pair.record_a} and {pair.record_b} are ruled the same, "
            "and other rulings keep them apart: change one of these",
        )
        for pair in pairs
        if pair.ruling == "same" and group[pair.record_a] != group[pair.record_b]
    ]
    if against:
        raise EvidenceError(against)


def _best_of_each(library: Library, groups: tuple[frozenset[str], ...]) -> dict[str, str]:
    """The earliest search's record speaks for a report; among those, the fullest."""
    first_seen = library.first_seen

    def order(record_id: str) -> tuple[dt.date, int, str]:
        record = library.records[record_id]
        blank = sum(not text for text in (record.abstract, record.doi, record.authors))
        return first_seen[record_id], blank, record_id

    best: dict[str, str] = {}
    for group in groups:
        chosen = min(group, key=order)
        best |= dict.fromkeys(group, chosen)
    return best


def _write_log(data: Path, pairs: tuple[LoggedPair, ...], records: Mapping[str, Record]) -> None:
    write_atomically(log_path(data), log_text(pairs, records))


def log_text(pairs: Iterable[LoggedPair], records: Mapping[str, Record]) -> str:
    """What the log says, with the titles of its records."""
    rows = (
        {name: getattr(pair, name) for name in COLUMNS[:8]}
        | {"title_a": records[pair.record_a].title, "title_b": records[pair.record_b].title}
        for pair in pairs
    )
    return table_text(COLUMNS, rows)
