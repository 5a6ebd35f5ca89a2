"""The pages of versions in the site: two clicks away, each alone, and none of them heavy."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from itertools import combinations

import pytest
from bs4 import BeautifulSoup

from analysis.evidence.rows import Evidence
from analysis.versions.kept_pages import kept_pages
from analysis.versions.releases import releases
from tests.site.conftest import Built
from tests.site.reading import Documents

MENU = "living/versions.html"
HEAVIEST, LARGEST = 500_000, 20_000


@pytest.fixture(scope="module")
def alone(built: Built) -> dict[str, BeautifulSoup]:
    """The pages that stand alone, by their place in the site."""
    return {
        path.relative_to(built.site).as_posix(): BeautifulSoup(path.read_bytes(), "html.parser")
        for path in built.standing_alone
    }


def targets(page: str, document: BeautifulSoup) -> Iterator[str]:
    """Where the links of a page lead within the site."""
    for anchor in document.find_all("a", href=True):
        address = str(anchor["href"]).partition("#")[0]
        if address and "//" not in address:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(page), address))


def test_any_two_versions_are_two_clicks_from_any_page(built: Built, documents: Documents) -> None:
    for page, document in documents.items():
        assert page == MENU or MENU in targets(page, document), page
    offered = set(targets(MENU, documents[MENU]))
    names = [release.name for release in releases(built.root / "data")]
    assert {f"versions/{a}-to-{b}.html" for a, b in combinations(names, 2)} <= offered


def test_every_page_of_a_version_is_as_it_was_kept(built: Built, documents: Documents) -> None:
    kept = kept_pages(built.root / "data")
    offered = set(targets(MENU, documents[MENU]))
    for name, page in kept.items():
        assert (built.site / f"versions/{name}.html").read_bytes() == page
        assert f"versions/{name}.html" in offered
    without = [r for r in releases(built.root / "data") if r.name not in kept]
    said = documents[MENU].get_text()
    assert ("no page of their own" in said) == bool(without)


def test_they_ask_for_nothing_and_their_links_lead_somewhere(
    built: Built, alone: dict[str, BeautifulSoup]
) -> None:
    assert alone
    for page, document in alone.items():
        assert document.find_all(["script", "img", "link", "iframe", "object"]) == [], page
        (policy,) = document.select('meta[http-equiv="Content-Security-Policy"]')
        assert str(policy["content"]).startswith("default-src 'none'"), page
        ids = [str(tag["id"]) for tag in document.find_all(id=True)]
        assert len(ids) == len(set(ids)), page
        assert [h.get_text() != "" for h in document.find_all("h1")] == [True], page
        for target in targets(page, document):
            assert (built.site / target).is_file(), (page, target)
        inner = {str(a["href"])[1:] for a in document.select('a[href^="#"]')}
        assert inner <= set(ids), page


def test_each_is_light_and_so_is_its_json(built: Built) -> None:
    for page in built.standing_alone:
        assert page.stat().st_size <= HEAVIEST, page.name
    comparisons = sorted((built.site / "versions").glob("*.json"))
    assert len(comparisons) == len([p for p in built.standing_alone if "-to-" in p.name])
    for path in comparisons:
        assert path.stat().st_size <= LARGEST, path.name
        assert json.loads(path.read_text("utf-8"))["changed"] is not None


def test_a_comparison_has_before_above_after_for_what_moved(
    built: Built, alone: dict[str, BeautifulSoup], living: Evidence
) -> None:
    for page, document in alone.items():
        if "-to-" not in page:
            continue
        told = json.loads((built.site / page.replace(".html", ".json")).read_text("utf-8"))
        pictured = {
            str(section.find(["h3", "h4"])["id"]): section
            for section in document.select(".question")
        }
        slugs = {question.key: question.slug for question in living.protocol.questions}
        moved = {slugs[each["question"]] for each in told["changed"] if each["moved"]}
        assert moved <= set(pictured), page
        for slug, section in pictured.items():
            strips = section.select("svg.forest-strip")
            assert 2 <= len(strips) <= 3, (page, slug)
            assert all(strip.title and strip.title.string for strip in strips), (page, slug)
