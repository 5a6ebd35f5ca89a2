"""How a page hands over its result: the agreement between the notebooks and their execution.

What a page hands over it may hand over again, where it would make it from the same: its last
result says from what, and is committed with the page or not at all.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.files.digests import digest

# The MIME type under which a notebook displays its result; execution takes it out of the page.
RESULT_MIME = "application/vnd.living-review.result+json"
FILES = "files"
# What the page needs again itself, and the seals of all that is handed over again.
KEPT, SEALS = "kept", "seals"


@dataclass
class Again:
    """What a page made, as far as it is what the page before it made from the same.

    `made_with` stands for the code that makes it, `former` is the result of the page before.
    """

    made_with: str = ""
    former: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    made: dict[str, bytes] = field(default_factory=dict)
    seals: dict[str, str] = field(default_factory=dict)

    def content(self, name: str, made_from: str, make: Callable[[], bytes]) -> bytes:
        """What is made under this name; `made_from` stands for all that it is made from."""
        content = self._handed_over(name, made_from)
        self.made[name] = make() if content is None else content
        self.seals[name] = self._seal(made_from, self.made[name])
        return self.made[name]

    def _handed_over(self, name: str, made_from: str) -> bytes | None:
        """None where it was made from something else, or is not what was handed over."""
        try:
            known = self.former.get(FILES, {}).get(name) or self.former[KEPT][name]
            content = b64decode(known, validate=True)
            return content if self.former[SEALS][name] == self._seal(made_from, content) else None
        except (AttributeError, Error, KeyError, TypeError):
            return None

    def _seal(self, made_from: str, content: bytes) -> str:
        return digest(f"{self.made_with} {digest(made_from)} {digest(content)}")


def again(result: Path, made_with: str) -> Again:
    """With what the page of that result handed over; with nothing where that cannot be read."""
    try:
        former = json.loads(result.read_bytes())
    except (OSError, ValueError):
        former = None
    return Again(made_with, former if isinstance(former, dict) else {})


def files_as_result(files: Mapping[str, bytes], made: Again | None = None) -> dict[str, Any]:
    """The result of a page that makes files of the site: where in it → content in Base64."""
    result = {FILES: _in_base64(files)}
    if made is not None:
        rest = {name: content for name, content in made.made.items() if name not in files}
        result |= {KEPT: _in_base64(rest), SEALS: made.seals}
    return result


def _in_base64(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: b64encode(content).decode() for path, content in files.items()}


def files_of_result(text: str) -> dict[str, bytes]:
    """The files in the JSON text of such a result."""
    return {path: b64decode(content) for path, content in json.loads(text)[FILES].items()}
