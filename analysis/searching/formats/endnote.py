"""EndNote's XML export, read by the standard library with every entity and DTD refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.files.problems import EvidenceError, Problem
from analysis.files.tables import LONGEST_CELL
from analysis.searching.records import Raw

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# Many times as deep as EndNote nests.
DEEPEST = 50
KINDS = {
    "Conference Paper": "conference",
    "Conference Proceedings": "conference",
    "Thesis": "thesis",
    "Book": "book",
    "Book Section": "book",
}


def read_endnote(raw: bytes, path: Path) -> list[Raw]:
    """Every record of an EndNote XML export; EvidenceError names the damaged one and its line.

    Bytes, not text: the XML declaration names its own encoding.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    _refuse_endless_tags(raw, path)
    found: list[Raw] = []
    depth = 0
    try:
        for event, element in iterparse(io.BytesIO(raw), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if depth > DEEPEST:
                message = f"elements nested more than {DEEPEST} deep: not EndNote's XML export"
                raise EvidenceError([Problem(path, None, None, message)])
            if event == "end" and element.tag == "record":
                found.append(_raw(element, len(found) + 1))
                element.clear()  # 50 000 records fit in memory only without their trees
    except ParseError as error:
        line = error.position[0]
        message = f"record {len(found) + 1} is damaged or cut short: {error.msg}"
        raise EvidenceError([Problem(path, line, None, message)]) from None
    except DefusedXmlException:
        message = "an XML entity or DTD, which no EndNote export needs: the file is refused"
        raise EvidenceError([Problem(path, 1, None, message)]) from None
    except (LookupError, ValueError) as error:
        raise EvidenceError([Problem(path, 1, None, f"not readable XML: {error}")]) from None
    if not found:
        raise EvidenceError([Problem(path, 1, None, "no <record>: is this EndNote's XML export?")])
    return found


def _refuse_endless_tags(raw: bytes, path: Path) -> None:
    """The parser's time grows with the square of what stands before the next `>`."""
    start = 0
    while len(raw) - start > LONGEST_CELL:
        start = raw.rfind(b">", start, start + LONGEST_CELL) + 1
        if not start:
            message = f"over {LONGEST_CELL} characters without the end of a tag: is it damaged?"
            raise EvidenceError([Problem(path, None, None, message)])


def _raw(record: Element, number: int) -> Raw:
    kind = record.find("ref-type")
    authors = record.findall("contributors/authors/author")
    return Raw(
        line=number,
        title=_text(record, "titles/title"),
        authors=tuple("".join(author.itertext()).rstrip(",") for author in authors),
        year=_text(record, "dates/year"),
        journal=_text(record, "periodical/full-title") or _text(record, "titles/secondary-title"),
        volume=_text(record, "volume"),
        issue=_text(record, "number"),
        pages=_text(record, "pages"),
        doi=_text(record, "electronic-resource-num"),
        registration=_text(record, "notes"),
        kind=KINDS.get("" if kind is None else kind.get("name", ""), "article"),
        url=_text(record, "urls/related-urls/url"),
        abstract=_text(record, "abstract"),
        accession=_text(record, "accession-num"),
    )


def _text(record: Element, path: str) -> str:
    # EndNote wraps every value in <style> elements.
    found = record.find(path)
    return "" if found is None else "".join(found.itertext()).strip()
