"""A person decides on the certainty of a question, domain by domain, beside what the rules propose.

Nothing here knows of screens; `commands/deciding.py` and the desk show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from analysis.evidence.load import load
from analysis.evidence.rows import CertaintyDomain, Decision, Evidence
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, short
from analysis.files.withdrawals import Withdrawal
from analysis.protocol import Question
from analysis.screening.decided_rows import withdrawn_row, write_row

DOMAINS: tuple[CertaintyDomain, ...] = get_args(CertaintyDomain)
LEVELS = ("0", "1", "2", "3")


def question_called(evidence: Evidence, name: str) -> Question:
    """The question of that name, as its page or its key is called; ReviewError for none."""
    for question in evidence.protocol.questions:
        if name in (question.key, question.slug):
            return question
    raise ReviewError(f"the protocol asks no question called {short(name)}")


def decided_on(evidence: Evidence, question: Question) -> Mapping[str, Decision]:
    """What people decided on a question, by domain."""
    return {
        row.domain: row
        for row in evidence.decisions
        if (row.condition, row.outcome, row.timepoint)
        == (question.condition, question.outcome, question.timepoint)
    }


def decide(
    data: Path, question: Question, domain: str, levels: str, reason: str, who: str, day: str
) -> None:
    """Write a person's decision down, in place of one on the same domain that may be there.

    ReviewError for another domain or number of levels, or where no reason is given.
    """
    _known(domain)
    if not reason.strip():
        raise ReviewError("a decision says why: a reason is missing")
    if levels not in LEVELS:
        raise ReviewError(f"{short(levels)}: {', '.join(LEVELS)} levels were expected")
    said = {
        "levels": levels,
        "reason": " ".join(reason.split()),
        "decided_by": who,
        "date": day,
    }
    with locked(data):
        question_called(load(data), question.key)
        write_row(data, "certainty", {**key_of(question, domain), **said})


def withdrawn_certainty(data: Path, question: Question, domain: str) -> Withdrawal:
    """Plan to take a decision back; what the rules propose counts again."""
    _known(domain)
    called = f"{question.slug}-{domain.replace(' ', '-')}"
    return withdrawn_row(data, "certainty", called, "certainty", key_of(question, domain))


def key_of(question: Question, domain: str) -> dict[str, str]:
    """The cells that name a decision in certainty.csv."""
    return {**question.model_dump(), "domain": domain}


def _known(domain: str) -> None:
    if domain not in DOMAINS:
        raise ReviewError(f"{short(domain)} is no domain of certainty: {', '.join(DOMAINS)}")
