"""One person reading one record after another: decide, say why, take back, stop, come back.

The session knows nothing of keys or screens; the terminal and the desk show it, tests drive it.
What others decide meanwhile, in another process too, it sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from analysis.files.clock import now
from analysis.files.digests import digest
from analysis.files.problems import ReviewError, short
from analysis.files.slugs import CONSENSUS
from analysis.screening.current_screening import CurrentScreening
from analysis.screening.decision_files import FIRST_STAGE, Decision, withdrawal_of
from analysis.screening.decisions import Screening, in_words, is_yes
from analysis.screening.ordering import Asked, Ordered
from analysis.screening.ranking import MODEL, SEED, random_order
from analysis.screening.ranking_files import kept_order, write_ranking
from analysis.screening.stopping import StoppingAid
from analysis.searching.decision_schemas import WITHDRAWN
from analysis.searching.library import Library
from analysis.searching.records import Record

# Learning again after each decision moves the next record no further than this does.
LEARN_EVERY = 10

Work = Callable[[], None]


class DecidedMeanwhile(ReviewError):
    """What the person saw of a record is not what stands now: `standing` is. Nothing was kept."""

    def __init__(self, standing: Sequence[Decision] = (), otherwise: str = "taken back") -> None:
        self.standing = tuple(standing)
        said = "; ".join(f"{d.who}: {in_words(d)} ({d.when})" for d in standing)
        super().__init__(f"changed elsewhere meanwhile: {said or otherwise}")


def at_once(work: Work) -> None:
    """Learn before the next record is shown."""
    work()


@dataclass
class Session:
    """The queue of one person at one stage; every decision is on disk before the next record.

    `shared` spares the sessions of one process reading all records each; `learner` runs what
    orders the queue anew, which may go on in a thread while the person reads in the last order.
    """

    data: Path
    who: str
    stage: str = FIRST_STAGE
    seed: int = SEED
    examples: tuple[tuple[str, bool], ...] = ()
    clock: Callable[[], str] = now
    shared: CurrentScreening | None = None
    learner: Callable[[Work], None] = at_once
    # Whether the aid for stopping is worked out with the order; of many records it takes seconds.
    advises: bool = False
    aid: StoppingAid | None = field(init=False, default=None)
    # Whether the order is more than a random one.
    learned: bool = field(init=False, default=False)
    _current: CurrentScreening = field(init=False)
    _version: int = field(init=False, default=-1)
    _order: list[str] = field(init=False, default_factory=list)
    _labels: dict[str, bool] = field(init=False, default_factory=dict)
    _made: list[Decision] = field(init=False, default_factory=list)
    # How many had been read when the queue was last ordered, and how many waited.
    _learned_from: tuple[int, int] = field(init=False, default=(-LEARN_EVERY, 0))
    _unwritten: str = field(init=False, default="")
    _is_learning: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._current = self.shared or CurrentScreening(self.data)
        if self.learner is not at_once:
            self._order = [*kept_order(self.data, self.who, self.stage)]
        with self._current.lock:
            self._follow()
        self._learn()

    @property
    def current(self) -> Record | None:
        """The record to decide on; None when nothing waits for this person."""
        return self.library.readable(self._order[0]) if self._order else None

    @property
    def differing(self) -> tuple[Decision, ...]:
        """What people decided on the current record, where this sitting is to settle it."""
        return self.differing_on(self._order[0]) if self._order else ()

    def differing_on(self, report: str) -> tuple[Decision, ...]:
        """What people decided on a report on which they differ; nothing but for the consensus."""
        if self.who != CONSENSUS or report not in self._order:
            return ()
        return self.screening.differing_on(self.stage, report)

    def own_on(self, report: str) -> Decision | None:
        """What the person has decided on a report, if that stands."""
        return self.screening.latest_on(self.stage, report).get(self.who)

    @property
    def latest(self) -> Decision | None:
        """The person's latest decision that stands, of whichever sitting."""
        return self.own_on(next(reversed(self._labels))) if self._labels else None

    @property
    def done(self) -> int:
        return len(self._labels)

    @property
    def waiting(self) -> int:
        return len(self._order)

    @property
    def order(self) -> tuple[str, ...]:
        """What waits for this person, the most promising first."""
        return tuple(self._order)

    @property
    def library(self) -> Library:
        return self.screening.library

    @property
    def screening(self) -> Screening:
        return self._current.screening

    @property
    def is_learning(self) -> bool:
        """Whether the order is being made anew."""
        return self._is_learning

    @property
    def last(self) -> Decision | None:
        """The latest decision of this sitting, which `undo` takes back."""
        return self._made[-1] if self._made else None

    def refresh(self) -> None:
        """See what others have decided, and learn where that is due."""
        self._current.refresh()
        with self._current.lock:
            self._follow()
        self._learn_if_due()

    def seen_on(self, report: str) -> str:
        """A digest of what the person is shown of the decisions on a report: own, or to settle."""
        people = self.screening.latest_on(self.stage, report)
        shown = [d for d in people.values() if self.who in (CONSENSUS, d.who)]
        return digest("; ".join(f"{d.who} {d.when} {' '.join(d.said)}" for d in shown))

    def decide(
        self,
        decision: str,
        criterion: str = "",
        study_id: str = "",
        note: str = "",
        *,
        report: str | None = None,
        seen: str | None = None,
    ) -> Decision:
        """Record a decision on a report, on the current one where none is named.

        `seen` is what `seen_on` said when the report was shown; an own decision that was seen is
        replaced. IndexError when nothing waits; DecidedMeanwhile where something else
        stands now; ReviewError for a report that has not come to the stage.
        """
        said = (decision, criterion, study_id, note)
        (made,) = self.decide_all([self._order[0] if report is None else report], *said, seen=seen)
        return made

    def decide_all(
        self,
        reports: Sequence[str],
        decision: str,
        criterion: str = "",
        study_id: str = "",
        note: str = "",
        *,
        seen: str | None = None,
    ) -> tuple[Decision, ...]:
        """Record one decision on each of these reports, all or none, as `decide` does."""
        with self._current.writing():
            self._follow()
            for report in reports:
                self._refuse_unseen(report, seen)
            when = self.clock()
            said = (self.stage, decision, criterion, study_id, self.who, when, note)
            made = self._current.add([Decision(report, *said) for report in reports])
            # An order made in a thread is kept with what was decided by it: one change of files.
            self._keep_ranking()
            self._made += made
            self._follow()
        self._learn_if_due()
        return made

    def undo(self) -> Decision | None:
        """Take the latest decision of this sitting back; its record comes next again."""
        while self._made:
            taken = self._made[-1]
            if self.own_on(taken.record_id) == taken:
                return self.take_back(taken.record_id)
            self._made.pop()  # taken back, or decided anew, elsewhere
        return None

    def take_back(self, report: str, note: str = "") -> Decision:
        """Take back what the person decided on a report, which comes next again.

        ReviewError where the person has decided nothing on it that stands.
        """
        with self._current.writing():
            self._follow()
            stood = self.screening.standing_on(self.stage, report)
            own = [d for d in stood if d.who == self.who and d.decision != WITHDRAWN]
            if not own:
                raise ReviewError(f"{self.who} has decided nothing on {report} that stands")
            when = self.clock()
            # Two branches may have brought two that stand on one record: one row for both.
            last = {d.record_id: withdrawal_of(d, when, note) for d in own}
            self._current.add([*last.values()])
            self._made = [d for d in self._made if d not in own]
            self._follow()
            if report in self._order:
                self._order.remove(report)
                self._order.insert(0, report)
        return own[-1]

    def _refuse_unseen(self, report: str, seen: str | None) -> None:
        """DecidedMeanwhile where the person saw something else; ReviewError for what is not due."""
        if report not in self.library.records:
            raise ReviewError(f"no record is called {short(report)}")
        if not self.screening.has_reached(self.stage, report):
            raise ReviewError(f"{report} is not among the reports that have come to {self.stage}")
        waits = self.screening.waits_for(self.stage, self.who, report)
        own = self.own_on(report)
        if seen is not None and seen != self.seen_on(report):
            shown = self.screening.differing_on(self.stage, report)
            raise DecidedMeanwhile([d for d in shown if self.who in (CONSENSUS, d.who)])
        if not waits and own and seen is None:
            raise DecidedMeanwhile([own])
        if not waits and not own:
            raise DecidedMeanwhile(otherwise="others have settled it")

    def _follow(self) -> None:
        """Take in what was decided since, by whoever: what waits, and what the person said."""
        changed = self._current.changed_since(self._version)
        self._version = self._current.version
        screening, stage = self.screening, self.stage
        if changed is None:
            self._labels = screening.labels(stage, self.who)
            waiting = set(screening.queue(stage, self.who))
            self._order = [report for report in self._order if report in waiting]
            waiting.difference_update(self._order)
            self._order += random_order(waiting, self.seed)
            return
        own = (screening.latest_on(stage, report).get(self.who) for report in changed)
        for report in changed:
            self._labels.pop(report, None)
        for made in sorted(filter(None, own), key=lambda decision: decision.when):
            report = screening.deduplication.representative[made.record_id]
            self._labels[report] = is_yes(made)
        waiting = {
            report
            for report in changed
            if screening.has_reached(stage, report) and screening.waits_for(stage, self.who, report)
        }
        kept = [r for r in self._order if r not in changed or r in waiting]
        waiting.difference_update(r for r in self._order if r in changed)
        self._order = [*kept, *random_order(waiting, self.seed)]

    def _learn_if_due(self) -> None:
        read, waiting = self._learned_from
        more = max(abs(self.done - read), self.waiting - waiting)
        if more >= LEARN_EVERY and not self._is_learning:
            self._learn()

    def _keep_ranking(self) -> None:
        if self._unwritten:
            write_ranking(self.data, self.who, self.stage, self._unwritten)
            self._unwritten = ""

    def _learn(self) -> None:
        self._is_learning = True
        self.learner(self._order_anew)

    def _order_anew(self) -> None:
        """Order what waits by this person's own decisions: the other's stay unseen."""
        try:
            with self._current.lock:
                asked = Asked(
                    self.who,
                    self.stage,
                    self.order,
                    dict(self._labels),
                    self.seed,
                    self.advises,
                    self._current.words_of(self.stage),
                )
            self._learned_from = len(asked.labels), len(asked.waiting)
            # It only orders: people read on in the last order until the next is due.
            with suppress(ConnectionError):
                self._take(self._current.ordered(asked, self.examples))
        finally:
            self._is_learning = False

    def _take(self, ordered: Ordered) -> None:
        """Go on in a new order, without what was decided while it was made."""
        self._unwritten, self.aid = ordered.text, ordered.aid
        self.learned = ordered.ranking.model == MODEL
        if self.learner is at_once:
            self._keep_ranking()
        with self._current.lock:
            left = set(self._order)
            learned = [report for report in ordered.ranking.order if report in left]
            left.difference_update(learned)
            self._order = [*learned, *(r for r in self._order if r in left)]
