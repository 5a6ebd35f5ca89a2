"""The form of one result: its numbers as the report prints them, and what they come to at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk import desk_of, evidence_of, form_of, tell
from analysis.desk.desk_page import go_to, page
from analysis.desk.extract_fields import (
    Sheet,
    chosen_format,
    formats_to_choose,
    in_words,
    result_groups,
    result_title,
    typed_cells,
)
from analysis.desk.extract_plot import Picture, forest_picture
from analysis.desk.extract_reports import reports_here
from analysis.desk.extract_sheet import (
    Stale,
    Typed,
    own_folder,
    row_of,
    save_typed,
    seen_rows,
)
from analysis.desk.saving import SEEN
from analysis.evidence.integrity import Finding
from analysis.evidence.rows import IntegrityCheck
from analysis.files.problems import EvidenceError
from analysis.files.tables import Row
from analysis.formatting import percent_level
from analysis.protocol import load_protocol
from analysis.screening.extraction import Rows, read_sheets
from analysis.screening.filling_in import with_cells
from analysis.screening.row_preview import Preview, preview
from analysis.statistics.intervals import critical_value
from analysis.synthesis.estimate_text import effect_text, named_estimate, range_text

# Beside which field a warning stands: the first of these that the form shows.
BESIDE: Mapping[IntegrityCheck, tuple[str, ...]] = {
    "SE read as SD": ("sd_intervention", "sd_control"),
    "implausible size": ("sd_intervention", "effect"),
    "outside range": ("mean_intervention", "median_intervention"),
    "equals baseline": ("mean_intervention", "median_intervention"),
    "n above randomised": ("n_intervention", "total_intervention", "n_total"),
    "events above n": ("events_intervention",),
    "effect and interval": ("effect_ci_low", "effect"),
    "level of the interval": ("effect_level",),
    "scale of the ratio": ("effect",),
    "test and numbers": ("effect_p", "effect_t", "effect"),
    "not whole scores": ("mean_intervention",),
    "measured late": ("weeks",),
    "measured early": ("weeks",),
    "small arm": ("n_intervention", "total_intervention", "n_total"),
    "directions conflict": ("higher_is",),
}


@dataclass(frozen=True)
class Effect:
    """What a row comes to, in the words and signs of the site."""

    told: str
    side: str
    how: str
    assumed: Sequence[str]
    none: str


@dataclass(frozen=True)
class Place:
    """Where the row stands in its question: pooled before and with it, and the forest plot."""

    title: str
    before: str
    with_it: str
    set_aside: str
    picture: Picture | None


@dataclass(frozen=True)
class Told:
    """A preview, ready to be shown."""

    effect: Effect
    place: Place | None
    warnings: Sequence[str]
    beside: Mapping[str, Sequence[str]]
    elsewhere: Sequence[str]


def result(request: Request) -> Response:
    folder = own_folder(request)
    sheets = read_sheets(folder)
    row = row_of(sheets, "outcomes", request.path_params["row"])
    return _shown(request, folder, sheets, row, None, row)


def tried(request: Request) -> Response:
    """The form as it was typed, with what it comes to; nothing is saved."""
    folder, form = own_folder(request), form_of(request)
    sheets = read_sheets(folder)
    there = row_of(sheets, "outcomes", request.path_params["row"])
    row = with_cells("outcomes", there, _typed(form, there))
    return _shown(request, folder, sheets, row, form, there)


def keep(request: Request) -> Response:
    """Save the row, however far it is filled in."""
    folder, form = own_folder(request), form_of(request)
    sheets = read_sheets(folder)
    there = row_of(sheets, "outcomes", request.path_params["row"])
    study_id, row_id = folder.parent.name, there["row_id"]
    cells = _typed(form, there)
    try:
        typed = Typed({("outcomes", row_id): cells})
        told = save_typed(request, folder, form, typed, f"fill in {row_id}")
    except Stale as stale:
        row = with_cells("outcomes", there, cells)
        return _shown(request, folder, sheets, row, form, there, stale)
    tell(request, told)
    if form.get("then") == "trial":
        return go_to(f"/extract/{study_id}")
    chosen = chosen_format(form, there.cells)
    query = urlencode({"reported": chosen.name}) if chosen else ""
    return go_to(f"/extract/{study_id}/result/{row_id}?{query}")


def _typed(form: FormData, there: Row) -> dict[str, str]:
    """The cells that the form says, with the words that make them the chosen format."""
    cells = typed_cells(form, "outcomes")
    chosen = chosen_format(form, there.cells)
    return cells | (chosen.words_for({**there.cells, **cells}) if chosen else {})


def _shown(
    request: Request,
    folder: Path,
    sheets: Rows,
    row: Row,
    form: FormData | None,
    there: Row,
    stale: Stale | None = None,
) -> Response:
    data = desk_of(request).data
    protocol = load_protocol(data / "protocol.yml")
    asked = form if form is not None else FormData(request.query_params)
    chosen = chosen_format(asked, row.cells)
    told = _previewed(request, folder, sheets, row)
    sheet = Sheet(
        protocol,
        "outcomes",
        row.cells,
        told.beside,
        {column: said for (_, _, column), said in stale.meanwhile.items()} if stale else {},
        {"source_id": tuple((s["source_id"], s["citation"]) for s in sheets["sources"])},
    )
    return page(
        request,
        "extract/result.html",
        status=409 if stale else 200,
        study=folder.parent.name,
        label=sheets["studies"][0]["label"] or folder.parent.name,
        row_id=row["row_id"],
        title=result_title(protocol, row),
        groups=result_groups(sheet, chosen),
        formats=formats_to_choose(),
        chosen=chosen.name if chosen else "",
        # What was typed was made from what the form was made from.
        seen=seen_rows([there]) if form is None or stale else str(form.get(SEEN, "")),
        told=told,
        stale=stale,
        reports=reports_here(data, folder.parent.name),
    )


def _previewed(request: Request, folder: Path, sheets: Rows, row: Row) -> Told:
    desk = desk_of(request)
    try:
        found = preview(evidence_of(request), folder, sheets, row)
    except EvidenceError as error:
        return Told(Effect("", "", "", (), ""), None, (), {}, [str(p) for p in error.problems])
    with desk.drawing:
        return _in_words(found, row)


def _in_words(found: Preview, row: Row) -> Told:
    beside: dict[str, list[str]] = {
        column: list(said) for column, said in found.problems.items() if column
    }
    warnings = []
    for warning in found.warnings:
        warnings.append(warning.text)
        if column := _beside(warning, row):
            beside.setdefault(column, []).append(warning.text)
    said = found.problems.get("", ())
    elsewhere = [": ".join(filter(None, (p.column, p.message))) for p in found.elsewhere]
    told = [in_words(each, row.cells) for each in (*said, *elsewhere)]
    return Told(_effect(found, row), _place(found), warnings, beside, told)


def _beside(warning: Finding, row: Row) -> str:
    """The field that a warning is about; of an arm's the one of the arm that it names."""
    names = BESIDE.get(warning.check, ())
    if warning.text.startswith("control arm"):
        names = tuple(name.replace("_intervention", "_control") for name in names)
    return next((name for name in names if row.cells[name]), "")


