"""Small-study effects: question by question where the protocol allows it, and why not elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.formatting import counted, listed, p_value, sentence_case
from analysis.pages import links
from analysis.pages.html import Html, element, paragraph, show
from analysis.pages.sensitivity_section import funnel, small_study_table
from analysis.protocol import Protocol
from analysis.synthesis.estimate_text import Estimated, estimate_text
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity import ASYMMETRY_TESTS, SmallStudyEffects
from analysis.synthesis.sensitivity_overview import excludes_no_effect


def summary(protocol: Protocol, results: Mapping[str, Synthesis]) -> Html:
    """How many questions can be examined; for all others one sentence."""
    minimum = protocol.synthesis.small_study_minimum_k
    examined = sum(s.sensitivity.small_study is not None for s in results.values())
    fewer = len(results) - examined
    has = "has" if examined == 1 else "have"
    others = (
        f" For the other {fewer} these methods could not tell bias from chance, and nothing is "
        "shown: that says nothing about whether results are missing there."
    )
    return paragraph(
        f"{examined} of {counted(len(results), 'question')} {has} the {minimum} trials that the "
        f"protocol asks for.{others if fewer else ''}"
    )


def sections(protocol: Protocol, results: Mapping[str, Synthesis]) -> None:
    """Display each examined question: its funnel plot, a reading, every test in a table."""
    for synthesis in results.values():
        found = synthesis.sensitivity.small_study
        if found is not None:
            show(element("h3", links.question(synthesis), id=synthesis.question.slug))
            funnel(synthesis)
            show(reading(protocol, synthesis, found), small_study_table(synthesis))


def reading(protocol: Protocol, synthesis: Synthesis, found: SmallStudyEffects) -> Html:
    """What the analyses say together, in plain words."""
    sentences = [_asymmetry(protocol, synthesis, found), _corrected(synthesis, found)]
    return paragraph(" ".join(sentence for sentence in sentences if sentence))


def _asymmetry(protocol: Protocol, synthesis: Synthesis, found: SmallStudyEffects) -> str:
    test = found.asymmetry
    if test is None:
        return ""
    name = ASYMMETRY_TESTS[test.test]
    if test.p >= protocol.certainty.asymmetry_p:
        return (
            f"{name} test ({p_value(test.p)}) does not tell small trials from large ones; with "
            f"{counted(synthesis.k, 'trial')} it can miss a difference."
        )
    # A larger standard error is a smaller trial; a negative effect favours the intervention.
    side = synthesis.measure.sides[0 if test.slope < 0 else 1]
    return (
        f"Results of smaller trials lie more in favour of {side} than those of larger ones ({name} "
        f"test, {p_value(test.p)}). Results that are missing because of what they show can cause "
        "this; so can differences between small and large trials."
    )


def _corrected(synthesis: Synthesis, found: SmallStudyEffects) -> str:
    """The estimates of the three corrections beside the estimate as it stands.

    A correction that leaves the estimate on its side, and an interval around no difference where
    there was none, has not left the answer as it was.
    """
    primary, measure = synthesis.primary, synthesis.measure
    every = _corrections(found)
    beyond = [name for name, one in every.items() if measure.beyond_belief(one.estimate)]
    corrected = {name: one for name, one in every.items() if name not in beyond}
    give = "gives" if len(beyond) == 1 else "give"
    wild = (
        f" {sentence_case(listed(beyond))} {give} a size that no treatment has, which says nothing."
    )
    silent = wild if beyond else ""
    if primary is None or not corrected:
        return silent.strip()
    said = [f"{estimate_text(measure, found)} by {name}" for name, found in corrected.items()]
    turned = [name for name, found in corrected.items() if found.estimate * primary.estimate < 0]
    direction = f"The direction turns by {listed(turned)}." if turned else "The direction stays."
    opened = [
        name
        for name, found in corrected.items()
        if excludes_no_effect(primary.interval) and not excludes_no_effect(found.interval)
    ]
    doubt = f" By {listed(opened)} the interval then includes no difference." if opened else ""
    return (
        f"The estimate is {estimate_text(measure, primary)}. Corrected for results that may be "
        f"missing it is {listed(said)}. {direction}{doubt}{silent}"
    )


def _corrections(found: SmallStudyEffects) -> dict[str, Estimated]:
    filled = found.trim_and_fill
    corrections: dict[str, Estimated | None] = {
        "trim and fill": filled.pooled if filled else None,
        "PET-PEESE": found.pet_peese,
        "the selection model": found.selection,
    }
    return {name: corrected for name, corrected in corrections.items() if corrected}
