"""Publication bias: whether results may be missing because of what they show."""

from __future__ import annotations

from analysis.formatting import counted
from analysis.protocol_rules import CertaintyRules
from analysis.synthesis.certainty import Body, Step
from analysis.synthesis.grade.rule_numbers import p_beside
from analysis.synthesis.sensitivity import ASYMMETRY_TESTS, arms_assumed


def publication_bias(body: Body, rules: CertaintyRules, minimum_k: int) -> Step:
    """A level where small trials differ from large ones, whichever way.

    The regression test of the funnel that the protocol names for the measure, from `minimum_k`
    trials on. With fewer nothing tells small trials from large ones, and it is not judged.
    """
    by_test, judged, said = _by_test(body, rules, minimum_k)
    selected, about_small = _all_small_and_favourable(body, rules)
    return Step(
        domain="publication bias",
        levels=int(by_test or selected),
        judged=judged or selected,
        reason=f"{said}{about_small}.",
    )


def _by_test(body: Body, rules: CertaintyRules, minimum_k: int) -> tuple[bool, bool, str]:
    """Whether the regression test triggers, whether it could be judged, and what it says."""
    if body.k < minimum_k:
        there = "There is" if body.k == 1 else "There are"
        few = f"{there} {counted(body.k, 'trial')}, fewer than the {minimum_k}"
        return False, False, f"{few} that a test for asymmetry needs"
    found = body.asymmetry
    if found is None:
        said = f"The test for asymmetry has no result for these {body.k} trials"
        return False, False, said
    trials = f"{body.k} trials{arms_assumed(found, body.studies)}"
    said = (
        f"{ASYMMETRY_TESTS[found.test]} test with {trials} gives "
        f"{p_beside(found.p, rules.asymmetry_p)}"
    )
    if found.p >= rules.asymmetry_p:
        # What p does not tell apart has no direction.
        none = f"not below {rules.asymmetry_p:g}: it does not tell small trials from large"
        return False, True, f"{said}, {none}"
    direction = "better" if found.slope < 0 else "worse"
    below = f"below {rules.asymmetry_p:g}: smaller trials have {direction} results"
    return True, True, f"{said}, {below}"


def _all_small_and_favourable(body: Body, rules: CertaintyRules) -> tuple[bool, str]:
    """Two trials or more, each known to be small and each favouring the intervention."""
    limit = rules.small_trial_participants
    if limit is None or body.k < 2:
        return False, ""
    small = [s for s in body.studies if s.n_total is not None and s.n_total < limit]
    favourable = [study for study in body.studies if study.effect < 0]
    return len(small) == len(favourable) == body.k, (
        f", and {len(small)} of {body.k} have fewer than {limit:,} participants and "
        f"{len(favourable)} of {body.k} favour the {body.measure.sides[0]}"
    )
