"""git as a team has it: a bare remote, and a clone for each person."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.evidence.folder import ROOT


@dataclass(frozen=True)
class Repository:
    """A checkout of a review; `data` is what it keeps."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def commit(self, message: str = "changes by hand") -> None:
        self("add", "-A")
        self("commit", "-q", "-m", message)

    @property
    def changed(self) -> list[str]:
        """The files of the latest commit."""
        return self("show", "--name-only", "--format=").split()

    @property
    def log(self) -> list[str]:
        return self("log", "--format=%s").splitlines()

    @property
    def status(self) -> list[str]:
        return self("status", "--porcelain", "-uall").splitlines()

    def hook(self, name: str, script: str) -> None:
        path = self.root / ".git/hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)


def as_person(root: Path, name: str) -> Repository:
    found = Repository(root)
    found("config", "user.name", name)
    found("config", "user.email", "someone@example.org")
    return found


def repository(data: Path) -> Repository:
    """Keep this folder of data in git, as the project is kept."""
    for name in (".gitattributes", ".gitignore"):
        shutil.copy(ROOT / name, data.parent)
    Repository(data.parent)("init", "-q", "-b", "main")
    made = as_person(data.parent, "A. Person")
    made.commit("begin")
    return made


@dataclass(frozen=True)
class Team:
    """Two people, each with a clone of what is shared in `there`."""

    there: Path
    anna: Repository
    ben: Repository


def team(data: Path) -> Team:
    begin = repository(data)
    there = data.parent / "there.git"
    begin("clone", "-q", "--bare", ".", str(there))
    clones = {}
    for name in ("anna", "ben"):
        begin("clone", "-q", str(there), str(data.parent / name))
        clones[name] = as_person(data.parent / name, f"{name.title()} Person")
    return Team(there, **clones)
