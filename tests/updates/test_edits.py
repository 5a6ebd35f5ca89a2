"""Each ordinary edit of today's evidence loads, answers every question and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.evidence.question_slice import slices_of
from analysis.evidence.rows import Evidence
from analysis.files.digests import digest
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import answer
from tests.evidence.folder import LIVING, DataFolder
from tests.living import test_evidence as must_hold
from tests.updates.edits import EDITS, TOGETHER, Edit

pytestmark = pytest.mark.xdist_group("edits")  # answers are remembered by one worker
OF_ANSWERS = (
    must_hold.test_weights_and_counts_add_up,
    must_hold.test_the_comparisons_of_a_question_divide_its_trials,
    must_hold.test_no_result_holds_what_is_no_number,
)


@pytest.fixture(scope="module")
def known() -> dict[str, Synthesis]:
    """Answers by the digest of what they are made from."""
    return {}


def answers(evidence: Evidence, known: dict[str, Synthesis]) -> Mapping[str, Synthesis]:
    """The synthesis of every question; what an edit leaves alone is answered once."""
    found: dict[str, Synthesis] = {}
    for asked, given in slices_of(evidence).items():
        inputs = digest(repr((asked, given.parts())))
        if inputs not in known:
            known[inputs] = answer(given)
        found[asked.key] = known[inputs]
    return found


def holds(folder: DataFolder, known: dict[str, Synthesis]) -> Mapping[str, Synthesis]:
    evidence = load(folder.path)
    found = answers(evidence, known)
    must_hold.test_every_row_is_pooled_shown_or_set_aside_once_with_a_reason(evidence, found)
    for check in OF_ANSWERS:
        check(found)
    must_hold.test_no_sentence_contradicts_its_numbers(evidence, found)
    assert set(found) == {question.key for question in evidence.protocol.questions}
    return found


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_loses_nothing(edit: Edit, tmp_path: Path, known: dict[str, Synthesis]) -> None:
    folder = DataFolder.copied_to(tmp_path / "data", LIVING)
    before = load(folder.path)
    edit(folder)
    assert load(folder.path) != before
    holds(folder, known)


def test_all_together_lose_nothing(tmp_path: Path, known: dict[str, Synthesis]) -> None:
    folder = DataFolder.copied_to(tmp_path / "data", LIVING)
    for edit in TOGETHER:
        edit(folder)
    holds(folder, known)
