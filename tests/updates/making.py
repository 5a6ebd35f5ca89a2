"""Pages made in this process; none twice from the same inputs, no figure twice from its marks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import IPython.display
import pytest
from matplotlib.figure import Figure

from analysis.book.contents import contents_of
from analysis.evidence.question_slice import Slice, slices_of
from analysis.evidence.rows import Evidence
from analysis.execution.plan import Page
from analysis.figures import showing
from analysis.figures.marks import all_of
from analysis.files.digests import digest
from analysis.pages import context
from analysis.synthesis.question_result import Synthesis
from tests.evidence.folder import ROOT

# "None of 12 trials" and "None: all 12 trials" are English.
NO_VALUE = re.compile(r"\bNone\b(?! of|: all)|\bnan\b|\bNaN\b|Traceback|object at 0x")


@dataclass
class Making:
    """Makes pages, remembering those it made."""

    patch: pytest.MonkeyPatch
    made: dict[object, str] = field(default_factory=dict)
    answers: dict[str, Synthesis] = field(default_factory=dict)
    drawn: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        draw = showing.inline_svg

        def once(figure: Figure, alt: str) -> str:
            asked = alt + all_of(figure)
            if asked not in self.drawn:
                self.drawn[asked] = draw(figure, alt)
            return self.drawn[asked]

        self.patch.setattr(showing, "inline_svg", once)

    def pages(
        self, evidence: Evidence, changed: Iterable[str], *, needing: bool = False
    ) -> dict[str, str]:
        """What each page displays that reads one of the changed files, and each question's.

        With `needing`, pages too that are made from the answers.
        """
        found: dict[str, str] = {}
        planned = contents_of(evidence.protocol).pages
        slices = {asked.key: given for asked, given in slices_of(evidence).items()}
        inputs = {key: digest(repr(given.parts())) for key, given in slices.items()}
        for page in (page for page in planned if page.name in slices):
            found[page.name] = self._question(page, evidence, slices[page.name], inputs[page.name])
        results = {key: self.answers[inputs[key]] for key in slices}
        for page in planned:
            files = {name.partition(":")[0] for name in page.reads}
            if not all((ROOT / "data" / name).suffix for name in files):
                continue  # of searches and decisions: it is made from no answer
            if not (files and (files & {*changed} or (needing and page.needs))):
                continue
            read = [_digest_of(evidence.folder / name) for name in sorted(files)]
            key = (page.name, *read, *(inputs[name] for name in page.needs))
            if key not in self.made:
                self.made[key] = self._displayed(page, evidence, results, {})
            found[page.name] = self.made[key]
        return found

    def _question(self, page: Page, evidence: Evidence, given: Slice, inputs: str) -> str:
        if inputs not in self.made:
            names: dict[str, Any] = {}
            self.patch.setattr(context, "question_slice", lambda *asked: given)
            self.made[inputs] = self._displayed(page, evidence, {}, names)
            self.answers[inputs] = names["synthesis"]
        return self.made[inputs]

    def _displayed(
        self,
        page: Page,
        evidence: Evidence,
        results: Mapping[str, Synthesis],
        names: dict[str, Any],
    ) -> str:
        shown: list[str] = []

        def display(output: Any, raw: bool = False) -> None:
            shown.append(output.get("text/html", "") if raw else output.data)

        def published(condition: str | None = None) -> dict[str, Synthesis]:
            return {
                key: found
                for key, found in results.items()
                if condition in (None, found.question.condition)
            }

        self.patch.setattr(IPython.display, "display", display)
        self.patch.setattr(context, "DATA", evidence.folder)
        self.patch.setattr(context, "evidence", lambda: evidence)
        self.patch.setattr(context, "results", published)
        for code in _cells(page.template):
            exec(code, names)
            names |= page.parameters  # after the cell of the parameters, as papermill does
        return "\n".join(shown)


@cache
def _cells(template: Path) -> tuple[CodeType, ...]:
    held = json.loads((ROOT / template).read_text(encoding="utf-8"))["cells"]
    sources = ("".join(cell["source"]) for cell in held if cell["cell_type"] == "code")
    return tuple(compile(source, template.name, "exec") for source in sources)


def no_values(pages: Mapping[str, str]) -> list[str]:
    """Where a page shows what Python has where there is no value, with what stands around it."""
    return [
        f"{name}: …{shown[max(0, said.start() - 80) : said.end() + 40]}…"
        for name, shown in pages.items()
        for said in NO_VALUE.finditer(shown)
    ]


def _digest_of(path: Path) -> str:
    """Of what a page reads; a file that a review need not have counts as an empty one."""
    return digest(path.read_bytes().decode() if path.is_file() else "")
