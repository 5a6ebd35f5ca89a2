"""`screen` and `agreement`: people decide, one record after another, then compare.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood; 3 `agreement` found conflicts.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.commands.options import (
    DATA,
    FOR_A_PERSON,
    Data,
    Stage,
    Who,
    known_stage,
    next_step,
    plain_name,
    read_line,
)
from analysis.files.problems import ReviewError, short, shown
from analysis.formatting import counted

if TYPE_CHECKING:
    from analysis.screening.decisions import Screening
    from analysis.screening.exchange import Told
    from analysis.screening.session import Session

ForTool = Annotated[
    str, typer.Option("--for", help="A tool's file instead: rayyan, covidence or asreview.")
]
Reviewer = Annotated[
    str, typer.Option(help="Whose decisions of a Rayyan file, as Rayyan names the person.")
]
Decided = Annotated[
    str, typer.Option(help="Which decision a list of Covidence holds: include or exclude.")
]


def screen(
    who: Who,
    stage: Stage = "title-abstract",
    seed: Annotated[int | None, typer.Option(help="Seed of the order of reading.")] = None,
    write_sheet: Annotated[
        Path | None, typer.Option(help="Write a sheet to screen in a spreadsheet: .xlsx or .csv.")
    ] = None,
    read_sheet: Annotated[
        Path | None, typer.Option(help="Read the decisions of such a sheet.")
    ] = None,
    tool: ForTool = "",
    reviewer: Reviewer = "",
    decided: Decided = "",
    data: Data = DATA,
) -> None:
    """Read record after record and decide.

    Keys: i include, e exclude (then why), u unsure, b take back, q stop. Each decision is
    kept at once; the same command goes on where you stopped. `--who consensus` shows the
    records on which two people differ.

    Example: ./review screen --who anna
    """
    known_stage(stage)
    plain_name(who, "--who")
    told = told_of(tool, reviewer, decided)
    if read_sheet:
        _take_sheet(data, read_sheet, stage, who, told)
    elif write_sheet:
        _make_sheet(write_sheet, _session(data, stage, who, seed), told)
    else:
        _sitting(data, _session(data, stage, who, seed))


def agreement(stage: Stage = "title-abstract", data: Data = DATA) -> None:
    """Agreement of two screeners, and their conflicts.

    Percentage and Cohen's kappa for each pair of people; of each conflict what differs:
    decision, criterion, study, note. Exit code 3 while there are
    conflicts; `screen --who consensus` settles them.

    Example: ./review agreement --stage title-abstract
    """
    from analysis.screening.decisions import load_screening, what_differs

    known_stage(stage)
    screening = load_screening(data)
    for found in screening.agreements(stage):
        kappa = "not defined" if found.kappa is None else f"{found.kappa:.2f}"
        percent = "-" if found.percent is None else f"{found.percent:.0f}%"
        typer.echo(
            f"{found.first} and {found.second}: {found.n} records, {percent} agreement, "
            f"Cohen's kappa {kappa}"
        )
    conflicts = screening.conflicts(stage)
    for report, decisions in conflicts.items():
        typer.echo(f"{report}: {screening.library.records[report].title}")
        for said in what_differs(decisions):
            typer.echo(f"  {said}")
    if conflicts:
        next_step(f"screen --who consensus{_option(stage)}")
        raise typer.Exit(FOR_A_PERSON)
    typer.echo("No conflicts.")
    next_step("search flow" if stage == "full-report" else "screen --who NAME --stage retrieval")


def migrate(data: Data = DATA) -> None:
    """Move decisions to one file a person.

    Each decision of data/screening.csv goes to data/screening/WHO.csv, behind what stands there;
    one that is there already is not doubled.

    Example: ./review migrate
    """
    from analysis.screening.migration import migrate_decisions

    moved = migrate_decisions(data)
    if not moved:
        typer.echo("Nothing to move.")
    for path, number in moved.items():
        typer.echo(f"{shown(path)}: {counted(number, 'decision')} moved there")
    next_step("check")


def calibration(
    who: Who,
    since: Annotated[
        dt.datetime,
        typer.Option(formats=["%Y-%m-%d"], metavar="YEAR-MONTH-DAY", help="Learn from before."),
    ],
    data: Data = DATA,
) -> None:
    """How well the order of reading would have done.

    Learns from a person's decisions on titles and abstracts before a day, and orders what was
    decided since: the share of the relevant found early, and the reading saved.

    Example: ./review calibration --who anna --since 2026-11-20
    """
    import random

    from analysis.screening.calibration import RECALLS, SHARES, calibration
    from analysis.screening.decision_files import FIRST_STAGE
    from analysis.screening.decisions import load_screening
    from analysis.screening.ranking import SEED, make_features
    from analysis.screening.stage_words import stage_texts

    screening = load_screening(data)
    labels = screening.labels(FIRST_STAGE, plain_name(who, "--who"))
    latest = screening.latest(FIRST_STAGE)
    before = [r for r in labels if latest[r][who].when < since.date().isoformat()]
    drawn = random.Random(SEED).sample(sorted(labels), len(before))
    features = make_features(stage_texts(screening, FIRST_STAGE))
    for name, learned in ((f"decided since {since.date()}", before), ("drawn at random", drawn)):
        rest = sorted(labels.keys() - set(learned))
        found = calibration(learned, rest, labels, features)
        if not found:
            raise ReviewError(f"{name}: both sides need relevant records, and irrelevant to learn")
        typer.echo(
            f"{name}: {counted(found.records, 'record')}, {found.relevant} relevant; "
            f"learned from {found.learned_from}"
        )
        for share, part in zip(SHARES, found.found, strict=True):
            typer.echo(f"  reading the first {share:.0%} would have found {part:.0%}")
        for recall, part in zip(RECALLS, found.saved, strict=True):
            typer.echo(f"  {recall:.0%} are found with {part:.0%} left unread")


def _session(data: Path, stage: str, who: str, seed: int | None) -> Session:
    from analysis.screening.ranking import SEED
    from analysis.screening.session import Session
    from analysis.screening.stage_words import trial_examples
    from analysis.searching.duplicate_log import refuse_unsought

    chosen = SEED if seed is None else seed
    session = Session(data, who, stage, seed=chosen, examples=trial_examples(data))
    refuse_unsought(data, session.library)
    return session


def _sitting(data: Path, session: Session) -> None:
    from rich.console import Console

    from analysis.protocol import load_protocol
    from analysis.screening.terminal import WIDTH, Keys
    from analysis.screening.terminal import screen as run

    if session.waiting and not sys.stdin.isatty():
        raise ReviewError(
            "screening record by record needs a terminal: give --write-sheet FILE to screen "
            "in a spreadsheet"
        )
    protocol = load_protocol(data / "protocol.yml")
    console = Console(highlight=False)
    console.width = min(console.width, WIDTH)
    made = run(session, protocol, console, Keys(typer.getchar), read_line)
    typer.echo(f"{made} decided in this sitting; {session.waiting} wait for {session.who}.")
    _say_stopping(session.screening, session.stage, session.who)
    _after(session.waiting, session.stage, session.who)


def told_of(tool: str, reviewer: str, decided: str) -> Told | None:
    """What is said of a tool's file; None for a sheet of our own."""
    from analysis.screening.exchange import TOOLS, Told

    if not tool:
        return None
    known = next((name for name in TOOLS if name == tool.lower()), None)
    if known is None:
        raise ReviewError(f"--for {short(tool)}: the tools are {', '.join(TOOLS)}")
    return Told(known, reviewer, decided.lower())


