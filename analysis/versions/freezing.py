"""Making a release: one version of the review frozen whole, and made again to be compared.

`data/releases/<name>/` holds the data as they were (`data/`), what they said
(`results.json`), what lies between that and the version before (`steps.json`) and what they
were made with (`release.json`).
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.evidence.study_names import former_names
from analysis.evidence.team import TEAM
from analysis.files.csv_files import read_csv
from analysis.files.digests import digest
from analysis.files.json_files import read_json
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, read_bytes
from analysis.files.writing import make_folder, move_into_place, write_atomically
from analysis.protocol import Version
from analysis.synthesis.synthesise import synthesise_all
from analysis.versions.by_name import printed_in
from analysis.versions.compare import compare, kind_of_version
from analysis.versions.frozen_evidence import (
    by_present_names,
    csv_text,
    evidence_tables,
    frozen_evidence,
)
from analysis.versions.present_names import under_present_names
from analysis.versions.releases import (
    RELEASE,
    STATES,
    Release,
    States,
    altered_files,
    baseline_name,
    previous_release,
    protocol_of,
    read_states,
    release_folder,
    releases,
)
from analysis.versions.state import differences, said_in_numbers, state_of
from analysis.versions.steps import STEPS, steps_between

PACKAGES = ("pymare", "numpy", "scipy", "pandas", "pydantic")
# What a version says of itself, and of that the one text that two versions may share.
TOLD = {
    "trigger": "what led to this version",
    "methods": "what it does otherwise than the version before, or: none",
}
UNCHANGED = {"methods": "none"}
UNFINISHED = ".new-"  # the beginning of the name of a release that is being made


def present_states(evidence: Evidence) -> States:
    """What the evidence says now, question by question."""
    return {key: state_of(synthesis) for key, synthesis in synthesise_all(evidence).items()}


def freeze(data: Path, name: str) -> Release:
    """Freeze the present version.

    ReviewError if its name is taken or not the protocol's, or if the protocol does not say
    what triggered this version and what it changed in the methods.
    """
    evidence = load(data)
    stated = evidence.protocol.version
    if stated.name != name:
        raise ReviewError(
            f"the protocol says version {stated.name}: set version.name and version.date in "
            f"data/protocol.yml to {name} and its day first"
        )
    refuse_an_untold_version(data, stated)
    with _new_folder(data, name) as folder:
        team = [path for path in [data / TEAM] if path.is_file()]
        for path in (data / "protocol.yml", *team, *evidence_tables(data)):
            write_atomically(folder / "data" / path.name, read_bytes(path))
        return _finish(data, folder, name, stated.date)


def refuse_an_untold_version(data: Path, stated: Version) -> None:
    """ReviewError where trigger or methods are not told, or are the text of the last version."""
    others = [release.name for release in releases(data) if release.name != stated.name]
    last = protocol_of(data, others[-1]).version if others else None
    for key, asked in TOLD.items():
        said = _words(getattr(stated, key))
        if not said:
            raise ReviewError(f"data/protocol.yml: say in version.{key} {asked}")
        if last and said == _words(getattr(last, key)) and said != UNCHANGED.get(key):
            raise ReviewError(
                f"data/protocol.yml: version.{key} is what version {last.name} said: "
                f"say of {stated.name} {asked}"
            )


def _words(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def freeze_baseline(data: Path) -> Release:
    """Freeze the baseline review's trials alone, as the release every other is compared with."""
    protocol = load(data).protocol
    day, name = protocol.baseline_search, baseline_name(protocol)
    if day is None or name is None:
        raise ReviewError(
            "data/protocol.yml names no baseline_review: this review continues no other, and its "
            "first release is its first version"
        )
    with _new_folder(data, name) as folder:
        for file, text in _baseline_files(data, name, day):
            write_atomically(folder / "data" / file, text)
        return _finish(data, folder, name, day)


def verify(data: Path, name: str) -> tuple[str, ...]:
    """Make a release again from its own data; every difference from the results it froze."""
    folder = release_folder(data, name)
    frozen = read_states(data, name)
    release = read_json(folder / "release.json", RELEASE)
    found = [f"{p.name} is not the file that was frozen" for p in altered_files(data, release)]
    now = present_states(frozen_evidence(data, name))
    before, again = (
        {key: said_in_numbers(state) for key, state in states.items()} for states in (frozen, now)
    )
    return tuple([*found, *differences("", before, again)])


@contextmanager
def _new_folder(data: Path, name: str) -> Iterator[Path]:
    """A release's folder that appears whole, under its name, or not at all."""
    target = release_folder(data, name)
    with locked(data):
        make_folder(target.parent)
        if target.exists():
            raise ReviewError(f"release {name} exists: a release is never changed")
        for left_by_a_kill in target.parent.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left_by_a_kill)
        folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=target.parent))
        try:
            yield folder
            folder.chmod(0o755)
            move_into_place(folder, target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def discard(data: Path, name: str) -> None:
    """Take away a release that has just been made and could not be ended, whole at every moment."""
    folder = release_folder(data, name)
    removed = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder.parent))
    move_into_place(folder, removed)
    shutil.rmtree(removed, ignore_errors=True)


def _finish(data: Path, folder: Path, name: str, day: dt.date) -> Release:
    evidence = load(folder / "data")
    states = present_states(evidence)
    follows = previous_release(data, name, day)
    kind = None
    if follows:
        renames = former_names(data)
        steps = steps_between(
            by_present_names(frozen_evidence(data, follows.name), renames), evidence
        )
        before = under_present_names(read_states(data, follows.name), renames)
        kind = kind_of_version(compare(before, states, printed_in(data, follows.name)), steps)
        write_atomically(folder / "steps.json", STEPS.dump_json(steps, indent=1) + b"\n")
    release = Release(
        name=name,
        date=day,
        follows=follows.name if follows else None,
        kind=kind,
        data={path.name: digest(read_bytes(path)) for path in sorted((folder / "data").iterdir())},
        versions={package: version(package) for package in PACKAGES},
    )
    write_atomically(folder / "results.json", STATES.dump_json(dict(states), indent=1) + b"\n")
    write_atomically(folder / "release.json", release.model_dump_json(indent=1) + "\n")
    return release


def _baseline_files(data: Path, name: str, day: dt.date) -> Iterator[tuple[str, str]]:
    """The data files with the rows of the baseline trials alone, and the sources they name."""
    trials = {t.study_id for t in load(data).trials.values() if t.in_baseline}
    text = (data / "protocol.yml").read_text(encoding="utf-8")
    text = re.sub(
        r'(?m)^(version:\n  name: )".*"\n  date: .*$', rf'\1"{name}"\n  date: {day}', text
    )
    yield "protocol.yml", text
    for path in evidence_tables(data):
        table = read_csv(path)
        rows = table.records
        if "study_id" in table.header:
            rows = [row for row in rows if row["study_id"] in trials]
        if path.stem in ("certainty", "notices", "notice_snapshots"):
            rows = []  # decided or published on the evidence as it is now
        yield path.name, csv_text(table.header, rows)
