"""Kill a command that changes the data at each of its writes: it is whole or it is not there.

`./review -m tests.faults.interrupted`; the command runs once, in a fork of this process, and
before each write the data are kept as a kill in it would leave them: the write begun and never
ended. Each of these is looked at, and the same command is run on it to its end.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from analysis.evidence.load import load
from analysis.files.lock import LOCK, change_files, settle
from analysis.files.withdrawals import carry_out
from analysis.screening.extraction_template import new_extraction
from analysis.screening.study_rename import rename_study
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from analysis.searching.withdrawn_imports import withdrawn_import
from analysis.versions import freezing as release
from analysis.versions.releases import read_states
from tests.evidence.folder import DATA
from tests.faults.kills import Content, content
from tests.searching.corpus import articles
from tests.searching.exports import cochrane_ris, ovid_ris
from tests.searching.sources import find_source

DAY = dt.date(2026, 11, 20)
CHANGES = {
    *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink"),
    *("os.truncate", "os.chmod", "os.chown"),
}
TORN = b"half of it"

Command = Callable[[Path], object]
"""What is killed, given the folder of the data."""


@dataclass(frozen=True)
class Interruptible:
    """A command, the data it starts from, and what of the data it may never change."""

    name: str
    command: Command
    start: Path
    kept: Callable[[str], bool]
    """Whether a file, by its path in the folder, counts: what nothing lists does not."""

    def files(self, folder: Path) -> Content:
        return {name: it for name, it in content(folder).items() if self.kept(name)}

    def survives(self, work: Path) -> int:
        """Kill it at each write; the number of writes. Raises `AssertionError`."""
        before = self.files(self.start)
        whole = work / "whole"
        shutil.copytree(self.start, whole)
        self.command(whole)
        after = self.files(whole)
        assert before != after
        data, moments = work / "data", work / "moments"
        shutil.copytree(self.start, data)
        moments.mkdir()
        at_each_write(data, moments, lambda: self.command(data))
        assert self.files(data) == after
        writes, again = len(list(moments.iterdir())), list[Content]()
        for write in range(1, writes + 1):
            shutil.rmtree(data)
            (moments / str(write)).rename(data)
            settle(data)  # as whoever reads the data next
            left = self.files(data)
            assert left in (before, after), f"write {write} of a {self.name} leaves a part of it"
            if left == before:
                found = content(data)
                if found in again:  # from the same files the command has been run
                    continue
                again.append(found)
                self.command(data)
            assert content(data) == content(whole), f"after write {write} a {self.name} is another"
        return writes


def at_each_write(folder: Path, moments: Path, act: Callable[[], object]) -> None:
    """Do it in a fork; `moments` gets 1, 2, …, the folder as a kill in that write leaves it."""
    pid = os.fork()
    if pid == 0:
        try:
            sys.addaudithook(_Witness(str(folder), moments).hear)
            act()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@dataclass
class _Witness:
    """Counts what this process writes below a folder, and keeps a copy from before each."""

    folder: str
    moments: Path
    writes: int = 0

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._changes(event, arguments):
            return
        self.writes += 1
        moment = self.moments / str(self.writes)
        shutil.copytree(self.folder, moment)
        if event == "open":
            path = os.path.relpath(os.fsdecode(arguments[0]), self.folder)  # type: ignore[arg-type]
            (moment / path).write_bytes(TORN)

    def _changes(self, event: str, arguments: tuple[object, ...]) -> bool:
        if event == "open":
            path, _, flags = arguments
            written = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            return bool(written) and self._is_below(path) and not str(path).endswith(LOCK)
        return event in CHANGES and self._is_below(arguments[0])

    def _is_below(self, path: object) -> bool:
        return isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(
            f"{self.folder}{os.sep}"
        )


def a_release(folder: Path) -> Interruptible:
    """Freezing the frozen review's version, after the baseline's; its numbers are as it said."""
    start = folder / "before-release"
    shutil.copytree(DATA, start, ignore=shutil.ignore_patterns(LOCK))
    evidence = load(start)
    version = evidence.protocol.version.name
    states = read_states(start, version)
    shutil.rmtree(start / "releases" / version)

    def freeze(data: Path) -> None:
        computing = release.load, release.present_states
        release.load, release.present_states = lambda _: evidence, lambda _: states
        try:
            release.freeze(data, version)
        finally:
            release.load, release.present_states = computing

    def kept(name: str) -> bool:
        return name != LOCK and f"releases/{release.UNFINISHED}" not in name

    return Interruptible("release", freeze, start, kept)


def an_import(folder: Path) -> Interruptible:
    """Taking in an export of a new search."""
    start = folder / "before-import"
    shutil.copytree(DATA, start, ignore=shutil.ignore_patterns(LOCK, "releases"))
    export = folder / "savedrecs.ris"
    found = articles(8, seed=7)
    export.write_text(ovid_ris(found), encoding="utf-8", newline="")
    details = SearchDetails(find_source("medline"), DAY, "anna")

    def take_in(data: Path) -> None:
        import_exports(data, [export], details)
        assert len(load_library(data).records) == len(found)

    search = f"searches/{DAY.isoformat()}"

    def kept(name: str) -> bool:
        # Nothing but search.yml says what a search holds; without it there is none.
        return name != LOCK and (not name.startswith(search) or name == f"{search}/search.yml")

    return Interruptible("search import", take_in, start, kept)


def an_undo(folder: Path) -> Interruptible:
    """Taking back one of two imports, with its pairs."""
    start = folder / "before-undo"
    shutil.copytree(DATA, start, ignore=shutil.ignore_patterns(LOCK, "releases"))
    medline, central = folder / "savedrecs.ris", folder / "central.ris"
    found = articles(8, seed=7)
    medline.write_text(ovid_ris(found), encoding="utf-8", newline="")
    central.write_text(cochrane_ris(found[4:]), encoding="utf-8", newline="")
    for export, source in ((medline, "medline"), (central, "central")):
        import_exports(start, [export], SearchDetails(find_source(source), DAY, "anna"))
    deduplicate(start, load_library(start))

    def take_back(data: Path) -> None:
        plan = withdrawn_import(data, DAY, find_source("central"))
        carry_out(data, plan.withdrawal, "anna", "2026-11-28T10:15:00Z", "")
        assert len(load_library(data).records) == len(found)

    return Interruptible("withdrawal of an import", take_back, start, lambda name: name != LOCK)


def a_rename(folder: Path) -> Interruptible:
    """Giving a trial another name in the evidence and in what was extracted."""
    start = folder / "before-rename"
    shutil.copytree(DATA, start, ignore=shutil.ignore_patterns(LOCK, "releases"))
    for who in ("anna", "ben"):
        new_extraction(start, "buhrman-2004", who)

    def rename(data: Path) -> None:
        change_files(data, rename_study(data, "buhrman-2004", "buurman-2004").changes)
        assert "buurman-2004" in load(data).trials

    return Interruptible("rename of a trial", rename, start, lambda name: name != LOCK)


def main() -> None:
    """Print at how many writes each was killed, and survived.

    Example: ./review -m tests.faults.interrupted
    """
    for made in (a_release, an_import, an_undo, a_rename):
        with tempfile.TemporaryDirectory(prefix="interrupted-") as folder:
            interruptible = made(Path(folder))
            writes = interruptible.survives(Path(folder))
            typer.echo(f"A {interruptible.name} killed in each of its {writes} writes: survived.")


if __name__ == "__main__":
    typer.run(main)
