"""Who screens what at this desk: a session a person and stage, kept while the desk is open."""

from __future__ import annotations

import threading
from pathlib import Path

from analysis.files.lock import settle
from analysis.files.slugs import CONSENSUS
from analysis.screening.current_screening import CurrentScreening
from analysis.screening.decision_files import FIRST_STAGE
from analysis.screening.decisions import Screening
from analysis.screening.session import Session, Work
from analysis.screening.stage_words import trial_examples
from analysis.searching.duplicate_log import refuse_unsought
from analysis.searching.library import Library


class Sittings:
    """The sessions of a folder of data, which share what was read; asked from any thread."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._turn = threading.Lock()
        self._sessions: dict[tuple[str, str], Session] = {}
        self._shared: CurrentScreening | None = None
        self._examples: tuple[tuple[str, bool], ...] = ()
        self._sought: Library | None = None

    def screening(self) -> Screening:
        """Records and decisions as the files are now."""
        settle(self._data)
        with self._turn:
            shared = self._read()
        shared.refresh()
        return shared.screening

    def at(self, who: str, stage: str) -> Session:
        """The session as the files are now; ReviewError where nobody has looked for duplicates."""
        # Waits for who writes; who writes may wait for this.
        settle(self._data)
        with self._turn:
            session = self._sessions.get((who, stage)) or self._begun(who, stage)
        session.refresh()
        if session.library is not self._sought:
            refuse_unsought(self._data, session.library)
            self._sought = session.library
        return session

    def _begun(self, who: str, stage: str) -> Session:
        shared = self._read()
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

    def _read(self) -> CurrentScreening:
        if self._shared is None:
            self._shared = CurrentScreening(self._data)
        return self._shared


def _in_a_thread(work: Work) -> None:
    """Learn while people read on in the last order: of 50,000 records it takes seconds."""
    threading.Thread(target=work, name="order of reading", daemon=True).start()


def _left(work: Work) -> None:
    """What people differ on is a short list: it needs no order."""
