"""From what a report prints to what is needed: means, SDs and standard errors.

Every function converts the numbers of one trial: floats in, floats out. Impossible
numbers raise `ValueError`. The Handbook is the Cochrane Handbook for Systematic
Reviews of Interventions, version 6, chapter 6.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from analysis.statistics.effect_sizes import (
    SmdVariant,
    small_sample_correction,
    smd_variance_from_arm_sizes,
)
from analysis.statistics.intervals import critical_value

# Below this many participants an interval is taken to come from t (Handbook 6.5.2.2).
SMALL_SAMPLE = 60
LOGISTIC_SD = math.pi / math.sqrt(3)


@dataclass(frozen=True)
class Arm:
    """Participants, mean and standard deviation of one arm."""

    n: float
    mean: float
    sd: float


def se_from_interval(
    low: float, high: float, level: float = 0.95, df: float | None = None
) -> float:
    """Standard error from a confidence interval: width / (2 x critical value).

    Normal, or t with `df` degrees of freedom. For a ratio give the logarithms.
    """
    _require(math.isfinite(low) and math.isfinite(high), "interval limits must be finite")
    _require(low < high, f"interval [{low}, {high}] has no width or is upside down")
    return (high - low) / (2 * critical_value(level, df))


def se_from_one_sided_limit(
    estimate: float, limit: float, level: float = 0.95, df: float | None = None
) -> float:
    """Standard error from the limit of a one-sided interval: distance / critical value.

    The critical value leaves 1 - level in one tail. For a ratio give the logarithms.
    """
    _require(0.5 < level < 1, f"level is {level}: a one-sided one lies between 0.5 and 1")
    _require(limit != estimate, "the limit of a one-sided interval is not the estimate itself")
    return abs(estimate - limit) / critical_value(2 * level - 1, df)


def se_from_statistic(difference: float, statistic: float) -> float:
    """Standard error of a difference from its t (or z): |difference| / |t|. Handbook 6.5.2.3.

    For F with one degree of freedom in the numerator give its square root.
    """
    _require(difference != 0 and statistic != 0, "no standard error follows from a difference of 0")
    return abs(difference / statistic)


def se_from_p(difference: float, p: float, df: float | None = None) -> float:
    """Standard error of a difference from its exact two-sided p value, by t (or the normal).

    Handbook 6.5.2.3.
    """
    _require(0 < p < 1, f"p is {p}: an exact value between 0 and 1 is needed")
    return se_from_statistic(difference, critical_value(1 - p, df))


def sd_from_se(se: float, n: float) -> float:
    """Standard deviation from the standard error of a mean: se x sqrt(n)."""
    _require(se > 0 and n > 0, "the standard error and n must be above zero")
    return se * math.sqrt(n)


def sd_from_interval(low: float, high: float, n: float, level: float = 0.95) -> float:
    """SD of one arm from the interval of its mean; t(n-1) below 60 participants.

    Handbook 6.5.2.2.
    """
    _require(n >= 2, "an interval of a mean needs at least two participants")
    df = n - 1 if n < SMALL_SAMPLE else None
    return sd_from_se(se_from_interval(low, high, level, df), n)


def sd_from_mean_difference_interval(
    low: float, high: float, n1: float, n2: float, level: float = 0.95
) -> float:
    """The arms' common SD from the interval of their difference: se / sqrt(1/n1 + 1/n2).

    t(n1+n2-2) where an arm has fewer than 60 participants. Handbook 6.5.2.3.
    """
    _require(n1 >= 2 and n2 >= 2, "each arm needs at least two participants")
    df = n1 + n2 - 2 if min(n1, n2) < SMALL_SAMPLE else None
    return sd_from_mean_difference_se(se_from_interval(low, high, level, df), n1, n2)


def sd_from_mean_difference_se(se: float, n1: float, n2: float) -> float:
    """The arms' common SD from the standard error of their difference. Handbook 6.5.2.3."""
    _require(se > 0 and n1 > 0 and n2 > 0, "the standard error and n must be above zero")
    return se / math.sqrt(1 / n1 + 1 / n2)


