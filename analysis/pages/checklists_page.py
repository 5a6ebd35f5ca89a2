"""Reporting checklists: what PRISMA asks for, the place that reports it, and whether it does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from analysis.evidence.rows import ChecklistItem, Evidence
from analysis.evidence.team import Team
from analysis.formatting import DASH, listed, sentence_case
from analysis.pages.html import Html, element, items, link, paragraph, table, text
from analysis.pages.links import UP

TITLES: Mapping[str, str] = MappingProxyType(
    {"index": "Front page", "living/whats-new": "Living › what’s new"}
)


def items_of(evidence: Evidence, checklist: str) -> tuple[ChecklistItem, ...]:
    """The items of one checklist, in its order."""
    return tuple(item for item in evidence.checklists if item.checklist == checklist)


def summary(evidence: Evidence, checklist: str, team: Team) -> Html:
    """How many items the book meets, and which in part or not at all."""
    asked = items_of(evidence, checklist)
    by_status: dict[str, list[str]] = {"met": [], "partly met": [], "not met": []}
    for item in asked:
        by_status[item.status(team.not_stated())].append(item.item)
    said = [f"{len(by_status['met'])} of {len(asked)} items are met"]
    for status in ("partly met", "not met"):
        if numbers := by_status[status]:
            verb, noun = ("is", "item") if len(numbers) == 1 else ("are", "items")
            said.append(f"{len(numbers)} {verb} {status} ({noun} {listed(numbers)})")
    return paragraph(f"{'; '.join(said)}.")


def checklist_table(evidence: Evidence, checklist: str, team: Team) -> Html:
    """Each item with links to where it is reported, whether it is met, and why it is not."""
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
            "Met": _mark(item.status(team.not_stated())),
            "Note": item.note.removeprefix("not reported: "),
        }
        for item in items_of(evidence, checklist)
    ]
    return table(rows, checklist)


def _mark(status: str) -> Html:
    """The status, marked where a reader should look."""
    return text(status) if status == "met" else element("strong", status)


def _where(item: ChecklistItem, titles: Mapping[str, str]) -> Html:
    if not item.places:
        return Html(DASH)
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
