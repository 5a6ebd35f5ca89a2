"""Publication bias: whether results may be missing because of what they show."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.evidence.trial_states import State
from analysis.formatting import counted
from analysis.protocol_rules import CertaintyRules
from analysis.synthesis.certainty import Body, Step
from analysis.synthesis.grade.rule_numbers import p_beside, share
from analysis.synthesis.missing_results import people
from analysis.synthesis.sensitivity import ASYMMETRY_TESTS, arms_assumed


def publication_bias(body: Body, rules: CertaintyRules, minimum_k: int) -> Step:
    """A level where small trials differ from large ones, or where too many results are missing.

    The regression test of the funnel is the one that the protocol names for the measure, from
    `minimum_k` trials on: with fewer nothing tells small trials from large ones. What is known
    to be missing is counted, with few trials too (ROB-ME). Both say that results are missing
    because of what they show, so that they take one level together. Where neither finds it, and
    it could not be tested or of some trials is not known what they measured, a person has to
    look.
    """
    test = _by_test(body, rules, minimum_k)
    missing = _results_missing(body, rules)
    selected = _all_small_and_favourable(body, rules)
    found = [each for each in (test, missing, selected) if each is not None]
    triggered = any(each.triggered for each in found)
    return Step(
        domain="publication bias",
        levels=int(triggered),
        judged=triggered or test.judged or (missing is not None and missing.judged),
        reason=f"{', and '.join(each.said for each in found)}.",
    )


@dataclass(frozen=True)
class Sign:
    """What one way of looking for missing results found; `judged` is false where it cannot say."""

    triggered: bool
    judged: bool
    said: str


def _by_test(body: Body, rules: CertaintyRules, minimum_k: int) -> Sign:
    if body.k < minimum_k:
        there = "There is" if body.k == 1 else "There are"
        few = f"{there} {counted(body.k, 'trial')}, fewer than the {minimum_k}"
        return Sign(False, False, f"{few} that a test for asymmetry needs")
    found = body.asymmetry
    if found is None:
        said = f"The test for asymmetry has no result for these {body.k} trials"
        return Sign(False, False, said)
    trials = f"{body.k} trials{arms_assumed(found, body.studies)}"
    said = (
        f"{ASYMMETRY_TESTS[found.test]} test with {trials} gives "
        f"{p_beside(found.p, rules.asymmetry_p)}"
    )
    if found.p >= rules.asymmetry_p:
        # What p does not tell apart has no direction.
        none = f"not below {rules.asymmetry_p:g}: it does not tell small trials from large"
        return Sign(False, True, f"{said}, {none}")
    direction = "better" if found.slope < 0 else "worse"
    below = f"below {rules.asymmetry_p:g}: smaller trials have {direction} results"
    return Sign(True, True, f"{said}, {below}")


def _results_missing(body: Body, rules: CertaintyRules) -> Sign | None:
    """Of the participants in whom the outcome was measured, those in trials without a number."""
    one_in = rules.missing_results_one_in
    missing, _ = people(body.missing.of(State.NO_NUMBERS))
    whole, _ = people(body.missing.measured)
    if one_in is None or not whole:
        return None
    unknown = len(body.missing.of(State.NOT_KNOWN))
    triggered = missing * one_in > whole
    share_text = share(100 * missing / whole, 100 / one_in)
    of_others = f"; in {counted(unknown, 'trial')} it is not known whether it was measured"
    return Sign(
        triggered,
        not unknown,
        "trials that measured the outcome and gave no usable number hold "
        f"{missing:,} of the {whole:,} participants in whom it was measured ({share_text}), "
        f"{'' if triggered else 'not '}more than one in {one_in}{of_others if unknown else ''}",
    )


def _all_small_and_favourable(body: Body, rules: CertaintyRules) -> Sign | None:
    """Two trials or more, each known to be small and each favouring the intervention."""
    limit = rules.small_trial_participants
    if limit is None or body.k < 2:
        return None
    small = [s for s in body.studies if s.n_total is not None and s.n_total < limit]
    favourable = [study for study in body.studies if study.effect < 0]
    return Sign(
        len(small) == len(favourable) == body.k,
        False,
        f"{len(small)} of {body.k} have fewer than {limit:,} participants and "
        f"{len(favourable)} of {body.k} favour {body.measure.sides[0]}",
    )
