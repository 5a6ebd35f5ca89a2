"""What a version says of itself, written into the protocol: name, day, what led to it, methods."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from analysis.evidence.load import load_with
from analysis.files.problems import ReviewError, read_bytes
from analysis.files.together import FileChange, change_of
from analysis.files.yaml_edits import with_values
from analysis.versions.freezing import refuse_an_untold_version
from analysis.versions.releases import NAME, releases


def stated_version(data: Path, name: str, day: dt.date, trigger: str, methods: str) -> FileChange:
    """The protocol with the version that comes next, checked with the evidence as a whole.

    ReviewError for a name that a release has, or that is none, and where trigger or methods are
    not told; EvidenceError where the evidence is not valid with it.
    """
    if not NAME.fullmatch(name):
        raise ReviewError(f"{name!r} is not a version's name: year.month, such as 2026.11")
    if name in {release.name for release in releases(data)}:
        raise ReviewError(f"release {name} exists: a release is never changed")
    path = data / "protocol.yml"
    said: dict[str, str | dt.date] = {
        "name": name,
        "date": day,
        "trigger": " ".join(trigger.split()),
        "methods": " ".join(methods.split()),
    }
    text = with_values(path, read_bytes(path).decode(), "version", said)
    refuse_an_untold_version(data, load_with(data, {path: text}).protocol.version)
    return change_of(path, text)
