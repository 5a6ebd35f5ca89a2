"""What this review's site holds besides its pages, made again only when it would differ."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from pathlib import Path

from analysis.execution.book import Beside
from analysis.execution.contents import parts
from analysis.execution.fingerprint import Inputs, digest
from analysis.execution.plan import Project
from analysis.protocol import Protocol, load_protocol

MAKER = Path("analysis/publishing/site.py")
HANDED_ON = ("CITATION.cff", "LICENSE", "LICENSE-text", "requirements.txt")


def published(project: Project) -> Beside:
    """Downloads, feed, site map and card of the review, from its data and its results."""
    protocol = load_protocol(project.data / "protocol.yml")
    documents = ("index", *(name for part in parts(protocol) for name in part.documents))

    def make() -> Mapping[str, bytes]:
        from analysis.publishing.site import site_files

        return site_files(project.root, documents)

    return Beside(_state(project, protocol, documents), make)


def _state(project: Project, protocol: Protocol, documents: tuple[str, ...]) -> str:
    """One hash of the data, the results, the pages, and the code that makes the files of them."""
    inputs = Inputs(project)
    results = sorted(Path("results") / f"{cell.key}.json" for cell in protocol.cells)
    files = [*results, *sorted(inputs.code(MAKER)), *map(Path, HANDED_ON)]
    state = {**inputs.data(), **inputs.files([*files, MAKER]), "Python": platform.python_version()}
    return digest(json.dumps([state, documents], sort_keys=True).encode())
