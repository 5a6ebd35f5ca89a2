"""An estimate as a reader sees it: signs, the side of a ratio, limits that do not exist."""

from __future__ import annotations

from dataclasses import replace

from analysis.formatting import DASH
from analysis.statistics.estimates import Interval
from analysis.synthesis.estimate_text import (
    estimate_cells,
    estimate_text,
    i2_text,
    interval_text,
    named_estimate,
    tau2_text,
)
from analysis.synthesis.study_effect import Measure
from tests.figures.examples import pooled

SMD = Measure(name="SMD", label="standardised mean difference")
RR = Measure(name="RR", label="risk ratio of responders", ratio=True, benefit_above=True)
FOUND = replace(pooled(4), estimate=-0.333, interval=Interval(-0.54, -0.12, "wald"))
BOUNDLESS = Interval(None, 0.2, "wald")


def test_a_difference_stands_as_it_was_pooled() -> None:
    assert estimate_text(SMD, FOUND) == "−0.33 (−0.54 to −0.12)"
    assert named_estimate(SMD, FOUND) == "SMD −0.33 (−0.54 to −0.12)"


def test_a_ratio_is_turned_back_and_its_smaller_limit_comes_first() -> None:
    """exp(0.333) is 1.40, exp(0.12) is 1.13 and exp(0.54) is 1.72."""
    assert named_estimate(RR, FOUND) == "Risk ratio 1.40 (1.13 to 1.72)"


def test_a_limit_that_does_not_exist_is_infinity_or_for_a_ratio_zero() -> None:
    assert interval_text(SMD, BOUNDLESS) == "−∞ to 0.20"
    assert interval_text(RR, BOUNDLESS) == "0.82 to ∞"
    assert interval_text(RR, Interval(0.2, None, "wald")) == "0 to 0.82"


def test_nothing_is_a_dash() -> None:
    assert estimate_text(SMD, None) == named_estimate(SMD, None) == interval_text(SMD, None) == DASH
    single = replace(FOUND, heterogeneity=None)
    assert tau2_text(None) == tau2_text(single) == i2_text(single) == DASH


def test_heterogeneity_has_three_decimals_and_per_cent() -> None:
    assert FOUND.heterogeneity is not None
    spread = replace(FOUND.heterogeneity, tau2=0.0466, i2=61.7)
    several = replace(FOUND, heterogeneity=spread)
    assert (tau2_text(several), i2_text(several)) == ("0.047", "62%")


def test_a_row_of_a_table_has_two_cells_whether_or_not_there_is_a_result() -> None:
    assert estimate_cells(RR, FOUND, "90% interval") == {
        "Risk ratio": "1.40",
        "90% interval": "1.13 to 1.72",
    }
    assert estimate_cells(SMD, None, "Interval") == {"SMD": DASH, "Interval": DASH}
