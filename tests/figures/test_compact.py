from __future__ import annotations

import io
import re
from xml.etree import ElementTree

from analysis.figures import style
from analysis.figures.canvas import Sheet
from analysis.figures.compact import compact
from analysis.figures.forest_plot import forest_plot
from tests.figures import examples
from tests.figures.looking import texts

SHAPES = {"path", "use", "text", "line", "polygon", "rect"}


def drawn(document: str) -> list[str]:
    """The kinds of the shapes of a document, in order."""
    tree = ElementTree.parse(io.StringIO(document))
    kinds = [element.tag.rpartition("}")[2] for element in tree.iter()]
    return [kind for kind in kinds if kind in SHAPES]


def numbers(document: str) -> list[float]:
    """Every coordinate of every text and path."""
    places = re.findall(r' (?:d|x|y)="([^"]*)"', document)
    return [float(n) for place in places for n in re.findall(r"-?\d+(?:\.\d+)?", place)]


def test_it_draws_the_same_shapes_and_texts_in_the_same_places() -> None:
    document = style.render_svg(forest_plot(examples.many(12)))
    shorter = compact(document, "f1-")
    assert drawn(shorter) == drawn(document)
    assert texts(shorter) == texts(document)
    for exact, rounded in zip(numbers(document), numbers(shorter), strict=True):
        assert abs(exact - rounded) <= 0.0051


def test_it_is_little_more_than_half_as_long() -> None:
    document = style.render_svg(forest_plot(examples.many(30)))
    assert len(compact(document, "f1-")) < 0.6 * len(document)


def test_every_reference_finds_its_id_and_every_class_its_style() -> None:
    shorter = compact(style.render_svg(forest_plot(examples.many(12))), "f1-")
    ids = re.findall(r' id="([^"]*)"', shorter)
    assert set(re.findall(r"(?:href=\"|url\()#([^\")]*)", shorter)) == set(ids)
    assert len(ids) == len(set(ids)) and all(name.startswith("f1-") for name in ids)
    named = set(re.findall(r' class="([^"]*)"', shorter))
    assert named == set(re.findall(r"\.(f1-s\d+)\{", shorter))


def test_a_name_that_looks_like_an_attribute_stays_as_it_is() -> None:
    name = 'T 0.123456 id="a" style="b" href="#c" url(#d) transform="rotate(0 1)"'
    sheet = Sheet.blank(400, 40)
    sheet.text(10, 20, name)
    assert texts(compact(style.render_svg(sheet.figure), "f1-")) == [name]
