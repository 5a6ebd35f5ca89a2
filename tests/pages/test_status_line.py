"""What the prose says about searches follows from the files."""

from __future__ import annotations

import datetime as dt

from analysis.evidence.rows import Evidence
from analysis.pages.status_line import (
    review_facts,
    search_facts,
    searched_since,
    strategies_told,
    substitutions,
)
from analysis.searching.history import Search, load_searches
from analysis.searching.strategies_as_run import SourceSearched
from tests.evidence.folder import DATA
from tests.synthesis.bodies import RULES

BASELINE = Search(
    date=dt.date(2013, 11, 13), by="cd010152", sources=("MEDLINE",), since="inception"
)


def later(*sources: str, year: int = 2027) -> Search:
    return Search(date=dt.date(year, 3, 7), by="anna", sources=sources, since="2013-11-13")


def test_no_search_since_the_baseline_is_said(evidence: Evidence) -> None:
    said = searched_since(evidence.protocol, [BASELINE])
    assert said.startswith("No database has been searched for this review since 13 November 2013")


def test_a_search_is_said_with_what_is_still_owed(evidence: Evidence) -> None:
    said = searched_since(evidence.protocol, [BASELINE, later("MEDLINE", "Embase")])
    assert "has searched MEDLINE and Embase, last on 7 March 2027" in said
    assert "; CENTRAL and PsycINFO still to be searched again." in said


def test_when_all_is_searched_nothing_is_owed(evidence: Evidence) -> None:
    sources = evidence.protocol.living.sources
    said = searched_since(evidence.protocol, [later(*sources), later("MEDLINE", year=2028)])
    assert said.endswith("last on 7 March 2028.")
    assert "owed" not in said and "still" not in said


def test_the_strategies_on_record_are_told_apart_from_those_that_are_not() -> None:
    assert strategies_told([]).startswith("None of them is on record as run")
    day = dt.date(2027, 3, 7)
    known, unknown = (SourceSearched(day, "MEDLINE", "1 pain"), SourceSearched(day, "Embase", None))
    on_record = "The strategy as run is on record for MEDLINE on 7 March 2027."
    assert strategies_told([known]) == on_record
    assert strategies_told([known, unknown]) == (
        f"{on_record} No strategy is on record as run for Embase on 7 March 2027."
    )


def test_the_present_state(evidence: Evidence) -> None:
    facts = search_facts(evidence.protocol, load_searches(DATA))
    assert facts["last_search"] == "13 November 2013"
    assert facts["next_search_due"] == "13 November 2014"


def test_the_rules_of_certainty_are_printed_from_the_protocol(evidence: Evidence) -> None:
    """786 participants, 393 in each arm, are computed for 0.2 SD and typed nowhere."""
    qol = evidence.protocol.outcome("qol")
    indirect = qol.model_copy(update={"indirect_instruments": {"SF-12": "measures more"}})
    protocol = evidence.protocol.model_copy(update={"certainty": RULES, "outcomes": (indirect,)})
    said = substitutions(protocol, review_facts(evidence), [BASELINE], [])["protocol"]
    rules = said["certainty"]
    assert (rules["arm_participants"], rules["participants"]) == ("393", "786")
    assert (rules["smd"], rules["alpha"], rules["power"]) == ("0.2", "0.05", "80")
    assert rules["relative_change"] == "25"
    assert rules["doubtful"] == "some concerns, unclear and not assessed"
    assert rules["small_trial_participants"] == "a limit that is not set"
    assert said["indirect_instruments"] == "SF-12 for quality of life (it measures more)"
