"""`undo …`: take back what was done, after a look at what that means; nothing is forgotten.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood; 3 nobody has agreed, and nothing was changed.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.commands.options import (
    DATA,
    FOR_A_PERSON,
    Data,
    Stage,
    known_stage,
    next_step,
    plain_name,
)
from analysis.commands.screen import Decided, ForTool, Reviewer, told_of
from analysis.files.clock import now
from analysis.files.problems import shown

if TYPE_CHECKING:
    from analysis.files.withdrawals import Withdrawal
    from analysis.screening.renaming import Renaming

undo_app = typer.Typer(
    help="Take back what was done: first shown, then done.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

rename_app = typer.Typer(
    help="Another name, in every file that has it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

By = Annotated[str, typer.Option("--who", help="Who takes it back.")]
Whose = Annotated[str, typer.Option("--who", help="Whose decisions they are.")]
Why = Annotated[str, typer.Option(help="Why, for the record.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
# Carries a plan out: data, the plan, who, when, why; and says where it stays on record.
Does = Callable[[Path, "Withdrawal", str, str, str], Path]


@undo_app.command("import")
def undo_import(
    date: Annotated[
        dt.datetime,
        typer.Argument(formats=["%Y-%m-%d"], metavar="YEAR-MONTH-DAY", help="Day of the search."),
    ],
    source: Annotated[str, typer.Argument(help="medline, embase, psycinfo, central, …")],
    *,
    who: By,
    file: Annotated[str, typer.Option(help="Only this file of it, such as medline-2.ris.")] = "",
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Take back what was imported from a source on a day.

    With the records that no other search has brought, their pairs, and what people decided on
    them. The same export can be imported again, under this source or another.

    Example: ./review undo import 2026-11-20 medline --who anna --why "was from Embase"
    """
    from analysis.screening.decisions import load_screening
    from analysis.screening.withdrawn_decisions import with_decisions
    from analysis.searching.sources import find_source, sources_of
    from analysis.searching.withdrawn_imports import withdrawn_import

    plain_name(who, "--who")
    plan = withdrawn_import(data, date.date(), find_source(source, sources_of(data)), file)
    screening = load_screening(data)
    withdrawal = with_decisions(data, screening, plan.withdrawal, plan.records, who, now())
    _take_back(data, withdrawal, who, why, yes)
    next_step("search import FILE --source … --date …")


