"""What became of an outcome in each trial: read off the frozen review's rows, and statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.evidence.trial_states import MEASURED, OutcomeInTrial, State
from analysis.files.problems import EvidenceError
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise, synthesise_all
from tests.evidence.folder import DataFolder

PAIN = "non-headache.pain.post"
STATED = (
    ("berman-2009", "anxiety", "yes", "78", "trial-abstracts"),
    ("berman-2009", "disability", "yes", "78", "trial-abstracts"),
    ("devineni-2005", "disability", "yes", "", "devineni-2005-abstract"),
    ("lorig-2008", "pain", "no", "", "trial-abstracts"),
    ("bromberg-2011", "pain", "not known", "", "trial-abstracts"),
    ("dear-2013", "satisfaction", "yes", "", "trial-abstracts"),
)


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The frozen review, and what abstracts say of outcomes for which it has no row."""
    folder = DataFolder.copied_to(tmp_path_factory.mktemp("stated") / "data")
    for study_id, outcome, measured, participants, source_id in STATED:
        folder.append("measured.csv", study_id=study_id, outcome=outcome, timepoint="post",
                      measured=measured, participants=participants,
                      source_id=source_id)  # fmt: skip
    return load(folder.path)


@pytest.fixture(scope="module")
def answers(stated: Evidence) -> Mapping[str, Synthesis]:
    return synthesise_all(stated)


def state(synthesis: Synthesis, study_id: str) -> OutcomeInTrial:
    return next(trial for trial in synthesis.missing.trials if trial.study_id == study_id)


@pytest.mark.parametrize(
    ("key", "study_id", "expected", "participants", "read_from"),
    [
        (PAIN, "friesen-2017", State.POOLED, 60, "row"),
        # Responders where differences are pooled: counts become one, a ratio alone does not.
        (PAIN, "wilson-2023", State.SENSITIVITY, 358, "row"),
        (PAIN, "debar-2025", State.NO_NUMBERS, 1553, "row"),
        # Suspect: pooled where suspect trials are included, and nowhere else.
        ("non-headache.pain.follow-up", "chiauzzi-2010", State.SENSITIVITY, 199, "analysed"),
        ("non-headache.disability.post", "knoerl-2018", State.LEFT_OUT, 38, "analysed"),
        ("non-headache.disability.follow-up", "ong-2023", State.LEFT_OUT, 86, "row"),
        # A row that is not usable may hold a part of the trial: all of it measured the outcome.
        (PAIN, "rini-2015", State.NO_NUMBERS, 113, "randomised"),
        (PAIN, "carpenter-2012", State.NO_NUMBERS, 131, "analysed"),
        # A difference where ratios are pooled is no number for that question.
        ("headache.pain.post", "kleiboer-2014", State.NO_NUMBERS, 368, "row"),
        # Stated in measured.csv: with its participants, without them, and that it is not so.
        ("non-headache.anxiety.post", "berman-2009", State.NO_NUMBERS, 78, "stated"),
        ("headache.disability.post", "devineni-2005", State.NO_NUMBERS, 86, "analysed"),
        (PAIN, "lorig-2008", State.NOT_MEASURED, 651, "analysed"),
        # Looked for, and not known; and nothing said at all.
        ("headache.pain.post", "bromberg-2011", State.NOT_KNOWN, None, None),
        ("non-headache.qol.post", "dear-2015", State.NOT_KNOWN, 490, "randomised"),
    ],
)
def test_states_follow_from_rows_and_statements(
    answers: Mapping[str, Synthesis],
    key: str,
    study_id: str,
    expected: State,
    participants: int | None,
    read_from: str | None,
) -> None:
    found = state(answers[key], study_id)
    assert (found.state, found.participants, found.participants_from) == (
        expected,
        participants,
        read_from,
    )


def test_every_included_trial_has_one_state_in_each_question_on_its_condition(
    evidence: Evidence, answers: Mapping[str, Synthesis]
) -> None:
    for synthesis in answers.values():
        expected = {
            trial.study_id
            for trial in evidence.trials.values()
            if trial.status == "included" and trial.condition == synthesis.question.condition
        }
        found = Counter(trial.study_id for trial in synthesis.missing.trials)
        assert found == Counter(expected), synthesis.question.key


