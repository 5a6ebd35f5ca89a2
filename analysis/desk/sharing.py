"""Sharing: what others did comes in, what this checkout has goes out.

The merge is made beside the checkout, in git's store alone. The files change in one step, when it
is whole: until then a share that is given up or killed has changed nothing here.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analysis.files.checkout import LOCKED, Checkout, GitRefused

# What git or a server says → what it means.
NOT_REACHED = "the place where the team shares cannot be reached: is there a network?"
NOT_LET_IN = (
    "the place where the team shares does not let you in: sign in once in a terminal, with "
    "`git push`"
)
MEANINGS = {
    "authentication failed": NOT_LET_IN,
    "permission denied": NOT_LET_IN,
    "terminal prompts disabled": NOT_LET_IN,
    "could not read username": NOT_LET_IN,
    "could not resolve": NOT_REACHED,
    "unable to access": NOT_REACHED,
    "connection": NOT_REACHED,
    "could not read from remote": NOT_REACHED,
    "does not appear to be a git repository": NOT_REACHED,
}
NO_BRANCH_THERE = "couldn't find remote ref"
SOMEBODY_WAS_FASTER = ("fetch first", "non-fast-forward", "cannot lock ref", "stale info")
# What a share was about to put in place, so that half of it is taken back.
RECORD = "desk-share"
A_MINUTE = 60.0


@dataclass(frozen=True)
class Entry:
    """A file as one side has it: how git keeps it, and its content."""

    mode: str
    blob: str
    content: bytes


@dataclass(frozen=True)
class Torn:
    """A file that git cannot merge: what both began with, and each side's; None: not there.

    `marked` is git's merge of it, with marks between which the two stand.
    """

    name: str
    before: Entry | None
    mine: Entry | None
    theirs: Entry | None
    marked: bytes


@dataclass(frozen=True)
class Merge:
    """Two commits and what they come to: the tree, and the files that are to be settled in it."""

    mine: str
    theirs: str
    tree: str
    torn: tuple[Torn, ...]

    @property
    def name(self) -> str:
        """Stands for what was merged: a choice is of this, and of no later commit."""
        return f"{self.mine} {self.theirs}"


@dataclass(frozen=True)
class Sharing:
    """A checkout with the branch and the remote that it shares."""

    checkout: Checkout
    remote: str
    branch: str

    @property
    def upstream(self) -> str:
        return f"refs/remotes/{self.remote}/{self.branch}"

    def head(self) -> str:
        return self.checkout("rev-parse", "HEAD").strip()

    def fetched(self) -> str:
        """What the others have, as it was last fetched; blank where they have nothing yet."""
        found = self.checkout.run("rev-parse", "--verify", "--quiet", self.upstream)
        return found.stdout.decode().strip()

    def fetch(self) -> None:
        """Learn what the others have; nothing of this checkout changes."""
        refspec = f"+refs/heads/{self.branch}:{self.upstream}"
        try:
            self.checkout("fetch", "--quiet", "--no-tags", self.remote, refspec)
        except GitRefused as refused:
            if NO_BRANCH_THERE not in refused.said:
                raise _said(refused) from None
            self.checkout.run("update-ref", "-d", self.upstream)

    def count(self, since: str, until: str) -> int:
        """How many commits the second has that the first has not."""
        words = [until, "--not", since] if since else [until]
        return int(self.checkout("rev-list", "--count", *words))

    def merge(self, mine: str, theirs: str) -> Merge:
        """What the two come to; only git's store is written to."""
        checkout = self.checkout
        done = checkout.run(
            "-c", "merge.conflictStyle=diff3", "merge-tree", "--write-tree", "-z",
            "--no-messages", mine, theirs,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            raise GitRefused("git cannot merge this: git 2.38 or newer is needed, and a common "
                             "beginning of both")  # fmt: skip
        tree, *entries = done.stdout.decode(errors="surrogateescape").split("\0")
        stages: dict[str, dict[str, tuple[str, str]]] = {}
        for entry in filter(None, entries):
            about, name = entry.split("\t", 1)
            mode, blob, stage = about.split(" ")
            stages.setdefault(name, {})[stage] = mode, blob
        torn = (self._torn(tree, name, found) for name, found in stages.items())
        return Merge(mine, theirs, tree, tuple(torn))

    def _torn(self, tree: str, name: str, stages: Mapping[str, tuple[str, str]]) -> Torn:
        def side(stage: str) -> Entry | None:
            mode, blob = stages.get(stage, ("", ""))
            return Entry(mode, blob, self._content(blob)) if blob else None

        return Torn(name, side("1"), side("2"), side("3"), self._content(f"{tree}:{name}"))

    def _content(self, blob: str) -> bytes:
        return self.checkout.run("cat-file", "blob", blob).stdout

    def commit(self, merge: Merge, settled: Mapping[str, Entry | bytes | None], said: str) -> str:
        """The commit of a merge with its torn files as they were settled; none has it yet.

        A file is an entry of one side, other content, or None where it is to go.
        """
        if merge.mine == self.checkout("merge-base", merge.mine, merge.theirs).strip():
            return merge.theirs
        tree = self._with_settled(merge, settled) if settled else merge.tree
        parents = ["-p", merge.mine, "-p", merge.theirs]
        return self.checkout("commit-tree", tree, *parents, "-m", said).strip()

    def _with_settled(self, merge: Merge, settled: Mapping[str, Entry | bytes | None]) -> str:
        lines = []
        for torn in merge.torn:
            entry = settled[torn.name]
            if isinstance(entry, bytes):
                mode = next(side.mode for side in (torn.mine, torn.theirs) if side)
                done = self.checkout.run("hash-object", "-w", "--stdin", stdin=entry)
                entry = Entry(mode, done.stdout.decode().strip(), entry)
            about = f"{entry.mode} {entry.blob}" if entry else f"0 {'0' * len(merge.mine)}"
            lines.append(f"{about}\t{torn.name}\0")
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self.checkout.run("read-tree", merge.tree, more=index)
            stated = "".join(lines).encode(errors="surrogateescape")
            self.checkout.run("update-index", "-z", "--index-info", stdin=stated, more=index)
            return self.checkout.run("write-tree", more=index).stdout.decode().strip()

    def put_in_place(self, before: str, after: str) -> None:
        """Let branch and files be the commit, which follows the one that they are at."""
        record = self._git_path(RECORD)
        record.write_text(f"{before} {after}\n", encoding="utf-8")
        try:
            if self.head() != before:
                raise GitRefused("something was committed here meanwhile: share again")
            self.checkout("merge", "--quiet", "--ff-only", after)
        finally:
            self.take_back_half()

    def take_back_half(self) -> None:
        """Where a share was cut short while it changed the files, bring them back as they were.

        Only files that say what that share was to bring are touched.
        """
        record = self._git_path(RECORD)
        if not record.is_file():
            return
        before, _, after = record.read_text(encoding="utf-8").strip().partition(" ")
        if after and self.head() == before:
            self._remove_lock_left_by(record)
            for name in self._differing(before, after):
                if self._says(name, after) and not self._says(name, before):
                    self._bring_back(name, before)
            self.checkout.run("update-index", "-q", "--refresh")
        record.unlink()

    def _remove_lock_left_by(self, record: Path) -> None:
        """The index's lock, if it is of the share that left the record: nobody else's."""
        with suppress(FileNotFoundError):
            lock = self._git_path(LOCKED)
            if 0 <= lock.stat().st_mtime - record.stat().st_mtime < A_MINUTE:
                lock.unlink()

    def _differing(self, before: str, after: str) -> list[str]:
        said = self.checkout("diff", "--name-only", "--no-renames", "-z", before, after)
        return list(filter(None, said.split("\0")))

    def _says(self, name: str, commit: str) -> bool:
        """Whether the file here is the one of the commit; not there is the same in both."""
        there = self.checkout.run("rev-parse", "--verify", "--quiet", f"{commit}:{name}")
        path = self.checkout.root / name
        here = self.checkout.run("hash-object", "--", name) if os.path.lexists(path) else None
        return there.stdout == (here.stdout if here else b"")

    def _bring_back(self, name: str, commit: str) -> None:
        if self.checkout.run("rev-parse", "--verify", "--quiet", f"{commit}:{name}").stdout:
            self.checkout("checkout", "--quiet", commit, "--", name)
        else:
            (self.checkout.root / name).unlink()
            self.checkout("rm", "--quiet", "--cached", "--ignore-unmatch", "--", name)

    def push(self) -> bool:
        """Send the branch; whether it arrived, or somebody else was faster."""
        try:
            self.checkout("push", "--quiet", self.remote, f"HEAD:refs/heads/{self.branch}")
        except GitRefused as refused:
            if any(part in refused.said for part in SOMEBODY_WAS_FASTER):
                return False
            raise _said(refused) from None
        return True

    def _git_path(self, name: str) -> Path:
        return self.checkout.root / self.checkout("rev-parse", "--git-path", name).strip()


def sharing_of(checkout: Checkout | None) -> Sharing:
    """What this checkout shares with whom; GitRefused says why it shares nothing."""
    if checkout is None:
        raise GitRefused("this folder is not kept in git, so there is nobody to share it with")
    if not (branch := checkout.branch):
        raise GitRefused("no branch is checked out")
    configured = checkout.run("config", f"branch.{branch}.remote").stdout.decode().strip()
    remotes = checkout("remote").split()
    remote = configured or next((r for r in ("origin", *remotes) if r in remotes), "")
    if remote not in remotes:
        raise GitRefused(
            "this checkout has no remote: nobody has said yet where the team shares its work "
            "(`git remote add origin ADDRESS`)"
        )
    merged = checkout.run("config", f"branch.{branch}.merge").stdout.decode().strip()
    return Sharing(checkout, remote, merged.removeprefix("refs/heads/") or branch)


def _said(refused: GitRefused) -> GitRefused:
    said = refused.said.lower()
    meaning = next((text for part, text in MEANINGS.items() if part in said), str(refused))
    return GitRefused(meaning, refused.said)
