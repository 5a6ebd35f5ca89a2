"""What the site's search looks through: the text of every page, section by section.

The built pages are read, so that it is what a reader sees: of a table the cells with words, of
a figure nothing. A text that several pages share is found on the first of them; a cell that
stands in many tables is found once.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter

from analysis.book.markup_text import text_of
from analysis.files.digests import digest
from analysis.files.remembered import recall, remember

INDEX = "search-index.js"
# The section of the glossary that says which words are searched as one.
OTHER_WORDS = "other-words"
BETWEEN_CELLS = " · "
_TERM = "term-"  # what Sphinx begins the anchors of a glossary's terms with

_ARTICLE = re.compile(r"<article\b.*?</article>", re.DOTALL)
_UNSAID = re.compile(
    r"<(svg|pre|nav|math|script|style|select|button|noscript)\b.*?</\1>|<!--.*?-->"
    r'|<a class="headerlink".*?</a>|<(p|div) class="(?:computed|status-line)".*?</\2>',
    re.DOTALL,
)
_TAG = re.compile(r"<(/?)(\w+)([^>]*)>")
_ID = re.compile(r'\bid="([^"]*)"')
_WORDED = re.compile(r"[^\W\d_]{3}")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_CELLS = frozenset({"td", "th"})
_BLOCKS = _CELLS | _HEADINGS | frozenset(
    {"section", "p", "li", "dt", "dd", "div", "tr", "table", "caption", "figcaption", "summary",
     "details", "ul", "ol", "dl", "article", "br", "small"}
)  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A heading, its anchor (empty at a page's beginning), and the texts below it.

    The terms of a glossary are headings too.
    """

    anchor: str
    heading: str
    texts: list[str] = field(default_factory=list)


def sections_of(page: str) -> list[Section]:
    """The sections of a page's HTML, in order; one without a heading opens the page."""
    found = _ARTICLE.search(page)
    reading = _Reading()
    if found:
        body = _UNSAID.sub(" ", found[0])
        end = 0
        for tag in _TAG.finditer(body):
            reading.text(body[end : tag.start()])
            reading.tag(tag[2].lower(), closing=bool(tag[1]), attributes=tag[3])
            end = tag.end()
    return reading.sections


def _id_in(attributes: str) -> str:
    found = _ID.search(attributes)
    return html.unescape(found[1]) if found else ""


