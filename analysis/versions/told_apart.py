"""A comparison with the steps between its versions: evidence, corrections and method apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from analysis.evidence.rows import Evidence
from analysis.evidence.study_names import former_names
from analysis.files.json_files import read_json
from analysis.files.problems import EvidenceError
from analysis.versions.by_name import NOW
from analysis.versions.compare import Comparison
from analysis.versions.frozen_evidence import by_present_names, frozen_evidence
from analysis.versions.present_names import renamed
from analysis.versions.releases import release_folder, releases
from analysis.versions.state import same_result
from analysis.versions.steps import STEPS, Steps, steps_between, steps_of


def told_apart(data: Path, found: Comparison, present: Callable[[], Evidence]) -> Comparison:
    """The comparison with its steps; `present` gives the evidence as it is.

    They were frozen with the later version where it follows the earlier. Else the data are pooled
    again: a question has steps as long as this software still arrives at what that version said,
    and none has where the frozen data do not pass the present checks.
    """
    steps = _frozen_steps(data, found)
    if not steps:
        with suppress(EvidenceError):
            steps = _made_again(data, found, present)
    return found.model_copy(update={"steps": steps})


def _frozen_steps(data: Path, found: Comparison) -> dict[str, Steps]:
    follows = {release.name: release.follows for release in releases(data)}
    if found.now == NOW or follows.get(found.now) != found.before:
        return {}
    path = release_folder(data, found.now) / "steps.json"
    if not path.is_file():
        return {}
    renames = former_names(data)
    return {
        key: Steps(
            by_method=renamed(steps.by_method, renames), corrected=renamed(steps.corrected, renames)
        )
        for key, steps in read_json(path, STEPS).items()
    }


def _made_again(data: Path, found: Comparison, present: Callable[[], Evidence]) -> dict[str, Steps]:
    renames = former_names(data)

    def evidence(name: str) -> Evidence:
        return present() if name == NOW else by_present_names(frozen_evidence(data, name), renames)

    now = evidence(found.now)
    steps = now.once(
        (steps_between, data, found.before), lambda: steps_between(evidence(found.before), now)
    )
    if found.now == NOW:
        return steps
    again = steps_of(now)
    said = {change.state.question.key: change.now for change in found.changes}
    return {
        key: between
        for key, between in steps.items()
        if (state := said.get(key)) and same_result(again[key], state)
    }
