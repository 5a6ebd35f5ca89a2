"""The releases that there are: what each froze, and what it said."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from analysis.files.days import KnownDay
from analysis.files.digests import digest
from analysis.files.folder import whole_files
from analysis.files.json_files import read_json
from analysis.files.problems import ReviewError, read_bytes
from analysis.protocol import Protocol, load_protocol
from analysis.protocol_rules import Frozen
from analysis.versions.compare import VersionKind
from analysis.versions.state import QuestionState

# The page of a version, and its digest as `sha256sum` writes it.
PAGE, CHECKSUM = "page.html", "page.html.sha256"
NAME = re.compile(r"\d{4}\.(0[1-9]|1[0-2])(\.\d{1,2})?")

# A file beside the others: no path leads out of the release's folder.
DataFile = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*\.(?:csv|yml)$", max_length=80)]
States = Mapping[str, QuestionState]


class Release(Frozen):
    """What is known of a release beyond its data and results."""

    name: str
    date: KnownDay
    follows: str | None
    kind: VersionKind | None
    data: dict[DataFile, str]
    versions: dict[str, str]


RELEASE = TypeAdapter(Release)
STATES: TypeAdapter[dict[str, QuestionState]] = TypeAdapter(dict[str, QuestionState])


def releases(data: Path) -> tuple[Release, ...]:
    """Every release below `data/releases`, the oldest first."""
    whole_files(data)
    paths = sorted((data / "releases").glob("*/release.json"))
    whole = [path for path in paths if NAME.fullmatch(path.parent.name)]
    found = [read_json(path, RELEASE) for path in whole]
    return tuple(sorted(found, key=lambda release: (release.date, release.name)))


def baseline_name(protocol: Protocol) -> str | None:
    """The name of the version that is the baseline review, rebuilt from its trials; None without.

    A review that continues no other has none.
    """
    return None if protocol.baseline_search is None else f"{protocol.baseline_search:%Y.%m}"


def altered_files(data: Path, release: Release) -> tuple[Path, ...]:
    """The files of a release that are not as they were frozen, or are gone."""
    folder = release_folder(data, release.name)
    frozen = {folder / "data" / name: then for name, then in release.data.items()}
    # A release from before there were pages may have none.
    if (folder / PAGE).exists() or (folder / CHECKSUM).exists():
        frozen[folder / PAGE] = _checksum(folder / CHECKSUM)
    return tuple(
        path
        for path, then in frozen.items()
        if not path.is_file() or digest(read_bytes(path)) != then
    )


def _checksum(path: Path) -> str:
    """The digest in a file as `sha256sum` writes it; nothing where there is none."""
    said = read_bytes(path).decode("ascii", "replace") if path.is_file() else ""
    return said.partition(" ")[0]


def previous_release(data: Path, name: str, date: dt.date) -> Release | None:
    """The latest release before the version of that name and day."""
    earlier = [r for r in releases(data) if r.name != name and r.date <= date]
    return earlier[-1] if earlier else None


def read_states(data: Path, name: str) -> States:
    """What a release said, question by question; ReviewError where there is no such release."""
    path = release_folder(data, name) / "results.json"
    if not path.is_file():
        known = ", ".join(release.name for release in releases(data)) or "none"
        raise ReviewError(f"there is no release {name!r}; there are: {known}")
    return read_json(path, STATES)


def protocol_of(data: Path, name: str) -> Protocol:
    """The protocol that a release was made by."""
    return load_protocol(release_folder(data, name) / "data" / "protocol.yml")


def release_folder(data: Path, name: str) -> Path:
    """The folder of a release; ReviewError for a name that is not year.month or year.month.day."""
    if not NAME.fullmatch(name):
        raise ReviewError(f"{name!r} is not a release's name: year.month, such as 2026.11")
    return data / "releases" / name
