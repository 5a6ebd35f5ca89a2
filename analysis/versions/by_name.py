"""Any two versions of the review side by side, by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.evidence.data_files import DATA_FILES, read_file
from analysis.evidence.study_names import former_names
from analysis.evidence.values import words_of
from analysis.protocol import load_protocol
from analysis.synthesis.published_estimates import printed_by_the_baseline
from analysis.synthesis.question_result import PublishedEstimate
from analysis.versions.compare import Comparison, compare
from analysis.versions.data_changes import FrozenData, changes_between, read_data
from analysis.versions.present_names import under_present_names
from analysis.versions.releases import States, baseline_name, read_states, release_folder

NOW = "now"
"""The data as they are, released or not."""


@dataclass(frozen=True)
class ReadVersion:
    """A version as it is compared, its trials under their present names.

    `printed` is what others published as that version, `publication` what that is called.
    """

    name: str
    states: States
    data: FrozenData
    printed: Mapping[str, PublishedEstimate] | None = None
    publication: str = ""


def read_version(data: Path, name: str, present: Callable[[], States]) -> ReadVersion:
    """A release, or the data as they are, of which `present` gives the states.

    Raises ReviewError for a name that no release has.
    """
    renames = former_names(data)
    if name == NOW:
        return ReadVersion(name, present(), read_data(data, renames))
    states = under_present_names(read_states(data, name), renames)
    printed = printed_in(data, name)
    called = "" if printed is None else load_protocol(data / "protocol.yml").words.baseline
    folder = release_folder(data, name) / "data"
    return ReadVersion(name, states, read_data(folder, renames), printed, called)


def side_by_side(before: ReadVersion, now: ReadVersion) -> Comparison:
    """Two versions that were read.

    Of the baseline review what it printed comes before what its rebuilding says.
    """
    return Comparison(
        before=before.name,
        now=now.name,
        publication=before.publication,
        changes=compare(before.states, now.states, before.printed),
        data=changes_between(before.data, now.data),
    )


def compare_versions(
    data: Path, before: str, now: str, present: Callable[[], States]
) -> Comparison:
    """The same by their names; ReviewError for a name that no release has."""
    return side_by_side(*(read_version(data, name, present) for name in (before, now)))


def printed_in(data: Path, name: str) -> Mapping[str, PublishedEstimate] | None:
    """What others printed as that version, by question; None for a version of this review.

    A publication stays what it is, so it is read as it is transcribed today.
    """
    protocol = load_protocol(data / "protocol.yml")
    if name != baseline_name(protocol):
        return None
    table = read_file(data / "published.csv", DATA_FILES["published"], words_of(protocol))
    return printed_by_the_baseline(table.rows, protocol)
