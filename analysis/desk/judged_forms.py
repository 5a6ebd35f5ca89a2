"""What the pages of judging share: the evidence as it is, a trial's name, what a form says."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request

from analysis.evidence.rows import Evidence, Trial
from analysis.files.problems import EvidenceError, ReviewError, short


def trial_of(evidence: Evidence, request: Request) -> Trial:
    """The trial that the address names; ReviewError for none."""
    study_id = str(request.path_params["study"])
    if study_id not in evidence.trials:
        raise ReviewError(f"This review has no trial called {short(study_id)}.")
    return evidence.trials[study_id]


def said(form: FormData, name: str) -> str:
    """A field as text; blank where it is missing, or is a file."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def result_label(evidence: Evidence, outcome: str, timepoint: str) -> str:
    """What is judged of a trial, in words; ReviewError for what the protocol does not ask."""
    try:
        named = evidence.protocol.outcome(outcome).label if outcome else ""
        when = evidence.protocol.timepoint(timepoint).label if timepoint else ""
    except KeyError as error:
        raise ReviewError(f"{error.args[0]}.") from None
    return " ".join(filter(None, (named, when))) or "the trial as a whole"


def report_of(trial: Trial) -> dict[str, str]:
    """Where the report of a trial is to be had."""
    cited = ". ".join(filter(None, (trial.title, trial.journal, trial.citation)))
    return {"cited": cited, "address": f"https://doi.org/{trial.doi}" if trial.doi else ""}


def why_not(error: ReviewError) -> tuple[str, str]:
    """The column that is wrong, blank for none, and the sentence for whoever filled in a form."""
    if isinstance(error, EvidenceError):
        first = error.problems[0]
        return first.column or "", first.message
    return "", str(error)
