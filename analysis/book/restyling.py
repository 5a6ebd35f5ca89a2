"""A stylesheet of the book's own that changed: the pages stay, but for the version they link.

A browser keeps a stylesheet until its address changes, so every page names its version, as
Sphinx writes it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from pathlib import Path

from analysis.book.extensions import trimming
from analysis.book.extensions.trimming import names_in_use, trim_styles
from analysis.book.rendering import BookError
from analysis.execution.plan import Project
from analysis.files.problems import Problem

STYLES = Path("chapters/_static")


def is_style(path: Path) -> bool:
    """Whether a file, from the root, is a stylesheet that somebody wrote for this book."""
    return path.suffix == ".css" and path.is_relative_to(STYLES)


def restyle(project: Project, site: Path, styles: Iterable[str], *, written: bool) -> None:
    """Bring those stylesheets, from the root, into a site, and have all its pages link them.

    `written` says that they are there already. Raises `BookError` for one that is no text.
    """
    trimmed = not written and trimming.__name__ in (project.root / "_config.yml").read_text("utf-8")
    names = names_in_use(site) if trimmed else frozenset[str]()
    versions: dict[str, str] = {}
    for style in styles:
        source = project.root / style
        versions[source.relative_to(project.chapters).as_posix()] = version_of(source)
        if not written:
            text = _text(project, source)
            target = site / source.relative_to(project.chapters)
            target.write_text(trim_styles(text, names) if trimmed else text, encoding="utf-8")
    if versions:
        _link(site, versions)


def version_of(style: Path) -> str:
    """What follows a stylesheet's address: Sphinx's checksum of what somebody wrote."""
    content = style.read_bytes().translate(None, b"\r")
    return f"?v={zlib.crc32(content):08x}" if content else ""


def _link(site: Path, versions: dict[str, str]) -> None:
    named = "|".join(map(re.escape, versions))
    linked = re.compile(rf'(href="[^"?]*?({named}))(?:\?v=[0-9a-f]{{8}})?"')
    for page in site.rglob("*.html"):
        before = page.read_text("utf-8")
        after = linked.sub(lambda found: f'{found[1]}{versions[found[2]]}"', before)
        if after != before:
            page.write_text(after, encoding="utf-8")


def _text(project: Project, style: Path) -> str:
    try:
        return style.read_text("utf-8")
    except UnicodeDecodeError as error:
        said = f"this is not UTF-8 text (byte {error.start})"
        raise BookError([Problem(style.relative_to(project.root), None, None, said)]) from None
