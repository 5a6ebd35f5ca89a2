"""The reports of trials as PDF, where a person has them: in a folder that git ignores.

`_reports/<study>/<name>.pdf`, beside the data. Most may be read and not handed on.
"""

from __future__ import annotations

import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to
from analysis.desk.saving import save
from analysis.files.problems import ReviewError
from analysis.files.slugs import is_slug
from analysis.files.writing import write_atomically

FOLDER = "_reports"
BEGINS = b"%PDF-"
# The browser's own viewer, within pages of this desk and nowhere else.
POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
NO_PDF = "This is not a PDF, so nothing was kept."


def reports_here(data: Path, study_id: str) -> tuple[str, ...]:
    """The names of the reports of a study that are on this machine."""
    folder = _folder(data, study_id)
    found = folder.glob("*.pdf") if folder.is_dir() else ()
    return tuple(sorted(path.name for path in found if _is_pdf(path)))


def _folder(data: Path, study_id: str) -> Path:
    if not is_slug(study_id):
        raise HTTPException(404)
    return data.resolve().parent / FOLDER / study_id


def _is_pdf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(BEGINS)) == BEGINS


def report(request: Request) -> Response:
    """One report, for the browser's viewer."""
    data, study_id = desk_of(request).data, request.path_params["study"]
    name = request.path_params["name"]
    # The name is one of the list: no path is made of what was asked for.
    if name not in reports_here(data, study_id):
        raise HTTPException(404)
    return FileResponse(
        _folder(data, study_id) / name,
        media_type="application/pdf",
        content_disposition_type="inline",
        headers={"Content-Security-Policy": POLICY},
    )


def keep(request: Request) -> Response:
    """Keep a report that a person chose, beside the data and never in git."""
    who_of(request)
    study_id = request.path_params["study"]
    folder = _folder(desk_of(request).data, study_id)
    chosen = form_of(request).get("report")
    if chosen is None or isinstance(chosen, str) or not chosen.filename:
        raise ReviewError("Choose the PDF of the report first.")
    name, content = _plain(chosen.filename), chosen.file.read()
    if not content.startswith(BEGINS):
        raise ReviewError(NO_PDF)
    path = folder / f"{name}.pdf"
    if path.is_file() and path.read_bytes() != content:
        raise ReviewError(
            f"Another report is called {path.name} already: rename the file, and choose it again."
        )
    save(request, lambda: write_atomically(path, content), f"a report of {study_id}")
    tell(request, "The report stands beside the form. It stays on this machine.")
    return go_to(f"/extract/{study_id}")


def _plain(filename: str) -> str:
    """The name of a file in small letters, digits and hyphens, whatever it was called."""
    stem = filename.replace("\\", "/").rpartition("/")[2].casefold().removesuffix(".pdf")
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:80] or "report"


ROUTES = [
    Route("/extract/{study}/report/{name}", report, methods=["GET"]),
    Route("/extract/{study}/report", keep, methods=["POST"]),
]
