"""Who screens what at this desk: a session a person and stage, kept while the desk is open."""

from __future__ import annotations

import threading
from pathlib import Path

from analysis.desk.background import StillWorking, in_background
from analysis.files.lock import settle
from analysis.files.slugs import CONSENSUS
from analysis.screening.current_screening import MANY, CurrentScreening
from analysis.screening.decision_files import FIRST_STAGE
from analysis.screening.decisions import Screening
from analysis.screening.session import Session, Work
from analysis.screening.stage_words import trial_examples
from analysis.searching.decision_schemas import STAGES
from analysis.searching.duplicate_log import refuse_unsought
from analysis.searching.history import load_searches
from analysis.searching.library import Library


class Sittings:
    """The sessions of a folder of data, which share what was read; asked from any thread.

    Of more than `many` records the first reading goes on in a thread, and who asks meanwhile gets
    StillWorking, but for who is to `wait`: nothing that a person decided is lost.
    """

    def __init__(self, data: Path, many: int = MANY) -> None:
        self._data, self.many = data, many
        self._turn = threading.Lock()
        self._sessions: dict[tuple[str, str], Session] = {}
        self._shared: CurrentScreening | None = None
        self._reading: _Reading | None = None
        self._examples: tuple[tuple[str, bool], ...] = ()
        self._sought: Library | None = None

    def screening(self, *, wait: bool = False) -> Screening:
        """Records and decisions as the files are now."""
        settle(self._data)
        shared = self._read(wait)
        shared.refresh()
        return shared.screening

    def at(self, who: str, stage: str, *, wait: bool = False) -> Session:
        """The session as the files are now; ReviewError where nobody has looked for duplicates."""
        # Waits for who writes; who writes may wait for this.
        settle(self._data)
        shared = self._read(wait)
        with self._turn:
            session = self._sessions.get((who, stage)) or self._begun(shared, who, stage)
        session.refresh()
        if session.library is not self._sought:
            refuse_unsought(self._data, session.library)
            self._sought = session.library
        return session

    def _begun(self, shared: CurrentScreening, who: str, stage: str) -> Session:
        if not self._examples:
            self._examples = trial_examples(self._data)
        begun = self._sessions[who, stage] = Session(
            self._data,
            who,
            stage,
            examples=self._examples,
            shared=shared,
            learner=_left if who == CONSENSUS else _in_a_thread,
            advises=stage == FIRST_STAGE,
        )
        return begun

    def _read(self, wait: bool) -> CurrentScreening:
        """What was read, unless records came in since."""
        with self._turn:
            if self._shared and not self._shared.is_outdated():
                return self._shared
            if self._reading is None:
                self._shared, self._sessions = None, {}
                self._reading = _Reading(self._data, self.many)
            reading = self._reading
        if not (wait or reading.records <= self.many or reading.found.done()):
            raise StillWorking("reading.html", records=reading.records)
        try:
            found = reading.found.result()
            with self._turn:
                self._shared = found
            return found
        finally:
            with self._turn:
                if self._reading is reading:
                    self._reading = None


class _Reading:
    """All records being read, in a thread of their own."""

    def __init__(self, data: Path, many: int) -> None:
        self.records = sum(e.hits for search in load_searches(data) for e in search.exports)
        self.found = in_background("reading records", lambda: _ready(CurrentScreening(data, many)))


def _ready(current: CurrentScreening) -> CurrentScreening:
    """With what pages ask for at once."""
    screening = current.screening
    for stage in STAGES:
        screening.latest(stage)
        screening.verdicts(stage)
    screening.library.searchable.keys()
    return current


def _in_a_thread(work: Work) -> None:
    """Learn while people read on in the last order: of 50,000 records it takes seconds."""
    threading.Thread(target=work, name="order of reading", daemon=True).start()


def _left(work: Work) -> None:
    """What people differ on is a short list: it needs no order."""
