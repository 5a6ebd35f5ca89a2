from __future__ import annotations

from xml.etree import ElementTree

import pytest

from analysis.figures.pictograph import KINDS, PEOPLE, pictograph, sample

SVG = "{http://www.w3.org/2000/svg}"


def people(drawn: str) -> dict[str, int]:
    """How many people of each kind are drawn: each begins with a move of its own."""
    paths = ElementTree.fromstring(drawn).iter(f"{SVG}path")
    return {str(path.get("class")): str(path.get("d")).count("M") for path in paths}


@pytest.mark.parametrize(
    ("without", "with_it"), [(10, 18), (18, 10), (0, 100), (100, 0), (7, 7), (0, 0), (100, 100)]
)
def test_a_hundred_people_are_drawn_whatever_happens(without: int, with_it: int) -> None:
    found = people(pictograph(without, with_it, title="Relapse"))
    either, most = sorted((without, with_it))
    counts = (either, most - either, PEOPLE - most)
    expected = {f"pictograph-{kind}": n for kind, n in zip(KINDS, counts, strict=True) if n}
    if most > either:
        expected["pictograph-ground"] = most - either
    assert found == expected


def test_nobody_stands_where_another_stands() -> None:
    root = ElementTree.fromstring(pictograph(13, 40, title=""))
    drawn = [p for p in root.iter(f"{SVG}path") if p.get("class") != "pictograph-ground"]
    places = [place.split("a")[0] for p in drawn for place in str(p.get("d")).split("M")[1:]]
    assert len(set(places)) == PEOPLE


def test_the_title_is_read_in_place_of_the_picture() -> None:
    root = ElementTree.fromstring(pictograph(1, 2, title='<b>"x"</b> & {include}'))
    assert root.findtext(f"{SVG}title") == '<b>"x"</b> & {include}'
    assert root.get("role") == "img"
    assert ElementTree.fromstring(sample(KINDS[1])).get("aria-hidden") == "true"


@pytest.mark.parametrize(("without", "with_it"), [(-1, 5), (5, 101)])
def test_more_or_fewer_people_than_there_are_are_refused(without: int, with_it: int) -> None:
    with pytest.raises(ValueError, match="of 100 people"):
        pictograph(without, with_it, title="")
