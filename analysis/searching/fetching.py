"""A recorded strategy run through a database's public interface: its answers, whole, in the inbox.

What is asked for begins some days before the day given, because databases enter and index some
records late; what was known already is told by its number. Answers are kept as they were sent.
Until the last has come and their records are as many as the database counts, they wait beside
the data, and the same command on the same day goes on behind the last one.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from analysis.files.digests import digest
from analysis.files.json_files import read_json
from analysis.files.lock import locked
from analysis.files.problems import EvidenceError, ReviewError, shown
from analysis.files.together import FileChange, change_of, change_together
from analysis.files.writing import write_atomically
from analysis.files.yaml_files import yaml_text
from analysis.protocol_lists import Source
from analysis.protocol_rules import Frozen
from analysis.searching.exports import read_export
from analysis.searching.http_client import Client, NoAnswer, Unfit
from analysis.searching.inbox import INBOX
from analysis.searching.interfaces import InterfaceId, read_interfaces
from analysis.searching.library import load_library
from analysis.searching.public_databases import DATABASES, Answer, PublicDatabase, Window
from analysis.searching.sources import find_source, sources_of
from analysis.searching.strategies import Strategy, check_strategy, load_strategies
from analysis.searching.strategies_as_run import FETCHED, FetchedSearch

UNFINISHED = ".fetching"
STATE = "state.json"
# How often all answers are asked for anew where records came in while they were sent.
TIMES = 2
MOST_NAMED = 10


class Plan(Frozen):
    """What is asked, of whom and when: answers to another plan are no part of this one."""

    source: str
    address: str
    question: str
    since: str
    day: str


class State(Frozen):
    """How far the answers have come: `ids` are the numbers of the records in them."""

    plan: Plan
    place: str | None = None
    done: bool = False
    count: int = 0
    listed: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    other_answers: tuple[str, ...] = ()


STATES = TypeAdapter(State)


@dataclass(frozen=True)
class Fetched:
    """What a database sent: `count` as it counts, `new` the records with numbers not on file.

    `resumed` are the answers that an interrupted run had brought.
    """

    source: Source
    strategy: Strategy
    window: Window
    count: int
    new: int
    remarks: tuple[str, ...]
    files: tuple[Path, ...]
    resumed: int


def fetch(
    data: Path,
    source: InterfaceId,
    since: dt.date,
    today: dt.date,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Run the strategy, put the answers into the inbox; ReviewError, and nothing is there."""
    if since > today:
        raise ReviewError(f"--since {since} is yet to come")
    database, settings = DATABASES[source], read_interfaces(data)
    asked = find_source(source, sources_of(data))
    interface = settings.interfaces[source]
    strategy = recorded_strategy(data, source, database)
    first = since - dt.timedelta(days=interface.overlap_days)
    window = Window(" ".join(strategy.text.split()), first, today)
    plan = Plan(
        source=source,
        address=interface.address,
        question=database.question(window),
        since=since.isoformat(),
        day=today.isoformat(),
    )
    folder = data / UNFINISHED / source
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder, wait=1), Client(database.platform, interface, settings.contact, sleep) as c:
        run = _Run(folder, database, window, c, _begun(folder, plan))
        resumed = len(run.state.answers)
        _complete(run, bool(run.state.place))
        fetched = _delivered(data, run, strategy, asked)
    shutil.rmtree(folder)
    return Fetched(
        asked,
        strategy,
        window,
        run.state.count,
        fetched.new,
        run.state.remarks,
        tuple(data / "searches" / INBOX / name for name in fetched.files),
        resumed,
    )


def recorded_strategy(data: Path, source: InterfaceId, database: PublicDatabase) -> Strategy:
    """The strategy for that platform; ReviewError where none is recorded, or several are."""
    platform = database.platform
    fitting = [s for s in load_strategies(data) if s.platform.casefold() == platform.casefold()]
    chosen = [s for s in fitting if s.path.stem == source] or fitting
    place = shown(data / "searches" / "strategies" / f"{source}.txt")
    if len(chosen) != 1:
        found = ", ".join(str(shown(s.path)) for s in chosen) or "none is recorded"
        raise ReviewError(
            f"one strategy for {platform} is run, and {found}: write it into {place}, below "
            f"`# database: …`, `# platform: {platform}` and `# status: …`"
        )
    if problems := check_strategy(chosen[0]).problems:
        raise EvidenceError(problems)
    return chosen[0]


def _begun(folder: Path, plan: Plan) -> State:
    """What an interrupted run has left of this plan; what is left of another is removed."""
    path = folder / STATE
    try:
        state = read_json(path, STATES) if path.is_file() else None
        kept = state is not None and all((folder / name).is_file() for name in state.answers)
    except EvidenceError:
        kept = False
    if state is not None and kept and state.plan == plan:
        return state
    return _anew(folder, plan)


def _anew(folder: Path, plan: Plan) -> State:
    for path in (*folder.glob("answer-*"), folder / STATE):
        path.unlink(missing_ok=True)
    return State(plan=plan)


