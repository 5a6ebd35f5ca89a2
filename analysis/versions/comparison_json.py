"""The comparison of two versions for a program."""

from __future__ import annotations

import json
from typing import Any

from analysis.versions.compare import Change, Comparison


def comparison_json(found: Comparison) -> str:
    """Every question that differs with what lies between, and what differs in the data."""
    return f"{json.dumps(comparison_parts(found), indent=1, ensure_ascii=False)}\n"


def comparison_parts(found: Comparison) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "before": found.before,
        "now": found.now,
        "publication": found.publication,
        "kind": found.kind,
        "changes": [_change(found, change) for change in found.changed],
        **found.data.model_dump(mode="json"),
    }


def _change(found: Comparison, change: Change) -> dict[str, Any]:
    steps = found.steps.get(change.state.question.key)
    return {
        **change.model_dump(mode="json"),
        "steps": steps and steps.model_dump(mode="json"),
        "causes": [cause for cause, _, _ in found.moved(change)],
    }
