"""`judge`: a person judges a trial, domain by domain: its trustworthiness, then its risk of bias.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood; 3 domains wait still.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.commands.options import DATA, FOR_A_PERSON, Data, next_step, plain_name, read_line
from analysis.evidence.risk_of_bias_tools import OVERALL
from analysis.files.problems import ReviewError
from analysis.files.slugs import CONSENSUS
from analysis.formatting import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analysis.evidence.rows import Evidence
    from analysis.screening.judging import Judged

STOP = "q"
SAY = "DOMAIN=JUDGEMENT (ANSWERS): SUPPORT"
# The judgement, then perhaps answers in brackets, then perhaps what it rests on.
JUDGED = re.compile(
    r"(?P<judgement>[^(:]*)(?:\((?P<answers>[^)]*)\)\s*)?(?::(?P<support>.*))?", re.S
)


def judge(
    study: Annotated[str, typer.Argument(help="The trial, for example trial-2017.")],
    *,
    who: Annotated[str, typer.Option(help="Who judges; `consensus` settles what two differ on.")],
    tool: Annotated[
        str, typer.Option(help="The tool, such as INSPECT-SR; without it the one of the design.")
    ] = "",
    outcome: Annotated[str, typer.Option(help="Of this outcome; without it of the trial.")] = "",
    timepoint: Annotated[str, typer.Option(help="Of this time point of the outcome.")] = "",
    say: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help=f"{SAY}; the last two may be left out."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="With --say: in place of what this person judged.")
    ] = False,
    data: Data = DATA,
) -> None:
    """Judge a trial's trustworthiness and risk of bias.

    Asks domain after domain; the first letter of a judgement will do, nothing skips, q stops.
    Each answer is kept at once. Without --tool it goes through the trial's trustworthiness
    (INSPECT-SR) first, and ends there where the protocol names no tool for risk of bias. What the
    other assessor judged is not shown, except to `--who consensus`.
    Exit code 3 while domains wait.

    Example: ./review judge trial-2017 --who anna --outcome mood --timepoint post
    """
    from analysis.evidence.instruments import INSPECT_SR
    from analysis.evidence.load import load
    from analysis.screening.judging import Judged, tool_for, waiting

    plain_name(who, "--who")
    chosen = tool_for(load(data), study, tool)
    if not chosen and (say or outcome):
        raise ReviewError("the protocol names no tool for risk of bias (risk_of_bias.tools)")
    of_bias = Judged(study, chosen, who, outcome, timepoint)
    first = () if tool or say else (Judged(study, INSPECT_SR.name, who),)
    sittings = (*first, of_bias) if chosen else first
    if say:
        _without_asking(data, of_bias, say, again)
    else:
        _sit(data, sittings)
    left = [(judged, domains) for judged in sittings if (domains := waiting(load(data), judged))]
    for judged, domains in left:
        number = counted(len(domains), "domain")
        typer.echo(f"{number} of {judged.tool} to judge: {', '.join(domains)}.")
    if left:
        next_step(f"judge {study} --who {who}")
        raise typer.Exit(FOR_A_PERSON)
    tools = " and ".join(judged.tool for judged in sittings)
    typer.echo(f"Nothing of {study} waits for {who} in {tools}.")
    next_step("check")


def _without_asking(data: Path, judged: Judged, say: list[str], again: bool) -> None:
    from analysis.screening.judging import judge as keep

    for text in say:
        domain, equals, rest = text.partition("=")
        found = JUDGED.fullmatch(rest.strip())
        if not equals or not found:
            raise ReviewError(f"--say {text!r}: {SAY} was expected")
        parts = {name: (part or "").strip() for name, part in found.groupdict().items()}
        keep(data, judged, domain.strip(), **parts, again=again)


def _sit(data: Path, sittings: Sequence[Judged]) -> None:
    """Ask what waits of each in turn, until there is nothing more or the person stops."""
    from analysis.evidence.load import load
    from analysis.screening.judging import waiting

    asked = [judged for judged in sittings if waiting(load(data), judged)]
    if asked and not sys.stdin.isatty():
        raise ReviewError("judging needs a terminal: say it with --say DOMAIN=JUDGEMENT")
    for judged in asked:
        typer.echo(f"{judged.tool}, its questions: {judged.instrument.link}")
        for domain in waiting(load(data), judged):
            if not _ask(data, judged, domain):
                return


def _ask(data: Path, judged: Judged, domain: str) -> bool:
    """Ask for one domain and keep what is said; whether the person goes on."""
    from analysis.evidence.load import load
    from analysis.screening.judging import judge as keep

    tool = judged.instrument
    _say_what_is_known(load(data), judged, domain)
    answers, proposal = _ask_for_answers(judged, domain)
    if answers == STOP:
        return False
    if proposal:
        typer.echo(f"  the answers propose: {proposal}")
    typed = read_line(f"  {', '.join(tool.words)}, nothing to skip, q to stop: ").strip().lower()
    judgement = next((word for word in tool.words if typed and word.startswith(typed)), typed)
    if judgement in ("", STOP):
        return not judgement
    departs = proposal not in ("", judgement)
    support = read_line(f"  why not {proposal}: " if departs else "  what it rests on: ")
    if departs and not support.strip():
        typer.echo("  not kept: a judgement that departs from what the answers propose says why")
        return True
    keep(data, judged, domain, judgement, support, answers=answers)
    return True


def _ask_for_answers(judged: Judged, domain: str) -> tuple[str, str]:
    """The answers to what the tool asks within a domain, and what they propose."""
    from analysis.screening.judging import plain_answers, proposed_from

    while question := judged.instrument.asks.get(domain):
        typed = read_line(f"  {question}: ").strip()
        if typed == STOP:
            return STOP, ""
        try:
            return typed, proposed_from(judged, domain, plain_answers(typed))
        except ReviewError as error:
            typer.echo(f"  {error}")
    return "", ""


def _say_what_is_known(evidence: Evidence, judged: Judged, domain: str) -> None:
    """The domain, what the data propose to look at, and to the consensus what each said."""
    from analysis.screening.judging import proposed, said_by_others, worst_domain

    typer.echo(f"\n{domain}")
    for line in proposed(evidence, judged, domain):
        typer.echo(f"  {line}")
    if judged.who == CONSENSUS:
        for row in said_by_others(evidence, judged, domain):
            answers = getattr(row, judged.instrument.answers_in, "")
            said = f"{row.judgement} ({answers})" if answers else row.judgement
            typer.echo(f"  {row.assessed_by}: {said}. {row.support}")
    if domain == OVERALL and (least := worst_domain(evidence, judged)):
        bound = f"not better than {least}, its worst domain"
        typer.echo(f"  {bound if judged.instrument.bounded else f'its worst domain: {least}'}")
