"""What a share brought, in words: who decided what, and which values of the evidence changed."""

from __future__ import annotations

import csv
import io
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from analysis.files.checkout import Checkout
from analysis.files.problems import ReviewError, short
from analysis.formatting import counted, listed
from analysis.screening.own_work import IN_WORDS
from analysis.searching.decision_schemas import WITHDRAWN
from analysis.versions.data_changes import DataChanges, data_changes

MOST_NAMED = 5
TOLD_BY_ROWS = {".csv", ".yml"}


def came_in(checkout: Checkout, data: Path, before: str, now: str) -> tuple[str, ...]:
    """What the commit that is checked out has and the one before had not, a sentence each."""
    names = checkout("diff", "--name-only", "--no-renames", "-z", before, now).split("\0")
    within = f"{data.resolve().relative_to(checkout.root).as_posix()}/".removeprefix("./")
    inside = [name.removeprefix(within) for name in names if name.startswith(within)]
    outside = [name for name in names if name and not name.startswith(within)]
    told = set(_of_evidence(inside))
    said = [
        *_decisions(checkout, within, inside, before, now),
        *_searches_and_extractions(inside),
        *(_evidence(checkout, data, within, before) if told else ()),
    ]
    rest = [name for name in inside if name not in told and "/" not in name] + outside
    if rest:
        more = f" and {len(rest) - MOST_NAMED} more" if len(rest) > MOST_NAMED else ""
        said.append(f"Changed besides: {', '.join(rest[:MOST_NAMED])}{more}.")
    return tuple(said)


def _of_evidence(names: Iterable[str]) -> Iterator[str]:
    """The files of the evidence and the protocol, which stand in the folder itself."""
    for name in names:
        path = PurePosixPath(name)
        if len(path.parts) == 1 and path.suffix in TOLD_BY_ROWS:
            yield name


def _decisions(
    checkout: Checkout, within: str, names: Iterable[str], before: str, now: str
) -> Iterator[str]:
    for name in names:
        path = PurePosixPath(name)
        if len(path.parts) != 2 or path.parts[0] != "screening" or path.suffix != ".csv":
            continue
        old, new = (_rows(checkout, f"{commit}:{within}{name}") for commit in (before, now))
        known = Counter(map(_content, old))
        added = [row for row in new if not known[_content(row)]]
        for stage in dict.fromkeys(row.get("stage", "") for row in added):
            words = Counter(row.get("decision", "") for row in added if row.get("stage") == stage)
            taken_back = words.pop(WITHDRAWN, 0)
            where = IN_WORDS.get(stage, stage)
            if number := words.total():
                of_which = listed([f"{count} {word}" for word, count in sorted(words.items())])
                made = f"decided on {counted(number, 'record')} ({where}): {of_which}"
                yield f"{path.stem} {made}."
            if taken_back:
                yield f"{path.stem} took back {counted(taken_back, 'decision')} ({where})."


def _rows(checkout: Checkout, blob: str) -> list[dict[str, str]]:
    text = checkout.run("cat-file", "blob", blob).stdout.decode("utf-8-sig", "replace")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{k: v for k, v in row.items() if isinstance(k, str) and v} for row in rows]


def _content(row: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(row.items())


def _searches_and_extractions(names: Iterable[str]) -> Iterator[str]:
    parts = [PurePosixPath(name).parts for name in names]
    searched = dict.fromkeys(p[1] for p in parts if p[0] == "searches" and len(p) == 3)
    if days := [day for day in searched if day[:4].isdecimal()]:
        yield f"Searches came in or changed: of {listed(days)}."
    filled: dict[str, dict[str, None]] = {}
    for part in parts:
        if part[0] == "extraction" and len(part) == 4:
            filled.setdefault(part[2], {})[part[1]] = None
    for who, studies in filled.items():
        yield f"{who} filled in what the reports of {listed([*studies])} say."
    if released := dict.fromkeys(p[1] for p in parts if p[0] == "releases" and len(p) > 2):
        yield f"Released: {listed([*released])}."


def _evidence(checkout: Checkout, data: Path, within: str, before: str) -> Iterator[str]:
    """The values, rows and settings that changed; nothing where one of both cannot be read."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            _unpack(checkout, within, before, Path(folder))
            changes = data_changes(Path(folder) / within, data)
    except ReviewError:
        yield "The evidence changed, and cannot be read as it is now: the first page says why."
        return
    yield from _in_words(changes)


def _unpack(checkout: Checkout, within: str, commit: str, folder: Path) -> None:
    """The files of the evidence as they were, below the folder."""
    listing = checkout("ls-tree", "-z", "--name-only", commit, within or ".").split("\0")
    wanted = [name for name in listing if PurePosixPath(name).suffix in TOLD_BY_ROWS]
    packed = checkout.run("archive", "--format=tar", commit, "--", *wanted).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def _in_words(changes: DataChanges) -> Iterator[str]:
    files: dict[str, list[str]] = {}
    for corrected in changes.corrections:
        values = f"{short(corrected.before)} became {short(corrected.now)}"
        said = f"{corrected.row}, {corrected.column}: {values}"
        files.setdefault(corrected.file.removesuffix(".csv"), []).append(said)
    for file, said_of in files.items():
        rows = len({said.rsplit(", ", 1)[0] for said in said_of})
        more = len(said_of) - MOST_NAMED
        named = "; ".join(said_of[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
        yield f"{counted(rows, 'row')} of {file} changed: {named}."
    for status in changes.statuses:
        yield f"{status.label}: {status.before} became {status.now}."
    for number, what in ((changes.verified, "was seen"), (changes.unverified, "is to be seen")):
        if number:
            verb = what if number == 1 else what.replace("was", "were").replace("is", "are")
            yield f"{counted(number, 'row')} of outcomes {verb} in the report."
    for changed in changes.rows:
        file = changed.file.removesuffix(".csv")
        for number, verb in ((changed.added, "came in"), (changed.gone, "were taken out")):
            if number:
                yield f"{counted(number, 'row')} of {file} {verb}."
    for setting in changes.settings:
        yield f"The protocol: {setting.name} was {setting.before}, is {setting.now}."
