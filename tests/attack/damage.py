"""What a damaged file is, and the damages that files of every kind suffer."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import random
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

CONTROL = "\x01\x07\x08\x0b\x0c\x1b\x1f\x7f\x80\x85\x9f"


@dataclass(frozen=True)
class Damage:
    """A damaged file and what must follow when it is read.

    `rows=None`: it is refused with a clear error. `rows=n`: it reads exactly like the first n
    rows (records) of the sound file; a file that is one object has one row.
    """

    name: str
    content: bytes
    rows: int | None = None


def as_csv(rows: Sequence[Sequence[str]], **options: object) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, **({"lineterminator": "\n"} | options)).writerows(rows)  # type: ignore[call-overload]
    return stream.getvalue().encode()


def zipped(name: str, content: bytes) -> bytes:
    return zipped_parts({name: content}, zipfile.ZIP_STORED)


def zipped_parts(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compression) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return archive.getvalue()


def containers(sound: bytes) -> Iterator[Damage]:
    """Files of another kind under the right name."""
    for name, content in {
        "zip or xlsx": zipped("xl/worksheets/sheet1.xml", sound),
        "empty zip": b"PK\x05\x06" + bytes(18),
        "gzip": gzip.compress(sound, mtime=0),
        "bzip2": bz2.compress(sound),
        "xz": lzma.compress(sound),
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
        yield Damage(f"container: {name}", content)


def noise(sound: bytes) -> Iterator[Damage]:
    """Bytes and letters at random, and the sound file with zero bytes in it."""
    chance = random.Random(20131113)
    for number in range(10):
        yield Damage(f"noise: random bytes {number}", chance.randbytes(400))
    for number in range(5):
        letters = bytes(chance.choices(b'abc123,;"\n\r\t. -', k=400))
        yield Damage(f"noise: random text {number}", letters)
    for share in (0.0, 0.3, 0.6, 0.99):
        at = int(share * len(sound))
        yield Damage(f"noise: NUL at {share:.0%}", sound[:at] + b"\0" + sound[at:])


def shifted_encodings(sound: bytes) -> Iterator[Damage]:
    """Encodings in which no letter of the sound file keeps its place."""
    text = sound.decode()
    for encoding in ("utf-32", "utf-32-le"):
        yield Damage(f"encoding: {encoding}", text.encode(encoding))
    yield Damage("encoding: cp500", text.encode("cp500", "replace"))


def broken_utf8(sound: bytes, at: int) -> Iterator[Damage]:
    """Bytes that no UTF-8 holds, in a file that is UTF-8 elsewhere."""
    accented = "Ångström, Müller, García".encode()
    for name, odd in {
        "one latin-1 word": "résumé".encode("latin-1"),
        "overlong": b"\xc0\xaf",
        "surrogate": b"\xed\xa0\x80",
        "lone continuation": b"\x80",
        "beyond unicode": b"\xf4\x90\x80\x80",
        "cut character": b"\xe2\x88 ",
    }.items():
        yield Damage(f"encoding: {name}", sound[:at] + accented + odd + sound[at:])
