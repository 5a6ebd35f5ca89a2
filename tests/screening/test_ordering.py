"""Orders of reading made beside the process that shows pages."""

from __future__ import annotations

import gc
import os

import pytest

from analysis.screening.ordering import Asked, OrdersHere, in_parts
from analysis.screening.ordering_process import OrdersBeside

WORDS = (1, "title-abstract")
TEXTS = {f"r{n}": f"{'exercise' if n % 3 else 'surgery'} for backs, study {n}" for n in range(1200)}
LABELS = {"r0": False, "r1": True, "r3": False, "r4": True}
ASKED = Asked("anna", "title-abstract", tuple(TEXTS)[5:], LABELS, 7, True, WORDS)


def test_a_process_beside_makes_the_same_order_and_ends_with_who_began_it() -> None:
    here, beside = OrdersHere(), OrdersBeside()
    for orders in (here, beside):
        assert not orders.covers(ASKED)
        for part in in_parts(TEXTS):
            orders.add(WORDS, part)
        orders.count(WORDS, (("exercise at home", True),))
        assert orders.covers(ASKED)
    assert beside.made(ASKED) == here.made(ASKED)
    assert [r for r in here.made(ASKED).ranking.order[:100] if "surgery" in TEXTS[r]] == []
    pid = beside.pid
    del beside, orders
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_texts_of_an_earlier_reading_are_not_learned_from() -> None:
    orders = OrdersHere()
    orders.add(WORDS, TEXTS)
    orders.count(WORDS, ())
    later = (2, "title-abstract")
    orders.add(later, TEXTS)
    orders.count(later, ())
    assert not orders.covers(ASKED)


def test_a_process_that_died_is_said() -> None:
    orders = OrdersBeside()
    os.kill(orders.pid, 9)
    with pytest.raises(ConnectionError):
        orders.made(ASKED)
