"""A Sphinx extension: the site's content security policy, and pages that keep to it.

Loaded by `_config.yml`. Text from data is escaped wherever it reaches a page; should a script
get into one all the same, the browser does not run it: scripts come from the site's own files
and from nowhere else. So no page has one of its own, nor a handler in an attribute; what the
theme would write there is in `_static/page.js`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# What the own origin of a page is that is opened from a folder, the standard leaves to browsers.
# A page that comes from a server cannot reach files of its reader.
OWN = "'self' file:"
POLICY = MappingProxyType(
    {
        "default-src": OWN,
        # Figures are SVG within the page, which matplotlib draws with styles of its own.
        "style-src": f"{OWN} 'unsafe-inline'",
        "img-src": f"{OWN} data:",  # the stylesheets have icons in them
        "form-action": OWN,
        "object-src": "'none'",
        "base-uri": "'none'",
    }
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Have every page that Sphinx writes begin with the policy."""
    app.connect("html-page-context", _apply, priority=900)  # the theme adds scripts before
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _apply(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    # Those without a file only repeat defaults, or are for a list of versions, which is not used.
    context["script_files"] = [script for script in context["script_files"] if script.filename]
    context["metatags"] = f"{policy_tag()}{context.get('metatags', '')}"


def policy_tag() -> str:
    """The policy as an element of a page's head; all that comes before it is free of it."""
    content = "; ".join(f"{kind} {allowed}" for kind, allowed in POLICY.items())
    return f'<meta http-equiv="Content-Security-Policy" content="{content}" />'
