from __future__ import annotations

import pytest

from analysis.screening.calibration import calibration
from analysis.screening.ranking import make_features

LEARNED = {"l1": "internet therapy for pain", "l2": "surgery of the knee", "l3": "diet of mice"}
READ = {
    "r1": "internet therapy for chronic pain",
    "r2": "therapy for pain by internet",
    "r3": "surgery of the knee in mice",
    "r4": "diet and surgery",
}
LABELS = {"l1": True, "l2": False, "l3": False, "r1": True, "r2": True, "r3": False, "r4": False}


def test_what_reading_in_order_would_have_found_and_saved() -> None:
    found = calibration(list(LEARNED), list(READ), LABELS, make_features(LEARNED | READ))
    assert found is not None
    assert (found.learned_from, found.records, found.relevant) == (3, 4, 2)
    # Both relevant records come first: a half of four finds all, and the other half is saved.
    assert found.found == (0, 0.5, 0.5, 1, 1)
    assert found.saved == (0.5, 0.5)


@pytest.mark.parametrize("learned", [[], ["l1"], ["l2", "l3"]])
def test_without_both_classes_to_learn_from_there_is_nothing_to_say(learned: list[str]) -> None:
    assert calibration(learned, list(READ), LABELS, make_features(LEARNED | READ)) is None
