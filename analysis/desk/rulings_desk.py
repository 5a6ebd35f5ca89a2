"""The desk's rulings: numbers that the integrity checks question, with what a ruling changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, evidence_of, form_of, tell, who_of
from analysis.desk.desk_page import go_to, page
from analysis.desk.judged_forms import report_of, said, trial_of
from analysis.desk.saving import is_as_seen, save, seen
from analysis.desk.verification_desk import as_read, called, held
from analysis.evidence.integrity import Finding, findings
from analysis.evidence.rows import Evidence, Ruling
from analysis.files.clock import now, today
from analysis.files.problems import ReviewError
from analysis.files.withdrawals import carry_out
from analysis.formatting import sentence_case
from analysis.screening.integrity_rulings import (
    Asked,
    findings_of,
    numbers_ruled_on,
    rule,
    what_it_changes,
    withdrawn_ruling,
)

RULINGS = "/judge/rulings"
IN_WORDS = {
    "accept": "Keep: the number is right",
    "exclude": "Leave out: the number is wrong, or cannot be trusted",
}


def address(asked: Asked) -> str:
    """The page on which this is ruled on."""
    query = {"check": asked.check, **({"row": asked.row_id} if asked.row_id else {})}
    return f"{RULINGS}/{asked.study_id}?{urlencode(query)}"


def asked_of(found: Finding) -> Asked:
    """What is ruled on: the row, where the finding is about a single one; else the trial."""
    row_id = found.row_ids[0] if len(found.row_ids) == 1 else ""
    return Asked(found.check, found.study_id, row_id)


def state(found: Finding) -> str:
    """Whether anybody has ruled, in words."""
    if found.ruling:
        ruled = "kept" if found.ruling.ruling == "accept" else "left out"
        return f"{ruled} by {found.ruling.decided_by} on {found.ruling.date}"
    if found.lapsed:
        by = f"{found.lapsed.decided_by} on {found.lapsed.date}"
        return f"the ruling of {by} no longer applies: the numbers have changed since"
    return "nobody has ruled"


def listed(evidence: Evidence, found: Sequence[Finding]) -> list[dict[str, object]]:
    """Findings as a page lists them."""
    named = {row.row_id: row for row in evidence.outcomes}
    return [
        {
            "address": address(asked_of(each)),
            "trial": evidence.trials[each.study_id].label,
            "check": each.check,
            "about": called(evidence, named[each.row_ids[0]]) if len(each.row_ids) == 1 else "",
            "text": sentence_case(each.text),
            "state": state(each),
        }
        for each in found
    ]


def overview(request: Request) -> Response:
    """Every finding: those that keep a number out first, then notes, then what is ruled on."""
    who_of(request)
    evidence = evidence_of(request)
    found = findings(evidence)
    waiting = [each for each in found if each.ruling is None]
    groups = {
        "Left out until somebody rules": [e for e in waiting if e.severity == "suspect"],
        "Ruled on": [each for each in found if each.ruling],
        "Notes, which leave nothing out": [e for e in waiting if e.severity == "note"],
    }
    return page(
        request,
        "judge/rulings.html",
        groups=[(name, listed(evidence, each)) for name, each in groups.items()],
        lapsed=list(_lapsed(evidence, found)),
    )


def _lapsed(evidence: Evidence, found: Sequence[Finding]) -> Iterator[dict[str, str]]:
    """Each ruling that does not count, with why, where to look, and what its form is made from."""
    count = {each.ruling for each in found}
    asked = {asked_of(each) for each in found}
    for ruling in evidence.rulings:
        if ruling not in count:
            about = Asked(ruling.check, ruling.study_id, ruling.row_id)
            why = "the numbers have changed since, or a ruling on the row itself goes before it"
            yield {
                "address": address(about),
                "called": f"{evidence.trials[ruling.study_id].label}: {ruling.check}",
                "said": f"{IN_WORDS[ruling.ruling].lower()}, by {ruling.decided_by} on "
                f"{ruling.date} ({ruling.reason})",
                "why": why if about in asked else "the check finds nothing there any more",
                "seen": seen(*_cells(ruling)),
            }


def look(request: Request) -> Response:
    """A finding with its numbers, and what either ruling would make of the estimates."""
    who_of(request)
    evidence = evidence_of(request)
    return _show(request, evidence, _asked(request, evidence))


def answer(request: Request) -> Response:
    """A person's ruling, kept or taken back."""
    who, evidence = who_of(request), evidence_of(request)
    form, asked, data = form_of(request), _asked(request, evidence), desk_of(request).data
    typed = {name: said(form, name) for name in ("ruling", "reason")}
    about = f"{asked.row_id or asked.study_id} ({asked.check})"
    if said(form, "act") == "take back":
        if not is_as_seen(form, *_cells(_own(evidence, asked))):
            raise ReviewError("The ruling is another by now. Nothing was done: look again at it.")
        plan = withdrawn_ruling(data, asked)
        save(request, lambda: carry_out(data, plan, who, now(), ""), f"undo ruling {about}")
        tell(request, "The ruling is taken back, and stays on record.")
        return go_to(RULINGS)
    if not is_as_seen(form, *_stands(evidence, asked)):
        own = _own(evidence, asked)
        if own and typed == {"ruling": own.ruling, "reason": own.reason} and own.decided_by == who:
            return go_to(RULINGS)  # sent twice
        return _show(request, evidence, asked, typed, meanwhile=True)
    numbers = numbers_ruled_on(evidence, asked)
    try:
        save(
            request,
            lambda: rule(data, asked, typed["ruling"], typed["reason"], who, today(), seen=numbers),
            f"rule on {about}",
        )
    except ReviewError as error:
        return _show(request, evidence, asked, typed, problem=str(error))
    tell(request, "Your ruling is saved, for the numbers as they are.")
    return go_to(RULINGS)


