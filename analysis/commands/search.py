"""`search …`: exports in, duplicates out, the flow of records, the strategies.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis import PROGRAM
from analysis.commands.options import DATA, FOR_A_PERSON, Data, next_step, plain_name
from analysis.files.problems import EvidenceError, ReviewError, shown
from analysis.formatting import counted

if TYPE_CHECKING:
    from analysis.evidence.flow import Flow, Stream

search_app = typer.Typer(
    help="Exports in, duplicates out, the flow of records.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
strategies_app = typer.Typer(
    help="Search strategies as text.", no_args_is_help=True, rich_markup_mode=None
)
search_app.add_typer(strategies_app, name="strategies")

# The counts of a stream in the order of the diagram.
STEPS = (
    "identified",
    "removed",
    "to_screen",
    "screened",
    "excluded",
    "sought",
    "not_retrieved",
    "to_retrieve",
    "assessed",
    "to_assess",
    "reports_excluded",
    "reports_awaiting",
    "reports_included",
)
STREAMS = (("databases", "Databases and registers"), ("other", "Other methods"))


@search_app.command("import")
def import_(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Exports of one source and day.")
    ] = None,
    *,
    source: Annotated[str, typer.Option(help="medline, embase, psycinfo, central, …")],
    date: Annotated[
        dt.datetime,
        typer.Option(formats=["%Y-%m-%d"], metavar="YEAR-MONTH-DAY", help="Day of the search."),
    ],
    by: Annotated[str, typer.Option(help="Who searched.")] = "review-team",
    strategy: Annotated[Path | None, typer.Option(help="The strategy as it was run.")] = None,
    hits: Annotated[
        int | None, typer.Option(min=0, help="The database's own count; 0 needs no file.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Take exports in, all of them or none.

    RIS, PubMed, Web of Science, Ovid, CSV, Excel, BibTeX, EndNote, registers: see
    data/searches/README.md; the content decides, not the name of the file.
    A file that this source and day have brought already changes nothing.

    Example: ./review search import savedrecs.ris --source medline --date 2026-11-20
    """
    from analysis.searching.inbox import SearchDetails, import_exports
    from analysis.searching.sources import find_source, sources_of

    details = SearchDetails(
        find_source(source, sources_of(data)), date.date(), by, strategy=strategy, hits=hits
    )
    imported = import_exports(data, files or [], details)
    for report in imported:
        typer.echo(str(report))
        for line in report.details:
            typer.echo(f"  {line}")
    new = any(not report.already for report in imported)
    if new and strategy is None:
        typer.echo(
            f"With which strategy? {PROGRAM} search strategies ran FILE "
            f"--source {details.source.id} --date {details.date}"
        )
    next_step("search dedupe" if new else "screen --who NAME")


@search_app.command()
def fetch(
    source: Annotated[str, typer.Option(help="pubmed, europepmc or clinicaltrials-gov.")],
    since: Annotated[
        dt.datetime,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YEAR-MONTH-DAY",
            help="Day of the search before; entries from some days earlier are asked for too.",
        ),
    ],
    data: Data = DATA,
) -> None:
    """Run a recorded strategy through a public interface.

    The answers go into the inbox as they were sent, once the records are as many as the
    database counts. Where and how each is asked stands in data/searches/interfaces.yml, the
    strategies in data/searches/strategies. Interrupted, the same command goes on that day.

    Example: ./review search fetch --source pubmed --since 2026-10-01
    """
    from analysis.searching import fetching
    from analysis.searching.public_databases import DATABASES

    known = next((name for name in DATABASES if name == source.casefold()), None)
    if known is None:
        raise ReviewError(f"{source!r} has no public interface here: use {', '.join(DATABASES)}")
    today = dt.datetime.now(tz=dt.UTC).date()
    found = fetching.fetch(data, known, since.date(), today)
    typer.echo(f"Run: {shown(found.strategy.path)} ({found.strategy.status})")
    for remark in found.remarks:
        typer.echo(f"{found.source.name} says: {remark}")
    if found.resumed:
        typer.echo(f"{counted(found.resumed, 'answer')} had come before the interruption.")
    typer.echo(
        f"{found.source.name}, entered from {found.window.first} to {found.window.last}: "
        f"{counted(found.count, 'record')}, as it counts them; {found.new} new, "
        f"{found.count - found.new} known by their numbers."
    )
    for path in found.files:
        typer.echo(f"In the inbox: {shown(path)}")
    next_step("update")


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
    write_sheet: Annotated[
        Path | None, typer.Option(help="Write the pairs that wait: .xlsx or .csv.")
    ] = None,
    read_sheet: Annotated[Path | None, typer.Option(help="Read the rulings of a sheet.")] = None,
    data: Data = DATA,
) -> None:
    """Find the duplicates, or overrule.

    Within and across searches. A person's ruling is kept, whatever the rules say later. The
    pairs that wait for one can be ruled on in a spreadsheet.

    Example: ./review search dedupe --different medline-1 embase-2 --who anna
    """
    from analysis.searching.duplicate_log import deduplicate, log_path, overrule
    from analysis.searching.duplicate_sheet import read_pairs, write_pairs
    from analysis.searching.library import load_library

    library = load_library(data)
    for pair, ruling in ((same, "same"), (different, "different")):
        if pair:
            overrule(data, library, pair, ruling, plain_name(who, "--who"), note)
            typer.echo(f"{pair[0]} and {pair[1]}: {ruling}, says {who}.")
    if read_sheet:
        report = read_pairs(read_sheet, data, library, plain_name(who, "--who"))
        typer.echo(
            f"{counted(report.taken, 'ruling')} taken in, {report.unchanged} known before, "
            f"{report.blank} left blank."
        )
    found = deduplicate(data, library)
    removed = len(library.records) - len(found.reports)
    typer.echo(
        f"{len(library.records)} records, {removed} duplicates, {len(found.reports)} reports; "
        f"{len(found.to_rule_on)} possible pairs wait for a ruling."
    )
    typer.echo(f"The log: {shown(log_path(data))} (the column ruling takes same or different).")
    if write_sheet:
        write_pairs(write_sheet, library, found.to_rule_on)
        typer.echo(f"The pairs that wait: {shown(write_sheet)} (fill in ruling: same, different).")
        next_step(f"search dedupe --who NAME --read-sheet {shown(write_sheet)}")
    else:
        next_step("screen --who NAME")


