"""Collects what pages print of one thing: counts in like sentences, and numbers of a question.

What a sentence is about is its own words: two pages that say the same with other numbers disagree.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from bs4 import BeautifulSoup, Tag

from tests.site.reading import Documents, article

NUMBER = r"[<>]?−?\d[\d,]*(?:\.\d+)?%?"
ESTIMATE = re.compile(
    rf"(?:SMD|MD|Risk ratio|Odds ratio|Risk difference|Hazard ratio|Rate ratio|Difference) "
    rf"(?P<said>{NUMBER} \({NUMBER} to {NUMBER}\))"
)
# What each of these pages says is of one question, one condition, one trial or one release.
OF_ONE = ("effects/", "bias/summary-of-findings-", "versions/", "trials/", "results/evidence-map-")
FEWEST_WORDS = 5
# What these pages print of a question is also of other versions, or of other sets of its trials.
OF_SEVERAL = ("living/whats-new.html", "bias/integrity.html")
TOGETHER = r"participants(?: or more)?(?:\)|, each| give)"
# One thing each, in all the words that pages have for it.
FACTS = {
    "included trials": r"(?:\bof|holds|There are|the) (\d+) included\b",
    "trials that await classification": r"\b(\d+) (?:more )?await",
    "rows of results": r"\b(\d+) outcome rows",
    "trials in a pooled result": rf"(\d+) (?:in a pooled result|trials with [\d,]+ {TOGETHER})",
    "people in a pooled result": rf"(?:pooled result \(|\d trials with )([\d,]+) {TOGETHER}",
    "trials with judgements": r"(\d+) (?:of \d+ included )?trials have (?:\w+ )*judgement",
    "questions": r"\b\d+ of (?:our )?(\d+) questions(?! with an estimate before)",
    "questions of several trials": r"(\d+) (?:of them from|of \d+ questions pool) two trials",
}
BLOCKS = ("p", "li", "td", "th", "figcaption", "caption", "dd", "summary")
# Columns and remarks that tell of something else than the present primary result.
OF_BEFORE = re.compile(r"^(?:Since version|Before|Change|Then)", re.IGNORECASE)


def sentences(document: BeautifulSoup) -> Iterator[str]:
    """Every sentence of a page, each block of text by itself."""
    for block in article(document).find_all(BLOCKS):
        if block.find(BLOCKS):
            continue
        text = re.sub(r"\s+", " ", block.get_text(" ", strip=True))
        yield from re.split(r"(?<=[.:;])\s(?=\S)", re.sub(r"\s+([.,;:])", r"\1", text))


def counts(documents: Documents) -> Mapping[str, Mapping[tuple[str, ...], set[str]]]:
    """By sentence without its numbers: each set of numbers that it has, and on which pages."""
    found: dict[str, dict[tuple[str, ...], set[str]]] = defaultdict(lambda: defaultdict(set))
    for path, document in documents.items():
        if path.startswith(OF_ONE):
            continue
        for sentence in sentences(document):
            numbers = tuple(re.findall(NUMBER, sentence))
            words = re.sub(NUMBER, "N", sentence)
            if numbers and len(words.split()) >= FEWEST_WORDS:
                found[words][numbers].add(path)
    return found


def disagreements(documents: Documents) -> list[str]:
    """Sentences that two pages say with other numbers.

    A page that says a sentence of several things says it with several numbers by itself.
    """
    found = []
    for words, said in counts(documents).items():
        times = Counter(page for pages in said.values() for page in pages)
        if len(said) > 1 and len(times) > 1 and max(times.values()) == 1:
            found.append(f"{words}: {dict(said)}")
    return found


def facts(documents: Documents) -> Mapping[str, Mapping[str, set[str]]]:
    """What is said of each fact: its values, and on which pages."""
    found: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in FACTS}
    for path, document in documents.items():
        if path.startswith(OF_ONE):
            continue
        for sentence in sentences(document):
            for name, pattern in FACTS.items():
                for match in re.finditer(pattern, sentence):
                    found[name][match[1]].add(path)
    return found


def estimates(documents: Documents, slug: str) -> Mapping[str, set[str]]:
    """What pages print as the effect of one question, in rows that link to it and no other."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, document in documents.items():
        if path in OF_SEVERAL:
            continue
        for row in article(document).find_all(["tr", "li"]):
            links = {
                str(link["href"]).rsplit("/", 1)[-1].partition("#")[0]
                for link in row.select('a[href*="effects/"]')
            }
            if links != {f"{slug}.html"}:
                continue
            for text in _present(row):
                for match in ESTIMATE.finditer(text):
                    found[match["said"]].add(path)
    return found


def _present(row: Tag) -> Iterator[str]:
    """The texts of a row that are of the present result."""
    table = row.find_parent("table")
    heads = [h.get_text(" ", strip=True) for h in table.select("thead th")] if table else []
    cells = [_text(cell) for cell in row.find_all(["td", "th"])]
    named = dict(zip(heads, cells, strict=False))
    if interval := next((named[head] for head in named if head.endswith("% interval")), ""):
        yield f"{named.get('Measure', '')} {named.get('Estimate', '')} ({interval})"
    yield from (cell for head, cell in named.items() if not OF_BEFORE.match(head))
    if not cells:
        yield _text(row)


def _text(part: Tag) -> str:
    return re.sub(r"\s+", " ", part.get_text(" ", strip=True))
