"""XML exports: EndNote's, PubMed's and ICTRP's, read with every entity and DTD refused."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.files.problems import EvidenceError
from analysis.files.tables import LONGEST_CELL
from analysis.searching.formats.dialects import ENDNOTE, PUBMED_XML, Dialect
from analysis.searching.formats.entry import Entry
from analysis.searching.formats.table_dialects import table_dialect

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# Many times as deep as any of them nests.
DEEPEST = 50
# PubMed's XML names its DTD, which is not read; any other declaration is refused.
DOCTYPE = re.compile(
    rb"<!DOCTYPE Pubmed(?:Book)?ArticleSet\s+(?:PUBLIC\s+\"[^\"<>\[\]]*\"|SYSTEM)\s+"
    rb"\"https?://[^\"<>\[\]]*\"\s*>"
)
# What other roots are, and which export to ask for instead.
OTHERS = {
    "search_results": "ClinicalTrials.gov's XML of before 2023: download CSV or JSON",
    "clinical_study": "ClinicalTrials.gov's XML of before 2023: download CSV or JSON",
    "html": "a web page: export the records as RIS",
    "modsCollection": "MODS: export RIS",
    "refworks": "RefWorks XML: export RIS",
    "feed": "a feed: export the records as RIS",
    "eSearchResult": "PubMed's list of numbers: save the records in the format PubMed",
    "eSummaryResult": "PubMed's summaries: save the records in the format PubMed",
}


def read_xml(raw: bytes, path: Path) -> tuple[Dialect, Iterator[Entry]]:
    """The dialect by the root, and every record; EvidenceError names damage and its line.

    Bytes, not text: the XML declaration names its own encoding.
    """
    _refuse_endless_tags(raw, path)
    head = DOCTYPE.sub(lambda found: re.sub(rb"[^\n]", b" ", found.group()), raw[:4000], count=1)
    events = _events(head + raw[4000:], path)
    root = next(events)[1].tag
    ictrp = table_dialect(("trialid", "public title"))
    known: Mapping[str, tuple[Dialect | None, tuple[str, ...]]] = {
        "xml": (ENDNOTE, ("record",)),
        "PubmedArticleSet": (PUBMED_XML, ("PubmedArticle", "PubmedBookArticle")),
        "PubmedBookArticleSet": (PUBMED_XML, ("PubmedBookArticle",)),
        "Trials_downloaded_from_ICTRP": (ictrp, ("Trial",)),
    }
    dialect, records = known.get(root, (None, ()))
    if dialect is None:
        what = OTHERS.get(root.rsplit("}", 1)[-1], "")
        message = what or f"<{root[:40]}>: XML, but not EndNote's, PubMed's or ICTRP's; export RIS"
        raise EvidenceError.at(path, message, 1)
    if root == "Trials_downloaded_from_ICTRP":
        return replace(dialect, name="ICTRP's XML"), _children(events, records)
    return dialect, _by_paths(events, records, dialect)


def _by_paths(
    events: Iterator[tuple[str, Element]], records: tuple[str, ...], dialect: Dialect
) -> Iterator[Entry]:
    paths = sorted(dialect.read)
    for event, element in events:
        if event == "end" and element.tag in records:
            values = {path: [_text(found) for found in element.findall(path)] for path in paths}
            read = {path.split("/")[0] for path in paths}
            values |= {child.tag: [] for child in element if child.tag not in read}
            yield Entry(
                0, {path: texts for path, texts in values.items() if texts or "/" not in path}
            )
            element.clear()  # 50 000 records fit in memory only without their trees


def _children(events: Iterator[tuple[str, Element]], records: tuple[str, ...]) -> Iterator[Entry]:
    for event, element in events:
        if event == "end" and element.tag in records:
            values: dict[str, list[str]] = {}
            for child in element:
                name = child.tag.casefold().replace("_", " ")
                values.setdefault(name, []).extend(filter(None, [_text(child)]))
            yield Entry(0, values)
            element.clear()


def _events(raw: bytes, path: Path) -> Iterator[tuple[str, Element]]:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    depth = 0
    try:
        for event, element in iterparse(io.BytesIO(raw), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if depth > DEEPEST:
                message = f"elements nested more than {DEEPEST} deep, as in no export"
                raise EvidenceError.at(path, message)
            yield event, element
    except ParseError as error:
        message = f"the XML is damaged or cut short: {error.msg}"
        raise EvidenceError.at(path, message, error.position[0]) from None
    except DefusedXmlException:
        message = "an XML entity or DTD, which no export needs: the file is refused"
        raise EvidenceError.at(path, message, 1) from None
    except (LookupError, ValueError) as error:
        raise EvidenceError.at(path, f"not readable XML: {error}", 1) from None


def _refuse_endless_tags(raw: bytes, path: Path) -> None:
    """The parser's time grows with the square of what stands before the next `>`."""
    start = 0
    while len(raw) - start > LONGEST_CELL:
        start = raw.rfind(b">", start, start + LONGEST_CELL) + 1
        if not start:
            message = f"over {LONGEST_CELL} characters without the end of a tag: is it damaged?"
            raise EvidenceError.at(path, message)


def _text(element: Element) -> str:
    """The text of an element: a person's name, a part of an abstract with its label, or all in it.

    EndNote wraps every value in <style> elements and names a type in an attribute.
    """
    if element.tag == "Author":
        parts = (element.findtext(tag) for tag in ("LastName", "ForeName"))
        name = ", ".join(filter(None, parts)) or element.findtext("CollectiveName") or ""
        return name or "".join(element.itertext()).strip()
    text = "".join(element.itertext()).strip()
    if element.tag == "AbstractText" and (label := element.get("Label")):
        return f"{label}: {text}"
    return element.get("name", text) if element.tag == "ref-type" else text
