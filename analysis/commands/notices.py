"""`notices`: whether a trial of the review was retracted, questioned, corrected or reinstated.

Exit codes: 0 done; 1 an input is wrong, and nothing was changed; 2 the command was not
understood.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.options import DATA, Data, next_step
from analysis.formatting import counted, listed


def notices(
    file: Annotated[Path, typer.Argument(help="The Retraction Watch database as CSV.")],
    date: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YEAR-MONTH-DAY",
            help="Day of the snapshot; by default that of its latest notice.",
        ),
    ] = None,
    data: Data = DATA,
) -> None:
    """Look up whether a trial was retracted or questioned.

    Every trial of studies.csv, by DOI, else by PubMed number, else by title. Of the file only
    what concerns them is kept, with its date, checksum and number of rows. Safe to repeat.

    Example: ./review notices retraction_watch.csv --date 2026-11-20
    """
    from analysis.searching.retraction_watch import keep_notices

    day = date.date() if date else None
    kept = keep_notices(data, file, day, dt.datetime.now(tz=dt.UTC).date())
    for problem in kept.found.unread:
        typer.echo(str(problem), err=True)
    if kept.found.unnamed:
        typer.echo(
            f"Not looked up, without DOI, PubMed number and title: {listed(kept.found.unnamed)}."
        )
    about = kept.found.notices
    typer.echo(
        f"{counted(kept.found.rows, 'notice')} as of {kept.snapshot.date}, "
        f"{len(about)} of them about a trial of this review."
    )
    for notice in about:
        known = "" if notice in kept.new else " (known before)"
        typer.echo(
            f"  {notice.study_id}: {notice.nature} of {notice.date or 'a day not given'}, "
            f"found by {notice.matched_by}{known}"
        )
    for notice in kept.gone:
        typer.echo(f"  {notice.study_id}: {notice.nature} of {notice.date} is no longer listed")
    next_step("check" if about else "build")
