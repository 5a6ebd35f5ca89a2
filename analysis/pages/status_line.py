"""The status line that every page begins with: the version, the last search, whether one is due.

Beside it what hand-written pages name instead of typing a number: the review's counts as
`{{ review.… }}` and the protocol's settings as `{{ protocol.… }}`. The build writes all of
it to `results/substitutions.json`, from which Sphinx reads it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.evidence.rows import Evidence
from analysis.evidence.verification import is_verified
from analysis.formatting import day, listed, percent_level, spelled
from analysis.pages.protocol_page import indirect_instruments
from analysis.protocol import Protocol
from analysis.protocol_rules import Frozen
from analysis.searching.history import Search, load_searches, source_status
from analysis.searching.strategies_as_run import SourceSearched, strategies_as_run
from analysis.statistics.information_size import participants_for_smd
from analysis.synthesis.analyses import in_words
from analysis.synthesis.sensitivity import ASYMMETRY_TESTS
from analysis.synthesis.wording.interval_sentences import companion_stated, rule_of

# What prose says of a source that does not tell how many trials it has.
NOT_COUNTED = "a number of trials that our data do not hold"


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
    included_by: Mapping[str, str]


def review_facts(evidence: Evidence) -> ReviewFacts:
    """Count once, from the data."""
    trials = list(evidence.trials.values())
    included = evidence.included
    baseline = [trial for trial in trials if trial.in_baseline]
    return ReviewFacts(
        trials_included=len(included),
        trials_excluded=sum(trial.status == "excluded" for trial in trials),
        trials_awaiting=sum(trial.status == "awaiting" for trial in trials),
        trials_baseline=len(baseline),
        trials_baseline_confirmed=sum(trial.baseline_basis == "confirmed" for trial in baseline),
        trials_baseline_presumed=sum(trial.baseline_basis == "presumed" for trial in baseline),
        trials_later=sum(not trial.in_baseline for trial in included),
        trials_with_risk_of_bias=len(
            {
                row.study_id
                for row in evidence.risk_of_bias
                if evidence.trials[row.study_id].status == "included"
            }
        ),
        outcome_rows=len(evidence.outcomes),
        rows_verified=sum(map(is_verified, evidence.outcomes)),
        effect_pages=len(evidence.protocol.questions),
        included_by={
            name: source.counted or NOT_COUNTED for name, source in evidence.sources.items()
        },
    )


def search_facts(protocol: Protocol, searches: Sequence[Search]) -> Mapping[str, str]:
    """When the sources were searched and the next search is due, in words."""
    statuses = source_status(protocol, tuple(searches))
    last = max((s.last_searched for s in statuses if s.last_searched), default=None)
    due = min((s.next_due for s in statuses if s.next_due), default=None)
    return {
        "last_search": day(last) if last else "no day yet",
        "next_search_due": day(due) if due else "now",
        "searched_since": searched_since(protocol, searches),
    }


def searched_since(protocol: Protocol, searches: Sequence[Search]) -> str:
    """Which sources this review has searched since the baseline's search, in a sentence."""
    start = protocol.baseline_search
    later = [search for search in searches if start is None or search.date > start]
    if not later:
        return (
            f"No database has been searched for this review since {day(start)}: "
            "later trials come from open datasets and other reviews."
            if start
            else "No database has been searched for this review yet."
        )
    sources = dict.fromkeys(source for search in later for source in search.sources)
    owed = [name for name in protocol.living.sources if name not in sources]
    last = day(max(search.date for search in later))
    still = f"; {listed(owed)} still to be searched again" if owed else ""
    since = f"Since {day(start)} this" if start else "This"
    return f"{since} review has searched {listed(list(sources))}, last on {last}{still}."


def strategies_told(found: Sequence[SourceSearched]) -> str:
    """Which searches have their strategy on record, and which have none, in sentences."""
    if not found:
        return "None of them is on record as run: this project has made no search yet."

    def said(kept: bool) -> str:
        return listed(
            [f"{s.source} on {day(s.date)}" for s in found if (s.strategy is not None) == kept]
        )

    sentences = (
        ("The strategy as run is on record for", said(True)),
        ("No strategy is on record as run for", said(False)),
    )
    return " ".join(f"{about} {which}." for about, which in sentences if which)


def status(protocol: Protocol, searches: Sequence[Search]) -> Mapping[str, Any]:
    """What every page says of its freshness: the searches, and whether one is overdue.

    The version beside it follows from the results (`whats_new_page.values`).
    """
    said, sources = search_facts(protocol, searches), source_status(protocol, tuple(searches))
    if any(source.last_searched for source in sources):
        searched = f"databases last searched {said['last_search']}"
    else:
        searched = "no database searched yet"
    return {
        "search": f"{searched}; next search due {said['next_search_due']}",
        "overdue": any(source.overdue for source in sources),
    }


