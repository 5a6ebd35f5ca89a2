"""Conversions against worked examples of the Cochrane Handbook, Borenstein 2009 and metafor."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.conversions import (
    Arm,
    combine_arms,
    combine_contrasts,
    combine_independent,
    design_effect,
    log_odds_ratio_from_smd,
    mean_sd_from_median,
    pooled_sd,
    risk_ratio_from_hazard_ratio,
    risk_ratio_from_odds_ratio,
    risk_ratio_of_the_opposite,
    sd_from_interval,
    sd_from_mean_difference_interval,
    sd_from_mean_difference_se,
    sd_from_se,
    sd_of_change,
    sd_of_scores,
    se_from_interval,
    se_from_one_sided_limit,
    se_from_p,
    se_from_statistic,
    smd_adjusted_for_baseline,
    smd_from_log_odds_ratio,
    smd_from_mean_difference,
    smd_of_crossover,
)
from analysis.statistics.effect_sizes import smd


def test_sd_from_interval_of_a_small_arm():
    """Handbook 6.5.2.2: t with 24 and 21 degrees of freedom."""
    assert sd_from_interval(30.0, 34.2, 25) == pytest.approx(5.09, abs=0.005)
    assert sd_from_interval(26.5, 30.1, 22) == pytest.approx(4.06, abs=0.005)


def test_sd_from_interval_of_a_large_arm_is_normal():
    """Handbook 6.5.2.2: sqrt(n) x width / 3.92."""
    assert sd_from_interval(1.0, 2.0, 100) == pytest.approx(10 / 3.92, rel=1e-4)
    assert sd_from_interval(1.0, 2.0, 59) < sd_from_interval(1.0, 2.0, 60)


def test_sd_from_mean_difference():
    """Handbook 6.5.2.3: difference 3.8, arms of 25 and 22, se 1.37, SD 4.69."""
    half = 2.0141 * 1.37  # t(45)
    found = sd_from_mean_difference_interval(3.8 - half, 3.8 + half, 25, 22)
    assert found == pytest.approx(4.69, abs=0.005)


def test_smd_from_mean_difference_is_the_smd_of_the_arms():
    """The interval of a t test gives back the pooled SD, so the SMD of the arms."""
    n1, n2, m1, m2, sd = 25, 22, 32.1, 28.3, 4.7
    half = 2.01410338888085 * sd * np.sqrt(1 / n1 + 1 / n2)  # qt(.975, 45)
    found = sd_from_mean_difference_interval(m1 - m2 - half, m1 - m2 + half, n1, n2)
    effect, variance = smd_from_mean_difference(m1 - m2, found, n1, n2)
    expected = smd(n1, m1, sd, n2, m2, sd)
    assert effect == pytest.approx(float(expected.estimate), rel=1e-12)
    assert variance == pytest.approx(float(expected.variance), rel=1e-12)


def test_se_from_interval():
    assert se_from_interval(-1.96, 1.96) == pytest.approx(1, abs=2e-5)
    assert se_from_interval(-1.644854, 1.644854, level=0.9) == pytest.approx(1, abs=1e-6)
    assert se_from_interval(-2.0639, 2.0639, df=24) == pytest.approx(1, abs=2e-5)


def test_sd_from_se():
    assert sd_from_se(0.5, 16) == 2


@pytest.mark.parametrize(("before", "after", "correlation", "change"), [
    (6.4, 7.1, 0.78, 4.5),
    (7.0, 6.9, 0.82, 4.2),
])  # fmt: skip
def test_sd_of_change(before, after, correlation, change):
    """Handbook 6.5.2.8: the correlations were imputed from these SDs, to two decimals."""
    assert sd_of_change(before, after, correlation) == pytest.approx(change, abs=0.05)


def test_sd_of_change_of_real_pairs():
    rng = np.random.default_rng(1)
    before = rng.normal(50, 10, 40)
    after = before * 0.6 + rng.normal(0, 7, 40)
    found = sd_of_change(before.std(ddof=1), after.std(ddof=1), np.corrcoef(before, after)[0, 1])
    assert found == pytest.approx((after - before).std(ddof=1), rel=1e-12)


@pytest.mark.parametrize(
    ("n", "extremes", "quartiles", "both"),
    [
        (
            7,
            (15.021544795358952, 14.29106691143328),
            (10.889285714285714, 10.103962147784886),
            (14.361220613598714, 12.197514529609084),
        ),
        (
            30,
            (11.972897250696676, 9.5575055212413016),
            (10.782500000000001, 8.5626224066574625),
            (12.3038216208361, 9.0600639639493821),
        ),
        (
            100,
            (10.403596372036779, 7.804399930371213),
            (10.75975, 8.2742542328822122),
            (11.420082492316839, 8.0393270816267126),
        ),
    ],
)
def test_mean_and_sd_from_median(n, extremes, quartiles, both):
    """metafor 4.4 conv.fivenum(2, 6, 9, 17, 41): means by Luo, SDs by Wan."""
    ends, middle = {"minimum": 2, "maximum": 41}, {"q1": 6, "q3": 17}
    assert mean_sd_from_median(9, n, **ends) == pytest.approx(extremes, rel=1e-12)
    assert mean_sd_from_median(9, n, **middle) == pytest.approx(quartiles, rel=1e-12)
    assert mean_sd_from_median(9, n, **ends, **middle) == pytest.approx(both, rel=1e-12)


def test_combined_arms_are_the_arms_thrown_together():
    rng = np.random.default_rng(2)
    groups = [rng.normal(mean, sd, n) for mean, sd, n in ((5, 2, 12), (7, 3, 20), (4, 1, 9))]
    found = combine_arms([Arm(len(g), g.mean(), g.std(ddof=1)) for g in groups])
    everybody = np.concatenate(groups)
    assert found.n == len(everybody)
    assert found.mean == pytest.approx(everybody.mean(), rel=1e-12)
    assert found.sd == pytest.approx(everybody.std(ddof=1), rel=1e-12)


def test_combined_contrasts():
    """Borenstein et al. 2009, chapter 24: 0.30 and 0.10, variances 0.05, r = 0.5."""
    assert combine_contrasts([0.30, 0.10], [0.05, 0.05]) == pytest.approx((0.20, 0.0375))


def test_combined_contrasts_of_arms_of_one_size():
    """Mean of A - C and B - C with equal arms: its variance is s^2/n (1/2 + 1)."""
    variance_of_one_arm = 0.04
    contrast = 2 * variance_of_one_arm
    found = combine_contrasts([1.0, 2.0], [contrast, contrast])
    assert found == pytest.approx((1.5, variance_of_one_arm * (1 / 2 + 1)))


def test_one_contrast_is_itself():
    assert combine_contrasts([0.3], [0.05]) == (0.3, 0.05)


def test_log_odds_ratio_and_smd():
    """Borenstein et al. 2009, chapter 7: 0.9069 (0.0676) is 0.5000 (0.0205)."""
    assert smd_from_log_odds_ratio(0.9069, 0.0676) == pytest.approx((0.5, 0.0205), abs=5.1e-5)
    assert log_odds_ratio_from_smd(0.5, 0.0205) == pytest.approx((0.9069, 0.0676), rel=0.005)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: se_from_interval(2, 1), "upside down"),
        (lambda: se_from_interval(1, 1), "no width"),
        (lambda: se_from_interval(float("nan"), 1), "finite"),
        (lambda: se_from_interval(1, 2, level=95), "between 0 and 1"),
        (lambda: sd_from_se(0, 10), "above zero"),
        (lambda: sd_from_interval(1, 2, 1), "two participants"),
        (lambda: sd_from_mean_difference_interval(1, 2, 1, 10), "two participants"),
        (lambda: mean_sd_from_median(5, 20), "a median alone"),
        (lambda: mean_sd_from_median(5, 20, q1=3), "needed together"),
        (lambda: mean_sd_from_median(9, 20, q1=3, q3=7), "between q1 and q3"),
        (lambda: mean_sd_from_median(5, 20, q1=1, q3=9, minimum=2, maximum=8), "quartiles"),
        (lambda: sd_of_change(1, 1, 1.5), "correlation"),
        (lambda: combine_arms([]), "no arms"),
        (lambda: combine_arms([Arm(10, 1, -1)]), "negative SD"),
        (lambda: combine_contrasts([1, 2], [1]), "one variance"),
        (lambda: combine_contrasts([1, 2], [1, 0]), "above zero"),
    ],
)
def test_impossible_numbers_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# What reports print, with values by R 4.2.2 (metafor 3.8): the effect and its standard error.


def effect_and_se(found: tuple[float, float]) -> tuple[float, float]:
    effect, variance = found
    return round(effect, 4), round(variance**0.5, 4)


def test_standard_errors_of_the_arms():
    sds = sd_from_se(0.26, 61), sd_from_se(0.27, 58)
    assert sds == pytest.approx((2.031, 2.056), abs=5e-4)
    found = smd(61, 4.1, sds[0], 58, 5.0, sds[1])
    expected = (-0.4377, 0.1857)
    assert effect_and_se((float(found.estimate), float(found.variance))) == expected


def test_mean_difference_with_standard_error():
    sd = sd_from_mean_difference_se(0.33, 71, 69)
    assert sd == pytest.approx(1.9521, abs=5e-5)
    assert effect_and_se(smd_from_mean_difference(-0.9, sd, 71, 69)) == (-0.4585, 0.1713)


def test_mean_difference_with_p_t_or_f():
    se = se_from_p(-0.8, 0.013, 115)
    assert -0.8 / se == pytest.approx(-2.5231, abs=5e-5)
    sd = sd_from_mean_difference_se(se, 57, 60)
    assert effect_and_se(smd_from_mean_difference(-0.8, sd, 57, 60)) == (-0.4636, 0.1875)
    assert se_from_statistic(-0.8, -2.5231) == pytest.approx(se, rel=1e-4)
    assert se_from_statistic(3.8, 2.78) == pytest.approx(1.37, abs=0.005)  # Handbook 6.5.2.3


def test_equal_arms_may_be_halves():
    sd = sd_from_mean_difference_se(se_from_p(-0.8, 0.013, 115), 58.5, 58.5)
    assert effect_and_se(smd_from_mean_difference(-0.8, sd, 58.5, 58.5)) == (-0.4635, 0.1875)


def test_change_scores_are_standardised_by_scores():
    n1, n2, difference = 58, 55, -9.4 + 3.1
    change = pooled_sd(n1, 11.0, n2, 10.4)
    se = change * np.sqrt(1 / n1 + 1 / n2)
    by_baseline = smd_from_mean_difference(difference, pooled_sd(n1, 16.2, n2, 15.7), n1, n2, se=se)
    assert effect_and_se(by_baseline) == (-0.3921, 0.1283)
    implied = sd_of_scores(change, 0.7)
    assert implied == pytest.approx(13.83, abs=0.005)
    assert round(smd_from_mean_difference(difference, implied, n1, n2, se=se)[0], 4) == -0.4525


def test_adjusted_for_baseline():
    """R: -0.133 with r = 0.6 for final scores that differ by as much as those at baseline."""
    arms = (Arm(60, 4.2, 2.0), Arm(60, 5.1, 2.0))
    baseline = (Arm(60, 4.9, 1.9), Arm(60, 5.9, 1.9))
    effect, variance = smd_adjusted_for_baseline(arms, baseline, 0.6)
    assert effect == pytest.approx(-0.133, abs=5e-4)
    # J^2 (1 - r^2) (2/60) + g^2 / (2 x 116.06), J = 1 - 3/471.
    assert variance == pytest.approx(0.021139, abs=5e-7)
    unadjusted, _ = smd_adjusted_for_baseline(arms, baseline, 1e-12)
    assert unadjusted == pytest.approx(-0.447134, abs=1e-6)
    with pytest.raises(ValueError, match="not between -1 and 1"):
        smd_adjusted_for_baseline(arms, baseline, 1.0)


def test_sd_of_scores_undoes_sd_of_change():
    assert sd_of_scores(sd_of_change(6.0, 6.0, 0.3), 0.3) == pytest.approx(6.0)


def test_adjusted_difference_is_standardised_by_raw_sds():
    se = se_from_interval(-1.42, -0.38)
    sd = pooled_sd(75, 2.2, 73, 2.1)
    assert effect_and_se(smd_from_mean_difference(-0.9, sd, 75, 73, se=se)) == (-0.4162, 0.1251)


def test_clusters_widen_the_standard_error():
    found = smd(84, 4.6, 2.1, 80, 5.3, 2.2)
    assert design_effect(12, 0.05) == pytest.approx(1.55)
    widened = float(found.variance) * design_effect(12, 0.05)
    assert effect_and_se((float(found.estimate), widened)) == (-0.3242, 0.1958)


def test_crossover():
    assert effect_and_se(smd_of_crossover(4.0, 1.9, 4.7, 2.0, 24, 0.6)) == (-0.3530, 0.1882)
    # Handbook 5.1, 16.4.6.4, gives 0.218 (0.256) without the small-sample correction.
    effect, variance = smd_of_crossover(7.0, 2.38, 6.5, 2.21, 10, 0.68)
    uncorrected = effect / (1 - 3 / (4 * 20 - 9))
    assert uncorrected == pytest.approx(0.218, abs=5e-4)
    assert (variance + (uncorrected**2 - effect**2) / 20 * 0.64) ** 0.5 == pytest.approx(
        0.256, abs=5e-4
    )


def test_intervals_of_other_levels_and_sides():
    assert se_from_interval(-0.84, 0.08, level=0.99) == pytest.approx(0.1786, abs=5e-5)
    assert se_from_one_sided_limit(-0.4, -0.4 + 1.644854 * 0.2) == pytest.approx(0.2, rel=1e-6)
    with pytest.raises(ValueError, match="one-sided"):
        se_from_one_sided_limit(0.0, 1.0, level=0.3)


def test_subgroups_of_one_trial():
    """Independent groups, as metafor's rma(yi, vi, method = "FE") pools them."""
    effect, variance = combine_independent([-0.3, -0.6], [0.04, 0.09])
    assert effect == pytest.approx(-0.3923077, abs=5e-8)
    assert variance**0.5 == pytest.approx(0.1664101, abs=5e-8)


