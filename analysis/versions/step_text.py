"""Where the change of a question comes from, in words: the method, corrections, new evidence."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.formatting import counted, listed, number
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.estimate_text import estimate_in_sentence, interval_text
from analysis.synthesis.study_effect import Measure
from analysis.versions.compare import Change, Comparison, conclusion_rules
from analysis.versions.state import PooledState
from analysis.versions.steps import Cause


def where_from(found: Comparison, change: Change) -> str:
    """How much of a change comes from what, and which of it changed the conclusion.

    Shares are differences of the numbers as printed, so that they add up for a reader.
    """
    return " ".join((*_shares(found, change), *_conclusions(found, change)))


def _shares(found: Comparison, change: Change) -> Iterator[str]:
    moved = found.moved(change)
    if not moved:
        return
    before, now = change.before, change.now
    assert before is not None and now is not None
    way = [_difference(old, new) for _, old, new in moved]
    if None in way or not any(way):
        # Of ratios, of what has no estimate and where only the interval moved there are no shares.
        yield from (f"By {cause} {from_to(old, new)}." for cause, old, new in moved)
        return
    whole = _signed(_difference(before, now) or 0.0)
    if len(moved) == 1:
        yield f"All of the change of {whole} comes from {moved[0][0]}."
    else:
        first, *others = (_share(*step) for step in moved)
        share, _, rest = first.partition(" from ")
        yield f"Of the change of {whole}, {listed([f'{share} comes from {rest}', *others])}."


def _share(cause: Cause, old: PooledState, new: PooledState) -> str:
    if share := _difference(old, new):
        return f"{_signed(share)} from {cause}"
    return f"none from {cause} ({from_to(old, new)})"


def from_to(old: PooledState, new: PooledState) -> str:
    """What moved, as printed; an interval that conclusions read may be all that did."""
    before, now = _estimate(old), _estimate(new)
    if before != now:
        return f"{before} became {now}"
    if old.concluded and new.concluded and old.concluded.interval != new.concluded.interval:
        read = [
            interval_text(new.measure, state.interval) for state in (old.concluded, new.concluded)
        ]
        if read[0] != read[1]:
            return f"conclusions read the interval {read[1]} instead of {read[0]}"
    trials = f", with {counted(new.k, 'trial')} instead of {old.k}" if new.k != old.k else ""
    return f"{now} prints as before{trials}"


def _conclusions(found: Comparison, change: Change) -> Iterator[str]:
    important = change.now.smallest_important_difference if change.now else None
    for cause, old, new in found.moved(change):
        if (
            old.concluded
            and new.concluded
            and (rules := conclusion_rules(old.concluded, new.concluded, important))
        ):
            yield f"By {cause} {listed(rules)}."


def _difference(old: PooledState, new: PooledState) -> float | None:
    """How far a difference moved, as printed; None of a ratio and where either has no estimate."""
    if old.primary is None or new.primary is None or old.measure.name != new.measure.name:
        return None
    if old.measure.ratio:
        return None
    return round(_shown(new.measure, new.primary) - _shown(old.measure, old.primary), 2)


def _shown(measure: Measure, pooled: PooledEffect) -> float:
    return round(measure.shown(pooled.estimate), 2)


def _signed(difference: float) -> str:
    """`+0.03`, `−0.03` and `0.00`."""
    return f"+{number(difference)}" if difference > 0 else number(difference)


def _estimate(state: PooledState) -> str:
    return estimate_in_sentence(state.measure, state.primary) if state.primary else "no estimate"
