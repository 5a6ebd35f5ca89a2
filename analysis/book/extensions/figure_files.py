"""A Sphinx extension: each figure of a page as files beside it, and the links to them beneath it.

Loaded by `_config.yml`. A page holds its figures as SVG and the numbers that they show
(`analysis.figures.showing`). When it is written, both go into files: the SVG with the colours of
white paper, the numbers as CSV. PNG is made by the reader's browser (`_static/figure-png.js`):
to draw all pictures took longer than all else that a build does, and they were a third of the
site. What a page offered before and has no longer goes with the page.
"""

from __future__ import annotations

import re
import shutil
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "downloads/figures"  # in the site

_FIGURE = re.compile(
    r'<div class="figure-block" id="(?P<id>figure-(?P<name>[\w-]+))">'
    r"(?P<card><div [^>]*>(?P<svg><svg\b.*?</svg>).*?</div>)"
    r'<p class="figure-offers" data-numbers="(?P<numbers>[^"]*)"></p>',
    re.DOTALL,
)
_NAMED_COLOUR = re.compile(r"var\(--figure-[\w-]+,\s*(#[0-9a-f]{6})\)")
_LABEL = re.compile(r' aria-label="([^"]*)"')


def setup(app: Sphinx) -> dict[str, Any]:
    """Have every page that Sphinx writes bring the files of its figures."""
    app.connect("html-page-context", _offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def figure_folder(page: str) -> str:
    """Where in the site the figures of a page are files."""
    return f"{FOLDER}/{page.replace('/', '-')}"


def figure_file(page: str, name: str, ending: str) -> str:
    """Where in the site one of them is: `downloads/figures/results-overview/overview.svg`."""
    return f"{figure_folder(page)}/{name}.{ending}"


def _offer(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    site = Path(app.outdir)
    shutil.rmtree(site / figure_folder(page), ignore_errors=True)
    if "body" in context:
        up = "../" * page.count("/")
        context["body"] = _FIGURE.sub(
            lambda found: _with_files(found, site, page, up), context["body"]
        )


def _with_files(found: re.Match[str], site: Path, page: str, up: str) -> str:
    """Write the files of one figure; its markup with the links to them."""
    name, files = found["name"], {}
    for ending, content in (
        ("svg", standalone(found["svg"]).encode()),
        ("csv", b64decode(found["numbers"])),
    ):
        files[ending] = figure_file(page, name, ending)
        path = site / files[ending]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    said, stem = name.replace("-", " "), f"{page.rpartition('/')[2]}-{name}"
    links = [
        f'<a href="{up}{file}" download="{stem}.{ending}" '
        f'aria-label="{ending.upper()} of the figure {said}">{ending.upper()}</a>'
        for ending, file in files.items()
    ]
    links.append(f'<a href="#{found["id"]}" aria-label="Link to the figure {said}">Link</a>')
    return (
        f'<div class="figure-block" id="{found["id"]}">{found["card"]}'
        f'<p class="figure-offers" data-figure="{stem}">This figure: {" ".join(links)}</p>'
    )


def standalone(svg: str) -> str:
    """SVG that stood within a page as a document of its own, on white paper, named by its title."""
    label = _LABEL.search(svg)
    titled = svg if label is None else svg.replace(">", f"><title>{label[1]}</title>", 1)
    coloured = _NAMED_COLOUR.sub(lambda colour: colour[1], titled)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{coloured}\n'
