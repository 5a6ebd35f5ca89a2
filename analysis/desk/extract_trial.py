"""The form of a trial: what is cited, who took part, what was compared."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, form_of, tell
from analysis.desk.desk_page import go_to, page
from analysis.desk.extract_fields import Sheet, in_words, trial_groups, typed_cells
from analysis.desk.extract_reports import reports_here
from analysis.desk.extract_sheet import Stale, Typed, own_folder, save_typed, seen_rows
from analysis.files.tables import Row
from analysis.protocol import load_protocol
from analysis.screening.extraction import Rows, own_columns, read_sheets
from analysis.screening.extraction_history import KEYS
from analysis.screening.filling_in import with_cells
from analysis.screening.row_preview import problems_of

# The two sheets that have one row each, and how the names of their fields begin.
PREFIXES = {"studies": "study.", "sources": "source."}


def trial(request: Request) -> Response:
    sheets = read_sheets(own_folder(request))
    return _shown(request, sheets, _rows(sheets))


def keep(request: Request) -> Response:
    """Save both rows, however far they are filled in."""
    folder, form = own_folder(request), form_of(request)
    there = _rows(read_sheets(folder))
    own = own_columns(desk_of(request).data)
    cells = {name: typed_cells(form, name, prefix, own) for name, prefix in PREFIXES.items()}
    typed = Typed({(name, there[name][KEYS[name]]): cells[name] for name in PREFIXES})
    study_id = folder.parent.name
    try:
        told = save_typed(request, folder, form, typed, f"fill in the trial {study_id}")
    except Stale as stale:
        new = {name: with_cells(name, row, cells[name], own) for name, row in there.items()}
        return _shown(request, read_sheets(folder), new, there, stale)
    tell(request, told)
    return go_to(f"/extract/{study_id}" + ("" if form.get("then") == "trial" else "/trial"))


def _rows(sheets: Rows) -> dict[str, Row]:
    return {name: sheets[name][0] for name in PREFIXES}


def _shown(
    request: Request,
    sheets: Rows,
    rows: dict[str, Row],
    there: dict[str, Row] | None = None,
    stale: Stale | None = None,
) -> Response:
    data, folder = desk_of(request).data, own_folder(request)
    protocol = load_protocol(data / "protocol.yml")
    shown = {}
    for name, row in rows.items():
        new = {**sheets, **{each: [rows[each]] for each in PREFIXES}}
        problems, _ = problems_of(data, folder, new, name, row)
        meanwhile = {
            column: said
            for (sheet, _, column), said in (stale.meanwhile if stale else {}).items()
            if sheet == name
        }
        shown[name] = Sheet(protocol, name, row.cells, problems, meanwhile, {}, PREFIXES[name])
    return page(
        request,
        "extract/study.html",
        status=409 if stale else 200,
        study=folder.parent.name,
        label=rows["studies"]["label"] or folder.parent.name,
        groups=trial_groups(shown["studies"], shown["sources"]),
        seen=seen_rows(list((there or rows).values())),
        stale=stale,
        problems=[
            in_words(said, row.cells)
            for name, row in rows.items()
            for said in shown[name].problems.get("", ())
        ],
        reports=reports_here(data, folder.parent.name),
    )


ROUTES = [
    Route("/extract/{study}/trial", trial, methods=["GET"]),
    Route("/extract/{study}/trial", keep, methods=["POST"]),
]
