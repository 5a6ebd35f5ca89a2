"""A Sphinx extension: of what the theme ships, the site keeps what its pages use.

The theme's stylesheet brings all of Bootstrap and an icon library, 400 kB for each page to
load, of which this site's pages use a quarter. Loaded by `_config.yml`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# Files that no page of this site loads: maps for debuggers, icons, translations, Sphinx's search.
NEVER_LOADED = (
    "**/*.map",
    "scripts/fontawesome.js*",
    "vendor/fontawesome/**/*.ttf",
    "locales",
    "searchtools.js",
    "language_data.js",
    "sphinx_highlight.js",
)

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NAMED = re.compile(r"""\s(?:class|id)=("[^"]*"|'[^']*')""")
_WORD = re.compile(r"[A-Za-z_][\w-]*")
# What a rule must find on a page lies outside the brackets of :not(), :is() and [href=…].
_BRACKETED = re.compile(r"\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]")
_CLASS_OR_ID = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
_SELECTOR = re.compile(r"[^,]+")
# Braces and semicolons within these are not the stylesheet's own.
_QUOTED = re.compile(
    r"""
    "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | url\((?!["'])[^)]*\)
    """,
    re.DOTALL | re.VERBOSE,
)
_PIECE = re.compile(r"[^{};]*[{};]")
_GROUPS = ("@media", "@supports", "@layer", "@container")


def setup(app: Sphinx) -> dict[str, Any]:
    """Trim the site's static files when it is written."""
    app.connect("build-finished", _trim, priority=900)  # the theme writes some then, too
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _trim(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        trim_site(Path(app.outdir))


def trim_site(site: Path) -> None:
    """Drop, in `_static/`, style rules for names that no page or script has, and unused files."""
    static = site / "_static"
    for pattern in NEVER_LOADED:
        for path in list(static.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    names = names_in_use(site)
    for sheet in static.rglob("*.css"):
        sheet.write_text(trim_styles(sheet.read_text("utf-8"), names), encoding="utf-8")


def names_in_use(site: Path) -> frozenset[str]:
    """Classes and ids of the site's pages, and every word of its scripts."""
    quoted: set[str] = set()  # a site says the same few thousands of times
    for page in site.rglob("*.html"):
        quoted.update(_NAMED.findall(page.read_text("utf-8")))
    names = {name for value in quoted for name in value[1:-1].split()}
    for script in (site / "_static").rglob("*.js"):
        names.update(_WORD.findall(script.read_text("utf-8")))
    return frozenset(names)


def trim_styles(css: str, names: frozenset[str]) -> str:
    """A stylesheet without comments and without rules that need a class or id not in `names`."""
    return "".join(_kept(_pieces(_COMMENT.sub("", css)), names))


def _pieces(css: str) -> Iterator[str]:
    """Everything up to the next brace or semicolon."""
    for found in _PIECE.finditer(_blanked(_QUOTED, css)):
        yield css[found.start() : found.end()].strip()


def _kept(pieces: Iterator[str], names: frozenset[str]) -> Iterator[str]:
    """The rules of one group, as far as its closing brace or the end of the file."""
    for piece in pieces:
        if piece == "}":
            return
        if piece.endswith(";"):
            yield piece
        elif piece.startswith(_GROUPS):
            if content := "".join(_kept(pieces, names)):
                yield f"{piece}{content}}}"
        else:
            body = _body(pieces)
            if head := _matching(piece[:-1], names):
                yield f"{head}{{{body}"


def _body(pieces: Iterator[str]) -> str:
    """A rule's declarations (or an animation's steps), with the brace that ends them."""
    body, depth = "", 1
    for piece in pieces:
        body += piece
        depth += {"{": 1, "}": -1}.get(piece[-1], 0)
        if depth == 0:
            break
    return body


def _matching(selectors: str, names: frozenset[str]) -> str:
    """The selectors whose names are all in use; at-rules such as @font-face stay whole."""
    if selectors.startswith("@"):
        return selectors
    return ",".join(
        selectors[found.start() : found.end()].strip()
        for found in _SELECTOR.finditer(_blanked(_BRACKETED, selectors))
        if names.issuperset(_CLASS_OR_ID.findall(found[0]))
    )


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text with spaces over every match, so that positions stay."""
    return pattern.sub(lambda found: " " * len(found[0]), text)
