"""What a page says of itself, with the site's address and without."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from analysis.book.extensions import metadata
from analysis.book.extensions.metadata import (
    SiteFacts,
    Status,
    computed,
    description,
    metatags,
    site_facts,
)
from analysis.execution.staleness import Made

ADDRESS = "https://example.org/review/"


class Head(HTMLParser):
    """The metadata of a head: meta elements by name or property, links by relation."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.meta[found.get("property") or found["name"]] = found["content"]
        else:
            self.links[found["rel"]] = found["href"]


def head(url: str | None, page: str = "results/search", body: str = "<p>One.</p>") -> Head:
    return Head("".join(metatags(SiteFacts("A review", url), page, "A &amp; B", body)))


def test_without_an_address_nothing_names_one() -> None:
    found = head(None)
    assert found.links == {}
    assert "og:url" not in found.meta
    assert found.meta["og:image"] == "../social-card.png"
    assert head(None, "index").meta["og:image"] == "social-card.png"


def test_with_an_address_each_page_has_its_own() -> None:
    found = head(ADDRESS)
    assert found.links["canonical"] == found.meta["og:url"] == f"{ADDRESS}results/search.html"
    assert found.links["alternate"] == f"{ADDRESS}feed.xml"
    assert found.meta["og:image"] == f"{ADDRESS}social-card.png"
    assert head(ADDRESS, "index").links["canonical"] == ADDRESS


def test_the_title_is_text_and_the_description_the_first_paragraph() -> None:
    found = head(
        None, body='<h1>A</h1><p class="x"> </p><p><b>Less</b> pain:\n a &lt; b.</p><p>Two.</p>'
    )
    assert found.meta["og:title"] == "A & B"
    assert found.meta["og:description"] == found.meta["description"] == "Less pain: a < b."


def test_a_page_without_text_has_no_empty_description() -> None:
    assert "description" not in head(None, body="<h1>A</h1>").meta


def test_hostile_text_stays_within_its_attribute() -> None:
    body = "<p>&quot;/&gt;&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    markup = "".join(metatags(SiteFacts('"><script>', None), "index", "", body))
    assert "<script" not in markup
    assert Head(markup).meta["og:site_name"] == '"><script>'


def test_a_long_paragraph_is_cut_at_a_word() -> None:
    said = description(f"<p>{'longish ' * 60}</p>")
    assert len(said) <= 200
    assert said.endswith("longish…")


def test_an_executed_page_says_by_which_code_and_how_fast() -> None:
    def made(**inputs: str) -> Made:
        return Made(inputs, {"chapters/results/search.ipynb": "5"}, seconds=0.71)

    before = made(**{"data/outcomes.csv": "1", "analysis/protocol.py": "2"})
    said = computed({"results.search": before}, "results/search")
    assert said is not None and said.seconds == 0.7
    assert computed({"results.search": before}, "about/background") is None
    other_data = made(**{"data/outcomes.csv": "3", "analysis/protocol.py": "2"})
    other_code = made(**{"data/outcomes.csv": "1", "analysis/protocol.py": "4"})
    assert computed({"results.search": other_data}, "results/search") == said
    assert computed({"results.search": other_code}, "results/search") != said


@pytest.mark.parametrize(
    ("values", "expected"),
    [({}, SiteFacts("", None)),
     ({"protocol": {"title": "T", "site_url": None}}, SiteFacts("T", None)),
     ({"protocol": {"title": "T", "site_url": ADDRESS}}, SiteFacts("T", ADDRESS)),
     ({"status": {"version": "V", "search": "S", "overdue": True}},
      SiteFacts("", None, Status("V", "S", True))),
     ({"menu": {"not_pooled": ["a", "b"]}}, SiteFacts("", None, not_pooled=("a", "b")))],
)  # fmt: skip
def test_the_facts_come_from_protocol_and_results(
    values: dict[str, object], expected: SiteFacts
) -> None:
    assert site_facts(values) == expected


def test_what_was_executed_since_the_book_began_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a page is shown ahead by who has shown another before."""
    heard: dict[str, Callable[..., Any]] = {}
    app: Any = SimpleNamespace(
        connect=heard.__setitem__, srcdir=tmp_path / "chapters", env=SimpleNamespace()
    )
    metadata.setup(app)
    told = []
    for seconds in (1.0, 2.0):
        made = Made({}, {"chapters/page.ipynb": "5"}, seconds)
        monkeypatch.setattr(metadata, "read_record", lambda _project, made=made: {"page": made})
        context: dict[str, Any] = {}
        heard["write-started"](app, None)
        heard["html-page-context"](app, "page", "page.html", context, None)
        told.append(context["computed"].seconds)
    assert told == [1.0, 2.0]
