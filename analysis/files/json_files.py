"""JSON files that the program wrote itself: read strictly, so that a damaged one is an error."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from analysis.files.problems import EvidenceError, Problem, read_bytes

Read = TypeVar("Read")
# The program's own files grow with the trials of a question: at 4 kB a trial this is 5000 trials.
LARGEST_JSON = 20_000_000
PLACE = re.compile(r" at line (\d+) column \d+$")


def read_json(path: Path, kind: TypeAdapter[Read]) -> Read:
    """What the file holds; EvidenceError where it is no JSON, says a key twice, or is no `kind`.

    Strictly: text is no number and no date's day, a truth value is no number, nothing is infinite.
    """
    return json_of(path, read_bytes(path, LARGEST_JSON), kind)


def json_of(path: Path, raw: bytes, kind: TypeAdapter[Read]) -> Read:
    """The same of a file that was read."""
    try:
        found = kind.validate_json(raw, strict=True)
    except ValidationError as error:
        raise EvidenceError([_problem(path, error)]) from None
    # Of two values under one key a parser keeps the last: which one was meant nobody knows.
    json.loads(raw, object_pairs_hook=lambda pairs: _each_once(path, pairs))
    return found


def _problem(path: Path, error: ValidationError) -> Problem:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part)[:60] for part in first["loc"]) or None
    place = PLACE.search(first["msg"])
    line = int(place[1]) if place else None
    return Problem(path, line, where, PLACE.sub("", first["msg"]).removeprefix("Value error, "))


def _each_once(path: Path, pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise EvidenceError.at(path, "this key stands twice", None, twice[:60])
    return found