@search_app.command()
def flow(data: Data = DATA) -> None:
    """Count the PRISMA 2020 flow from the files.

    What was not searched, or not written down, is not counted as 0.

    Example: ./review search flow
    """
    from analysis.evidence.load import load
    from analysis.screening.counted_flow import load_flow

    found = load_flow(data, load(data))
    for line in _flow_lines(found):
        typer.echo(line)
    typer.echo("The numbers add up.")
    next_step(_next_of(found.databases))


@strategies_app.command("check")
def check_strategies(data: Data = DATA) -> None:
    """Check every strategy in data/searches/strategies.

    It is parsed where a library can, else its form is checked.

    Example: ./review search strategies check
    """
    from analysis.searching.strategies import check_strategy, load_strategies

    checks = [check_strategy(strategy) for strategy in load_strategies(data)]
    problems = [problem for check in checks for problem in check.problems]
    if problems:
        raise EvidenceError(problems)
    for check in checks:
        how = "parsed" if check.checked == "parsed" else "form checked"
        typer.echo(f"{check.strategy.database} ({check.strategy.platform}): {how}")
    typer.echo(f"Next: run them, then {PROGRAM} search import FILE --source … --date …")


@strategies_app.command()
def recall(data: Data = DATA) -> None:
    """Which included trials each strategy would miss.

    Held against the titles and abstracts of the reports that screening included; records do
    not hold index terms, which may find more. Exit code 3 where the words of one miss a report.

    Example: ./review search strategies recall
    """
    from analysis.screening.decisions import load_screening
    from analysis.screening.strategy_recall import strategy_recalls
    from analysis.searching.strategies import load_strategies

    recalls = strategy_recalls(load_screening(data), load_strategies(data))
    for each in recalls:
        name = f"{each.strategy.database} ({each.strategy.platform})"
        if each.refused:
            typer.echo(f"{name}: {each.refused}")
            continue
        typer.echo(
            f"{name}: {counted(each.found, 'report')} found by its words, "
            f"{len(each.not_by_words)} not, {each.without_abstract} without an abstract to tell"
        )
        for report in each.not_by_words:
            lacking = "; ".join(f"no {group}" for group in report.lacking)
            how = "only an index term finds" if report.by_index_term else "misses"
            typer.echo(f"  {how} {report.study_id}, {report.title!r}: {lacking}")
    next_step("search strategies check")
    if any(each.not_by_words for each in recalls):
        raise typer.Exit(FOR_A_PERSON)


@strategies_app.command()
def ran(
    file: Annotated[Path, typer.Argument(help="The strategy as it was run.")],
    *,
    source: Annotated[str, typer.Option(help="medline, embase, psycinfo, central, …")],
    date: Annotated[
        dt.datetime,
        typer.Option(formats=["%Y-%m-%d"], metavar="YEAR-MONTH-DAY", help="Day of the search."),
    ],
    data: Data = DATA,
) -> None:
    """Say with which strategy a search on record was run.

    Nothing else says so: the strategies in data/searches/strategies are proposed.

    Example: ./review search strategies ran medline.txt --source medline --date 2026-11-20
    """
    from analysis.searching.sources import find_source, sources_of
    from analysis.searching.strategies_as_run import record_strategy

    kept = record_strategy(data, find_source(source, sources_of(data)), date.date(), file)
    typer.echo(f"On record as run: {shown(kept)}")
    next_step("build")


def _flow_lines(flow: Flow) -> Iterator[str]:
    if flow.previous_studies is not None:
        yield f"Trials in the previous version: {flow.previous_studies}"
    for name, title in STREAMS:
        stream = getattr(flow, name)
        if stream is None:
            yield f"{title}: not searched for this version"
        else:
            yield f"{title}:"
            yield from _stream_lines(stream)
    yield f"New trials included: {flow.new_studies}"
    yield f"Trials awaiting classification: {flow.awaiting_studies}"
    yield f"Trials in this version: {flow.total_studies}"


def _stream_lines(stream: Stream) -> Iterator[str]:
    for step in STEPS:
        value = getattr(stream, step)
        name = step.replace("_", " ")
        if isinstance(value, tuple):
            yield from (f"  {name}: {label}: {_count(number)}" for label, number in value)
        elif value or not step.startswith("to_"):
            yield f"  {name}: {_count(value)}"


def _count(number: int | None) -> str:
    return "not recorded" if number is None else str(number)


def _next_of(databases: Stream | None) -> str:
    """The command for what waits first."""
    if databases is None:
        return "search import FILE --source … --date …"
    for stage, waiting in (
        ("title-abstract", databases.to_screen),
        ("retrieval", databases.to_retrieve),
        ("full-report", databases.to_assess),
    ):
        if waiting:
            return f"screen --who NAME --stage {stage}"
    return "extract new STUDY --who NAME"