def test_ratios_at_a_control_risk():
    limits = [risk_ratio_from_odds_ratio(ratio, 0.18) for ratio in (1.2, 4.41)]
    assert risk_ratio_from_odds_ratio(2.3, 0.18) == pytest.approx(1.8639, abs=5e-5)
    assert se_from_interval(*np.log(limits)) == pytest.approx(0.219, abs=5e-4)
    assert risk_ratio_from_hazard_ratio(1.0, 0.3) == pytest.approx(1.0)
    # 20 of 100 against 10 of 100 not cured: 80 of 100 against 90 cured.
    assert risk_ratio_of_the_opposite(0.5, 0.2) == pytest.approx(0.9 / 0.8)
    with pytest.raises(ValueError, match="a risk above 1"):
        risk_ratio_of_the_opposite(3.0, 0.5)


def test_responders_as_an_smd():
    effect, variance = smd_from_log_odds_ratio(
        -np.log(2.3), se_from_interval(*np.log([1.2, 4.41])) ** 2
    )
    assert effect_and_se((effect, variance)) == (-0.4592, 0.1831)


@pytest.mark.parametrize(("function", "numbers", "says"), [
    (se_from_statistic, (0.0, 1.0), "difference of 0"),
    (se_from_p, (1.0, 0.0), "exact value"),
    (smd_of_crossover, (1, 1, 2, 1, 10, 1.0), "correlation"),
    (design_effect, (0.5, 0.1), "a cluster"),
    (design_effect, (5, 1.5), "intraclass"),
    (sd_of_scores, (5, 1.0), "correlation"),
    (pooled_sd, (1, 1, 1, 1), "participants"),
    (combine_independent, ([1.0], [0.0]), "above zero"),
    (risk_ratio_from_odds_ratio, (2.0, 0.0), "control risk"),
])  # fmt: skip
def test_reports_that_cannot_be_are_refused(function, numbers, says):
    with pytest.raises(ValueError, match=says):
        function(*numbers)
