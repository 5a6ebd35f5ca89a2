"""What a trial reports besides its results: harms, satisfaction, adherence, drop-out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, evidence_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.extract_fields import Field, Group, in_words, label_of
from analysis.desk.extract_reports import reports_here
from analysis.desk.saving import SEEN, save, seen
from analysis.evidence.rows import Evidence
from analysis.files.problems import EvidenceError, ReviewError
from analysis.screening.reported_harms import (
    TRIAL,
    add_harms,
    asked,
    correct_harms,
    reported_harms,
)

Cells = Mapping[str, str]


def harms(request: Request) -> Response:
    who_of(request)
    return _shown(request, _in_evidence(request))


def keep(request: Request) -> Response:
    """Add a row, or correct the one that the form was made from."""
    who_of(request)
    evidence, form = _in_evidence(request), form_of(request)
    data, study_id = desk_of(request).data, request.path_params["study"]
    cells = {column.name: str(form.get(column.name, "")) for column in asked()} | {TRIAL: study_id}
    try:
        if SEEN in form:
            before = _the_one(reported_harms(data, study_id), form)
            save(
                request, lambda: correct_harms(data, before, cells), f"correct harms of {study_id}"
            )
        else:
            save(request, lambda: add_harms(data, cells), f"add harms of {study_id}")
    except EvidenceError as error:
        problems = {problem.column or "": problem.message for problem in error.problems}
        return _shown(request, evidence, 422, cells, problems, form)
    except ReviewError as error:
        return _shown(request, evidence, 409, cells, {"": str(error)}, form)
    tell(request, "Saved.")
    return go_to(f"/extract/{study_id}/harms")


def _in_evidence(request: Request) -> Evidence:
    evidence = evidence_of(request)
    study_id = request.path_params["study"]
    if study_id not in evidence.trials:
        raise HTTPException(404)
    return evidence


def _the_one(rows: Sequence[Cells], form: FormData) -> Cells:
    found = next((row for row in rows if seen(*row.values()) == form[SEEN]), None)
    if found is None:
        raise ReviewError("this row was changed meanwhile: nothing was saved")
    return found


def _shown(
    request: Request,
    evidence: Evidence,
    status: int = 200,
    typed: Cells | None = None,
    problems: Mapping[str, str] | None = None,
    form: FormData | None = None,
) -> Response:
    """The rows of the trial, each as a form; what was typed and not saved stays in its own."""
    data, study_id = desk_of(request).data, request.path_params["study"]
    sources = tuple((each.source_id, each.citation) for each in evidence.sources.values())
    own = str(form.get(SEEN, "")) if form else ""
    rows = []
    for number, row in enumerate(reported_harms(data, study_id)):
        mark = seen(*row.values())
        is_typed = typed is not None and mark == own
        cells = typed if typed is not None and is_typed else row
        said = problems or {} if is_typed else {}
        rows.append((_title(row), mark, _group(cells, said, sources, f"{number}-"), is_typed))
    here = any(is_typed for *_, is_typed in rows)
    blank = {column.name: "" for column in asked()}
    fresh = (blank, {}) if typed is None or here else (typed, problems or {})
    return page(
        request,
        "extract/harms.html",
        status=status,
        study=study_id,
        label=evidence.trials[study_id].label,
        rows=rows,
        fresh=_group(*fresh, sources, "new-"),
        told=in_words((problems or {}).get("", ""), {}),
        reports=reports_here(data, study_id),
    )


def _title(row: Cells) -> str:
    what = row["event"] or row["note"] or row["value"]
    return ": ".join(filter(None, (f"{row['what']}, {row['arm']}", what)))


def _group(
    cells: Cells, problems: Mapping[str, str], sources: tuple[tuple[str, str], ...], prefix: str
) -> Group:
    fields = []
    for column in asked():
        if column.name == TRIAL:
            continue
        label, more = label_of(column)
        words = column.choices({})
        options = sources if column.name == "source_id" else tuple((w, w) for w in words)
        if options and not (cells[column.name] and not column.may_be_blank):
            options = (("", "not said" if column.may_be_blank else "choose"), *options)
        said = in_words(problems.get(column.name, ""), {})
        fields.append(
            Field(
                column.name,
                label,
                cells[column.name],
                "; ".join(filter(None, (more, "" if options else f"for example {column.example}"))),
                options,
                is_number=column.is_number,
                problems=(said,) if said else (),
                id=prefix + column.name,
            )
        )
    return Group("", tuple(fields))


ROUTES = [
    Route("/extract/{study}/harms", harms, methods=["GET"]),
    Route("/extract/{study}/harms", keep, methods=["POST"]),
]
