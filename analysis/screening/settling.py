"""Who may see what others judged: nobody who is judging the same still.

Two people judge by themselves. What each said is shown once everybody who has begun with a result
has judged every domain of it: to them, and where they are two, to others too.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.evidence.rows import Evidence
from analysis.evidence.settled_judgements import conflicts, judgements
from analysis.files.slugs import CONSENSUS
from analysis.screening.judging import Judged, waiting


def may_see(evidence: Evidence, judged: Judged) -> bool:
    """Whether a person may see what others judged of this."""
    about = [row for row in judgements(evidence) if judged.holds(row)]
    people = {row.assessed_by for row in about} - {CONSENSUS} - evidence.sources.keys()
    if any(waiting(evidence, replace(judged, who=person)) for person in people):
        return False
    return judged.who in people or len(people) > 1


def may_change(evidence: Evidence, judged: Judged) -> bool:
    """Whether a person may judge anew what they judged: not once they may see another's."""
    about = (row.assessed_by for row in judgements(evidence) if judged.holds(row))
    return not may_see(evidence, judged) or set(about) <= {judged.who}


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
