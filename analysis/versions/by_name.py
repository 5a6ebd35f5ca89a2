"""Any two versions of the review side by side, by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES, read_file
from analysis.evidence.study_names import former_names
from analysis.evidence.values import words_of
from analysis.protocol import load_protocol
from analysis.synthesis.published_estimates import printed_by_the_baseline
from analysis.synthesis.question_result import PublishedEstimate
from analysis.versions.compare import Comparison, compare
from analysis.versions.data_changes import data_changes
from analysis.versions.present_names import under_present_names
from analysis.versions.releases import States, baseline_name, read_states, release_folder

NOW = "now"
"""The data as they are, released or not."""


def compare_versions(
    data: Path, before: str, now: str, present: Callable[[], States]
) -> Comparison:
    """Compare two releases, or one with the data as they are, of which `present` gives the states.

    Both are under the present names of the trials. Of the baseline review what it printed comes
    before what its rebuilding says. Raises ReviewError for a name that no release has.
    """
    renames = former_names(data)

    def version(name: str) -> tuple[States, Path]:
        if name == NOW:
            return present(), data
        states = under_present_names(read_states(data, name), renames)
        return states, release_folder(data, name) / "data"

    (old, old_data), (new, new_data) = version(before), version(now)
    printed = printed_in(data, before)
    return Comparison(
        before=before,
        now=now,
        publication="" if printed is None else load_protocol(data / "protocol.yml").words.baseline,
        changes=compare(old, new, printed),
        data=data_changes(old_data, new_data, renames),
    )


def printed_in(data: Path, name: str) -> Mapping[str, PublishedEstimate] | None:
    """What others printed as that version, by question; None for a version of this review.

    A publication stays what it is, so it is read as it is transcribed today.
    """
    protocol = load_protocol(data / "protocol.yml")
    if name != baseline_name(protocol):
        return None
    table = read_file(data / "published.csv", DATA_FILES["published"], words_of(protocol))
    return printed_by_the_baseline(table.rows, protocol)
