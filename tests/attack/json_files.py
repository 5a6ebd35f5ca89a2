"""Damaged JSON: what a killed write, a merge or an editor makes of results and releases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.attack.damage import Damage, broken_utf8, containers, noise, shifted_encodings

NO_FLOATS = ('"1.5"', "true", "[1]", "{}", "NaN", "Infinity", "-Infinity", "1e999", '"NaN"', "0x1F",
             "1,5", "01", "+1", ".5", "1_000", "'1'", "1e")  # fmt: skip


def json_damages(
    sound: bytes, number: str | None = None, *, needed: bool = True
) -> Iterator[Damage]:
    """Damages of any JSON object; `number` names a key of a number, each first key is `needed`."""
    text = sound.decode()
    yield from containers(sound)
    yield from noise(sound)
    yield from shifted_encodings(sound)
    for encoding in ("utf-16", "utf-16-le"):
        yield Damage(f"encoding: {encoding}", text.encode(encoding))
    yield from broken_utf8(sound, text.index('"') + 1)
    for share in (0.1, 0.37, 0.5, 0.83, 0.99):
        yield Damage(f"truncated at {share:.0%}", sound[: int(share * len(sound.rstrip()))])
    yield from _forms(sound, json.loads(sound), needed)
    for value in NO_FLOATS if number else ():
        changed = re.sub(rf'("{number}": )-?[0-9.e-]+', lambda found, v=value: found[1] + v, text,  # type: ignore[misc]
                         count=1)  # fmt: skip
        assert changed != text, number
        yield Damage(f"number: {value}", changed.encode())


def _forms(sound: bytes, content: dict[str, Any], needed: bool) -> Iterator[Damage]:
    body = sound.strip()
    first = next(iter(content))
    twice = b'{"%s": %s,' % (first.encode(), json.dumps(content[first]).encode())
    for name, changed in {
        "a list": b"[" + body + b"]", "null": b"null", "a number": b"1", "a text": b'"x"',
        "two objects": body + body, "text behind": body + b" x", "comment": b"// x\n" + body,
        "trailing comma": body[:-1].rstrip() + b",}", "single quotes": body.replace(b'"', b"'"),
        "byte order mark": b"\xef\xbb\xbf" + body, "a key twice": twice + body[1:],
        "unknown key": b'{"surprise": 1,' + body[1:],
        "conflict markers": body.replace(b"\n", b"\n<<<<<<< HEAD\n", 1),
        "deep": b'{"a":' * 200_000, "deep lists": b"[" * 1_000_000,
        "long integer": b'{"a": ' + b"9" * 1_000_000 + b"}",
        "large": b'"' + b"x" * 10_000_000 + b'"',
        "many keys": b"{" + b",".join(b'"k%d": 1' % n for n in range(100_000)) + b"}",
    }.items():  # fmt: skip
        yield Damage(f"json: {name}", changed)
    if needed:
        yield Damage("json: no key", json.dumps(dict(list(content.items())[1:])).encode())
    yield Damage("json: indented otherwise", json.dumps(content).encode(), 1)
    yield Damage("json: CRLF", sound.replace(b"\n", b"\r\n"), 1)