def pooled_sd(n1: float, sd1: float, n2: float, sd2: float) -> float:
    """The SD within two arms together: sqrt(((n1-1) sd1^2 + (n2-1) sd2^2) / (n1+n2-2))."""
    _require(n1 >= 1 and n2 >= 1 and n1 + n2 > 2, "each arm needs participants, three together")
    _require(sd1 >= 0 and sd2 >= 0, "a standard deviation cannot be negative")
    return math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))


def smd_from_mean_difference(
    difference: float,
    sd: float,
    n1: float,
    n2: float,
    *,
    se: float | None = None,
    variant: SmdVariant = "revman",
) -> tuple[float, float]:
    """SMD and its variance from a mean difference, an SD of scores and the arm sizes.

    g = J difference / sd. Without `se` the variance is that of an SMD of two arms. With the
    standard error of the difference (of changes, or adjusted), which is smaller than the
    scores alone would give, the precision is its own: Var = (J se / sd)^2 +
    g^2 / (2(N - 3.94)). Handbook 10.5.2.
    """
    _require(sd > 0, "the standard deviation of the scores must be above zero")
    correction = float(small_sample_correction(n1 + n2, variant=variant))
    g = correction * difference / sd
    if se is None:
        return g, float(smd_variance_from_arm_sizes(g, n1, n2, variant=variant))
    _require(se > 0 and n1 + n2 > 4, "the standard error must be above zero, with 5 participants")
    return g, (correction * se / sd) ** 2 + g**2 / (2 * (n1 + n2 - 3.94))


def smd_of_crossover(
    mean1: float, sd1: float, mean2: float, sd2: float, n: float, correlation: float
) -> tuple[float, float]:
    """SMD and its variance of n people measured under both conditions.

    g = J (mean1 - mean2) / sqrt((sd1^2 + sd2^2)/2), Var = (1/n + g^2/(2n)) 2(1 - r), with J
    of 2n - 2 degrees of freedom. Handbook chapter 23.
    """
    _require(n >= 2, "a crossover trial needs at least two participants")
    _require(-1 < correlation < 1, f"correlation {correlation} is not between -1 and 1")
    sd = math.sqrt((sd1**2 + sd2**2) / 2)
    _require(sd > 0, "the standard deviation of the scores must be above zero")
    g = float(small_sample_correction(2 * n)) * (mean1 - mean2) / sd
    return g, (1 / n + g**2 / (2 * n)) * 2 * (1 - correlation)


def design_effect(cluster_size: float, icc: float) -> float:
    """By how much a cluster-randomised trial's variance is larger: 1 + (m - 1) ICC.

    `cluster_size` is the average number of participants. Handbook chapter 23.
    """
    _require(cluster_size >= 1, f"{cluster_size} participants a cluster: 1 or more are needed")
    _require(0 <= icc <= 1, f"an intraclass correlation of {icc} is not between 0 and 1")
    return 1 + (cluster_size - 1) * icc


def mean_sd_from_median(
    median: float,
    n: float,
    *,
    minimum: float | None = None,
    q1: float | None = None,
    q3: float | None = None,
    maximum: float | None = None,
) -> tuple[float, float]:
    """Mean and SD of one arm from its median with quartiles, extremes or both.

    The mean by Luo et al. 2018 (10.1177/0962280216669183), the SD by Wan et al. 2014
    (10.1186/1471-2288-14-135). Both assume a distribution close to normal.
    """
    _require(n >= 2, "a median is converted from at least two participants")
    extremes = _pair(minimum, maximum, median, "minimum and maximum")
    quartiles = _pair(q1, q3, median, "q1 and q3")
    if extremes and quartiles:
        (a, b), (q, r) = extremes, quartiles
        _require(a <= q and r <= b, "quartiles must lie between minimum and maximum")
        outer, inner = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
        mean = outer * (a + b) / 2 + inner * (q + r) / 2 + (1 - outer - inner) * median
        return mean, ((b - a) / _range_in_sd(n) + (r - q) / _iqr_in_sd(n)) / 2
    if extremes:
        a, b = extremes
        weight = 4 / (4 + n**0.75)
        return weight * (a + b) / 2 + (1 - weight) * median, (b - a) / _range_in_sd(n)
    if quartiles:
        q, r = quartiles
        weight = 0.7 + 0.39 / n
        return weight * (q + r) / 2 + (1 - weight) * median, (r - q) / _iqr_in_sd(n)
    raise ValueError("a median alone has no SD: give the quartiles, the extremes or both")


