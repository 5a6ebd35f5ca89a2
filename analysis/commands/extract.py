"""`extract …`: from an included record to the rows of the evidence.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood; 3 `extract compare` found differences.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from analysis import PROGRAM
from analysis.commands.options import (
    DATA,
    FOR_A_PERSON,
    Data,
    Who,
    next_step,
)
from analysis.files.problems import ReviewError, shown
from analysis.formatting import counted


class SheetForm(StrEnum):
    """In which form sheets to fill in are written."""

    CSV = "csv"
    XLSX = "xlsx"


extract_app = typer.Typer(
    help="From an included record to the rows of the evidence.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

First = Annotated[Path, typer.Argument(help="One extractor's folder.")]
Second = Annotated[Path, typer.Argument(help="The other's.")]


@extract_app.command("new")
def extract_new(
    study: Annotated[str, typer.Argument(help="The study, for example trial-2026.")],
    who: Who,
    record: Annotated[str, typer.Option(help="The record of the main report.")] = "",
    form: Annotated[
        SheetForm, typer.Option("--format", help="CSV, or Excel workbooks with lists.")
    ] = SheetForm.CSV,
    data: Data = DATA,
) -> None:
    """Write the rows to fill in.

    They hold the bibliography of the reports that were included for the study, of each the
    fullest record. A direction that you leave blank is the protocol's for the instrument. A
    workbook has text cells and lists to choose from, which a spreadsheet leaves as they are.

    Example: ./review extract new trial-2026 --who anna --format xlsx
    """
    from analysis.screening.decisions import load_screening
    from analysis.screening.extraction_history import rows_now
    from analysis.screening.extraction_template import new_extraction
    from analysis.screening.study_reports import reports_of

    screening = load_screening(data)
    if record and record not in screening.library.records:
        raise ReviewError(f"no record is called {record!r}: see data/searches/*/*.records.csv")
    reports = reports_of(screening, study, record)
    paths = new_extraction(data, study, who, reports, suffix=f".{form}")
    for path in paths:
        typer.echo(shown(path))
    for number, report in enumerate(reports):
        role = "Another report is" if number else "The bibliography is that of"
        typer.echo(f"{role} {report.record_id}: {report.title}")
    if not reports and study not in rows_now(data, "studies"):
        typer.echo(f"Screening has included no report of {study}: fill in the bibliography too.")
    typer.echo(f"Next: fill them in, then {PROGRAM} extract check {shown(paths[0].parent)}")


@extract_app.command("check")
def extract_check(
    folder: Annotated[Path, typer.Argument(help="data/extraction/STUDY/WHO")], data: Data = DATA
) -> None:
    """Hold one extractor's rows against the schemas.

    They are checked together with the rest of the evidence.

    Example: ./review extract check data/extraction/trial-2026/anna
    """
    from analysis.screening.extraction import check_extraction

    found = check_extraction(data, folder)
    typer.echo(f"Valid: the study and {counted(found.with_numbers, 'outcome row')} with numbers.")
    for row_id, reason in found.reasons.items():
        typer.echo(f"Without a number: {row_id}: {reason}")
    others = _other_extractors(folder)
    if others:
        next_step(f"extract compare {shown(folder)} {shown(others[0])}")
    else:
        next_step(f"extract new {folder.resolve().parent.name} --who A-SECOND-PERSON")


@extract_app.command("finish")
def extract_finish(
    folder: Annotated[Path, typer.Argument(help="data/extraction/STUDY/WHO")], data: Data = DATA
) -> None:
    """Say that one extractor has read all.

    At the desk nobody is shown what another read before both have finished. Rows that say
    something else since are not finished.

    Example: ./review extract finish data/extraction/trial-2026/anna
    """
    from analysis.screening.filling_in import finish

    finish(data, folder)
    typer.echo(f"{folder.resolve().name} has finished {folder.resolve().parent.name}.")
    if others := _other_extractors(folder):
        next_step(f"extract compare {shown(folder)} {shown(others[0])}")


@extract_app.command("compare")
def extract_compare(first: First, second: Second, data: Data = DATA) -> None:
    """Show where two extractors differ.

    Writes the table in which they settle it. Exit code 3 while they differ.

    Example: ./review extract compare data/extraction/trial-2026/{anna,ben}
    """
    from analysis.screening.extraction import compare, differences_of, write_differences

    differences = compare(data, first, second)
    path = differences_of(first)
    write_differences(path, differences)
    for found in differences:
        typer.echo(f"{found.row}: {found.column}: {found.first or '-'} | {found.second or '-'}")
    after = f"extract accept {shown(first)} {shown(second)}"
    if differences:
        number = len(differences)
        typer.echo(f"{number} {'difference' if number == 1 else 'differences'}.")
        typer.echo(f"Next: fill in agreed in {shown(path)}, then {PROGRAM} {after}")
        raise typer.Exit(FOR_A_PERSON)
    typer.echo("No differences.")
    next_step(after)


@extract_app.command("accept")
def extract_accept(first: First, second: Second, data: Data = DATA) -> None:
    """Take what two extractors agreed on into the evidence.

    All of it is valid together with the rest of the evidence before anything is written. What
    was corrected in the evidence since stays as it is, and is named.

    Example: ./review extract accept data/extraction/trial-2026/{anna,ben}
    """
    from analysis.screening.acceptance import accept

    accepted = accept(data, first, second)
    for kept in accepted.kept:
        typer.echo(str(kept))
    typer.echo("Changed: " + (", ".join(path.name for path in accepted.changed) or "nothing"))
    next_step(f"verify {first.resolve().parent.name} --who NAME")


@extract_app.command("harms")
def extract_harms(
    study: Annotated[str, typer.Argument(help="A study of the evidence, as trial-2026.")],
    say: Annotated[
        list[str], typer.Option("--say", help="COLUMN=CELL of data/acceptability.csv, each.")
    ],
    data: Data = DATA,
) -> None:
    """Add what the report says of harms and the like.

    Satisfaction, adherence, participation and drop-out too; one row an arm.

    Example: ./review extract harms trial-2026 --say what=harms --say arm=intervention \\
    --say value="no serious event" --say source_id=trial-2026-report
    """
    from analysis.screening.reported_harms import TRIAL, add_harms, asked

    cells = dict(said.partition("=")[::2] for said in say)
    names = [column.name for column in asked() if column.name != TRIAL]
    if unknown := [name for name in cells if name not in names]:
        raise ReviewError(f"{unknown[0]!r} is no column of such a row: {', '.join(names)}")
    add_harms(data, {**cells, TRIAL: study})
    typer.echo(f"Added to the harms and the like of {study}.")
    next_step("check")


def _other_extractors(folder: Path) -> list[Path]:
    """The folders beside this one."""
    return sorted(p for p in folder.parent.iterdir() if p.is_dir() and p.name != folder.name)
