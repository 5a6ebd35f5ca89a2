"""One person reading one record after another: decide, say why, take back, stop, come back.

The session knows nothing of keys or screens; `terminal.py` shows it, tests drive it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from analysis.files.slugs import CONSENSUS
from analysis.files.writing import write_atomically
from analysis.screening.decision_files import FIRST_STAGE, Decision, add_decisions, withdraw
from analysis.screening.decisions import Screening, load_screening
from analysis.screening.ranking import SEED, Features, Ranking, make_features, rank
from analysis.searching.duplicate_log import now
from analysis.searching.library import Library, load_library
from analysis.searching.records import Record

# Learning again after each decision moves the next record no further than this does.
LEARN_EVERY = 10


@dataclass
class Session:
    """The queue of one person at one stage; every decision is on disk before the next record."""

    data: Path
    who: str
    stage: str = FIRST_STAGE
    seed: int = SEED
    examples: tuple[tuple[str, bool], ...] = ()
    clock: Callable[[], str] = now
    _library: Library = field(init=False)
    _screening: Screening = field(init=False)
    _features: Features | None = field(init=False, default=None)
    _order: list[str] = field(init=False, default_factory=list)
    _made: list[Decision] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._library = load_library(self.data)
        self._learn()

    @property
    def current(self) -> Record | None:
        """The record to decide on; None when nothing waits for this person."""
        return self._library.readable(self._order[0]) if self._order else None

    @property
    def differing(self) -> tuple[Decision, ...]:
        """What people decided on the current record, where this sitting is to settle it."""
        if self.who != CONSENSUS or not self._order:
            return ()
        return self._screening.conflicts(self.stage).get(self._order[0], ())

    @property
    def done(self) -> int:
        return len(self._screening.labels(self.stage, self.who))

    @property
    def waiting(self) -> int:
        return len(self._order)

    @property
    def order(self) -> tuple[str, ...]:
        """What waits for this person, the most promising first."""
        return tuple(self._order)

    @property
    def library(self) -> Library:
        return self._library

    @property
    def screening(self) -> Screening:
        return self._screening

    @property
    def last(self) -> Decision | None:
        """The latest decision of this sitting, which `undo` takes back."""
        return self._made[-1] if self._made else None

    def decide(
        self, decision: str, criterion: str = "", study_id: str = "", note: str = ""
    ) -> Decision:
        """Record a decision on the current record; IndexError when there is none."""
        decided = Decision(
            record_id=self._order[0],
            stage=self.stage,
            decision=decision,
            criterion=criterion,
            study_id=study_id,
            who=self.who,
            when=self.clock(),
            note=note,
        )
        (made,) = add_decisions(self.data, self._library, [decided])
        self._made.append(made)
        self._order.pop(0)
        self._now_decided((*self._screening.decisions, made))
        if len(self._made) % LEARN_EVERY == 0:
            self._learn()
        return made

    def undo(self) -> Decision | None:
        """Take the latest decision of this sitting back; its record comes next again."""
        if not self._made:
            return None
        taken = self._made.pop()
        withdrawn = withdraw(self.data, self._library, taken, self.clock())
        self._now_decided((*self._screening.decisions, withdrawn))
        self._order.insert(0, taken.record_id)
        return taken

    def _now_decided(self, decisions: tuple[Decision, ...]) -> None:
        self._screening = replace(self._screening, decisions=decisions)

    def _learn(self) -> None:
        self._screening = load_screening(self.data, self._library)
        if self._features is None:
            self._features = stage_features(self._screening, self.stage, self.examples)
        waiting = self._screening.queue(self.stage, self.who)
        labels = self._screening.labels(self.stage, self.who)
        # By this person's own decisions: the other's stay unseen.
        ranking = rank(waiting, labels, self._features, self.seed)
        write_ranking(self.data, self.who, self.stage, ranking)
        self._order = list(ranking.order)


def stage_features(
    screening: Screening, stage: str, examples: tuple[tuple[str, bool], ...] = ()
) -> Features | None:
    """The words of title and abstract of every report that has come to the stage."""
    reached = {*screening.reached(stage), *screening.latest(stage)}
    records = {report: screening.library.readable(report) for report in reached}
    texts = {report: f"{record.title} {record.abstract}" for report, record in records.items()}
    return make_features(texts, examples)


def trial_examples(data: Path) -> tuple[tuple[str, bool], ...]:
    """The titles of the review's own trials as examples: included yes, excluded no."""
    from analysis.evidence.load import load

    return tuple(
        (trial.title, trial.status == "included")
        for trial in load(data).trials.values()
        if trial.title and trial.status in ("included", "excluded")
    )


def write_ranking(data: Path, who: str, stage: str, ranking: Ranking) -> None:
    """Keep the order proposed to a person, what it was learned from, and with which seed."""
    from importlib.metadata import version

    said = {
        "who": who,
        "stage": stage,
        "model": ranking.model,
        "scikit_learn": version("scikit-learn"),
        "seed": ranking.seed,
        "relevant": ranking.relevant,
        "irrelevant": ranking.irrelevant,
        "order": list(ranking.order),
    }
    path = data / "searches" / "rankings" / f"{stage}.{who}.yml"
    write_atomically(path, yaml.safe_dump(said, sort_keys=False))
