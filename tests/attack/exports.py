"""Damaged exports of bibliographic databases: RIS, PubMed, CSV, EndNote XML."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace

from tests.attack.damage import (
    Damage,
    as_csv,
    broken_utf8,
    containers,
    noise,
    shifted_encodings,
    zipped_parts,
)

COUNT = 3
# An export with nothing in it is that of a search that found nothing.
EMPTY = ("container: nothing", "container: blanks", "container: a byte order mark")


def text_damages(sound: bytes) -> Iterator[Damage]:
    """What may befall an export that is text, whatever its format."""
    text = sound.decode()
    for damage in containers(sound):
        if damage.name in EMPTY:
            yield replace(damage, rows=0)
        elif damage.name != "container: xml":
            yield damage
    yield from noise(sound)
    yield from shifted_encodings(sound)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        yield Damage(f"encoding: {encoding}", text.encode(encoding), COUNT)
    yield from broken_utf8(sound, len(sound) // 2)
    for marks in (1, 2):
        yield Damage(f"encoding: {marks} marks", b"\xef\xbb\xbf" * marks + sound, COUNT)
    lines = text.splitlines()
    for name, end in {"CRLF": "\r\n", "CR": "\r", "LF": "\n"}.items():
        yield Damage(f"lines: {name}", (end.join(lines) + end).encode(), COUNT)
    yield Damage("lines: blank ones around", b"\n\n" + sound + b"\n\n\n", COUNT)
    yield Damage("lines: all joined", " ".join(lines).encode())
    yield Damage("lines: backwards", "\n".join(reversed(lines)).encode())
    half = len(sound) // 2
    yield Damage("size: 20 MB in a line", sound[:half] + b"z" * 20_000_000 + sound[half:])


def tagged_damages(sound: bytes, first: str, end: str, title: str, spare: str) -> Iterator[Damage]:
    """RIS and PubMed: `first` begins a record, `end` is its last tag, `spare` one not needed."""
    text = sound.decode().replace("\r\n", "\n")
    starts = [found.start() for found in re.finditer(f"(?m)^{first}", text)]
    ends = [found.end() for found in re.finditer(f"(?m)^{end}.*$", text)]
    assert len(starts) == len(ends) == COUNT
    for number, (start, stop) in enumerate(zip(starts, ends, strict=True)):
        for share in (0.1, 0.5, 0.9):
            cut = start + int(share * (text.rindex(f"\n{end}", start, stop) - start))
            yield Damage(f"truncated in record {number + 1} at {share:.0%}", text[:cut].encode())
        if number:
            yield Damage(f"truncated before record {number + 1}", text[:start].encode(), number)
    for name, changed in {
        "a beginning lost": text[: starts[1]] + text[text.index("\n", starts[1]) + 1 :],
        "an end lost": text[: text.rindex(f"\n{end}", 0, ends[1])] + text[ends[1] :],
        "an end first": f"{end}\n\n" + text,
        "half a record first": text[starts[0] + (ends[0] - starts[0]) // 2 :],
        "all beginnings lost": re.sub(f"(?m)^{first}.*$", "", text),
        "all ends lost": re.sub(f"(?m)^{end}.*$", "", text),
        "small letters": re.sub(r"(?m)^([A-Z0-9]{2,4})( *-)", lambda m: m[1].lower() + m[2], text),
        "colons for hyphens": re.sub(r"(?m)^([A-Z0-9]{2,4}) *- ", r"\1: ", text),
        "commas for lines": text.replace("\n", ","),
        "only beginnings": f"{first}x\n" * 3,
    }.items():
        yield Damage(f"record: {name}", changed.encode())
    yield Damage("record: the same three again", (text + "\n\n" + text).encode(), COUNT)
    unknown = re.sub(f"(?m)^{spare}.*$", "ZZ  - what is this", text)
    yield Damage("record: an unknown tag", unknown.encode(), COUNT)
    line = re.search(f"(?m)^{title}.*$", text)
    assert line
    huge = text.replace(line[0], line[0] + "x" * 10_000_000, 1)
    yield Damage("size: a title of 10 MB", huge.encode())
    yield Damage("size: 2 MB of beginnings", f"{first}1\n".encode() * 200_000)
    yield Damage("size: 2 MB of ends", f"{end}x\n".encode() * 200_000)
    yield Damage("size: 2 MB of one tag", f"{title}x\n".encode() * 200_000)
    yield Damage("size: 5 MB of blank lines", sound + b"\n" * 5_000_000, COUNT)
    binary = text[: ends[0]] + "\n" + "\x00\x01\x02" * 50 + text[ends[0] :]
    yield Damage("binary between records", binary.encode())


def marked_damages(sound: bytes, begins: str, title: str, end: str = "") -> Iterator[Damage]:
    """Other tagged formats: `begins` begins a record, `end` ends it where the format has one."""
    text = sound.decode().replace("\r\n", "\n")
    starts = [found.start() for found in re.finditer(f"(?m)^{begins}", text)]
    assert len(starts) == COUNT
    second = text.index("\n", starts[1]) + 1
    if end:
        for number, start in enumerate(starts, start=1):
            for share in (0.1, 0.5, 0.9):
                cut = start + int(share * (text.index(f"\n{end}", start) - start))
                yield Damage(f"truncated in record {number} at {share:.0%}", text[:cut].encode())
        lost = text.replace(f"\n{end}\n", "\n", 1)
        yield Damage("record: an end lost", lost.encode())
    for name, changed in {
        "a beginning lost": text[: starts[1]] + text[second:],
        "half a record first": text[starts[0] + (starts[1] - starts[0]) // 2 :],
        "all beginnings lost": re.sub(f"(?m)^{begins}.*$", "", text),
        "commas for lines": text.replace("\n", ","),
        "only beginnings": f"{text[starts[0] : text.index(chr(10), starts[0])]}\n" * 3,
    }.items():
        yield Damage(f"record: {name}", changed.encode())
    line = re.search(f"(?m)^{title}.*$", text)
    assert line
    huge = text.replace(line[0], line[0] + "x" * 10_000_000, 1)
    yield Damage("size: a title of 10 MB", huge.encode())
    beginning = text[starts[0] : text.index("\n", starts[0]) + 1]
    yield Damage("size: 2 MB of beginnings", beginning.encode() * 200_000)
    yield Damage("size: 2 MB of one tag", (beginning + f"{line[0]}\n" * 20_000).encode())
    yield Damage("size: 5 MB of blank lines", sound + b"\n" * 5_000_000, COUNT)


def bibtex_damages(sound: bytes) -> Iterator[Damage]:
    """BibTeX: braces and commas that are missing, and what its commands might do."""
    text = sound.decode()
    for share in (0.1, 0.5, 0.9):
        yield Damage(f"truncated at {share:.0%}", text[: int(share * len(text))].encode())
    yield Damage("a brace lost", text.replace("},\n", ",\n", 1).encode())
    yield Damage("no entry", b"@comment{nothing}\n", 0)
    yield Damage("a preamble", b'@preamble{"\\newcommand{\\x}{y}"}\n' + sound, COUNT)
    yield Damage("a string", b"@string{pain = {Pain}}\n" + sound, COUNT)
    huge = text.replace("title = {{", "title = {{" + "x" * 10_000_000, 1)
    yield Damage("size: a title of 10 MB", huge.encode())
    yield Damage("size: 200 000 braces", text.replace("title = {{", "{" * 200_000, 1).encode())


def json_export_damages(sound: bytes) -> Iterator[Damage]:
    """JSON of a register: cut, nested, of another shape."""
    text = sound.decode()
    for share in (0.1, 0.5, 0.9, 0.99):
        yield Damage(f"truncated at {share:.0%}", text[: int(share * len(text))].encode())
    for name, changed in {
        "a comma lost": text.replace(",", "", 1),
        "studies are no list": '{"studies": 1}',
        "a study is no object": '{"studies": [1]}',
        "another database": '{"results": [{"authorships": []}]}',
        "nested": "[" * 100_000,
        "nested objects": '{"a":' * 100_000,
    }.items():
        yield Damage(f"json: {name}", changed.encode())
    yield Damage("json: no studies", b'{"studies": []}', 0)
    huge = text.replace('"briefTitle": "', '"briefTitle": "' + "x" * 10_000_000, 1)
    yield Damage("size: a title of 10 MB", huge.encode())


def workbook_damages(sound: bytes) -> Iterator[Damage]:
    """Excel workbooks: cut, flipped, bombs, archives of something else."""
    for damage in containers(sound):
        yield replace(damage, rows=0) if damage.name in EMPTY else damage
    for share in (0.1, 0.5, 0.9, 0.99):
        yield Damage(f"truncated at {share:.0%}", sound[: int(share * len(sound))])
    for share in (0.2, 0.4):
        at = int(share * len(sound))
        yield Damage(f"flipped at {share:.0%}", sound[:at] + bytes(60) + sound[at + 60 :])
    bomb = zipped_parts({"xl/workbook.xml": b"x", "xl/a.xml": bytes(400_000_000)})
    yield Damage("size: 400 MB in a zip", bomb)
    yield Damage("a workbook of nothing", zipped_parts({"xl/workbook.xml": b"<x/>"}))


def csv_damages(sound: bytes, needed: tuple[str, str]) -> Iterator[Damage]:
    """CSV exports: the columns of `needed` make their layout."""
    rows = list(csv.reader(io.StringIO(sound.decode(), newline="")))
    header, *body = rows
    for name, mark in {"semicolon": ";", "tab": "\t"}.items():
        yield Damage(f"delimiter: {name}", as_csv(rows, delimiter=mark), COUNT)
    for name, mark in {"bar": "|", "caret": "^", "tilde": "~"}.items():
        yield Damage(f"delimiter: {name}", as_csv(rows, delimiter=mark))
    yield Damage("delimiter: excel's hint", b"sep=,\n" + sound)
    yield Damage("delimiter: two", as_csv(rows[:2]) + as_csv(rows[2:], delimiter=";"))
    yield Damage("quotes: all cells", as_csv(rows, quoting=csv.QUOTE_ALL), COUNT)
    text = as_csv(rows)
    for number, line in enumerate(text.splitlines()[1:4], start=1):
        yield Damage(f"quotes: opened in row {number}", text.replace(line, b'"' + line, 1))
    title = header.index(needed[1])
    spare = next(at for at, name in enumerate(header) if name != needed[1])
    for name, content in {
        "a column twice": as_csv([[*row, row[title]] for row in rows]),
        "a column twice, in capitals": as_csv(
            [[*header, header[title].upper()], *([*r, "Another"] for r in body)]
        ),
        "missing": as_csv(body),
        "no title": as_csv([["x" if n == needed[1] else n for n in header], *body]),
        "a title above": b"Results\n" + text,
        "a cell too few": as_csv([header, body[0][:-1], *body[1:]]),
        "a cell too many": as_csv([header, [*body[0], "x"], *body[1:]]),
        "merged cells": as_csv([header, body[0], *(_merged(r, spare) for r in body[1:])]),
        "transposed": as_csv([list(column) for column in zip(*rows, strict=True)]),
    }.items():
        yield Damage(f"header: {name}", content)
    yield Damage("header: only it", as_csv([header]), 0)
    for share in (0.2, 0.5, 0.7):
        cut = text.index(b"\n") + int(share * (len(text) - text.index(b"\n")))
        last = next(csv.reader([text[:cut].decode(errors="ignore").splitlines()[-1]]))
        if len(last) < len(header):
            yield Damage(f"truncated at {share:.0%}", text[:cut])
    whole = text.index(b"\n", text.index(b"\n") + 1)
    yield Damage("truncated after record 1", text[:whole], 1)
    huge = [*body[0]]
    huge[title] = "x" * 10_000_000
    yield Damage("size: a title of 10 MB", as_csv([header, huge, *body[1:]]))
    yield Damage("size: 10 MB of short lines", text + b"x\n" * 5_000_000)
    yield Damage("size: 200 000 columns", b"a," * 200_000 + b"a\n1\n")


def _merged(row: list[str], kept: int) -> list[str]:
    return [cell if at == kept else "" for at, cell in enumerate(row)]


def xml_damages(
    sound: bytes, root: str = "records", title: str = "title", parent: str = "titles"
) -> Iterator[Damage]:
    """XML: entities, DTDs, wrong declarations, tags that do not close.

    `title` is the element of a title, `parent` one around it, `root` one around all records.
    """
    text = sound.decode()
    for damage in containers(sound):
        yield replace(damage, rows=0) if damage.name in EMPTY else damage
    yield from noise(sound)
    declaration, body = text.split("\n", 1)
    for share in (0.1, 0.5, 0.9, 0.99):
        yield Damage(f"truncated at {share:.0%}", sound[: int(share * len(sound))])
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    titled = body.replace(f"<{title}>", f"<{title}>&i;", 1)
    secret = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'
    for name, changed in {
        "bomb": declaration + bomb + "]>" + titled,
        "external entity": declaration + secret + titled,
        "external DTD": declaration + '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + body,
        "unknown entity": declaration + titled,
        "empty DTD": declaration + "<!DOCTYPE xml>" + body,
        "tag not closed": text.replace(f"</{title}>", "", 1),
        "tags crossed": text.replace(f"</{parent}>", f"</{root}>", 1),
        "ampersand": text.replace(f"<{title}>", f"<{title}>a & b", 1),
        "less than": text.replace(f"<{title}>", f"<{title}>a < b ", 1),
        "attribute without quotes": text.replace(f"<{title}>", f"<{title} a=b>", 1),
        "two roots": text + body,
        "text behind": text + "x",
        "text before": "x" + text,
        "another root": "<html><body/></html>",
        "unknown encoding": text.replace("UTF-8", "klingon", 1),
        "multi-byte encoding": text.replace("UTF-8", "shift_jis", 1),
        "declared twice": declaration + text,
        "control character": text.replace(f"<{title}>", f"<{title}>\x07", 1),
        "a forbidden reference": text.replace(f"<{title}>", f"<{title}>&#0;", 1),
    }.items():
        yield Damage(f"xml: {name}", changed.encode())
    yield Damage("xml: no records", b'<?xml version="1.0"?><xml><records/></xml>', 0)
    yield Damage("xml: utf-16 without saying so", text.encode("utf-16-le"))
    yield Damage(
        "xml: latin-1 as utf-8", text.replace(f"<{title}>", f"<{title}>é").encode("latin-1")
    )
    yield Damage("xml: 1 000 000 deep", b"<a>" * 1_000_000)
    yield Damage("xml: a name of 10 MB", b"<" + b"a" * 10_000_000 + b"/>")
    huge = text.replace(f"<{title}>", f"<{title}>" + "x" * 10_000_000, 1)
    yield Damage("size: a title of 10 MB", huge.encode())
    yield Damage("size: 400 000 attributes", b"<a " + b'b="" ' * 400_000 + b"/>")
    if "<!DOCTYPE" not in text:
        declared = text.replace("UTF-8", "utf-16", 1).encode("utf-16")
        yield Damage("xml: utf-16, declared", declared, COUNT)
    yield Damage("xml: byte order mark", b"\xef\xbb\xbf" + sound, COUNT)
    yield Damage("xml: CRLF", sound.replace(b"\n", b"\r\n"), COUNT)
    yield Damage("xml: no declaration", body.encode(), COUNT)
    yield Damage("xml: a comment", text.replace(f"<{root}>", f"<{root}><!-- x -->", 1).encode(), 3)
    yield Damage(
        "xml: unknown elements", text.replace(f"<{parent}>", f"<new/><{parent}>").encode(), 3
    )


def strategy_damages(sound: bytes) -> Iterator[Damage]:
    """A strategy as text: its header, and what the checks of its form must find."""
    text = sound.decode()
    yield from containers(sound)
    yield from noise(sound)
    yield from shifted_encodings(sound)
    for key in ("database", "platform", "status"):
        yield Damage(f"header: no {key}", text.replace(f"# {key}:", "# x:", 1).encode())
    lines = text.splitlines()
    numbered = [number for number, line in enumerate(lines) if re.match(r"\d", line)]
    first, last = numbered[0], numbered[-1]
    for name, changed in {
        "a quotation mark": lines[first] + ' "open',
        "a parenthesis": lines[first] + " (open",
        "a closing one": ")" + lines[first],
        "an operator": lines[first] + " or",
        "two operators": lines[first] + " and or pain",
        "a line ahead": "1 999 and 2",
        "no number": "chronic pain.mp.",
        "another number": "77 chronic pain.mp.",
    }.items():
        content = [*lines[:first], changed, *lines[first + 1 :]]
        yield Damage(f"strategy: {name}", "\n".join(content).encode())
    yield Damage("strategy: a line left out", "\n".join(lines[: last - 1] + lines[last:]).encode())
    yield Damage("strategy: no line", "\n".join(lines[:first]).encode())
    yield Damage(
        "strategy: unknown platform", re.sub("# platform: .*", "# platform: x", text).encode()
    )
    yield Damage("size: 10 MB", sound + b"x" * 10_000_000)
    yield Damage("size: parentheses", text.replace(lines[first], "1 " + "(" * 20_000).encode())
    yield Damage("size: references", text.replace(lines[first], "1 " + "2 or " * 6_000).encode())
    yield Damage("lines: CRLF", text.replace("\n", "\r\n").encode(), 1)
    yield Damage("encoding: byte order mark", b"\xef\xbb\xbf" + sound, 1)
