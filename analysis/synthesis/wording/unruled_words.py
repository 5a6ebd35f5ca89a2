"""What a reader must know before any result: that a check, not a person, has kept trials out."""

from __future__ import annotations

from analysis.formatting import counted, listed, percent
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.estimate_text import estimate_in_sentence
from analysis.synthesis.study_effect import Measure
from analysis.synthesis.unruled_trials import UnruledTrials

# More names than this say less than their number.
MOST_NAMED = 5


def unruled_words(
    measure: Measure, primary: PooledEffect | None, found: UnruledTrials | None, most: float
) -> str:
    """Both results where the trials would hold more than `most` per cent of the weight, or blank.

    `primary` is the effect that the page gives as its result.
    """
    if found is None or found.weight <= most:
        return ""
    trials = counted(len(found.labels), "trial")
    named = f" ({listed(found.labels)})" if len(found.labels) <= MOST_NAMED else ""
    them = "it" if len(found.labels) == 1 else "them"
    result = (
        f"the result is {estimate_in_sentence(measure, primary)}"
        if primary
        else "nothing is pooled"
    )
    return (
        f"The numbers of {trials}{named} look wrong to a check, and nobody has ruled on that yet. "
        f"Without {them} {result}, as on the rest of this page; with {them} "
        f"({percent(found.weight)} of the weight) it would be "
        f"{estimate_in_sentence(measure, found.pooled)}."
    )
