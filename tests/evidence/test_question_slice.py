"""The slice that a question is answered from: it is enough, and a change of it is never missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.handed_on import handed_on, taken_over
from analysis.evidence.integrity import findings
from analysis.evidence.question_slice import slice_of, slices_of
from analysis.evidence.rows import Evidence, Source
from analysis.protocol import Question
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import answer, synthesise_all
from analysis.versions.results import to_json
from tests.evidence.rows import corrected

CHANGES = {
    "a mean": lambda e: corrected(e, "friesen-2017.disability.post.1", mean_control=65.0),
    # With it falls the yardstick of the same trial's follow-up.
    "the other time point": lambda e: corrected(
        e, "chiauzzi-2010.disability.post.1", effect=-0.6, effect_ci_low=-0.9, effect_ci_high=-0.3
    ),
    "a status": lambda e: _with_trial(e, "dear-2021", status="awaiting", reason="made so"),
    "a judgement": lambda e: replace(
        e, risk_of_bias=(replace(e.risk_of_bias[0], judgement="high"), *e.risk_of_bias[1:])
    ),
}


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
    changed = _changed_parts(evidence, replace(evidence, sources=sources))
    assert changed["non-headache.pain.post"] == {f"sources.csv: {named.source_id}"}
    assert changed["headache.pain.post"] == set()


def test_a_slice_answers_as_the_whole_evidence_does(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    """Beside the narrow evidence only what the slice names rests on other questions."""
    for question, narrow in slices_of(evidence).items():
        assert len(narrow.evidence.outcomes) < len(evidence.outcomes)
        from_whole = answer(replace(narrow, evidence=evidence))
        assert to_json(_said(from_whole)) == to_json(_said(syntheses[question.key]))


def test_one_slice_is_that_of_all(evidence: Evidence) -> None:
    question = Question(condition="non-headache", outcome="pain", timepoint="post")
    assert slice_of(evidence, question).parts() == slices_of(evidence)[question].parts()


def test_what_comes_from_other_questions_is_named(evidence: Evidence) -> None:
    """The yardstick of an implausible effect, and the control arms of a familiar scale."""
    at_post = "chiauzzi-2010.disability.post.1"
    as_large = {"effect": -1.6, "effect_se": 0.2, "effect_ci_low": None, "effect_ci_high": None}
    changed = _changed_parts(evidence, corrected(evidence, at_post, **as_large))
    about = "integrity findings of chiauzzi-2010"
    assert changed["non-headache.disability.post"] == {f"outcomes.csv: {at_post}", about}
    assert changed["non-headache.pain.follow-up"] == {about}
    arm = corrected(evidence, "friesen-2017.depression.post.1", sd_control=5.5)
    changed = _changed_parts(evidence, arm)
    assert changed["non-headache.depression.follow-up"] == {
        "outcomes.csv: the control arms' standard deviation"
    }


def test_the_order_of_the_rows_belongs_to_it(evidence: Evidence) -> None:
    """Of two rows that are alike the first is pooled."""
    changed = _changed_parts(evidence, replace(evidence, outcomes=evidence.outcomes[::-1]))
    assert changed["non-headache.qol.post"] == {"the list of rows"}
    # Whose arms the familiar scale rests on is said in their order.
    arms = "outcomes.csv: the control arms' standard deviation"
    assert changed["non-headache.pain.post"] == {"the list of rows", arms}


def _changed_parts(before: Evidence, after: Evidence) -> dict[str, set[str]]:
    """What differs in the slice of each question."""
    slices = slices_of(before)
    changed = {}
    for question, now in slices_of(after).items():
        old, new = slices[question].parts(), now.parts()
        changed[question.key] = {part for part in old | new if old.get(part) != new.get(part)}
    return changed


def test_evidence_that_is_handed_on_arrives_as_it_was_with_what_was_found(
    evidence: Evidence,
) -> None:
    """What was found is taken over, not found again: another finding would be believed."""
    arrived = taken_over(handed_on(evidence))
    assert arrived == evidence
    assert findings(arrived) == findings(evidence)
    assert slices_of(arrived) == slices_of(evidence)
    changed = replace(evidence)
    changed.once(findings, lambda: findings(evidence)[:1])
    assert findings(taken_over(handed_on(changed))) == findings(evidence)[:1]
