"""The evidence: every column of the data files, declared once, and their rows as frozen objects.

A blank number is None, a blank text is "".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from analysis.evidence.checklist_rows import ChecklistItem
from analysis.evidence.measured_rows import Measured
from analysis.evidence.notice_rows import Notice, Snapshot
from analysis.evidence.outcome_row import OutcomeRow
from analysis.evidence.trustworthiness_rows import TrustJudgement
from analysis.evidence.values import (
    AnyOutcome,
    AnyTimepoint,
    Assessor,
    ComparatorName,
    ConditionId,
    Country,
    Day,
    DayOrNone,
    Doi,
    Domain,
    Fingerprint,
    FormerNames,
    MeasureId,
    OfSource,
    OfTrial,
    OutcomeId,
    PersonOrNone,
    PubMedNumber,
    SignallingAnswers,
    TimepointId,
    Tool,
    Url,
    YesNo,
)
from analysis.evidence.worked_out import WorkedOutOnce
from analysis.files.columns import (
    WHOLE,
    Count,
    Filled,
    KeyOf,
    Listed,
    NameOfPerson,
    Positive,
    Slug,
    between,
    column,
)
from analysis.formatting import counted
from analysis.protocol import Protocol

JudgementWord = Literal["low", "some concerns", "unclear", "high"]
CertaintyDomain = Literal[
    "risk of bias", "inconsistency", "imprecision", "indirectness", "publication bias"
]
IntegrityCheck = Literal[
    "SE read as SD",
    "equals baseline",
    "outside range",
    "n above randomised",
    "events above n",
    "effect and interval",
    "sources disagree",
    "directions conflict",
    "exact zero",
    "small arm",
    "duplicate report",
    "implausible size",
    "measured late",
    "level of the interval",
    "scale of the ratio",
    "retracted or questioned",
    "baseline imbalance",
    "test and numbers",
    "not whole scores",
    "copied numbers",
    "decimal shift",
    "trial facts",
    "measured early",
]


@dataclass(frozen=True, slots=True)
class Trial:
    """A row of studies.csv."""

    study_id: Slug = column("name of the trial in every file", "trial-2013", unique=True)
    label: Filled = column("the trial as it is cited", "Trial 2013", unique=True)
    status: Literal["included", "excluded", "awaiting"] = column(
        "whether the trial is part of the review", "included"
    )
    reason: str = column(
        "the criterion that the trial fails, or what is missing; blank where it is included, "
        "or why it is",
        "outcome data not yet extracted",
    )
    in_baseline_review: YesNo = column("whether the baseline review included the trial", "yes")
    baseline_basis: Literal["", "confirmed", "presumed"] = column(
        "confirmed: seen in the baseline review's own pages or data; presumed: fits its "
        "description, not seen",
        "confirmed",
    )
    condition: ConditionId = column("the condition of those who took part", "insomnia")
    diagnosis: str = column("the diagnosis, as the report words it", "insomnia disorder by DSM-5")
    country: Country = column("where the trial took place", "SE")
    therapy: str = column("the kind of intervention", "drug A")
    programme: str = column("name of the programme or product", "Product X")
    target: str = column("what the intervention is directed at", "sleep")
    guidance: Literal["", "guided", "unguided"] = column(
        "whether a person guided the intervention", "guided"
    )
    duration_weeks: Positive = column("length of the intervention in weeks", "8")
    comparator: ComparatorName = column("the kind of control group", "placebo")
    comparator_detail: str = column(
        "the control group, as the report words it", "capsules without the active substance"
    )
    n_randomised_intervention: Count = column("participants randomised to the intervention", "30")
    n_randomised_control: Count = column("participants randomised to the control group", "28")
    n_randomised_total: Count = column("participants randomised, in all arms", "58")
    n_analysed_total: Count = column("participants analysed, in all arms", "52")
    percent_women: Annotated[float | None, between(0, 100)] = column(
        "women among the participants, per cent", "83"
    )
    mean_age: Annotated[float | None, between(0, 120)] = column(
        "mean age of the participants in years", "44.9"
    )
    year: Annotated[float, between(1900, 2100), WHOLE] = column("year of publication", "2013")
    title: str = column(
        "title of the main report",
        "Drug A for insomnia: a randomised controlled trial",
    )
    journal: str = column("the journal, or where else it was published", "Sleep")
    citation: str = column("volume, issue and pages of the main report", "10(1):68-79")
    doi: Doi = column("DOI of the main report, without the address", "10.1000/182")
    pmid: PubMedNumber = column("number of the main report in PubMed", "22413151")
    registration: str = column("number of the trial in a register", "NCT00398255")
    other_reports: str = column(
        "companion papers and errata",
        "Erratum: Sleep 2021;44(6):976",
    )
    indirectness: str = column(
        "why the trial is not quite the review's question; blank where it is",
        "recruited from age 14",
    )
    former_ids: FormerNames = column(
        "names that the trial had in former versions, with spaces between; written by "
        "`./review rename study`",
        "trial-2012",
        default="",
        remark=True,
    )
    classified_by: PersonOrNone = column(
        "the person who decided whether a trial that had waited is part of the review; written "
        "by `./review classify`",
        "anna",
        default="",
        remark=True,
    )
    classified_on: DayOrNone = column("the day of it", "2026-12-01", default="", remark=True)
    waited_for: str = column(
        "what the trial had waited for until then: its `reason` before",
        "full report not yet obtained",
        default="",
        remark=True,
    )

    @property
    def in_baseline(self) -> bool:
        return self.in_baseline_review == "yes"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A row of risk_of_bias.csv."""

    study_id: OfTrial = column("the trial", "trial-2017")
    tool: Tool = column("the tool for risk of bias", "RoB 2")
    domain: Domain = column(
        "a domain of that tool, or its overall judgement", "randomisation process"
    )
    judgement: JudgementWord = column("the judgement, in the tool's words", "low")
    support: str = column("what the judgement rests on", "self-reported outcome")
    assessed_by: Assessor = column(
        "whose judgement it is: a person's, or that of the people behind a source; `consensus` "
        "settles what assessors differ on",
        "review-2022",
    )
    outcome: AnyOutcome = column(
        "the outcome whose result is judged; blank: all of the trial", "mood", default=""
    )
    timepoint: AnyTimepoint = column(
        "the time point of that result; blank: all of the outcome", "post", default=""
    )
    answers: SignallingAnswers = column(
        "answers to the signalling questions of that domain of RoB 2, by number; blank where they "
        "were not kept",
        "1.1 Y 1.2 Y 1.3 N",
        default="",
    )


