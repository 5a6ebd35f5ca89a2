"""Made-up files in the shape of the Retraction Watch database; every DOI is below 10.5555."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

# As published: https://www.crossref.org/documentation/retrieve-metadata/retraction-watch/
HEADER = (
    "Record ID", "Title", "Subject", "Institution", "Journal", "Publisher", "Country", "Author",
    "URLS", "ArticleType", "RetractionDate", "RetractionDOI", "RetractionPubMedID",
    "OriginalPaperDate", "OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionNature",
    "Reason", "Paywalled", "Notes",
)  # fmt: skip


def notice(number: int, **cells: str) -> dict[str, str]:
    """A row about a made-up paper, with the cells that are given instead of the usual ones."""
    usual = {
        "Record ID": str(number),
        "Title": f"Effects of compound {number} on the growth of cells in a dish",
        "Subject": "(BLS) Biology - Cellular;(HSC) Medicine - Oncology;",
        "Institution": "Department of Examples, University of Nowhere, Example City; " * 4,
        "Journal": "Journal of Made-Up Results",
        "Publisher": "Example Press",
        "Country": "Nowhere",
        "Author": "An Author; Bee Author; Cee Author",
        "ArticleType": "Research Article;",
        "RetractionDate": f"{number % 12 + 1}/{number % 28 + 1}/2025 0:00",
        "RetractionDOI": f"10.5555/notice.{number}",
        "RetractionPubMedID": "0",
        "OriginalPaperDate": f"{number % 12 + 1}/{number % 28 + 1}/2020 0:00",
        "OriginalPaperDOI": f"10.5555/paper.{number}",
        "OriginalPaperPubMedID": str(700_000_000 + number) if number % 3 else "0",
        "RetractionNature": "Retraction",
        "Reason": "+Error in Data;+Investigation by Journal/Publisher;",
        "Paywalled": "No",
        "Notes": "See also: a note, with commas and \"quotation marks\", about the notice" * 2,
    }  # fmt: skip
    unknown = set(cells) - set(HEADER)
    assert not unknown, unknown
    return dict.fromkeys(HEADER, "") | usual | cells


def database(rows: Iterable[Mapping[str, str]]) -> str:
    """The rows as the database writes them, with its line ends."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
