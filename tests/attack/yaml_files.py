"""Damaged protocols and searches: bombs, tags, wrong types, keys missing or there twice."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator

from tests.attack.damage import Damage, as_csv, broken_utf8, zipped
from tests.attack.tables import sound_outcomes

SOUND_SEARCH = b"""\
date: 2013-11-13
by: cd010152
sources: [CENTRAL, MEDLINE]
since: inception
hits: 1200
exports:
  - source: MEDLINE
    kind: database
    file: medline.ris
    format: ris
    sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    hits: 1200
    records: medline.records.csv
"""


def yaml_damages(sound: bytes) -> Iterator[Damage]:
    """Damages that no YAML file may survive, and three that it may."""
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for name, content in {
        "nothing": b"", "blanks": b" \n\n", "a comment": b"# nothing here\n", "a mark": b"---\n",
        "zip": zipped("protocol.yml", sound), "gzip": gzip.compress(sound, mtime=0),
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
        yield Damage(f"yaml: {name}", content)
    for damage in broken_utf8(b"# x\n" + sound, 3):
        yield Damage(f"yaml, {damage.name}", damage.content)
    yield Damage("yaml: byte order mark", b"\xef\xbb\xbf" + sound, 1)
    yield Damage("yaml: CRLF", sound.replace(b"\n", b"\r\n"), 1)
    yield Damage("yaml: comments", b"# one\n" + sound + b"# two\n", 1)


def protocol_damages(sound: bytes) -> Iterator[Damage]:
    """Values that a protocol may not have."""
    text = sound.decode()
    keys = [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    # The address of the site may be left out.
    for key in (key for key in keys if key != "site_url"):
        yield Damage(f"protocol: no {key}", _without(text, key))
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
        "benefit_above: true": ("0", "'no'", "maybe", "no", "[]"),
        "shown_models: [common, dersimonian-laird, reml]": ("reml", "[reml, magic]", "{a: b}"),
        "large_smd: 1.0": ("0", "-1", "large", "true", "1e309"),
        "shared_control_correlation: 0.5": ("1.0", "-0.1", "half", "5e-1x"),
        "arm_size_from: [row, analysed, randomised]": ("[row, guess]", "row", "[[row]]"),
        "site_url: null": ("javascript:alert(1)", "https://a.example", "//a.example/", "true"),
    }.items():  # fmt: skip
        key = old.split(":")[0]
        assert text.count(old) >= 1, f"the protocol no longer says {old!r}"
        for value in new:
            changed = text.replace(old, f"{key}: {value}", 1)
            yield Damage(f"protocol: {key} {value[:12]}", changed.encode())
    for name, old, value in (
        ("an id twice", "id: anxiety", "id: pain"),
        ("unknown measure", "measure: SMD", "measure: MD"),
        ("hostile id", "id: anxiety", "id: ../etc"),
    ):
        yield Damage(f"protocol: {name}", text.replace(old, value, 1).encode())


def _without(text: str, key: str) -> bytes:
    return f"\n{text}".replace(f"\n{key}:", f"\nno_{key}:", 1).encode()


def search_damages(sound: bytes) -> Iterator[Damage]:
    """Values that a search may not have."""
    text = sound.decode()
    for key in ("date", "by", "sources", "since"):
        yield Damage(f"search: no {key}", _without(text, key))
    for old, values in {
        "date: 2013-11-13": (
            "13.11.2013", "2013-02-30", "soon", "null", "[2013-11-13]", "0000-00-00", "86400",
            "true",
        ),
        "hits: 1200": (
            "many", "12.5", "yes", "true", "1_200", "'1 200'", "0x10", "1:30", ".inf", "1e400",
            "[1]", "1199", "-1",
        ),
        "sources: [CENTRAL, MEDLINE]": ("CENTRAL", "null", "[1, 2]", "{a: b}", "[CENTRAL]"),
        "by: cd010152": ("Some One", "../x", "null", "[a]", "42"),
        "file: medline.ris": ("../../x.ris", "/etc/passwd", "a b.ris", "x", ".ris", "null"),
        "records: medline.records.csv": ("..", "..\\\\x.csv", "a/b.csv", "C:x.csv"),
        "format: ris": ("exe", "RIS", "null", "[ris]"),
        "kind: database": ("web", "1"),
    }.items():  # fmt: skip
        key = old.split(":")[0]
        assert text.count(old) >= 1, f"the search no longer says {old!r}"
        for value in values:
            changed = text.replace(old, f"{key}: {value}", 1)
            yield Damage(f"search: {key} {value}", changed.encode())
    digest = text.replace("0123456789abcdef", "0123456789ABCDEF").encode()
    yield Damage("search: a digest in capitals", digest)
    yield Damage("search: a short digest", text.replace("0123456789abcdef\n", "\n").encode())
    entry = text[text.index("  - source") :]
    yield Damage("search: an export twice", f"{text}{entry}".replace("1200", "2400", 1).encode())
