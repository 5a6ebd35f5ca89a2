"""What pages say to programs: rdflib reads it, its terms are schema.org's, nothing is made up."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser

import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import SDO

from analysis.book.linked_data import Described, described, machine_tags

ADDRESS = "https://example.org/review/"
NOBODY = Described(
    title="Tea for two: a living review",
    abstract="What tea does.",
    keywords=("tea",),
    licence="https://spdx.org/licenses/CC-BY-4.0.html",
    version="draft",
    released="",
    authors=(),
    contact="",
    offers=(("effects/tea", (("results/tea.json", "application/json"),)),),
)
STATED = dataclasses.replace(
    NOBODY,
    version="2026.11",
    released="2026-11-23",
    authors=(("A. Person", "0000-0002-1825-0097"), ("B. Person", "")),
)
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
REVIEW, DATA = URIRef(f"{ADDRESS}index.html#review"), URIRef(f"{ADDRESS}index.html#data")


class Tags(HTMLParser):
    """The citation tags and the links of a head, in their order."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.cited: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.cited.append((found["name"].removeprefix("citation_"), found["content"]))
        if tag == "link":
            self.links.append((found["rel"], found["href"]))


def head(review: Described, url: str | None, page: str = "effects/tea", title: str = "Tea") -> str:
    return "".join(machine_tags(review, url, page, title, "Tea may help."))


def graph(markup: str, base: str) -> Graph:
    """The statements; schema.org is not asked for its context, which says no more than this."""
    said = json.loads(BLOCK.findall(markup)[0])
    assert said.pop("@context") == "https://schema.org"
    read = Graph()
    context = {"@context": {"@vocab": str(SDO)}}
    read.parse(data=json.dumps(said | context), format="json-ld", publicID=base)
    return read


# rdflib's own parser of JSON-LD begins with a graph that rdflib is about to give up.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("review", [NOBODY, STATED], ids=["nobody", "stated"])
@pytest.mark.parametrize("url", [None, ADDRESS])
def test_a_page_is_part_of_the_article_which_rests_on_the_data(
    review: Described, url: str | None
) -> None:
    page = URIRef(f"{ADDRESS}effects/tea.html")
    read = graph(head(review, url), str(page))
    assert (REVIEW, RDF.type, SDO.ScholarlyArticle) in read
    assert (DATA, RDF.type, SDO.Dataset) in read
    assert (REVIEW, SDO.isBasedOn, DATA) in read
    assert (page, SDO.isPartOf, REVIEW) in read
    assert len([*read.objects(DATA, SDO.distribution)]) == 3
    names = sorted(str(read.value(person, SDO.name)) for person in read.objects(REVIEW, SDO.author))
    assert names == [name for name, _ in review.authors]
    assert (read.value(REVIEW, SDO.datePublished) is None) == (review is NOBODY)
    used = {*read.predicates(unique=True), *read.objects(None, RDF.type)} - {RDF.type}
    assert [term for term in used if term not in SDO] == []


def test_a_citation_names_what_is_stated() -> None:
    assert Tags(head(NOBODY, None)).cited == [
        ("title", "Tea"), ("inbook_title", NOBODY.title), ("language", "en")
    ]  # fmt: skip
    assert Tags(head(STATED, ADDRESS, "index", "")).cited == [
        ("title", STATED.title), ("author", "A. Person"), ("author", "B. Person"),
        ("publication_date", "2026/11/23"), ("public_url", ADDRESS), ("language", "en"),
    ]  # fmt: skip


def test_links_lead_to_the_same_for_programs() -> None:
    about = ["downloads/ro-crate-metadata.json", "downloads/datapackage.json"]
    everywhere = [("describedby", path) for path in about]
    assert Tags(head(NOBODY, None, "index", "")).links == everywhere
    assert Tags(head(NOBODY, ADDRESS)).links == [
        ("alternate", f"{ADDRESS}downloads/results/tea.json"),
        *(("describedby", f"{ADDRESS}{path}") for path in about),
    ]


def test_text_from_data_ends_no_element_and_no_attribute() -> None:
    hostile = dataclasses.replace(NOBODY, title='</script><script>"', abstract="<!-- <script>")
    markup = head(hostile, None, title='"><script>')
    assert markup.count("<script") == markup.count("</script>") == 1
    (data,) = BLOCK.findall(markup)
    assert "<" not in data
    assert json.loads(data)["@graph"][1]["name"] == hostile.title


def test_what_pages_hand_over_comes_back() -> None:
    said = json.loads(json.dumps(dataclasses.asdict(STATED)))
    said["offers"] = {page: dict(files) for page, files in STATED.offers}
    assert described(said) == STATED
    assert described(None) is None
