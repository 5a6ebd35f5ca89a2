"""Which rows of a question are pooled by the protocol's rule; a reason for every row set aside.

The rule is the protocol's `selection`: its steps are printed in the methods and applied here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from analysis.evidence.eligibility import too_small
from analysis.evidence.reported import CHANGES, CannotGive
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.trial_effects import CLOSENESS, RowEffect, row_effect
from analysis.protocol import Protocol, Question
from analysis.protocol_rules import SelectionStep


@dataclass(frozen=True)
class RowSetAside:
    """A row that measured the outcome and is not pooled; `rule` is the step that says so."""

    study_id: str
    row_id: str
    rule: str
    reason: str


@dataclass(frozen=True)
class Selection:
    """The rows of one question: those chosen, by trial in order of year, and those set aside."""

    chosen: tuple[tuple[OutcomeRow, ...], ...]
    set_aside: tuple[RowSetAside, ...]


@dataclass(frozen=True)
class _Candidate:
    """A row that could be pooled, with its place in every step: the lowest is taken."""

    row: OutcomeRow
    places: Mapping[SelectionStep, float]

    def combination(self, steps: Sequence[SelectionStep]) -> tuple[object, ...]:
        """What the contrasts of one trial must share: all steps to the instrument, the source."""
        shared = steps[: steps.index("instrument") + 1]
        places = (self.places[step] for step in shared)
        return (*places, self.row.weeks, self.row.instrument, self.row.source_id)


def rows_of(evidence: Evidence, question: Question) -> tuple[OutcomeRow, ...]:
    """Every row that measured the question's outcome, whatever becomes of it."""
    return tuple(
        row
        for row in evidence.outcomes
        if row.outcome == question.outcome
        and row.timepoint == question.timepoint
        and evidence.trials[row.study_id].condition == question.condition
    )


def select(evidence: Evidence, question: Question, effect: RowEffect = row_effect) -> Selection:
    """Apply the protocol's rule to a question; every row is either chosen or set aside, once.

    `effect` is the way in which a row gives an effect; a row that gives none is set aside.
    """
    usable: dict[str, list[_Candidate]] = {}
    set_aside: list[RowSetAside] = []
    rows = sorted(rows_of(evidence, question), key=lambda row: row.row_id)
    for row in rows:
        found = _candidate(evidence, question, row, rows, effect)
        if isinstance(found, RowSetAside):
            set_aside.append(found)
        else:
            usable.setdefault(row.study_id, []).append(found)
    chosen = []
    for candidates in usable.values():
        best, others = _choose(evidence, candidates)
        chosen.append(best)
        set_aside += others
    trials = evidence.trials
    chosen.sort(key=lambda rows: (trials[rows[0].study_id].year, trials[rows[0].study_id].label))
    return Selection(tuple(chosen), tuple(set_aside))


def _candidate(
    evidence: Evidence,
    question: Question,
    row: OutcomeRow,
    rows: Sequence[OutcomeRow],
    effect: RowEffect,
) -> _Candidate | RowSetAside:
    if against := _against(evidence, question, row, rows):
        return RowSetAside(row.study_id, row.row_id, *against)
    try:
        found = effect(evidence.protocol, evidence.protocol.measure_name(question), row)
    except CannotGive as error:
        return RowSetAside(row.study_id, row.row_id, error.rule, str(error))
    places = {step: _PLACES[step](evidence, question, row) for step in _PLACES}
    places["closeness"] = found.closeness
    return _Candidate(row, places)


def _against(
    evidence: Evidence, question: Question, row: OutcomeRow, rows: Sequence[OutcomeRow]
) -> tuple[str, str] | None:
    protocol, trial = evidence.protocol, evidence.trials[row.study_id]
    if trial.status != "included":
        return f"trial {trial.status}", trial.reason
    if row.usable == "no":
        return "not usable", row.not_usable_because
    window = protocol.timepoint(question.timepoint).window_weeks
    if window and row.weeks is not None and not window[0] <= row.weeks <= window[1]:
        reason = f"measured at {row.weeks:g} weeks, outside {window[0]:g} to {window[1]:g}"
        return "time point", reason
    if small := small_arms(evidence, row, rows):
        return "arm size", small
    return None


def small_arms(evidence: Evidence, row: OutcomeRow, rows: Iterable[OutcomeRow]) -> str | None:
    """Why the row's arms are too small, parts of a group added up; `rows` are of its question."""
    sharing = evidence.sharing(row.study_id, row.source_id)
    # Only parts of one group are looked for among all rows: it costs a look at each of them.
    parts = belonging_together(row, rows) if sharing in ("split", "separate") else ()
    return too_small(evidence.protocol, evidence.trials[row.study_id], row, parts, sharing)


def belonging_together(row: OutcomeRow, rows: Iterable[OutcomeRow]) -> tuple[OutcomeRow, ...]:
    """The rows of the trial that hold its contrasts as one source gives them, this one too."""
    same = (row.study_id, row.source_id, row.instrument, row.weeks, row.format)
    return tuple(
        other
        for other in rows
        if other.usable == "yes"
        and (other.study_id, other.source_id, other.instrument, other.weeks, other.format) == same
    )


