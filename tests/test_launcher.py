"""`./review` in a clone with nothing activated, and every command that is printed or documented."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from analysis import PROGRAM
from analysis.commands.command_line import app
from tests.site.conftest import ROOT, copy_checkout

# A command as it is typed, up to what ends it in a sentence, a table, a string or a program.
TYPED = re.compile(re.escape(PROGRAM) + r"((?: [^\s`\"'|(),;]+)+)")
# What stands in documents for a command or a module of the reader's choice.
ANY_COMMAND = {"COMMAND", "…", "FILLED-IN", "{command}", "{after}"}
ANY_MODULE = "MODULE"


def documents() -> list[Path]:
    """All that prints or documents commands; `_toc.yml` and released data follow from others."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    text = {".py", ".md", ".ipynb", ".yml", ".yaml", ".toml", ".in", ""}
    return [ROOT / name for name in listed if name and Path(name).suffix in text]


def typed(path: Path) -> Iterator[list[str]]:
    """The words of each command in a file, without the program's name."""
    text = path.read_text(encoding="utf-8")
    for words in TYPED.findall(text.replace("{PROGRAM}", PROGRAM).replace("\\n", "\n")):
        yield [word.rstrip(".:") for word in words.split()]
    if path.is_relative_to(ROOT / "analysis/commands"):
        yield from _said_to_be_next(text)


def _said_to_be_next(source: str) -> Iterator[list[str]]:
    """The commands in a module of commands that are completed with the program's name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="next_step"), args=[ast.IfExp(body=one, orelse=other)]):
                yield from (_words(one), _words(other))
            case ast.Call(func=ast.Name(id="next_step"), args=[ast.JoinedStr() | ast.Constant()]):
                yield _words(node.args[0])
            case ast.JoinedStr() | ast.Constant(value=str()):
                if len(words := _words(node)) > 1 and words[0] in groups():
                    yield words


def _words(string: ast.expr) -> list[str]:
    """The words of a string, with `FILLED-IN` for what it is formatted with."""
    parts = string.values if isinstance(string, ast.JoinedStr) else [string]
    filled = (str(p.value) if isinstance(p, ast.Constant) else "FILLED-IN" for p in parts)
    return " ".join(filled).split("`")[0].split()


@cache
def commands() -> dict[tuple[str, ...], set[str]]:
    """The options of every command, by the command's words."""

    def below(group: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], set[str]]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from below(command, (*words, name))
            else:
                yield (*words, name), {option for param in command.params for option in param.opts}

    return dict(below(typer.main.get_command(app), ()))


def groups() -> set[str]:
    """The first words of the commands that have several."""
    return {words[0] for words in commands() if len(words) > 1}


def is_module(name: str) -> bool:
    """Whether it is here, or comes with the lock that only a cluster needs."""
    package = name.partition(".")[0]
    lock = (ROOT / "requirements-cluster.txt").read_text(encoding="utf-8")
    return bool(
        (importlib.util.find_spec(package) and importlib.util.find_spec(name))
        or re.search(rf"^{re.escape(package)}==", lock, re.MULTILINE)
    )


def problem(words: list[str]) -> str:
    """What is wrong with a command as it is documented; nothing where it can be typed."""
    if words[0] == "-m":
        return (
            ""
            if words[1:2] in ([], [ANY_MODULE]) or is_module(words[1])
            else "there is no such module"
        )
    if (
        words[0] in ANY_COMMAND
        or words[0].startswith("-")
        or (words[0] in groups() and words[1:] in ([], ["--help"]))
    ):
        return ""
    leaf = next((leaf for leaf in commands() if list(leaf) == words[: len(leaf)]), None)
    if leaf is None:
        return "there is no such command"
    unknown = [
        word
        for word in words
        if word.startswith("--") and word.split("=")[0] not in commands()[leaf]
    ]
    return f"{' '.join(leaf)} has no {', '.join(unknown)}" if unknown else ""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone, its environment made: the pinned packages are those that run this test."""
    root = tmp_path_factory.mktemp("a clone") / "living review"
    copy_checkout(root)
    python = root / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    for lock in ("requirements.txt", "requirements-test.txt"):
        shutil.copy(root / lock, root / ".venv")
    return root


def review(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher of a clone there; of this process's environment nothing is known."""
    return subprocess.run(
        [root / "review", *words],
        cwd=root,
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, "HOME": str(root), "COLUMNS": "100", **environment},
    )


def test_every_command_that_is_printed_or_documented_can_be_typed() -> None:
    found = {(path, tuple(words)) for path in documents() for words in typed(path)}
    wrong = {
        f"{path.relative_to(ROOT)}: {' '.join(words)}: {said}"
        for path, words in found
        if (said := problem(list(words)))
    }
    assert wrong == set()
    named = {leaf for leaf in commands() for _, words in found if words[: len(leaf)] == leaf}
    assert named == set(commands())


def test_no_document_asks_for_an_activated_environment() -> None:
    asks = re.compile(r"(?<!/)python[0-9.]* -m (?:analysis|tests|dask)|bin/python -m analysis")
    found = [path for path in documents() if asks.search(path.read_text(encoding="utf-8"))]
    # What the benchmarks time is the program without its launcher.
    measured = {ROOT / "tests/benchmarks/bench_build.py", Path(__file__)}
    assert set(found) - measured == set()


# Asks every command for its help, as many processes would: one a command takes long.
HELP = """
import sys
from typer.testing import CliRunner
from analysis import PROGRAM
from analysis.commands.command_line import app
for command in sys.argv[1:]:
    said = CliRunner().invoke(app, [*command.split(), "--help"], prog_name=PROGRAM).output
    print(*(f"{word}: {PROGRAM} {command}" in said for word in ("Usage", "Example")))
"""


