"""Extraction at the desk: which trials there are, what one person has filled in, who has finished.

The forms are `extract_result.py` and `extract_trial.py`, what two settle `extract_settle.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk import (
    extract_harms,
    extract_reports,
    extract_result,
    extract_settle,
    extract_trial,
)
from analysis.desk.desk import desk_of, evidence_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.extract_fields import result_title
from analysis.desk.extract_sheet import own_folder, said_in_words
from analysis.desk.saving import save
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.slugs import is_slug
from analysis.files.tables import Row
from analysis.protocol import Protocol, load_protocol
from analysis.screening.extraction import read_sheets
from analysis.screening.extraction_history import rows_now
from analysis.screening.extraction_progress import progress
from analysis.screening.extraction_template import new_extraction
from analysis.screening.filling_in import add_result, finish, folders_of, is_finished, results_of
from analysis.screening.study_reports import reports_of


def trials(request: Request) -> Response:
    """Every trial to extract, and how far it has come."""
    who, data = who_of(request), desk_of(request).data
    found = progress(data, evidence_of(request), desk_of(request).sittings.screening())
    return page(
        request,
        "extract/trials.html",
        waiting=[trial for trial in found if trial.waits_for(who)],
        others=[trial for trial in found if not trial.waits_for(who)],
    )


def begin(request: Request) -> Response:
    """Begin a trial as the command does: the sheets, with what is known already."""
    who, data = who_of(request), desk_of(request).data
    study_id = str(form_of(request).get("study", "")).strip()
    if not is_slug(study_id):
        raise ReviewError("A trial is called in small letters, digits and hyphens: trial-2026.")
    if not (data / "extraction" / study_id / who).exists():

        def act() -> None:
            screening = desk_of(request).sittings.screening(wait=True)
            new_extraction(data, study_id, who, reports_of(screening, study_id))

        save(request, act, f"begin to extract {study_id}")
    return go_to(f"/extract/{study_id}")


@dataclass(frozen=True)
class Result:
    """A row for a result in the overview."""

    row_id: str
    title: str
    told: str


def trial(request: Request) -> Response:
    """What one person has filled in of a trial, and what is left to do."""
    return _overview(request)


def _overview(request: Request, status: int = 200, problems: tuple[str, ...] = ()) -> Response:
    data, folder = desk_of(request).data, own_folder(request)
    study_id = folder.parent.name
    sheets = read_sheets(folder)
    protocol = load_protocol(data / "protocol.yml")
    results = [(_result(protocol, row), filled) for row, filled in results_of(sheets)]
    others = [other for other in folders_of(data, study_id) if other != folder]
    return page(
        request,
        "extract/trial.html",
        status=status,
        study=study_id,
        label=sheets["studies"][0]["label"] or study_id,
        filled=[result for result, filled in results if filled],
        blank=[result for result, filled in results if not filled],
        outcomes=[(each.id, each.label) for each in protocol.outcomes],
        timepoints=[(each.id, each.label) for each in protocol.timepoints],
        # Without a condition no result has a question.
        begun=bool(sheets["studies"][0]["condition"]),
        finished=is_finished(folder),
        others=[(other.name, is_finished(other)) for other in others],
        reports=extract_reports.reports_here(data, study_id),
        problems=problems,
        in_evidence=study_id in rows_now(data, "studies"),
    )


def _result(protocol: Protocol, row: Row) -> Result:
    said = [row["instrument"], f"{row['weeks']} weeks" if row["weeks"] else "", row["contrast"]]
    return Result(row["row_id"], result_title(protocol, row), ", ".join(filter(None, said)))


def another_result(request: Request) -> Response:
    """A further row: of an outcome on another scale, or of other arms."""
    folder, form = own_folder(request), form_of(request)
    asked = str(form.get("outcome", "")), str(form.get("timepoint", ""))
    protocol = load_protocol(desk_of(request).data / "protocol.yml")
    outcomes, timepoints = (
        {each.id for each in protocol.outcomes},
        {each.id for each in protocol.timepoints},
    )
    if asked[0] not in outcomes or asked[1] not in timepoints:
        raise ReviewError("Choose an outcome and a time point of the protocol.")
    row_id = save(
        request,
        lambda: add_result(desk_of(request).data, folder, *asked),
        f"a further result of {folder.parent.name}",
    )
    return go_to(f"/extract/{folder.parent.name}/result/{row_id}")


def finished(request: Request) -> Response:
    """This person has read all: from now on the two may be compared."""
    data, folder = desk_of(request).data, own_folder(request)
    try:
        save(
            request, lambda: finish(data, folder), f"finish the extraction of {folder.parent.name}"
        )
    except EvidenceError as error:
        told = tuple(said_in_words(data, folder, error))
        return _overview(request, 422, told)
    tell(request, "Saved: you have finished this trial.")
    return go_to(f"/extract/{folder.parent.name}")


ROUTES = [
    Route("/extract", trials, methods=["GET"]),
    Route("/extract", begin, methods=["POST"]),
    Route("/extract/{study}", trial, methods=["GET"]),
    Route("/extract/{study}/result", another_result, methods=["POST"]),
    Route("/extract/{study}/finished", finished, methods=["POST"]),
    *extract_trial.ROUTES,
    *extract_result.ROUTES,
    *extract_settle.ROUTES,
    *extract_harms.ROUTES,
    *extract_reports.ROUTES,
]