def _asked(request: Request, evidence: Evidence) -> Asked:
    trial, query = trial_of(evidence, request), request.query_params
    return Asked(query.get("check", ""), trial.study_id, query.get("row", ""))


def _own(evidence: Evidence, asked: Asked) -> Ruling | None:
    """The ruling on just this that stands in the file, whether it counts or not."""
    return next((each for each in evidence.rulings if asked.is_of(each)), None)


def _cells(ruling: Ruling | None) -> tuple[str, ...]:
    """The ruling that is there, as a form would overwrite it."""
    if ruling is None:
        return ()
    return ruling.ruling, ruling.reason, ruling.decided_by, ruling.date, ruling.fingerprint


def _stands(evidence: Evidence, asked: Asked) -> tuple[str, ...]:
    """What a form about it was made from: the numbers, and the ruling that is there."""
    return numbers_ruled_on(evidence, asked), *_cells(_own(evidence, asked))


def _show(
    request: Request,
    evidence: Evidence,
    asked: Asked,
    typed: dict[str, str] | None = None,
    *,
    meanwhile: bool = False,
    problem: str = "",
) -> Response:
    found, own = findings_of(evidence, asked), _own(evidence, asked)
    trial = evidence.trials[asked.study_id]
    there = {"ruling": own.ruling, "reason": own.reason} if own else {"ruling": "", "reason": ""}
    return page(
        request,
        "judge/ruling.html",
        status=422 if meanwhile or problem else 200,
        trial=trial,
        report=report_of(trial),
        asked=asked,
        here=address(asked),
        found=[(each, sentence_case(state(each))) for each in found],
        rows=list(_numbers(evidence, found)),
        alone=[
            (address(Asked(asked.check, asked.study_id, row_id)), row_id)
            for each in found
            for row_id in (each.row_ids if len(each.row_ids) > 1 or len(found) > 1 else ())
            if row_id != asked.row_id
        ],
        changes=what_it_changes(evidence, asked),
        words=IN_WORDS,
        own=own,
        counts=own is not None and any(each.ruling == own for each in found),
        typed=typed or there,
        meanwhile=meanwhile,
        problem=problem,
        seen=seen(*_stands(evidence, asked)),
        seen_ruling=seen(*_cells(own)),
    )


def _numbers(
    evidence: Evidence, found: Sequence[Finding]
) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """The rows that it is about, each with its place in the report and its numbers."""
    about = {row_id for each in found for row_id in each.row_ids}
    for row in evidence.outcomes:
        if row.row_id in about:
            yield (
                called(evidence, row),
                row.locator,
                [as_read(name, cell) for name, cell in held(row).items()],
            )


ROUTES = [
    Route(RULINGS, overview, methods=["GET"]),
    Route(f"{RULINGS}/{{study}}", look, methods=["GET"]),
    Route(f"{RULINGS}/{{study}}", answer, methods=["POST"]),
]
