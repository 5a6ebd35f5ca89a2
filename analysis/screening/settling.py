"""Who may see what others judged: nobody who is judging the same still.

Two people judge by themselves. What each said is shown once everybody who has begun with a result
has judged every domain of it: to them, and where they are two, to others too. Who is finished need
not wait for ever: they may settle without those who are not, and say so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from analysis.evidence.rows import Evidence
from analysis.evidence.settled_judgements import conflicts, judgements
from analysis.files.slugs import CONSENSUS
from analysis.screening.judging import Judged, waiting


def unfinished(evidence: Evidence, judged: Judged) -> tuple[str, ...]:
    """Who has begun to judge this, and has not judged every domain."""
    people = sorted(_people(evidence, judged))
    return tuple(p for p in people if waiting(evidence, replace(judged, who=p)))


def _people(evidence: Evidence, judged: Judged) -> set[str]:
    about = (row for row in judgements(evidence) if judged.holds(row))
    return {row.assessed_by for row in about} - {CONSENSUS} - evidence.sources.keys()


def may_see(evidence: Evidence, judged: Judged, without: Collection[str] = ()) -> bool:
    """Whether a person may see what others judged of this, `without` waiting for some of them."""
    if {*unfinished(evidence, judged)} - ({*without} - {judged.who}):
        return False
    people = _people(evidence, judged)
    return judged.who in people or len(people) > 1


def may_change(evidence: Evidence, judged: Judged) -> bool:
    """Whether a person may judge anew what they judged: not once they may see another's."""
    about = {row.assessed_by for row in judgements(evidence) if judged.holds(row)}
    seen = may_see(evidence, judged) or CONSENSUS in about
    return not seen or about <= {judged.who}


def to_settle(evidence: Evidence, who: str) -> tuple[Judged, ...]:
    """What assessors differ on that this person may see and settle, as the consensus judges it."""
    about = (each.about for each in conflicts(evidence))
    found = dict.fromkeys(
        Judged(row.study_id, row.tool, CONSENSUS, row.outcome, row.timepoint) for row in about
    )
    return tuple(each for each in found if may_see(evidence, replace(each, who=who)))


def begun_not_ended(evidence: Evidence, who: str) -> tuple[Judged, ...]:
    """What this person has begun to judge, and not all of it."""
    own = (row for row in judgements(evidence) if row.assessed_by == who)
    begun = dict.fromkeys(
        Judged(row.study_id, row.tool, who, row.outcome, row.timepoint) for row in own
    )
    return tuple(each for each in begun if waiting(evidence, each))
