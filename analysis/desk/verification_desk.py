"""The desk's verification: the numbers of a trial's rows held against its report, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, evidence_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.judged_forms import (
    report_of,
    result_label,
    said,
    trial_of,
    why_not,
)
from analysis.desk.saving import is_as_seen, save, seen
from analysis.evidence.outcome_row import OutcomeRow
from analysis.evidence.rows import Evidence, Trial
from analysis.evidence.verification import (
    COLUMNS,
    NOT_SEEN,
    changed_since_seen,
    is_verified,
    numbers_seen,
)
from analysis.files.clock import today
from analysis.files.columns import columns
from analysis.files.problems import ReviewError, short
from analysis.formatting import MINUS, sentence_case
from analysis.screening.verifying import (
    hold_against_report,
    numbers_of,
    rows_of_trial,
    take_back,
    verify,
)

MATCHES, DIFFERS, NOT_FOUND = "matches", "differs", "not found"
ANSWERS = (MATCHES, DIFFERS, NOT_FOUND)
COLUMNS_BY_NAME = {column.name: column for column in columns(OutcomeRow)}


@dataclass(frozen=True)
class Number:
    """A number of the row on the page: what the file says, and what the person said of it."""

    name: str
    cell: str
    answer: str = ""
    report: str = ""
    problem: str = ""

    @property
    def read(self) -> tuple[str, str]:
        return as_read(self.name, self.cell)


def as_read(name: str, cell: str) -> tuple[str, str]:
    """What a cell means and says, for a reader; without what to do where it is blank."""
    column = COLUMNS_BY_NAME[name]
    meaning = sentence_case(column.meaning.partition(";")[0].replace("`", ""))
    return meaning, cell.replace("-", MINUS) if column.is_number else cell


def held(row: OutcomeRow) -> Mapping[str, str]:
    """The numbers that somebody can find in a report."""
    return {name: cell for name, cell in numbers_of(row).items() if name not in NOT_SEEN}


def called(evidence: Evidence, row: OutcomeRow) -> str:
    """A row as a person knows it: what was measured, when, with what, and in whom."""
    label = sentence_case(result_label(evidence, row.outcome, row.timepoint))
    return ", ".join(filter(None, (label, row.instrument, row.contrast)))


def stands(row: OutcomeRow) -> tuple[str, ...]:
    """What a form about the row would overwrite."""
    return numbers_seen(row), *(getattr(row, name) for name in COLUMNS)


def look(request: Request) -> Response:
    """A row that waits, or the one that is asked for."""
    who_of(request)
    evidence = evidence_of(request)
    trial = trial_of(evidence, request)
    rows = rows_of_trial(evidence, trial.study_id)
    asked = request.query_params.get("row", "")
    row = _row(rows, asked) if asked else next((r for r in rows if not is_verified(r)), None)
    numbers = [Number(name, cell) for name, cell in held(row).items()] if row else []
    return _show(request, evidence, trial, row, numbers)


def answer(request: Request) -> Response:
    """What the person said of each number of a row, kept; then the next row."""
    who = who_of(request)
    form = form_of(request)
    evidence = evidence_of(request)
    trial = trial_of(evidence, request)
    row = _row(rows_of_trial(evidence, trial.study_id), said(form, "row"))
    data, here = desk_of(request).data, f"/judge/verify/{trial.study_id}"
    if said(form, "act") == "take back":
        if not is_as_seen(form, *stands(row)):
            raise ReviewError(f"{called(evidence, row)}: {_state(row)} by now. Nothing was done.")
        save(request, lambda: take_back(data, [row]), f"verification of {row.row_id} back")
        tell(request, f"Nobody has verified {called(evidence, row)} any more.")
        return go_to(f"{here}?row={row.row_id}")
    numbers = list(_said_of_each(form, row))
    if not is_as_seen(form, *stands(row)):
        agreed = said(form, "act") == "all" or all(each.answer == MATCHES for each in numbers)
        if agreed and is_verified(row) and row.verified_by == who and not _changed(form, row):
            return go_to(here)  # sent twice
        problem = _what_changed(form, row)
        return _show(request, evidence, trial, row, numbers, problem, status=422)
    if said(form, "act") == "all":
        save(request, lambda: verify(data, [row], who, today()), f"verify {row.row_id}")
        return go_to(here)
    if any(number.problem for number in numbers):
        problem = "Nothing was saved: a number below still needs an answer."
        return _show(request, evidence, trial, row, numbers, problem, status=422)
    differs = {each.name: each.report for each in numbers if each.answer == DIFFERS}
    missing = [each.name for each in numbers if each.answer == NOT_FOUND]
    try:
        save(
            request,
            lambda: hold_against_report(data, row, who, today(), differs, missing),
            f"verify {row.row_id}",
        )
    except ReviewError as error:
        column, sentence = why_not(error)
        told = [_with_problem(each, sentence) if each.name == column else each for each in numbers]
        return _show(request, evidence, trial, row, told, sentence, status=422)
    if missing:
        tell(request, f"{called(evidence, row)} stays to be verified: its note says what is not "
             "in the report.")  # fmt: skip
        return go_to(f"{here}{_after(evidence, trial, row)}")
    return go_to(here)


def _with_problem(number: Number, sentence: str) -> Number:
    return Number(number.name, number.cell, number.answer, number.report, sentence)


def _said_of_each(form: FormData, row: OutcomeRow) -> Iterator[Number]:
    """What the form says of each number; where that is no answer, with what is wrong."""
    for name, cell in held(row).items():
        given, report = said(form, f"answer.{name}"), said(form, f"report.{name}")
        was = said(form, f"was.{name}")
        if given not in ANSWERS:
            problem = "Does the report say this?"
        elif given == DIFFERS and not report:
            problem = "What does the report say?"
        elif was != cell:
            problem = f"This was {was or 'blank'} when you looked; it is {cell} by now."
            given = ""
        else:
            problem = ""
        yield Number(name, cell, given, report, problem)


def _changed(form: FormData, row: OutcomeRow) -> bool:
    """Whether a number is another than when the form was made."""
    return any(said(form, f"was.{name}") != cell for name, cell in held(row).items())


def _what_changed(form: FormData, row: OutcomeRow) -> str:
    if not _changed(form, row) and row.verified_by:
        who = f"{row.verified_by} has verified this row meanwhile, on {row.verified_on}."
        return f"Nothing was saved: {who} Save again to stand for it yourself."
    return "Nothing was saved: the row has changed while you looked at it. Look again at it."


def _row(rows: tuple[OutcomeRow, ...], row_id: str) -> OutcomeRow:
    for row in rows:
        if row.row_id == row_id:
            return row
    raise ReviewError(f"{rows[0].study_id} has no row called {short(row_id)}.")


def _after(evidence: Evidence, trial: Trial, row: OutcomeRow) -> str:
    """The row that waits behind this one, as the address asks for it."""
    rows = rows_of_trial(evidence, trial.study_id)
    place = rows.index(row) + 1
    waiting = (each for each in (*rows[place:], *rows[:place]) if not is_verified(each))
    return f"?row={next(waiting, row).row_id}"


def _show(
    request: Request,
    evidence: Evidence,
    trial: Trial,
    row: OutcomeRow | None,
    numbers: list[Number],
    problem: str = "",
    status: int = 200,
) -> Response:
    rows = rows_of_trial(evidence, trial.study_id)
    return page(
        request,
        "judge/verify.html",
        status=status,
        trial=trial,
        report=report_of(trial),
        row=row,
        called=called(evidence, row) if row else "",
        source=evidence.sources[row.source_id] if row else None,
        numbers=numbers,
        answers=ANSWERS,
        problem=problem,
        seen=seen(*stands(row)) if row else "",
        following=_after(evidence, trial, row) if row else "",
        rows=[(each, called(evidence, each), _state(each), seen(*stands(each))) for each in rows],
        done=sum(map(is_verified, rows)),
    )


def _state(row: OutcomeRow) -> str:
    by = f"{row.verified_by} on {row.verified_on}" if row.verified_by else "somebody unnamed"
    if changed_since_seen(row):
        return f"changed since {by} saw it"
    return f"seen by {by}" if is_verified(row) else "waits"


ROUTES = [
    Route("/judge/verify/{study}", look, methods=["GET"]),
    Route("/judge/verify/{study}", answer, methods=["POST"]),
]
