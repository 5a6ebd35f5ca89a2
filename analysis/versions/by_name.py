"""Any two versions of the review side by side, by their names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analysis.evidence.study_names import former_names
from analysis.versions.compare import Comparison, compare
from analysis.versions.data_changes import data_changes
from analysis.versions.present_names import under_present_names
from analysis.versions.releases import States, read_states, release_folder

NOW = "now"
"""The data as they are, released or not."""


def compare_versions(
    data: Path, before: str, now: str, present: Callable[[], States]
) -> Comparison:
    """Compare two releases, or one with the data as they are, of which `present` gives the states.

    Both are under the present names of the trials. Raises ReviewError for a name that no
    release has.
    """
    renames = former_names(data)

    def version(name: str) -> tuple[States, Path]:
        if name == NOW:
            return present(), data
        states = under_present_names(read_states(data, name), renames)
        return states, release_folder(data, name) / "data"

    (old, old_data), (new, new_data) = version(before), version(now)
    return Comparison(
        before=before,
        now=now,
        changes=compare(old, new),
        data=data_changes(old_data, new_data, renames),
    )
