"""What the site holds besides its pages, with its address and without."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from analysis.execution.handover import Again, files_as_result, files_of_result
from analysis.protocol import load_protocol
from analysis.publishing.downloads import downloads
from analysis.publishing.site_files import site_files
from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import Edition
from analysis.versions.releases import releases
from tests.publishing.project import make_project


@pytest.fixture
def root(tmp_path: Path, syntheses: Mapping[str, Synthesis]) -> Path:
    """A project with its data and its results."""
    return make_project(tmp_path, syntheses)


def files_of(root: Path, syntheses: Mapping[str, Synthesis]) -> dict[str, bytes]:
    """What the site of the project at `root` has besides two pages."""
    protocol = load_protocol(root / "data/protocol.yml")
    edition = Edition(protocol.version)
    offered = downloads(root, syntheses, edition)
    pages = ["index", "results/search"]
    return site_files(
        offered, protocol, syntheses, releases(root / "data"), pages, edition, Again()
    )


def test_without_an_address_there_is_neither_feed_nor_site_map(
    root: Path, syntheses: Mapping[str, Synthesis]
) -> None:
    files = files_of(root, syntheses)
    assert "social-card.png" in files
    assert "downloads/everything.zip" in files
    assert "feed.xml" not in files
    assert "sitemap.xml" not in files


def test_with_an_address_there_are_both_and_no_other_host_is_named(
    root: Path, syntheses: Mapping[str, Synthesis]
) -> None:
    protocol = root / "data/protocol.yml"
    address = "https://example.org/review/"
    text = protocol.read_text(encoding="utf-8")
    assert text.count("site_url: null") == 1
    protocol.write_text(text.replace("site_url: null", f"site_url: {address}"), encoding="utf-8")
    files = files_of(root, syntheses)
    assert f"<loc>{address}results/search.html</loc>".encode() in files["sitemap.xml"]
    assert address.encode() in files["feed.xml"]


def test_the_same_project_gives_the_same_bytes(
    root: Path, syntheses: Mapping[str, Synthesis]
) -> None:
    assert files_of(root, syntheses) == files_of(root, syntheses)


def test_files_arrive_from_a_page_as_they_were() -> None:
    files = {"downloads/a.zip": bytes(range(256)), "größe.csv": "√2".encode(), "empty": b""}
    assert files_of_result(json.dumps(files_as_result(files))) == files
