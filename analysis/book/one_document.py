"""All pages of the built site as one document for paper, with a title page and a list of pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath
from urllib.parse import unquote, urlsplit

from lxml import html
from lxml.html import HtmlElement
from lxml.html.builder import CLASS, E

from analysis.book.documents import Contents, Document

STYLES = Path(__file__).with_name("printed_book.css")
# What a screen needs and paper does not.
TAGS_OF_SCREENS = frozenset({"script", "noscript", "button", "nav", "form"})
CLASSES_OF_SCREENS = frozenset(
    {"headerlink", "table-tools", "prev-next-footer", "own-analysis", "figure-offers",
     "narrow-figures", "report-error"}
)  # fmt: skip
# The ids of details that list the fields of files.
ONLY_PROGRAMS = "schema-"
HEADING = re.compile(r"h[1-5]")
# Where ids are named besides addresses.
REFERENCES = ("aria-labelledby", "aria-describedby", "for")


@dataclass(frozen=True)
class TitlePage:
    """What stands on the first page, and at the foot of all others."""

    title: str
    edition: str
    short_title: str
    site_url: str | None


@dataclass(frozen=True)
class PrintedPage:
    """A page of the site in the document: `anchor` is where the list of pages leads."""

    anchor: str
    title: str


@dataclass(frozen=True)
class OneDocument:
    """The pages in the order of the menu, those of a part below its caption."""

    first: TitlePage
    styles: tuple[str, ...]
    parts: Mapping[str, tuple[PrintedPage, ...]]
    body: tuple[HtmlElement, ...]

    @property
    def pages(self) -> tuple[PrintedPage, ...]:
        return tuple(page for part in self.parts.values() for page in part)

    def markup(self, numbers: Mapping[str, int]) -> str:
        """The document; `numbers` are the sheets on which anchors stand, 0 where not known yet."""
        body = E.body(_title_page(self.first), self._list_of_pages(numbers), *self.body)
        links = [E.link(rel="stylesheet", href=address) for address in self.styles]
        foot = f'"{_quoted(self.first.short_title)}. {_quoted(self.first.edition)}"'
        style = E.style(f":root {{ --foot: {foot}; }}\n{STYLES.read_text(encoding='utf-8')}")
        head = E.head(E.meta(charset="utf-8"), E.title(self.first.title), *links, style)
        whole = E.html(head, body, {"lang": "en", "data-theme": "light", "data-mode": "light"})
        return "<!DOCTYPE html>\n" + html.tostring(whole, encoding="unicode")

    def _list_of_pages(self, numbers: Mapping[str, int]) -> HtmlElement:
        listed: list[HtmlElement] = [E.h1("Contents")]
        for caption, pages in self.parts.items():
            if caption:
                listed.append(E.p(CLASS("part"), caption))
            entries = [
                E.li(
                    E.a(
                        E.span(CLASS("title"), page.title),
                        E.span(CLASS("sheet"), str(numbers.get(page.anchor, 0))),
                        href=f"#{page.anchor}",
                    )
                )
                for page in pages
            ]
            listed.append(E.ol(*entries))
        return E.section(CLASS("list-of-pages"), *listed)


def one_document(site: Path, contents: Contents, first: TitlePage) -> OneDocument:
    """Read the built site; OSError where a page of the contents is not in it."""
    read = {document.name: _article(site, document) for document in contents.documents}
    anchors = {name: _anchor(name) for name in read}
    for name, article in read.items():
        _Links(site, name, anchors, first.site_url).turn(article)
    front = contents.front
    parts = {"": (front,), **{part.caption: part.documents for part in contents.parts}}
    body: list[HtmlElement] = []
    listed: dict[str, tuple[PrintedPage, ...]] = {}
    for caption, documents in parts.items():
        shown = []
        for document in documents:
            article = read[document.name]
            anchor, opens = anchors[document.name], document is documents[0]
            shown.append(PrintedPage(anchor, document.title or _title(article)))
            body.append(_section(article, anchor, caption if opens else ""))
        listed[caption] = tuple(shown)
    return OneDocument(first, _styles(site, front), listed, tuple(body))


def _article(site: Path, document: Document) -> HtmlElement:
    """What a page says, without what only a screen needs; details are open."""
    page = html.fromstring((site / f"{document.name}.html").read_bytes())
    article = page.find(".//article")
    for element in list(article.iter("*")):
        if element.tag in TAGS_OF_SCREENS or CLASSES_OF_SCREENS & {*element.classes}:
            element.drop_tree()
    for details in article.iter("details"):
        if not details.get("id", "").startswith(ONLY_PROGRAMS):
            details.set("open", "")
    return article


def _title(article: HtmlElement) -> str:
    return " ".join(article.find(".//h1").text_content().split())


def _styles(site: Path, front: Document) -> tuple[str, ...]:
    """The addresses of the style sheets that pages have."""
    page = html.fromstring((site / f"{front.name}.html").read_bytes())
    links = (link for link in page.iter("link") if link.get("rel") == "stylesheet")
    named = [link.get("href").partition("?")[0] for link in links]
    return tuple((site / name).as_uri() for name in named)


def _anchor(name: str) -> str:
    return f"page-{name.replace('/', '-')}"


def _section(article: HtmlElement, anchor: str, caption: str) -> HtmlElement:
    """A page on sheets of its own, its headings a level below that of its part."""
    for heading in [e for e in article.iter() if isinstance(e.tag, str)]:
        if HEADING.fullmatch(heading.tag):
            heading.tag = f"h{int(heading.tag[1]) + 1}"
    opened = [E.h1(CLASS("part"), caption)] if caption else []
    return E.section(CLASS("page"), {"id": anchor}, *opened, article)


@dataclass(frozen=True)
class _Links:
    """Where the links of a page lead on paper.

    To another page of the book within the document, to a file beside the site's pages where the
    site is published, if that is known; else a link is mere text.
    """

    site: Path
    name: str
    anchors: Mapping[str, str]
    site_url: str | None

    def turn(self, article: HtmlElement) -> None:
        for element in list(self._of_html(article)):
            if "id" in element.attrib:
                element.set("id", self._own(element.get("id")))
            for name in REFERENCES:
                if name in element.attrib:
                    element.set(name, " ".join(map(self._own, element.get(name).split())))
            if element.tag == "a" and "href" in element.attrib:
                self._lead(element)
            if element.tag == "img":
                element.set("src", (self.site / self._path(element.get("src"))).as_uri())

    def _of_html(self, element: HtmlElement) -> Iterator[HtmlElement]:
        """An element and those in it, but for drawings, whose ids are their own."""
        if isinstance(element.tag, str):
            yield element
            if element.tag != "svg":
                for child in element:
                    yield from self._of_html(child)

    def _own(self, id: str, name: str | None = None) -> str:
        return f"{self.anchors[name or self.name]}--{id}"

    def _path(self, address: str) -> str:
        """An address of the page, from the site's root."""
        return normpath(join(Path(self.name).parent.as_posix(), unquote(address)))

    def _lead(self, link: HtmlElement) -> None:
        address = urlsplit(link.get("href"))
        if address.scheme or address.netloc:
            return
        if not address.path:
            link.set("href", f"#{self._own(unquote(address.fragment))}")
            return
        path = self._path(address.path)
        page = path.removesuffix(".html")
        if path.endswith(".html") and page in self.anchors:
            into = self._own(unquote(address.fragment), page) if address.fragment else ""
            link.set("href", f"#{into or self.anchors[page]}")
        elif self.site_url:
            link.set("href", f"{self.site_url.rstrip('/')}/{path}")
        else:
            link.drop_tag()


def _title_page(first: TitlePage) -> HtmlElement:
    said = [E.p(CLASS("edition"), first.edition)]
    if first.site_url:
        said.append(E.p(E.a(first.site_url, href=first.site_url)))
    # Not a heading: the outline begins with what is in the list of pages.
    return E.section(CLASS("title-page"), E.p(CLASS("title"), first.title), *said)


def _quoted(text: str) -> str:
    """Text within a string of CSS."""
    return re.sub(r'["\\\n<]', lambda found: f"\\{ord(found[0]):x} ", text)
