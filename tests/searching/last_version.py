"""The last version made again from the one before it: what a team types when evidence arrives.

It begins with the rows of the version before, by the rules of the last one.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from analysis.protocol import Version
from analysis.versions.releases import protocol_of, releases
from tests.evidence.folder import DataFolder
from tests.searching.steps import Step


def last_version(data: Path) -> tuple[Step, ...]:
    """The steps from the last version but one in `data` to the last one, in order."""
    before, last = (release.name for release in releases(data)[-2:])
    version = protocol_of(data, last).version
    return (
        Step(
            "./review check",
            heading=f"New evidence: version {last}",
            words=(
                f"This is how version {last} followed version {before}: {_told(version)}.\n"
                "Its rows are written into the files of `data/`, and each note says what was "
                "decided and why.\nThe command names all that is wrong, and what it questions."
            ),
            by_hand=partial(_take_rows, data / "releases" / last),
        ),
        Step(
            "./review update",
            words="The pages that read the new rows are executed again, and are a draft.",
        ),
        Step(
            f"./review release {last}",
            words=(
                "The version is set in `data/protocol.yml`, with its day, what triggered it and "
                "what it does otherwise."
            ),
            by_hand=partial(_set_version, version=version),
        ),
        Step(f"./review diff {before} {last}"),
    )


def _told(version: Version) -> str:
    return version.trigger.rstrip(".") or "why is not told"


def go_back(root: Path) -> None:
    """Let a copy of the project stand where it stood when the version before was the last one.

    What came into use with the last version is there and empty.
    """
    data = root / "data"
    before, last = (release.name for release in releases(data)[-2:])
    former = data / "releases" / before / "data"
    _set_version(root, protocol_of(data, before).version)
    for path in sorted(data.glob("*.csv")):
        if (former / path.name).is_file():
            shutil.copyfile(former / path.name, path)
        else:
            path.write_text(path.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")
    # Kept beside the data until the rows are taken from it.
    shutil.move(data / "releases" / last, root / last)


def _take_rows(release: Path, root: Path) -> None:
    for path in sorted((root / release.name / "data").glob("*.csv")):
        shutil.copyfile(path, root / "data" / path.name)


def _set_version(root: Path, version: Version) -> None:
    # Versions that were made before a release asked for both say neither.
    said = {"trigger": version.trigger or "not told", "methods": version.methods or "none"}
    DataFolder(root / "data").set_version(version.name, version.date, **said)