def test_states_agree_with_what_is_pooled_shown_and_set_aside(
    answers: Mapping[str, Synthesis],
) -> None:
    for synthesis in answers.values():
        pooled = {study.study_id: study.n_total for study in synthesis.pooled_studies}
        of = synthesis.missing.of
        assert {t.study_id: t.participants for t in of(State.POOLED)} == pooled
        shown = {study.study_id for study in synthesis.studies}
        aside = {row.study_id for row in synthesis.set_aside}
        for trial in of(State.SENSITIVITY, State.LEFT_OUT, State.NO_NUMBERS):
            assert trial.reason or trial.source_id, trial
            assert trial.source_id or trial.study_id in shown | aside, trial
        assert not {t.study_id for t in of(State.NOT_MEASURED, State.NOT_KNOWN)} & (shown | aside)


def test_the_share_is_of_the_participants_in_whom_it_was_measured(
    answers: Mapping[str, Synthesis],
) -> None:
    """Anxiety: Williams 118, Dear 63 and Friesen 60 are pooled; Berman 78 and Rini 113 are not."""
    assert answers["non-headache.anxiety.post"].missing.share == 191 / (118 + 63 + 60 + 191)
    # Left out by a rule, or in a sensitivity analysis: measured, and not missing.
    disability = answers["non-headache.disability.post"]
    pooled = disability.n_total or 0
    assert disability.missing.share == (78 + 113 + 187) / (pooled + 38 + 78 + 113 + 187)
    assert answers["headache.anxiety.post"].missing.share is None
    assert answers["non-headache.satisfaction.post"].missing.share == 1


def test_a_row_goes_before_what_is_stated(stated: Evidence) -> None:
    """The statement stays true, and says less; that the numbers are a copy is found besides."""
    row = next(r for r in stated.outcomes if r.row_id == "friesen-2017.anxiety.post.1")
    of_berman = replace(row, row_id="berman-2009.anxiety.post.1", study_id="berman-2009")
    more = replace(stated, outcomes=(*stated.outcomes, of_berman))
    question = stated.protocol.question("non-headache", "anxiety", "post")
    assert state(synthesise(more, question), "berman-2009").state == State.SENSITIVITY


def test_where_responders_are_never_converted_they_are_no_numbers(evidence: Evidence) -> None:
    rules = evidence.protocol.synthesis.model_copy(update={"convert_ratio": "never"})
    never = evidence.protocol.model_copy(update={"synthesis": rules})
    question = never.question("non-headache", "pain", "post")
    found = synthesise(replace(evidence, protocol=never), question)
    assert state(found, "wilson-2023").state == State.NO_NUMBERS


def test_a_measured_state_is_one_of_four() -> None:
    assert set(MEASURED) == set(State) - {State.NOT_MEASURED, State.NOT_KNOWN}


def test_not_measured_beside_a_result_is_refused(folder: DataFolder) -> None:
    folder.append("measured.csv", study_id="rini-2015", outcome="pain", timepoint="post",
                  measured="no", source_id="rini-2015-abstract")  # fmt: skip
    line = len(folder.rows("measured.csv"))
    with pytest.raises(EvidenceError) as refused:
        load(folder.path)
    (problem,) = refused.value.problems
    assert (problem.line, problem.column) == (line, "measured")
    assert "rini-2015.pain.post.1" in problem.message


def test_participants_of_what_was_not_measured_are_refused(folder: DataFolder) -> None:
    folder.append("measured.csv", study_id="rini-2015", outcome="qol", timepoint="post",
                  measured="not known", participants="113",
                  source_id="rini-2015-abstract")  # fmt: skip
    with pytest.raises(EvidenceError, match="113, but measured is 'not known'"):
        load(folder.path)


def test_one_statement_a_trial_outcome_and_time_point(folder: DataFolder) -> None:
    for measured in ("yes", "no"):
        folder.append("measured.csv", study_id="berman-2009", outcome="anxiety", timepoint="post",
                      measured=measured, source_id="trial-abstracts")  # fmt: skip
    with pytest.raises(EvidenceError, match="says this already"):
        load(folder.path)
