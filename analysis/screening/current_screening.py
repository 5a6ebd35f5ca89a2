"""Records and decisions as the files say now, for processes that go on for hours.

To read 50,000 records takes seconds, so they are read once and shared. The command line, another
desk or a pull may write meanwhile: before each answer the files are looked at, of a file of
decisions only what was added is read, and whatever else has changed has all of it read again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.files.lock import locked, settle
from analysis.screening.decision_files import (
    HEADER,
    Decision,
    append,
    decision_paths,
    following,
    read_added,
)
from analysis.screening.decisions import Screening, load_screening
from analysis.screening.ordering import (
    Asked,
    Examples,
    Ordered,
    Orders,
    OrdersHere,
    Words,
    in_parts,
)
from analysis.screening.ordering_process import OrdersBeside
from analysis.screening.stage_words import stage_texts
from analysis.searching.duplicate_log import log_path
from analysis.searching.library import Library, load_library
from analysis.searching.licensed import FOLDER as LICENSED

State = tuple[int, int, int]
"""What tells that a file was written: its time of change, its size and its number on the disk."""

# From so many records on people would notice in a page what else this process does.
MANY = 2_000


@dataclass(frozen=True)
class _Known:
    state: State
    said: bytes


# Of a person who had decided nothing.
_NOTHING = _Known((0, 0, 0), HEADER.encode())


class CurrentScreening:
    """The decisions of a folder as they are now; the sessions of one process share one.

    `lock` is held while anything of it, or of a session, is looked at or changed. Of more than
    `many` records the orders are made in a process beside this one.
    """

    def __init__(self, data: Path, many: int = MANY) -> None:
        self.data, self.many = data, many
        self.lock = threading.RLock()
        # One session learns at a time: all of them want the same processor.
        self._learning = threading.Lock()
        self._orders: Orders | None = None
        # How often all records were read.
        self._reads = 0
        # How often anything has changed, and the reports that did since all was read.
        self.version = 0
        self._changed: list[frozenset[str]] = []
        settle(data)
        self._read()

    @property
    def screening(self) -> Screening:
        return self._screening

    def refresh(self) -> None:
        """See what others have written; EvidenceError where a file is damaged now."""
        settle(self.data)
        with self.lock:
            self._catch_up()

    def is_outdated(self) -> bool:
        """Whether records came in, or a ruling on duplicates: all is to be read again."""
        return self._records_state() != self._records

    def changed_since(self, version: int) -> frozenset[str] | None:
        """The reports on which anything was decided since; None where all was read again."""
        first = self.version - len(self._changed)
        if version < first:
            return None
        return frozenset().union(*self._changed[version - first :])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody else writes: what stands now is what `add` adds to."""
        with locked(self.data), self.lock:
            self._catch_up()
            yield

    def add(self, new: Sequence[Decision]) -> tuple[Decision, ...]:
        """Add decisions, all or none, as they were written; within `writing`."""
        representative = self._screening.deduplication.representative
        keys = {(d.stage, representative[d.record_id]) for d in new}
        known = [d for stage, report in keys for d in self._screening.standing_on(stage, report)]
        added = tuple(following(known, new))
        append(self.data, self._screening.library, added)
        for path in decision_paths(self.data):
            if path.stem in {decision.who for decision in added}:
                self._known[path] = _Known(_state(path), path.read_bytes())
        self._take(added)
        return added

    @property
    def is_large(self) -> bool:
        return len(self._screening.library.records) > self.many

    def words_of(self, stage: str) -> Words:
        """What the words of all that came to the stage are called, as they are now."""
        return self._reads, stage

    def ordered(self, asked: Asked, examples: Examples) -> Ordered:
        """The order that is asked for; ConnectionError where the process that makes it died."""
        with self._learning:
            orders = self._orders or (OrdersBeside() if self.is_large else OrdersHere())
            self._orders = None
            if not orders.covers(asked):
                with self.lock:
                    screening = self._screening
                for part in in_parts(stage_texts(screening, asked.stage)):
                    orders.add(asked.words, part)
                orders.count(asked.words, examples)
            ordered = orders.made(asked)
            # What has died is not asked again.
            self._orders = orders
            return ordered

    def _read(self) -> None:
        """Read all anew."""
        records = self._records_state()
        self._read_decisions(load_library(self.data))
        self._records = records
        self._reads += 1

    def _read_decisions(self, library: Library) -> None:
        before: dict[Path, State] | None = None
        # What is written while it is read would be read twice: as known, and as added.
        while before != (states := self._states()):
            screening = load_screening(self.data, library)
            known = {path: _Known(state, path.read_bytes()) for path, state in states.items()}
            before = states
        self._screening, self._known = screening, known
        self._changed.clear()
        self.version += 1

    def _catch_up(self) -> None:
        if self.is_outdated():
            self._read()
            return
        states, library = self._states(), self._screening.library
        if self._known.keys() - states.keys():
            self._read_decisions(library)
            return
        added: list[Decision] = []
        known: dict[Path, _Known] = {}
        for path, state in states.items():
            before = self._known.get(path, _NOTHING)
            if before.state == state:
                continue
            now = _Known(state, path.read_bytes())
            found = read_added(path, before.said, now.said, library, self._screening.criteria)
            if found is None or not self._is_news(found):
                self._read_decisions(library)
                return
            added += found
            known[path] = now
        self._known |= known
        if added:
            self._take(added)

    def _is_news(self, found: Sequence[Decision]) -> bool:
        """Whether none of the rows may be there already, as those of two branches are."""
        representative = self._screening.deduplication.representative
        return all(
            decision.record_id in representative
            and all(
                before.when < decision.when
                for before in self._screening.standing_on(
                    decision.stage, representative[decision.record_id]
                )
                if before.who == decision.who
            )
            for decision in found
        )

    def _take(self, added: Sequence[Decision]) -> None:
        self._screening = self._screening.with_added(added)
        representative = self._screening.deduplication.representative
        self._changed.append(frozenset(representative[d.record_id] for d in added))
        self.version += 1

    def _states(self) -> dict[Path, State]:
        return {path: _state(path) for path in decision_paths(self.data)}

    def _records_state(self) -> dict[Path, State]:
        """The files from which the records come, and what follows from the protocol."""
        searches = self.data / "searches"
        licensed = self.data.parent / LICENSED
        paths = (
            self.data / "protocol.yml",
            log_path(self.data),
            *searches.glob("[12]*/search.yml"),
            *searches.glob("[12]*/*.records.csv"),
            *licensed.glob("*.records.csv"),
        )
        return {path: _state(path) for path in paths if path.is_file()}


def _state(path: Path) -> State:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino
