"""The first use of a term links to the glossary, and nothing else changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.book.extensions.terms import link_terms
from analysis.book.site import build_book
from analysis.execution.plan import Project
from tests.execution.templates import write

TARGETS = {
    "SMD": "g.html#term-SMD",
    "standardised mean difference": "g.html#term-SMD",
    "interval": "g.html#term-interval",
    "prediction interval": "g.html#term-prediction-interval",
    "Egger's test": "g.html#term-Egger-s-test",
    "I²": "g.html#term-I2",
}


def linked(body: str) -> list[str]:
    found = link_terms(body, TARGETS)
    assert re.sub(r'<a class="term" [^>]*>(.*?)</a>', r"\1", found) == body
    return re.findall(r'<a class="term" href="g\.html#term-[\w-]+">(.*?)</a>', found)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>An SMD is an SMD.</p><p>SMD</p>", ["SMD"]),
        ("<p>The standardised mean difference (SMD)</p>", ["standardised mean difference"]),
        ("<p>A prediction interval is an interval.</p>", ["prediction interval", "interval"]),
        ("<p>A prediction interval.</p><p>A prediction interval.</p>", ["prediction interval"]),
        ("<p>An egger’s test, an sMD</p>", []),
        ("<p>Prediction intervals differ.</p>", ["Prediction interval"]),
        ("<p>SMDs, an interval-like thing, I²s and preinterval</p>", ["SMD", "I²"]),
        ("<p>Egger’s test</p>", ["Egger’s test"]),
        ("<h2>SMD</h2><table><th>SMD</th><td>I²</td></table>", ["I²"]),
        ('<p><a href="x">SMD</a> <code>SMD</code> <strong>I²</strong></p>', ["I²"]),
        ("<svg><g><text>SMD</text></g></svg><div>SMD</div>", []),
        ('<p title="SMD">x<br>y</p> SMD', []),
        ('<div class="citation"><p>SMD</p></div><p>SMD</p>', ["SMD"]),
        ("<p>&lt;SMD&gt; &amp; <!-- SMD > --> I²</p>", ["SMD", "I²"]),
        ("<nav><ul><li>SMD</li></ul></nav><ul><li>SMD</li></ul>", ["SMD"]),
        ("", []),
    ],
)
def test_the_first_use_in_prose_is_linked(body: str, expected: list[str]) -> None:
    assert linked(body) == expected


def test_a_term_that_the_page_links_to_is_left_alone() -> None:
    body = '<p>SMD <a href="g.html#term-SMD">SMD</a> I²</p>'
    assert linked(body) == ["I²"]


def test_a_new_term_reaches_pages_that_did_not_change(tmp_path: Path) -> None:
    project = Project(tmp_path / "review")
    extensions = "sphinx:\n  extra_extensions: [analysis.book.extensions.terms]\n"
    write(project, "_config.yml", f'title: Toy\nexecute:\n  execute_notebooks: "off"\n{extensions}')
    write(project, "_toc.yml", "format: jb-book\nroot: index\nchapters:\n- file: terms\n")
    write(project, "chapters/index.md", "# Front\n\nAn SMD and a ratio.\n")
    glossary = "# Terms\n\n```{glossary}\nSMD\n  A difference.\nMORE```\n"
    write(project, "chapters/terms.md", glossary.replace("MORE", ""))
    build_book(project)
    front = (project.site / "index.html").read_text(encoding="utf-8")
    assert '<a class="term" href="terms.html#term-SMD">SMD</a> and a ratio' in front
    write(project, "chapters/terms.md", glossary.replace("MORE", "\nratio\n  One by another.\n"))
    build_book(project)
    front = (project.site / "index.html").read_text(encoding="utf-8")
    assert '<a class="term" href="terms.html#term-ratio">ratio</a>' in front
