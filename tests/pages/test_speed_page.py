"""The page on speed: figures as measured, and the arithmetic of many reviews on a cluster."""

from __future__ import annotations

import re
from typing import Any

import pytest

from analysis.pages import speed_page as speed


@pytest.fixture
def report() -> dict[str, Any]:
    """Round numbers, so that what follows from them can be checked by head."""
    return {
        "measured": "2026-11-25",
        "rounds": 5,
        "slow_rounds": 3,
        "machine": {
            "cores": 2,
            "processor": "a processor",
            "memory_gib": 24,
            "system": "Linux x86_64",
            "python": "3.11.7",
        },
        "pages": 40,
        "figures": [
            _figure("Full build from clean", ours=10.0, theirs=150.0, goal=15.0),
            _figure("One changed row", ours=6.0, theirs=150.0, goal=5.0),
            _figure("Memory", unit="MiB", ours=512.4, theirs=None, goal=None),
        ],
        "steps": [
            {"key": key, "name": key, "per": "page", "seconds": seconds}
            for key, seconds in {
                "cold": 1.2,
                "warm": 0.2,
                "page-cold": 1.5,
                "page-rehearsed": 0.5,
            }.items()
        ],
        "before": {"figures": {"Full build from clean": 20.0}, "steps": {"warm": 0.4}},
        "growth": [
            {
                "synthesis_pages": 24,
                "pages": 40,
                "runs": 3,
                "seconds": 20.0,
                "executing": 8.0,
                "rendering": 4.0,
            }
        ],
        "cluster": {
            "workers": 2,
            "clock": 30.0,
            "alone": 18.0,
            "driver": 5.0,
            "pages": 20.0,
            "travels": 250_000,
            "files": 12,
            "differ": [],
        },
    }


def _figure(
    name: str, *, ours: float, theirs: float | None, goal: float | None, unit: str = "s"
) -> dict[str, Any]:
    return {
        "name": name,
        "unit": unit,
        "ours": ours,
        "peer": "a peer",
        "theirs": theirs,
        "goal": goal,
        "each": [ours],
    }


def cells(markup: str) -> list[list[str]]:
    """The texts of a table's rows, its header first."""
    rows = re.findall(r"<tr>(.*?)</tr>", markup)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_the_summary_counts_the_goals_and_names_the_missed_one(report: dict[str, Any]) -> None:
    said = speed.summary(report)
    assert "25 November 2026" in said and "2 cores" in said and "median of up to 5 runs" in said
    assert "slow peers and grown books took 3 runs" in said
    assert "1 goal of 2 met; not met: One changed row." in said
    assert "slow peers" not in speed.summary({**report, "slow_rounds": 5})


def test_figures_stand_beside_their_peers(report: dict[str, Any]) -> None:
    _, build, row, memory = cells(speed.figures(report))
    assert build == ["Full build from clean", "10.0 s", "≤ 15 s", "a peer", "150 s", "15 ×"]
    assert row[-1] == "25 ×"
    assert memory == ["Memory", "512 MiB", "–", "a peer", "–", "–"]


def test_what_is_saved_is_the_difference_of_the_steps(report: dict[str, Any]) -> None:
    said = speed.savings(report)
    assert "40.0 s less for 40 pages" in said  # (1.2 − 0.2) × 40
    assert "1.00 s more a page and 40.0 s more for all" in said  # 1.5 − 0.5, × 40


def test_what_was_measured_before_stands_beside_what_is_now(report: dict[str, Any]) -> None:
    rows = {row[0]: row[1:] for row in cells(speed.steps(report))}
    assert rows["warm"] == ["page", "0.400 s", "0.200 s"]
    assert rows["cold"] == ["page", "–", "1.20 s"]
    assert cells(speed.before_and_now(report))[1:] == [
        ["Full build from clean", "20.0 s", "10.0 s"]
    ]
    report["before"]["figures"] = {}
    assert "Nothing was measured before" in speed.before_and_now(report)


def test_a_page_costs_the_build_divided_by_its_pages(report: dict[str, Any]) -> None:
    _, row = cells(speed.growth(report))
    assert row == ["24", "40", "20.0 s", "0.500 s", "0.200 s", "0.100 s"]


# A review takes 20 s of the processor for its pages and 5 s for its driver.
@pytest.mark.parametrize(
    ("cores", "drivers", "seconds"),
    [
        (8, 2, 500 * 20 / 8),
        (10, 3, 500 * 20 / 10),  # two drivers and a half are three
        (1, 1, 500 * 20),
        (400, 100, 500 * 20 / 400),
    ],
)
def test_a_portfolio_is_the_sum_of_its_reviews(
    report: dict[str, Any], cores: int, drivers: int, seconds: float
) -> None:
    made = speed.portfolio(report, cores)
    assert made.drivers == drivers
    assert made.hours == pytest.approx(seconds / 3600)
    assert made.core_hours == pytest.approx((cores + drivers) * seconds / 3600)


def test_a_difference_between_here_and_there_is_named(report: dict[str, Any]) -> None:
    assert "12 files were compared, each the same bytes" in speed.what_a_cluster_costs(report)
    report["cluster"]["differ"] = ["results/a.json"]
    said = speed.what_a_cluster_costs(report)
    assert "not the same bytes: results/a.json" in said


def test_the_price_is_said_to_be_assumed(report: dict[str, Any]) -> None:
    assert "assumed" in speed.portfolios(report)


def test_without_a_cluster_the_page_says_so(report: dict[str, Any]) -> None:
    report["cluster"] = None
    assert "No cluster has been measured" in speed.portfolios(report)
    assert speed.what_a_cluster_costs(report) == ""
