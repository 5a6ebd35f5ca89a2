"""What two extractors read, side by side once both have finished; what they agree on is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.extract_fields import labels, result_title
from analysis.desk.extract_sheet import said_in_words
from analysis.desk.saving import save
from analysis.files.problems import EvidenceError, Problem, ReviewError
from analysis.files.slugs import is_slug
from analysis.files.tables import Row
from analysis.formatting import counted, listed
from analysis.protocol import Protocol, load_protocol
from analysis.screening.acceptance import Acceptance, Kept, accept
from analysis.screening.extraction import BLANK, Difference, Rows, differences_of, read_sheets
from analysis.screening.extraction_history import KEYS, WHOLE_ROW
from analysis.screening.extraction_progress import EXTRACTORS, Settling, settle, settling
from analysis.screening.filling_in import folders_of, is_finished

FILES = {"studies": "the trial", "sources": "its report", "outcomes": "its results"}


@dataclass(frozen=True)
class Differing:
    """A difference as it is shown: both values, each with where and how the report says it."""

    found: Difference
    title: str
    field: str
    quotes: tuple[str, str]
    is_row: bool

    @property
    def settled(self) -> str:
        agreed = self.found.agreed
        return "left blank" if agreed == BLANK else agreed


def both(request: Request) -> Response:
    return _shown(request)


def _shown(request: Request, status: int = 200, problems: Sequence[str] = ()) -> Response:
    who_of(request)
    data, folders = desk_of(request).data, _compared(request)
    study_id = request.path_params["study"]
    try:
        found = settling(data, folders)
    except EvidenceError as error:
        told = [said for each in folders for said in said_in_words(data, each, error)]
        problems, status = [*problems, *dict.fromkeys(told)], 422
        found = Settling(*folders, ())
    sheets = [read_sheets(folder) for folder in (found.first, found.second)]
    protocol = load_protocol(data / "protocol.yml")
    return page(
        request,
        "extract/settle.html",
        status=status,
        study=study_id,
        label=sheets[0]["studies"][0]["label"] or study_id,
        query=_query(request),
        missing=[each.name for each in folders if not is_finished(each)],
        people=[found.first.name, found.second.name],
        differences=[_differing(protocol, sheets, each) for each in found.differences],
        open=len(found.open),
        can_accept=not (found.open or problems),
        problems=problems,
    )


def _compared(request: Request) -> tuple[Path, Path]:
    """The two who have finished; before that nobody is shown what another read.

    Who has finished may go on without waiting for one who has not, whom the address names.
    """
    study_id = request.path_params["study"]
    folders = folders_of(desk_of(request).data, study_id) if is_slug(study_id) else ()
    if not folders:
        raise HTTPException(404)
    done = tuple(folder for folder in folders if is_finished(folder))
    waiting = [folder.name for folder in folders if folder not in done]
    without = _without(request)
    if len(done) < EXTRACTORS and without in waiting and who_of(request) in [d.name for d in done]:
        return done[0], folders[0].with_name(without)
    if len(done) < EXTRACTORS:
        who = listed(waiting) if waiting else "a second person"
        have = "have" if len(waiting) > 1 else "has"
        raise ReviewError(
            f"What two people read is compared once both have finished: {who} {have} not."
        )
    return done[0], done[1]


def _without(request: Request) -> str:
    return request.query_params.get("without", "")


def _query(request: Request) -> str:
    """What an address needs to go on without waiting for somebody."""
    without = _without(request)
    return f"?{urlencode({'without': without})}" if without else ""


def _differing(protocol: Protocol, sheets: Sequence[Rows], found: Difference) -> Differing:
    rows = [_row(each, found) for each in sheets]
    present = next(row for row in rows if row is not None)
    title = result_title(protocol, present) if found.file == "outcomes" else FILES[found.file]
    field = labels(found.file).get(found.column, "the whole result")
    return Differing(
        found, title, field, (_quote(rows[0]), _quote(rows[1])), found.column == WHOLE_ROW
    )


def _row(sheets: Rows, found: Difference) -> Row | None:
    key = KEYS[found.file]
    return next((row for row in sheets[found.file] if row[key] == found.row), None)


def _quote(row: Row | None) -> str:
    """Where the report says it, in its own words, as far as the row has them."""
    cells: Mapping[str, str] = row.cells if row else {}
    quote = f"“{cells['quote']}”" if cells.get("quote") else ""
    return ", ".join(filter(None, (quote, cells.get("locator", ""))))


def agree(request: Request) -> Response:
    """Settle one difference: by one of the two values, or by a third with a reason."""
    who_of(request)
    data, form, folders = desk_of(request).data, form_of(request), _compared(request)
    place = tuple(str(form.get(name, "")) for name in ("file", "row", "column"))
    said = str(form.get("first", "")), str(form.get("second", ""))
    take, reason = str(form.get("take", "")), ""
    if take == "third":
        agreed, reason = str(form.get("third", "")).strip(), str(form.get("reason", "")).strip()
        if not agreed or not reason:
            told = "A third value needs the value and why it holds. Nothing was saved."
            return _shown(request, 422, [told])
    elif take in ("first", "second"):
        agreed = said[0 if take == "first" else 1] or BLANK
    else:
        raise HTTPException(400)
    try:
        save(
            request,
            lambda: settle(data, folders, place, said, agreed, reason),
            f"settle {place[1]}, {place[2]}",
        )
    except EvidenceError as error:
        return _shown(request, 422, [str(problem) for problem in error.problems])
    except ReviewError as error:
        return _shown(request, 409, [f"{error}. Nothing was saved."])
    return go_to(f"/extract/{folders[0].parent.name}/both{_query(request)}")


def take(request: Request) -> Response:
    """Take what the two agree on into the evidence, as the command does."""
    who_of(request)
    data, folders = desk_of(request).data, _compared(request)
    study_id = folders[0].parent.name

    def act() -> Acceptance:
        found = settling(data, folders)
        return accept(data, found.first, found.second)

    try:
        done = save(request, act, f"accept {study_id}")
    except EvidenceError as error:
        told = dict.fromkeys(_accept_problems(data, folders, error))
        return _shown(request, 422, list(told))
    for sentence in _accepted(done):
        tell(request, sentence)
    return go_to("/extract")


def _accept_problems(data: Path, folders: Sequence[Path], error: EvidenceError) -> list[str]:
    first = folders[0]
    differences = [p for p in error.problems if p.file == differences_of(first)]
    if differences:
        return [_open(problem) for problem in differences]
    return said_in_words(data, first, error)


def _open(problem: Problem) -> str:
    return f"{problem.column}: not settled yet" if problem.column else problem.message


def _accepted(done: Acceptance) -> list[str]:
    changed = [said for name, said in FILES.items() if name in {p.stem for p in done.changed}]
    what = f"Taken into the evidence: {listed(changed)}." if changed else "Nothing was new."
    more = f" {counted(len(done.added), 'row')} came in." if done.added else ""
    return [what + more, *map(_kept, done.kept)]


def _kept(kept: Kept) -> str:
    why = "It was corrected since" if kept.corrected else "It was entered in another way"
    field = labels(kept.file).get(kept.column, "the whole row")
    return (
        f"{kept.row}, {field}: the evidence says {kept.evidence or BLANK}, the two "
        f"{kept.sheets or BLANK}. {why}, and stays as it is."
    )


ROUTES = [
    Route("/extract/{study}/both", both, methods=["GET"]),
    Route("/extract/{study}/both", agree, methods=["POST"]),
    Route("/extract/{study}/accept", take, methods=["POST"]),
]
