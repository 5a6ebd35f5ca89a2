"""Every measure of the registry, from three trials' rows to figure, sentences and certainty."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.measures import EVENTS, MEASURES, RATIOS, MeasureName
from analysis.protocol import MeasureRule, Protocol
from analysis.statistics import clinical, effect_sizes
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from tests.evidence.rows import a_reported_row, a_row, a_trial
from tests.synthesis.asked import asking

Row = Callable[..., OutcomeRow]


def means(helps: bool, size: int, **changes: Any) -> OutcomeRow:
    arms = {"n_intervention": 50.0 * size, "n_control": 50.0 * size - size}
    spread = {"sd_intervention": 2.0 + size / 10, "sd_control": 2.1 - size / 10}
    mean = {"mean_intervention": 4.0 if helps else 5.6, "mean_control": 4.8 + size / 100}
    return a_row(**arms | spread | mean | changes)


def events(helps: bool, size: int, **changes: Any) -> OutcomeRow:
    arms = (30.0, 15.0) if helps else (15.0, 30.0)
    return a_row(
        format="events",
        higher_is="better",
        events_intervention=size * arms[0],
        total_intervention=50.0 * size,
        events_control=size * arms[1],
        total_control=50.0 * size,
        **changes,
    )


def reported(name: MeasureName, effect: float, se: float) -> Row:
    """A ratio of a bad event, or a difference: as small a number as favours the intervention."""
    below = "below 1" if name in RATIOS else "negative"

    def row(helps: bool, size: int, **changes: Any) -> OutcomeRow:
        turned = effect if helps else (1 / effect if name in RATIOS else -effect)
        return a_reported_row(
            turned,
            effect_measure=name,
            effect_se=se / size,
            effect_favours_intervention_when=below,
            **changes,
        )

    return row


# How a row is made, and what the protocol says of the measure.
CASES: Mapping[MeasureName, tuple[Row, dict[str, Any]]] = {
    "SMD": (means, {}),
    "MD": (means, {"unit": "points of 10"}),
    "RR": (events, {"event": "sleep well", "benefit_above": True}),
    "OR": (events, {"event": "sleep well", "benefit_above": True}),
    "RD": (events, {"event": "sleep well", "benefit_above": True}),
    "HR": (reported("HR", 0.6, 0.1), {"event": "drop out"}),
    "IRR": (reported("IRR", 0.6, 0.1), {"event": "have an attack"}),
    "generic": (reported("generic", -1.2, 0.2), {"unit": "nights a week"}),
}


def answered(evidence: Evidence, name: MeasureName, *, helps: bool) -> Synthesis:
    """Three trials alike, of which the protocol pools pain after treatment in this measure."""
    row, said = CASES[name]
    asked = asking(evidence, name, **said)
    names = [f"made-{year}" for year in (2020, 2021, 2022)]
    rows = [
        row(helps, size, study_id=study, row_id=f"{study}.pain.post.1")
        for size, study in enumerate(names, start=1)
    ]
    apart = {"doi": "", "pmid": "", "registration": "", "citation": "",
             "n_randomised_intervention": 200.0, "n_randomised_control": 200.0,
             "n_randomised_total": 400.0}  # fmt: skip
    trials = {
        name: a_trial(evidence, study_id=name, label=name.title(), title=name, **apart)
        for name in names
    }
    return synthesise(
        replace(asked, trials=trials, outcomes=tuple(rows)),
        asked.protocol.question("non-headache", "pain", "post"),
    )


def test_the_registry_names_functions_that_there_are() -> None:
    for kind in MEASURES.values():
        assert not kind.formula or callable(getattr(effect_sizes, kind.formula))
        assert bool(kind.formula) == bool(kind.arms)
        assert not kind.risk or callable(getattr(clinical, kind.risk))
    assert set(CASES) == set(MEASURES)
    assert {"RR", "OR", "RD", "HR", "IRR"} == EVENTS


@pytest.mark.parametrize(
    ("name", "better"),
    [
        # 15 of 50 do in each control arm; of the therapy arms 30 of 50, whatever the measure.
        ("RR", 600.0), ("OR", 600.0), ("RD", 600.0),
        # 1 - (1 - 0.1)^0.6, by hand.
        ("HR", 61.2),
    ],
)  # fmt: skip
def test_people_in_a_thousand(evidence: Evidence, name: MeasureName, better: float) -> None:
    first = answered(evidence, name, helps=True).clinical.absolute[0]
    assert 1000 * first.numbers.risk == pytest.approx(better, abs=0.1)
    assert first.numbers.direction == "benefit"


@pytest.mark.parametrize("name", ["MD", "IRR", "generic"])
def test_what_says_nothing_of_people_gives_no_number_of_them(
    evidence: Evidence, name: MeasureName
) -> None:
    assert answered(evidence, name, helps=True).clinical.absolute == ()


def test_a_mean_difference_is_of_instruments_in_its_unit(evidence: Evidence) -> None:
    """What is measured in other units is set aside, with the reason."""
    asked = asking(evidence, "MD", unit="points of 10")
    trial = a_trial(evidence)
    other = a_row(instrument="VAS of 100")
    found = synthesise(
        replace(asked, trials={trial.study_id: trial}, outcomes=(other,)),
        asked.protocol.question("non-headache", "pain", "post"),
    )
    assert found.k == 0
    assert "not on an instrument that is in points of 10" in found.set_aside[0].reason


def test_the_opposite_event_of_an_odds_ratio_and_of_a_risk_difference(evidence: Evidence) -> None:
    """Reported as fewer bad events, pooled as more good ones: odds turn over, risks swap sides."""
    for name, effect, favours_when, expected in (
        ("OR", 0.5, "below 1", math.log(0.5)),
        ("RD", -0.2, "negative", -0.2),
    ):
        row = a_reported_row(effect, effect_measure=name, effect_se=0.1,
                             effect_favours_intervention_when=favours_when)  # fmt: skip
        asked = asking(evidence, name, event="sleep well", benefit_above=True)  # type: ignore[arg-type]
        trial = a_trial(evidence)
        found = synthesise(
            replace(asked, trials={trial.study_id: trial}, outcomes=(row,)),
            asked.protocol.question("non-headache", "pain", "post"),
        )
        assert found.primary is not None
        assert found.primary.estimate == pytest.approx(expected, rel=1e-9)


def test_a_difference_needs_its_unit(evidence: Evidence) -> None:
    plain = evidence.protocol.model_dump(by_alias=True)
    plain["measures"]["MD"] = MeasureRule().model_dump(exclude_unset=True)
    plain["outcomes"][0]["measure"] = "MD"
    with pytest.raises(ValueError, match="pain is pooled as MD and needs its unit"):
        Protocol.model_validate(plain)


def test_an_outcome_speaks_before_its_measure(evidence: Evidence) -> None:
    asked = asking(evidence, "RR", event="drop out", benefit_above=False)
    found = asked.protocol.measure_of("pain", "RR")
    assert (found.event, found.benefit_above) == ("drop out", False)
    other = asked.protocol.measure_of("disability", "RR")
    assert (other.event, other.benefit_above) == ("get clearly better", True)
