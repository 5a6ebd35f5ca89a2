"""Validated evidence as text, for processes that then need not read the files again.

What the integrity checks found goes with it: every question and half of the pages ask for that,
and it takes longer than reading did.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from analysis.evidence.chosen_rows import KeptOut, find_suspects
from analysis.evidence.integrity import Finding, findings
from analysis.evidence.rows import Evidence


@dataclass(frozen=True)
class _HandedOn:
    """Evidence with its findings; and why which trial is kept out of which question."""

    evidence: Evidence
    findings: tuple[Finding, ...]
    suspects: tuple[tuple[str, str, KeptOut], ...]


@cache
def _adapter() -> TypeAdapter[_HandedOn]:
    return TypeAdapter(_HandedOn)


def handed_on(evidence: Evidence) -> str:
    """The evidence with what was found, as JSON."""
    suspects = find_suspects(evidence)
    kept_out = tuple((trial, question, why) for (trial, question), why in suspects.items())
    return _adapter().dump_json(_HandedOn(evidence, findings(evidence), kept_out)).decode()


def taken_over(text: str) -> Evidence:
    """The evidence that was handed on."""
    given = _adapter().validate_json(text)
    suspects = {(trial, question): why for trial, question, why in given.suspects}
    given.evidence.once(findings, lambda: given.findings)
    given.evidence.once(find_suspects, lambda: suspects)
    return given.evidence
