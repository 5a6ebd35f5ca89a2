"""The Bayesian companion of a pooled effect: the same trials with the protocol's priors."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.measures import RATIOS, MeasureName
from analysis.protocol_rules import BayesianRules, Frozen, SynthesisRules, TauPrior
from analysis.statistics.bayesian import BayesianEffect, bayesian
from analysis.synthesis.study_effect import Measure, StudyEffect, effects_of

FEWEST_TRIALS = 2


class Companion(Frozen):
    """The posterior with the protocol's prior and with each alternative; effects as in `Synthesis`.

    `concludes` says that there are so few trials that conclusions read this interval and not
    that of the primary analysis.
    """

    posterior: BayesianEffect
    alternatives: tuple[BayesianEffect, ...]
    concludes: bool

    @property
    def all(self) -> tuple[BayesianEffect, ...]:
        """The posterior of every prior, the protocol's first."""
        return (self.posterior, *self.alternatives)


def companion(
    rules: SynthesisRules,
    measure: Measure,
    important: float | None,
    studies: Sequence[StudyEffect],
) -> Companion | None:
    """The companion of these trials; None for a single trial or a measure without a prior.

    important: the smallest important difference on the analysis scale, where there is one.
    """
    given = rules.bayesian
    unit = _unit(given, measure) if given else None
    if given is None or unit is None or len(studies) < FEWEST_TRIALS:
        return None
    effects, variances = effects_of(studies)

    def posterior(prior: TauPrior) -> BayesianEffect:
        return bayesian(
            effects,
            variances,
            prior=prior.distribution,
            scale=prior.scale * unit,
            threshold=important,
            level=rules.level,
        )

    return Companion(
        posterior=posterior(given.prior),
        alternatives=tuple(map(posterior, given.alternatives)),
        concludes=len(studies) <= rules.interval.bayesian_maximum_k,
    )


def has_prior(given: BayesianRules | None, name: MeasureName) -> bool:
    """Whether the protocol has a prior for effects in this measure."""
    return given is not None and (name in given.scales or name == "SMD" or name in RATIOS)


def _unit(given: BayesianRules, measure: Measure) -> float | None:
    """What the scales of the priors are multiplied by for this measure."""
    if measure.name in given.scales:
        return given.scales[measure.name] / given.prior.scale
    return 1.0 if has_prior(given, measure.name) else None
