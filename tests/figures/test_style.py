from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from analysis.figures import style
from analysis.figures.canvas import Sheet
from analysis.figures.forest_plot import forest_plot
from tests.figures import examples
from tests.figures.looking import texts

ROOT = Path(__file__).parents[2]


def test_drawing_leaves_the_callers_settings_alone() -> None:
    before = dict(mpl.rcParams)
    style.render_svg(forest_plot(examples.many(3)))
    style.render_pixels(forest_plot(examples.many(3)), dpi=72)
    assert dict(mpl.rcParams) == before


def test_a_figure_does_not_depend_on_the_callers_settings() -> None:
    plain = style.render_svg(forest_plot(examples.many(3)))
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "lines.linewidth": 9}):
        assert style.render_svg(forest_plot(examples.many(3))) == plain


def test_settings_come_back_after_an_error() -> None:
    before = dict(mpl.rcParams)
    with pytest.raises(RuntimeError), style.drawing():
        raise RuntimeError
    assert dict(mpl.rcParams) == before


def test_svg_bytes_are_the_same_in_two_processes() -> None:
    program = (
        "from analysis.figures.forest_plot import forest_plot\n"
        "from analysis.figures.style import render_svg\n"
        "from tests.figures import examples\n"
        "import sys\n"
        "sys.stdout.write(render_svg(forest_plot(examples.many(4))))\n"
    )
    documents = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(documents) == 1
    assert b"dc:date" not in documents.pop()


def test_svg_keeps_text_in_fonts_that_the_machine_has() -> None:
    document = style.render_svg(forest_plot(examples.many(2)))
    root = ElementTree.fromstring(document)
    assert root.attrib["role"] == "img"
    assert "Berman 2004" in texts(document)
    assert root.attrib["font-family"] == style.FONT_STACK
    assert "DejaVu" not in document.removeprefix(document.split(">", 1)[0])


def test_hostile_text_is_text() -> None:
    sheet_text = "$\\frac{1}{2}$ <script>alert(1)</script>\x00\x1b & 疼痛\nsecond line"
    sheet = Sheet.blank(400, 40)
    sheet.text(10, 20, sheet_text)
    assert texts(style.render_svg(sheet.figure)) == [
        "$\\frac{1}{2}$ <script>alert(1)</script> & 疼痛 second line"
    ]