@dataclass(frozen=True, slots=True)
class Published:
    """A row of published.csv: a pooled result that a review printed."""

    review: OfSource = column("the review", "review-2022")
    condition: Annotated[str, Listed("conditions", "a condition of the protocol", ("all",))] = (
        column("the condition that the review pooled, or all together", "insomnia")
    )
    outcome: OutcomeId = column("the outcome", "mood")
    timepoint: TimepointId = column("the time point", "post")
    measure: MeasureId = column("the measure", "SMD")
    estimate: float = column("the estimate as printed", "-0.65")
    ci_low: float = column("lower limit of the interval as printed", "-0.91")
    ci_high: float = column("upper limit of the interval as printed", "-0.39")
    k: Count = column("trials pooled", "3")
    favours_intervention_when: Literal["negative", "positive", "above 1", "below 1"] = column(
        "on which side the estimate favours the intervention", "negative"
    )
    verified: YesNo = column("whether it was checked against the review itself", "no")
    note: str = column("what else to know", "transcribed from the published abstract")


@dataclass(frozen=True, slots=True)
class Source:
    """A row of sources.csv."""

    source_id: Slug = column("name of the source in every file", "review-2022", unique=True)
    kind: Filled = column(
        "what the source is; all but a `trial report` are secondary: they tell what others read",
        "dataset",
    )
    citation: Filled = column("citation of the source", "Dataset of trials, version 1")
    url: Url = column("address of the source", "https://doi.org/10.1000/182")
    licence: str = column("licence of the source, where we know it", "ODC-BY 1.0")
    note: str = column("what else to know", "trial data extracted by two researchers")
    review_trials: Count = column(
        "trials that a review of the same subject included; blank for other sources",
        "32",
        default=None,
    )
    review_participants: Count = column("participants of these trials", "4924", default=None)
    review_question: str = column(
        "how the question of that review differs from this one's",
        "children are left out",
        default="",
    )

    @property
    def counted(self) -> str:
        """`32 trials with 4,924 participants`, as far as a review counts them; blank without."""
        if self.review_trials is None:
            return ""
        trials = counted(round(self.review_trials), "trial")
        if self.review_participants is None:
            return trials
        return f"{trials} with {counted(round(self.review_participants), 'participant')}"

    @property
    def secondary(self) -> bool:
        """Whether it tells what others read in the report of a trial."""
        return self.kind != "trial report"


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of certainty.csv: how many levels a person takes off for one GRADE domain, and why."""

    condition: ConditionId = column("condition of the question", "insomnia")
    outcome: OutcomeId = column("outcome of the question", "mood")
    timepoint: TimepointId = column("time point of the question", "post")
    domain: CertaintyDomain = column("the GRADE domain decided on", "imprecision")
    levels: Annotated[float, between(0, 3), WHOLE] = column("levels taken off", "1")
    reason: Filled = column("why", "the interval includes no difference")
    decided_by: Annotated[Filled, NameOfPerson()] = column("the person who decided", "A. Person")
    date: Day = column("the day of the decision", "2026-11-23")


@dataclass(frozen=True, slots=True)
class Ruling:
    """A row of integrity.csv: what a person decided about a finding; no row_id means all rows.

    `fingerprint` stands for the numbers ruled on; once they change the ruling no longer counts.
    """

    check: IntegrityCheck = column(
        "the check, as the page on data integrity names it", "exact zero"
    )
    study_id: OfTrial = column("the trial", "trial-2004")
    row_id: Annotated[str, KeyOf("outcomes", "row_id")] = column(
        "the row; blank for every finding of that check on the trial",
        "trial-2004.mood.post.1",
    )
    fingerprint: Fingerprint = column(
        "the numbers ruled on; blank until `./review check` has said what to write",
        "0123abcd",
        default="",
    )
    ruling: Literal["accept", "exclude"] = column(
        "the number is right and its row is pooled, or it is wrong and its row stays out", "accept"
    )
    reason: Filled = column("why", "the report gives it in table 2")
    decided_by: Annotated[Filled, NameOfPerson()] = column("the person who ruled", "A. Person")
    date: Day = column("the day of the ruling", "2026-11-23")


@dataclass(frozen=True, slots=True)
class AcceptabilityRow:
    """A row of acceptability.csv: what the source says, in its words and in numbers."""

    study_id: OfTrial = column("the trial", "trial-2017")
    what: Literal["attrition", "adherence", "participation", "satisfaction", "harms"] = column(
        "what the row is about", "attrition"
    )
    arm: Filled = column("intervention, control, both, or the arm's name", "intervention")
    n: str = column("participants that the row is about", "30")
    value: str = column("what the source says", "26")
    unit: str = column("what the value counts; `statement` where it is words", "participants")
    source_id: OfSource = column("where the row was read", "trial-reports")
    note: str = column("what else to know", "completed")
    side: Literal["", "intervention", "control", "both"] = column(
        "whose numbers these are: of one side of the comparison, or of both together; blank: the "
        "row is shown in words only",
        "intervention",
        default="",
    )
    event: str = column(
        "what was counted, in the same words for each arm: what has the same words is compared",
        "any symptom since the start of the study",
        default="",
    )
    events: Count = column("participants who had it", "12", default=None)
    total: Count = column("participants who were asked", "50", default=None)
    percent: Annotated[float | None, between(0, 100)] = column(
        "share of those asked who had it, per cent, as printed", "24", default=None
    )


Sharing = Literal["shared", "split", "several", "separate"]


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """A row of contrasts.csv: how the contrasts of a trial share people in one source."""

    study_id: OfTrial = column("a trial with several contrasts", "trial-2018")
    source_id: OfSource = column("the source of their numbers", "review-2022")
    control_group: Sharing = column(
        "shared: each contrast was computed against the whole control group, so their effects "
        "are correlated; split: each got its own part of it, so they are not; several: one "
        "intervention group against several control groups; separate: groups of people that "
        "have nobody in common, such as women and men",
        "shared",
    )
    basis: Filled = column("the arithmetic that shows it", "the printed standard errors")


@dataclass(frozen=True)
class Evidence(WorkedOutOnce):
    """The validated evidence: every file's rows, in file order, and the protocol."""

    folder: Path
    protocol: Protocol
    trials: Mapping[str, Trial]
    outcomes: tuple[OutcomeRow, ...]
    measured: tuple[Measured, ...]
    trustworthiness: tuple[TrustJudgement, ...]
    risk_of_bias: tuple[Judgement, ...]
    acceptability: tuple[AcceptabilityRow, ...]
    published: tuple[Published, ...]
    decisions: tuple[Decision, ...]
    rulings: tuple[Ruling, ...]
    control_groups: tuple[ControlGroup, ...]
    checklists: tuple[ChecklistItem, ...]
    sources: Mapping[str, Source]
    notices: tuple[Notice, ...]
    snapshots: tuple[Snapshot, ...]

    @property
    def included(self) -> list[Trial]:
        """The included trials, in file order."""
        return [trial for trial in self.trials.values() if trial.status == "included"]

    def sharing(self, study_id: str, source_id: str) -> Sharing | None:
        """How the contrasts of a trial share people in that source, where it is known."""
        for row in self.control_groups:
            if (row.study_id, row.source_id) == (study_id, source_id):
                return row.control_group
        return None
