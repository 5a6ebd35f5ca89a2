"""Harms, satisfaction and the like: which trials report them, and what both arms' numbers say.

Trials count these things in different ways, so nothing is pooled: each trial stands by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from analysis.evidence.participants import randomised
from analysis.evidence.rows import AcceptabilityRow, Evidence, Trial
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.two_by_two import BinaryMeasure, pool_mantel_haenszel

# How a source words that the trial did not report something.
NOT_REPORTED = "not reported by the trial"

HowCounted = Literal["not known", "as printed", "from per cent"]


@dataclass(frozen=True)
class Share:
    """How many participants of an arm had what was counted; `None` where that is not known.

    `percent` is the one printed, or else the one of the counts.
    """

    arm: str
    percent: float | None
    events: float | None
    total: float | None
    counts: HowCounted


@dataclass(frozen=True)
class Compared:
    """What one trial counted, in both arms or in both arms together.

    `ratio` is the log risk ratio and `difference` the risk difference, intervention against
    control, where counts of both are known and the event came up at all and not in everybody.
    """

    trial: Trial
    event: str
    intervention: Share | None = None
    control: Share | None = None
    together: Share | None = None
    ratio: PooledEffect | None = None
    difference: PooledEffect | None = None


@dataclass(frozen=True)
class Reported:
    """What is known of one subject in the included trials, each of them in one of three groups.

    `said` have a source that says something, `silent` one that says that the trial does not
    report it; of the others nothing was `unseen`. `found` is what was counted, in file order.
    """

    what: str
    said: tuple[Trial, ...]
    silent: tuple[Trial, ...]
    unseen: tuple[Trial, ...]
    found: tuple[Compared, ...]

    @property
    def total(self) -> int:
        return len(self.said) + len(self.silent) + len(self.unseen)

    @property
    def compared(self) -> tuple[Compared, ...]:
        """What was counted in both arms apart."""
        return tuple(each for each in self.found if each.intervention and each.control)

    @property
    def people(self) -> int | None:
        """Participants randomised in the trials that report it, as far as that is known."""
        known = [size for trial in self.said if (size := randomised(trial)) is not None]
        return sum(known) if known else None


def reported(evidence: Evidence, what: str, condition: str | None = None) -> Reported:
    """What the included trials, or those of a condition, report of a subject.

    A trial counts as reporting it when one of its rows says anything but that it does not.
    """
    trials = [trial for trial in evidence.included if condition in (None, trial.condition)]
    rows = [row for row in evidence.acceptability if row.what == what]
    known = {row.study_id for row in rows}
    said = {row.study_id for row in rows if row.value != NOT_REPORTED}
    found = (
        each for trial in trials for each in _found(trial, rows, evidence.protocol.synthesis.level)
    )
    return Reported(
        what,
        tuple(trial for trial in trials if trial.study_id in said),
        tuple(trial for trial in trials if trial.study_id in known - said),
        tuple(trial for trial in trials if trial.study_id not in known),
        tuple(found),
    )


def _found(trial: Trial, rows: Sequence[AcceptabilityRow], level: float) -> Iterator[Compared]:
    """What one trial counted; a row without structured numbers is shown in words only."""
    own = [row for row in rows if row.study_id == trial.study_id and row.side]
    for event, source in dict.fromkeys((row.event, row.source_id) for row in own):
        intervention, control, both = (
            _side([row for row in own if (row.event, row.source_id, row.side) == place])
            for place in ((event, source, side) for side in ("intervention", "control", "both"))
        )
        for one, other in product(intervention or (None,), control or (None,)):
            if one or other:
                ratio, difference = (_estimate(one, other, m, level) for m in ("RR", "RD"))
                yield Compared(trial, event, one, other, ratio=ratio, difference=difference)
        yield from (Compared(trial, event, together=share) for share in both)


def _side(rows: Sequence[AcceptabilityRow]) -> Sequence[Share]:
    """The arms of one side: counted together where the counts of all are known, else each."""
    shares = [_share(row) for row in rows]
    arms = dict.fromkeys(share.arm for share in shares)
    counted = [(s.events, s.total) for s in shares if s.events is not None and s.total]
    if len(shares) < 2 or len(counted) < len(shares) or len(arms) < len(shares):
        return shares
    events, total = (sum(numbers) for numbers in zip(*counted, strict=True))
    how = min((share.counts for share in shares), key=("from per cent", "as printed").index)
    return [Share(", ".join(arms), 100 * events / total, events, total, how)]


def _share(row: AcceptabilityRow) -> Share:
    if row.events is not None and row.total:
        percent = 100 * row.events / row.total if row.percent is None else row.percent
        return Share(row.arm, percent, row.events, row.total, "as printed")
    if row.percent is not None and row.total:
        events = float(round(row.percent * row.total / 100))
        return Share(row.arm, row.percent, events, row.total, "from per cent")
    return Share(row.arm, row.percent, row.events, row.total, "not known")


def _estimate(
    one: Share | None, other: Share | None, measure: BinaryMeasure, level: float
) -> PooledEffect | None:
    """Nothing where counts are missing, or nobody or everybody of both arms had the event."""
    if not one or not other or "not known" in (one.counts, other.counts):
        return None
    events, totals = (one.events or 0, other.events or 0), (one.total or 0, other.total or 0)
    if not 0 < sum(events) < sum(totals):
        return None
    cells = ([n] for n in (events[0], totals[0], events[1], totals[1]))
    return pool_mantel_haenszel(*cells, measure=measure, level=level)
