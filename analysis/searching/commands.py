"""The commands `search …` and `extract …`: parse, call, say what happened and what comes next.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood; 3 `extract compare` found differences, or `search agreement` conflicts.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.problems import EvidenceError, ReviewError

if TYPE_CHECKING:
    from analysis.searching.duplicates import Deduplication
    from analysis.searching.library import Library
    from analysis.searching.screening import Screening

DATA = Path(__file__).resolve().parents[2] / "data"
FOR_A_PERSON = 3
STOP_KEY = "q"

Data = Annotated[Path, typer.Option(help="The data folder.", show_default=False)]
Who = Annotated[str, typer.Option(help="Who decides: small letters, digits and hyphens.")]
Stage = Annotated[str, typer.Option(help="title-abstract, retrieval or full-report.")]

search_app = typer.Typer(
    help="Searches: import exports, find duplicates, screen, check strategies.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
strategies_app = typer.Typer(
    help="Search strategies as text.", no_args_is_help=True, rich_markup_mode=None
)
extract_app = typer.Typer(
    help="From an included record to the rows of the evidence.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
search_app.add_typer(strategies_app, name="strategies")


@search_app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Exports of one source and day.")],
    source: Annotated[str, typer.Option(help="medline, embase, psycinfo, central, …")],
    date: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the search.")],
    by: Annotated[str, typer.Option(help="Who searched.")] = "review-team",
    strategy: Annotated[Path | None, typer.Option(help="The strategy as it was run.")] = None,
    data: Data = DATA,
) -> None:
    """Import exports (RIS, .nbib, CSV, EndNote XML); all of them or none. Twice is once.

    Example: python -m analysis search import savedrecs.ris --source medline --date 2026-11-20
    """
    from analysis.searching.imports import SearchDetails, import_exports
    from analysis.searching.sources import find_source

    details = SearchDetails(find_source(source), date.date(), by, strategy=strategy)
    imported = import_exports(data, files, details)
    for report in imported:
        typer.echo(str(report))
    new = any(not report.already for report in imported)
    typer.echo("Next: python -m analysis search " + ("dedupe" if new else "screen --who NAME"))


@search_app.command()
def dedupe(
    same: Annotated[
        tuple[str, str] | None, typer.Option(help="Rule that two records are one report.")
    ] = None,
    different: Annotated[
        tuple[str, str] | None, typer.Option(help="Rule that two records are two reports.")
    ] = None,
    who: Annotated[str, typer.Option(help="Who rules.")] = "",
    note: Annotated[str, typer.Option(help="Why.")] = "",
    data: Data = DATA,
) -> None:
    """Find duplicates within and across searches, or overrule: a person's ruling is kept.

    Example: python -m analysis search dedupe --different medline-1 embase-2 --who anna
    """
    from analysis.searching.duplicates import deduplicate, log_path, overrule
    from analysis.searching.library import load_library

    library = load_library(data)
    for pair, ruling in ((same, "same"), (different, "different")):
        if pair:
            overrule(data, library, pair, ruling, _slug(who, "--who"), note)
            typer.echo(f"{pair[0]} and {pair[1]}: {ruling}, says {who}.")
    found = deduplicate(data, library)
    removed = len(library.records) - len(found.reports)
    typer.echo(
        f"{len(library.records)} records, {removed} duplicates, {len(found.reports)} reports; "
        f"{len(found.to_rule_on)} possible pairs wait for a ruling."
    )
    typer.echo(f"The log: {log_path(data)} (the column ruling takes same or different).")
    typer.echo("Next: python -m analysis search screen --who NAME")


@search_app.command()
def screen(
    who: Who,
    stage: Stage = "title-abstract",
    seed: Annotated[int | None, typer.Option(help="Seed of the order of reading.")] = None,
    write_sheet: Annotated[
        Path | None, typer.Option(help="Write a CSV file to screen in a spreadsheet.")
    ] = None,
    read_sheet: Annotated[
        Path | None, typer.Option(help="Read the decisions of such a file.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Read record after record: i include, e exclude, u unsure, b take back, q stop.

    Example: python -m analysis search screen --who anna
    """
    from analysis.searching.ranking import SEED

    _known_stage(stage)
    _slug(who, "--who")
    chosen = SEED if seed is None else seed
    if read_sheet:
        _take_sheet(data, read_sheet, stage, who)
    elif write_sheet:
        _make_sheet(data, write_sheet, stage, who, chosen)
    else:
        _sitting(data, stage, who, chosen)