def _effect(found: Preview, row: Row) -> Effect:
    if found.effect is None:
        return Effect("", "", "", (), in_words(found.no_effect, row.cells))
    effect, measure = found.effect, found.measure
    half = critical_value(found.level) * effect.variance**0.5
    span = range_text(measure, effect.effect - half, effect.effect + half)
    level = percent_level(found.level)
    favoured = measure.sides[0 if effect.effect < 0 else 1]
    estimate = f"{measure.short_name} {effect_text(measure, effect.effect)}"
    return Effect(
        told=f"{estimate} ({level} interval {span})",
        side=f"in favour of {favoured}" if effect.effect else "no difference",
        how=effect.derivation,
        assumed=effect.assumed,
        none="",
    )


def _place(found: Preview) -> Place | None:
    if found.place is None:
        return None
    synthesis = found.place.synthesis
    return Place(
        title=synthesis.title,
        before=named_estimate(synthesis.measure, found.place.before),
        with_it=named_estimate(synthesis.measure, synthesis.primary),
        set_aside=found.place.set_aside,
        picture=forest_picture(synthesis) if synthesis.studies else None,
    )


ROUTES = [
    Route("/extract/{study}/result/{row}", result, methods=["GET"]),
    Route("/extract/{study}/result/{row}", keep, methods=["POST"]),
    Route("/extract/{study}/result/{row}/tried", tried, methods=["POST"]),
]
