"""A Sphinx extension: citations, formatted once, and again only where one changed.

sphinxcontrib-bibtex formats all entries at each build, and each a second time for the
tooltips of those who cite it. Loaded by `_config.yml`, with `bibtex_tooltips: false`.
"""

from __future__ import annotations

import importlib.metadata as metadata
import sys
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

import importlib_metadata

if TYPE_CHECKING:
    from collections.abc import Set

    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Have each entry formatted once."""
    find_plugins_once()
    app.connect("env-updated", _give_tooltips, priority=600)  # after they are formatted
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _give_tooltips(_app: Sphinx, env: Any) -> list[str]:
    """A tooltip says what the list of references says."""
    domain = env.get_domain("cite")
    domain.data["citations"] = [
        citation._replace(tooltip_entry=citation.formatted_entry) for citation in domain.citations
    ]
    return []


def find_plugins_once() -> None:
    """Let all installed packages be looked through for plugins once.

    Sphinx, MyST-NB and Pybtex do so for each plugin, the last for each citation. Who is imported
    already has a name of its own for what looks.
    """
    if hasattr(metadata.entry_points, "func"):
        return
    looks = (metadata.entry_points, importlib_metadata.entry_points)
    once = partial(_selected, cache(metadata.entry_points))
    for module in list(sys.modules.values()):
        if getattr(module, "__dict__", {}).get("entry_points") in looks:
            module.__dict__["entry_points"] = once


def _selected(found: Callable[[], Any], **wanted: str) -> Any:
    return found().select(**wanted)


def keep_citations(app: Sphinx, read_again: Set[str]) -> Callable[[], bool]:
    """Let the formatted citations of the last build stand if nobody cites otherwise since.

    `read_again` are the documents that are read in between; the publications themselves are
    the same, or the book is built from nothing. Returns whether the citations stand, to be
    asked once all documents are read. The list of references is the most laborious page.
    """
    domain = cast(Any, app.env.domains.get("cite"))
    if domain is None:  # a book without a list of publications
        return lambda: True
    before, formatted = _cited(domain), list(domain.citations)
    lists_stay = not any(key.docname in read_again for key in domain.bibliographies)

    def stand() -> bool:
        return lists_stay and _cited(domain) == before

    format_all = domain.env_updated

    def env_updated() -> Any:
        if stand():
            domain.data["citations"] = formatted
            return []
        return format_all()

    domain.env_updated = env_updated
    return stand


def _cited(domain: Any) -> set[tuple[str, str, tuple[str, ...]]]:
    """Who cites what: document, the place in it, the keys."""
    return {
        (ref.docname, ref.citation_ref_id, tuple(target.key for target in ref.targets))
        for ref in domain.citation_refs
    }
