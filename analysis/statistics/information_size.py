"""How many participants a trial needs to find an effect: the optimal information size of GRADE.

A meta-analysis of fewer is less than one trial of sufficient size (Guyatt et al. 2011,
10.1016/j.jclinepi.2011.01.012). Two arms of one size, a two-sided test, normal approximation.
"""

from __future__ import annotations

import math

from scipy.special import ndtri


def participants_for_smd(smd: float, *, alpha: float, power: float) -> int:
    """Participants of each arm: 2 (z(1 - alpha/2) + z(power))^2 / SMD^2, to the next whole.

    smd: not 0, its sign of no matter; alpha and power in (0, 1). `power.t.test` of R, which
    knows that the SD is estimated, asks for z(1 - alpha/2)^2 / 4 more, which is about one.
    """
    return math.ceil(2 * (_z(1 - alpha / 2) + _z(power)) ** 2 / smd**2)


def participants_for_risks(control: float, other: float, *, alpha: float, power: float) -> int:
    """Participants of each arm to tell two risks apart, as `power.prop.test` of R has it.

    control, other: in (0, 1) and not equal. The test pools the risks, its power does not.
    Source: Fleiss, Levin & Paik 2003, 10.1002/0471445428.
    """
    mean = (control + other) / 2
    under_none = _z(1 - alpha / 2) * math.sqrt(2 * mean * (1 - mean))
    under_other = _z(power) * math.sqrt(control * (1 - control) + other * (1 - other))
    return math.ceil(((under_none + under_other) / (other - control)) ** 2)


def _z(probability: float) -> float:
    return float(ndtri(probability))
