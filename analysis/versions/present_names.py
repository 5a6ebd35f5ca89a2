"""What a release said, under the names that its trials have today: no trial goes by a rename."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from analysis.evidence.study_names import ROW, STUDY, StudyRename, present_name
from analysis.versions.releases import States
from analysis.versions.state import PooledState, TrialState

State = TypeVar("State", bound=PooledState)


def under_present_names(states: States, renames: Sequence[StudyRename]) -> States:
    """The states of a release with the present names of its trials and their rows."""

    return {key: renamed(said, renames) for key, said in states.items()}


def renamed(said: State, renames: Sequence[StudyRename]) -> State:
    """One state with the present names of its trials and their rows."""

    def trial(said: TrialState) -> TrialState:
        rows = tuple(present_name(renames, ROW, row_id) for row_id in said.row_ids)
        name = present_name(renames, STUDY, said.study_id)
        return said.model_copy(update={"study_id": name, "row_ids": rows})

    return said.model_copy(update={"trials": tuple(map(trial, said.trials))}) if renames else said
