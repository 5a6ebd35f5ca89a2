"""A Sphinx extension: scripts that few pages need, on the pages that have what they work on.

Jupyter Book links every script of `_static/` from every page, and Sphinx one for its own search.
These are of use where a page has a certain attribute, or searches, and may wait until the page
stands.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NEEDED_BY = MappingProxyType({"own-analysis.js": "data-question=", "figure-png.js": "data-figure="})
OF_PAGE = MappingProxyType({"minisearch.js": "search", "search.js": "search"})
NEVER = frozenset({"sphinx_highlight.js"})


def setup(app: Sphinx) -> dict[str, Any]:
    """Have every page that Sphinx writes link each of the scripts, deferred, or not at all."""
    app.connect("html-page-context", _link, priority=950)  # after the policy has sorted scripts out
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _link(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    linked, deferred = [], []
    for script in context["script_files"]:
        name = str(script.filename).rpartition("/")[2].partition("?")[0]
        if name not in NEEDED_BY and name not in OF_PAGE and name not in NEVER:
            linked.append(script)
        elif OF_PAGE.get(name) == page or NEEDED_BY.get(name, "\0") in context.get("body", ""):
            script.attributes["defer"] = "defer"
            deferred.append(script)
    context["script_files"] = [*linked, *deferred]
