"""Reporting checklists: what PRISMA asks for, and a link to the place that reports it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from analysis.evidence.rows import ChecklistItem, Evidence
from analysis.formatting import listed, sentence_case
from analysis.pages.html import Html, element, items, link, paragraph, table
from analysis.pages.links import UP

TITLES: Mapping[str, str] = MappingProxyType(
    {"index": "Front page", "living/whats-new": "Living › what’s new"}
)


def items_of(evidence: Evidence, checklist: str) -> tuple[ChecklistItem, ...]:
    """The items of one checklist, in its order."""
    return tuple(item for item in evidence.checklists if item.checklist == checklist)


def summary(evidence: Evidence, checklist: str) -> Html:
    """How many items the book reports, and which it does not."""
    asked = items_of(evidence, checklist)
    missing = [item.item for item in asked if not item.places]
    said = f"{len(asked) - len(missing)} of {len(asked)} items are reported."
    if missing:
        said += f" Not reported: {'item' if len(missing) == 1 else 'items'} {listed(missing)}."
    return paragraph(said)


def checklist_table(evidence: Evidence, checklist: str) -> Html:
    """Each item with links to where it is reported, and a note where there is more to say."""
    titles = {
        f"effects/{question.slug}": evidence.protocol.question_title(question)
        for question in evidence.protocol.questions
    }
    rows = [
        {
            "Item": item.item,
            "Section": item.section,
            "What it asks for": item.topic,
            "Where": _where(item, {**titles, **TITLES}),
            "Note": item.note.removeprefix("not reported: "),
        }
        for item in items_of(evidence, checklist)
    ]
    return table(rows, checklist)


def _where(item: ChecklistItem, titles: Mapping[str, str]) -> Html:
    if not item.places:
        return element("strong", "not reported")
    links = [place_link(place, titles) for place in item.places]
    return links[0] if len(links) == 1 else items(links)


def place_link(place: str, titles: Mapping[str, str]) -> Html:
    """`methods/synthesis#synthesis-model` as a link named Methods › synthesis › model.

    `titles` are the names of documents whose address says less than their title.
    """
    document, _, anchor = place.partition("#")
    name = titles.get(document) or document.replace("/", " › ").replace("-", " ")
    page = document.rpartition("/")[2]
    detail = anchor.removeprefix(f"{page}-").replace("-", " ")
    label = f"{name} › {detail}" if detail else name
    address = f"{UP}{document}.html{'#' if anchor else ''}{anchor}"
    return link(sentence_case(label), address)
