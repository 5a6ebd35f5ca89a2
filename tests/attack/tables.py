"""Damaged CSV files: what people, spreadsheets and broken downloads make of a sound table."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.attack.damage import CONTROL, Damage, as_csv, broken_utf8, containers, noise
from tests.attack.damage import shifted_encodings as shifted
from tests.evidence.folder import DATA

# One row of each format: means, a reported effect, events; with a quoted comma and a quote.
SOUND_OUTCOMES = (
    "friesen-2017.pain.post.1",
    "omoore-2018.qol.post.1",
    "baumeister-2021.disability.post.1",
    "buhrman-2011.disability.post.1",
    "dear-2013.pain.post.1",
    "huguet-2024.pain.post.1",
)
# What stands in a number's cell and is none.
NOT_NUMBERS = (
    "NA", "N/A", "n.r.", "nan", "NaN", "inf", "-inf", "Infinity", "-Infinity", "1e308", "-1e308",
    "1e309", "1e999999", "9" * 400, "1e13", "0x1F", "0b1", "0o7", "1_000", "1 000", "1\u00a0000",
    "1,234", "12,5", ",5", "1.234,5", "1'234", "5.3.1", "--5", "+-5", "5-", "(5)", "5%", "5 mg",
    "ca. 5", "<0.05", "≤3", "±2", "5±2", "5 (2)", "5/7", "½", "−5", "–5", "٥", "５", "Ⅴ", "five",
    "5-Apr", "Apr-05", "2018-04-05", "05/04/2018", "12:30", "1e", "e5", ".", "+", "-", "True",
    "null", "None", "#REF!", "#DIV/0!", "#N/A", "#NUM!", "####", "=1+1", "=A1", "'5", '"5', "“5”",
    "$5", "5€", "?", "*", "5*", "5a", "5\ufeff", "5\u200b", "1\n2",
)  # fmt: skip
NO_IDS = ("../../etc/passwd", "a b", "A", "-a", "a--b", "<b>", "a\nb", "{{ x }}", "ä", "%n")


@dataclass(frozen=True)
class Table:
    """A sound table, header first, and how its reader is forgiving.

    `key` and `text` name the column of its identities and one of free text; `number` one of
    numbers, `word` one with few allowed words, where there are such. In a table that is not
    `unique` a row may stand twice; in a `sheet` that comes from a spreadsheet, UTF-16 and blank
    columns beside the others are read.
    """

    rows: Sequence[Sequence[str]]
    key: str
    text: str
    number: str | None = None
    word: str | None = None
    delimiters: str = ","
    strips_cells: bool = True
    unique: bool = True
    sheet: bool = False

    @property
    def header(self) -> list[str]:
        return list(self.rows[0])

    @property
    def body(self) -> list[list[str]]:
        return [list(row) for row in self.rows[1:]]

    @property
    def count(self) -> int:
        return len(self.rows) - 1

    def changed(self, column: str, value: str, row: int = 1) -> bytes:
        """The table with another value in one cell."""
        copy = [list(cells) for cells in self.rows]
        copy[row][self.header.index(column)] = value
        return as_csv(copy)

    def has(self, marks: str) -> bool:
        return any(mark in cell for row in self.rows for cell in row for mark in marks)


def first_rows(file: str, count: int = 6) -> list[list[str]]:
    """The first rows of a data file, header first."""
    with (DATA / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[: count + 1]


def sound_outcomes() -> list[list[str]]:
    """A small sound outcomes.csv, header first."""
    header, *rows = first_rows("outcomes.csv", 1_000)
    by_id = {row[0]: row for row in rows}
    return [header, *(by_id[row_id] for row_id in SOUND_OUTCOMES)]


def form_damages(table: Table) -> Iterator[Damage]:
    """What may befall any table, whatever stands in it."""
    text = as_csv(table.rows)
    yield from containers(text)
    yield from noise(text)
    yield from _encodings(table, text)
    yield from _truncations(table, text)
    yield from _delimiters(table)
    yield from _line_ends(text, table.count)
    yield from _quotes(table, text)
    yield from _headers(table)
    yield from _cells(table)
    yield from _habits(table, text)
    marked = table.changed(table.text, "<long>")  # the writer looks at every letter of a cell
    assert marked.count(b"<long>") == 1
    yield Damage("size: a cell of 10 MB", marked.replace(b"<long>", b"x" * 10_000_000))


def _encodings(table: Table, text: bytes) -> Iterator[Damage]:
    yield from shifted(text)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        read = table.count if table.sheet and encoding == "utf-16" else None
        yield Damage(f"encoding: {encoding}", text.decode().encode(encoding), read)
    accented = table.changed(table.text, "résumé").decode()
    for encoding in ("latin-1", "cp1252", "mac-roman", "cp850", "iso8859-15"):
        content = accented.encode(encoding, "replace")
        yield Damage(f"encoding: {encoding}", content)
    japanese = table.changed(table.text, "要約").decode()
    yield Damage("encoding: shift-jis", japanese.encode("shift-jis", "replace"))
    yield Damage("encoding: gb18030", japanese.encode("gb18030"))
    yield from broken_utf8(text, len(text) - 1)
    yield Damage("encoding: byte order mark", b"\xef\xbb\xbf" + text, table.count)
    yield Damage("encoding: two byte order marks", b"\xef\xbb\xbf" * 2 + text)


def _truncations(table: Table, text: bytes) -> Iterator[Damage]:
    header = text.index(b"\n") + 1
    # A cut within the last cell of a row cannot be told from a whole row.
    whole = [i for i in range(header, len(text)) if text[i : i + 1] == b"\n"]
    for cut in range(5, header - 1, 61):
        yield Damage(f"truncated in the header at {cut}", text[:cut])
    for cut in range(header + 3, len(text) - 1, 61):
        if text[:cut].count(b'"') % 2 == 0 and not _row_is_complete(table, text[:cut]):
            yield Damage(f"truncated at {cut}", text[:cut])
    for number, cut in enumerate(whole[:2], start=1):
        yield Damage(f"truncated after row {number}", text[:cut], number)
    if b'"' in text:
        yield Damage("truncated within quotes", text[: text.rindex(b'"')])


def _row_is_complete(table: Table, text: bytes) -> bool:
    last = text.decode(errors="ignore").splitlines()[-1]
    return len(next(csv.reader([last]))) == len(table.header)


def _delimiters(table: Table) -> Iterator[Damage]:
    for name, mark in {"semicolon": ";", "tab": "\t", "bar": "|", "colon": ":", "space": " ",
                       "caret": "^", "tilde": "~"}.items():  # fmt: skip
        read = table.count if mark in table.delimiters else None
        yield Damage(f"delimiter: {name}", as_csv(table.rows, delimiter=mark), read)
    text = as_csv(table.rows)
    yield Damage("delimiter: excel's hint", b"sep=,\n" + text)
    rows = table.rows
    yield Damage("delimiter: two", as_csv(rows[:3]) + as_csv(rows[3:], delimiter=";"))
    yield Damage("delimiter: full-width comma", text.replace(b",", "，".encode()))


def _line_ends(text: bytes, count: int) -> Iterator[Damage]:
    lines = text.splitlines()
    for name, content in {
        "CRLF": b"\r\n".join(lines) + b"\r\n",
        "CR": b"\r".join(lines) + b"\r",
        "mixed": b"\r\n".join(lines[:3]) + b"\n" + b"\r".join(lines[3:]),
        "none at the end": text.rstrip(b"\n"),
        "blank ones between": b"\n\n".join(lines),
        "blank ones around": b"\n\n" + text + b"\n\n\n",
        "empty rows below": text + b"," * lines[0].count(b",") + b"\n",
    }.items():
        yield Damage(f"lines: {name}", content, count)
    yield Damage("lines: all joined", b" ".join(lines))
    yield Damage("lines: unicode separators", "\u2028".join(text.decode().splitlines()).encode())
    yield Damage("lines: vertical tabs", text.replace(b"\n", b"\x0b"))
    yield Damage("lines: backwards", b"".join(reversed(text.splitlines(keepends=True))))


def _quotes(table: Table, text: bytes) -> Iterator[Damage]:
    rows, count = table.rows, table.count
    quoted = as_csv(rows, quoting=csv.QUOTE_ALL)
    yield Damage("quotes: all cells", quoted, count)
    escaped = as_csv(rows, quoting=csv.QUOTE_NONE, escapechar="\\")
    yield Damage("quotes: none", escaped, None if table.has(',"\n\\') else count)
    yield Damage("quotes: single", as_csv(rows, quoting=csv.QUOTE_ALL, quotechar="'"))
    if table.has('"'):
        yield Damage("quotes: backslashed", as_csv(rows, doublequote=False, escapechar="\\"))
    yield Damage("quotes: curly", quoted.decode().replace('"', "”").encode())
    for number, line in enumerate(text.splitlines()[1:4], start=1):
        yield Damage(f"quotes: opened in row {number}", text.replace(line, b'"' + line, 1))


def _headers(table: Table) -> Iterator[Damage]:
    header, body, rows = table.header, table.body, table.rows
    shuffled = [*range(3, len(header)), 0, 1, 2]
    text = as_csv(rows)
    reordered = as_csv([[row[i] for i in shuffled] for row in rows])
    yield Damage("header: other order", reordered, table.count)
    blanks = as_csv([[f" {name} " for name in header], *body])
    yield Damage("header: blanks around names", blanks, table.count)
    yield Damage("header: only it", as_csv([header]), 0)
    unnamed = as_csv([[*row, ""] for row in rows])
    yield Damage("header: unnamed column", unnamed, table.count if table.sheet else None)
    for name, content in {
        "capitals": as_csv([[n.upper() for n in header], *body]),
        "another name": text.replace(header[1].encode(), b"surprise", 1),
        "missing": as_csv(body),
        "twice": as_csv([header, *rows]),
        "two lines": as_csv([["Table", *[""] * (len(header) - 1)], *rows]),
        "a column twice": as_csv([[*row, row[1]] for row in rows]),
        "a name twice": as_csv([[header[0], header[0], *header[2:]], *body]),
        "one name too many": as_csv([[*header, "comment"], *body]),
        "a column too few": as_csv([row[:-1] for row in rows]),
        "index column": as_csv([["", *header], *([str(i), *r] for i, r in enumerate(body))]),
        "zero-width blank": as_csv([["\u200b" + header[0], *header[1:]], *body]),
        "greek letters": as_csv([[n.replace("o", "ο").replace("e", "ε") for n in header], *body]),
    }.items():
        yield Damage(f"header: {name}", content)


def _cells(table: Table) -> Iterator[Damage]:
    for mark in CONTROL:
        content = table.changed(table.text, f"a{mark}b")
        yield Damage(f"control character U+{ord(mark):04X}", content)
    for value in NO_IDS:
        yield Damage(f"id: {value!r}", table.changed(table.key, value))
    yield Damage("id: blank", table.changed(table.key, ""))
    # Each of them by itself is tried on `parse_number`; here it is the whole file's turn.
    for value in NOT_NUMBERS[::3] if table.number else ():
        content = table.changed(str(table.number), value)
        yield Damage(f"number: {value[:20]!r} of {len(value)}", content)
    for value in ("Yes please", "TRUE", "1", "=1+1", "é") if table.word else ():
        yield Damage(f"word: {value}", table.changed(str(table.word), value))
    if table.strips_cells:
        padded = [[f"  {cell}\u00a0" for cell in row] for row in table.body]
        yield Damage("blanks around cells", as_csv([table.header, *padded]), table.count)


def _habits(table: Table, text: bytes) -> Iterator[Damage]:
    header, body = table.header, table.body
    blank = [""] * (len(header) - 1)
    merged = [list(row) for row in body]
    for row in merged[1:]:
        row[header.index(table.key)] = row[0] = ""
    bars = b"\n".join(b"| " + line.replace(b",", b" | ") + b" |" for line in text.splitlines())
    plus = b"".join(b"+" + line for line in text.splitlines(keepends=True))
    for name, content in {
        "merged cells": as_csv([header, *merged]),
        "a title above": as_csv([["Table 2. Outcomes", *blank], header, *body]),
        "a title alone above": b"Table 2. Outcomes\n" + text,
        "a footnote": as_csv([*table.rows, ["* adjusted", *blank]]),
        "a total": as_csv([*table.rows, ["Total", *["60"] * len(blank)]]),
        "a row of units": as_csv([header, ["", *["points"] * len(blank)], *body]),
        "comments": b"# exported 2026-11-23\n" + text,
        "comment below": text + b"# end of file\n",
        "conflict markers": text.replace(b"\n", b"\n<<<<<<< HEAD\n", 1),
        "a diff": plus,
        "markdown table": bars,
        "transposed": as_csv([list(column) for column in zip(*table.rows, strict=True)]),
        "dots": as_csv([*table.rows, ["..."] * len(header)]),
        "one cell a line": "\n".join(cell for row in table.rows for cell in row).encode(),
    }.items():
        yield Damage(f"habit: {name}", content)


def outcomes_damages(table: Table) -> Iterator[Damage]:
    """What may befall outcomes.csv besides, and sizes, which every table shares with it."""
    text = as_csv(table.rows)
    for column in ("n_control", "sd_control", "weeks"):
        for value in ("0", "-1", "abc", "1e308"):
            # The scores of one arm may all be the same, which is no damage.
            if (column, value) != ("sd_control", "0"):
                yield Damage(f"number: {column} {value}", table.changed(column, value))
    for column, value in {"n_control": "30.5", "events_control": "x", "effect_se": "0"}.items():
        yield Damage(f"number: {column} {value}", table.changed(column, value))
    for column in ("outcome", "higher_is", "timepoint", "format", "usable", "verified"):
        yield Damage(f"word: {column}", table.changed(column, "Yes please"))
        yield Damage(f"blank: {column}", table.changed(column, ""))
    for value in NO_IDS:
        yield Damage(f"study: {value!r}", table.changed("study_id", value))
    yield Damage("id: twice", table.changed("row_id", table.rows[2][0]))
    yield Damage("habit: decimal commas", text.replace(b"4.99", b"4,99"))
    yield Damage("habit: decimal commas in quotes", text.replace(b"4.99", b'"4,99"'))
    yield from _sizes(table)


def _sizes(table: Table) -> Iterator[Damage]:
    header, first = table.header, table.body[0]
    head = as_csv([header])
    for name, content in {
        "a cell of 30 kB": table.changed("note", "x" * 30_000),
        "a name of 1 MB": as_csv([["n" * 1_000_000, *header[1:]], first]),
        "200 000 columns": b"a," * 200_000 + b"a\n1\n",
        "500 000 commas": head + b"," * 500_000 + b"x\n",
        "2 MB of lines": head + b"x\n" * 900_000,
        "2 MB of quotes": head + b'"' * 1_900_000,
        "2 999 wrong rows": as_csv([header, *[["x"] * len(header)] * 2_999]),
        "2 999 equal rows": as_csv([header, *[first] * 2_999]),
        "2 999 short rows": head + b"x\n" * 2_999,
        "20 MB": head + b"z" * 20_000_000,
        "a number of 15 000 digits": table.changed("mean_control", "1" * 15_000),
    }.items():
        yield Damage(f"size: {name}", content)
    blank = as_csv(table.rows) + b"\n" * 1_900_000
    yield Damage("size: 2 MB of blank lines", blank, table.count)


def long_table_damages(table: Table) -> Iterator[Damage]:
    """Sizes for the tables of searches, which may be a hundred times as large."""
    header, first = table.header, table.body[0]
    head = as_csv([header])
    for name, content in {
        "200 000 columns": b"a," * 200_000 + b"a\n1\n",
        "500 000 commas": head + b"," * 500_000 + b"x\n",
        "5 MB of short lines": head + b"x\n" * 2_500_000,
        "5 MB of quotes": head + b'"' * 5_000_000,
        "20 000 wrong rows": as_csv([header, *[["?"] * len(header)] * 20_000]),
        **({"20 000 equal rows": as_csv([header, *[first] * 20_000])} if table.unique else {}),
        "20 MB without a line end": head + b"z" * 20_000_000,
    }.items():
        yield Damage(f"size: {name}", content)
