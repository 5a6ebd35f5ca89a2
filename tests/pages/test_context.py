"""What pages share follows the files: whatever a process has read before, and its forks with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.evidence.integrity import findings
from analysis.evidence.question_slice import slices_of
from analysis.evidence.rows import Evidence
from analysis.pages import context
from analysis.pages.rehearsal import rehearse_readers
from analysis.synthesis.question_result import Synthesis
from analysis.versions.results import to_json
from tests.publishing.project import write_results

Results = dict[str, Synthesis]


@pytest.fixture
def published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evidence: Evidence, syntheses: Results
) -> Path:
    """The folder of the results of every question, and the evidence they are of."""
    monkeypatch.setattr(context, "RESULTS", tmp_path)
    monkeypatch.setattr(context, "evidence", lambda: evidence)
    write_results(tmp_path, syntheses)
    return tmp_path


def test_a_result_that_changes_is_read_again_and_compared_again(
    published: Path, syntheses: Results
) -> None:
    rehearse_readers()
    assert context.results() == syntheses
    first = context.edition()
    assert context.edition() is first  # pages that follow each other share it
    key, found = next((key, each) for key, each in syntheses.items() if each.primary)
    assert found.primary
    moved = replace(found.primary, estimate=found.primary.estimate - 1)
    changed = found.model_copy(update={"primary": moved})
    (published / f"{key}.json").write_text(to_json(changed), encoding="utf-8")
    assert context.results() == syntheses | {key: changed}
    now = context.edition().found
    assert now and key in {change.state.question.key for change in now.changed}
    assert first.found and key not in {c.state.question.key for c in first.found.changed}
    drafts = [compared for compared in context.compared() if compared.now == now.now]
    assert [compared.changes for compared in drafts] == [now.changes]
    (published / f"{key}.json").write_text(to_json(found), encoding="utf-8")
    rehearse_readers()
    assert context.edition() == first


def test_what_is_shared_can_be_asked_for_before_all_results_are_there(
    published: Path, syntheses: Results
) -> None:
    key = next(iter(syntheses))
    content = (published / f"{key}.json").read_bytes()
    (published / f"{key}.json").unlink()
    with pytest.raises(Exception, match=r"is not in results/"):
        rehearse_readers()
    (published / f"{key}.json").write_bytes(content)
    assert context.results() == syntheses


def test_what_follows_from_evidence_is_of_that_evidence(evidence: Evidence) -> None:
    found = findings(evidence)
    assert findings(evidence) is found and slices_of(evidence) is slices_of(evidence)
    fewer = replace(evidence, outcomes=evidence.outcomes[1:])
    assert findings(fewer) is not found
    assert slices_of(fewer) != slices_of(evidence)
