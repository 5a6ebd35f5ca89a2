"""A review whose every free text is hostile: markup, scripts, directives, formulas, magics.

In the data files, the protocol, the searches and their exports, the strategies, the releases
and the report of the validation.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from analysis.evidence.data_files import DATA_FILES
from analysis.files.columns import FILLED, columns
from analysis.screening.decision_files import Decision, add_decisions
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris
from tests.searching.sources import find_source

SECRET = "the-secret-of-this-machine"
SECRET_FILE = "secret.md"

STRINGS = (
    "<script>window.pwned = 1</script>",
    '<img src="x" onerror="window.pwned = 1">',
    "</td></table></article></body><svg onload=window.pwned=1>",
    '" onmouseover="window.pwned = 1" autofocus onfocus="window.pwned = 1',
    "' onmouseover='window.pwned = 1",
    '"><iframe src="https://evil.example/"></iframe>',
    "</script><script>window.pwned = 1</script>",
    "</title></style></textarea><script>window.pwned = 1</script>",
    "<style>* { display: none }</style>",
    '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=//evil.example">',
    "<!-- <a href='//evil.example'>unclosed",
    "&lt;script&gt; &amp;amp; &#60;b&#62;",
    "]]></text></svg><script>window.pwned = 1</script>",
    "[press](javascript:window.pwned=1)",
    "[press][1] [1]: javascript:window.pwned=1",
    "<javascript:window.pwned=1> javascript:window.pwned=1",
    "![x](https://evil.example/x.png) https://evil.example/ <https://evil.example/>",
    "data:text/html,<script>window.pwned=1</script>",
    "# heading **bold** _em_ `code` ~~gone~~ | a | b |",
    "> quoted\\ --- *** - item 1. item",
    "{include}`../secret.md` {literalinclude}`../secret.md`",
    "```{include} ../secret.md ```",
    ":::{include} ../secret.md :::",
    "{download}`../secret.md` {doc}`index` {ref}`nowhere` {cite}`nobody` {term}`nothing`",
    "{raw}`<script>window.pwned = 1</script>` {eval-rst}`.. include:: ../secret.md`",
    "```{raw} html <script>window.pwned = 1</script> ```",
    "```{eval-rst} .. raw:: html :file: ../secret.md ```",
    "```{code-cell} python open('../secret.md').read() ```",
    "{{ title }} {{ 7 * 7 }} {% include '../secret.md' %} {{ [].__class__ }}",
    "(label)= [^1] |substituted| `link`_ .. include:: ../secret.md",
    "$\\input{../secret.md}$ $$\\int$$ \\(x\\) \\[y\\] \\href{javascript:window.pwned=1}{x}",
    "%%bash cat ../secret.md",
    "!cat ../secret.md %load ../secret.md ?open",
    "__import__('os').system('touch pwned') # {open('../secret.md').read()}",
    '"""; import os; os.system("touch pwned") #',
    "%s %(title)s {0} {title} {0.__class__} ${title} \\N{BULLET} \\1 \\g<0>",
    '=HYPERLINK("https://evil.example", "press")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "../../../../etc/passwd ..\\..\\secret.md /etc/passwd file:///etc/passwd",
    "\u202egnp.exe\u202c \u200bzero\u200bwidth \ufeffmark",
    "疼痛 Ωμέγα ‘quotes’ “double” – — … \\ / ' \" ` ´",
)
ADDRESSES = ("https://evil.example/'onmouseover='window.pwned=1", "https://x/${alert(1)}#);//")
DOIS = ("10.1234/'onmouseover='window.pwned=1", "10.1234/../../javascript:window.pwned=1//")
PATHS = (
    "../../secret",
    "..",
    "a/../../secret",
    "/etc/passwd",
    "a\\..\\secret",
    "a b",
    "a%2f..",
    "con:",
)


@dataclass(frozen=True)
class Planted:
    """A hostile string, and the token at its end by which it is found again."""

    text: str
    token: str
    place: str


