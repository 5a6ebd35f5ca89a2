from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pytest
from scipy.stats import hypergeom

from analysis.screening.stopping import p_recall_below, stopping_aid
from tests.screening.reference.inputs import STOPPING

REFERENCE = json.loads(
    (Path(__file__).parent / "reference/values.json").read_text(encoding="utf-8")
)["stopping"]


@pytest.mark.parametrize(("case", "expected"), list(zip(STOPPING, REFERENCE, strict=True)))
def test_the_p_value_is_that_of_buscarpy(case, expected: float) -> None:
    unread = case.records - len(case.relevant)
    assert p_recall_below(case.target, case.relevant, unread) == pytest.approx(expected, abs=1e-9)


def test_the_run_of_irrelevant_records_is_counted_from_the_end() -> None:
    aid = stopping_aid([True, False, True, False, False, False], unread=10)
    assert (aid.read, aid.relevant, aid.irrelevant_in_a_row, aid.unread) == (6, 2, 3, 10)


def test_nothing_relevant_read_says_nothing_of_recall() -> None:
    aid = stopping_aid([False] * 50, unread=50)
    assert (aid.p_value, aid.recall_at_least) == (1.0, 0.0)


def test_nothing_left_unread_is_full_recall() -> None:
    assert stopping_aid([True, False], unread=0).recall_at_least == 1.0


def test_recall_that_is_held_is_one_the_test_rejects_to_be_below() -> None:
    relevant = [True] * 30 + [False] * 900
    aid = stopping_aid(relevant, unread=100)
    assert 0 < aid.recall_at_least < 1
    assert p_recall_below(aid.recall_at_least, relevant, 100) < 0.05
    assert p_recall_below(aid.recall_at_least + 0.01, relevant, 100) >= 0.05


def test_reading_on_without_finds_raises_the_recall() -> None:
    held = [
        stopping_aid([True] * 20 + [False] * n, 1000 - n).recall_at_least for n in (50, 400, 900)
    ]
    assert held == sorted(held)
    assert held[0] < held[-1]


@pytest.mark.parametrize("share", [0.0, 1.0, 95.0])
def test_a_share_is_between_0_and_1(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        stopping_aid([True], 1, target=share)


def test_of_each_run_the_longest_stretch_decides() -> None:
    """The p-value is the smallest over all stretches, of which only some need be looked at."""
    rng = random.Random(7)
    for share in (0.02, 0.2, 0.6):
        relevant = [rng.random() < share for _ in range(120)]
        seen, unread = sum(relevant), 90
        smallest = 1.0
        for size in range(1, len(relevant) + 1):
            found = sum(relevant[-size:])
            missed = math.floor(seen / 0.7 + 1 - (seen - found))
            p = hypergeom.cdf(found, size + unread, missed, size) if missed <= size + unread else 0
            smallest = min(smallest, p)
        assert p_recall_below(0.7, relevant, unread) == pytest.approx(smallest, abs=1e-12)
