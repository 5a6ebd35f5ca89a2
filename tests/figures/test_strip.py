from __future__ import annotations

from xml.etree import ElementTree

import pytest

from analysis.figures.effect_scale import Scale, Span
from analysis.figures.strip import EDGE, WIDTH, forest_strip, synthesis_strip
from tests.figures import examples

SVG = "{http://www.w3.org/2000/svg}"
SCALE = Scale(-1.0, 0.5, ())


def parts(strip: str, name: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(strip)
    return [e for e in root.iter() if e.get("class") == f"forest-strip-{name}"]


def test_estimate_and_limits_stand_at_their_places() -> None:
    strip = forest_strip(Span(-0.7, -0.4, -0.1), SCALE, title="Pain")
    [line] = parts(strip, "interval")
    per_unit = (WIDTH - 2 * EDGE) / 1.5
    assert float(line.attrib["x1"]) == pytest.approx(EDGE + 0.3 * per_unit, abs=0.01)
    assert float(line.attrib["x2"]) == pytest.approx(EDGE + 0.9 * per_unit, abs=0.01)
    [zero] = parts(strip, "no-effect")
    assert float(zero.attrib["x1"]) == pytest.approx(EDGE + per_unit, abs=0.01)
    assert parts(strip, "arrow") == []


def test_ratios_are_logarithmic() -> None:
    scale = Scale(0.25, 4.0, (), ratio=True)
    [line] = parts(forest_strip(Span(0.5, 1.0, 2.0), scale, title="", no_effect=1.0), "no-effect")
    assert float(line.attrib["x1"]) == pytest.approx(WIDTH / 2)


def test_what_lies_beyond_the_axis_ends_in_an_arrow() -> None:
    assert len(parts(forest_strip(Span(-3.0, -0.2, 2.0), SCALE, title=""), "arrow")) == 2
    assert len(parts(forest_strip(Span(None, -0.2, 0.1), SCALE, title=""), "arrow")) == 1
    beyond = forest_strip(Span(-5.0, -4.0, -3.0), SCALE, title="")
    assert parts(beyond, "estimate") == []
    assert len(parts(beyond, "arrow")) == 1


def test_it_follows_the_theme() -> None:
    strip = synthesis_strip(examples.many(12), SCALE, title="Pain")
    root = ElementTree.fromstring(strip)
    colors = {e.get(a) for e in root.iter() for a in ("fill", "stroke")} - {None}
    assert colors == {"currentColor"}
    assert len(parts(strip, "band")) == len(parts(strip, "prediction")) == 1
    few = synthesis_strip(examples.many(9), SCALE, title="Pain")
    assert not parts(few, "prediction")


def test_title_is_text_and_the_strip_one_line() -> None:
    strip = forest_strip(Span(None, None, None), SCALE, title='<b>"x"</b> & {include}\n# y\x00')
    assert ElementTree.fromstring(strip).findtext(f"{SVG}title") == '<b>"x"</b> & {include} # y'
    assert "\n" not in strip
    assert parts(strip, "estimate") == []


def test_a_single_trial_is_a_square_and_a_pooled_effect_a_diamond() -> None:
    def corners(pooled: bool) -> set[str]:
        strip = forest_strip(Span(-0.7, -0.4, -0.1), SCALE, title="", pooled=pooled)
        [shape] = parts(strip, "estimate")
        return {pair.split(",")[1] for pair in shape.attrib["points"].split()}

    assert len(corners(pooled=True)) == 3
    assert len(corners(pooled=False)) == 2


def test_numbers_must_be_finite() -> None:
    with pytest.raises(ValueError, match="finite numbers, not nan"):
        forest_strip(Span(-0.7, float("nan"), -0.1), SCALE, title="")
