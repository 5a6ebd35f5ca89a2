"""Nothing on the site is empty, raw or left over, and what is computed is worded as agreed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from bs4 import Tag

from analysis.book.contents import contents_of
from analysis.formatting import day
from analysis.protocol import load_protocol
from analysis.searching.history import load_searches, source_status
from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import edition_of
from analysis.versions.state import state_of
from tests.evidence.folder import LIVING
from tests.site.conftest import Built
from tests.site.reading import Documents, article, outputs, said

PROTOCOL = load_protocol(LIVING / "protocol.yml")

LEFT_OVER = {
    "a missing number": r"\bnan\b|\bNaN\b|\binf\b|\bNone\b(?! of|:)|\bNaT\b|<NA>",
    "a note to oneself": r"\bTODO\b|\bFIXME\b|\bXXX\b|lorem ipsum",
    "an error": r"Traceback|\w+(?:Error|Warning):",
    "a Python object": r"<\w+ object at 0x|\bdict_keys\(|\[\('|<class '",
    "raw MyST": r"\{[a-z][a-z:-]*\}`|\{\{|\}\}|:::|```|^\(\w[\w-]*\)=$",
    "visible markup": r"</?(?:span|div|p|a|td|tr|strong|em|small|svg|br)\b|&(?:\w+|#\d+);",
    "a path of this machine": r"(?:^|[\s\"'(=])/(?:tmp|work|root|home|usr|var|private)/|file://",
}
HEADING = re.compile(r"^h[1-6]$")
P_VALUE_WORDS = re.compile(r"(?<!clinically )significan(?:t|ce)|\bno effect\b", re.IGNORECASE)
QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
HYPHEN_MINUS = re.compile(r"(?<![\w.,/:–−-])-\.?\d")


def with_trials(answers: Mapping[str, Synthesis]) -> set[str]:
    """The pages of the questions that some trial answers."""
    return {f"effects/{s.question.slug}.html" for s in answers.values() if s.studies}


def of(documents: Documents, built: Built) -> dict[str, Tag]:
    """The pages a reader reads, by path."""
    names = [page.relative_to(built.site).as_posix() for page in built.pages]
    return {name: article(documents[name]) for name in names}


@pytest.mark.parametrize("kind", LEFT_OVER)
def test_nothing_is_left_over(built: Built, documents: Documents, kind: str) -> None:
    pattern = re.compile(LEFT_OVER[kind])
    found = [
        (page, text[:160])
        for page, content in of(documents, built).items()
        for text in said(content)
        if pattern.search(text)
    ]
    assert found == []


def test_no_page_is_empty(built: Built, documents: Documents) -> None:
    for page, content in of(documents, built).items():
        assert len(content.get_text(" ", strip=True)) > 400, page


def test_every_page_says_how_fresh_the_review_is(
    built: Built, documents: Documents, answers: Mapping[str, Synthesis]
) -> None:
    states = {key: state_of(synthesis) for key, synthesis in answers.items()}
    edition = edition_of(LIVING, PROTOCOL, load_searches(LIVING), lambda: states)
    statuses = source_status(PROTOCOL, load_searches(LIVING))
    expected = {
        edition.dated,
        *(day(date) for s in statuses for date in (s.last_searched, s.next_due) if date),
    }
    overdue = any(status.overdue for status in statuses)
    for page in built.pages:
        name = page.relative_to(built.site).as_posix()
        [line] = documents[name].select(".status-line")
        said = line.get_text(" ", strip=True)
        assert [part for part in expected if part not in said] == [], name
        assert ("overdue" in said) == overdue, name


def test_every_executed_page_names_the_code_that_made_it(
    built: Built, documents: Documents
) -> None:
    executed = {page.target.with_suffix(".html").as_posix() for page in contents_of(PROTOCOL).pages}
    for page in built.pages:
        name = page.relative_to(built.site).as_posix()
        lines = documents[name].select(".computed")
        assert len(lines) == (name in executed), name
        assert all(re.search(r"\b[0-9a-f]{16}\b", line.get_text()) for line in lines), name


def bare_headings(content: Tag) -> list[str]:
    """Headings after which nothing comes, before the next of the same level or above."""
    bare: list[Tag] = []
    waiting: list[Tag] = []
    for part in content.descendants:
        if isinstance(part, Tag) and HEADING.match(part.name):
            bare += [heading for heading in waiting if heading.name >= part.name]
            waiting = [heading for heading in waiting if heading.name < part.name] + [part]
        elif isinstance(part, Tag):
            waiting = [] if part.name in {"svg", "img"} else waiting
        elif part.strip() and not any(HEADING.match(parent.name) for parent in part.parents):
            waiting = []
    return [heading.get_text(strip=True) for heading in [*bare, *waiting]]


def test_no_section_is_empty(built: Built, documents: Documents) -> None:
    empty = {page: bare_headings(content) for page, content in of(documents, built).items()}
    assert {page: headings for page, headings in empty.items() if headings} == {}


def columns(row: Tag) -> int:
    """How many columns the cells of a row fill."""
    return sum(int(str(cell.get("colspan", 1))) for cell in row.find_all(["th", "td"]))


def test_no_table_is_empty(built: Built, documents: Documents) -> None:
    tables = Counter[str]()
    for page, content in of(documents, built).items():
        for table in content.find_all("table"):
            tables[page] += 1
            assert table.caption is not None and table.caption.get_text(strip=True), page
            heads, rows = table.select("thead th"), table.select("tbody tr")
            assert heads and all(head.get_text(strip=True) for head in heads), (page, table.caption)
            assert rows and all(row.get_text(strip=True) for row in rows), (page, table.caption)
            assert {columns(row) for row in rows} == {len(heads)}, page
    assert {f"effects/{question.slug}.html" for question in PROTOCOL.questions} <= set(tables)


def test_every_figure_draws_something_and_has_a_name(
    documents: Documents, answers: Mapping[str, Synthesis]
) -> None:
    figures = Counter[str]()
    for page, document in documents.items():
        for svg in document.find_all("svg"):
            assert svg.find(["path", "line", "rect", "circle", "polygon", "use"]), page
            if svg.get("aria-hidden") == "true":
                continue
            figures[page] += 1
            title = svg.find("title")
            name = str(svg.get("aria-label") or (title and title.get_text()) or "")
            assert svg.get("role") == "img" and len(name) > 15, (page, str(svg)[:200])
        for image in document.find_all("img"):
            assert str(image.get("alt") or "").strip(), (page, str(image)[:200])
    assert with_trials(answers) <= set(figures)


def test_every_figure_has_its_numbers_in_a_table_beside_it(
    documents: Documents, answers: Mapping[str, Synthesis]
) -> None:
    """For those who cannot see it: in its own section, or in the next one."""
    figures, lonely = Counter[str](), []
    for page, document in documents.items():
        for card in document.select(".figure-card"):
            figures[page] += 1
            own = card.find_parent("section")
            beside = [own, own.find_next_sibling("section")]
            if not any(section.find("table") for section in beside if section):
                lonely.append((page, card.svg["aria-label"][:80]))
    assert lonely == []
    assert with_trials(answers) <= set(figures)


def test_every_figure_is_offered_beneath_it(built: Built, documents: Documents) -> None:
    for page, document in documents.items():
        for card in document.select(".figure-card"):
            links = card.parent.select(".figure-offers > a")
            assert [link.text for link in links] == ["SVG", "CSV", "Link"], page
            svg, numbers = ((built.site / page).parent / link["href"] for link in links[:2])
            assert "var(" not in svg.read_text("utf-8"), svg
            assert len(numbers.read_text("utf-8").splitlines()) > 1, numbers
            assert document.find(id=links[2]["href"].removeprefix("#")), page


def test_figures_of_a_page_are_told_apart_by_their_names(documents: Documents) -> None:
    for page, document in documents.items():
        names = [
            svg.get("aria-label")
            for svg in document.select("svg[role=img][aria-label]:not(.narrow-figure)")
        ]
        assert len(names) == len(set(names)), page


def test_results_are_never_worded_by_a_p_value(documents: Documents) -> None:
    found = [
        (page, text[:160])
        for page, document in documents.items()
        for output in outputs(document)
        for text in said(output)
        if P_VALUE_WORDS.search(QUOTED.sub("", text))
    ]
    assert found == []


def test_numbers_have_true_minus_signs(documents: Documents) -> None:
    """In figures, sentences and columns of numbers; other cells hold a source's own words."""
    found = [
        (page, text[:160])
        for page, document in documents.items()
        for output in outputs(document)
        for part in output.select("svg, p, li, caption, .number")
        for text in [*said(part), str(part.get("aria-label", ""))]
        if HYPHEN_MINUS.search(text)
    ]
    assert found == []


