"""Decisions taken back: a row more for each, so that what was decided stays on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from analysis.files.problems import ReviewError, shown
from analysis.files.together import FileChange, change_of
from analysis.files.withdrawals import Withdrawal
from analysis.formatting import counted
from analysis.screening.decision_files import (
    Decision,
    following,
    standing,
    texts_with,
    withdrawal_of,
)
from analysis.screening.decisions import Screening
from analysis.screening.exchange import Told
from analysis.screening.sheet import decided_in, known_of
from analysis.searching.decision_schemas import WITHDRAWN


def withdrawn_decision(
    data: Path, screening: Screening, record_id: str, stage: str, who: str, when: str, why: str
) -> Withdrawal:
    """Plan to take a person's decision on a report back; ReviewError where there is none."""
    report = screening.deduplication.representative.get(record_id)
    if report is None:
        raise ReviewError(f"no record is called {record_id!r}: see data/searches/*/*.records.csv")
    made = [
        decision
        for decision in _made(screening)
        if screening.deduplication.representative.get(decision.record_id) == report
        and (decision.who, decision.stage) == (who, stage)
    ]
    if not made:
        raise ReviewError(f"{who} has decided nothing on {record_id} at {stage} that stands")
    title = screening.library.records[report].title
    said = (f"{' '.join(filter(None, d.said))}, decided {d.when}: {title}" for d in made)
    changes = _changes(data, screening, made, when, why)
    return Withdrawal("decision", f"{who}, {stage}", tuple(said), changes, is_told=True)


def withdrawn_sheet(
    data: Path,
    screening: Screening,
    path: Path,
    stage: str,
    who: str,
    when: str,
    why: str,
    told: Told | None = None,
) -> Withdrawal:
    """Plan to take back what a sheet, or the file of a tool, says.

    What the person decided otherwise since stays.
    """
    decided, *_ = decided_in(path, screening, stage, who, when, told)
    known = known_of(screening, stage, who, decided)
    if not known:
        raise ReviewError(f"{shown(path)}: nothing of it is what {who} has decided at {stage}")
    said = [f"{counted(len(known), 'decision')} of {who} at {stage}"]
    if other := len(decided) - len(known):
        said.append(
            f"{counted(other, 'row')} on which {who} decided otherwise, or not: as they are"
        )
    changes = _changes(data, screening, known.values(), when, why)
    return Withdrawal("sheet", path.name, tuple(said), changes, is_told=True)


def with_decisions(
    data: Path,
    screening: Screening,
    withdrawal: Withdrawal,
    records: Collection[str],
    who: str,
    when: str,
) -> Withdrawal:
    """A withdrawal of records together with all that people have decided on them."""
    made = [decision for decision in _made(screening) if decision.record_id in records]
    by_person = Counter(decision.who for decision in made)
    said = (f"{counted(n, 'decision')} of {whose}" for whose, n in sorted(by_person.items()))
    note = f"{who} took the {withdrawal.what} {withdrawal.name} back"
    return replace(
        withdrawal,
        said=(*withdrawal.said, *said),
        changes=(*withdrawal.changes, *_changes(data, screening, made, when, note)),
    )


def _made(screening: Screening) -> Iterator[Decision]:
    """The decisions that stand."""
    for heads in standing(screening.decisions).values():
        yield from (decision for decision in heads if decision.decision != WITHDRAWN)


def _changes(
    data: Path, screening: Screening, made: Iterable[Decision], when: str, note: str
) -> tuple[FileChange, ...]:
    # Two branches may have brought two that stand on one record: one row takes both back.
    last = {(d.who, d.stage, d.record_id): withdrawal_of(d, when, note) for d in made}
    rows = following(screening.decisions, last.values())
    texts = texts_with(data, screening.library, rows)
    return tuple(change_of(path, text) for path, text in texts.items())
