"""Harms, satisfaction and the like in words: who reports them, and what both arms had."""

from __future__ import annotations

from analysis.formatting import counted, decimals_beside, number, people_of, percent
from analysis.measures import MEASURES
from analysis.protocol_rules import ReviewWords
from analysis.synthesis.acceptability import Compared, Reported, Share
from analysis.synthesis.estimate_text import estimate_text
from analysis.synthesis.study_effect import Measure
from analysis.synthesis.wording.effect_words import control_named

RISK_RATIO = Measure(name="RR", label=MEASURES["RR"].label, ratio=True)


def tally(found: Reported) -> str:
    """`harms: reported by 2 of 47 trials`."""
    if not found.total:
        return f"{found.what}: no trial is included yet"
    return f"{found.what}: reported by {len(found.said)} of {counted(found.total, 'trial')}"


def unknown(found: Reported) -> str:
    """What is known of the other trials, so that silence is not taken for safety."""
    silent, unseen = len(found.silent), len(found.unseen)
    parts = []
    if silent:
        parts.append(
            f"{counted(silent, 'trial')} {'is' if silent == 1 else 'are'} known not to report this"
        )
    if unseen:
        other = "other " if silent or found.said else ""
        parts.append(f"for {counted(unseen, f'{other}trial')} we do not know")
    return "; ".join(parts)


def against(each: Compared, words: ReviewWords) -> str:
    """Whose numbers stand against whose: the arms by their own names, or by what they received.

    An arm with a name of its own may not be all that the review asks about.
    """
    if not (each.intervention and each.control):
        return ""
    control = own_name(each.control) or control_named(each.trial.comparator) or words.comparator
    return f"{own_name(each.intervention) or words.intervention_in_short} against {control}"


def comparison(each: Compared, words: ReviewWords) -> str:
    """What was counted and the numbers of both arms; a risk ratio where their counts are known."""
    if each.together:
        return f"{each.event}: {share(each.together)}, both arms together"
    if each.intervention and each.control:
        more = f"; risk ratio {estimate_text(RISK_RATIO, each.ratio)}" if each.ratio else ""
        return f"{each.event}: {share(each.intervention)} against {share(each.control)}{more}"
    if each.intervention:
        return f"{each.event}: {share(each.intervention)} {words.with_intervention}"
    return f"{each.event}: {share(each.control)} in {words.control}" if each.control else ""


def own_name(arm: Share) -> str:
    """What the trial calls the arm; blank where it is called by its side alone."""
    return "" if arm.arm in ("intervention", "control") else arm.arm


def share(arm: Share) -> str:
    """`12 of 50 (24%)`; the per cent alone where counts are not known."""
    if arm.counts != "not known" and arm.percent is not None:
        about = "about " if arm.counts == "from per cent" else ""
        return f"{about}{arm.events:g} of {arm.total:g} ({percent(arm.percent)})"
    return "a number not known" if arm.percent is None else f"{arm.percent:g}%"


def ratio(each: Compared) -> str:
    """The risk ratio with its interval, or why there is none."""
    if each.ratio:
        return estimate_text(RISK_RATIO, each.ratio)
    if not (each.intervention and each.control):
        return "not given by arm"
    known = "not known" not in (each.intervention.counts, each.control.counts)
    return "nobody had it, or everybody" if known else "counts not known"


def difference(each: Compared) -> str:
    """The risk difference in people of 100, with its interval; blank where there is none."""
    if not each.difference:
        return ""
    interval = each.difference.interval
    low, high = (_of_100(limit) for limit in (interval.low, interval.high) if limit is not None)
    return f"{_of_100(each.difference.estimate)} of 100 ({low} to {high})"


def _of_100(difference: float) -> str:
    """Whole people, or as many decimals as show that it is not nobody, and not everybody."""
    return number(100 * difference, decimals_beside(100 * difference, [0.0, 100.0, -100.0], 0))


def plain_comparison(each: Compared, words: ReviewWords) -> str:
    """For everybody: `sadness: 6 of 100 people with the drug, 19 of 100 people without it`.

    An arm with a name of its own keeps it: it may not be all that the review asks about.
    """
    if both := each.together:
        counts = both.events is not None and both.total
        people = f"{both.events:g} of {both.total:g} people" if counts else _people(both)
        return f"{each.event}: {people}, both groups together"
    named = any(own_name(arm) for arm in (each.intervention, each.control) if arm)
    without = "without it" if each.intervention and not named else f"in {words.control}"
    arms = (each.intervention, each.control)
    said = [
        f"{_people(arm, *arms)} {f'({own})' if (own := own_name(arm)) else whose}"
        for arm, whose in ((each.intervention, words.with_intervention), (each.control, without))
        if arm
    ]
    return f"{each.event}: {', '.join(said)}"


def _people(arm: Share, *others: Share | None) -> str:
    """`6 of 100 people`; of 1,000 where whole people of 100 would hide who had it, or had not.

    What stands beside `others` is told of as many people as they are.
    """
    if arm.percent is None:
        return "a number of people that is not known"
    shares = [each.percent or 0 for each in (arm, *others) if each]
    of = 1000 if any(0 < each < 1 or 99 < each < 100 for each in shares) else 100
    return f"{people_of(of, arm.percent / 100)} of {of:,} people"
