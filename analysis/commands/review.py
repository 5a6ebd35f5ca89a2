"""The review as it stands: check its data, build its site, say what is stale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis import PROGRAM
from analysis.commands import options
from analysis.commands.options import load_evidence, next_step
from analysis.files.problems import EvidenceError, Problem, ReviewError, shown
from analysis.formatting import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from analysis.book.build import OpenWorkers, Review
    from analysis.evidence.rows import Evidence
    from analysis.execution.warm import Parent
    from analysis.screening.decisions import Screening

# Exit codes above those of a failure (1) and of a command not understood (2).
UNREAD_FILE = 4


def check() -> None:
    """Validate every data file.

    The evidence, searches, screening, what was extracted, and releases. Names file, line and
    column of all that is wrong; besides, the numbers that the integrity checks question, rows
    that were changed since a person verified them, judgements on which assessors differ,
    instruments whose direction the protocol does not give, references that are not those of the
    trials, files that have no place in data/, and names, links and counts in the chapters that
    are not the protocol's. Exit code 1 with an error, 0 with findings only.

    Example: ./review check
    """
    from analysis.evidence.integrity import (
        findings,
        instruments_without_direction,
        rulings_without_effect,
    )
    from analysis.evidence.settled_judgements import conflict_problems
    from analysis.evidence.team import load_team
    from analysis.evidence.verification import is_verified, lapsed_verifications
    from analysis.screening.decisions import load_screening
    from analysis.screening.extraction import read_what_is_settled
    from analysis.screening.filling_in import read_finished
    from analysis.screening.references import REFERENCES, outdated
    from analysis.searching.licensed import licensed_sources
    from analysis.versions.releases import altered_files, read_states, releases

    evidence, data = load_evidence(), options.ROOT / "data"
    load_team(data)
    licensed_sources(evidence.protocol)  # a name misspelt would keep nothing out of git
    for said in _decided_apart(load_screening(data)):
        typer.echo(said)
    read_what_is_settled(data)
    read_finished(data)
    known = releases(data)
    for release in known:
        read_states(data, release.name)
    if altered := [path for release in known for path in altered_files(data, release)]:
        message = "this is not the file that was frozen: `git restore` brings that back"
        raise EvidenceError(Problem(path, None, None, message) for path in altered)
    for said in _beside_the_data(data):
        typer.echo(said)
    found = findings(evidence)
    for problem in (
        *rulings_without_effect(evidence, found),
        *lapsed_verifications(evidence),
        *conflict_problems(evidence),
    ):
        typer.echo(str(problem), err=True)
    if unknown := instruments_without_direction(evidence):
        typer.echo(f"note: no direction is given in protocol.yml for {listed(unknown)}")
    _look_through_chapters(evidence)
    for said in outdated(_bibliography(), evidence.trials.values()):
        typer.echo(f"note: {REFERENCES}: {said}")
    for finding in found:
        about = ", ".join(finding.row_ids) or finding.study_id
        typer.echo(f"{finding.severity}: {about}: {finding.check}: {finding.text}")
    suspect = sum(finding.severity == "suspect" for finding in found)
    verified = sum(map(is_verified, evidence.outcomes))
    typer.echo(
        f"The evidence is valid: {len(evidence.trials)} trials, "
        f"{len(evidence.outcomes)} outcome rows ({verified} verified), "
        f"{len(evidence.protocol.questions)} questions; "
        f"{counted(len(found), 'finding')} of the integrity checks, {suspect} of them suspect."
    )
    next_step("build")


def _look_through_chapters(evidence: Evidence) -> None:
    """Say where a typed count may be untrue; EvidenceError for what is certainly wrong."""
    from analysis.book.written_chapters import look_through
    from analysis.pages.status_line import values_of_prose

    values = values_of_prose(evidence, options.ROOT / "data")
    said = list(look_through(options.ROOT, evidence.protocol, values))
    if wrong := [each.problem for each in said if each.certain]:
        raise EvidenceError(wrong)
    for each in said:
        typer.echo(f"note: {each.problem}")


def _bibliography() -> str:
    """The project's list of references; nothing where there is none."""
    from analysis.screening.references import REFERENCES

    path = options.ROOT / REFERENCES
    return path.read_bytes().decode() if path.is_file() else ""


