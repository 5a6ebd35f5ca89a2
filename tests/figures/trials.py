"""Example trials for the figures that show no effect: risk of bias, and the flow of studies."""

from __future__ import annotations

from analysis.evidence.flow import SourceYield
from analysis.evidence.participants import NOT_KNOWN, Average, Participants, Share
from analysis.figures.prisma_flow import Flow, Stream
from analysis.figures.risk_of_bias_plot import Assessment
from analysis.synthesis.risk_of_bias import DomainJudgement, Judgement, RiskOfBias

ROB2 = (
    "randomisation process",
    "deviations from intended interventions",
    "missing outcome data",
    "measurement of the outcome",
    "selection of the reported result",
)


def assessment(
    label: str,
    judgements: tuple[Judgement, ...],
    overall: Judgement,
    n: int | None,
    *,
    tool: str | None = "RoB 2",
    domains: tuple[str, ...] = ROB2,
) -> Assessment:
    found = tuple(
        DomainJudgement(domain=d, judgement=j) for d, j in zip(domains, judgements, strict=False)
    )
    return Assessment(label, RiskOfBias(tool=tool, overall=overall, domains=found), n)


TRIALS = (
    assessment("Friesen 2017", ("low", "low", "low", "high", "some concerns"), "high", 60),
    assessment("O'Moore 2018", ("low",) * 5, "low", 69),
    assessment("Carpenter 2012", ("low", "high", "some concerns"), "high", 141),
    assessment("Menga 2014", ("some concerns",) * 5, "some concerns", None),
)


DATABASES = Stream(
    identified=(("MEDLINE", 1203), ("Embase", 988), ("ClinicalTrials.gov", 77)),
    removed=(("Duplicates", 902),),
    screened=2140,
    excluded=2011,
    sought=129,
    not_retrieved=3,
    assessed=126,
    reports_excluded=(("Insufficient psychotherapeutic content", 41), ("Not randomised", 38)),
)


OTHER = Stream(
    identified=(("Open datasets", 31), ("Earlier reviews", None)),
    sought=60,
    not_retrieved=None,
    assessed=58,
    reports_excluded=(),
)


FLOW = Flow(
    previous_studies=15,
    previous_reports=None,
    databases=DATABASES,
    other=OTHER,
    new_studies=23,
    new_reports=25,
    awaiting_studies=16,
    total_studies=38,
    total_reports=None,
)


QUESTIONS = {
    "Headache": {"Pain after treatment": TRIALS[1:2]},
    "Non-headache chronic pain": {
        "Disability after treatment": TRIALS,
        "Satisfaction with treatment at follow-up": TRIALS[:2],
    },
}

YIELDS = (
    SourceYield("MEDLINE", "database", 412, 398, 121, 9, 2),
    SourceYield("Embase", "database", 531, 502, 204, 8, 1),
    SourceYield("ClinicalTrials.gov", "register", 44, 44, 30, 0, 0),
    SourceYield("citation searching", "other method", 12, 12, 5, 1, 1),
)

PARTICIPANTS = Participants(
    trials=14,
    people=2_331,
    unknown=2,
    women=Average(72.4, 48.0, 98.0, 9),
    age=None,
    shares={
        "country": tuple(Share(f"Country {n}", 1, 10 * n) for n in range(12, 0, -1)),
        "guidance": (Share("guided", 9, 1_204), Share(NOT_KNOWN, 5, 1_127)),
        "comparator": (Share("a control group with a name that does not fit", 14, 2_331),),
    },
)
