"""What becomes of an answer once the trials that give only responders are counted too.

Their odds ratios stand for standardised mean differences on an assumption, so they never enter
the primary analysis; where they would move its conclusion, its headline says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.evidence.rows import Decision
from analysis.formatting import counted, listed
from analysis.protocol import Protocol
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.bayesian_companion import companion
from analysis.synthesis.certainty import Body, Level, ends
from analysis.synthesis.comparisons import TrialSet, by_year
from analysis.synthesis.grade.rating import rate
from analysis.synthesis.interval_rule import (
    concluded,
    conclusion_interval,
    interval_beside,
    pool_by_protocol,
)
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity import asymmetry
from analysis.synthesis.study_effect import StudyEffect, participants


@dataclass(frozen=True)
class WithResponders:
    """The pooled result of all trials of a question, those that give only responders `added`.

    `read` has the interval that conclusions read; `beside` is one that is printed beside Wald's.
    """

    added: tuple[StudyEffect, ...]
    pooled: PooledEffect
    read: PooledEffect
    beside: Interval | None
    n_total: int | None
    level: Level

    @property
    def who(self) -> str:
        """The trials and people in it, and which trials are more than in the primary analysis."""
        people = "" if self.n_total is None else f", {counted(self.n_total, 'participant')}"
        added = listed([study.label for study in self.added])
        gives = "gives" if len(self.added) == 1 else "give"
        return (
            f"Counting {added} too, which {gives} only responders, turned into an SMD "
            f"({counted(self.pooled.k, 'trial')}{people})"
        )


def with_responders(
    protocol: Protocol,
    body: Body | None,
    responders: Sequence[StudyEffect],
    decisions: Sequence[Decision],
) -> WithResponders | None:
    """The answer with them, rated like the primary one; None where they add to no answer."""
    added = [study for study in responders if not study.suspect]
    if body is None or not added:
        return None
    rules, studies = protocol.synthesis, by_year([*body.studies, *added])
    pooled = pool_by_protocol(rules, studies)
    if pooled is None:
        return None
    n_total, n_unknown = participants(studies)
    weighed = tuple(
        study.model_copy(update={"weight": weight})
        for study, weight in zip(studies, pooled.weights, strict=True)
    )
    bayesian = companion(rules, body.measure, body.smallest_important_difference, studies)
    of_all = replace(
        body,
        studies=weighed,
        primary=pooled,
        n_total=n_total,
        n_unknown=n_unknown,
        asymmetry=asymmetry(rules, body.measure, weighed),
        concluded_from=conclusion_interval(bayesian),
    )
    return WithResponders(
        added=tuple(added),
        pooled=pooled,
        read=concluded(pooled, bayesian),
        beside=interval_beside(rules, studies),
        n_total=n_total,
        level=rate(protocol, of_all, decisions).level,
    )


def counting_responders(synthesis: Synthesis) -> Synthesis | None:
    """The question with these trials among the others, to be drawn; None where there are none."""
    if all(study.suspect for study in synthesis.responders):
        return None
    found = synthesis.comparison(TrialSet.WITH_RESPONDERS)
    named = [
        study.model_copy(update={"label": f"{study.label} (responders)"})
        for study in synthesis.responders
    ]
    weights = dict(zip(found.study_ids, found.pooled.weights if found.pooled else (), strict=False))
    return synthesis.model_copy(
        update={
            "studies": tuple(
                study.model_copy(update={"weight": weights.get(study.study_id)})
                for study in by_year([*synthesis.studies, *named])
            ),
            "k": found.k,
            "n_total": found.n_total,
            "primary": found.pooled,
            "headline_prediction": None,
            "bayesian": None,
            "comparisons": (),
        }
    )


def sentence_where_moved(
    read: PooledEffect, plain: str, found: WithResponders, effect: str, plain_with_them: str
) -> str:
    """What the headline adds where the conclusion moves; nothing where it stays.

    It moves where the plain answer is another one (its verb is the certainty, its words the
    direction and the size), or where the interval leaves out no difference and did not, or did.
    """
    if plain == plain_with_them and _one_sided(read) == _one_sided(found.read):
        return ""
    rated = f"By the same rules the certainty is then {found.level}"
    return f" {found.who}: {effect}. {rated}: {plain_with_them}"


def _one_sided(pooled: PooledEffect) -> bool:
    low, high = ends(pooled.interval)
    return low > 0 or high < 0