def test_every_command_has_help_with_an_example_in_a_clone(clone: Path) -> None:
    names = [" ".join(words) for words in commands()]
    done = review(clone, "-c", HELP, *names)
    assert (done.stderr, done.stdout.splitlines()) == ("", ["True True"] * len(names))


@pytest.mark.parametrize("words", [[], ["search", "strategies", "check"], ["-m", "analysis"]])
def test_help_is_there_with_nothing_activated(clone: Path, words: list[str]) -> None:
    done = review(clone, *words, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Usage: {' '.join([PROGRAM, *words]).removesuffix(' -m analysis')} " in done.stdout


def test_the_program_is_found_from_any_folder(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis/__init__.py").write_text("raise SystemExit(99)\n", encoding="utf-8")
    done = subprocess.run([clone / "review", "check"], cwd=tmp_path, capture_output=True, text=True)
    assert "The evidence is valid" in done.stdout


def test_what_is_compiled_is_kept_though_the_environment_forbids_it(clone: Path) -> None:
    asks = "import sys; print(sys.dont_write_bytecode)"
    assert review(clone, "-c", asks, PYTHONDONTWRITEBYTECODE="1").stdout == "False\n"


def test_exit_codes_and_arguments_pass_through(clone: Path) -> None:
    said = "import sys; print(sys.argv[1:]); sys.exit(4)"
    done = review(clone, "-c", said, "a b", "*", "")
    assert (done.returncode, done.stdout) == (4, "['a b', '*', '']\n")
    assert review(clone, "nonsense").returncode == 2


def test_an_interrupt_reaches_the_command(clone: Path) -> None:
    said = (
        "import time\ntry: print(flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt: raise SystemExit(130)"
    )
    running = subprocess.Popen([clone / "review", "-c", said], stdout=subprocess.PIPE)
    assert running.stdout
    with running.stdout:
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130


MAKER = """#!/bin/sh
# Stands in for Python: notes what it is asked, makes the environment, installs nothing.
echo "$*" >>"$HOME/asked"
if [ "$1" = -c ]; then exec "{python}" "$@"; fi
if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; fi
if [ "$3" = --version ]; then exit 1; fi
if [ "$3" = install ]; then exit "${{PIP:-0}}"; fi
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A clone without an environment, and a Python that notes what it is asked."""
    for name in ("review", "requirements.txt", "requirements-test.txt"):
        shutil.copy(ROOT / name, tmp_path)
    maker = tmp_path / "maker"
    maker.write_text(MAKER.format(python=sys.executable), encoding="utf-8")
    maker.chmod(0o755)
    return tmp_path


def installs(root: Path) -> list[str]:
    """The locks that were installed, each with its hashes."""
    asked = (root / "asked").read_text(encoding="utf-8")
    found = re.findall(r"pip install .*--require-hashes -r (.*)", asked)
    assert len(found) == asked.count("pip install")
    return [Path(lock).name for lock in found]


def test_the_environment_is_made_once_and_follows_the_lock(fresh: Path) -> None:
    first = review(fresh, "check", PYTHON=str(fresh / "maker"))
    assert first.returncode == 0
    assert "Installing the pinned packages of requirements.txt" in first.stderr
    assert (fresh / "asked").read_text(encoding="utf-8").endswith("-P -m analysis check\n")
    again = review(fresh, "check", PYTHON="/nowhere")
    assert (again.returncode, again.stderr, installs(fresh)) == (0, "", ["requirements.txt"])
    with (fresh / "requirements.txt").open("a", encoding="utf-8") as lock:
        lock.write("another==1.0\n")
    review(fresh, "check", PYTHON=str(fresh / "maker"))
    assert installs(fresh) == ["requirements.txt"] * 2


@pytest.mark.parametrize(
    "words", [["-m", "pytest"], ["-m", "tests.attack"], ["-c", "print()"], ["-m", "mypy", "-v"]]
)
def test_what_only_tests_need_comes_when_they_do(fresh: Path, words: list[str]) -> None:
    maker = str(fresh / "maker")
    for alone in (["build"], ["-m", "analysis", "build"], ["-m", "pip", "list"]):
        review(fresh, *alone, PYTHON=maker)
    assert installs(fresh) == ["requirements.txt"]
    for _ in range(2):
        review(fresh, *words, PYTHON=maker)
    assert installs(fresh) == ["requirements.txt", "requirements-test.txt"]


def test_an_environment_that_could_not_be_made_is_tried_again(fresh: Path) -> None:
    failed = review(fresh, "check", PYTHON=str(fresh / "maker"), PIP="3")
    assert failed.returncode == 3
    assert "analysis check" not in (fresh / "asked").read_text(encoding="utf-8")
    assert review(fresh, "check", PYTHON=str(fresh / "maker")).returncode == 0
    assert installs(fresh) == ["requirements.txt"] * 2


def test_a_python_that_is_missing_or_too_old_is_said(fresh: Path) -> None:
    done = review(fresh, "check", PYTHON="/nowhere/python3")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert not (fresh / ".venv").exists()


def test_another_environment_is_used_as_it_is(fresh: Path) -> None:
    done = review(fresh, "-c", "import sys; print(sys.prefix)", REVIEW_ENVIRONMENT=sys.prefix)
    assert (done.stdout, done.stderr) == (f"{sys.prefix}\n", "")
    assert not (fresh / ".venv").exists()
