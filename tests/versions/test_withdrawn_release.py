from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from analysis.files.problems import ReviewError
from analysis.files.withdrawals import carry_out
from analysis.versions.freezing import freeze
from analysis.versions.releases import releases
from analysis.versions.withdrawn_release import withdrawn_release
from tests.evidence.folder import DataFolder
from tests.files.contents import contents

WHEN = "2026-11-28T10:15:00Z"
LATEST, BASELINE = "2026.11", "2013.11"


def undo(data: Path, name: str = LATEST) -> Path:
    return carry_out(data, withdrawn_release(data, name), "anna", WHEN, "too early")


def git(folder: Path, *words: str) -> None:
    author = ["-c", "user.name=Anna", "-c", "user.email=anna@example.org"]
    subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(released: DataFolder) -> Path:
    """A git checkout that holds the data, without the latest release, in its first commit."""
    root = released.path.parent
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".", f":!data/releases/{LATEST}")
    git(root, "commit", "-qm", "all but the release")
    return root


def test_released_again_it_is_the_same_to_the_byte(released: DataFolder) -> None:
    data = released.path
    undo(data)
    assert [release.name for release in releases(data)] == [BASELINE]
    assert not (data / "releases" / LATEST).exists()
    freeze(data, LATEST)
    once = contents(data / "releases")
    folder = undo(data)
    assert (folder / f"releases/{LATEST}/release.json").read_bytes() == once[
        f"{LATEST}/release.json"
    ]
    freeze(data, LATEST)
    assert contents(data / "releases") == once


def test_a_release_that_another_follows_stays(released: DataFolder) -> None:
    with pytest.raises(ReviewError, match=r"release 2026\.11 follows 2013\.11"):
        withdrawn_release(released.path, BASELINE)


def test_without_git_a_person_is_told_to_know(released: DataFolder) -> None:
    assert "go on only if no site has shown it" in withdrawn_release(released.path, LATEST).said[-1]


def test_one_that_is_in_no_commit_is_not_published(checkout: Path) -> None:
    (said,) = withdrawn_release(checkout / "data", LATEST).said
    assert "frozen; its data and results go" in said


def test_where_there_is_no_remote_a_commit_publishes(checkout: Path) -> None:
    git(checkout, "add", ".")
    git(checkout, "commit", "-qm", "the release")
    with pytest.raises(ReviewError, match=r"is published \(main has it\)"):
        withdrawn_release(checkout / "data", LATEST)


def test_what_is_not_pushed_is_not_published(checkout: Path, tmp_path: Path) -> None:
    remote = tmp_path.parent / f"{tmp_path.name}-remote"
    remote.mkdir()
    git(remote, "init", "-q", "--bare")
    git(checkout, "remote", "add", "origin", str(remote))
    git(checkout, "push", "-q", "origin", "main")
    git(checkout, "add", ".")
    git(checkout, "commit", "-qm", "the release")
    assert withdrawn_release(checkout / "data", LATEST).changes
    git(checkout, "push", "-q", "origin", "main")
    with pytest.raises(ReviewError, match=r"is published \(origin/main has it\)"):
        withdrawn_release(checkout / "data", LATEST)


def test_there_is_no_release_of_that_name(released: DataFolder) -> None:
    with pytest.raises(ReviewError, match=r"there is no release '2027\.01'"):
        withdrawn_release(released.path, "2027.01")
