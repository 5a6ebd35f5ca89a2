"""What lies between two versions of a question: the method, corrections, and new evidence.

The data of the version before are pooled again by the present method, first as they were, then
with the values that their rows have now. What is left between that and now is new evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Literal, get_args

from pydantic import TypeAdapter

from analysis.evidence.question_slice import slices_of
from analysis.evidence.rows import Evidence
from analysis.protocol import Protocol
from analysis.protocol_rules import Frozen
from analysis.synthesis.primary_analysis import PrimaryAnalysis, primary_analyses
from analysis.synthesis.study_effect import participants
from analysis.versions.state import PooledState, same_result, trial_state

Cause = Literal["the method", "corrections", "new evidence"]
CAUSES: tuple[Cause, ...] = get_args(Cause)


class Steps(Frozen):
    """The data of the version before by the present method, and these with their corrections."""

    by_method: PooledState
    corrected: PooledState

    def moved(
        self, before: PooledState, now: PooledState
    ) -> Iterator[tuple[Cause, PooledState, PooledState]]:
        """Each cause that moved anything on the way from before to now: from what, and to what."""
        way = (before, self.by_method, self.corrected, now)
        for cause, (old, new) in zip(CAUSES, pairwise(way), strict=True):
            if not same_result(old, new):
                yield cause, old, new


STEPS: TypeAdapter[dict[str, Steps]] = TypeAdapter(dict[str, Steps])


def steps_between(before: Evidence, now: Evidence) -> dict[str, Steps]:
    """The steps of every question that was asked before, both under the present names of trials.

    What is asked of old data is what was asked then, and by the rules of now.
    """
    asked_then = replace(before, protocol=present_rules(before.protocol, now.protocol))
    corrected = with_corrections(asked_then, now)
    by_method = steps_of(asked_then)
    # Few questions have a corrected value, and what the others read is the same.
    same = {
        asked.key: by_method[asked.key]
        for asked, given in slices_of(corrected).items()
        if given == slices_of(asked_then)[asked]
    }
    mended = same if len(same) == len(by_method) else steps_of(corrected, same)
    return {key: Steps(by_method=step, corrected=mended[key]) for key, step in by_method.items()}


def steps_of(
    evidence: Evidence, known: Mapping[str, PooledState] | None = None
) -> dict[str, PooledState]:
    """What evidence comes to by the primary analysis, question by question; some are `known`."""
    known = known or {}
    asked = [question for question in evidence.protocol.questions if question.key not in known]
    found = primary_analyses(evidence, asked)
    return {**known, **{key: _step(one) for key, one in found.items()}}


def _step(found: PrimaryAnalysis) -> PooledState:
    return PooledState(
        measure=found.measure,
        k=len(found.pooled),
        n_total=participants(found.pooled)[0],
        primary=found.primary,
        conclusion_interval=found.concluded_from,
        trials=tuple(map(trial_state, found.studies)),
    )


def present_rules(then: Protocol, now: Protocol) -> Protocol:
    """The protocol as it is, with the conditions, outcomes and time points of that version."""
    asked = {
        part: tuple(
            next((item for item in getattr(now, part) if item.id == old.id), old)
            for old in getattr(then, part)
        )
        for part in ("conditions", "outcomes", "timepoints")
    }
    return now.model_copy(update={**asked, "measures": {**then.measures, **now.measures}})


def with_corrections(before: Evidence, now: Evidence) -> Evidence:
    """The evidence before, each row with the values that it has now.

    A row that went stays, and how a trial stood too: that it was taken out is no correction. Nor is
    a row that became usable: its numbers are new evidence. What a person ruled on the values of a
    row that stood in both is a correction.
    """
    new_rows = {row.row_id: row for row in now.outcomes}
    judged = {_judged(row): row for row in now.risk_of_bias}
    groups = {(row.study_id, row.source_id): row for row in now.control_groups}
    trials = {
        name: replace(now.trials[name], status=trial.status, reason=trial.reason)
        if name in now.trials
        else trial
        for name, trial in before.trials.items()
    }
    outcomes = tuple(
        new
        if row.usable == "yes" and (new := new_rows.get(row.row_id)) and new.study_id in trials
        else row
        for row in before.outcomes
    )
    kept = {row.row_id for row in outcomes} | {""}
    return replace(
        before,
        trials=trials,
        outcomes=outcomes,
        risk_of_bias=tuple(judged.get(_judged(row), row) for row in before.risk_of_bias),
        control_groups=tuple(
            groups.get((row.study_id, row.source_id), row) for row in before.control_groups
        ),
        rulings=tuple(
            row for row in now.rulings if row.study_id in trials and (row.row_id or "") in kept
        ),
        sources={**before.sources, **now.sources},
    )


def _judged(row: object) -> tuple[object, ...]:
    names = ("study_id", "outcome", "timepoint", "tool", "assessed_by", "domain")
    return tuple(getattr(row, name) for name in names)