def printed_rule(protocol: Protocol) -> tuple[str, ...]:
    """The steps of the protocol's rule in words, in their order."""
    steps = protocol.selection.steps
    if not any(timepoint.window_weeks for timepoint in protocol.timepoints):
        steps = tuple(step for step in steps if step != "longest follow-up")
    return tuple(_printed(protocol, step) for step in steps)


def _printed(protocol: Protocol, step: SelectionStep) -> str:
    rule = protocol.selection
    sources = ", then ".join(rule.sources)
    return {
        "nearest to the end of the programme": "After treatment, the row measured nearest to the "
        "end of the programme; a row without a week, and each row of a trial without a duration, "
        "counts as measured at the end.",
        "longest follow-up": "At follow-up, the row with the longest follow-up; rows without a "
        "week come last.",
        "analysis set": f"By analysis set: {', then '.join(rule.analysis_sets)}.",
        "scores": f"By the scores: {', then '.join(rule.scores)}; a row that does not say has "
        "final scores, and improvements are changes.",
        "instrument": "By the instrument, in the order that the outcome lists; one that is not "
        "listed, or not named, comes last.",
        "closeness": f"By closeness to the data: {', then '.join(CLOSENESS)}.",
        "source": f"By the source: {sources}; the others come last."
        if sources
        else "By the source; none is preferred.",
    }[step]


def _choose(
    evidence: Evidence, candidates: Sequence[_Candidate]
) -> tuple[tuple[OutcomeRow, ...], list[RowSetAside]]:
    steps = evidence.protocol.selection.steps

    def key(candidate: _Candidate) -> tuple[float | str, ...]:
        return (*(candidate.places[step] for step in steps), candidate.row.row_id)

    ordered = sorted(candidates, key=key)
    first = ordered[0]
    best: dict[str, OutcomeRow] = {}
    for candidate in ordered:
        if candidate.combination(steps) == first.combination(steps):
            best.setdefault(candidate.row.contrast, candidate.row)
    others = [
        RowSetAside(
            candidate.row.study_id,
            candidate.row.row_id,
            "another row preferred",
            _why(steps, first, candidate),
        )
        for candidate in candidates
        if candidate.row not in best.values()
    ]
    return tuple(best.values()), others


def _why(steps: Sequence[SelectionStep], first: _Candidate, other: _Candidate) -> str:
    """The step that decided between a row and the one that is pooled."""
    for step in steps:
        if first.places[step] != other.places[step]:
            return f"{first.row.row_id} {_SAID[step](first.row, first.places[step])}"
    if other.row.source_id != first.row.source_id:
        return f"{first.row.row_id} is taken by its name; contrasts are not mixed between sources"
    return f"{first.row.row_id} is taken by its name, which comes first"


# The steps: a row's place, the lowest first, and what is said of the row that is taken.


def _longest_follow_up(evidence: Evidence, question: Question, row: OutcomeRow) -> float:
    if evidence.protocol.timepoint(question.timepoint).window_weeks is None:
        return 0.0
    return math.inf if row.weeks is None else -row.weeks


def _nearest_to_the_end(evidence: Evidence, question: Question, row: OutcomeRow) -> float:
    """Weeks from the programme's end; a row or a trial that does not say is taken as at it."""
    if evidence.protocol.timepoint(question.timepoint).window_weeks is not None:
        return 0.0
    end = evidence.trials[row.study_id].duration_weeks
    return 0.0 if row.weeks is None or end is None else abs(row.weeks - end)


def _analysis_set(evidence: Evidence, question: Question, row: OutcomeRow) -> float:
    return evidence.protocol.selection.analysis_sets.index(row.analysis_set or "not stated")


def _scores(evidence: Evidence, question: Question, row: OutcomeRow) -> float:
    scores = "change" if row.scores in CHANGES else row.scores or "final"
    return evidence.protocol.selection.scores.index(scores)


def _instrument(evidence: Evidence, question: Question, row: OutcomeRow) -> float:
    return evidence.protocol.instrument_rank(question.outcome, row.instrument)


def _source(evidence: Evidence, question: Question, row: OutcomeRow) -> float:
    sources = evidence.protocol.selection.sources
    return sources.index(row.source_id) if row.source_id in sources else len(sources)


_PLACES: Mapping[SelectionStep, Callable[[Evidence, Question, OutcomeRow], float]] = (
    MappingProxyType(
        {
            "longest follow-up": _longest_follow_up,
            "nearest to the end of the programme": _nearest_to_the_end,
            "analysis set": _analysis_set,
            "scores": _scores,
            "instrument": _instrument,
            "source": _source,
        }
    )
)
_SAID: Mapping[SelectionStep, Callable[[OutcomeRow, float], str]] = MappingProxyType(
    {
        "longest follow-up": lambda row, _: "has the longer follow-up",
        "nearest to the end of the programme": lambda row, _: (
            "was measured nearer to the end of the programme"
        ),
        "analysis set": lambda row, _: (
            f"is preferred for its analysis set ({row.analysis_set or 'not stated'})"
        ),
        "scores": lambda row, _: f"is preferred for its scores ({row.scores or 'final'})",
        "instrument": lambda row, _: f"uses the preferred instrument ({row.instrument})",
        "closeness": lambda row, place: f"gives {CLOSENESS[int(place)]}",
        "source": lambda row, _: f"is from the preferred source ({row.source_id})",
    }
)
