"""Inconsistency: whether trials differ by more than chance, and in what they mean."""

from __future__ import annotations

from analysis.formatting import counted, listed, sentence_case
from analysis.protocol_rules import CertaintyRules
from analysis.statistics.estimates import Interval
from analysis.synthesis.certainty import Body, Step, ends
from analysis.synthesis.grade.rule_numbers import interval_shown, share, threshold_text


def inconsistency(body: Body, rules: CertaintyRules) -> Step:
    """A level for a high I2 of trials that answer differently; two for open conflict.

    One level: I2 at the threshold or above, and a prediction interval that holds both benefit
    and none. With few trials such an interval says little but that they are few; there,
    estimates on both sides of no difference, enough of the weight on each. Where those few lie
    on one side, they differ in how much: that is left to a person.
    Two levels: I2 at the higher threshold or above, and two trials whose own intervals exclude
    no difference in opposite directions.
    """
    found = body.primary.heterogeneity
    if found is None:
        return _step(
            0, "there is one trial, so inconsistency between trials cannot be judged", False
        )
    i2 = f"I² is {share(found.i2, rules.inconsistency_i2, rules.serious_inconsistency_i2)}"
    if found.i2 < rules.inconsistency_i2:
        bound = threshold_text(rules.inconsistency_i2)
        return _step(0, f"{i2}, below the {bound} from which the rule looks further")
    better = [study.label for study in body.studies if study.ci_high < 0]
    worse = [study.label for study in body.studies if study.ci_low > 0]
    if found.i2 >= rules.serious_inconsistency_i2 and better and worse:
        return _step(
            2,
            f"{i2}, at least {threshold_text(rules.serious_inconsistency_i2)}, and trials whose "
            f"intervals exclude no difference point in opposite directions: {listed(better)} "
            f"towards benefit, {listed(worse)} towards harm",
        )
    enough = f"{i2}, at least {threshold_text(rules.inconsistency_i2)}"
    if body.k < rules.inconsistency_prediction_k:
        return _by_sides(body, rules, enough)
    return _by_prediction(body, enough, body.primary.prediction)


def _by_sides(body: Body, rules: CertaintyRules, enough: str) -> Step:
    """Few trials: on which sides of no difference their estimates lie, by weight."""
    least = rules.opposing_weight
    benefit, harm = (
        body.weight([study for study in body.studies if side * study.effect > 0])
        for side in (-1, 1)
    )
    intervention, control = body.measure.sides
    weights = (
        f"estimates with {share(benefit, least)} of the weight favour {intervention} and "
        f"estimates with {share(harm, least)} {control}"
    )
    if min(benefit, harm) >= least:
        return _step(1, f"{enough}, and {weights}, at least {threshold_text(least)} on each side")
    return _step(
        0,
        f"{enough}, but {weights}, not {threshold_text(least)} on each side, and "
        f"{counted(body.k, 'trial')} are too few for a prediction interval to say more",
        False,
    )


def _by_prediction(body: Body, enough: str, interval: Interval | None) -> Step:
    if interval is None:
        return _step(
            0,
            f"{enough}, but there is no prediction interval, so the rule cannot be applied",
            False,
        )
    low, high = ends(interval)
    both = low < 0 <= high
    where = (
        "holds both benefit and lack of benefit" if both else "lies on one side of no difference"
    )
    shown = interval_shown(body.measure, interval, 0.0)
    return _step(int(both), f"{enough}, and the prediction interval ({shown}) {where}")


def _step(levels: int, said: str, judged: bool = True) -> Step:
    reason = f"{sentence_case(said)}."
    return Step(domain="inconsistency", levels=levels, judged=judged, reason=reason)
