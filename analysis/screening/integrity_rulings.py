"""A person rules on what the integrity checks found: a number is right, or its row stays out.

Nothing here knows of screens; `commands/deciding.py` and the desk show it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from analysis.evidence.chosen_rows import chosen_rows
from analysis.evidence.integrity import Finding, findings
from analysis.evidence.integrity.finding import question_of
from analysis.evidence.integrity.rulings import fingerprint
from analysis.evidence.load import load
from analysis.evidence.question_slice import Slice, slice_of, slices_of
from analysis.evidence.rows import Evidence, IntegrityCheck, Ruling
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, short
from analysis.files.withdrawals import Withdrawal
from analysis.formatting import counted
from analysis.protocol import Question
from analysis.screening.decided_rows import withdrawn_row, write_row
from analysis.synthesis.estimate_text import named_estimate
from analysis.synthesis.primary_analysis import primary_analysis
from analysis.synthesis.study_effect import participants

WORDS = ("accept", "exclude")
# Looked at and not yet ruled on: a ruling needs words, a question what it would change.
NOBODY = "nobody"
UNDATED = "2000-01-01"


@dataclass(frozen=True)
class Asked:
    """What is ruled on: a check's finding on a trial, on one of its rows or on all of them."""

    check: str
    study_id: str
    row_id: str = ""

    @property
    def key(self) -> dict[str, str]:
        """The cells that name a ruling on it in integrity.csv."""
        return {"check": self.check, "study_id": self.study_id, "row_id": self.row_id}

    def is_of(self, ruling: Ruling) -> bool:
        """Whether that is the ruling on just this."""
        return all(getattr(ruling, name) == cell for name, cell in self.key.items())


@dataclass(frozen=True)
class Change:
    """A question's estimate with the number accepted and with its row left out, in words."""

    title: str
    accepted: str
    left_out: str


def findings_of(evidence: Evidence, asked: Asked) -> tuple[Finding, ...]:
    """What a ruling would be about; ReviewError where the check finds nothing there."""
    if asked.check not in get_args(IntegrityCheck):
        raise ReviewError(f"no check is called {short(asked.check)}")
    about = [
        each
        for each in findings(evidence)
        if (each.check, each.study_id) == (asked.check, asked.study_id)
    ]
    found = tuple(each for each in about if not asked.row_id or asked.row_id in each.row_ids)
    if not found:
        rows = ", ".join(row_id for each in about for row_id in each.row_ids)
        of = f"{short(asked.row_id)}; it does in {rows}" if rows else short(asked.study_id)
        raise ReviewError(f"{asked.check} finds nothing in {of}")
    return found


def finding_of(evidence: Evidence, asked: Asked) -> Finding:
    """The first of them, by whose numbers a ruling counts."""
    return findings_of(evidence, asked)[0]


def numbers_ruled_on(evidence: Evidence, asked: Asked) -> str:
    """The fingerprint of the numbers that a ruling would be about."""
    return fingerprint(evidence, finding_of(evidence, asked), _ruling(asked, "accept"))


def rule(
    data: Path, asked: Asked, ruling: str, reason: str, who: str, day: str, *, seen: str = ""
) -> None:
    """Write a person's ruling down, in place of one on the same that may be there.

    `seen` is the fingerprint of the numbers that the person looked at; ReviewError where they
    have changed meanwhile, where it is no ruling, or where no reason is given.
    """
    if ruling not in WORDS:
        raise ReviewError(f"{short(ruling)} is no ruling: {' or '.join(WORDS)}")
    if not reason.strip():
        raise ReviewError("a ruling says why: a reason is missing")
    with locked(data):
        now = numbers_ruled_on(load(data), asked)
        if seen and seen != now:
            raise ReviewError(
                f"{asked.row_id or asked.study_id}: the numbers have changed while you looked at "
                "them; nothing was written, look again"
            )
        said = {
            "fingerprint": now,
            "ruling": ruling,
            "reason": " ".join(reason.split()),
            "decided_by": who,
            "date": day,
        }
        write_row(data, "integrity", {**asked.key, **said})


def withdrawn_ruling(data: Path, asked: Asked) -> Withdrawal:
    """Plan to take a ruling back; the finding stands again as if nobody had ruled on it."""
    called = f"{asked.study_id}-{asked.check.replace(' ', '-').lower()}"
    return withdrawn_row(data, "ruling", called, "integrity", asked.key)


def what_it_changes(evidence: Evidence, asked: Asked) -> tuple[Change, ...]:
    """Each question that the finding bears on, with the estimate under either ruling.

    A question whose estimate is the same under both is not named.
    """
    found = finding_of(evidence, asked)
    under = [_under(evidence, found, asked, word) for word in WORDS]
    questions = _questions(evidence, found, asked)
    # Which numbers are suspect is found out once for all questions, or for the one there is.
    one = len(questions) == 1
    given = [{q: slice_of(e, q) for q in questions} if one else slices_of(e) for e in under]
    return tuple(
        Change(evidence.protocol.question_title(question), *said)
        for question in questions
        if len(set(said := [_in_words(each[question]) for each in given])) > 1
    )


def _questions(evidence: Evidence, found: Finding, asked: Asked) -> list[Question]:
    about = {asked.row_id} if asked.row_id else set(found.row_ids)
    rows = [row for row in evidence.outcomes if row.study_id == found.study_id]
    asks = {question_of(evidence, row) for row in rows if not about or row.row_id in about}
    return [question for question in evidence.protocol.questions if question in asks]


def _under(evidence: Evidence, found: Finding, asked: Asked, word: str) -> Evidence:
    """The evidence as if that had been ruled on the present numbers."""
    ruling = _ruling(asked, word)
    made = replace(ruling, fingerprint=fingerprint(evidence, found, ruling))
    others = (each for each in evidence.rulings if not asked.is_of(each))
    return replace(evidence, rulings=(*others, made))


def _ruling(asked: Asked, word: str) -> Ruling:
    return Ruling(
        check=asked.check,  # type: ignore[arg-type]
        study_id=asked.study_id,
        row_id=asked.row_id,
        ruling="accept" if word == "accept" else "exclude",
        reason=NOBODY,
        decided_by=NOBODY,
        date=UNDATED,
    )


def _in_words(given: Slice) -> str:
    """The main analysis alone: what else a page says of the question takes many times as long."""
    found = primary_analysis(given, chosen_rows(given.evidence, given.question))
    n_total, _ = participants(found.pooled)
    pooled = f"{counted(len(found.pooled), 'trial')}, {counted(n_total or 0, 'participant')}"
    if found.primary is None:
        return f"no estimate ({pooled})"
    return f"{named_estimate(found.measure, found.primary)}, {pooled}"
