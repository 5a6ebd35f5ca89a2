"""What the pages point at exists: each place of the checklists, each term, each download."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from bs4 import BeautifulSoup

from analysis.evidence.rows import Evidence
from analysis.synthesis.question_result import Synthesis
from tests.site.conftest import Built
from tests.site.reading import Documents, article

ID = re.compile(r"""\bid="([^"]+)\"""")
FIGURES = "figures/"  # below the downloads
DOWNLOAD = re.compile(r"""href="(?:\.\./)?downloads/([^"]+)\"""")


# What stands at the places of an item, if they report what it asks for.
SHOWN: Mapping[str, Mapping[str, str]] = {
    "PRISMA 2020": {
        "1": "systematic review", "2": "Internet therapy", "3": "review",
        "4": "To assess whether", "5": "We include .* grouped by condition",
        "6": "CENTRAL, MEDLINE, EMBASE and PsycINFO .* registries", "7": "randomi[sz]ed",
        "8": "second reader", "9": "who extracted a row", "10a": "primary outcomes are",
        "10b": "Blank means", "11": "RoB 2", "12": "standardised mean difference",
        "13a": "The code counts", "13b": "standard deviation by the arithmetic",
        "13c": "forest plot", "13d": "REML .* PyMARE", "13e": "characteristics are named",
        "13f": "repeats its analysis", "14": "funnel plot .* missing", "15": "GRADE",
        "16a": "Flow of studies", "16b": "Excluded trials", "17": "Diagnosis Country",
        "18": "have judgements", "19": "Participants SMD", "20a": "Forest plot",
        "20b": "τ² is", "20c": "between trials", "20d": "Every variant",
        "21": "Evidence map", "22": "Certainty", "23a": "as published", "23b": "may lack trials",
        "23c": "searches", "24a": "Registration", "24b": "protocol.yml",
        "24c": "What is different", "25": "Funding", "26": "interests", "27": "codebook",
    },
    "PRISMA-LSR": {
        "1": "living systematic review", "2": "preceding version", "3": "living review",
        "4": "objectives are new", "5": "every 12 months", "6": "Any of these leads",
        "7": "leaves living mode", "8": "What is different", "9": "version",
        "10": "Flow of studies", "11": "version", "12": "Repeated looks",
        "13": "next search due", "14": "full version", "15": "authors",
    },
}  # fmt: skip


def section(built: Built, place: str) -> str:
    """The text of a page, or of the section that an anchor begins."""
    document, _, anchor = place.partition("#")
    page = BeautifulSoup((built.site / f"{document}.html").read_text("utf-8"), "html.parser")
    found = page.find(id=anchor) if anchor else article(page)
    if anchor and found and found.name != "section":
        found = found.find_parent("section")
    return " ".join(found.get_text(" ").split()) if found else ""


def test_every_item_of_the_checklists_is_shown_at_its_places(
    built: Built, living: Evidence
) -> None:
    placed = {(i.checklist, i.item): i.places for i in living.checklists if i.places}
    expected = {(name, item) for name, items in SHOWN.items() for item in items}
    assert placed.keys() == expected
    for (name, item), places in placed.items():
        text = " ".join(section(built, place) for place in places)
        assert re.search(SHOWN[name][item], text, re.IGNORECASE), f"{name} {item}: {places}"


def ids(built: Built, document: str) -> set[str]:
    page = built.site / f"{document}.html"
    assert page.is_file(), f"{document} is not in the site"
    return set(ID.findall(page.read_text(encoding="utf-8")))


def test_every_place_of_the_checklists_is_in_the_site(built: Built, living: Evidence) -> None:
    places = [place for item in living.checklists for place in item.places]
    for place in places:
        document, _, anchor = place.partition("#")
        found = ids(built, document)
        assert not anchor or anchor in found, f"{place}: the page has no such anchor"


def test_every_page_links_a_term_of_the_glossary_where_it_uses_one(
    built: Built, documents: Documents, answers: Mapping[str, Synthesis]
) -> None:
    """The first use, and in prose; a page's own link to the term will do."""
    anchors = {name for name in ids(built, "about/glossary") if name.startswith("term-")}
    linked = {
        page: [
            str(a["href"]).partition("#")[2]
            for a in article(document).select('a.term[href*="glossary.html#term-"]')
        ]
        for page, document in documents.items()
        if (built.site / page) in built.pages
    }
    for page, names in linked.items():
        assert len(names) == len(set(names)) and set(names) <= anchors, page
    estimated = [s.question.slug for s in answers.values() if s.primary is not None]
    for page, expected in {
        **{f"effects/{slug}.html": {"term-confidence-interval"} for slug in estimated},
        "methods/differences.html": {"term-REML", "term-Hartung-Knapp"},
    }.items():
        assert expected <= set(linked[page]), (page, linked[page])


def test_every_file_that_is_offered_is_there_and_no_other(built: Built) -> None:
    folder = built.site / "downloads"
    held = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    offered = set(DOWNLOAD.findall((built.site / "living/downloads.html").read_text("utf-8")))
    # The numbers of each figure are offered beneath it.
    assert offered == {name for name in held if name in offered or not name.startswith(FIGURES)}
    linked = {
        name for page in built.pages for name in DOWNLOAD.findall(page.read_text(encoding="utf-8"))
    }
    assert linked == held


@pytest.mark.parametrize("file", ["feed.xml", "sitemap.xml"])
def test_what_needs_an_address_is_made_where_there_is_one(
    built: Built, living: Evidence, file: str
) -> None:
    published = living.protocol.site_url is not None
    assert (built.site / file).exists() == published
    front = (built.site / "index.html").read_text(encoding="utf-8")
    assert ('rel="canonical"' in front) == published


def test_the_card_is_there_and_small(built: Built) -> None:
    card = built.site / "social-card.png"
    assert 1_000 < card.stat().st_size < 100_000
    for page in built.pages:
        up = "../" * (len(page.relative_to(built.site).parts) - 1)
        assert f'content="{up}social-card.png"' in page.read_text(encoding="utf-8"), page.name