def sd_of_change(sd_before: float, sd_after: float, correlation: float) -> float:
    """SD of the change scores: sqrt(s0^2 + s1^2 - 2 r s0 s1). Handbook 6.5.2.8."""
    _require(sd_before >= 0 and sd_after >= 0, "a standard deviation cannot be negative")
    _require(-1 <= correlation <= 1, f"correlation {correlation} is not between -1 and 1")
    return math.sqrt(max(0.0, sd_before**2 + sd_after**2 - 2 * correlation * sd_before * sd_after))


def sd_of_scores(sd_change: float, correlation: float) -> float:
    """SD of the scores from the SD of their change, taken as equal before and after.

    sd_change / sqrt(2(1 - r)). Handbook 6.5.2.8, solved for the SD.
    """
    _require(sd_change > 0, "the standard deviation of the changes must be above zero")
    _require(-1 <= correlation < 1, f"correlation {correlation} is not between -1 and 1")
    return sd_change / math.sqrt(2 * (1 - correlation))


def smd_adjusted_for_baseline(
    arms: tuple[Arm, Arm], baseline: tuple[Arm, Arm], correlation: float
) -> tuple[float, float]:
    """SMD of the final scores adjusted for the difference at baseline, and its variance.

    `arms` at the end and at baseline, intervention first; r the correlation of scores with
    those at baseline. Difference - r (s / s0) (difference at baseline), in pooled SDs s of the
    final scores; Var = J^2 (1 - r^2) (1/n1 + 1/n2) + g^2 / (2 (N - 3.94)): that of an analysis
    of covariance whose slope is known. Raises ValueError where an SD is not above 0.
    Source: Trowman et al. 2007, 10.1016/j.jclinepi.2007.03.014.
    """
    _require(-1 < correlation < 1, f"correlation {correlation} is not between -1 and 1")
    (first, second), (first0, second0) = arms, baseline
    sd = pooled_sd(first.n, first.sd, second.n, second.sd)
    sd0 = pooled_sd(first0.n, first0.sd, second0.n, second0.sd)
    _require(sd > 0 and sd0 > 0, "nobody's score differs from the others' of the arm")
    slope = correlation * sd / sd0
    difference = first.mean - second.mean - slope * (first0.mean - second0.mean)
    se = sd * math.sqrt((1 - correlation**2) * (1 / first.n + 1 / second.n))
    return smd_from_mean_difference(difference, sd, first.n, second.n, se=se)


def combine_arms(arms: Sequence[Arm]) -> Arm:
    """Several arms as if they had been one: the SD includes the spread of their means.

    sd^2 = (sum (n-1) sd^2 + sum n (mean - overall mean)^2) / (N - 1), which for two arms
    is Handbook 6.5.2.10.
    """
    _require(len(arms) > 0, "no arms to combine")
    _require(all(arm.n >= 1 and arm.sd >= 0 for arm in arms), "an arm has no n or a negative SD")
    n = np.array([arm.n for arm in arms], dtype=float)
    mean = np.array([arm.mean for arm in arms], dtype=float)
    sd = np.array([arm.sd for arm in arms], dtype=float)
    _require(n.sum() > 1, "at least two participants are needed")
    overall = float((n * mean).sum() / n.sum())
    squares = ((n - 1) * sd**2 + n * (mean - overall) ** 2).sum()
    return Arm(float(n.sum()), overall, math.sqrt(squares / (n.sum() - 1)))


def combine_contrasts(
    effects: Sequence[float], variances: Sequence[float], correlation: float = 0.5
) -> tuple[float, float]:
    """One effect for contrasts that share a control group: their mean and its variance.

    Var = (sum v + sum over pairs 2 r sqrt(v_i v_j)) / m^2; r = 0.5 is the correlation of
    two contrasts with one control group when all arms are of one size. Borenstein et
    al. 2009, Introduction to Meta-Analysis, chapter 25.
    """
    _require(len(effects) > 0, "no contrasts to combine")
    _require(len(effects) == len(variances), "one variance a contrast is needed")
    _require(all(v > 0 for v in variances), "a variance must be above zero")
    _require(-1 <= correlation <= 1, f"correlation {correlation} is not between -1 and 1")
    v = np.asarray(variances, dtype=float)
    covariance = correlation * np.sqrt(np.outer(v, v))
    np.fill_diagonal(covariance, v)
    return float(np.mean(effects)), float(covariance.mean())


