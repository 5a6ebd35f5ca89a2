"""`judge`: a person judges a trial's risk of bias, domain by domain.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood; 3 domains wait still.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.commands.options import DATA, FOR_A_PERSON, Data, next_step, plain_name, read_line
from analysis.files.problems import ReviewError
from analysis.files.slugs import CONSENSUS
from analysis.formatting import counted

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.screening.judging import Judged


def judge(
    study: Annotated[str, typer.Argument(help="The trial, for example friesen-2017.")],
    *,
    who: Annotated[str, typer.Option(help="Who judges; `consensus` settles what two differ on.")],
    tool: Annotated[str, typer.Option(help="The tool; without it the one of the design.")] = "",
    outcome: Annotated[str, typer.Option(help="Of this outcome; without it of the trial.")] = "",
    timepoint: Annotated[str, typer.Option(help="Of this time point of the outcome.")] = "",
    say: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="DOMAIN=JUDGEMENT, or DOMAIN=JUDGEMENT: SUPPORT."),
    ] = None,
    data: Data = DATA,
) -> None:
    """Judge a trial's risk of bias.

    Asks domain after domain; the first letter of a judgement will do, nothing skips, q stops.
    Each answer is kept at once. What the other assessor judged is not shown, except to
    `--who consensus`. Exit code 3 while domains wait.

    Example: ./review judge friesen-2017 --who anna --outcome pain --timepoint post
    """
    from analysis.evidence.load import load
    from analysis.screening.judging import Judged, tool_for, waiting

    plain_name(who, "--who")
    judged = Judged(study, tool_for(load(data), study, tool), who, outcome, timepoint)
    if say:
        _without_asking(data, judged, say)
    else:
        _sit(data, judged)
    left = waiting(load(data), judged)
    if left:
        typer.echo(f"{counted(len(left), 'domain')} of {judged.tool} to judge: {', '.join(left)}.")
        next_step(f"judge {study} --who {who}")
        raise typer.Exit(FOR_A_PERSON)
    typer.echo(f"Nothing of {study} waits for {who} in {judged.tool}.")
    next_step("check")


def _without_asking(data: Path, judged: Judged, say: list[str]) -> None:
    from analysis.screening.judging import judge as keep

    for text in say:
        domain, equals, rest = text.partition("=")
        judgement, _, support = rest.partition(":")
        if not equals:
            raise ReviewError(f"--say {text!r}: DOMAIN=JUDGEMENT was expected")
        keep(data, judged, domain.strip(), judgement.strip(), support.strip())


def _sit(data: Path, judged: Judged) -> None:
    from analysis.evidence.load import load
    from analysis.evidence.risk_of_bias_tools import LINKS, OVERALL, WORDS
    from analysis.screening.judging import judge as keep
    from analysis.screening.judging import proposed_overall, said_by_others, waiting

    if waiting(load(data), judged) and not sys.stdin.isatty():
        raise ReviewError("judging needs a terminal: say it with --say DOMAIN=JUDGEMENT")
    words = WORDS[judged.tool]
    typer.echo(f"{judged.tool}, its questions: {LINKS[judged.tool]}")
    for domain in waiting(load(data), judged):
        evidence = load(data)
        typer.echo(f"\n{domain}")
        if judged.who == CONSENSUS:
            for row in said_by_others(evidence, judged, domain):
                typer.echo(f"  {row.assessed_by}: {row.judgement}. {row.support}")
        if domain == OVERALL and (least := proposed_overall(evidence, judged)):
            typer.echo(f"  not better than {least}, its worst domain")
        typed = read_line(f"  {', '.join(words)}, nothing to skip, q to stop: ").strip().lower()
        if typed == "q":
            return
        judgement = next((word for word in words if typed and word.startswith(typed)), typed)
        if judgement:
            keep(data, judged, domain, judgement, read_line("  what it rests on: "))