def _make_sheet(path: Path, session: Session, told: Told | None) -> None:
    from analysis.files.slugs import CONSENSUS
    from analysis.screening.exchange import write_exchange
    from analysis.screening.sheet import filling_in, write_sheet

    if told:
        number = write_exchange(path, session.library, session.order)
        typer.echo(f"{counted(number, 'record')} in {shown(path)}, to be read in by {told.tool}.")
        typer.echo("The notes or the accession number name each record: leave them as they are.")
        stage = _option(session.stage)
        next_step(f"screen --who {session.who}{stage} --for {told.tool} --read-sheet FILE")
        return
    beside = session.screening.conflicts(session.stage) if session.who == CONSENSUS else {}
    number = write_sheet(path, session.screening, session.order, session.stage, beside)
    typer.echo(f"{counted(number, 'record')} in {shown(path)}. Columns to fill in:")
    for line in filling_in(session.stage, session.screening.criteria):
        typer.echo(f"  {line}")
    next_step(f"screen --who {session.who}{_option(session.stage)} --read-sheet {shown(path)}")


def _take_sheet(data: Path, path: Path, stage: str, who: str, told: Told | None) -> None:
    from analysis.screening.decisions import load_screening
    from analysis.screening.sheet import read_sheet

    report = read_sheet(path, data, load_screening(data), stage, who, told=told)
    for stranger in report.strangers:
        typer.echo(f"Not taken in, as no search of the review brought it: {stranger}")
    typer.echo(
        f"{counted(report.taken, 'decision')} taken in, {report.unchanged} known before, "
        f"{report.blank} left blank."
    )
    screening = load_screening(data)
    _say_stopping(screening, stage, who)
    _after(len(screening.queue(stage, who)), stage, who)


def _say_stopping(screening: Screening, stage: str, who: str) -> None:
    from analysis.files.slugs import CONSENSUS
    from analysis.screening.decision_files import FIRST_STAGE

    if stage != FIRST_STAGE or who == CONSENSUS:
        return
    if said := screening.stopping(who).in_words:
        typer.echo(said)


def _after(waiting: int, stage: str, who: str) -> None:
    """What comes next: the rest of the records, the next stage, or the comparison."""
    if waiting:
        next_step(f"screen --who {who}{_option(stage)}")
    elif stage == "retrieval":
        next_step(f"screen --who {who} --stage full-report")
    else:
        next_step(f"agreement{_option(stage)}")


def _option(stage: str) -> str:
    from analysis.screening.decision_files import FIRST_STAGE

    return "" if stage == FIRST_STAGE else f" --stage {stage}"
