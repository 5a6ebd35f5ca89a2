"""What is written about an effect on a figure: its numbers, its sides, its method."""

from __future__ import annotations

from analysis.figures.effect_scale import Span
from analysis.formatting import decimals_beside, limits, number, percent_level, sentence_case
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure
from analysis.synthesis.wording.interval_sentences import INTERVAL_NAMES
from analysis.synthesis.wording.page_sentences import MODEL_NAMES


def estimate_text(span: Span, *, ratio: bool) -> str:
    """`−0.33 [−0.54 to −0.12]`, or only the interval where there is no estimate."""
    interval = f"[{limits(span.low, span.high, ratio=ratio)}]"
    if span.estimate is None:
        return interval
    decimals = decimals_beside(span.estimate, [1.0 if ratio else 0.0])
    return f"{number(span.estimate, decimals)} {interval}"


def effect_header(synthesis: Synthesis) -> str:
    """`SMD [95% CI]`."""
    return f"{synthesis.measure.name} [{percent_level(synthesis.level)} CI]"


def favours(measure: Measure) -> tuple[str, str]:
    """What lies left and right of no effect on the shown axis."""
    sides = f"Favours {measure.sides[0]}", f"Favours {measure.sides[1]}"
    return (sides[1], sides[0]) if measure.benefit_above else sides


def band_note(band: tuple[float, float]) -> str:
    """What the shaded band is."""
    return f"Shaded: effects smaller than the smallest important difference ({limits(*band)})."


def model_name(pooled: PooledEffect) -> str:
    """`Random effects, REML`."""
    return sentence_case(MODEL_NAMES[pooled.model])


def interval_name(interval: Interval) -> str:
    """`Hartung-Knapp`."""
    return INTERVAL_NAMES[interval.method]
