"""The whole review as one document for paper, and what Chromium prints of it."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from pathlib import Path

import pytest
from lxml import html
from pypdf import PdfReader

from analysis.book import chromium as printer
from analysis.book.contents import contents_of
from analysis.book.documents import Contents, Part
from analysis.book.one_document import OneDocument, TitlePage, one_document
from analysis.book.printed_book import print_book, sheets_of
from analysis.evidence.rows import Evidence
from analysis.files.problems import ReviewError
from tests.site.conftest import Built

FIRST = TitlePage('A "review" of <pain>', "Version 1 of 2 March 2026", "Pain", None)
A4 = (595.3, 841.9)
# Pages that lead to each other, with a figure, tables and hand-written prose.
FEW = ("about/objectives", "bias/small-study-effects")


@pytest.fixture(scope="module")
def contents(living: Evidence) -> Contents:
    return contents_of(living.protocol)


@pytest.fixture(scope="module")
def document(built: Built, contents: Contents) -> OneDocument:
    return one_document(built.site, contents, FIRST)


@pytest.fixture(scope="module")
def few(built: Built, contents: Contents) -> OneDocument:
    by_name = {page.name: page for page in contents.documents}
    part = Part("A part", tuple(by_name[name] for name in FEW))
    return one_document(built.site, Contents(contents.front, (part,)), FIRST)


def said(text: str) -> str:
    """Text without what separates it; a font joins some letters."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def test_every_page_is_there_once_in_the_order_of_the_menu(
    document: OneDocument, contents: Contents
) -> None:
    page = html.fromstring(document.markup({}))
    sections = [section.get("id") for section in page.iter("section") if "page" in section.classes]
    assert sections == [f"page-{each.name.replace('/', '-')}" for each in contents.documents]
    listed = [a.get("href") for a in page.find_class("list-of-pages")[0].iter("a")]
    assert listed == [f"#{anchor}" for anchor in sections]
    captions = [p.text for p in page.find_class("list-of-pages")[0].find_class("part")]
    assert captions == [part.caption for part in contents.parts]


def test_links_lead_within_the_document_and_nothing_needs_a_screen(document: OneDocument) -> None:
    page = html.fromstring(document.markup({}))
    ids = {element.get("id") for element in page.iter("*")}
    leading = [a.get("href") for a in page.iter("a") if a.get("href")]
    within = [address for address in leading if address.startswith("#")]
    assert len(within) > 1000
    assert [address for address in within if address[1:] not in ids] == []
    assert {re.split(r"[:/]", a)[0] for a in leading} - {"http", "https", "mailto"} <= {
        a for a in within
    }
    assert [e.tag for e in page.iter("script", "button", "nav", "form")] == []
    for image in page.iter("img"):
        assert Path(image.get("src").removeprefix("file://")).is_file()


def test_files_beside_the_pages_are_linked_where_the_site_is_published(
    built: Built, contents: Contents
) -> None:
    published = TitlePage("A", "B", "C", "https://example.org/review/")
    markup = one_document(built.site, contents, published).markup({})
    assert 'href="https://example.org/review/downloads/effects.csv"' in markup


def test_what_chromium_prints_has_the_numbers_of_its_sheets(
    few: OneDocument, tmp_path: Path
) -> None:
    try:
        printer.chromium()
    except ReviewError as missing:
        pytest.skip(str(missing))
    pdf = tmp_path / "review.pdf"
    printed = print_book(few, pdf, 240)
    assert list(tmp_path.iterdir()) == [pdf]
    reader = PdfReader(pdf)
    numbers, sheets = sheets_of(pdf, few)
    assert printed.sheets == sheets == len(reader.pages) and printed.pages == 1 + len(FEW)
    assert 5 <= sheets <= 40
    assert list(numbers.values()) == sorted(numbers.values())
    texts = [said(sheet.extract_text()) for sheet in reader.pages]
    for page in few.pages:
        sheet = numbers[page.anchor]
        assert said(f"{page.title}{sheet}") in texts[1]
        assert said(page.title) in texts[sheet - 1]
    for number, (sheet, text) in enumerate(zip(reader.pages, texts, strict=True), start=1):
        size = (float(sheet.mediabox.width), float(sheet.mediabox.height))
        assert size == pytest.approx(A4, abs=1)
        foot = said(f"{number}Pain. Version 1 of 2 March 2026")
        assert (foot in text) == (number > 1)
        for font in sheet["/Resources"].get("/Font", {}).values():
            fonts = [f.get_object() for f in font.get_object().get("/DescendantFonts", [font])]
            embedded = [f.get_object().get("/FontDescriptor", {}) for f in fonts]
            kinds = {name for found in embedded for name in found if name.startswith("/FontFile")}
            assert kinds or font.get_object()["/Subtype"] == "/Type3"
    assert said(FIRST.title) in texts[0] and "Objectives" in "".join(texts)
    titles = [str(entry.title) for entry in flat(reader.outline)]
    assert titles == [few.pages[0].title, "A part", *(page.title for page in few.pages[1:])]


def flat(outline: list) -> list:
    """Entries of an outline, one after another."""
    return [e for entry in outline for e in (flat(entry) if isinstance(entry, list) else [entry])]


def test_without_chromium_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer.shutil, "which", lambda name: None)
    with pytest.raises(ReviewError, match=r"^Chromium is not installed, .*: install it"):
        printer.chromium()


def program(folder: Path, lines: str) -> str:
    """A program that is no browser."""
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return str(path)


def test_a_chromium_that_cannot_number_pages_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = program(tmp_path, "echo Chromium 120.0.6099.109")
    monkeypatch.setattr(printer.shutil, "which", lambda name: found)
    with pytest.raises(ReviewError, match="is version 120, which cannot number pages: install 131"):
        printer.chromium()


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("echo ready; exec sleep 600", "did not print within 1 seconds: allow more with --timeout"),
        ("echo 'out of memory' >&2; exit 1", r"printed nothing \(out of memory\)"),
    ],
)
def test_where_printing_fails_nothing_is_left_and_what_stood_stands(
    few: OneDocument,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: str,
    complaint: str,
) -> None:
    fake = program(tmp_path, lines)
    monkeypatch.setattr("analysis.book.printed_book.chromium", lambda: fake)
    target = tmp_path / "out" / "review.pdf"
    target.parent.mkdir()
    target.write_bytes(b"of yesterday")
    with pytest.raises(ReviewError, match=complaint):
        print_book(few, target, 1)
    assert [path.name for path in target.parent.iterdir()] == ["review.pdf"]
    assert target.read_bytes() == b"of yesterday"
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert str(tmp_path) not in running


def test_a_printing_that_is_killed_leaves_nothing_beside_the_site(
    few: OneDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the browser prints, what it prints from is elsewhere."""
    target, seen = tmp_path / "out" / "review.pdf", tmp_path / "seen"
    target.parent.mkdir()
    fake = program(tmp_path, f"ls -A '{target.parent}' > '{seen}'; exit 1")
    monkeypatch.setattr("analysis.book.printed_book.chromium", lambda: fake)
    with pytest.raises(ReviewError, match="printed nothing"):
        print_book(few, target, 5)
    assert seen.read_text() == ""
