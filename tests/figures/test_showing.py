"""A figure on a page: named, in the page's colours, with its numbers."""

from __future__ import annotations

import csv
import io
from base64 import b64decode
from xml.etree import ElementTree

import pytest

from analysis.figures.canvas import Sheet
from analysis.figures.forest_plot import forest_plot
from analysis.figures.showing import inline_svg, numbers_csv, numbers_of, show
from tests.figures import examples
from tests.figures.gallery import PICTURES


def test_show_hands_over_inline_svg_named_by_its_alternative_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    show(forest_plot(examples.many(2)), 'Two "trials" & more.', "forest-plot")
    [data] = shown
    assert data["text/plain"] == 'Two "trials" & more.'
    block = ElementTree.fromstring(data["text/html"])
    card, offers = block
    assert block.get("id") == "figure-forest-plot"
    assert (card.tag, card.get("tabindex")) == ("div", "0")
    [svg] = card
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == 'Two "trials" & more.'
    rows = list(csv.DictReader(io.StringIO(b64decode(offers.get("data-numbers") or "").decode())))
    labels = [study.label for study in examples.many(2).studies]
    assert [row["Trial"] for row in rows] == [*labels, "All 2 trials"]
    first = examples.many(2).studies[0]
    assert float(rows[0]["Estimate"]) == pytest.approx(first.effect, abs=1e-11)


def test_two_figures_on_a_page_share_no_id() -> None:
    ids = [
        {found.get("id") for found in ElementTree.fromstring(markup).iter() if found.get("id")}
        for markup in (
            inline_svg(forest_plot(examples.many(2)), "two"),
            inline_svg(forest_plot(examples.many(3)), "three"),
        )
    ]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])


@pytest.mark.parametrize("name", sorted(PICTURES.keys() - {"social-card"}))
def test_every_figure_has_numbers_in_columns_with_names(name: str) -> None:
    rows = list(csv.reader(io.StringIO(numbers_csv(numbers_of(PICTURES[name]())))))
    assert len(rows) > 1
    assert all(rows[0]) and len(set(rows[0])) == len(rows[0])
    for column in zip(*rows[1:], strict=True):
        assert any(column)


def test_a_figure_without_numbers_is_not_shown() -> None:
    with pytest.raises(ValueError, match="needs the numbers"):
        numbers_of(Sheet.blank(100, 100).figure)


def test_numbers_are_numbers_and_no_cell_is_a_formula() -> None:
    rows = [{"a": 0.1 + 0.2, "b": "1,204"}, {"a": None, "b": "=1+1", "c": "\u22121 to 2"}]
    assert numbers_csv(rows) == "a,b,c\n0.3,1204,\n,'=1+1,'-1 to 2\n"
