"""What a release said, under the names that its trials have today: no trial goes by a rename."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.evidence.study_names import ROW, STUDY, StudyRename, present_name
from analysis.versions.releases import States
from analysis.versions.state import QuestionState, TrialState


def under_present_names(states: States, renames: Sequence[StudyRename]) -> States:
    """The states of a release with the present names of its trials and their rows."""

    def trial(said: TrialState) -> TrialState:
        rows = tuple(present_name(renames, ROW, row_id) for row_id in said.row_ids)
        name = present_name(renames, STUDY, said.study_id)
        return said.model_copy(update={"study_id": name, "row_ids": rows})

    def state(said: QuestionState) -> QuestionState:
        return said.model_copy(update={"trials": tuple(map(trial, said.trials))})

    return {key: state(said) for key, said in states.items()} if renames else states
