"""A Sphinx extension: the script of the reader's own analysis, on the pages that have its data.

Jupyter Book links every script of `_static/` from every page. This one is of use where a page
has `data-question`, and may wait until the page stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCRIPT = "own-analysis.js"
DATA = "data-question="


def setup(app: Sphinx) -> dict[str, Any]:
    """Have every page that Sphinx writes link the script, deferred, or not at all."""
    app.connect("html-page-context", _link, priority=950)  # after the policy has sorted scripts out
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _link(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    own = [script for script in context["script_files"] if SCRIPT in str(script.filename)]
    context["script_files"] = [script for script in context["script_files"] if script not in own]
    if own and DATA in context.get("body", ""):
        script = own[0]
        script.attributes["defer"] = "defer"
        context["script_files"].append(script)
