"""Screening in the terminal: the record, the criteria, one key a decision."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from analysis.files.slugs import is_slug
from analysis.protocol import Protocol
from analysis.protocol_lists import MOST_CRITERIA, ExclusionCriteria
from analysis.screening.decisions import in_words
from analysis.screening.session import DecidedMeanwhile, Session
from analysis.searching.decision_schemas import STAGES
from analysis.searching.records import Record, clean

if TYPE_CHECKING:
    from rich.console import Console

KEYS = {"i": "include", "e": "exclude", "u": "unsure", "o": "obtained", "n": "not obtained"}
STOP = ("q", "\x03", "\x04", "\x1b")
BACK = "b"
# A key for each criterion: digits, then the letters that mean nothing else here.
REASONS = "123456789" + "acdefghijklmnoprstuvwxyz"[: MOST_CRITERIA - 9]
WIDTH = 100

ESCAPE = "\x1b"

ReadLine = Callable[[str], str]


class Keys:
    """One key at a time; what is typed while the program is busy comes in one piece."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._typed: deque[str] = deque()

    def __call__(self) -> str:
        """The next key in small letters; the key that stops where the input ends."""
        if not self._typed:
            try:
                typed = self._read()
            except (EOFError, KeyboardInterrupt):
                return STOP[0]
            # An arrow or a function key is one key of several characters.
            self._typed.extend([typed] if typed.startswith(ESCAPE) else typed)
        return self._typed.popleft().lower() if self._typed else STOP[0]

    def forget(self) -> None:
        """Drop what was typed ahead: nobody decides on a record before it is shown."""
        self._typed.clear()


def screen(
    session: Session,
    protocol: Protocol,
    console: Console,
    read_key: Keys,
    read_line: ReadLine,
) -> int:
    """Show one record after another until the person stops or none waits; decisions made."""
    made = 0
    shown = None
    while session.current is not None or session.last is not None:
        if session.current is None:
            console.print("Nothing more waits for you. b take back · any other key ends")
        elif session.current != shown:
            show(session, session.current, protocol, console)
            read_key.forget()
        shown = session.current
        key = read_key()
        if key in STOP:
            break
        if key == BACK:
            made -= _take_back(session, console)
        elif session.current is None:
            break
        elif KEYS.get(key) in STAGES[session.stage]:
            made += _decide(session, KEYS[key], protocol.criteria, console, read_key, read_line)
        else:
            console.print(f"{key!r} is none of these keys.", style="yellow", markup=False)
            console.print(keys(session.stage), style="dim")
    return made


def show(session: Session, record: Record, protocol: Protocol, console: Console) -> None:
    """Print a record as text: what is in it is never markup, nor a command to the terminal."""
    from rich.text import Text

    console.rule()
    total = session.done + session.waiting
    console.print(f"{session.done} of {total} read · {session.stage} · {session.who}", style="dim")
    console.print(Text(clean(record.title) or "(no title)", style="bold"))
    place = ". ".join(filter(None, (record.authors, record.journal, record.year)))
    console.print(Text(clean(place), style="dim"))
    console.print(Text(clean(record.abstract) or "(no abstract)"))
    console.print()
    for name, text in protocol.held_against:
        console.print(Text.assemble((f"{name}: ", "cyan"), text))
    for decision in session.differing:
        said = clean(in_words(decision))
        console.print(Text.assemble((f"{decision.who}: ", "yellow"), said))
    console.print(keys(session.stage), style="dim")


def keys(stage: str) -> str:
    """The keys of a stage, in a line."""
    words = [f"{key} {word}" for key, word in KEYS.items() if word in STAGES[stage]]
    return " · ".join((*words, "b take back", "q stop"))


def _decide(
    session: Session,
    decision: str,
    criteria: ExclusionCriteria,
    console: Console,
    read_key: Keys,
    read_line: ReadLine,
) -> int:
    needed = session.stage == "full-report"
    report = session.order[0]
    seen = session.seen_on(report)
    criterion = study_id = ""
    if decision == "exclude":
        chosen = _criterion(criteria, console, read_key, needed=needed)
        if chosen is None:
            console.print(keys(session.stage), style="dim")
            return 0
        criterion = chosen
    elif decision == "include" and needed:
        study_id = read_line("Which study does it report (for example trial-2026)? ").strip()
        if not is_slug(study_id):
            console.print("Small letters, digits and hyphens: not recorded.", style="yellow")
            console.print(keys(session.stage), style="dim")
            return 0
    try:
        session.decide(decision, criterion, study_id, report=report, seen=seen)
    except DecidedMeanwhile as meanwhile:
        console.print(f"Not recorded: {meanwhile}", style="yellow", markup=False)
        return 0
    console.print(f"→ {decision} {criterion or study_id}".rstrip(), style="green", markup=False)
    return 1


def _criterion(
    criteria: ExclusionCriteria, console: Console, read_key: Keys, *, needed: bool
) -> str | None:
    """Which criterion fails, by its key; "" where none need be named, None to think again."""
    if not criteria.listed:
        return ""
    numbered = dict(zip(REASONS, criteria.ids, strict=False))
    choices = " · ".join(f"{number} {name}" for number, name in numbered.items())
    skip = "" if needed else " · Enter without a reason"
    console.print(f"Why? {choices}{skip} · b back", markup=False)
    while True:
        key = read_key()
        if key in numbered:
            return numbered[key]
        if key in ("\r", "\n", " ") and not needed:
            return ""
        if key == BACK or key in STOP:
            return None


def _take_back(session: Session, console: Console) -> int:
    taken = session.undo()
    said = f"← {taken.decision} taken back" if taken else "Nothing of this sitting to take back."
    console.print(said, style="yellow", markup=False)
    return 1 if taken else 0
