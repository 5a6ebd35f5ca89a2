"""The page on which two versions stand side by side: one file of the site a pair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from functools import cache, partial
from itertools import combinations, pairwise

from analysis.formatting import counted, day, sentence_case
from analysis.pages.before_and_after import in_sum, picture
from analysis.pages.html import Html, element, items, join, link, paragraph, table
from analysis.pages.standalone import standalone
from analysis.pages.whats_new_page import corrections_table, taken_out_table, version_named
from analysis.protocol import Protocol
from analysis.versions.by_name import NOW
from analysis.versions.compare import Comparison
from analysis.versions.comparison_json import comparison_json
from analysis.versions.way import Compared, Pair

FOLDER = "versions"  # in the site
DRAFT = "draft"
Days = Mapping[str, dt.date]


def comparison_files(
    compared: Compared, protocol: Protocol, days: Days, with_page: Collection[str]
) -> dict[str, bytes]:
    """The page of each pair and the same for a program: where in the site → content.

    `days` are those of the releases, `with_page` the names of those that have a page of their own.
    """
    files = {}
    for step in pairwise(compared.names):
        compared.step(*step)  # to be handed over again, though every page of a pair may be
    for before, now in combinations(compared.names, 2):
        pair = cache(partial(compared.pair, before, now))
        stem = f"{FOLDER}/{stem_of(before, now)}"
        for path, written in {
            f"{stem}.html": lambda pair=pair: _page(pair(), protocol, days, with_page),
            f"{stem}.json": lambda pair=pair: comparison_json(pair()).encode(),
        }.items():
            files[path] = compared.content(path, now, written)
    return files


def stem_of(before: str, now: str) -> str:
    """The name of the files of a pair: `2026.11-to-2026.12`, `2026.12-to-draft`."""
    return f"{before}-to-{DRAFT if now == NOW else now}"


def _page(pair: Pair, protocol: Protocol, days: Days, with_page: Collection[str]) -> bytes:
    found = pair.found
    first = found.publication or version_named(found.before)
    title = sentence_case(f"{first} and {version_named(found.now)}, side by side")
    stem = stem_of(found.before, found.now)
    ways = [
        link("The review’s start page", "../index.html"),
        link("All versions", "../living/versions.html"),
        *(
            link(f"Version {name} as it was", f"{name}.html")
            for name in (found.before, found.now)
            if name in with_page
        ),
        link("This comparison as JSON", f"{stem}.json"),
    ]
    return standalone(
        f"{title} – {protocol.short_title}",
        items(ways),
        element("h1", title),
        paragraph(protocol.title, "."),
        paragraph(_which(found, days), " ", in_sum(pair)),
        *_of_a_publication(found),
        picture(pair, protocol),
        element("h2", "What else differs in the data"),
        _data(found),
    )


def _which(found: Comparison, days: Days) -> str:
    before, now = (
        f"{version_named(name)} of {day(days[name])}" if name in days else version_named(name)
        for name in (found.before, found.now)
    )
    if found.publication:
        return f"What {found.publication} published stands above the estimates of {now}."
    return f"The estimates of {before} stand above those of {now}."


def _of_a_publication(found: Comparison) -> list[Html]:
    if not found.publication:
        return []
    return [
        paragraph(
            f"Version {found.before} is our rebuilding of {found.publication} from the numbers of "
            "its trials that are open. It stands between the two, and what moved an estimate is "
            "counted from it."
        )
    ]


def _data(found: Comparison) -> Html:
    data = found.data
    if not data.anything:
        return paragraph("Nothing.")
    parts = [corrections_table(found)] if data.corrections else []
    parts += [taken_out_table(found)] if data.statuses else []
    if data.rows:
        rows = [
            {"File": each.file, "More": each.added, "Fewer": f"{each.gone}{each.remark}"}
            for each in data.rows
        ]
        parts.append(table(rows, "Rows of the data that came and went", numbers=("More",)))
    if data.settings:
        settings = [
            {"Setting": element("code", s.name), "Before": s.before, "Now": s.now}
            for s in data.settings
        ]
        said = f"{counted(len(settings), 'setting')} of the protocol"
        shown = table(settings, "Settings of the protocol that differ")
        parts.append(element("details", element("summary", said), shown))
    return join(parts, "\n")
