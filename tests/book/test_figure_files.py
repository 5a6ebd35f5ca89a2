"""What is offered beneath a figure: files beside the page, as fresh as it is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

from bs4 import BeautifulSoup

from analysis.book.extensions.figure_files import _offer, figure_file
from analysis.figures.forest_plot import forest_plot
from analysis.figures.funnel_plot import funnel_plot
from analysis.figures.showing import figure_block, numbers_csv, numbers_of
from analysis.figures.style import render_svg
from tests.figures import analyses, examples
from tests.figures.looking import texts

PAGE = "effects/pain-post"


def written(site: Path, body: str) -> BeautifulSoup:
    context: dict[str, Any] = {"body": body}
    _offer(SimpleNamespace(outdir=site), PAGE, "page.html", context, None)  # type: ignore[arg-type]
    return BeautifulSoup(context["body"], "html.parser")


def test_the_files_are_what_the_page_shows(tmp_path: Path) -> None:
    figure = forest_plot(examples.many(5))
    page = written(tmp_path, f"<p>One.</p>{figure_block(figure, 'Five > 4', 'forest-plot')}")
    svg, csv, own = page.select(".figure-offers > a")
    for link, ending in ((svg, "svg"), (csv, "csv")):
        assert link["href"] == f"../{figure_file(PAGE, 'forest-plot', ending)}"
        assert link["download"] == f"pain-post-forest-plot.{ending}"
        assert str(link["aria-label"]).startswith(link.text)
    assert page.find(id=str(own["href"]).removeprefix("#"))
    document = (tmp_path / figure_file(PAGE, "forest-plot", "svg")).read_text("utf-8")
    assert "var(" not in document
    assert texts(document) == texts(render_svg(figure))
    named = ElementTree.fromstring(document).findtext("{http://www.w3.org/2000/svg}title")
    assert named == "Five > 4"
    numbers = (tmp_path / figure_file(PAGE, "forest-plot", "csv")).read_text("utf-8")
    assert numbers == numbers_csv(numbers_of(figure))


def test_what_a_page_shows_no_longer_it_does_not_offer(tmp_path: Path) -> None:
    forest = figure_block(forest_plot(examples.many(3)), "Forest", "forest-plot")
    example = examples.with_funnel(examples.many(12), analyses.CONTOURS, analyses.FILLED)
    funnel = figure_block(funnel_plot(example), "Funnel", "funnel-plot")
    written(tmp_path, forest + funnel)
    there = tmp_path / figure_file(PAGE, "funnel-plot", "svg")
    assert there.exists()
    written(tmp_path, forest)
    assert not there.exists()
    assert (tmp_path / figure_file(PAGE, "forest-plot", "svg")).exists()