@search_app.command("agreement")
def agreement_(stage: Stage = "title-abstract", data: Data = DATA) -> None:
    """Agreement of two screeners, Cohen's kappa, and the conflicts to talk about.

    Settle a conflict with `--who consensus`. Exit code 3 while there are conflicts.

    Example: python -m analysis search agreement --stage title-abstract
    """
    _known_stage(stage)
    screening = _screening(data)
    for found in screening.agreements(stage):
        kappa = "not defined" if found.kappa is None else f"{found.kappa:.2f}"
        percent = "-" if found.percent is None else f"{found.percent:.0f}%"
        typer.echo(
            f"{found.first} and {found.second}: {found.n} records, {percent} agreement, "
            f"Cohen's kappa {kappa}"
        )
    conflicts = screening.conflicts(stage)
    for report, decisions in conflicts.items():
        said = ", ".join(f"{decision.who} {decision.decision}" for decision in decisions)
        typer.echo(f"{report}: {said}: {screening.library.records[report].title}")
    if conflicts:
        typer.echo(f"Next: python -m analysis search screen --who consensus --stage {stage}")
        raise typer.Exit(FOR_A_PERSON)
    typer.echo("No conflicts.\nNext: python -m analysis search flow")


@search_app.command()
def flow(data: Data = DATA) -> None:
    """Count the PRISMA 2020 flow from the files; what was not searched is not counted as 0.

    Example: python -m analysis search flow
    """
    from analysis.evidence.load import load
    from analysis.searching.flow import load_flow

    found = load_flow(data, load(data))
    for name, value in vars(found).items():
        if hasattr(value, "identified"):
            typer.echo(f"{name}:")
            for part, number in vars(value).items():
                typer.echo(f"  {part.replace('_', ' ')}: {_counts(number)}")
        else:
            blank = "not searched" if name in ("databases", "other") else "not recorded"
            typer.echo(f"{name.replace('_', ' ')}: {blank if value is None else value}")
    typer.echo("The numbers add up.\nNext: python -m analysis extract new STUDY --who NAME")


@strategies_app.command("check")
def check_strategies(data: Data = DATA) -> None:
    """Check every strategy in data/searches/strategies: parsed where a library can, else its form.

    Example: python -m analysis search strategies check
    """
    from analysis.searching.strategies import check_strategy, load_strategies

    checks = [check_strategy(strategy) for strategy in load_strategies(data)]
    problems = [problem for check in checks for problem in check.problems]
    if problems:
        raise EvidenceError(problems)
    for check in checks:
        how = "parsed" if check.checked == "parsed" else "form checked"
        typer.echo(f"{check.strategy.database} ({check.strategy.platform}): {how}")
    typer.echo("Next: run them, then python -m analysis search import FILE --source … --date …")


@extract_app.command("new")
def extract_new(
    study: Annotated[str, typer.Argument(help="The study, for example minen-2026.")],
    who: Who,
    record: Annotated[str, typer.Option(help="The record to take the bibliography from.")] = "",
    data: Data = DATA,
) -> None:
    """Write the rows to fill in, with the bibliography of the record that was included.

    Example: python -m analysis extract new minen-2026 --who anna
    """
    from analysis.searching.extraction import new_extraction

    found = None
    screening = _screening(data)
    if record and record not in screening.library.records:
        raise ReviewError(f"no record is called {record!r}")
    chosen = record or _included_record(screening, study)
    if chosen:
        found = screening.library.records[chosen]
    paths = new_extraction(data, study, who, found)
    for path in paths:
        typer.echo(str(path))
    typer.echo(f"Next: fill them in, then python -m analysis extract check {paths[0].parent}")


@extract_app.command("check")
def extract_check(
    folder: Annotated[Path, typer.Argument(help="data/extraction/STUDY/WHO")], data: Data = DATA
) -> None:
    """Hold one extractor's rows against the schemas, together with the rest of the evidence.

    Example: python -m analysis extract check data/extraction/minen-2026/anna
    """
    from analysis.searching.extraction import check_extraction

    rows = check_extraction(data, folder)
    typer.echo(f"Valid: the study and {rows} outcome rows.")
    typer.echo("Next: python -m analysis extract compare FIRST SECOND")


@extract_app.command("compare")
def extract_compare(
    first: Annotated[Path, typer.Argument(help="One extractor's folder.")],
    second: Annotated[Path, typer.Argument(help="The other's.")],
    data: Data = DATA,
) -> None:
    """Show where two extractors differ, and write the table in which they settle it.

    Exit code 3 while they differ.

    Example: python -m analysis extract compare data/extraction/minen-2026/{anna,ben}
    """
    from analysis.searching.extraction import DIFFERENCES, compare, write_differences

    differences = compare(data, first, second)
    path = first.parent / DIFFERENCES
    write_differences(path, differences)
    for found in differences:
        typer.echo(f"{found.row}: {found.column}: {found.first or '-'} | {found.second or '-'}")
    after = f"python -m analysis extract accept {first} {second}"
    if differences:
        typer.echo(f"{len(differences)} differences.\nNext: fill in agreed in {path}, then {after}")
        raise typer.Exit(FOR_A_PERSON)
    typer.echo(f"No differences.\nNext: {after}")


