"""The same inputs give the same bytes, in whatever surroundings; and nothing needs a network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from analysis.versions.releases import releases
from tests.evidence.folder import LIVING, ROOT
from tests.faults.networks import without_network
from tests.faults.reproduced import ELSEWHERE, MADE, build_elsewhere, compared
from tests.site.conftest import Built

RELEASES = releases(LIVING)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site, built from another copy without a network."""
    needs_isolation()
    root = tmp_path_factory.mktemp("reproduced") / ELSEWHERE
    return Built(root, build_elsewhere(root))


def needs_isolation() -> None:
    try:
        without_network()
    except OSError as error:
        pytest.skip(str(error))


def test_two_builds_make_the_same_bytes(built: Built, elsewhere: Built) -> None:
    comparisons = compared(built.root, elsewhere.root)
    assert [comparison.kind for comparison in comparisons] == list(MADE)
    assert all(comparison.compared for comparison in comparisons)
    assert [str(comparison) for comparison in comparisons if comparison.differing] == []


def test_the_copies_were_not_one_and_the_same(built: Built, elsewhere: Built) -> None:
    assert built.root != elsewhere.root
    assert "pages executed, 0 up to date" in elsewhere.said


def test_a_difference_would_be_seen(tmp_path: Path) -> None:
    for name, text in {"one": "1", "other": "2"}.items():
        for folder in MADE.values():
            (tmp_path / name / folder).mkdir(parents=True)
        (tmp_path / name / "results" / "pain.json").write_text(text, encoding="utf-8")
        (tmp_path / name / "results" / ".pages").mkdir()
        (tmp_path / name / "results" / ".pages" / "pain.json").write_text(text, encoding="utf-8")
        page = f"the same<p>Computed in {text}.5 s by the same</p>"
        (tmp_path / name / "_build/html" / "pain.html").write_text(page, encoding="utf-8")
    found = {one.kind: one for one in compared(tmp_path / "one", tmp_path / "other")}
    assert str(found["results"]) == "results: 1 files compared, 1 differ: pain.json"
    assert not found["site"].differing


@pytest.mark.parametrize(
    "arguments",
    [
        *(["release", release.name, "--verify"] for release in RELEASES),
        *(["diff", release.name, "now"] for release in RELEASES[:1]),
        ["search", "flow"],
    ],
    ids=" ".join,
)
def test_a_command_needs_no_network(arguments: list[str]) -> None:
    """And each release, made again from its own data, says what it said."""
    needs_isolation()
    done = subprocess.run(
        [*without_network(), sys.executable, "-m", "analysis", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_without_a_network_no_other_host_is_reached() -> None:
    """What the tests above rest on: the network is indeed gone, this machine's own as well."""
    needs_isolation()
    source = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", source], capture_output=True, text=True
    )
    assert "Network is unreachable" in done.stderr