def _beside_the_data(data: Path) -> Iterator[str]:
    """Files that have no place in the data, and those that may have been cut off."""
    from analysis.evidence.data_places import strangers
    from analysis.files.folder import plain_files, without_end

    files = plain_files(data)
    for path in strangers(data, files):
        yield f"stranger: {shown(path)}: no file of the review: nobody reads or publishes it"
    for path in without_end(files):
        yield f"note: {shown(path)}: the last line has no end: was the file cut off?"


def _decided_apart(screening: Screening) -> Iterator[str]:
    """What one person decided twice on two branches, with both decisions."""
    from analysis.screening.decisions import what_differs
    from analysis.searching.decision_schemas import STAGES

    for stage in STAGES:
        for report, decisions in screening.apart(stage).items():
            said = "; ".join(what_differs(decisions))
            yield (
                f"conflict: {report} was decided on two branches ({stage}): {said}; "
                f"{PROGRAM} screen --who consensus --stage {stage} settles it"
            )


def build(
    context: typer.Context,
    jobs: Annotated[
        int | None, typer.Option(help="Pages at a time; one a core by default.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Execute every page, stale or not.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds a page may take.")] = 120.0,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Execute on the workers of a Dask scheduler, such as tcp://10.0.0.1:8786.",
        ),
    ] = None,
) -> None:
    """Execute the stale pages, then build the book.

    The site is in _build/html.

    Example: ./review build --jobs 2
    """
    _build(jobs, force=force, timeout=timeout, scheduler=scheduler, begun=context.obj)
    next_step("serve")


def _build(
    jobs: int | None,
    force: bool = False,
    timeout: float = 120.0,
    scheduler: str | None = None,
    begun: Parent | None = None,
) -> None:
    """Bring the site up to date; exit code 1 where a page or the book failed."""
    from rich.console import Console

    from analysis.book.build import Manner, build_all
    from analysis.commands.whole_review import whole_review
    from analysis.execution.workers import default_jobs

    review, console = whole_review(), Console()
    done = build_all(
        review,
        console,
        Manner(
            jobs=jobs or default_jobs(),
            force=force,
            timeout=timeout,
            workers=_cluster(scheduler, review, console) if scheduler else None,
            begun=begun,
        ),
    )
    if not done.succeeded:
        raise typer.Exit(1)


def update(
    by: Annotated[str, typer.Option(help="Who searched: small letters and hyphens.")] = "team",
    jobs: Annotated[
        int | None, typer.Option(help="Pages at a time; one a core by default.")
    ] = None,
) -> None:
    """From new search exports to an updated site.

    Imports what is new in data/searches/inbox, says what waits for a person, executes what
    is stale, builds the book, shows what changed since the last release. Safe to run every day.

    Exit codes: 0 the site is up to date; 1 a page or the book failed, or the evidence is not
    valid, and the last good site stands; 4 the site is up to date but a file in the inbox
    could not be read. (`make update` ends with 2 for either.)

    Example: ./review update
    """
    from analysis.evidence.load import load
    from analysis.screening.waiting import awaiting

    data = options.ROOT / "data"
    unread = _take_in_inbox(data, by)
    typer.echo("Waiting for a person:")
    for waiting in awaiting(data, load(data)):
        typer.echo(f"  {waiting}")
    _build(jobs)
    typer.echo(_say_changes(data))
    if unread:
        raise typer.Exit(UNREAD_FILE)


