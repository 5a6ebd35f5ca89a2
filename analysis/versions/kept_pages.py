"""The page of a version, kept with its release: whatever comes later, its bytes stay.

It lies beside what was frozen, with its checksum in a file that `sha256sum --check` reads. So a
release from before there were such pages can be given one, and nothing that was frozen changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from analysis.files.digests import digest
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, read_bytes
from analysis.files.together import change_of, change_together
from analysis.versions.releases import CHECKSUM, PAGE, read_states, release_folder, releases


def kept_pages(data: Path) -> Mapping[str, bytes]:
    """The page of each release that has one, by its name."""
    paths = {release.name: release_folder(data, release.name) / PAGE for release in releases(data)}
    return {name: read_bytes(path) for name, path in paths.items() if path.is_file()}


def keep_page(data: Path, name: str, written: Callable[[], bytes]) -> Path:
    """Keep a page with a release; ReviewError where it has one, or there is no such release."""
    read_states(data, name)
    folder = release_folder(data, name)
    with locked(data):
        if (folder / PAGE).exists():
            raise ReviewError(f"release {name} has its page: a page of a version is never changed")
        page = written()
        checksum = f"{digest(page)}  {PAGE}\n"
        change_together(
            data, [change_of(folder / PAGE, page), change_of(folder / CHECKSUM, checksum)]
        )
    return folder / PAGE


def without_page(data: Path) -> tuple[str, ...]:
    """The names of the releases that have none."""
    kept = kept_pages(data)
    return tuple(release.name for release in releases(data) if release.name not in kept)
