"""Markup made from data: every character of it is text, links lead where they may."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.pages.html import (
    LABELLED_CARDS,
    Html,
    doi_link,
    element,
    items,
    join,
    link,
    paragraph,
    table,
    terms,
    text,
)

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    "</td></tr></table><script src=//evil.example></script>",
    "<!-- comment",
    "]]> <![CDATA[",
    "&lt;b&gt; &amp; &copy; &#60;",
    "<svg/onload=alert(1)>",
    "{include} /etc/passwd",
    "```{raw} html\n<b>x</b>\n```",
    "{{ 7 * 7 }} $x^2$ `a`",
    "%load_ext x",
    "\u202egnp.exe",
)


def tree(markup: str) -> ElementTree.Element:
    """The parsed markup; a ParseError fails the test."""
    return ElementTree.fromstring(f"<body>{markup}</body>")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_stays_text_wherever_it_stands(hostile: str) -> None:
    made = [
        text(hostile),
        join([hostile, element("b", hostile)]),
        element("p", hostile, title=hostile),
        link(hostile, "https://example.org/"),
        paragraph(hostile, class_=hostile),
        items([hostile]),
        terms({hostile: hostile}),
        table([{hostile: hostile}], hostile),
        table([{"a": 1, hostile: hostile}], hostile, class_=LABELLED_CARDS),
    ]
    for markup in made:
        root = tree(markup)
        assert hostile in "".join(root.itertext())
        tags = {node.tag for node in root.iter()}
        assert tags <= {"body", "b", "p", "a", "ul", "li", "dl", "dt", "dd", "div", "table",
                        "caption", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
        names = {name for node in root.iter() for name in node.attrib}
        assert names <= {"title", "href", "class", "tabindex", "role", "aria-label", "scope",
                         "data-label"}  # fmt: skip


@given(content=st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"])))
def test_any_text_comes_back_from_the_parser_unchanged(content: str) -> None:
    seen: list[str] = []
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            seen.append(data)

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            seen.extend(value or "" for _, value in attrs)

    reader = Reader(convert_charrefs=True)
    reader.feed(element("p", content, title=content))
    reader.close()
    assert tags == ["p"]
    assert "".join(seen) == (content * 2 if content else "–")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd",
        "//evil.example/x", "\\\\evil.example", "mailto:a@b", "ftp://a/b", "/etc/passwd", "",
        "a b.html", "x.html?y", "jav&#x61;script:alert(1)", "httpss://a", "https:/a", "https:a",
    ],
)  # fmt: skip
def test_an_address_that_leads_elsewhere_is_no_link(address: str) -> None:
    assert link("label", address) == "label"


@pytest.mark.parametrize(
    ("address", "href"),
    [
        ("https://doi.org/10.1016/j.pain.2013.03.005", "https://doi.org/10.1016/j.pain.2013.03.005"),
        ("http://a.example/b?c=d&e=f#g", "http://a.example/b?c=d&e=f#g"),
        ("../results/included-trials.html#lin-2017", "../results/included-trials.html#lin-2017"),
        ("#lin-2017", "#lin-2017"),
        ("effects/headache-pain-post.html", "effects/headache-pain-post.html"),
        ('https://a.example/" onclick="x', "https://a.example/%22%20onclick=%22x"),
        ("https://a.example/<b>'", "https://a.example/%3Cb%3E%27"),
        ("https://a.example/%20x", "https://a.example/%20x"),
        ("https://a.example/é", "https://a.example/%C3%A9"),
    ],
)  # fmt: skip
def test_an_address_of_the_web_or_the_book_is_a_link(address: str, href: str) -> None:
    (anchor,) = tree(link("label", address)).findall("a")
    assert (anchor.get("href"), anchor.text) == (href, "label")


def test_a_doi_leads_to_its_resolver() -> None:
    (anchor,) = tree(doi_link("10.1093/pm/pnz208")).findall("a")
    assert (anchor.get("href"), anchor.text) == (
        "https://doi.org/10.1093/pm/pnz208", "10.1093/pm/pnz208")  # fmt: skip
    assert doi_link("") == "–"


@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_nothing_is_a_dash(nothing: object) -> None:
    assert text(nothing) == "–"
    assert text(0) == "0"


def test_a_part_of_a_paragraph_with_nothing_to_say_is_no_dash() -> None:
    assert paragraph("One.", "", " Two.") == "<p>One. Two.</p>"


def test_a_row_without_a_value_for_a_column_shows_a_dash_not_nan() -> None:
    rows = [{"Trial": "A", "Selection": "low"}, {"Trial": "B", "Other": "high"}]
    assert "nan" not in table(rows, "Judgements")


def test_markup_is_not_escaped_twice() -> None:
    inner = element("em", "a & b")
    assert element("p", inner) == "<p><em>a &amp; b</em></p>"
    assert text(Html("<b>x</b>")) == "<b>x</b>"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_that_meets_markup_without_these_functions_stays_text(hostile: str) -> None:
    for markup in (
        element("p") + hostile,
        hostile + element("p"),
        Html("<b>{}</b>").format(hostile),
    ):
        assert hostile in "".join(tree(markup).itertext())


def test_a_table_has_caption_headers_and_a_heading_for_each_row() -> None:
    rows = [{"Trial": "A", "k": "1"}, {"Trial": "B", "k": "2"}]
    root = tree(table(rows, "Two trials", numbers=("k",)))
    assert root.findtext(".//caption") == "Two trials"
    assert [(th.get("scope"), th.text) for th in root.findall(".//thead//th")] == [
        ("col", "Trial"), ("col", "k")]  # fmt: skip
    assert [(th.get("scope"), th.text) for th in root.findall(".//tbody//th")] == [
        ("row", "A"), ("row", "B")]  # fmt: skip
    assert all(td.get("class") == "number" for td in root.findall(".//td"))
    region = root.find("div")
    assert region is not None
    assert (region.get("role"), region.get("tabindex"), region.get("aria-label")) == (
        "region", "0", "Two trials")  # fmt: skip


def test_a_cell_of_a_labelled_card_names_its_column() -> None:
    rows = [{"Trial": "A", "k": "1", "n": "9"}]
    cells = tree(table(rows, "A trial", class_=LABELLED_CARDS)).findall(".//td")
    assert [(td.get("data-label"), td.text) for td in cells] == [("k", "1"), ("n", "9")]
    assert all(td.get("data-label") is None for td in tree(table(rows, "-")).findall(".//td"))


def test_an_empty_table_says_that_there_is_nothing() -> None:
    assert table([], "Rows set aside") == "<p>Rows set aside: none.</p>"
