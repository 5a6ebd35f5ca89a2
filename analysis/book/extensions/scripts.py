"""A Sphinx extension: scripts that few pages need, on the pages that have what they work on.

Jupyter Book links every script of `_static/` from every page. These are of use where a page has
a certain attribute, and may wait until the page stands.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NEEDED_BY = MappingProxyType({"own-analysis.js": "data-question=", "figure-png.js": "data-figure="})


def setup(app: Sphinx) -> dict[str, Any]:
    """Have every page that Sphinx writes link each of the scripts, deferred, or not at all."""
    app.connect("html-page-context", _link, priority=950)  # after the policy has sorted scripts out
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _link(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    linked, deferred = [], []
    for script in context["script_files"]:
        attribute = NEEDED_BY.get(str(script.filename).rpartition("/")[2].partition("?")[0])
        if attribute is None:
            linked.append(script)
        elif attribute in context.get("body", ""):
            script.attributes["defer"] = "defer"
            deferred.append(script)
    context["script_files"] = [*linked, *deferred]