@pytest.mark.parametrize("cell", PROTOCOL.questions, ids=lambda cell: cell.key)
def test_an_effect_page_is_complete(built: Built, documents: Documents, cell: object) -> None:
    document = documents[f"effects/{cell.slug}.html"]
    result = json.loads((built.root / "results" / f"{cell.key}.json").read_text("utf-8"))
    page = article(document)
    assert page.select_one(".headline .answer") is not None
    forests = page.select('svg[role=img][aria-label^="Forest plot"]:not(.narrow-figure)')
    # Trials that give only responders are drawn with the others in a plot of their own.
    assert len(forests) == bool(result["studies"]) + bool(result["responders"])
    if not result["studies"]:
        assert "no trial gives a usable number" in page.get_text(" ", strip=True)
        return
    drawn = forests[0].get_text(" ", strip=True)
    captions = [str(caption.string) for caption in page.find_all("caption")]
    trials = page.select_one('table:has(caption:-soup-contains("Trials:"))')
    assert trials is not None, captions
    for study in result["studies"]:
        assert study["label"] in trials.get_text(" ", strip=True)
        assert study["label"].split()[0] in drawn


def test_every_number_of_every_page_is_a_number(built: Built) -> None:
    """The results behind the pages: no infinity and no "not a number" can be read from them."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    results = sorted(Path(built.root / "results").glob("*.json"))
    assert len(results) >= len(PROTOCOL.questions)
    for path in results:
        json.loads(path.read_text("utf-8"), parse_constant=refuse)