def values_of_prose(evidence: Evidence, data: Path) -> Mapping[str, Any]:
    """`substitutions` of a review as it stands."""
    searches = load_searches(data)
    ran = strategies_as_run(data, searches)
    return substitutions(evidence.protocol, review_facts(evidence), searches, ran)


def substitutions(
    protocol: Protocol,
    facts: ReviewFacts,
    searches: Sequence[Search],
    strategies: Sequence[SourceSearched],
) -> Mapping[str, Any]:
    """The values that hand-written pages name: `{{ protocol.… }}`, `{{ review.… }}`.

    `{{ analyses.… }}` are the names of what is done with a question. `status` beside them is of
    the line that every page begins with.
    """
    values = protocol.model_dump()
    values["version"]["date"] = day(protocol.version.date)
    values["moderators"] = listed(protocol.moderator_labels) or "none"
    values["comparators"] = {
        kind: listed(names) for kind, names in protocol.comparators.model_dump().items()
    }
    for name in ("sources", "licensed"):
        values["living"][name] = listed(getattr(protocol.living, name)) or "none named so far"
    values["living"]["triggers"] = "; ".join(protocol.living.triggers)
    values["level_percent"] = percent_level(protocol.synthesis.level).removesuffix("%")
    for kind in ("primary", "secondary"):
        named = [outcome.label for outcome in protocol.outcomes if outcome.kind == kind]
        values[f"{kind}_outcomes"] = listed(named) or "none"
    values["pooled_as"] = pooled_as(protocol)
    values["important_differences"] = important_differences(protocol)
    values["interval_rule"] = rule_of(protocol)
    values["bayesian"] = companion_stated(protocol.synthesis.bayesian)
    values["measured"] = listed([point.in_full for point in protocol.timepoints])
    values["asymmetry_tests"] = {
        kind: ASYMMETRY_TESTS[test]
        for kind, test in protocol.synthesis.asymmetry_tests.model_dump().items()
    }
    values["integrity"] = _limits(values["integrity"])
    values["certainty"] = _certainty(protocol)
    values["indirect_instruments"] = indirect_instruments(protocol)
    review = facts.model_dump() | dict(search_facts(protocol, searches))
    start = protocol.baseline_search
    review["baseline_search"] = day(start) if start else "no day, since there is no baseline"
    review["strategies_told"] = strategies_told(strategies)
    for name in ("conditions", "outcomes", "timepoints"):
        review[name] = spelled(len(getattr(protocol, name)))
    return {
        "protocol": values,
        "review": review,
        "analyses": dict(in_words(protocol)),
        "status": status(protocol, searches),
    }


def pooled_as(protocol: Protocol) -> str:
    """`the risk ratio for deaths; the standardised mean difference for mood`."""
    named: dict[str, list[str]] = {}
    for outcome in protocol.outcomes:
        apart = outcome.measure_by_condition
        if len(apart) < len(protocol.conditions):
            label = protocol.measure_of(outcome.id, outcome.measure).label
            named.setdefault(label, []).append(outcome.label)
        for condition, measure in apart.items():
            label = protocol.measure_of(outcome.id, measure).label
            where = f"{outcome.label} in {protocol.condition(condition).label}"
            named.setdefault(label, []).append(where)
    return "; ".join(f"the {label} for {listed(outcomes)}" for label, outcomes in named.items())


def important_differences(protocol: Protocol) -> str:
    """What differences matter, measure by measure, on the scale on which it is printed."""
    said: dict[str, list[str]] = {}
    for question in protocol.questions:
        measure = protocol.measure(question)
        smallest = measure.smallest_important_difference
        if smallest is not None and measure.kind.ratio:
            smallest = math.exp(smallest)
        value = "none" if smallest is None else f"{smallest:.3g} {measure.unit}".strip()
        named = said.setdefault(f"{value} for the {measure.label}", [])
        named.append(protocol.outcome(question.outcome).label)
    return "; ".join(f"{which} ({listed(list(dict.fromkeys(o)))})" for which, o in said.items())


# What the chapter on certainty names of the information size, whether a protocol has one or not.
SIZE_NAMES = ("smd", "alpha", "arm_participants", "participants", "relative_change", "power")


def _certainty(protocol: Protocol) -> dict[str, str]:
    """The thresholds of the rules, with the size of a body of evidence that follows from them."""
    said = protocol.certainty.model_dump(exclude={"information_size", "doubtful"})
    said |= dict.fromkeys(SIZE_NAMES)
    size = protocol.certainty.information_size
    if size is not None:
        each = participants_for_smd(size.smd, alpha=size.alpha, power=size.power)
        shares = (100 * size.relative_change, 100 * size.power)
        said |= dict(zip(SIZE_NAMES, (size.smd, size.alpha, each, 2 * each, *shares), strict=True))
    return _limits(said) | {"doubtful": listed(protocol.certainty.doubtful)}


def _limits(values: Mapping[str, float | None]) -> dict[str, str]:
    return {
        name: "a limit that is not set" if value is None else f"{value:g}"
        for name, value in values.items()
    }
