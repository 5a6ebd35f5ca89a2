from __future__ import annotations

from pathlib import Path

import pytest

from analysis.book.extensions.trimming import names_in_use, trim_site, trim_styles


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".used{a:b}.idle{a:b}", ".used{a:b}"),
        (".idle, p.used > a{a:b}", "p.used > a{a:b}"),
        (".used.idle{a:b}#idle{a:b}", ""),
        ("p{a:b}[data-x=idle]{a:b}", "p{a:b}[data-x=idle]{a:b}"),
        ("p:not(.idle){a:b}", "p:not(.idle){a:b}"),
        ("p:is(.idle,:not(.a,.b)),.idle{a:b}", "p:is(.idle,:not(.a,.b)){a:b}"),
        ("@media print{.used{a:b}.idle{a:b}}.idle{a:b}", "@media print{.used{a:b}}"),
        ("@media print{.idle{a:b}}p{a:b}", "p{a:b}"),
        ("@keyframes idle{from{a:b}to{a:c}}p{a:b}", "@keyframes idle{from{a:b}to{a:c}}p{a:b}"),
        ("@import 'x;y.css';@font-face{a:b}", "@import 'x;y.css';@font-face{a:b}"),
        ('.idle{a:"}"}.used{a:url(data:x;y)}', ".used{a:url(data:x;y)}"),
        ("""p{a:"\\"}"}.idle{a:'}'}""", """p{a:"\\"}"}"""),
        ("/* it's .used{ */.idle{a:b;c:d}p{a:b;c:d}", "p{a:b;c:d}"),
    ],
)
def test_a_rule_stays_if_a_page_can_match_it(css: str, kept: str) -> None:
    assert trim_styles(css, frozenset({"used"})) == kept


def test_trimming_twice_changes_nothing_more() -> None:
    css = "@media print{.used, .idle{a:b}}/* x */p:not(.idle)::before{content:'{'}"
    once = trim_styles(css, frozenset({"used"}))
    assert trim_styles(once, frozenset({"used"})) == once


def test_names_come_from_pages_and_from_scripts(tmp_path: Path) -> None:
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "menu.js").write_text("menu.classList.add('open')", "utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "page.html").write_text("<p class='one two' id=\"three\">four</p>", "utf-8")
    assert {"one", "two", "three", "open"} <= names_in_use(tmp_path)
    assert "four" not in names_in_use(tmp_path)


def test_a_site_loses_what_it_never_loads(tmp_path: Path) -> None:
    static = tmp_path / "_static"
    for name in ("scripts/fontawesome.js", "scripts/menu.js", "scripts/menu.js.map"):
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text("", "utf-8")
    (static / "book.css").write_text(".used{a:b}.idle{a:b}", "utf-8")
    (tmp_path / "index.html").write_text('<p class="used">', "utf-8")
    trim_site(tmp_path)
    left = {path.relative_to(static).as_posix() for path in static.rglob("*.*")}
    assert left == {"book.css", "scripts/menu.js"}
    assert (static / "book.css").read_text("utf-8") == ".used{a:b}"