@undo_app.command("decision")
def undo_decision(
    record: Annotated[str, typer.Argument(help="The record decided on, such as medline-1234.")],
    *,
    who: Whose,
    stage: Stage = "title-abstract",
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Take back what a person decided on a record.

    The record waits for the person again. A row says so; what was decided stays on record.

    Example: ./review undo decision medline-23688830 --who anna
    """
    from analysis.screening.decisions import load_screening
    from analysis.screening.withdrawn_decisions import withdrawn_decision

    known_stage(stage)
    plan = withdrawn_decision(data, load_screening(data), record, stage, who, now(), why)
    _take_back(data, plan, who, why, yes)
    next_step(f"screen --who {who} --stage {stage}")


@undo_app.command("sheet")
def undo_sheet(
    sheet: Annotated[Path, typer.Argument(help="The sheet that was read.")],
    *,
    who: Whose,
    stage: Stage = "title-abstract",
    tool: ForTool = "",
    reviewer: Reviewer = "",
    decided: Decided = "",
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Take back the decisions of a sheet, or of a tool's file, that was read.

    What the person has decided otherwise since stays. Read again, the sheet brings them back.

    Example: ./review undo sheet anna.csv --who anna --stage full-report
    """
    from analysis.screening.decisions import load_screening
    from analysis.screening.withdrawn_decisions import withdrawn_sheet

    known_stage(stage)
    told = told_of(tool, reviewer, decided)
    plan = withdrawn_sheet(data, load_screening(data), sheet, stage, who, now(), why, told)
    _take_back(data, plan, who, why, yes)
    of_tool = f" --for {told.tool}" if told else ""
    next_step(f"screen --who {who} --stage {stage}{of_tool} --read-sheet {sheet}")


@undo_app.command("extraction")
def undo_extraction(
    study: Annotated[str, typer.Argument(help="The study, for example trial-2026.")],
    *,
    who: Annotated[str, typer.Option("--who", help="Whose extraction it is.")],
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Take back what one person extracted from a study.

    Rows that were accepted into the evidence stay there.

    Example: ./review undo extraction trial-2026 --who anna
    """
    from analysis.screening.withdrawn_extraction import withdrawn_extraction

    plain_name(study, "STUDY")
    plain_name(who, "--who")
    _take_back(data, withdrawn_extraction(data, study, who), who, why, yes)
    next_step(f"extract new {study} --who {who}")


@undo_app.command("acceptance")
def undo_acceptance(
    study: Annotated[str, typer.Argument(help="The study, for example trial-2026.")],
    *,
    who: By,
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Take the latest acceptance of a study's extraction out of the evidence.

    The rows that it brought go, cells that it changed say what they said. What was corrected
    since is named: it stays where the row was there before, and goes with its row else.

    Example: ./review undo acceptance trial-2026 --who anna
    """
    from analysis.screening.withdrawn_acceptance import withdrawn_acceptance

    plain_name(study, "STUDY")
    plan = withdrawn_acceptance(data, study, plain_name(who, "--who"), now())
    _take_back(data, plan, who, why, yes)
    folder = shown(data / "extraction" / study)
    next_step(f"extract accept {folder}/A {folder}/B")


@undo_app.command("release")
def undo_release(
    name: Annotated[str, typer.Argument(help="The version's name, such as 2026.11.")],
    *,
    who: By,
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Take back a release that nobody has seen.

    A release that git knows on a remote's branch or under a tag (where there is no remote: in a
    commit) is published, and one that another follows is history: both stay.

    Example: ./review undo release 2026.12 --who anna
    """
    from analysis.pages.released_version import withdraw_release
    from analysis.versions.withdrawn_release import withdrawn_release

    _take_back(data, withdrawn_release(data, name), who, why, yes, withdraw_release)
    next_step(f"release {name}")


@undo_app.command("judgement")
def undo_judgement(
    study: Annotated[str, typer.Argument(help="The trial, for example trial-2017.")],
    domain: Annotated[str, typer.Argument(help="The domain, such as `missing outcome data`.")],
    *,
    who: Annotated[str, typer.Option("--who", help="Whose judgement it is, or `consensus`.")],
    tool: Annotated[str, typer.Option(help="The tool; without it the one of the design.")] = "",
    outcome: Annotated[str, typer.Option(help="Of this outcome; without it of the trial.")] = "",
    timepoint: Annotated[str, typer.Option(help="Of this time point of the outcome.")] = "",
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Take back what a person judged of a trial's domain.

    The domain waits for the person again. What a consensus rests on stays until that is undone.

    Example: ./review undo judgement trial-2017 overall --who anna --outcome mood --timepoint post
    """
    from analysis.evidence.load import load
    from analysis.screening.judging import Judged, tool_for, withdrawn_judgement

    chosen = tool_for(load(data), study, tool)
    judged = Judged(study, chosen, plain_name(who, "--who"), outcome, timepoint)
    _take_back(data, withdrawn_judgement(data, judged, domain), who, why, yes)
    next_step(f"judge {study} --who {who}")


@undo_app.command("ruling")
def undo_ruling(
    study: Annotated[str, typer.Argument(help="The trial, for example trial-2004.")],
    check: Annotated[str, typer.Argument(help="The check, such as `exact zero`.")],
    *,
    who: By,
    row: Annotated[str, typer.Option(help="The row that was ruled on, if one was.")] = "",
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Take back a ruling on what the integrity checks found.

    Example: ./review undo ruling trial-2004 "exact zero" --who anna
    """
    from analysis.screening.integrity_rulings import Asked, withdrawn_ruling

    _take_back(data, withdrawn_ruling(data, Asked(check, study, row)), who, why, yes)
    next_step(f"rule {study} '{check}'")


@undo_app.command("classification")
def undo_classification(
    study: Annotated[str, typer.Argument(help="The trial, for example trial-2017.")],
    *,
    who: By,
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Have a trial that somebody classified wait again.

    Example: ./review undo classification trial-2017 --who anna
    """
    from analysis.screening.classification import withdrawn_classification

    _take_back(data, withdrawn_classification(data, study), who, why, yes)
    next_step(f"classify {study}")


@undo_app.command("certainty")
def undo_certainty(
    question: Annotated[str, typer.Argument(help="The question, such as insomnia.mood.post.")],
    domain: Annotated[str, typer.Argument(help="The domain, such as imprecision.")],
    *,
    who: By,
    why: Why = "",
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Take back what a person decided on the certainty of a question.

    Example: ./review undo certainty insomnia.mood.post imprecision --who anna
    """
    from analysis.evidence.load import load
    from analysis.screening.certainty_decisions import question_called, withdrawn_certainty

    asked = question_called(load(data), question)
    _take_back(data, withdrawn_certainty(data, asked, domain), who, why, yes)
    next_step(f"certainty {asked.key}")


@rename_app.command("study")
def rename_study(
    before: Annotated[str, typer.Argument(help="The name it has, such as trial-2026.")],
    after: Annotated[str, typer.Argument(help="The name it is to have.")],
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Give a trial another name.

    In the evidence with the names of its rows, decisions, what was extracted, the references,
    and chapters that cite it. Releases keep the name they froze; `former_ids` in studies.csv
    says that it is the same trial.

    Example: ./review rename study trial-2026 trial-2025
    """
    from analysis.screening.study_rename import rename_study as planned

    _rename(data, planned(data, before, after), before, after, yes)
    next_step("build")


@rename_app.command("person")
def rename_person(
    before: Annotated[str, typer.Argument(help="The name, such as anna.")],
    after: Annotated[str, typer.Argument(help="The name it is to be.")],
    yes: Yes = False,
    data: Data = DATA,
) -> None:
    """Give a person another name.

    In all that says who decided, extracted, verified, ruled or searched. Releases, and what is
    on record of withdrawals, keep the name that stood there.

    Example: ./review rename person anna anna-b
    """
    from analysis.screening.person_rename import rename_person as planned

    _rename(data, planned(data, before, after), before, after, yes)
    next_step("check")


def _rename(data: Path, plan: Renaming, before: str, after: str, yes: bool) -> None:
    """Show which files change, ask, and change them all; leaves where nobody agrees."""
    from analysis.files.lock import change_files

    typer.echo(f"{before} is to be called {after}:")
    agreed(plan.said, yes)
    change_files(data, plan.changes)
    typer.echo(f"{before} is called {after}.")


def _take_back(
    data: Path, withdrawal: Withdrawal, who: str, why: str, yes: bool, do: Does | None = None
) -> None:
    """Show what it means, ask, and do it; leaves where nobody agrees."""
    from analysis.files.withdrawals import carry_out

    plain_name(who, "--who")
    typer.echo(f"To be taken back: {withdrawal.what} {withdrawal.name}")
    agreed(withdrawal.said, yes)
    folder = (do or carry_out)(data, withdrawal, who, now(), why)
    typer.echo(f"Taken back. On record in {shown(folder)}.")


def agreed(lines: tuple[str, ...], yes: bool) -> None:
    """Show what would be done and go on only where a person agrees, or has said so before."""
    for line in lines:
        typer.echo(f"  {line}")
    if yes:
        return
    if sys.stdin.isatty() and typer.confirm("Do it?"):
        return
    typer.echo("Nothing was changed: --yes does it without asking.")
    raise typer.Exit(FOR_A_PERSON)