def plant(root: Path) -> list[Planted]:
    """Make every free text of the project hostile, and put what must stay unread nearby."""
    data, numbers = root / "data", count(1)
    planted = [
        found
        for name, file in DATA_FILES.items()
        for found in _plant_table(data / f"{name}.csv", free(file.row), numbers)
    ]
    planted += _plant_search(data, numbers)
    for name, keep in (
        ("protocol.yml", PROTOCOL_IDS),
        ("searches/2013-11-13/search.yml", {"by", "date"}),
    ):
        planted += _plant_yaml(data / name, keep, numbers)
    _name_the_sources(data)
    for name, keys in (
        ("releases/2013.11/results.json", {"title", "plain", "label"}),
        ("validation.json", {"source", "quantity", "note"}),
    ):
        planted += _plant_json(data / name, keys, numbers)
    for path in sorted((data / "searches" / "strategies").glob("*.txt")):
        strings = [_hostile(next(numbers), "a strategy") for _ in STRINGS]
        path.write_text(path.read_text("utf-8") + "\n".join(s.text for s in strings), "utf-8")
        planted += strings
    for folder in (root, root / "chapters", root / "analysis"):
        (folder / SECRET_FILE).write_text(f"# {SECRET}\n", encoding="utf-8")
    return planted


# Names, enumerations and words that the tables use too: another text is refused.
PROTOCOL_IDS = {
    "id", "kind", "measure", "measure_by_condition", "instruments", "points_on", "baseline_review",
    "baseline_search", "date", "arm_size_from", "comparators", "primary_model", "shown_models",
    "baseline_model", "convert_ratio", "site_url", "instrument_ranges", "moderators", "tools",
    "search_sources", "marked_words",
}  # fmt: skip


def _name_the_sources(data: Path) -> None:
    """Let the protocol have the sources whose names were planted elsewhere."""
    path = data / "protocol.yml"
    said = yaml.safe_load(path.read_text("utf-8"))
    search = yaml.safe_load((data / "searches/2013-11-13/search.yml").read_text("utf-8"))
    said["search_sources"] += [
        {"id": f"planted-{number}", "name": name, "kind": "database"}
        for number, name in enumerate((*said["living"]["sources"], *search["sources"]))
    ]
    path.write_text(yaml.safe_dump(said, sort_keys=False, allow_unicode=True), "utf-8")


