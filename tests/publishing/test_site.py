"""What the site holds besides its pages, with its address and without."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from analysis.living.results import to_json
from analysis.publishing.site import site_files
from analysis.synthesis.model import Synthesis
from tests.evidence.folder import DATA, DataFolder

ROOT = DATA.parent


@pytest.fixture
def root(tmp_path: Path, syntheses: Mapping[str, Synthesis]) -> Path:
    """A project with its data and its results."""
    DataFolder.copied_to(tmp_path / "data")
    (tmp_path / "data/README.md").write_bytes((DATA / "README.md").read_bytes())
    for name in ("CITATION.cff", "LICENSE", "LICENSE-text", "requirements.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "results").mkdir()
    for key, synthesis in syntheses.items():
        (tmp_path / "results" / f"{key}.json").write_text(to_json(synthesis))
    return tmp_path


def test_without_an_address_there_is_neither_feed_nor_site_map(root: Path) -> None:
    files = site_files(root, ["index", "results/search"])
    assert "social-card.png" in files
    assert "downloads/everything.zip" in files
    assert "feed.xml" not in files
    assert "sitemap.xml" not in files


def test_with_an_address_there_are_both_and_no_other_host_is_named(root: Path) -> None:
    protocol = root / "data/protocol.yml"
    address = "https://example.org/review/"
    text = protocol.read_text(encoding="utf-8")
    assert text.count("site_url: null") == 1
    protocol.write_text(text.replace("site_url: null", f"site_url: {address}"), encoding="utf-8")
    files = site_files(root, ["index", "results/search"])
    assert f"<loc>{address}results/search.html</loc>".encode() in files["sitemap.xml"]
    assert address.encode() in files["feed.xml"]


def test_the_same_project_gives_the_same_bytes(root: Path) -> None:
    assert site_files(root, ["index"]) == site_files(root, ["index"])
