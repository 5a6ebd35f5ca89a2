"""What is printed of a row against its own numbers; each error beside its clean twin."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.evidence.integrity.printed_numbers import PRINTED
from analysis.evidence.rows import Evidence
from tests.evidence.checked import found
from tests.evidence.rows import a_reported_row, a_row

ARMS: dict[str, Any] = {
    "n_intervention": 60.0, "mean_intervention": 4.2, "sd_intervention": 2.0,
    "n_control": 60.0, "mean_control": 5.1, "sd_control": 2.0,
}  # fmt: skip
BEFORE: dict[str, Any] = {
    "baseline_mean_intervention": 5.8, "baseline_sd_intervention": 1.9,
    "baseline_mean_control": 5.9, "baseline_sd_control": 1.9,
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [
    (BEFORE, []),
    # -1.0 of SD 1.9 with 60 an arm: 2.88 standard errors; chance does that to 4 in 1,000.
    (BEFORE | {"baseline_mean_intervention": 4.9}, ["note"]),
    # Columns of the baseline and of the end swapped in one arm: 4.7 standard errors.
    (BEFORE | {"baseline_mean_intervention": 4.2, "mean_intervention": 5.8}, ["suspect"]),
    (BEFORE | {"baseline_sd_control": None}, []),
])  # fmt: skip
def test_baseline_imbalance(
    evidence: Evidence, changes: dict[str, Any], expected: list[str]
) -> None:
    rows = [a_row(**(ARMS | changes))]
    assert [s for _, s, _ in found(evidence, ["baseline imbalance"], rows)] == expected


@pytest.mark.parametrize(("printed", "expected"), [
    # R: t = -2.4648 on 118 df, p = 0.01515; F = 6.0753.
    ({"effect_t": -2.46}, []),
    ({"effect_f": 6.08}, []),
    ({"effect_p": 0.015}, []),
    ({"effect_p": 0.03}, []),
    ({"effect_p": 0.0015}, ["note"]),
    ({"effect_t": 3.2}, ["note"]),
    # Not significant as printed, and less than half as large: another row's, or other numbers.
    ({"effect_t": 1.1}, ["suspect"]),
    ({"effect_p": 0.62}, ["suspect"]),
    ({"effect_p": 0.62, "scores": "adjusted"}, []),
])  # fmt: skip
def test_the_printed_test(evidence: Evidence, printed: dict[str, Any], expected: list[str]) -> None:
    rows = [a_row(**(ARMS | printed))]
    assert [s for _, s, _ in found(evidence, ["test and numbers"], rows)] == expected


def test_the_printed_test_of_an_effect_with_its_standard_error(evidence: Evidence) -> None:
    sizes = {"n_intervention": 60.0, "n_control": 60.0}
    right = a_reported_row(-0.45, effect_se=0.185, effect_p=0.016, **sizes)
    wrong = a_reported_row(-0.45, effect_se=0.185, effect_p=0.45, **sizes)
    derived = a_reported_row(-0.45, effect_p=0.45, **sizes)
    assert found(evidence, ["test and numbers"], [right]) == []
    assert [s for _, s, _ in found(evidence, ["test and numbers"], [wrong])] == ["suspect"]
    # What the standard error was derived from cannot contradict it.
    assert found(evidence, ["test and numbers"], [derived]) == []


@pytest.mark.parametrize(("changes", "expected"), [
    # 9/30 = .3 and 10/30 = .333: no 30 whole scores have a mean of 7.32.
    ({"mean_intervention": 7.33}, []),
    ({"mean_intervention": 7.32}, ["note"]),
    ({"mean_intervention": 7.3}, []),
    ({"mean_intervention": 7.32, "analysis_set": "model"}, []),
    ({"mean_intervention": 7.32, "instrument": "NRS"}, []),
    # With 130 people every mean of two decimals is some sum.
    ({"mean_intervention": 7.32, "n_intervention": 130.0}, []),
])  # fmt: skip
def test_whole_scores(evidence: Evidence, changes: dict[str, Any], expected: list[str]) -> None:
    usual = {"instrument": "PHQ-9", "outcome": "depression", "n_intervention": 30.0,
             "mean_control": 9.0, "sd_intervention": 4.0, "sd_control": 4.1}  # fmt: skip
    rows = [a_row(**(usual | changes))]
    assert [s for _, s, _ in found(evidence, ["not whole scores"], rows)] == expected


def test_protocols_frozen_before_these_checks_do_not_make_them(evidence: Evidence) -> None:
    rules = evidence.protocol.integrity
    assert (rules.baseline_z, rules.test_gap, rules.copied_numbers) == (None, None, None)
    assert evidence.protocol.clinical.whole_scores == ()
    assert set(PRINTED) == {"baseline imbalance", "test and numbers", "not whole scores"}