class _Reading:
    """One page as it is read from tag to tag."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._anchors: list[str] = []  # of the open <section> elements
        self._said: list[str] = []
        self._cells: list[str] | None = None
        self._heading = False
        self._id = ""  # of a glossary's open <dt>

    def text(self, markup: str) -> None:
        self._said.append(markup)

    def tag(self, name: str, *, closing: bool, attributes: str) -> None:
        if name not in _BLOCKS:
            return
        said = " ".join(html.unescape("".join(self._said)).split())
        self._said.clear()
        if self._heading and closing and name in _HEADINGS:
            self._heading = False
            first = not self.sections or not self.sections[0].heading
            self.sections.append(Section("" if first else self._anchor(), said))
        elif closing and name == "dt":
            self._term(said)
        elif said:
            self._keep(said)
        if name in _HEADINGS and not closing:
            self._heading = True
        elif name == "dt" and not closing:
            self._id = _id_in(attributes)
        elif name == "section":
            self._nest(closing, attributes)
        elif name == "tr":
            self._row(closing)

    def _anchor(self) -> str:
        return self._anchors[-1] if self._anchors else ""

    def _nest(self, closing: bool, attributes: str) -> None:
        if closing:
            self._anchors = self._anchors[:-1]
        else:
            self._anchors.append(_id_in(attributes) or self._anchor())

    def _term(self, said: str) -> None:
        """A term that can be linked to; names of one thing have one section."""
        former = self.sections[-1] if self.sections else Section("", "")
        if not self._id:
            self._keep(said)
        elif former.anchor.startswith(_TERM) and not former.texts:
            self.sections[-1] = Section(former.anchor, f"{former.heading}, {said}")
        else:
            self.sections.append(Section(self._id, said))

    def _row(self, closing: bool) -> None:
        if closing and self._cells:
            cells, self._cells = self._cells, None
            self._keep(BETWEEN_CELLS.join(cells))
        self._cells = None if closing else []

    def _keep(self, said: str) -> None:
        if self._cells is not None:
            if _WORDED.search(said):
                self._cells.append(said)
            return
        if not self.sections:
            self.sections.append(Section("", ""))
        self.sections[-1].texts.append(said)


@dataclass
class KnownSections:
    """The sections of pages that were read before, by the digest of a page's HTML.

    Two thirds of a book's pages are as they were when another changed. Those that were asked
    for are written down again, in a file that goes when the code that reads pages is another.
    """

    file: Path
    asked_for: dict[str, list[Section]] = field(default_factory=dict)

    def of(self, page: str) -> list[Section]:
        key = digest(page)
        if key not in self.asked_for:
            self.asked_for[key] = self._known.get(key) or sections_of(page)
        return self.asked_for[key]

    @cached_property
    def _known(self) -> dict[str, list[Section]]:
        return recall(self.file, _SECTIONS) or {}

    def remember(self) -> None:
        remember(self.file, _SECTIONS.dump_json(self.asked_for).decode())


_SECTIONS = TypeAdapter(dict[str, list[Section]])


@dataclass(frozen=True)
class SearchedPage:
    """A page to be searched: `weight` is how far it comes before others that say the same."""

    document: str
    title: str
    weight: float
    sections: tuple[Section, ...]


def index_script(pages: Iterable[SearchedPage], synonyms: Iterable[tuple[str, ...]]) -> str:
    """The script that brings the index to a browser, also from a folder, where none may fetch.

    Compressed: the texts of a book are larger than all else that a page loads.
    """
    index = {"pages": list(_listed(pages)), "synonyms": [list(names) for names in synonyms]}
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")
    return f'var searchIndex = "{packed}";\n'


def _listed(pages: Iterable[SearchedPage]) -> Iterator[list[object]]:
    """Each page with what it is the first to say."""
    known: set[str] = set()
    for page in pages:
        sections = []
        for section in page.sections:
            texts = [text for said in section.texts if (text := _first_said(said, known))]
            sections.append([section.anchor, section.heading, *texts])
        yield [page.document, page.title, page.weight, *sections]


def _first_said(said: str, known: set[str]) -> str:
    """A text that was not said before; of a row all of it, if anything in it is new."""
    parts = said.split(BETWEEN_CELLS)
    if known.issuperset(parts):
        return ""
    known.update(parts)
    return said


def synonyms_of(glossary: str) -> list[tuple[str, ...]]:
    """Words that are searched as one, from the HTML of a glossary.

    Terms that share an entry, and each line of the section of other words, `term: word, word`.
    """
    entries = re.findall(r"((?:<dt\b[^>]*>.*?</dt>\s*)+)<dd", glossary, re.DOTALL)
    named = [re.findall(r"<dt\b[^>]*>(.*?)</dt>", entry, re.DOTALL) for entry in entries]
    found = [tuple(text_of(name) for name in names) for names in named if len(names) > 1]
    for section in sections_of(glossary):
        if section.anchor == OTHER_WORDS:
            lines = (text.partition(": ") for text in section.texts if ": " in text)
            found += [(term, *words.rstrip(".").split(", ")) for term, _, words in lines]
    return found


def read_pages(
    site: Path, weights: Mapping[str, float], read: Callable[[str], list[Section]] = sections_of
) -> Iterator[SearchedPage]:
    """The built pages of those documents, in that order; other words are no find themselves."""
    for document, weight in weights.items():
        sections = read((site / f"{document}.html").read_text(encoding="utf-8"))
        title = next((section.heading for section in sections if section.heading), document)
        searched = tuple(section for section in sections if section.anchor != OTHER_WORDS)
        yield SearchedPage(document, title, weight, searched)
