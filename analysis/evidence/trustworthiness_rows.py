"""What people judged of the trustworthiness of a trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from analysis.evidence.risk_of_bias_tools import OVERALL
from analysis.evidence.trustworthiness_tool import DOMAINS, TOOL
from analysis.evidence.values import Assessor, OfTrial
from analysis.files.columns import column, matching, one_of

TrustWord = Literal["no concerns", "some concerns", "serious concerns"]


@dataclass(frozen=True, slots=True)
class TrustJudgement:
    """A row of trustworthiness.csv."""

    study_id: OfTrial = column("the trial", "trial-2017")
    domain: Annotated[str, one_of(*DOMAINS, OVERALL)] = column(
        "a domain of INSPECT-SR, or the overall judgement", "results"
    )
    judgement: TrustWord = column("the judgement, in the tool's words", "some concerns")
    checks: Annotated[
        str,
        matching(r"^(?:[1-4]\.\d{1,2}(?: [1-4]\.\d{1,2})*)?$", "numbers of checks, as 4.8 4.9"),
    ] = column(
        "the checks of the domain that raise the concern, by their numbers in the tool, with "
        "spaces between",
        "4.8 4.9",
    )
    support: str = column("what the judgement rests on", "a mean that whole scores cannot have")
    assessed_by: Assessor = column(
        "whose judgement it is: a person's, or that of the people behind a source; `consensus` "
        "settles what assessors differ on",
        "anna",
    )

    @property
    def tool(self) -> str:
        return TOOL

    @property
    def outcome(self) -> str:
        """Blank: a trial is judged as a whole, and so are all of its results."""
        return ""

    @property
    def timepoint(self) -> str:
        return ""
