"""Pages of a made-up review, in this process: the cells of their notebooks, without a kernel."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis.evidence.rows import Evidence
from analysis.figures import showing
from analysis.pages import context
from analysis.synthesis.question_result import Synthesis
from tests.evidence.folder import ROOT

NOTEBOOKS = ROOT / "analysis/notebooks"


def page_of(
    template: str,
    evidence: Evidence,
    results: Mapping[str, Synthesis],
    patch: pytest.MonkeyPatch,
    **parameters: str,
) -> tuple[str, dict[str, Any]]:
    """What the page shows (markup, figures in words), and the names that its cells leave."""
    shown: list[str] = []

    def display(content: Any, **_: Any) -> None:
        shown.append(getattr(content, "data", "") or "")

    def draw(_figure: Any, alt: str, _name: str, *_narrow: Any) -> None:
        shown.append(alt)

    patch.setattr(context, "evidence", lambda: evidence)
    patch.setattr(context, "results", lambda condition=None: results)
    patch.setattr("IPython.display.display", display)
    patch.setattr(showing, "show", draw)
    names: dict[str, Any] = {}
    for cell in json.loads(Path(NOTEBOOKS / f"{template}.ipynb").read_text("utf-8"))["cells"]:
        if not parameters.get(cell["metadata"].get("with", ""), "-"):
            continue  # a section that this page has not
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            exec(source, names)
            names |= parameters  # after the cell of the parameters, as papermill does
        else:
            shown.append(source)
    return "\n".join(shown), names


def words_of(markup: str) -> str:
    """The text of markup, a space for each tag."""
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())
