from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from analysis.screening.agreement import Agreement, agreement


def test_kappa_of_a_table_worked_by_hand() -> None:
    found = Agreement("a", "b", both_yes=20, both_no=15, only_first=5, only_second=10)
    # Observed (20 + 15) / 50 = 0.70; expected 0.5 × 0.6 + 0.5 × 0.4 = 0.50.
    assert found.kappa == pytest.approx((0.70 - 0.50) / (1 - 0.50))
    assert found.percent == pytest.approx(70.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    first = {str(n): a for n, (a, _) in enumerate(pairs)}
    second = {str(n): b for n, (_, b) in enumerate(pairs)}
    found = agreement("a", "b", first, second)
    assert found.n == len(pairs)
    if len({a for pair in pairs for a in pair}) == 1:
        assert found.kappa is None  # all agree on one answer: chance would too
    else:
        assert found.kappa == pytest.approx(
            cohen_kappa_score(list(first.values()), list(second.values()))
        )


def test_only_what_both_have_read_is_compared() -> None:
    found = agreement("a", "b", {"x": True, "y": False}, {"y": True, "z": True})
    assert (found.n, found.only_second) == (1, 1)


def test_nothing_shared_has_no_agreement() -> None:
    found = agreement("a", "b", {"x": True}, {})
    assert (found.n, found.percent, found.kappa) == (0, None, None)
