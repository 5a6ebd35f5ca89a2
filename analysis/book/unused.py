"""What Jupyter Book brings along that this site has no use for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What Jupyter Book loads for things this site has not: pages that run in the reader's browser
# (from another host), comments, grids and tabs, notes that fold, numbered parts, PDF. The last
# two also forbid parallel work.
UNUSED_EXTENSIONS = {
    "sphinx_thebe",
    "sphinx_comments",
    "sphinx_design",
    "sphinx_togglebutton",
    "sphinx_multitoc_numbering",
    "sphinx_jupyterbook_latex",
}
# What MyST-NB executes notebooks with and keeps them in, a database: here they are executed. What
# is fetched from other sites: nothing is. What finds kernels, and elements by their CSS selectors.
UNUSED_MODULES = (
    "IPython", "IPython.display", "jupyter_cache", "jupyter_cache.base", "jupyter_cache.cache.db",
    "jupyter_cache.executors.utils", "jupyter_client.kernelspec", "myst_nb.core.execute.inline",
    "requests", "requests.exceptions", "soupsieve", "sphinx.util.requests",
)  # fmt: skip
UNUSED_SETTINGS = {"comments_config", "use_jupyterbook_latex"}


def is_ordinary(settings: Mapping[str, Any]) -> bool:
    """Whether no extension of somebody else's, and no other site, is asked at the beginning."""
    from jupyter_book.config import get_default_sphinx_config

    known = {*get_default_sphinx_config()["extensions"], "sphinxcontrib.bibtex"}
    others = (name for name in settings["extensions"] if not name.startswith("analysis."))
    return known.issuperset(others) and not settings.get("intersphinx_mapping")
