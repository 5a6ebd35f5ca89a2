"""The page of a version: one file that says what the version said, and that nothing changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis.files.problems import ReviewError
from analysis.pages.version_page import version_page
from analysis.synthesis.estimate_text import estimate_text
from analysis.versions.freezing import freeze, verify
from analysis.versions.kept_pages import keep_page, kept_pages, without_page
from analysis.versions.releases import CHECKSUM, PAGE, read_states, release_folder
from tests.evidence.folder import DATA, DataFolder

BASELINE, LAST, NEXT = "2013.11", "2026.11", "2027.01"


@pytest.fixture(scope="module")
def page() -> bytes:
    return version_page(DATA, LAST)


@pytest.fixture(scope="module")
def document(page: bytes) -> BeautifulSoup:
    return BeautifulSoup(page, "lxml")


def words(document: BeautifulSoup) -> str:
    return " ".join(document.get_text(" ").split())


def test_it_says_what_the_version_said(document: BeautifulSoup) -> None:
    said = words(document)
    for state in read_states(DATA, LAST).values():
        (place,) = document.select(f"#estimate-{state.question.slug}")
        row = place.find_parent("tr")
        assert row is not None
        if state.primary:
            assert estimate_text(state.measure, state.primary) in row.get_text()
        else:
            assert "no usable numbers" in row.get_text()
    for heading in ("The answer", "All estimates", "What changed since the 2014 review"):
        assert heading in [found.get_text() for found in document.find_all("h2")]
    assert f"version {BASELINE}" in said
    assert "Version 2026.11 of 23 November 2026, as it was released." in said
    assert "Cite as" in said and "Version 2026.11, 23 November 2026." in said
    assert "Summary of findings: headache" in said


def test_it_stands_alone_and_leads_to_the_review_as_it_is_today(
    page: bytes, document: BeautifulSoup
) -> None:
    assert len(page) <= 500_000
    assert document.find_all(["script", "img", "link", "iframe", "object"]) == []
    assert "url(" not in page.decode() and "@import" not in page.decode()
    assert [tag for tag in document.find_all(True) for name in tag.attrs if name[:2] == "on"] == []
    ids = [str(tag["id"]) for tag in document.find_all(id=True)]
    assert len(ids) == len(set(ids))
    out = set()
    for anchor in document.find_all("a", href=True):
        address = str(anchor["href"])
        if address.startswith("#"):
            assert address[1:] in ids
        elif not address.startswith("https://"):
            out.add(address)
    assert out == {"../index.html"}


def test_a_later_release_changes_no_byte_of_it(released: DataFolder) -> None:
    data = released.path
    assert without_page(data) == (BASELINE, LAST)
    first = keep_page(data, LAST, lambda: version_page(data, LAST))
    before = {path: path.read_bytes() for path in first.parent.rglob("*") if path.is_file()}
    released.edit("outcomes.csv", "gendreau-2024.disability.post.1", effect="-0.05")
    released.set_version(NEXT, "2027-01-15", trigger="a number was corrected", methods="none")
    freeze(data, NEXT)
    keep_page(data, NEXT, lambda: version_page(data, NEXT))
    assert {path: path.read_bytes() for path in before} == before
    kept = kept_pages(data)
    assert list(kept) == [LAST, NEXT] and without_page(data) == (BASELINE,)
    assert kept[LAST] == before[first] != kept[NEXT]
    assert version_page(data, LAST) == kept[LAST]
    assert b"a number was corrected" in kept[NEXT]
    with pytest.raises(ReviewError, match="a page of a version is never changed"):
        keep_page(data, LAST, lambda: b"another")
    assert kept_pages(data)[LAST] == before[first]


@pytest.fixture
def kept(released: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Data with a page of the last release, in the folder of that release."""
    monkeypatch.setattr("analysis.versions.freezing.present_states", lambda _: states)
    states = read_states(released.path, LAST)
    keep_page(released.path, LAST, lambda: b"<p>what it said</p>\n")
    return release_folder(released.path, LAST)


def test_its_checksum_is_what_other_programs_check(kept: Path) -> None:
    done = subprocess.run(["sha256sum", "--check", CHECKSUM], cwd=kept, capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("harm", ["changed", "page gone", "checksum gone"])
def test_a_page_that_is_not_what_was_kept_is_told(kept: Path, harm: str) -> None:
    data = kept.parents[1]
    assert verify(data, LAST) == ()
    match harm:
        case "changed":
            (kept / PAGE).write_bytes(b"<p>something else</p>\n")
        case "page gone":
            (kept / PAGE).unlink()
        case "checksum gone":
            (kept / CHECKSUM).unlink()
    assert verify(data, LAST) == (f"{PAGE} is not the file that was frozen",)
    assert verify(data, BASELINE)[:1] != (f"{PAGE} is not the file that was frozen",)
