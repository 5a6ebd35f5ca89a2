"""Evidence is checked once: what the last check said holds until data or code change."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from analysis.execution.staleness import Inputs, Parts
from analysis.files.digests import digest
from analysis.files.problems import ReviewError
from analysis.files.remembered import recall, remember

Reads = Mapping[str, Parts]
"""The name of a page, or of a part of a table → what it holds, and the hash of each."""


@dataclass(frozen=True)
class Checked:
    """Evidence that is valid: the rows each page reads, and what kernels may begin with.

    `given` is the text that the rehearsal is called with: evidence that was just read need
    not be read again. `leaves` are the files in `results/` that the check wrote for the book.
    """

    reads: Reads
    given: str | None = None
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Said:
    """What is remembered of a check: of which evidence it was, what it said and what it left."""

    evidence: str
    reads: dict[str, dict[str, str]]
    left: dict[str, str]


_SAID = TypeAdapter(_Said)


Check = Callable[[], Checked]
"""Validates the evidence; raises `ReviewError`."""


def checked_evidence(inputs: Inputs, check: Check) -> Checked:
    """What the pages read, from evidence that is valid; checked again only if it changed.

    Raises `ReviewError` also if the evidence changes meanwhile.
    """
    project, state = inputs.project, _evidence(inputs)
    known = _known_reads(inputs, state)
    if known is not None:
        os.utime(project.checked)
        return Checked(known)
    # What the check leaves elsewhere is of this evidence; nobody shall take it for another's.
    remember(project.checked, "{}\n")
    checked = check()
    if inputs.changed():
        raise ReviewError("the evidence changed while it was being checked: build again")
    reads = {name: dict(parts) for name, parts in checked.reads.items()}
    left = Inputs(project).files(Path("results") / name for name in checked.leaves)
    said = json.dumps(asdict(_Said(state, reads, left)), ensure_ascii=False)
    remember(project.checked, said + "\n")
    return checked


def known_reads(inputs: Inputs) -> Reads | None:
    """What the last check said, if it was of the same evidence by the same code.

    And if what it left for the book is as it left it.
    """
    return _known_reads(inputs, _evidence(inputs))


def _known_reads(inputs: Inputs, evidence: str) -> Reads | None:
    file = inputs.project.checked
    if not file.is_file():
        return None
    known = inputs.known.of(file, _Said, lambda: recall(file, _SAID))
    if known is None or known.evidence != evidence:
        return None
    return known.reads if inputs.files(map(Path, known.left)) == known.left else None


def _evidence(inputs: Inputs) -> str:
    """One hash of the data and of all code that might judge it."""
    project = inputs.project
    code = sorted(path.relative_to(project.root) for path in project.package.rglob("*.py"))
    state = {**inputs.data(), **inputs.files(code), "Python": platform.python_version()}
    return digest(json.dumps(state, sort_keys=True).encode())
