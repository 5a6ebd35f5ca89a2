"""What the search looks through, from the HTML of pages; how it ranks is a browser's test."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path

import pytest
from sphinx_external_toc.parsing import parse_toc_data

from analysis.book.extensions.site_search import FIRST_PART, LAST, from_anywhere, weights
from analysis.book.search_index import (
    KnownSections,
    SearchedPage,
    Section,
    index_script,
    read_pages,
    sections_of,
    synonyms_of,
)
from tests.evidence.folder import ROOT

HEADLINE = '<a class="headerlink" href="#x">#</a>'
PAGE = f"""<nav>All pages .ipynb</nav><article class="bd-article">
<section id="top"><h1>Top &amp; all{HEADLINE}</h1><p>One <em>two</em>.</p><svg><text>no</text></svg>
<section id="trials"><h2>Trials{HEADLINE}</h2>
<table><tr><th>Trial</th><th>Size</th></tr><tr><td>Abe &lt; Bea</td><td>12</td></tr></table>
<p>Three.</p></section></section></article><footer>not this</footer>"""
GLOSSARY = """<article><section id="glossary"><h1>Glossary</h1><dl class="simple glossary">
<dt id="term-CBT">CBT<a class="headerlink" href="#c">#</a></dt><dt id="term-long">long name</dt>
<dd><p>A therapy.</p></dd><dt id="term-other">other</dt><dd><p>Another.</p></dd></dl>
<section id="other-words"><h2>Other words</h2><ul><li><p>low: mood, sad.</p></li></ul></section>
</section></article>"""


def unpacked(script: str) -> dict[str, list]:
    packed = script.removeprefix('var searchIndex = "').removesuffix('";\n')
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def test_a_page_is_read_as_a_reader_sees_it() -> None:
    """Cells apart and without numbers, no menu, no figure, no sign of a link."""
    assert sections_of(PAGE) == [
        Section("", "Top & all", ["One two."]),
        Section("trials", "Trials", ["Trial · Size", "Abe < Bea", "Three."]),
    ]
    assert sections_of("<p>no article</p>") == []


def test_terms_of_a_glossary_are_found_by_themselves() -> None:
    assert sections_of(GLOSSARY)[1:3] == [
        Section("term-CBT", "CBT, long name", ["A therapy."]),
        Section("term-other", "other", ["Another."]),
    ]


def test_names_of_one_thing_and_other_words_are_searched_as_one(tmp_path: Path) -> None:
    """The list of other words is no find itself."""
    assert synonyms_of(GLOSSARY) == [("CBT", "long name"), ("low", "mood", "sad")]
    (tmp_path / "glossary.html").write_text(GLOSSARY, encoding="utf-8")
    (page,) = read_pages(tmp_path, {"glossary": 1.0})
    assert page.title == "Glossary"
    assert "mood" not in repr(page.sections)


def test_what_several_pages_say_is_found_on_the_first() -> None:
    def page(name: str, *texts: str) -> SearchedPage:
        return SearchedPage(name, name.upper(), 1.0, (Section("", name.upper(), list(texts)),))

    script = index_script([page("a", "x", "y · z"), page("b", "x", "z · y", "z · w")], [("s", "t")])
    assert unpacked(script) == {
        "pages": [["a", "A", 1.0, ["", "A", "x", "y · z"]], ["b", "B", 1.0, ["", "B", "z · w"]]],
        "synonyms": [["s", "t"]],
    }
    assert script.isascii() and script.count("\n") == 1


def test_hostile_text_stays_text_in_the_index() -> None:
    text = '"; alert(1); </script><img src=x onerror=alert(1)>\u2028'
    page = SearchedPage("a", text, 1.0, (Section(text, text, [text]),))
    script = index_script([page], [])
    assert unpacked(script)["pages"] == [["a", text, 1.0, [text, text, text]]]
    assert "<" not in script and script.count('"') == 2


def test_earlier_parts_come_before_later_ones_and_unanswered_questions_last() -> None:
    parts = [[{"file": "a"}, {"file": "b"}], [{"file": "c"}, {"file": "d"}], [{"file": "e"}]]
    contents = parse_toc_data(
        {
            "format": "jb-book",
            "root": "index",
            "parts": [{"caption": str(n), "chapters": files} for n, files in enumerate(parts)],
        }
    )
    found = weights(contents, ("d", "gone"))
    assert list(found) == ["index", "a", "b", "c", "d", "e"]
    assert found["index"] == found["a"] == FIRST_PART > found["c"] > found["e"] > found["d"] == LAST


@pytest.mark.parametrize(
    ("url", "root"), [(None, "/"), ("https://a.example/", "/"), ("https://a.example/b/c/", "/b/c/")]
)
def test_the_page_for_what_is_not_there_leads_home_from_any_depth(
    url: str | None, root: str
) -> None:
    page = (
        '<html data-content_root="./"><link href="_static/a.css"/><a href="about/b.html#c">'
        '<a href="#main"><a href="https://d.example/e"><script src="_static/f.js"></script>'
        '<form action="search.html"><img src="data:x"/></form></html>'
    )
    assert from_anywhere(page, url) == (
        f'<html data-content_root="{root}"><link href="{root}_static/a.css"/>'
        f'<a href="{root}about/b.html#c"><a href="#main"><a href="https://d.example/e">'
        f'<script src="{root}_static/f.js"></script>'
        f'<form action="{root}search.html"><img src="data:x"/></form></html>'
    )


def test_the_library_is_the_file_that_was_kept_with_its_licence() -> None:
    folder = ROOT / "chapters/_static/minisearch"
    script = (folder / "minisearch.js").read_bytes()
    assert hashlib.sha256(script).hexdigest() == (
        "d989f78ec0eff92c0822db19649c14596e669fd942a2daaff3f616d606e62f8a"
    )
    assert (folder / "LICENSE.txt").read_text("utf-8").startswith("Copyright 2022 Luca Ongaro")


def test_only_pages_that_changed_are_read_again(tmp_path: Path) -> None:
    """What was read before is what would be read now, and of former pages nothing is kept."""
    file, pages = tmp_path / "sections.json", [f"<article><p>page {n}</p></article>" for n in "123"]
    first = KnownSections(file)
    read = [first.of(page) for page in pages[:2]]
    first.remember()
    assert read == [sections_of(page) for page in pages[:2]]
    marked = file.read_text(encoding="utf-8").replace("page 2", "known")
    file.write_text(marked, encoding="utf-8")
    then = KnownSections(file)
    assert [s.texts for page in pages[1:] for s in then.of(page)] == [["known"], ["page 3"]]
    then.remember()
    assert "page 1" not in file.read_text(encoding="utf-8")
    file.write_text("{", encoding="utf-8")
    assert KnownSections(file).of(pages[1]) == sections_of(pages[1])
