"""Damaged input files, made by code: what people, spreadsheets and strangers send.

Each file says what must follow: `rows=None`, it is refused with a clear error; `rows=n`,
it reads exactly like the first n rows of the sound file.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.evidence.folder import DATA

Kind = Literal["outcomes", "protocol", "search"]
# One row of each format: means, a reported effect, events; with a quoted comma and a quote.
SOUND_ROWS = (
    "friesen-2017.pain.post.1",
    "omoore-2018.qol.post.1",
    "baumeister-2021.disability.post.1",
    "buhrman-2011.disability.post.1",
    "dear-2013.pain.post.1",
    "huguet-2024.pain.post.1",
)
SOUND_SEARCH = (
    b"date: 2013-11-13\nby: cd010152\nsources: [CENTRAL, MEDLINE]\nsince: inception\nhits: 1200\n"
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
CONTROL = "\x01\x07\x08\x0b\x0c\x1b\x1f\x7f\x80\x85\x9f"


@dataclass(frozen=True)
class Damaged:
    """A file that is not as it should be, and what must follow when it is read."""

    kind: Kind
    name: str
    content: bytes
    rows: int | None = None


def sound_outcomes() -> list[list[str]]:
    """A small sound outcomes.csv, header first."""
    with (DATA / "outcomes.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    by_id = {row[0]: row for row in rows}
    return [header, *(by_id[row_id] for row_id in SOUND_ROWS)]


def as_csv(rows: list[list[str]], **options: object) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, **({"lineterminator": "\n"} | options)).writerows(rows)  # type: ignore[call-overload]
    return stream.getvalue().encode()


def corpus() -> tuple[Damaged, ...]:
    """Every damaged file, each with a name of its own."""
    rows, text = sound_outcomes(), as_csv(sound_outcomes())
    protocol = (DATA / "protocol.yml").read_text(encoding="utf-8")
    files = [
        *(Damaged("outcomes", *damage) for damage in _csv_damages(rows, text)),
        *(Damaged("protocol", *damage) for damage in _protocol_damages(protocol)),
        *(Damaged("search", *damage) for damage in _yaml_damages(SOUND_SEARCH)),
        *(Damaged("search", *damage) for damage in _search_damages(SOUND_SEARCH.decode())),
    ]
    names = [(file.kind, file.name) for file in files]
    assert len(names) == len(set(names)), "two damages have one name"
    return tuple(files)


Damage = tuple[str, bytes, int | None]


def _csv_damages(rows: list[list[str]], text: bytes) -> Iterator[Damage]:
    yield from _containers(text)
    yield from _encodings(text)
    yield from _truncations(rows, text)
    yield from _delimiters(rows)
    yield from _line_ends(text, len(rows) - 1)
    yield from _quotes(rows, text)
    yield from _headers(rows)
    yield from _cells(rows)
    yield from _spreadsheet_habits(rows, text)
    yield from _sizes(rows)
    yield from _noise(text)


def _containers(text: bytes) -> Iterator[Damage]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("xl/worksheets/sheet1.xml", text)
    for name, content in {
        "zip or xlsx": archive.getvalue(),
        "empty zip": b"PK\x05\x06" + bytes(18),
        "gzip": gzip.compress(text, mtime=0),
        "bzip2": bz2.compress(text),
        "xz": lzma.compress(text),
        "old excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n",
        "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        "parquet": b"PAR1" + bytes(20) + b"PAR1",
        "sqlite": b"SQLite format 3\x00" + bytes(84),
        "html table": b"<html><body><table><tr><td>row_id</td></tr></table></body></html>",
        "xml": b'<?xml version="1.0"?><rows><row id="a"/></rows>',
        "json": b'[{"row_id": "a", "study_id": "b"}]',
        "rtf": rb"{\rtf1\ansi row_id,study_id}",
        "sylk": b'ID;PWXL;N;E\nC;Y1;X1;K"row_id"\nE\n',
        "shell script": b"#!/bin/sh\nrm -rf /tmp/none\n",
        "nothing": b"",
        "blanks": b"  \n\t\n \n",
        "a byte order mark": b"\xef\xbb\xbf",
        "one comma": b",",
        "only commas": b",,,,,\n,,,,,\n",
    }.items():
        yield f"container: {name}", content, None


def _encodings(text: bytes) -> Iterator[Damage]:
    plain = text.decode()
    accented = plain.replace("abstract", "résumé")
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp500"):
        yield f"encoding: {encoding}", plain.encode(encoding), None
    for encoding in ("latin-1", "cp1252", "mac-roman", "cp850", "iso8859-15"):
        yield f"encoding: {encoding}", accented.encode(encoding), None
    yield "encoding: shift-jis", plain.replace("abstract", "要約").encode("shift-jis"), None
    yield "encoding: gb18030", plain.replace("abstract", "摘要").encode("gb18030"), None
    lines = text.splitlines(keepends=True)
    for name, odd in {
        "one latin-1 line": "résumé".encode("latin-1"),
        "overlong": b"\xc0\xaf",
        "surrogate": b"\xed\xa0\x80",
        "lone continuation": b"\x80",
        "beyond unicode": b"\xf4\x90\x80\x80",
        "cut character": b"\xe2\x88",
    }.items():
        yield f"encoding: {name}", b"".join([*lines[:-1], lines[-1].rstrip() + odd]), None
    yield "encoding: byte order mark", b"\xef\xbb\xbf" + text, len(lines) - 1
    yield "encoding: two byte order marks", b"\xef\xbb\xbf" * 2 + text, None


def _truncations(rows: list[list[str]], text: bytes) -> Iterator[Damage]:
    header = text.index(b"\n") + 1
    # The last cell of a row is a note: a file cut after its comma cannot be told from a whole one.
    whole = [i for i in range(header, len(text)) if text[i : i + 1] == b"\n"]
    for cut in range(5, header - 1, 61):
        yield f"truncated in the header at {cut}", text[:cut], None
    for cut in range(header + 3, len(text) - 1, 61):
        if text[:cut].count(b'"') % 2 == 0 and not _row_is_complete(rows, text[:cut]):
            yield f"truncated at {cut}", text[:cut], None
    for number, cut in enumerate(whole[:2], start=1):
        yield f"truncated after row {number}", text[:cut], number
    yield "truncated within quotes", text[: text.rindex(b'"')], None


def _row_is_complete(rows: list[list[str]], text: bytes) -> bool:
    last = text.decode().splitlines()[-1]
    return len(next(csv.reader([last]))) == len(rows[0])


def _delimiters(rows: list[list[str]]) -> Iterator[Damage]:
    for name, mark in {"semicolon": ";", "tab": "\t", "bar": "|", "colon": ":", "space": " ",
                       "caret": "^", "tilde": "~"}.items():  # fmt: skip
        yield f"delimiter: {name}", as_csv(rows, delimiter=mark), None
    yield "delimiter: excel's hint", b"sep=,\n" + as_csv(rows), None
    yield "delimiter: two in one file", as_csv(rows[:3]) + as_csv(rows[3:], delimiter=";"), None
    yield "delimiter: full-width comma", as_csv(rows).replace(b",", "，".encode()), None


def _line_ends(text: bytes, count: int) -> Iterator[Damage]:
    lines = text.splitlines()
    yield "lines: CRLF", b"\r\n".join(lines) + b"\r\n", count
    yield "lines: CR", b"\r".join(lines) + b"\r", count
    yield "lines: mixed", b"\r\n".join(lines[:3]) + b"\n" + b"\r".join(lines[3:]), count
    yield "lines: none at the end", text.rstrip(b"\n"), count
    yield "lines: blank ones between", b"\n\n".join(lines), count
    yield "lines: blank ones around", b"\n\n" + text + b"\n\n\n", count
    yield "lines: empty rows below", text + b"," * lines[0].count(b",") + b"\n", count
    yield "lines: all joined", b" ".join(lines), None
    yield "lines: unicode separators", "\u2028".join(text.decode().splitlines()).encode(), None
    yield "lines: vertical tabs", text.replace(b"\n", b"\x0b"), None


def _quotes(rows: list[list[str]], text: bytes) -> Iterator[Damage]:
    yield "quotes: all cells", as_csv(rows, quoting=csv.QUOTE_ALL), len(rows) - 1
    yield "quotes: none", as_csv(rows, quoting=csv.QUOTE_NONE, escapechar="\\"), None
    yield "quotes: single", as_csv(rows, quoting=csv.QUOTE_ALL, quotechar="'"), None
    yield "quotes: backslashed", as_csv(rows, doublequote=False, escapechar="\\"), None
    quoted = as_csv(rows, quoting=csv.QUOTE_ALL).decode()
    yield "quotes: curly", quoted.replace('"', "”").encode(), None
    for number, line in enumerate(text.splitlines()[1:4], start=1):
        yield f"quotes: opened in row {number}", text.replace(line, b'"' + line), None
    yield (
        "quotes: text after the closing one",
        text.replace(b"friesen-2017,", b'"friesen"-2017,', 1),
        None,
    )
    yield "quotes: only quotes", b'"' * 1001, None


def _headers(rows: list[list[str]]) -> Iterator[Damage]:
    header, *body = rows
    for position, name in enumerate(header):
        without = [row[:position] + row[position + 1 :] for row in rows]
        yield f"header: no {name}", as_csv(without), None
    count = len(body)
    shuffled = list(range(len(header)))
    random.Random(1).shuffle(shuffled)
    yield "header: other order", as_csv([[row[i] for i in shuffled] for row in rows]), count
    yield "header: blanks around names", as_csv([[f" {n} " for n in header], *body]), count
    yield "header: capitals", as_csv([[n.upper() for n in header], *body]), None
    yield "header: underscores gone", as_csv([[n.replace("_", " ") for n in header], *body]), None
    yield "header: missing", as_csv(body), None
    yield "header: twice", as_csv([header, *rows]), None
    yield "header: two lines", as_csv([["Outcomes", *[""] * (len(header) - 1)], *rows]), None
    yield "header: only it", as_csv([header]), 0
    yield "header: a column twice", as_csv([[*row, row[1]] for row in rows]), None
    yield "header: a name twice", as_csv([[header[0], header[0], *header[2:]], *body]), None
    yield "header: unnamed column", as_csv([[*row, ""] for row in rows]), None
    yield "header: one name too many", as_csv([[*header, "comment"], *body]), None
    yield (
        "header: index column",
        as_csv([["", *header], *([str(i), *r] for i, r in enumerate(body))]),
        None,
    )
    yield "header: zero-width blank", as_csv([["\u200b" + header[0], *header[1:]], *body]), None
    yield "header: greek letters", as_csv([[n.replace("o", "ο") for n in header], *body]), None


def _cells(rows: list[list[str]]) -> Iterator[Damage]:
    def changed(column: str, value: str, row: int = 1) -> bytes:
        copy = [list(cells) for cells in rows]
        copy[row][rows[0].index(column)] = value
        return as_csv(copy)

    # Each of them by itself is tried on `parse_number`; here it is the whole file's turn.
    for value in NOT_NUMBERS[::3]:
        yield f"number: {value[:20]!r} of {len(value)}", changed("mean_control", value), None
    for column in ("n_control", "sd_control", "weeks"):
        for value in ("0", "-1", "abc", "1e308"):
            yield f"number: {column} {value}", changed(column, value), None
    for mark in CONTROL:
        yield f"control character U+{ord(mark):04X}", changed("note", f"a{mark}b"), None
    for name, value in {"n": "30.5", "events": "x", "SE": "0"}.items():
        column = {"n": "n_control", "events": "events_control", "SE": "effect_se"}[name]
        yield f"number: {name} {value}", changed(column, value), None
    for column in ("row_id", "study_id", "outcome", "higher_is", "timepoint", "format",
                   "usable", "source_id", "verified"):  # fmt: skip
        yield f"blank: {column}", changed(column, ""), None
    for column in ("outcome", "higher_is", "timepoint", "format", "usable", "verified"):
        yield f"word: {column}", changed(column, "Yes please"), None
    for value in (
        "../../etc/passwd",
        "a b",
        "A",
        "-a",
        "a--b",
        "<b>",
        "a\nb",
        "{{ x }}",
        "ä",
        "%n",
    ):
        yield f"id: {value!r}", changed("row_id", value), None
        yield f"study: {value!r}", changed("study_id", value), None
    yield "id: twice", changed("row_id", rows[2][0]), None
    for position in (0, 400, 700):
        text = as_csv(rows)
        yield f"NUL at {position}", text[:position] + b"\0" + text[position:], None
    yield (
        "blanks around cells",
        as_csv([rows[0], *([f"  {c}\u00a0" for c in r] for r in rows[1:])]),
        len(rows) - 1,
    )


def _spreadsheet_habits(rows: list[list[str]], text: bytes) -> Iterator[Damage]:
    header, *body = rows
    blank = [""] * len(header)
    merged = [list(row) for row in body]
    for row in merged[1:]:
        row[0] = row[1] = ""
    yield "habit: merged cells", as_csv([header, *merged]), None
    yield "habit: a title above", as_csv([["Table 2. Outcomes", *blank[1:]], header, *body]), None
    yield "habit: a title alone above", b"Table 2. Outcomes\n" + text, None
    yield "habit: a footnote", as_csv([*rows, ["* adjusted", *blank[1:]]]), None
    yield "habit: a total", as_csv([*rows, ["Total", *blank[1:10], "60", *blank[11:]]]), None
    yield (
        "habit: a row of units",
        as_csv([header, ["", "", *["points"] * (len(header) - 2)], *body]),
        None,
    )
    yield "habit: comments", b"# exported 2026-11-23\n" + text, None
    yield "habit: comment below", text + b"# end of file\n", None
    yield "habit: conflict markers", text.replace(b"\n", b"\n<<<<<<< HEAD\n", 1), None
    yield "habit: a diff", b"".join(b"+" + line for line in text.splitlines(keepends=True)), None
    yield (
        "habit: markdown table",
        b"\n".join(b"| " + line.replace(b",", b" | ") + b" |" for line in text.splitlines()),
        None,
    )
    yield "habit: transposed", as_csv([list(column) for column in zip(*rows, strict=True)]), None
    yield "habit: decimal commas", text.replace(b"4.99", b"4,99"), None
    yield "habit: decimal commas in quotes", text.replace(b"4.99", b'"4,99"'), None
    yield "habit: dots", as_csv([*rows, ["..."] * len(header)]), None
    yield "habit: one cell a line", "\n".join(cell for row in rows for cell in row).encode(), None


def _sizes(rows: list[list[str]]) -> Iterator[Damage]:
    header, first, *_ = rows
    huge = [*first[:-1], "x" * 10_000_000]
    yield "size: a cell of 10 MB", as_csv([header, huge]), None
    yield "size: a cell of 30 kB", as_csv([header, [*first[:-1], "x" * 30_000]]), None
    yield "size: a name of 1 MB", as_csv([["n" * 1_000_000, *header[1:]], first]), None
    yield "size: 200 000 columns", b"a," * 200_000 + b"a\n1\n", None
    yield "size: 500 000 commas", as_csv([header]) + b"," * 500_000 + b"x\n", None
    yield "size: 2 MB of lines", as_csv([header]) + b"x\n" * 900_000, None
    yield "size: 2 MB of blank lines", as_csv(rows) + b"\n" * 1_900_000, len(rows) - 1
    yield "size: 2 MB of quotes", as_csv([header]) + b'"' * 1_900_000, None
    yield "size: 2 999 wrong rows", as_csv([header, *[["x"] * len(header)] * 2_999]), None
    yield "size: 2 999 equal rows", as_csv([header, *[first] * 2_999]), None
    yield "size: 2 999 short rows", as_csv([header]) + b"x\n" * 2_999, None
    yield "size: 20 MB", as_csv([header]) + b"z" * 20_000_000, None
    yield (
        "size: a number of 15 000 digits",
        as_csv([header, [c if c != "4.99" else "1" * 15_000 for c in first]]),
        None,
    )


def _noise(text: bytes) -> Iterator[Damage]:
    chance = random.Random(20131113)
    for number in range(10):
        yield f"noise: random bytes {number}", chance.randbytes(400), None
    for number in range(5):
        letters = bytes(chance.choices(b'abc123,;"\n\r\t. -', k=400))
        yield f"noise: random text {number}", letters, None
    lines = text.splitlines(keepends=True)
    yield "noise: backwards", b"".join(reversed(lines)), None


def _yaml_damages(sound: bytes) -> Iterator[Damage]:
    """Damages that no YAML file may survive, and three that it may."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("protocol.yml", sound)
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for name, content in {
        "nothing": b"", "blanks": b" \n\n", "a comment": b"# nothing here\n", "a mark": b"---\n",
        "zip": archive.getvalue(), "gzip": gzip.compress(sound, mtime=0),
        "utf-16": sound.decode().encode("utf-16"), "latin-1": sound + "other: é".encode("latin-1"),
        "NUL": sound + b"\0", "escape": sound + b"other: \x1b[31m", "json text": b'"protocol"',
        "a list": b"- a\n- b\n", "a number": b"42\n", "a word": b"protocol\n",
        "a tab": b"a:\n\tb: 1\n", "two documents": sound + b"---\n" + sound,
        "bomb": bomb.encode(), "alias": b"a: &x 1\nb: *x\n" + sound,
        "alias to itself": b"a: &x [*x]\n", "merge": b"<<: {title: x}\n" + sound,
        "python object": b"!!python/object/apply:os.system ['true']\n",
        "python name": sound + b"other: !!python/name:os.system ''\n",
        "binary tag": sound + b"other: !!binary aGVsbG8=\n",
        "unknown tag": sound + b"other: !include /etc/passwd\n",
        "bool tag": sound + b"other: !!bool maybe\n", "int tag": sound + b"other: !!int ''\n",
        "timestamp tag": sound + b"other: !!timestamp x\n", "set tag": b"!!set {a, b}\n",
        "key is a list": b"? [a, b]\n: c\n", "key is a mapping": b"? {a: b}\n: c\n",
        "brackets": b"[" * 31_000, "braces": b"{" * 31_000, "dashes": b"- " * 15_000,
        "colons": b"a: " * 10_000, "commas": b"[" + b"," * 31_000, "quotes": b'"' * 31_001,
        "ampersands": b"&" * 31_000, "stars": b"*" * 31_000, "bars": b"|" * 31_000,
        "many items": b"[" + b"1," * 12_000 + b"]", "long": b"a: " + b"b " * 15_000,
        "large": b"a: " + b"x" * 10_000_000, "half": sound[: len(sound) * 4 // 7],
        "key twice": sound + b"sources: []\nliving: 1\nsources: []\n",
        "unknown key": b"surprise: 1\n" + sound, "semicolons": sound.replace(b":", b";"),
        "binary": random.Random(7).randbytes(500), "csv": as_csv(sound_outcomes()),
        "long integer": b"surprise: " + b"9" * 5_000 + b"\n" + sound,
        "hexadecimal": b"surprise: 0x" + b"f" * 2_000 + b"\n" + sound,
        "sexagesimal": b"surprise: " + b"1:" * 2_000 + b"1\n" + sound,
        "surrogate": b'surprise: "\\ud800"\n' + sound,
    }.items():  # fmt: skip
        yield f"yaml: {name}", content, None
    yield "yaml: byte order mark", b"\xef\xbb\xbf" + sound, 1
    yield "yaml: CRLF", sound.replace(b"\n", b"\r\n"), 1
    yield "yaml: comments", b"# one\n" + sound + b"# two\n", 1


def _protocol_damages(text: str) -> Iterator[Damage]:
    keys = [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    for key in keys:
        yield f"protocol: no {key}", text.replace(f"\n{key}:", f"\nno_{key}:", 1).encode(), None
    for old, new in {
        "minimum_arm_size: 20": (
            "twenty", "0", "-20", "20.5", "'20'", "yes", "true", "1e3", "010", "1:30", ".inf",
            "null", "[20]", "9" * 400,
        ),
        "level: 0.95": ("95", "1", "0.5", "95%", "0,95", ".nan", "1e-400", "'0.95'", "true"),
        "window_weeks: [13, 52]": (
            "[52, 13]", "[13]", "[13, 26, 52]", "13", "[-1, 52]", "[a, b]", "{13: 52}",
        ),
        "baseline_search: 2013-11-13": (
            "2013-13-11", "13/11/2013", "20131113", "86400", "1.5", "yesterday", "true", "2013",
        ),
        "primary_model: reml": ("REML", "magic", "[reml]", "null", "1"),
        "ratio: false": ("0", "'no'", "maybe", "no", "[]"),
        "shown_models: [common, dersimonian-laird, reml]": ("reml", "[reml, magic]", "{a: b}"),
        "large_smd: 1.0": ("0", "-1", "large", "true", "1e309"),
        "shared_control_correlation: 0.5": ("1.0", "-0.1", "half", "5e-1x"),
        "arm_size_from: [row, analysed, randomised]": ("[row, guess]", "row", "[[row]]"),
    }.items():  # fmt: skip
        key = old.split(":")[0]
        assert text.count(old) >= 1, f"the protocol no longer says {old!r}"
        for value in new:
            changed = text.replace(old, f"{key}: {value}", 1)
            yield f"protocol: {key} {value[:12]}", changed.encode(), None
    yield "protocol: an id twice", text.replace("id: anxiety", "id: pain").encode(), None
    yield "protocol: unknown measure", text.replace("measure: SMD", "measure: MD", 1).encode(), None
    yield "protocol: hostile id", text.replace("id: anxiety", "id: ../etc").encode(), None


def _search_damages(text: str) -> Iterator[Damage]:
    for line in text.splitlines()[:4]:
        yield f"search: no {line.split(':')[0]}", text.replace(line, "").encode(), None
    for key, values in {
        "date": (
            "13.11.2013",
            "2013-02-30",
            "soon",
            "null",
            "[2013-11-13]",
            "0000-00-00",
            "86400",
            "true",
        ),
        "hits": (
            "many",
            "12.5",
            "yes",
            "true",
            "1_200",
            "'1 200'",
            "0x10",
            "1:30",
            ".inf",
            "1e400",
            "[1]",
        ),
        "sources": ("CENTRAL", "null", "[1, 2]", "{a: b}"),
        "by": ("Some One", "../x", "null", "[a]", "42"),
    }.items():
        old = next(line for line in text.splitlines() if line.startswith(f"{key}:"))
        for value in values:
            yield f"search: {key} {value}", text.replace(old, f"{key}: {value}").encode(), None
