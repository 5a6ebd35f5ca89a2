"""Example syntheses for the figures, from constructed numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from analysis.figures.judgements import JUDGEMENTS
from analysis.protocol import Question
from analysis.statistics.estimates import Heterogeneity, Interval, PooledEffect
from analysis.statistics.small_study_effects import FunnelContours
from analysis.statistics.trim_and_fill import TrimAndFill
from analysis.synthesis.comparisons import Comparison
from analysis.synthesis.question_result import Provenance, Sentence, Synthesis
from analysis.synthesis.risk_of_bias import RiskOfBias
from analysis.synthesis.sensitivity import SensitivityAnalyses, SmallStudyEffects
from analysis.synthesis.study_effect import Measure, StudyEffect

SIDES = ("therapy", "control")
SMD = Measure(name="SMD", label="Standardised mean difference", unit="SD", sides=SIDES)
RESPONDERS = Measure(
    name="RR",
    label="Risk ratio of responders (log scale)",
    ratio=True,
    benefit_above=True,
    sides=SIDES,
)
NAMES = (
    "Berman",
    "Bromberg",
    "Carpenter",
    "Dear",
    "Hedborg",
    "Lorig",
    "O'Moore",
    "Ström",
    "Ruehlman",
)


def study(
    index: int,
    effect: float,
    se: float,
    *,
    weight: float | None,
    label: str | None = None,
    kind: Literal["inactive", "active"] = "inactive",
    n: int | None = 120,
    events: tuple[int, int] | None = None,
) -> StudyEffect:
    year = 2004 + index % 20
    return StudyEffect(
        study_id=f"trial-{index}",
        label=label or f"{NAMES[index % len(NAMES)]} {year}",
        year=year,
        comparator="waiting list" if kind == "inactive" else "active",
        comparator_kind=kind,
        effect=effect,
        variance=se**2,
        se=se,
        ci_low=effect - 1.96 * se,
        ci_high=effect + 1.96 * se,
        weight=weight,
        n_intervention=None if n is None else n // 2,
        n_control=None if n is None else n - n // 2,
        n_total=n,
        n_from=None if n is None else "row",
        events_intervention=events[0] if events else None,
        events_control=events[1] if events else None,
        instrument="BPI severity",
        weeks=8.0,
        variance_from="arm data",
        derivation="",
        row_ids=(f"row-{index}",),
        source_ids=("source",),
        in_baseline_review=year < 2014,
        verified=False,
        risk_of_bias=RiskOfBias(tool="RoB 2", overall=JUDGEMENTS[index % 5]),
        suspect=() if weight is not None else ("SE read as SD",),
    )


def pooled(
    k: int, estimate: float = -0.31, half_width: float = 0.12, *, model: str = "reml"
) -> PooledEffect:
    return PooledEffect(
        model=model,
        k=k,
        estimate=estimate,
        se=half_width / 2,
        interval=Interval(
            estimate - half_width, estimate + half_width, "hartung-knapp", df=float(k - 1)
        ),
        statistic=estimate / (half_width / 2),
        p=0.0004,
        weights=(100 / k,) * k,
        prediction=Interval(
            estimate - 3 * half_width, estimate + 3 * half_width, "t(k-2)", df=float(k - 2)
        )
        if k > 2
        else None,
        heterogeneity=Heterogeneity(
            q=17.31,
            df=k - 1,
            p=0.044,
            tau2=0.0213,
            tau2_interval=Interval(0.0, 0.09, "q-profile"),
            i2=43.6,
            i2_interval=Interval(0.0, 78.0, "q-profile"),
            h2=1.8,
            h2_interval=None,
            i2_q=42.2,
        ),
    )


def synthesis(
    studies: tuple[StudyEffect, ...],
    *,
    measure: Measure = SMD,
    primary: PooledEffect | None = None,
    comparisons: tuple[Comparison, ...] = (),
    smallest: float | None = 0.2,
    models: tuple[PooledEffect, ...] = (),
    question: tuple[str, str, str] = ("non-headache", "pain", "post"),
) -> Synthesis:
    taken = [s for s in studies if not s.suspect]
    known = [s.n_total for s in taken if s.n_total is not None]
    condition, outcome, timepoint = question
    return Synthesis(
        question=Question(condition=condition, outcome=outcome, timepoint=timepoint),
        title=f"{outcome.capitalize()}, {condition}, {timepoint}",
        measure=measure,
        smallest_important_difference=smallest,
        level=0.95,
        studies=studies,
        k=len(taken),
        n_total=sum(known) if known else None,
        n_unknown=len(taken) - len(known),
        primary=primary,
        headline_prediction=primary.prediction if primary and primary.k >= 10 else None,
        models=models,
        comparisons=comparisons,
        sensitivity=SensitivityAnalyses(),
        published=(),
        baseline_without_data=(),
        set_aside=(),
        sentences=Sentence(
            headline="", plain="", heterogeneity="", interval_rule="", forest_alt=""
        ),
        provenance=Provenance(data_fingerprint="", rows_read=0, rows_verified=0, versions={}),
    )


def many(
    k: int, *, suffix: str = "", active_from: int | None = None, suspect: bool = False
) -> Synthesis:
    """`k` pooled trials with spread effects and sizes; perhaps two groups and a suspect trial."""
    start = k if active_from is None else active_from
    shares = [0.5 + (i % 5) / 4 for i in range(k)]
    studies = tuple(
        study(
            i,
            -0.31 + 0.28 * math.sin(2.1 * i),
            0.1 + 0.05 * (i % 5),
            weight=100 * shares[i] / sum(shares),
            n=None if i % 7 == 6 else 60 + 170 * (i % 4),
            label=f"{NAMES[i % len(NAMES)]} {2004 + i % 20}{suffix}",
            kind="active" if i >= start else "inactive",
        )
        for i in range(k)
    )
    if suspect:
        studies = (*studies, study(6, -1.83, 0.14, weight=None, label="Chiauzzi 2010"))
    groups = (("inactive comparator", start), ("active comparator", k - start))
    comparisons = tuple(
        Comparison(
            name=name,
            description="",
            k=size,
            n_total=1204,
            study_ids=(),
            pooled=pooled(size, -0.36 if name.startswith("in") else -0.14, 0.15),
        )
        for name, size in groups
        if active_from is not None
    )
    return synthesis(studies, primary=pooled(k) if k > 1 else None, comparisons=comparisons)


def one_sided(k: int) -> Synthesis:
    """As `many`, but nothing bounds the pooled effect from below."""
    example = many(k)
    assert example.primary is not None
    interval = replace(example.primary.interval, low=None)
    return example.model_copy(update={"primary": replace(example.primary, interval=interval)})


def responders() -> Synthesis:
    """Risk ratios, one with an interval that runs over the axis on both sides."""
    data = ((28, 61, 14, 60), (19, 44, 9, 47), (2, 20, 1, 21), (51, 139, 40, 142))
    studies = tuple(
        study(
            i,
            -math.log((a / n1) / (c / n2)),
            math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2),
            weight=(30.0, 22.0, 4.0, 44.0)[i],
            n=n1 + n2,
            events=(a, c),
        )
        for i, (a, n1, c, n2) in enumerate(data)
    )
    return synthesis(
        studies, measure=RESPONDERS, primary=pooled(4, -0.49, 0.35), smallest=math.log(1.25)
    )


def with_sensitivity(example: Synthesis, **parts: object) -> Synthesis:
    """The example with these parts of its sensitivity analyses."""
    sensitivity = example.sensitivity.model_copy(update=parts)
    return example.model_copy(update={"sensitivity": sensitivity})


def with_funnel(
    example: Synthesis, contours: FunnelContours, filled: TrimAndFill | None = None
) -> Synthesis:
    """The example with what a funnel plot shows."""
    small_study = SmallStudyEffects(
        contours=contours,
        asymmetry=None,
        begg=None,
        trim_and_fill=filled,
        pet_peese=None,
        selection=None,
    )
    return with_sensitivity(example, small_study=small_study)
