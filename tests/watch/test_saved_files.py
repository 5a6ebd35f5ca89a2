"""What a saved file means for the site."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.execution.plan import Project
from analysis.watch.saved_files import Kind, kind_of, saved

MEANS = {
    "chapters/methods/synthesis.md": Kind.PAGE,
    "chapters/_part.md": Kind.OTHER,
    "chapters/_static/review.css": Kind.STYLE,
    "chapters/_static/page.js": Kind.OTHER,
    "chapters/_templates/page.html": Kind.OTHER,
    "chapters/effects/pain.ipynb": None,
    "analysis/notebooks/overview.ipynb": Kind.OTHER,
    "analysis/pages/front_page.py": Kind.CODE,
    "analysis/pages/__pycache__/front_page.cpython-311.pyc": None,
    "data/outcomes.csv": Kind.OTHER,
    "data/.lock": None,
    "data/.outcomes.csv.swp": None,
    "data/outcomes.csv~": None,
    "chapters/4913": None,
    "references.bib": Kind.OTHER,
    "_config.yml": Kind.OTHER,
    "_toc.yml": None,
    "CITATION.cff": Kind.OTHER,
    "watch.log": None,
    "_build/html/index.html": None,
    "results/pain.json": None,
    ".git/index": None,
    "tests/watch/toy.py": None,
}


@pytest.mark.parametrize("path", MEANS)
def test_a_path_means_what_it_is_to_the_site(path: str) -> None:
    assert kind_of(Path(path)) is MEANS[path]


def test_only_what_the_site_is_made_from_counts_and_once(tmp_path: Path) -> None:
    names = ["data/b.csv", "chapters/a.md", "_build/x", "chapters/a.md"]
    found = saved(Project(tmp_path), [str(tmp_path / name) for name in names])
    assert [each.path.as_posix() for each in found] == ["chapters/a.md", "data/b.csv"]
    assert found[0].document == "a"
