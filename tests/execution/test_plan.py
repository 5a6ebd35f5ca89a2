from __future__ import annotations

from pathlib import Path

import pytest

from analysis.execution.plan import Page, PlanError, check_plan

TEMPLATE = Path("analysis/notebooks/synthesis.ipynb")


def planned(name: str, needs: tuple[str, ...] = (), target: str | None = None) -> Page:
    return Page(name, TEMPLATE, Path(target or f"effects/{name}.ipynb"), {}, needs)


def test_a_sound_plan_passes() -> None:
    check_plan([planned("front", ("a", "b")), planned("a"), planned("b")])


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ([planned("a"), planned("a", target="b.ipynb")], "the same name: a"),
        ([planned("a", target="x.ipynb"), planned("b", target="x.ipynb")], "the same target: x"),
        ([planned("a", ("nobody",))], "unknown pages: nobody"),
        ([planned("a", ("b",)), planned("b", ("a",))], "in a circle: "),
        ([planned("a", target="../README.ipynb")], "below chapters/"),
        ([planned("a", target="/etc/x.ipynb")], "below chapters/"),
        ([planned("a", target="a.md")], "below chapters/"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(pages: list[Page], sentence: str) -> None:
    with pytest.raises(PlanError, match=sentence):
        check_plan(pages)
