"""A Sphinx extension: the first use of a term on a page links to the glossary.

Loaded by `_config.yml`. The terms are those of the book's `{glossary}`; a term that a page
links to by itself is left alone, and so are headings, tables' headers, links, code, pictures
and the titles of publications.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# In the configuration: terms that are everyday words elsewhere on the pages.
EVERYDAY = "terms_not_linked"
PROSE = frozenset({"p", "li", "dd", "td"})
NOT_PROSE = frozenset(
    {"a", "button", "cite", "code", "h1", "h2", "h3", "h4", "math", "nav", "pre", "script",
     "style", "summary", "svg", "th"}
)  # fmt: skip
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
BIBLIOGRAPHY = 'class="citation'

_PIECES = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")


def setup(app: Sphinx) -> dict[str, Any]:
    """Link the terms of every page that Sphinx writes."""
    app.add_config_value(EVERYDAY, default=[], rebuild="html")
    app.connect("html-page-context", _link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _link(app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: object) -> None:
    if doctree is None:  # the search page and the index
        return
    known: Any = app.env.get_domain("std")
    targets = {
        name: f"{app.builder.get_relative_uri(page, document)}#{anchor}"
        for (kind, name), (document, anchor) in known.objects.items()
        if kind == "term" and document != page and name not in app.config[EVERYDAY]
    }
    context["body"] = link_terms(context.get("body", ""), targets)


def link_terms(body: str, targets: Mapping[str, str]) -> str:
    """HTML in which the first use of each term, in prose, is a link: term → its address.

    A longer term wins over a shorter one within it, and an "s" may follow.
    """
    if not targets:
        return body
    addresses = {_written(name): target for name, target in targets.items()}
    pattern = _pattern(tuple(addresses))
    # An abbreviation and its long form are one entry: the first of them is enough.
    linked = {target for target in targets.values() if f'"{target}"' in body}

    def link(found: re.Match[str]) -> str:
        said = found[0]
        target = addresses.get(said) or addresses.get(f"{said[0].lower()}{said[1:]}")
        if target is None or target in linked:
            return said
        linked.add(target)
        return f'<a class="term" href="{html.escape(target)}">{said}</a>'

    pieces = _PIECES.split(body)
    open_elements: list[tuple[str, bool]] = []  # each with: is its text prose?
    for index, piece in enumerate(pieces):
        if index % 2:
            _follow(piece, open_elements)
        elif open_elements and open_elements[-1][1]:
            pieces[index] = pattern.sub(link, piece)
    return "".join(pieces)


def _written(name: str) -> str:
    """A term as it stands in HTML, its first letter in either case, its apostrophe curly."""
    return html.escape(name.replace("'", "’"), quote=False)


@lru_cache(maxsize=2)  # the glossary's own page has other terms than all others
def _pattern(written: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(written, key=len, reverse=True)
    names = "|".join(f"(?i:{re.escape(name[0])}){re.escape(name[1:])}" for name in longest_first)
    return re.compile(rf"(?<![\w-])(?:{names})(?=s?(?![\w-]))")


def _follow(tag: str, open_elements: list[tuple[str, bool]]) -> None:
    """Keep the list of open elements, and whether text in the innermost one is prose."""
    found = _TAG.match(tag)
    if found is None or tag.endswith("/>") or found[2].lower() in VOID:
        return
    name = found[2].lower()
    if not found[1]:
        refused = name in NOT_PROSE or BIBLIOGRAPHY in tag or _refused(open_elements)
        prose = name in PROSE or bool(open_elements and open_elements[-1][1])
        open_elements.append((f"!{name}" if refused else name, prose and not refused))
        return
    while open_elements and open_elements.pop()[0].lstrip("!") != name:
        pass


def _refused(open_elements: list[tuple[str, bool]]) -> bool:
    """Whether an element that holds no prose is open: what is within it holds none either."""
    return bool(open_elements) and open_elements[-1][0].startswith("!")
