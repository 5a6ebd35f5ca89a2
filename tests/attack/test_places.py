"""Links, pipes, devices and names: what is no plain file is refused, wherever it is met."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import typer

from analysis import __main__ as command_line
from analysis.commands import options
from analysis.commands.command_line import app
from analysis.evidence.load import load
from analysis.execution.plan import Project
from analysis.execution.staleness import Inputs
from analysis.files.folder import plain_files
from analysis.files.lock import LOCK, locked
from analysis.files.problems import EvidenceError, read_bytes
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.history import load_searches
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from analysis.searching.strategies import load_strategies
from analysis.versions.releases import releases
from tests.evidence.folder import DATA
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris
from tests.searching.sources import find_source

Make = Callable[[Path], object]


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path may not be long
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
    finally:
        os.chdir(here)


NO_PLAIN_FILES: dict[str, tuple[Make, str]] = {
    "a link to a file": (lambda path: path.symlink_to("/etc/hosts"), "a link"),
    "a link to a folder": (lambda path: path.symlink_to("/etc"), "a link"),
    "a link to nowhere": (lambda path: path.symlink_to("nowhere"), "a link"),
    "a link to a device": (lambda path: path.symlink_to("/dev/zero"), "a link"),
    "a link to what a process knows": (
        lambda path: path.symlink_to("/proc/self/environ"),
        "a link",
    ),
    "a pipe": (os.mkfifo, "a pipe"),
    "a socket": (_socket, "a socket"),
    "a name that is not UTF-8": (
        lambda path: path.with_name(os.fsdecode(b"\xe9t\xe9")).touch(),
        "not UTF-8",
    ),
    "a name with a command to the terminal": (
        lambda path: path.with_name("a\x1b[31m\a").touch(),
        "not seen",
    ),
    "a name of two lines": (lambda path: path.with_name("a\nb: all is well").touch(), "not seen"),
    "a name that turns letters around": (
        lambda path: path.with_name("a\u202evsc.csv").touch(),
        "not seen",
    ),
}
PLACES = (
    "stranger.csv",
    "sources.csv",
    LOCK,
    "releases/2013.11/data/outcomes.csv",
    "releases/2013.11/results.json",
    "searches/2013-11-13/search.yml",
    "searches/2026-11-20",
    "searches/inbox/2026-11-20-medline.ris",
    "searches/strategies/medline.txt",
    "screening/anna.csv",
    "extraction/minen-2026/anna/outcomes.csv",
)


def _lock(data: Path) -> None:
    with locked(data):
        pytest.fail("the data were held for writing")


DOORS: dict[str, Callable[[Path], object]] = {
    "the evidence": load,
    "the searches": load_searches,
    "the strategies": load_strategies,
    "the releases": releases,
    "what a page is made from": lambda data: Inputs(Project(data.parent)).data(),
    "writing": _lock,
}


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("review") / "data"
    shutil.copytree(DATA, data)
    return data


@pytest.fixture(autouse=True)
def _nothing_waits_for_ever() -> Iterator[None]:
    """A pipe that is opened waits; the alarm ends that, and the test with it."""

    def stop(*_: object) -> None:
        raise AssertionError("waited for a pipe")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", NO_PLAIN_FILES)
def test_what_is_no_plain_file_is_refused_at_every_door(
    reviewed: Path, kind: str, door: str
) -> None:
    make, said = NO_PLAIN_FILES[kind]
    for place in PLACES:
        planted = reviewed / place
        kept = planted.read_bytes() if planted.is_file() else None
        planted.parent.mkdir(parents=True, exist_ok=True)
        planted.unlink(missing_ok=True)
        before = set(planted.parent.iterdir())
        make(planted)
        try:
            with pytest.raises(EvidenceError) as refused:
                DOORS[door](reviewed)
        finally:
            for path in set(planted.parent.iterdir()) - before:
                path.unlink()
            if kept is not None:
                planted.write_bytes(kept)
        (problem,) = refused.value.problems
        assert problem.file.parent == planted.parent, place
        assert said in problem.message
        assert str(problem).isprintable()
    assert plain_files(reviewed)


def test_a_file_that_emacs_has_open_is_no_reason(tmp_path: Path) -> None:
    (tmp_path / ".#outcomes.csv").symlink_to("anna@host.4711")
    (tmp_path / "Größe (Kopie).csv").touch()
    assert plain_files(tmp_path) == (tmp_path / "Größe (Kopie).csv",)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here")
def test_no_more_is_read_than_a_file_may_have(tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"x" * 11)
    assert read_bytes(big, 11) == b"x" * 11
    with pytest.raises(EvidenceError, match="11 bytes, over the 10"):
        read_bytes(big, 10)
    # It says that it has no byte.
    with pytest.raises(EvidenceError, match="over the 3"):
        read_bytes(Path("/proc/self/status"), 3)


# A command with a place for each file or folder that a person may give it.
MADE = ("--source", "medline", "--date", "2026-11-21")
SEARCH = ("--source", "medline", "--date", "2026-11-20")
COMMANDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("search import", "files"): ("search", "import", "HERE", *SEARCH),
    ("search import", "strategy"): ("search", "import", "EXPORT", *SEARCH, "--strategy", "HERE"),
    ("search strategies ran", "file"): ("search", "strategies", "ran", "HERE", *MADE),
    ("screen", "read_sheet"): ("screen", "--who", "anna", "--read-sheet", "HERE"),
    ("screen", "write_sheet"): ("screen", "--who", "anna", "--write-sheet", "HERE"),
    ("notices", "file"): ("notices", "HERE", "--date", "2026-11-20"),
    ("undo sheet", "sheet"): ("undo", "sheet", "HERE", "--who", "anna", "--yes"),
    ("extract check", "folder"): ("extract", "check", "HERE"),
    ("extract finish", "folder"): ("extract", "finish", "HERE"),
    ("extract compare", "first"): ("extract", "compare", "HERE", "FOLDER"),
    ("extract compare", "second"): ("extract", "compare", "FOLDER", "HERE"),
    ("extract accept", "first"): ("extract", "accept", "HERE", "FOLDER"),
    ("extract accept", "second"): ("extract", "accept", "FOLDER", "HERE"),
    ("search strategies check", "data"): ("search", "strategies", "check", "--data", "HERE"),
    ("search flow", "data"): ("search", "flow", "--data", "HERE"),
    ("search dedupe", "read_sheet"): ("search", "dedupe", "--who", "anna", "--read-sheet", "HERE"),
    ("search dedupe", "write_sheet"): ("search", "dedupe", "--write-sheet", "HERE"),
    ("search dedupe", "data"): ("search", "dedupe", "--data", "HERE"),
    ("screen", "data"): ("screen", "--who", "anna", "--data", "HERE"),
    ("desk", "data"): ("desk", "--no-browser", "--data", "HERE"),
    ("agreement", "data"): ("agreement", "--data", "HERE"),
    ("pdf", "out"): ("pdf", "--out", "HERE"),
    ("new", "folder"): (
        "new", "HERE", "--title", "Naps", "--population", "adults", "--intervention", "a nap",
        "--control", "no nap", "--outcome", "sleep; SMD; lower", "--secondary-outcome",
        "mood; SMD; higher", "--timepoint", "at the end", "--database", "pubmed",
    ),
    ("extract new", "data"): ("extract", "new", "a-2026", "--who", "anna", "--data", "HERE"),
}  # fmt: skip

WITHOUT_DATA = {"pdf", "new"}


def takes_paths(app: typer.Typer, name: str = "") -> Iterator[tuple[str, str]]:
    """Every command and parameter that takes a path."""
    for command in app.registered_commands:
        assert command.callback
        called = command.name or command.callback.__name__.replace("_", "-")
        for parameter, hint in get_type_hints(command.callback).items():
            if Path in (hint, *get_args(hint)) or list[Path] in get_args(hint):
                yield f"{name} {called}".strip(), parameter
    for group in app.registered_groups:
        assert group.typer_instance
        yield from takes_paths(group.typer_instance, f"{name} {group.name}".strip())


def test_every_argument_that_is_a_file_is_attacked() -> None:
    takes = set(takes_paths(app))
    assert {(c, p) for c, p in takes if p != "data"} == {(c, p) for c, p in COMMANDS if p != "data"}
    assert set(COMMANDS) <= takes


@pytest.fixture
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., tuple[object, str]]:
    """Run a command in a copy of the review; its exit code and all that it said."""
    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "export.ris").write_text(ovid_ris(articles(2)), encoding="utf-8")
    known = SearchDetails(find_source("medline"), dt.date(2026, 11, 21), "anna")
    import_exports(tmp_path / "data", [tmp_path / "export.ris"], known)
    deduplicate(tmp_path / "data", load_library(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(options, "ROOT", tmp_path)

    def run(words: tuple[str, ...], here: str) -> tuple[object, str]:
        places = {"HERE": here, "EXPORT": "export.ris", "FOLDER": "data"}
        arguments = [places.get(word, word) for word in words]
        if "--data" not in arguments and words[0] not in WITHOUT_DATA:
            arguments += ["--data", "data"]
        monkeypatch.setattr(sys, "argv", ["review", *arguments])
        code: object = 0
        try:
            command_line.main()
        except SystemExit as ended:
            code = ended.code
        out = capfdbinary.readouterr()
        return code, (out.out + out.err).decode()

    return run


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_pipe_or_a_device_given_to_a_command_is_refused_with_a_sentence(
    said: Callable[..., tuple[object, str]], tmp_path: Path, command: tuple[str, str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for here in ("pipe", "/dev/zero", "/dev/null"):
        code, words = said(COMMANDS[command], here)
        assert code == 1, words
        assert here in words
        assert "Traceback" not in words
        assert not (tmp_path / "data/searches/2026-11-20/search.yml").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_a_name_hides_never_reaches_the_terminal(
    said: Callable[..., tuple[object, str]], tmp_path: Path, command: tuple[str, str]
) -> None:
    name = "a\x1b]0;x\a\x1b[31m\nb\u202ec\x9b" + os.fsdecode(b"\xe9.csv")
    for there in (False, True):
        if there:
            (tmp_path / name).write_text("a,b\n1,2\n", encoding="utf-8")
        code, words = said(COMMANDS[command], name)
        taken = there and command[1] in ("strategy", "file")
        assert code in (1, 2) or taken or command[1] == "write_sheet", words
        assert all(line.isprintable() for line in words.splitlines()), repr(words)
        assert "\r" not in words
        assert "Traceback" not in words
        assert "\nb" not in words