@extract_app.command("accept")
def extract_accept(
    first: Annotated[Path, typer.Argument(help="One extractor's folder.")],
    second: Annotated[Path, typer.Argument(help="The other's.")],
    data: Data = DATA,
) -> None:
    """Take what two extractors agreed on into the evidence, validated before it is written.

    Example: python -m analysis extract accept data/extraction/minen-2026/{anna,ben}
    """
    from analysis.searching.extraction import accept

    changed = accept(data, first, second)
    typer.echo("Changed: " + (", ".join(path.name for path in changed) or "nothing"))
    typer.echo("Next: make book")


def _sitting(data: Path, stage: str, who: str, seed: int) -> None:
    from rich.console import Console

    from analysis.protocol import load_protocol
    from analysis.searching.session import Session, trial_examples
    from analysis.searching.terminal import WIDTH
    from analysis.searching.terminal import screen as run

    session = Session(data, who, stage, seed=seed, examples=trial_examples(data))
    eligibility = load_protocol(data / "protocol.yml").eligibility
    console = Console(highlight=False)
    console.width = min(console.width, WIDTH)
    made = run(session, eligibility, console, _key, console.input)
    typer.echo(f"{made} decided in this sitting; {session.waiting} wait for {who}.")
    _say_stopping(session.screening, stage, who)
    typer.echo(f"Next: python -m analysis search agreement --stage {stage}")


def _key() -> str:
    try:
        return typer.getchar()
    except (EOFError, KeyboardInterrupt):
        return STOP_KEY


def _make_sheet(data: Path, path: Path, stage: str, who: str, seed: int) -> None:
    from analysis.searching.session import Session, trial_examples
    from analysis.searching.sheet import filling_in, write_sheet

    session = Session(data, who, stage, seed=seed, examples=trial_examples(data))
    number = write_sheet(path, session.library, session.order)
    typer.echo(f"{number} records in {path}. {filling_in(stage)}")
    typer.echo(f"Next: python -m analysis search screen --who {who} --read-sheet {path}")


def _take_sheet(data: Path, path: Path, stage: str, who: str) -> None:
    from analysis.searching.sheet import read_sheet

    report = read_sheet(path, data, _screening(data), stage, who)
    typer.echo(
        f"{report.taken} decisions taken in, {report.unchanged} known before, "
        f"{report.blank} records left blank."
    )
    _say_stopping(_screening(data), stage, who)
    typer.echo(f"Next: python -m analysis search agreement --stage {stage}")


def _say_stopping(screening: Screening, stage: str, who: str) -> None:
    from analysis.searching.screening import FIRST_STAGE

    if stage != FIRST_STAGE:
        return
    aid = screening.stopping(who)
    if aid.relevant and aid.unread:
        typer.echo(
            f"Irrelevant in a row: {aid.irrelevant_in_a_row}. Relevant found, at "
            f"{100 * aid.level:.0f}% confidence: at least {100 * aid.recall_at_least:.0f}%. "
            "An aid for your decision to stop; nothing unread is excluded."
        )


def _screening(data: Path) -> Screening:
    from analysis.searching.screening import load_screening

    library, deduplication = _records(data)
    return load_screening(data, library, deduplication)


def _records(data: Path) -> tuple[Library, Deduplication]:
    from analysis.searching.duplicates import load_deduplication
    from analysis.searching.library import load_library

    library = load_library(data)
    return library, load_deduplication(data, library)


def _included_record(screening: Screening, study: str) -> str:
    """The record of the first report that screening included for this study."""
    named = (d for d in screening.decisions if d.study_id == study and d.decision == "include")
    return next((decision.record_id for decision in named), "")


def _known_stage(stage: str) -> None:
    from analysis.searching.schemas import STAGES

    if stage not in STAGES:
        raise ReviewError(f"{stage!r} is no stage: use one of {', '.join(STAGES)}")


def _slug(name: str, option: str) -> str:
    import re

    from analysis.searching.schemas import SLUG

    if not re.fullmatch(SLUG, name):
        raise ReviewError(f"{option} {name!r}: a name in small letters, digits and hyphens")
    return name


def _counts(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"{label} {_counts(number)}" for label, number in value) or "none"
    return "not recorded" if value is None else str(value)
