"""Counts of the review as a whole: what the prose says without typing a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.evidence.load import Evidence
from analysis.formatting import day, listed, percent_level
from analysis.protocol import Frozen, Protocol
from analysis.searching.history import SourceStatus


class ReviewFacts(Frozen):
    """How many trials, rows and pages there are."""

    trials_included: int
    trials_excluded: int
    trials_awaiting: int
    trials_baseline: int
    trials_baseline_confirmed: int
    trials_baseline_presumed: int
    trials_later: int
    trials_with_risk_of_bias: int
    outcome_rows: int
    rows_verified: int
    effect_pages: int


def review_facts(evidence: Evidence) -> ReviewFacts:
    """Count once, from the data."""
    trials = list(evidence.trials.values())
    included = [trial for trial in trials if trial.status == "included"]
    baseline = [trial for trial in trials if trial.in_baseline]
    return ReviewFacts(
        trials_included=len(included),
        trials_excluded=sum(trial.status == "excluded" for trial in trials),
        trials_awaiting=sum(trial.status == "awaiting" for trial in trials),
        trials_baseline=len(baseline),
        trials_baseline_confirmed=sum(trial.baseline_basis == "confirmed" for trial in baseline),
        trials_baseline_presumed=sum(trial.baseline_basis == "presumed" for trial in baseline),
        trials_later=sum(not trial.in_baseline for trial in included),
        trials_with_risk_of_bias=len({row.study_id for row in evidence.risk_of_bias}),
        outcome_rows=len(evidence.outcomes),
        rows_verified=sum(row.verified == "yes" for row in evidence.outcomes),
        effect_pages=len(evidence.protocol.cells),
    )


def search_dates(statuses: Sequence[SourceStatus]) -> tuple[str, str]:
    """The latest search of any source, and the first that is due, in words."""
    last = max((s.last_searched for s in statuses if s.last_searched), default=None)
    due = min((s.next_due for s in statuses if s.next_due), default=None)
    return day(last) if last else "no day yet", day(due) if due else "now"


def status(protocol: Protocol, statuses: Sequence[SourceStatus]) -> Mapping[str, Any]:
    """What every page says of its freshness: the version, the searches, whether one is overdue."""
    last, due = search_dates(statuses)
    return {
        "version": f"Version {protocol.version.name} of {day(protocol.version.date)}",
        "search": f"databases last searched {last}; next search due {due}",
        "overdue": any(source.overdue for source in statuses),
    }


def substitutions(
    protocol: Protocol, facts: ReviewFacts, statuses: Sequence[SourceStatus]
) -> Mapping[str, Any]:
    """The values that hand-written pages name as `{{ protocol.… }}` and `{{ review.… }}`.

    `status` beside them is the line that every page begins with.
    """
    last_search, next_search = search_dates(statuses)
    values = protocol.model_dump()
    values["version"]["date"] = day(protocol.version.date)
    values["moderators"] = listed(protocol.moderators)
    values["comparators"] = {
        kind: listed(names) for kind, names in protocol.comparators.model_dump().items()
    }
    values["living"]["sources"] = listed(protocol.living.sources)
    values["living"]["triggers"] = "; ".join(protocol.living.triggers)
    values["level_percent"] = percent_level(protocol.synthesis.level).removesuffix("%")
    window = next(point.window_weeks for point in protocol.timepoints if point.window_weeks)
    values["follow_up"] = {"first_week": f"{window[0]:g}", "last_week": f"{window[1]:g}"}
    for block in ("integrity", "certainty"):
        values[block] = {name: f"{value:g}" for name, value in values[block].items()}
    review = facts.model_dump() | {"last_search": last_search, "next_search_due": next_search}
    review["baseline_search"] = day(protocol.baseline_search)
    return {"protocol": values, "review": review, "status": status(protocol, statuses)}
