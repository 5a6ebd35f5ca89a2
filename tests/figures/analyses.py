"""Example analyses for the figures: what a synthesis says beyond its estimate."""

from __future__ import annotations

from analysis.figures.effect_scale import on_one_axis
from analysis.statistics.cumulative import CumulativeStep
from analysis.statistics.estimates import Interval
from analysis.statistics.gosh import Gosh, gosh
from analysis.statistics.influence import Influence
from analysis.statistics.leave_one_out import LeftOut
from analysis.statistics.small_study_effects import Contour, FunnelContours
from analysis.statistics.trim_and_fill import TrimAndFill
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity_overview import Sensitivity, Spread, Variant
from tests.figures import examples

LABELS = {
    "headache": "headache",
    "non-headache": "non-headache chronic pain",
    "satisfaction": "satisfaction with treatment",
    "post": "after treatment",
    "follow-up": "at follow-up",
}
CONTOURS = FunnelContours(
    reference=0.0,
    largest_se=0.3,
    contours=(Contour(0.1, -0.49, 0.49), Contour(0.05, -0.59, 0.59), Contour(0.01, -0.77, 0.77)),
    estimate=-0.31,
    pseudo_interval=Interval(-0.9, 0.28, "wald"),
)


FILLED = TrimAndFill(
    side="right",
    estimator="L0",
    missing=2,
    missing_se=2.0,
    no_missing_p=None,
    filled_effects=(0.1, 0.2),
    filled_variances=(0.06, 0.07),
    pooled=examples.pooled(14),
)


def with_models(synthesis: Synthesis) -> Synthesis:
    names = ("common", "dersimonian-laird", "reml", "paule-mandel")
    models = tuple(examples.pooled(12, -0.27 - i / 50, 0.12, model=m) for i, m in enumerate(names))
    return synthesis.model_copy(update={"models": models})


def fits(k: int) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(
            omitted=i,
            k=k - 1,
            estimate=-0.31 + 0.01 * i,
            se=0.06,
            interval=Interval(-0.43 + 0.01 * i, -0.19 + 0.01 * i, "wald"),
            statistic=-5.0,
            p=0.0,
            q=10.0,
            q_p=0.3,
            tau2=0.02,
            i2=30.0 + i,
            h2=1.4,
        )
        for i in range(k)
    )


def steps(k: int) -> tuple[CumulativeStep, ...]:
    return tuple(
        CumulativeStep(added=i, pooled=examples.pooled(i + 1, -0.31, 2.0 / (i + 1) ** 2 + 0.1))
        for i in range(k)
    )


def probed(example: Synthesis) -> Synthesis:
    k = len(example.pooled_studies)
    return examples.with_sensitivity(example, leave_one_out=fits(k), cumulative=steps(k))


def influences(k: int) -> tuple[Influence, ...]:
    return tuple(
        Influence(
            study=i,
            rstudent=(-1) ** i * i / k,
            dffits=0.1 * i,
            cook_d=0.02 * i,
            cov_r=1.0 + 0.01 * i,
            tau2_del=0.02,
            qe_del=10.0 + i,
            hat=1 / k,
            weight=100 / k,
            dfbs=-0.1 * i,
            influential=i == k - 1,
            baujat_x=0.3 * i,
            baujat_y=0.01 * i**2,
        )
        for i in range(k)
    )


def influenced(example: Synthesis) -> Synthesis:
    rows = influences(len(example.pooled_studies))
    return examples.with_sensitivity(example, influence=rows)


def subsets(k: int) -> Gosh:
    """Every subset of the first `k` trials."""
    studies = examples.many(k).studies
    return gosh([study.effect for study in studies], [study.variance for study in studies])


def every_question() -> list[Synthesis]:
    shown = []
    for condition in ("headache", "non-headache"):
        for outcome in ("pain", "disability", "satisfaction"):
            for timepoint in ("post", "follow-up"):
                example = examples.many(12 if timepoint == "post" else 3)
                if outcome == "satisfaction":
                    example = examples.synthesis(())
                elif outcome == "pain" and condition == "headache":
                    example = examples.responders()
                question = example.question.model_copy(
                    update={"condition": condition, "outcome": outcome, "timepoint": timepoint}
                )
                shown.append(example.model_copy(update={"question": question}))
    return shown


def measured_alike() -> list[list[Synthesis]]:
    """The same by measure: standardised differences, then risk ratios."""
    return on_one_axis(every_question(), lambda asked: asked.measure)


def variants(family: str, *estimates: float) -> Spread:
    made = tuple(
        Variant(family, f"{family} {i}", 9, estimate, Interval(estimate - 1, estimate + 1, "wald"))
        for i, estimate in enumerate(estimates)
    )
    return Spread(family, made)


def question(condition: str, *spreads: Spread) -> Sensitivity:
    synthesis = examples.many(12)
    question = synthesis.question.model_copy(update={"condition": condition})
    synthesis = synthesis.model_copy(
        update={"question": question, "title": f"Disability after treatment: {condition}"}
    )
    assert synthesis.primary is not None
    return Sensitivity(synthesis, synthesis.primary, spreads)


def questions() -> list[Sensitivity]:
    return [
        question("headache", variants("models", -0.2, -0.25), variants("sets of trials", 0.04)),
        question("headache", variants("models", -0.31)),
        question("non-headache", variants("leave one out", *(-0.3 - i / 100 for i in range(12)))),
    ]
