"""Data files whose every free text is hostile: markup, scripts, directives, formulas, magics."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pandera.pandas as pa

from analysis.evidence.schemas import schemas
from analysis.protocol import load_protocol

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
    """Make every free text of `root/data/*.csv` hostile, and put what must stay unread nearby."""
    data = root / "data"
    numbers = count(1)
    planted = [
        found
        for name, schema in schemas(load_protocol(data / "protocol.yml")).items()
        for found in _plant_table(data / f"{name}.csv", schema, numbers)
    ]
    for folder in (root, root / "chapters", root / "analysis"):
        (folder / SECRET_FILE).write_text(f"# {SECRET}\n", encoding="utf-8")
    return planted


def free(schema: pa.DataFrameSchema) -> list[str]:
    """The columns in which anything may stand."""
    return [
        name
        for name, column in schema.columns.items()
        if str(column.dtype).startswith("str")
        and all(check.name == "str_length" for check in column.checks)
        and name not in NAMES
    ]


# Blank or the name of a row: another text is refused before it could do harm.
NAMES = {"row_id", "checklist"}


def _plant_table(path: Path, schema: pa.DataFrameSchema, numbers: Iterator[int]) -> list[Planted]:
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    rows = rows or [*_a_decision(path.stem, header)]
    planted: dict[tuple[str, str], Planted] = {}
    for row in rows:
        for column in free(schema):
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
    """A first row for the files that hold people's decisions and are still empty."""
    cells = {
        "certainty": {
            "condition": "non-headache",
            "outcome": "pain",
            "timepoint": "post",
            "domain": "imprecision",
            "levels": "1",
        },
        "integrity": {"check": "small arm", "study_id": "chiauzzi-2010", "ruling": "accept"},
    }.get(name)
    if cells:
        words = {"reason": "why", "decided_by": "who", "date": "2026-11-01"}
        yield [(cells | words).get(column, "") for column in header]
