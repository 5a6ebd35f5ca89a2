"""Verification in the terminal: a row's numbers with their source beside them, one key each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.verification import changed_since_seen
from analysis.files.problems import ReviewError
from analysis.screening.terminal import BACK, STOP, Keys, ReadLine
from analysis.screening.verifying import CORRECTABLE, Verification, numbers_of
from analysis.searching.records import clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

KEYS = "y seen as it stands · c correct · n not found · s skip · b take back · q stop"


def verify(
    verification: Verification, console: Console, read_key: Keys, read_line: ReadLine
) -> int:
    """Show one row after another until the person stops or none waits; the rows verified."""
    shown = None
    while (row := verification.current) is not None or verification.seen:
        if row is None:
            console.print("Every row is seen. b take back · any other key ends")
        elif row != shown:
            done = verification.total - len(verification.waiting)
            console.rule()
            console.print(f"{done} of {verification.total} rows · {verification.who}", style="dim")
            show(verification.evidence, row, console)
            console.print(KEYS, style="dim")
            read_key.forget()
        shown = row
        key = read_key()
        if key in STOP:
            break
        if key == BACK:
            _take_back(verification, console)
            shown = None
        elif row is None:
            break
        elif key == "y":
            _try(verification.see, console)
        elif key == "s":
            verification.skip()
        elif key == "c":
            _correct(verification, console, read_line)
        elif key == "n":
            column = read_line("Which column is not in the report? ").strip()
            _try(partial(verification.miss, column), console)
        else:
            console.print(f"{key!r} is none of these keys.", style="yellow", markup=False)
            console.print(KEYS, style="dim")
    return verification.seen


def show(evidence: Evidence, row: OutcomeRow, console: Console) -> None:
    """Print a row: what was measured, then every cell that is filled, beside where it was read.

    As text: what is in it is never markup, nor a command to the terminal.
    """
    from rich.table import Table
    from rich.text import Text

    trial = evidence.trials[row.study_id]
    protocol = evidence.protocol
    measured = (
        f"{trial.label}: {protocol.outcome(row.outcome).label} "
        f"{protocol.timepoint(row.timepoint).label}"
    )
    console.print(Text(clean(f"{measured} ({row.row_id})"), style="bold"))
    if row.contrast:
        console.print(Text(clean(row.contrast)))
    address = f"https://doi.org/{trial.doi}" if trial.doi else ""
    report = ". ".join(filter(None, (trial.title, trial.journal, trial.citation)))
    console.print(Text(clean(f"The trial's report: {report} {address}"), style="dim"))
    beside = Table.grid(padding=(0, 3))
    beside.add_column()
    beside.add_column(overflow="fold")
    beside.add_row(_cells(row), Text("\n".join(_source(evidence, row))))
    console.print(beside)
    if row.verified == "yes":
        state = "changed since" if changed_since_seen(row) else "seen"
        by = f" by {row.verified_by} on {row.verified_on}" if row.verified_by else ""
        console.print(Text(f"Verified{by}: {state}.", style="yellow"))


def _cells(row: OutcomeRow) -> Table:
    """The filled cells by column."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    for name, cell in numbers_of(row).items():
        grid.add_row(Text(name, style="cyan"), Text(clean(cell)))
    return grid


def _source(evidence: Evidence, row: OutcomeRow) -> list[str]:
    source = evidence.sources[row.source_id]
    said = [
        f"Read in: {source.citation}",
        f"At: {row.locator or 'no place is given'}",
        source.url,
        f"Not usable: {row.not_usable_because}" if row.not_usable_because else "",
        f"Quoted: {row.quote}" if row.quote else "",
        f"Note: {row.note}" if row.note else "",
    ]
    return [clean(line) for line in said if line]


def _try(action: Callable[[], object], console: Console) -> bool:
    """Do it, or say why it was refused."""
    try:
        action()
    except ReviewError as error:
        console.print(str(error), style="yellow", markup=False)
        return False
    return True


def _correct(verification: Verification, console: Console, read_line: ReadLine) -> None:
    column = read_line("Which column (for example mean_control)? ").strip()
    if column not in CORRECTABLE:
        console.print(f"{column!r} is no column of a result.", style="yellow", markup=False)
        console.print(KEYS, style="dim")
        return
    cell = read_line(f"{column} in the report (Enter for blank): ")
    if _try(lambda: verification.correct(column, cell), console):
        console.print(f"→ {column} {cell}".rstrip(), style="green", markup=False)


def _take_back(verification: Verification, console: Console) -> None:
    last = verification.last
    said = f"← {last.row_id} taken back" if last else "Nothing of this sitting to take back."
    if _try(verification.take_back, console):
        console.print(said, style="yellow", markup=False)
