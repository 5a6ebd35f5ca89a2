"""Every figure as a picture that somebody has looked at.

`./review -m tests.figures.gallery FOLDER` draws them all; a picture that is right belongs in
`baseline/`, where `test_gallery` compares with it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from matplotlib.figure import Figure

from analysis.evidence.trial_states import State
from analysis.figures.baujat_plot import baujat_plot
from analysis.figures.cumulative_plot import cumulative_plot
from analysis.figures.evidence_map import MapRow, evidence_map
from analysis.figures.forest_plot import forest_plot
from analysis.figures.funnel_plot import funnel_plot
from analysis.figures.gosh_plot import gosh_plot
from analysis.figures.influence_plot import influence_plot
from analysis.figures.leave_one_out_plot import leave_one_out_plot
from analysis.figures.models_plot import models_plot
from analysis.figures.overview_plot import overview_plot
from analysis.figures.participants_plot import participants_plot
from analysis.figures.prisma_flow import prisma_flow
from analysis.figures.risk_of_bias_plot import question_bars, summary_bars, traffic_light
from analysis.figures.sensitivity_plot import sensitivity_plot
from analysis.figures.social_card import Answer, social_card
from analysis.figures.source_yield_plot import source_yield_plot
from tests.figures import analyses, examples, trials
from tests.figures.looking import picture

LONG = " and the Internet-delivered pain management programme investigators"
OUTCOMES = ("pain", "disability", "depression", "anxiety", "quality of life")


def _card() -> Figure:
    estimates = [examples.pooled(5, -0.55 + i / 10, 0.1 + i / 15) for i in range(len(OUTCOMES))]
    answers = [
        Answer(outcome, examples.many(5).model_copy(update={"primary": estimate}))
        for outcome, estimate in zip(OUTCOMES, estimates, strict=True)
    ]
    title = "Internet-delivered psychological therapies for chronic pain in adults"
    return social_card(title, "A living systematic review", "After treatment", answers)


def _map() -> Figure:
    states = tuple(State)
    rows = [MapRow("Hedman-Lagerlöf 2018", states[:3]), MapRow("Lin 2017", states[3:])]
    return evidence_map("At follow-up", ("Pain", "Satisfaction with it", "Anxiety"), rows)


PICTURES: Mapping[str, Callable[[], Figure]] = MappingProxyType(
    {
        "baujat": lambda: baujat_plot(analyses.influenced(examples.many(12))),
        "cumulative": lambda: cumulative_plot(analyses.probed(examples.many(6))),
        "evidence-map": _map,
        "forest-long-names": lambda: forest_plot(examples.many(2, suffix=LONG)),
        "forest-narrow": lambda: forest_plot(
            examples.many(5, active_from=3, suspect=True), narrow=True
        ),
        "forest-narrow-long-names": lambda: forest_plot(examples.many(2, suffix=LONG), narrow=True),
        "forest-of-one": lambda: forest_plot(examples.many(1)),
        "forest-of-hundreds": lambda: forest_plot(examples.many(300, suspect=True)),
        "forest-one-sided": lambda: forest_plot(examples.one_sided(2)),
        "forest-ratio": lambda: forest_plot(examples.responders()),
        "forest-subgroups": lambda: forest_plot(examples.many(5, active_from=3, suspect=True)),
        "funnel": lambda: funnel_plot(
            examples.with_funnel(examples.many(12), analyses.CONTOURS, analyses.FILLED)
        ),
        "gosh": lambda: gosh_plot(examples.many(10), analyses.subsets(10), split=5),
        "influence": lambda: influence_plot(analyses.influenced(examples.many(7))),
        "leave-one-out": lambda: leave_one_out_plot(analyses.probed(examples.many(6))),
        "models-narrow": lambda: models_plot(analyses.with_models(examples.many(12)), narrow=True),
        "models": lambda: models_plot(analyses.with_models(examples.many(12))),
        "overview": lambda: overview_plot(analyses.measured_alike()[0], analyses.LABELS),
        "overview-narrow": lambda: overview_plot(
            analyses.measured_alike()[0], analyses.LABELS, narrow=True
        ),
        "overview-ratio": lambda: overview_plot(analyses.measured_alike()[1], analyses.LABELS),
        "participants": lambda: participants_plot(trials.PARTICIPANTS),
        "prisma-flow": lambda: prisma_flow(trials.FLOW),
        "prisma-flow-not-searched": lambda: prisma_flow(replace(trials.FLOW, databases=None)),
        "question-bars": lambda: question_bars(trials.QUESTIONS),
        "sensitivity": lambda: sensitivity_plot(analyses.questions(), analyses.LABELS),
        "social-card": _card,
        "source-yield": lambda: source_yield_plot(trials.YIELDS),
        "summary-bars": lambda: summary_bars(trials.TRIALS),
        "traffic-light": lambda: traffic_light(trials.TRIALS),
    }
)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in PICTURES.items():
        (folder / f"{name}.png").write_bytes(picture(draw()))
    print(f"{len(PICTURES)} pictures in {folder}")


if __name__ == "__main__":
    main()