class _Run:
    """The answers of one search, as far as they have come."""

    def __init__(
        self, folder: Path, database: PublicDatabase, window: Window, client: Client, state: State
    ) -> None:
        self.folder = folder
        self.database = database
        self.window = window
        self.client = client
        self.state = state
        self._numbers: list[str] = []

    def go_on(self) -> None:
        """Ask for every answer that is still to come, and keep each before the next."""
        while not self.state.done:
            answer = self.database.ask(self.client, self.window, self.state.place, self._check)
            self._keep(answer, place=answer.next, done=answer.next is None, count=answer.count)

    def begin_anew(self) -> None:
        self.state = _anew(self.folder, self.state.plan)

    def ask_for_missing(self) -> None:
        """The records that the database lists and has not sent, by their numbers."""
        missing = tuple(sorted(set(self.state.listed) - set(self.state.ids)))
        if missing:
            answer = self.database.ask_for(self.client, missing, self._check)
            if answer:
                self._keep(answer)

    def _name(self) -> str:
        number = len(self.state.answers) + len(self.state.other_answers) + 1
        return f"answer-{number:04}.{self.database.suffix}"

    def _check(self, raw: bytes) -> None:
        """Keep an answer where its records can be read."""
        if not raw.strip():
            raise Unfit(f"{self.client.name} sends an empty answer")
        path = self.folder / self._name()
        write_atomically(path, raw)
        try:
            self._numbers = [record.accession for record in read_export(path).records]
        except EvidenceError as error:
            words = error.problems[0].message
            raise Unfit(f"{self.client.name} sends what cannot be read: {words}") from None

    def _keep(self, answer: Answer, **changes: object) -> None:
        name, state = self._name(), self.state
        if answer.holds_records and self._numbers:
            changes["ids"] = tuple(dict.fromkeys((*state.ids, *self._numbers)))
            changes["answers"] = (*state.answers, name)
        else:
            write_atomically(self.folder / name, answer.content)
            changes["other_answers"] = (*state.other_answers, name)
        if answer.ids:
            changes["listed"] = answer.ids
        changes["remarks"] = (*state.remarks, *answer.remarks)
        self.state = state.model_copy(update=changes)
        write_atomically(self.folder / STATE, self.state.model_dump_json(indent=1))

    @property
    def mismatch(self) -> str:
        """How the records that came differ from what the database counts; blank where not."""
        state = self.state
        if len(state.ids) == state.count:
            return ""
        missing = sorted(set(state.listed) - set(state.ids))[:MOST_NAMED]
        named = f" (missing: {', '.join(missing)})" if missing else ""
        return (
            f"{self.client.name} counts {state.count:,} records and has sent "
            f"{len(state.ids):,}{named}"
        )


def _complete(run: _Run, resumed: bool) -> None:
    """Ask until the records are as many as the database counts; NoAnswer where they never are."""
    for time_ in range(1, TIMES + 1):
        try:
            run.go_on()
        except NoAnswer:
            # A place may be forgotten by the database where an interrupted run had been.
            if not resumed:
                raise
            resumed = False
            run.begin_anew()
            run.go_on()
        run.ask_for_missing()
        if not run.mismatch:
            return
        if time_ < TIMES:
            run.begin_anew()
    message = f"{run.mismatch}: nothing was taken in; try again, or export them on its page"
    run.begin_anew()
    raise NoAnswer(message)


def _delivered(data: Path, run: _Run, strategy: Strategy, source: Source) -> FetchedSearch:
    """The answers in the inbox, and beside the searches what was asked, all of it or nothing."""
    state, inbox = run.state, data / "searches" / INBOX
    contents = [(run.folder / name).read_bytes() for name in state.answers] or [b""]
    with locked(data):
        names = list(_free_names(inbox, f"{state.plan.day}-{source.id}", run, contents))
        stem = Path(names[0]).stem
        record = FetchedSearch(
            source=source.id,
            address=state.plan.address,
            question=state.plan.question,
            since=dt.date.fromisoformat(state.plan.since),
            asked_from=run.window.first,
            day=dt.date.fromisoformat(state.plan.day),
            count=state.count,
            new=_new(data, run),
            remarks=state.remarks,
            strategy=f"{stem}.strategy.txt",
            files=dict(zip(names, map(digest, contents), strict=True)),
        )
        beside = data / "searches" / FETCHED
        changes = [change_of(inbox / name, raw) for name, raw in zip(names, contents, strict=True)]
        changes += _changes_beside(beside, stem, record, run, strategy)
        change_together(data, changes)
    return record


def _changes_beside(
    folder: Path, stem: str, record: FetchedSearch, run: _Run, strategy: Strategy
) -> Iterator[FileChange]:
    said = record.model_dump(mode="json", exclude_defaults=True)
    said |= {name: getattr(record, name) for name in ("since", "asked_from", "day")}
    text = yaml_text(said)
    yield change_of(folder / f"{stem}.yml", text)
    yield change_of(folder / record.strategy, strategy.path.read_bytes())
    for number, name in enumerate(run.state.other_answers, start=1):
        raw = (run.folder / name).read_bytes()
        yield change_of(folder / f"{stem}.answer-{number}{Path(name).suffix}", raw)


def _free_names(inbox: Path, stem: str, run: _Run, contents: list[bytes]) -> Iterator[str]:
    """Names in the inbox for the answers; one that says the same already keeps its name."""
    number = 0
    for raw in contents:
        while True:
            number += 1
            part = "" if number == 1 else f"-{number}"
            path = inbox / f"{stem}{part}.{run.database.suffix}"
            if not path.exists() or path.read_bytes() == raw:
                break
        yield path.name


def _new(data: Path, run: _Run) -> int:
    """How many of the records have no number that is on file."""
    records = load_library(data).records.values()
    known = {number for r in records for number in (r.accession, r.pmid, r.registration) if number}
    exports = (run.folder / name for name in run.state.answers)
    found = {r.accession: r for path in exports for r in read_export(path).records}
    return sum(
        known.isdisjoint(filter(None, (r.accession, r.pmid, r.registration)))
        for r in found.values()
    )
