"""A git checkout as people work in it: what changed in it, and a commit of some of that.

Nothing is asked in a terminal, for there may be none: what would be asked fails with a sentence.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analysis.files.digests import digest
from analysis.files.problems import ReviewError

WAIT = 60.0  # seconds for git, and for the hooks that it runs
A_MOMENT = 2.0  # seconds for another git program, such as an editor's
# A program that git itself has started is told of a checkout, which need not be this one.
OF_ANOTHER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
NOTHING_ASKED = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
LOCKED = "index.lock"
UNFINISHED = {
    "MERGE_HEAD": "a merge is not finished",
    "rebase-merge": "a rebase is not finished",
    "rebase-apply": "a rebase is not finished",
    "CHERRY_PICK_HEAD": "a cherry-pick is not finished",
    "REVERT_HEAD": "a revert is not finished",
    LOCKED: "another git program is at work, or one was killed and left index.lock behind",
}
# What git or a server says → what it means, and what to do.
MEANINGS = {
    "tell me who you are": "git does not know who you are: run `git config --global user.name "
    '"YOUR NAME"` and `git config --global user.email YOUR@ADDRESS` once',
    "empty ident name": "git does not know who you are: run `git config --global user.name "
    '"YOUR NAME"` once',
    LOCKED: UNFINISHED[LOCKED],
    "no space left": "the disk is full",
    "not a git repository": "the folder is no longer kept in git",
}


class GitRefused(ReviewError):
    """What git was asked for was not done; the sentence says why, `said` is what git said."""

    def __init__(self, sentence: str, said: str = "") -> None:
        super().__init__(sentence)
        self.said = said


@dataclass(frozen=True)
class Checkout:
    """A checkout, by its top folder; paths are relative to it, with slashes."""

    root: Path

    def run(
        self, *words: str, stdin: bytes | None = None, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git here, without a terminal; a hook or a server that never ends is ended.

        `more` are settings of its environment.
        """
        environment = {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes", **os.environ, **NOTHING_ASKED}
        for name in OF_ANOTHER:
            environment.pop(name, None)
        environment |= more or {}
        try:
            begun = subprocess.Popen(
                ["git", *words],
                cwd=self.root,
                env=environment,
                stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError:
            gone = "this machine has no git" if self.root.is_dir() else "the folder is gone"
            raise GitRefused(gone) from None
        with begun as process:
            try:
                out, err = process.communicate(stdin, timeout=WAIT)
            except BaseException as error:
                _end(process)
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                said = f"git did not end within {WAIT:.0f} seconds, and was ended"
                raise GitRefused(said) from None
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def __call__(self, *words: str) -> str:
        """What git says; GitRefused where it fails."""
        done = self.run(*words)
        if done.returncode:
            said = _text(done.stderr) or _text(done.stdout)
            raise GitRefused(_meaning(said), said)
        return done.stdout.decode(errors="surrogateescape")

    def changes(self, paths: Iterable[Path]) -> Mapping[str, str]:
        """Each file at or below the paths that differs from the last commit → a digest of it.

        A file that was deleted has a blank one. New files count, ignored ones do not.
        """
        within = [str(path.resolve()) for path in paths]
        said = self("status", "--porcelain", "-z", "-uall", "--no-renames", "--", *within)
        return {entry[3:]: self._digest(entry[3:]) for entry in said.split("\0") if entry}

    def _digest(self, name: str) -> str:
        with suppress(OSError):
            return digest((self.root / name).read_bytes())
        return ""

    @property
    def branch(self) -> str:
        """The branch that is checked out; blank where none is, GitRefused where git keeps none."""
        said = self.run("symbolic-ref", "--quiet", "--short", "HEAD")
        if said.returncode > 1:
            raise GitRefused(_meaning(_text(said.stderr)), _text(said.stderr))
        return _text(said.stdout)

    def unfinished(self) -> str:
        """Why nothing can be committed now, in a sentence's part; blank where it can."""
        names = self("rev-parse", *(x for name in UNFINISHED for x in ("--git-path", name)))
        for path, why in zip(names.splitlines(), UNFINISHED.values(), strict=True):
            if (self.root / path).exists():
                return why
        return "" if self.branch else "no branch is checked out, so that a commit would be lost"

    def commit(self, names: Sequence[str], message: str) -> None:
        """Commit these files as they are, whatever else has changed; GitRefused says why not.

        They must not have been staged before: where git refuses, they are not afterwards.
        """
        until = time.monotonic() + A_MOMENT
        while why := self.unfinished():
            if why != UNFINISHED[LOCKED] or time.monotonic() > until:
                raise GitRefused(why)
            time.sleep(A_MOMENT / 20)
        try:
            self("add", "--all", "--", *names)
            self("commit", "--quiet", "--only", "-m", message, "--", *names)
        except BaseException:
            self.run("reset", "--quiet", "--", *names)
            raise


def checkout_of(folder: Path) -> Checkout | None:
    """The checkout that keeps the folder; None where none does, or there is no git."""
    try:
        found = Checkout(folder.resolve()).run("rev-parse", "--show-toplevel")
        root = Path(os.fsdecode(found.stdout.rstrip(b"\n"))) if not found.returncode else None
        ignored = root and not Checkout(root).run("check-ignore", "-q", str(folder)).returncode
    except (GitRefused, OSError):
        return None
    return None if root is None or ignored else Checkout(root)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and what it started; git takes its lock files away when it is asked to end."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=5)
            return


def _meaning(said: str) -> str:
    for part, meaning in MEANINGS.items():
        if part in said.lower():
            return meaning
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f"git says: {'; '.join(lines[:3])}" if lines else "git refused, and did not say why"


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace").strip()
