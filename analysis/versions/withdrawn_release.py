"""A release taken back before anybody has seen it; a published one stands for good."""

from __future__ import annotations

from pathlib import Path

from analysis.files.folder import every_file
from analysis.files.git import git
from analysis.files.problems import ReviewError
from analysis.files.together import change_of
from analysis.files.withdrawals import Withdrawal
from analysis.versions.releases import read_states, release_folder, releases

# What is made again from the data need not stay; what the release was and said does.
KEPT = ("release.json", "results.json")


def withdrawn_release(data: Path, name: str) -> Withdrawal:
    """Plan to take a release back; ReviewError where it is published or another follows it."""
    said = read_states(data, name)
    if later := [release.name for release in releases(data) if release.follows == name]:
        raise ReviewError(f"release {later[0]} follows {name}: a former version stands for good")
    folder = release_folder(data, name)
    where = published_by(folder / "release.json")
    if where:
        raise ReviewError(f"release {name} is published ({where} has it): it stands for good")
    lines = [f"{name}: {len(said)} questions, frozen; its data and results go"]
    if where is None:
        lines.append("no git tells whether it is published: go on only if no site has shown it")
    files = every_file(folder)
    kept = {f"releases/{name}/{file}": (folder / file).read_bytes() for file in KEPT}
    return Withdrawal(
        "release", name, tuple(lines), tuple(change_of(path, None) for path in files), kept
    )


def published_by(path: Path) -> str | None:
    """What of the git repository has the file for all to see; "" for nothing, None without git.

    That is a branch of a remote or a tag; where there is no remote, the present commit.
    """
    remotes = _git(path, "remote")
    if remotes is None:
        return None
    kinds = ("refs/remotes", "refs/tags") if remotes else ("refs/heads", "refs/tags")
    refs = _git(path, "for-each-ref", "--format=%(refname)", *kinds) or ""
    for ref in refs.split():
        if _git(path, "cat-file", "-e", f"{ref}:./{path.name}") is not None:
            return ref.split("/", 2)[2]
    return ""


def _git(path: Path, *words: str) -> str | None:
    """What git says in the folder of a file."""
    said = git(path.parent, *words)
    return None if said is None else said.decode().strip()
