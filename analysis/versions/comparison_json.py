"""The comparison of two versions for a program: small enough to be read whole.

Effects are on the scale of the analysis, where below zero favours the intervention and ratios are
logarithms, rounded to six decimals.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.synthesis.estimate_text import Estimated
from analysis.versions.compare import Change, Comparison
from analysis.versions.data_changes import Correction
from analysis.versions.state import PooledState, QuestionState
from analysis.versions.way import Move, Pair

LARGEST = 20_000  # bytes; what would be longer counts what it would else list


def comparison_json(pair: Pair) -> str:
    """Every question that differs with what moved it, and what differs in the data.

    Where that is long, corrected values and settings are counted, the values by file.
    """
    whole = _text(_parts(pair))
    return whole if len(whole.encode()) <= LARGEST else _text(_parts(pair) | _counted(pair.found))


def _text(parts: Mapping[str, Any]) -> str:
    """An entry a line, so that a person can read it and git can compare it."""
    entries = (f"{_compact(name)}: {_value(value)}" for name, value in parts.items())
    return f"{{\n{_lines(entries)}\n}}\n"


def _value(value: Any) -> str:
    if isinstance(value, list) and value:
        return f"[\n{_lines(map(_compact, value))}\n]"
    if isinstance(value, dict) and value:
        return f"{{\n{_lines(f'{_compact(k)}: {_compact(v)}' for k, v in value.items())}\n}}"
    return _compact(value)


def _lines(entries: Iterable[str]) -> str:
    return ",\n".join(entries)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _parts(pair: Pair) -> dict[str, Any]:
    found, data = pair.found, pair.found.data
    return {
        "before": found.before,
        "now": found.now,
        "publication": found.publication,
        "kind": pair.kind,
        "changed": [_change(pair, change) for change in found.changed],
        "as_before": [c.state.question.key for c in found.changes if not c.anything],
        "corrections": _corrections(found.corrections),
        "statuses": [status.model_dump(mode="json") for status in data.statuses],
        "verified": data.verified,
        "unverified": data.unverified,
        "rows": {rows.file: {"added": rows.added, "gone": rows.gone} for rows in data.rows},
        "settings": {setting.name: [setting.before, setting.now] for setting in data.settings},
    }


def _counted(found: Comparison) -> dict[str, Any]:
    return {
        "corrections": Counter(correction.file for correction in found.corrections),
        "settings": len(found.data.settings),
    }


def _corrections(corrections: Iterable[Correction]) -> dict[str, Any]:
    """Before and now of each value, by file, row and column."""
    told: dict[str, Any] = {}
    for each in corrections:
        row = told.setdefault(each.file, {}).setdefault(each.row, {})
        row[each.column] = [each.before, each.now]
    return told


def _change(pair: Pair, change: Change) -> dict[str, Any]:
    printed = {"printed": _estimate(change.printed)} if change.after_publication else {}
    return {
        "question": change.state.question.key,
        "measure": change.state.measure.name,
        **printed,
        "before": _state(change.before),
        "now": _state(change.now),
        "direction": change.direction,
        "conclusion_changed": list(change.rules),
        "moved": [_move(move) for move in pair.of(change)],
        "trials": {
            name: list(labels)
            for name, labels in (
                ("new", change.new_trials),
                ("gone", change.lost_trials),
                ("with_another_number", change.moved_trials),
            )
            if labels
        },
    }


def _state(state: QuestionState | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return {
        **_pooled(state),
        "certainty": state.certainty,
        **({"provisional": True} if state.provisional else {}),
    }


def _pooled(state: PooledState) -> dict[str, Any]:
    pooled = state.primary
    intervals = {
        "prediction": pooled and pooled.prediction,
        "conclusions_read": state.conclusion_interval,
    }
    between = pooled and pooled.heterogeneity
    return {
        "trials": state.k,
        "participants": state.n_total,
        "estimate": _estimate(pooled),
        **{name: [_round(i.low), _round(i.high)] for name, i in intervals.items() if i},
        **({"tau2": _round(between.tau2), "i2": _round(between.i2)} if between else {}),
    }


def _move(move: Move) -> dict[str, Any]:
    return {"in": move.version, "by": move.cause, "to": _estimate(move.now.primary)}


def _estimate(found: Estimated | None) -> list[float | None] | None:
    """The estimate and the limits of its interval."""
    if found is None:
        return None
    return [_round(x) for x in (found.estimate, found.interval.low, found.interval.high)]


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
