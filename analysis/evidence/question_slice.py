"""The slice of the evidence that answers one question: all its page reads, and nothing else.

A page is computed from a slice, and the slice is what says whether it is stale: the two cannot
disagree. What follows from rows of other questions too is in it as what it came to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from analysis.evidence.chosen_rows import Suspects, find_suspects
from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.participants import randomised
from analysis.evidence.reference_sd import ReferenceSd, reference_sd
from analysis.evidence.rows import Decision, Evidence, Published
from analysis.evidence.selection import rows_of
from analysis.evidence.trial_states import OutcomeInTrial, states_without_rows
from analysis.files.digests import digest
from analysis.protocol import Question
from analysis.protocol_rules import Frozen


class Awaiting(Frozen):
    """A trial on the condition that waits for a decision: why, and how many it randomised."""

    study_id: str
    label: str
    reason: str
    people: int | None


@dataclass(frozen=True)
class Slice:
    """What one question is answered from.

    `evidence` holds the rows that measured its outcome, with their trials, judgements, control
    groups and sources, the baseline trials on its condition, what other reviews published and
    what people decided on it. Two things rest on rows of other questions: `kept_out`, why trials
    are left out, because the integrity checks hold rows against each other; and `reference`,
    the standard deviation of control arms at the first time point. `without_rows` is what is
    known of the other included trials on the condition, of which the page needs no more;
    `awaiting` are the trials on it that nobody has decided on.
    """

    question: Question
    evidence: Evidence
    kept_out: Mapping[str, tuple[str, ...]]
    reference: ReferenceSd | None
    without_rows: tuple[OutcomeInTrial, ...]
    awaiting: tuple[Awaiting, ...] = ()
    # Of those kept out the trials on which nobody has ruled; a reason names who did.
    unruled: frozenset[str] = frozenset()

    def parts(self) -> dict[str, str]:
        """All that the slice holds, so that a change of it can be named: what it is → its hash."""
        held: dict[str, list[object]] = {
            "protocol.yml": [self.evidence.protocol.model_dump_json()],
            "outcomes.csv: the control arms' standard deviation": [self.reference],
            # Of two rows that are alike the first counts, and trials of a year stand in its order.
            "the list of rows": [],
        }
        for name, file in DATA_FILES.items():
            for row in file.rows_of(self.evidence):
                place = f"{name}.csv: {file.name_of(row)}"
                held["the list of rows"].append(place)
                held.setdefault(place, []).append(row)
        for study_id, reasons in self.kept_out.items():
            held[f"integrity findings of {study_id}"] = [reasons]
        for waiting in self.awaiting:
            held[f"that {waiting.study_id} waits"] = [waiting]
        for trial in self.without_rows:
            held[f"whether {trial.study_id} measured it"] = [trial]
        return {name: digest(repr(records)) for name, records in held.items()}


def slices_of(evidence: Evidence) -> Mapping[Question, Slice]:
    """The slice of every question of the protocol."""

    def all_of_them() -> Mapping[Question, Slice]:
        return {asked: slice_of(evidence, asked) for asked in evidence.protocol.questions}

    return evidence.once(slices_of, all_of_them)


def slice_of(evidence: Evidence, question: Question) -> Slice:
    """The slice of one question; the others are read to judge implausible effects."""
    suspects = find_suspects(evidence)
    return evidence.once((slice_of, question), lambda: _slice(evidence, question, suspects))


def _slice(evidence: Evidence, question: Question, suspects: Suspects) -> Slice:
    standardised = evidence.protocol.measure_name(question) == "SMD"
    distrusted = {study_id for study_id, key in suspects if _outcome(key) == question.outcome}
    without_rows = states_without_rows(evidence, question)
    kept_out = {study_id: why for (study_id, key), why in suspects.items() if key == question.key}
    return Slice(
        question,
        _narrowed(evidence, question, without_rows),
        {study_id: why.reasons for study_id, why in kept_out.items()},
        reference_sd(evidence, question, distrusted) if standardised else None,
        without_rows,
        tuple(
            Awaiting(
                study_id=trial.study_id,
                label=trial.label,
                reason=trial.reason,
                people=randomised(trial),
            )
            for trial in evidence.trials.values()
            if (trial.status, trial.condition) == ("awaiting", question.condition)
        ),
        frozenset(study_id for study_id, why in kept_out.items() if not why.ruled),
    )


def _outcome(key: str) -> str:
    return key.split(".")[1]


def _narrowed(
    evidence: Evidence, question: Question, without_rows: tuple[OutcomeInTrial, ...]
) -> Evidence:
    rows = rows_of(evidence, question)
    measured = {row.study_id for row in rows}
    published = published_on(evidence.published, question)
    named = {row.source_id for row in rows} | {row.review for row in published}
    named |= {trial.source_id for trial in without_rows}
    return replace(
        evidence,
        trials={
            study_id: trial
            for study_id, trial in evidence.trials.items()
            if study_id in measured or (trial.in_baseline and trial.condition == question.condition)
        },
        outcomes=rows,
        trustworthiness=tuple(r for r in evidence.trustworthiness if r.study_id in measured),
        risk_of_bias=tuple(row for row in evidence.risk_of_bias if row.study_id in measured),
        control_groups=tuple(row for row in evidence.control_groups if row.study_id in measured),
        published=published,
        decisions=decisions_on(evidence, question),
        sources={
            name: source
            for name, source in evidence.sources.items()
            if name in named or source.counted
        },
        measured=(),
        acceptability=(),
        rulings=(),
        checklists=(),
        notices=(),
        snapshots=(),
    )


def published_on(rows: Iterable[Published], question: Question) -> tuple[Published, ...]:
    """What other reviews printed on a question, in any measure, or on all conditions together."""
    return tuple(
        row
        for row in rows
        if row.condition in (question.condition, "all")
        and (row.outcome, row.timepoint) == (question.outcome, question.timepoint)
    )


def decisions_on(evidence: Evidence, question: Question) -> tuple[Decision, ...]:
    """What a person decided on the certainty of a question, a domain each."""
    return tuple(
        decision
        for decision in evidence.decisions
        if (decision.condition, decision.outcome, decision.timepoint)
        == (question.condition, question.outcome, question.timepoint)
    )
