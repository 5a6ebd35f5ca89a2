"""The whole site as one PDF: printed, the sheets of its pages read, and printed with them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from analysis.book.chromium import chromium, print_pdf
from analysis.book.one_document import OneDocument
from analysis.files.problems import ReviewError
from analysis.files.writing import write_atomically

# The list of pages is as long with numbers as without, so the second printing should stand.
MOST_PRINTINGS = 4


@dataclass(frozen=True)
class Printed:
    """How many pages of the site stand on how many sheets."""

    pages: int
    sheets: int


def print_book(document: OneDocument, target: Path, seconds: float) -> Printed:
    """Print the document to `target`, whole or not at all; each printing may take `seconds`."""
    program = chromium()
    # Not beside the target: what a killed printing leaves there nobody would clear away.
    with tempfile.TemporaryDirectory(prefix="review-book-") as folder:
        source, pdf = Path(folder) / "book.html", Path(folder) / "book.pdf"
        numbers: Mapping[str, int] = {}
        for _ in range(MOST_PRINTINGS):
            source.write_text(document.markup(numbers), encoding="utf-8")
            pdf.unlink(missing_ok=True)
            print_pdf(program, source, pdf, seconds)
            before, (numbers, sheets) = numbers, sheets_of(pdf, document)
            if numbers == before:
                _outline(pdf, document, numbers)
                write_atomically(target, pdf.read_bytes())
                return Printed(len(document.pages), sheets)
    raise ReviewError("the numbers in the list of pages do not settle: nothing was written")


def sheets_of(pdf: Path, document: OneDocument) -> tuple[dict[str, int], int]:
    """On which sheet each page of the site begins, and how many there are."""
    reader = PdfReader(pdf)
    # Chromium writes the names of places as such, with the slash that marks them.
    named = {name.removeprefix("/"): place for name, place in reader.named_destinations.items()}
    anchors = [page.anchor for page in document.pages]
    lost = [anchor for anchor in anchors if anchor not in named]
    if lost:
        raise ReviewError(f"the browser printed {lost[0]} without the place that a link leads to")
    places = {anchor: reader.get_destination_page_number(named[anchor]) for anchor in anchors}
    return {anchor: 1 + (place or 0) for anchor, place in places.items()}, len(reader.pages)


def _outline(pdf: Path, document: OneDocument, numbers: Mapping[str, int]) -> None:
    """Give the PDF the outline that a viewer shows: the parts, folded, and their pages."""
    writer = PdfWriter(clone_from=pdf)
    for caption, pages in document.parts.items():
        first = numbers[pages[0].anchor] - 1
        part = None
        if caption:
            part = writer.add_outline_item(title=caption, page_number=first, is_open=False)
        for page in pages:
            place = numbers[page.anchor] - 1
            writer.add_outline_item(title=page.title, page_number=place, parent=part)
    writer.write(pdf)
