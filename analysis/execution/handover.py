"""How a page hands over its result: the agreement between the notebooks and their execution."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping

# The MIME type under which a notebook displays its result; execution takes it out of the page.
RESULT_MIME = "application/vnd.living-review.result+json"
FILES = "files"


def files_as_result(files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """The result of a page that makes files of the site: where in it → content in Base64."""
    return {FILES: {path: b64encode(content).decode() for path, content in files.items()}}


def files_of_result(text: str) -> dict[str, bytes]:
    """The files in the JSON text of such a result."""
    return {path: b64decode(content) for path, content in json.loads(text)[FILES].items()}
