"""What a question's page is made from: whatever moves a number of it makes it stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.rows import Evidence, Source
from analysis.synthesis.model import Synthesis
from analysis.synthesis.question import synthesise_all
from analysis.synthesis.question_inputs import question_inputs

CHANGES = {
    "a mean": lambda e: _with_row(e, "friesen-2017.disability.post.1", mean_control=65.0),
    # With it falls the yardstick of the same trial's follow-up.
    "the other time point": lambda e: _with_row(
        e, "simister-2018.disability.post.1", mean_control=39.5
    ),
    "a status": lambda e: _with_trial(e, "dear-2021", status="awaiting", reason="made so"),
    "a judgement": lambda e: replace(
        e, risk_of_bias=(replace(e.risk_of_bias[0], judgement="high"), *e.risk_of_bias[1:])
    ),
}


def _with_row(evidence: Evidence, row_id: str, **changes: object) -> Evidence:
    rows = (replace(r, **changes) if r.row_id == row_id else r for r in evidence.outcomes)
    return replace(evidence, outcomes=tuple(rows))


def _with_trial(evidence: Evidence, study_id: str, **changes: object) -> Evidence:
    changed = replace(evidence.trials[study_id], **changes)
    return replace(evidence, trials={**evidence.trials, study_id: changed})


@pytest.mark.parametrize("change", CHANGES)
def test_a_result_never_changes_under_the_same_fingerprint(
    evidence: Evidence, syntheses: Mapping[str, Synthesis], change: str
) -> None:
    """The fingerprint decides what is computed again: whatever moves a number must move it."""
    changed = synthesise_all(CHANGES[change](evidence))
    moved = {key for key in syntheses if _said(changed[key]) != _said(syntheses[key])}
    renewed = {key for key in syntheses if changed[key].provenance != syntheses[key].provenance}
    assert moved, "the change changed nothing, so nothing is tested"
    assert moved <= renewed
    assert len(renewed) < len(syntheses), "everything would be computed again"


def _said(synthesis: Synthesis) -> Synthesis:
    return synthesis.model_copy(update={"provenance": None})


def test_a_source_belongs_to_the_cells_whose_rows_name_it(evidence: Evidence) -> None:
    """A new one, which no row names yet, makes no page stale; a mended one makes those that do."""
    row = next(row for row in evidence.outcomes if row.study_id == "friesen-2017")
    named, new = evidence.sources[row.source_id], Source("new", "trial report", "N.", "", "", "")
    mended = replace(named, citation="Mended")
    sources = {**evidence.sources, named.source_id: mended, new.source_id: new}
    before, after = question_inputs(evidence), question_inputs(replace(evidence, sources=sources))
    changed = {
        key: {part for part in after[key] if before[key].get(part) != after[key][part]}
        for key in after
    }
    assert changed["non-headache.pain.post"] == {f"sources.csv: source {named.source_id}"}
    assert changed["headache.pain.post"] == set()
