"""The command line of the review: `python -m analysis COMMAND`."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.problems import EvidenceError, ReviewError, system_errors_as_sentences
from analysis.searching.commands import extract_app, search_app

if TYPE_CHECKING:
    from rich.console import Console

    from analysis.evidence.load import Evidence
    from analysis.execution.build import OpenWorkers, Reads
    from analysis.execution.plan import Page, Project

ROOT = Path(__file__).resolve().parents[1]
REHEARSAL = "analysis.pages.context:rehearse"

app = typer.Typer(
    help="A living systematic review: from data files to a published book.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(search_app, name="search")
app.add_typer(extract_app, name="extract")


@app.command()
def check() -> None:
    """Validate every data file; name file, line and column of all that is wrong.

    Example: python -m analysis check
    """
    from analysis.evidence.integrity import findings, rulings_without_effect

    evidence = _evidence()
    for problem in rulings_without_effect(evidence, findings(evidence)):
        typer.echo(str(problem), err=True)
    typer.echo(
        f"The evidence is valid: {len(evidence.trials)} trials, "
        f"{len(evidence.outcomes)} outcome rows, {len(evidence.protocol.cells)} questions."
    )
    typer.echo("Next: make book")


@app.command()
def build(
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
    """Execute the stale pages, then build the book into _build/html.

    Example: python -m analysis build --jobs 2
    """
    from rich.console import Console

    from analysis.execution.build import build_all
    from analysis.execution.published import published

    project, pages = _plan()
    console = Console()
    done = build_all(
        project,
        pages,
        lambda: _check_everything(project),
        console=console,
        jobs=jobs,
        force=force,
        timeout=timeout,
        workers=_cluster(scheduler, project, pages, console) if scheduler else None,
        beside=lambda: published(project),
        rehearsal=REHEARSAL,
    )
    if not done.succeeded:
        raise typer.Exit(1)
    typer.echo("Next: make serve")


@app.command()
def update(
    by: Annotated[str, typer.Option(help="Who searched: small letters and hyphens.")] = "team",
    jobs: Annotated[
        int | None, typer.Option(help="Pages at a time; one a core by default.")
    ] = None,
) -> None:
    """Import the inbox, say what awaits a person, execute what is stale, build, show the diff.

    Safe to run every day. Exit codes: 0 the site is up to date; 1 a page or the book failed,
    or the evidence is not valid, and the last good site stands; 4 the site is up to date but
    a file in data/searches/inbox could not be read.

    Example: python -m analysis update
    """
    from analysis.evidence.load import load
    from analysis.searching.awaiting import awaiting
    from analysis.searching.duplicates import deduplicate
    from analysis.searching.imports import import_inbox
    from analysis.searching.library import load_library

    data = ROOT / "data"
    inbox = import_inbox(data, by)
    fresh = [found for found in inbox.imported if not found.already]
    for found in fresh:
        typer.echo(f"Imported {found}.")
    if fresh:
        grouped = deduplicate(data, load_library(data))
        typer.echo(f"{len(grouped.reports)} different reports after deduplication.")
    else:
        typer.echo("Inbox: nothing new.")
    for problem in inbox.problems:
        typer.echo(str(problem), err=True)
    typer.echo("Awaiting a person:")
    for line in awaiting(data, load(data)):
        typer.echo(f"  {line}")
    build(jobs=jobs)
    _show_changes()
    if inbox.problems:
        raise typer.Exit(4)


def _show_changes() -> None:
    """The present version against the release before it, as `diff` prints it."""
    from analysis.living.release import previous_release

    version = _evidence().protocol.version
    before = previous_release(ROOT / "data", version.name, version.date)
    if before is not None:
        diff(before.name)


@app.command()
def status() -> None:
    """Say which pages are stale, and which input makes them so.

    Example: python -m analysis status
    """
    from analysis.execution.build import checked_reads
    from analysis.execution.fingerprint import Inputs
    from analysis.execution.run import stale_pages

    project, pages = _plan()
    reads = checked_reads(project, lambda: _check_everything(project))
    reasons = stale_pages(pages, Inputs(project, reads))
    for name, reason in reasons.items():
        typer.echo(f"{name}: {reason}")
    typer.echo(f"{len(reasons)} of {len(pages)} pages are stale.")
    typer.echo("Next: make book" if reasons else "Next: make serve")


@app.command()
def release(
    name: Annotated[str, typer.Argument(help="The version's name, such as 2026.11.")] = "",
    baseline: Annotated[
        bool, typer.Option(help="Freeze the baseline review's trials instead.")
    ] = False,
    verify: Annotated[bool, typer.Option(help="Make the named release again and compare.")] = False,
) -> None:
    """Freeze this version of the review under data/releases, or verify one.

    Example: python -m analysis release 2026.11
    """
    from analysis.living import release as living

    data = ROOT / "data"
    if verify:
        differences = living.verify(data, name)
        for difference in differences:
            typer.echo(difference, err=True)
        if differences:
            raise ReviewError(f"release {name} is not what its data give now")
        typer.echo(f"Release {name} follows from its own data, to the last printed digit.")
        return
    made = living.freeze_baseline(data) if baseline else living.freeze(data, name)
    typer.echo(f"Release {made.name} ({made.kind or 'baseline'}) is in data/releases/{made.name}/.")
    typer.echo("Next: commit it, then make book")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A release.")],
    now: Annotated[
        str, typer.Argument(help="A release, or `now` for the data as they are.")
    ] = "now",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Compare two versions, outcome by outcome, with every corrected value.

    Example: python -m analysis diff 2013.11 2026.11
    """
    import json

    from analysis.living import compare as comparing
    from analysis.living import release as living

    data = ROOT / "data"

    def version(name: str) -> tuple[living.States, Path]:
        if name == "now":
            return living.present_states(_evidence()), data
        return living.read_states(data, name), living.release_folder(data, name) / "data"

    (old, old_data), (new, new_data) = version(before), version(now)
    changes = comparing.compare(old, new)
    corrected = comparing.corrections(old_data, new_data)
    if as_json:
        content = {
            "kind": comparing.kind_of_version(changes),
            "changes": [change.model_dump(mode="json") for change in changes if change.anything],
            "corrections": [item.model_dump() for item in corrected],
        }
        typer.echo(json.dumps(content, indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from analysis.living.terminal import changes_table, corrections_table

    console = Console()
    console.print(changes_table(changes, before, now))
    if corrected:
        console.print(corrections_table(corrected))
    kind, number = comparing.kind_of_version(changes), len(corrected)
    typer.echo(f"{kind}; {number} corrected {'value' if number == 1 else 'values'}.")


@app.command()
def toc() -> None:
    """Rewrite _toc.yml from the protocol.

    Example: python -m analysis toc
    """
    from analysis.execution.contents import write_toc
    from analysis.execution.plan import Project
    from analysis.protocol import load_protocol

    project = Project(ROOT)
    path = write_toc(project, load_protocol(project.data / "protocol.yml"))
    typer.echo(f"{path.name} follows from data/protocol.yml.\nNext: make book")


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8000,
) -> None:
    """Serve the built site on this machine only, until Ctrl-C.

    Example: python -m analysis serve --port 8000
    """
    import functools
    import http.server

    from analysis.execution.plan import Project

    site = Project(ROOT).site
    if not (site / "index.html").is_file():
        raise ReviewError("there is no site yet: run `make book` first")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise ReviewError(f"port {port} cannot be used ({error.strerror}): try --port") from None
    typer.echo(f"http://127.0.0.1:{port}/ (Ctrl-C ends it)")
    with server:
        server.serve_forever()


def _evidence() -> Evidence:
    from analysis.evidence.load import load

    return load(ROOT / "data")


def _plan() -> tuple[Project, tuple[Page, ...]]:
    from analysis.execution.contents import pages
    from analysis.execution.plan import Project
    from analysis.protocol import load_protocol

    project = Project(ROOT)
    return project, pages(load_protocol(project.data / "protocol.yml"))


def _cluster(
    address: str, project: Project, pages: tuple[Page, ...], console: Console
) -> OpenWorkers:
    """The workers of a Dask scheduler, connected when the first page is to be executed."""
    from functools import partial

    from analysis.execution.cluster import cluster_workers

    return partial(cluster_workers, address, project, pages, console, REHEARSAL)


def _check_everything(project: Project) -> Reads:
    """Validate the evidence; leave the values of the prose; say which data each cell reads."""
    import json

    from analysis.execution.book import SUBSTITUTIONS
    from analysis.execution.contents import check_toc
    from analysis.files import write_atomically
    from analysis.pages.facts import review_facts, substitutions
    from analysis.searching.history import load_searches, source_status
    from analysis.synthesis.cell import cell_inputs

    evidence = _evidence()
    check_toc(project, evidence.protocol)
    statuses = source_status(evidence.protocol, load_searches(project.data))
    values = substitutions(evidence.protocol, review_facts(evidence), statuses)
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    write_atomically(project.results / SUBSTITUTIONS, text + "\n")
    return cell_inputs(evidence)


def main() -> None:
    """Run the command line; a failure is a sentence and an exit code, not a traceback."""
    try:
        _run()
    finally:
        gc.freeze()  # at its end Python would look through all of Sphinx's trees for garbage


def _run() -> None:
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        with system_errors_as_sentences():
            app(args=arguments, prog_name="python -m analysis")
    except ReviewError as error:
        if debug:
            raise
        typer.echo(str(error), err=True)
        if isinstance(error, EvidenceError):
            found = len(error.problems)
            word = "problem" if found == 1 else "problems"
            typer.echo(f"{found} {word}: mend the lines named above and run it again.", err=True)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