def combine_independent(
    effects: Sequence[float], variances: Sequence[float]
) -> tuple[float, float]:
    """One effect for groups that share nobody: the inverse-variance mean and its variance."""
    _require(len(effects) > 0, "no effects to combine")
    _require(len(effects) == len(variances), "one variance an effect is needed")
    _require(all(v > 0 for v in variances), "a variance must be above zero")
    weights = 1 / np.asarray(variances, dtype=float)
    return float(np.average(effects, weights=weights)), float(1 / weights.sum())


def risk_ratio_from_odds_ratio(odds_ratio: float, control_risk: float) -> float:
    """The risk ratio that an odds ratio means at a control risk: OR / (1 - p + p OR).

    Handbook chapter 15.
    """
    _require(odds_ratio > 0, "an odds ratio is above 0")
    _require(0 < control_risk < 1, "a control risk lies between 0 and 1")
    return odds_ratio / (1 - control_risk + control_risk * odds_ratio)


def odds_ratio_from_risk_ratio(risk_ratio: float, control_risk: float) -> float:
    """The odds ratio that a risk ratio means at a control risk: RR (1 - p) / (1 - p RR)."""
    _require_risk_below_1(risk_ratio, control_risk)
    return risk_ratio * (1 - control_risk) / (1 - control_risk * risk_ratio)


def risk_ratio_from_hazard_ratio(hazard_ratio: float, control_risk: float) -> float:
    """The risk ratio that a hazard ratio means at a control risk: (1 - (1-p)^HR) / p.

    Under proportional hazards, over the time in which the control risk arises.
    """
    _require(hazard_ratio > 0, "a hazard ratio is above 0")
    _require(0 < control_risk < 1, "a control risk lies between 0 and 1")
    return (1 - (1 - control_risk) ** hazard_ratio) / control_risk


def risk_ratio_of_the_opposite(risk_ratio: float, control_risk: float) -> float:
    """The risk ratio of not having the event, from that of having it: (1 - p RR) / (1 - p)."""
    _require_risk_below_1(risk_ratio, control_risk)
    return (1 - control_risk * risk_ratio) / (1 - control_risk)


def _require_risk_below_1(risk_ratio: float, control_risk: float) -> None:
    _require(risk_ratio > 0, "a risk ratio is above 0")
    _require(0 < control_risk < 1, "a control risk lies between 0 and 1")
    _require(
        control_risk * risk_ratio < 1,
        f"a risk ratio of {risk_ratio:g} at a control risk of {control_risk:g} is a risk above 1",
    )


def smd_from_log_odds_ratio(effect: float, variance: float) -> tuple[float, float]:
    """SMD and its variance from a log odds ratio: x sqrt(3)/pi.

    Assumes a logistic outcome cut at one point. Hasselblad & Hedges 1995,
    10.1037/0033-2909.117.1.167.
    """
    return effect / LOGISTIC_SD, variance / LOGISTIC_SD**2


def log_odds_ratio_from_smd(effect: float, variance: float) -> tuple[float, float]:
    """Log odds ratio and its variance from an SMD: x pi/sqrt(3)."""
    return effect * LOGISTIC_SD, variance * LOGISTIC_SD**2


def _range_in_sd(n: float) -> float:
    """The expected range of n normal observations, in SDs (Blom's approximation)."""
    return 2 * float(ndtri((n - 0.375) / (n + 0.25)))


def _iqr_in_sd(n: float) -> float:
    """The expected interquartile range of n normal observations, in SDs."""
    return 2 * float(ndtri((0.75 * n - 0.125) / (n + 0.25)))


def _pair(
    low: float | None, high: float | None, median: float, names: str
) -> tuple[float, float] | None:
    if low is None and high is None:
        return None
    if low is None or high is None:
        raise ValueError(f"{names} are needed together")
    _require(low <= median <= high and low < high, f"the median must lie between {names}")
    return low, high


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(rule)
