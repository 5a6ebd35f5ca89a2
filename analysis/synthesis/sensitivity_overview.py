"""One question under every model and every exclusion: how far its answer moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.comparisons import THEN_AND_NOW
from analysis.synthesis.interval_rule import concluded
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.interval_sentences import INTERVAL_NAMES, prior_text
from analysis.synthesis.wording.page_sentences import MODEL_NAMES

Family = Literal["models", "sets of trials", "leave one out"]
FAMILIES: tuple[Family, ...] = ("models", "sets of trials", "leave one out")

FEWEST_TRIALS = 2


@dataclass(frozen=True)
class Variant:
    """The answer when one thing is done otherwise; effects as in `Synthesis`.

    `k` counts the effects pooled, which with dependent effects are more than the trials.
    """

    family: Family
    name: str
    k: int
    estimate: float
    interval: Interval


@dataclass(frozen=True)
class Spread:
    """The variants of one family, with the two whose estimates lie outermost."""

    family: Family
    variants: tuple[Variant, ...]

    @property
    def lowest(self) -> Variant:
        return min(self.variants, key=lambda variant: variant.estimate)

    @property
    def highest(self) -> Variant:
        return max(self.variants, key=lambda variant: variant.estimate)


@dataclass(frozen=True)
class Sensitivity:
    """Every variant of one question, family by family (a family without variants is left out)."""

    synthesis: Synthesis
    primary: PooledEffect
    spreads: tuple[Spread, ...]

    @property
    def variants(self) -> tuple[Variant, ...]:
        return tuple(variant for spread in self.spreads for variant in spread.variants)

    @property
    def turned(self) -> tuple[Variant, ...]:
        """The variants whose estimate lies on the other side of no effect."""
        return tuple(v for v in self.variants if v.estimate * self.primary.estimate < 0)

    @property
    def unsettled(self) -> tuple[Variant, ...]:
        """The variants that include no effect where the primary interval excludes it, or not."""
        settled = excludes_no_effect(concluded(self.primary, self.synthesis.bayesian).interval)
        return tuple(v for v in self.variants if excludes_no_effect(v.interval) != settled)


def excludes_no_effect(interval: Interval) -> bool:
    """Whether both limits lie on one side of zero; a limit that does not exist lies on neither."""
    low, high = interval.low, interval.high
    return (low is not None and low > 0) or (high is not None and high < 0)


def sensitivity(synthesis: Synthesis) -> Sensitivity | None:
    """Gather what the synthesis holds; None where fewer than two trials are pooled.

    A variant that would rest on a single trial is no pooled result and is left out.
    """
    if synthesis.primary is None or synthesis.k < FEWEST_TRIALS:
        return None
    found = [
        variant
        for variants in (_models(synthesis), _sets_of_trials(synthesis), _leave_one_out(synthesis))
        for variant in variants
        if variant.k >= FEWEST_TRIALS
    ]
    spreads = tuple(
        Spread(family, members)
        for family in FAMILIES
        if (members := tuple(v for v in found if v.family == family))
    )
    return Sensitivity(synthesis, synthesis.primary, spreads)


def _models(synthesis: Synthesis) -> Iterator[Variant]:
    seen = {synthesis.primary.way} if synthesis.primary else set()
    for pooled in (*synthesis.models, *synthesis.sensitivity.estimators):
        if pooled.way not in seen:
            seen.add(pooled.way)
            name = (
                f"{MODEL_NAMES[pooled.model]}; interval: {INTERVAL_NAMES[pooled.interval.method]}"
            )
            yield Variant("models", name, pooled.k, pooled.estimate, pooled.interval)
    if robust := synthesis.sensitivity.cluster_robust:
        name = "every contrast by itself; interval: robust to dependence within trials"
        yield Variant("models", name, robust.k, robust.estimate, robust.interval)
    for found in synthesis.bayesian.all if synthesis.bayesian else ():
        name = f"Bayesian random effects, {prior_text(found)}"
        yield Variant("models", name, found.k, found.estimate, found.interval)


def _sets_of_trials(synthesis: Synthesis) -> Iterator[Variant]:
    pooled = {study.study_id for study in synthesis.pooled_studies}
    for other in synthesis.comparisons:
        # A set that leaves nothing out, and adjusts nothing, repeats the primary analysis.
        another = other.correlation is not None or set(other.study_ids) != pooled
        if other.pooled and other.name not in THEN_AND_NOW and another:
            yield Variant(
                "sets of trials",
                other.description,
                other.k,
                other.pooled.estimate,
                other.pooled.interval,
            )


def _leave_one_out(synthesis: Synthesis) -> Iterator[Variant]:
    pooled = synthesis.pooled_studies
    for fit in synthesis.sensitivity.leave_one_out:
        name = f"without {pooled[fit.omitted].label}"
        yield Variant("leave one out", name, fit.k, fit.estimate, fit.interval)