def _take_in_inbox(data: Path, by: str) -> bool:
    """Import the inbox and find the duplicates; whether a file could not be read."""
    from analysis.searching.duplicate_log import deduplicate, is_sought
    from analysis.searching.inbox import import_inbox
    from analysis.searching.library import load_library

    inbox = import_inbox(data, by)
    fresh = [found for found in inbox.imported if not found.already]
    for found in fresh:
        typer.echo(f"Imported {found}.")
        for line in found.details:
            typer.echo(f"  {line}")
    if not fresh:
        typer.echo("Inbox: nothing new.")
    for path in inbox.withdrawn:
        typer.echo(f"Left in the inbox, since its import was taken back: {path.name}.")
    library = load_library(data)
    if not is_sought(data, library):
        found_now = deduplicate(data, library)
        typer.echo(f"{len(found_now.reports)} different reports after deduplication.")
    for problem in inbox.problems:
        typer.echo(str(problem), err=True)
    return bool(inbox.problems)


def _say_changes(data: Path) -> str:
    """Show what changed since the last release, from the results just built; what comes next."""
    from rich.console import Console

    from analysis.protocol import load_protocol
    from analysis.searching.history import load_searches
    from analysis.versions.comparison_text import comparison_text
    from analysis.versions.edition import edition_of
    from analysis.versions.results import read_results
    from analysis.versions.state import state_of

    protocol = load_protocol(data / "protocol.yml")
    results = read_results(options.ROOT / "results", protocol)
    states = {key: state_of(synthesis) for key, synthesis in results.items()}
    edition = edition_of(data, protocol, load_searches(data), lambda: states)
    if edition.last is None and protocol.baseline_review:
        return f"Next: {PROGRAM} release --baseline"
    if edition.last is None or edition.found is None:
        return f"Next: {PROGRAM} release {edition.stated.name}"
    Console(highlight=False).print(comparison_text(edition.found))
    typer.echo(f"The site says: {edition.dated}")
    if not edition.is_draft:
        return f"Next: {PROGRAM} serve"
    if edition.stated.name == edition.last.name:
        return f'Next: {PROGRAM} release YEAR.MONTH --trigger "what led to it" --methods none'
    return f"Next: {PROGRAM} release {edition.stated.name}"


def status() -> None:
    """Say which pages are stale, and why.

    Example: ./review status
    """
    from analysis.book.checked import checked_evidence
    from analysis.commands.whole_review import whole_review
    from analysis.execution.run import stale_pages
    from analysis.execution.staleness import Inputs
    from analysis.execution.states import states

    review = whole_review()
    pages = review.contents().pages
    inputs = Inputs(review.project, since=states(review.project))
    checked = checked_evidence(inputs, review.check)
    reasons = stale_pages(pages, replace(inputs, reads=checked.reads))
    for name, reason in reasons.items():
        typer.echo(f"{name}: {reason}")
    typer.echo(f"{len(reasons)} of {len(pages)} pages are stale.")
    next_step("build" if reasons else "serve")


def codebook() -> None:
    """Write the tables of columns in data/README.md.

    As the columns are declared in analysis/evidence; all else in it stays.

    Example: ./review codebook
    """
    from analysis.evidence.codebook import codebook_text
    from analysis.files.writing import write_atomically

    path = options.ROOT / "data" / "README.md"
    write_atomically(path, codebook_text(path))
    typer.echo("data/README.md tells the columns as they are declared.")
    next_step("build")


def serve(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8000,
) -> None:
    """Serve the built site on this machine.

    On this machine only, until Ctrl-C.

    Example: ./review serve --port 8000
    """
    import asyncio

    from analysis.book.server import serving
    from analysis.execution.plan import Project

    site = Project(options.ROOT).site
    if not (site / "index.html").is_file():
        raise ReviewError(f"there is no site yet: run `{PROGRAM} build` first")

    async def until_interrupted() -> None:
        try:
            async with serving(site, port) as address:
                typer.echo(f"{address}/ (Ctrl-C ends it)")
                await asyncio.Event().wait()
        except OSError as error:
            said = f"port {port} cannot be used ({error.strerror}): try --port"
            raise ReviewError(said) from None

    asyncio.run(until_interrupted())


def _cluster(address: str, review: Review, console: Console) -> OpenWorkers:
    """The workers of a Dask scheduler, connected when the first page is to be executed."""
    from analysis.execution.cluster.driver import cluster_workers

    return lambda: cluster_workers(address, review.project, review.contents().pages, console)