def _plant_yaml(path: Path, keep: Collection[str], numbers: Iterator[int]) -> list[Planted]:
    """Replace every text but those under the keys to keep; titles begin with a capital anyway."""
    planted: list[Planted] = []

    def hostile(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {k: v if k in keep else hostile(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [hostile(each, key) for each in value]
        if not isinstance(value, str):
            return value
        number = next(n for n in numbers if not STRINGS[n % len(STRINGS)][0].isalpha())
        planted.append(_hostile(number, f"{path.name} {key}"))
        return planted[-1].text

    said = hostile(yaml.safe_load(path.read_text("utf-8")), "")
    path.write_text(yaml.safe_dump(said, sort_keys=False, allow_unicode=True), "utf-8")
    return planted


def _plant_json(path: Path, keys: Collection[str], numbers: Iterator[int]) -> list[Planted]:
    """Replace the texts under these keys."""
    planted: list[Planted] = []

    def hostile(value: Any) -> Any:
        if isinstance(value, list):
            return [hostile(each) for each in value]
        if not isinstance(value, dict):
            return value
        changed = {}
        for key, each in value.items():
            if key in keys and isinstance(each, str) and each:
                planted.append(_hostile(next(numbers), f"{path.name} {key}"))
                each = planted[-1].text
            changed[key] = hostile(each)
        return changed

    path.write_text(json.dumps(hostile(json.loads(path.read_text("utf-8")))), "utf-8")
    return planted


def _plant_search(data: Path, numbers: Iterator[int]) -> list[Planted]:
    """A search whose export is hostile, imported, deduplicated and screened by the program."""
    found, planted = [], []
    for article in articles(len(STRINGS), seed=7):
        title, abstract, author = (_hostile(next(numbers), EXPORT) for _ in range(3))
        authors = ((author.text, "A"),)
        found.append(replace(article, title=title.text, abstract=abstract.text, authors=authors))
        planted += [title, abstract, author]
    export = data.parent / "export.ris"
    export.write_text(ovid_ris(found), encoding="utf-8")
    details = SearchDetails(find_source("medline"), dt.date(2026, 11, 1), "anna")
    import_exports(data, [export], details)
    export.unlink()
    library = load_library(data)
    deduplicate(data, library)
    decisions = []
    for record_id in library.records:
        note = _hostile(next(numbers), "a screener's note")
        planted.append(note)
        for who in ("anna", "ben"):
            decisions.append(
                Decision(record_id, "title-abstract", "exclude", "design", "", who,
                         "2026-11-02T10:00:00Z", note.text)
            )  # fmt: skip
    add_decisions(data, library, decisions)
    return planted


EXPORT = "an export"


def free(table: type) -> list[str]:
    """The columns in which anything may stand."""
    return [
        column.name
        for column in columns(table)
        if not column.is_number and set(column.rules) <= {FILLED} and column.name not in NAMES
    ]


# Blank or the name of a row: another text is refused before it could do harm.
NAMES = {"row_id", "checklist"}


def _plant_table(path: Path, free: Sequence[str], numbers: Iterator[int]) -> list[Planted]:
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    rows = rows or [*_a_decision(path.stem, header)]
    planted: dict[tuple[str, str], Planted] = {}
    for row in rows:
        for column in filter(header.__contains__, free):
            place, value = header.index(column), row[header.index(column)]
            if value:
                # The same text stays the same text: rows that belong together stay together.
                key = (column, value)
                if key not in planted:
                    planted[key] = _hostile(next(numbers), f"{path.name} {column}")
                row[place] = planted[key].text
        _aim(header, row, next(numbers))
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return list(planted.values())


def _hostile(number: int, place: str) -> Planted:
    token = f"h{number:04d}h"
    return Planted(f"{STRINGS[number % len(STRINGS)]} {token}", token, place)


def _aim(header: list[str], row: list[str], number: int) -> None:
    """Give addresses that pass for addresses a sting."""
    for column, stings in (("url", ADDRESSES), ("doi", DOIS)):
        if column in header and row[header.index(column)]:
            row[header.index(column)] = stings[number % len(stings)]


def _a_decision(name: str, header: list[str]) -> Iterator[list[str]]:
    """A first row for the files that are still empty: people's decisions, and notices."""
    cells = {
        "certainty": {
            "condition": "non-headache",
            "outcome": "pain",
            "timepoint": "post",
            "domain": "imprecision",
            "levels": "1",
        },
        "integrity": {"check": "small arm", "study_id": "chiauzzi-2010", "ruling": "accept"},
        "measured": {
            "study_id": "carpenter-2012",
            "outcome": "anxiety",
            "timepoint": "post",
            "measured": "yes",
            "source_id": "trial-abstracts",
            "note": "why",
        },
        "trustworthiness": {
            "study_id": "carpenter-2012",
            "domain": "results",
            "judgement": "some concerns",
            "checks": "4.8",
            "support": "what it rests on",
            "assessed_by": "who",
        },
        "notices": {
            "study_id": "carpenter-2012",
            "record_id": "1",
            "nature": "a word",
            "matched_by": "companion paper",
        },
        "notice_snapshots": {
            "file": "a file",
            "sha256": "ab" * 32,
            "rows": "60000",
            "unread": "0",
            "trials": "0123abcd",
        },
    }.get(name)
    if cells:
        words = {"reason": "why", "decided_by": "who", "date": "2026-11-01"}
        yield [(cells | words).get(column, "") for column in header]
