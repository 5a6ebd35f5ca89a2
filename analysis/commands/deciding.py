"""`classify`, `rule`, `certainty`: what a person decides on a trial, a finding, a question.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood; 3 it waits for a person still.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from analysis.commands.options import DATA, FOR_A_PERSON, Data, next_step, plain_name
from analysis.files.clock import today
from analysis.files.problems import ReviewError

if TYPE_CHECKING:
    from analysis.evidence.rows import Evidence
    from analysis.protocol import Question
    from analysis.screening.integrity_rulings import Asked

SAY = "DOMAIN=LEVELS: REASON"


def classify(
    study: Annotated[str, typer.Argument(help="The trial, for example trial-2017.")],
    *,
    status: Annotated[str, typer.Option(help="included, or excluded.")] = "",
    who: Annotated[str, typer.Option(help="Who decides.")] = "",
    why: Annotated[str, typer.Option(help="The criterion that it fails; else why.")] = "",
    data: Data = DATA,
) -> None:
    """Decide whether a trial that waits is part of the review.

    Shows what it waits for; with --status it is decided, in its row of studies.csv.
    Exit code 3 while it waits.

    Example: ./review classify trial-2017 --status excluded --who anna --why "no control group"
    """
    from analysis.evidence.load import load
    from analysis.screening.classification import AWAITING, status_in_words, trial_called
    from analysis.screening.classification import classify as keep

    if status:
        keep(data, study, status, why, plain_name(who, "--who"), today())
        typer.echo(f"{study}: {status}.")
        next_step("check")
        return
    trial = trial_called(load(data), study)
    if trial.status == AWAITING:
        typer.echo(f"{study} waits: {trial.reason}")
        next_step(f"classify {study} --status … --who … --why …")
        raise typer.Exit(FOR_A_PERSON)
    typer.echo(f"{study} is {status_in_words(trial)}")


def rule(
    study: Annotated[str, typer.Argument(help="The trial, for example trial-2017.")],
    check: Annotated[str, typer.Argument(help="The check, as `check` names it: `exact zero`.")],
    *,
    row: Annotated[str, typer.Option(help="Of this row; without it every one of the trial.")] = "",
    ruling: Annotated[
        str, typer.Option(help="accept: the number is right; exclude: its row stays out.")
    ] = "",
    who: Annotated[str, typer.Option(help="Who rules.")] = "",
    why: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    data: Data = DATA,
) -> None:
    """Rule on a number that the integrity checks question.

    Shows the arithmetic and what each ruling would change; with --ruling it is kept, for the
    numbers as they are now. Once they change, it no longer counts, and `check` says so.
    Exit code 3 while nobody has ruled.

    Example: ./review rule trial-2004 "exact zero" --ruling accept --who anna --why "as in table 2"
    """
    from analysis.evidence.load import load
    from analysis.screening.integrity_rulings import Asked
    from analysis.screening.integrity_rulings import rule as keep

    asked = Asked(check, study, row)
    if ruling:
        keep(data, asked, ruling, why, plain_name(who, "--who"), today())
        typer.echo(f"Ruled: {ruling}.")
        next_step("check")
        return
    _show(load(data), asked)


def _show(evidence: Evidence, asked: Asked) -> None:
    from analysis.screening.integrity_rulings import finding_of, what_it_changes

    found = finding_of(evidence, asked)
    typer.echo(f"{found.severity}: {', '.join(found.row_ids) or found.study_id}: {found.text}")
    for change in what_it_changes(evidence, asked):
        typer.echo(f"{change.title}: accepted {change.accepted}; left out {change.left_out}")
    if found.ruling is None:
        if found.lapsed:
            typer.echo(f"The ruling of {found.lapsed.decided_by} was on other numbers.")
        next_step(f"rule {asked.study_id} '{asked.check}' --ruling … --who … --why …")
        raise typer.Exit(FOR_A_PERSON)
    ruled = found.ruling
    typer.echo(f"Ruled by {ruled.decided_by} on {ruled.date}: {ruled.ruling}, {ruled.reason}")


def certainty(
    question: Annotated[str, typer.Argument(help="The question, such as insomnia.mood.post.")],
    *,
    say: Annotated[list[str] | None, typer.Option(metavar="TEXT", help=f"{SAY}.")] = None,
    who: Annotated[str, typer.Option(help="Who decides.")] = "",
    data: Data = DATA,
) -> None:
    """Decide how certain the answer to a question is.

    Shows what the rules propose domain by domain, with the numbers why; --say decides a domain:
    how many levels to take off. Exit code 3 while a domain waits for a decision.

    Example: ./review certainty insomnia.mood.post --who anna --say "imprecision=1: few people"
    """
    from analysis.evidence.load import load
    from analysis.screening.certainty_decisions import decide, question_called

    asked = question_called(load(data), question)
    for text in say or ():
        domain, equals, rest = text.partition("=")
        levels, colon, reason = rest.partition(":")
        if not equals or not colon:
            raise ReviewError(f"--say {text!r}: {SAY} was expected")
        person = plain_name(who, "--who")
        decide(data, asked, domain.strip(), levels.strip(), reason, person, today())
    _say_what_stands(load(data), asked)


def _say_what_stands(evidence: Evidence, asked: Question) -> None:
    from analysis.synthesis.synthesise import synthesise

    found = synthesise(evidence, asked).certainty
    if found is None:
        typer.echo(f"No trial answers {asked.key}: there is nothing to rate.")
        return
    for step in found.steps:
        typer.echo(f"{step.domain}: the rule proposes {step.levels}. {step.reason}")
        typer.echo(f"  decided: {step.decision_text}")
    typer.echo(f"{asked.key}: {found.rating} ({found.standing})")
    if any(step.decision is None for step in found.steps):
        next_step(f'certainty {asked.key} --who … --say "{SAY}"')
        raise typer.Exit(FOR_A_PERSON)
    next_step("build")
