"""The command line of the review: `python -m analysis COMMAND`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from analysis.problems import EvidenceError, ReviewError, system_errors_as_sentences
from analysis.searching.commands import agreement, extract_app, screen, search_app

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from analysis.evidence.records import Evidence
    from analysis.execution.build import Checked, OpenWorkers, Plan
    from analysis.execution.plan import Page, Project
    from analysis.living.compare import Comparison

ROOT = Path(__file__).resolve().parents[1]
REHEARSALS = {
    "of_all": "analysis.pages.rehearsal:rehearse_all",
    "of_some": "analysis.pages.rehearsal:rehearse",
}
# Exit codes above those of a failure (1) and of a command not understood (2).
UNREAD_FILE = 4

app = typer.Typer(
    help="A living systematic review: from data files to a published book.\n\n"
    "With --debug a failure shows where in the code it arose.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(search_app, name="search")
app.command()(screen)
app.command()(agreement)
app.add_typer(extract_app, name="extract")


@app.command()
def check() -> None:
    """Validate every data file.

    Names file, line and column of all that is wrong.

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
    """Execute the stale pages, then build the book.

    The site is in _build/html.

    Example: python -m analysis build --jobs 2
    """
    _build(jobs, force=force, timeout=timeout, scheduler=scheduler)
    typer.echo("Next: make serve")


def _build(
    jobs: int | None, force: bool = False, timeout: float = 120.0, scheduler: str | None = None
) -> None:
    """Bring the site up to date; exit code 1 where a page or the book failed."""
    # Modules and Sphinx's trees are many and stay; looking for garbage there takes a tenth.
    gc.set_threshold(100_000, 50, 100)

    from rich.console import Console

    from analysis.execution.build import Rehearsal, build_all
    from analysis.execution.plan import Project

    def files() -> Mapping[str, bytes]:
        from analysis.execution.contents import files_beside

        return files_beside(project)

    project, console = Project(ROOT), Console()
    plan = partial(_plan, project)
    done = build_all(
        project,
        plan,
        lambda: _check_everything(project),
        console=console,
        jobs=jobs,
        force=force,
        timeout=timeout,
        workers=_cluster(scheduler, project, plan, console) if scheduler else None,
        files=files,
        rehearsal=Rehearsal(**REHEARSALS),
    )
    if not done.succeeded:
        raise typer.Exit(1)


@app.command()
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
    could not be read. (`make update` itself ends with 2 for either.)

    Example: python -m analysis update
    """
    from analysis.evidence.load import load
    from analysis.searching.awaiting import awaiting

    data = ROOT / "data"
    unread = _take_in_inbox(data, by)
    typer.echo("Waiting for a person:")
    for line in awaiting(data, load(data)):
        typer.echo(f"  {line}")
    _build(jobs)
    typer.echo(_say_changes(data))
    if unread:
        raise typer.Exit(UNREAD_FILE)


def _take_in_inbox(data: Path, by: str) -> bool:
    """Import the inbox and find the duplicates; whether a file could not be read."""
    from analysis.searching.duplicates import deduplicate, is_sought
    from analysis.searching.imports import import_inbox
    from analysis.searching.library import load_library

    inbox = import_inbox(data, by)
    fresh = [found for found in inbox.imported if not found.already]
    for found in fresh:
        typer.echo(f"Imported {found}.")
    if not fresh:
        typer.echo("Inbox: nothing new.")
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

    from analysis.living.releases import releases
    from analysis.living.results import read_results
    from analysis.living.state import state_of
    from analysis.living.terminal import comparison_text
    from analysis.living.versions import NOW, compare_versions

    evidence = _evidence()
    named = releases(data)
    if not named:
        return "Next: python -m analysis release --baseline"
    results = read_results(ROOT / "results", evidence.protocol)
    last = named[-1].name
    found = compare_versions(
        data, last, NOW, lambda: {key: state_of(synthesis) for key, synthesis in results.items()}
    )
    Console(highlight=False).print(comparison_text(found))
    version = evidence.protocol.version.name
    if not found.anything:
        return "Next: make serve"
    if version == last:
        return (
            "Next: set the next version.name and version.date in data/protocol.yml, "
            "then python -m analysis release NAME"
        )
    return f"Next: python -m analysis release {version}"


@app.command()
def status() -> None:
    """Say which pages are stale, and why.

    Example: python -m analysis status
    """
    from analysis.execution.build import checked_evidence
    from analysis.execution.fingerprint import Inputs
    from analysis.execution.plan import Project
    from analysis.execution.run import stale_pages

    project = Project(ROOT)
    pages = _plan(project)
    checked = checked_evidence(project, lambda: _check_everything(project))
    reasons = stale_pages(pages, Inputs(project, checked.reads))
    for name, reason in reasons.items():
        typer.echo(f"{name}: {reason}")
    typer.echo(f"{len(reasons)} of {len(pages)} pages are stale.")
    typer.echo("Next: make book" if reasons else "Next: make serve")


@app.command()
def release(
    name: Annotated[str, typer.Argument(help="The version's name, such as 2026.11.")] = "",
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Freeze the baseline review's trials instead.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Make the release, or all of them, again and compare.")
    ] = False,
) -> None:
    """Freeze this version of the review, or verify one.

    A release is in data/releases: the data as they were, what they said, what they were
    made with. It is never changed. `--verify` makes it again from its own data.

    Example: python -m analysis release 2026.11
    """
    from analysis.living.release import freeze, freeze_baseline
    from analysis.living.releases import releases

    data = ROOT / "data"
    if verify:
        for one in [name] if name else [found.name for found in releases(data)]:
            _verify(data, one)
        return
    if not name and not baseline:
        stated = _evidence().protocol.version.name
        raise ReviewError(f"name the version, as data/protocol.yml does: release {stated}")
    made = freeze_baseline(data) if baseline else freeze(data, name)
    typer.echo(f"Release {made.name} ({made.kind or 'baseline'}) is in data/releases/{made.name}/.")
    typer.echo("Next: commit it, then make book")


def _verify(data: Path, name: str) -> None:
    from analysis.living.release import verify

    differences = verify(data, name)
    for difference in differences:
        typer.echo(difference, err=True)
    if differences:
        raise ReviewError(f"release {name} is not what its data give now")
    typer.echo(f"Release {name} follows from its own data, to the last printed digit.")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A release.")],
    now: Annotated[
        str, typer.Argument(help="A release, or `now` for the data as they are.")
    ] = "now",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Compare two versions, outcome by outcome.

    What changed, by which rule a conclusion did, which trials made the difference, and
    every corrected value.

    Example: python -m analysis diff 2013.11 2026.11
    """
    from rich.console import Console

    from analysis.living.release import present_states
    from analysis.living.terminal import comparison_text
    from analysis.living.versions import compare_versions

    found = compare_versions(ROOT / "data", before, now, lambda: present_states(_evidence()))
    if as_json:
        typer.echo(_as_json(found))
    else:
        Console(highlight=False).print(comparison_text(found))


def _as_json(found: Comparison) -> str:
    import json

    content = {
        "before": found.before,
        "now": found.now,
        "kind": found.kind,
        "changes": [change.model_dump(mode="json") for change in found.changed],
        "corrections": [item.model_dump() for item in found.corrections],
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


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
    """Serve the built site on this machine.

    On this machine only, until Ctrl-C.

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


def _plan(project: Project) -> tuple[Page, ...]:
    from analysis.execution.contents import pages
    from analysis.protocol import load_protocol

    return pages(load_protocol(project.data / "protocol.yml"))


def _cluster(address: str, project: Project, plan: Plan, console: Console) -> OpenWorkers:
    """The workers of a Dask scheduler, connected when the first page is to be executed."""
    from analysis.execution.cluster import cluster_workers

    return lambda: cluster_workers(address, project, plan(), console)


def _check_everything(project: Project) -> Checked:
    """Validate the evidence; leave the values of the prose; say which data each cell reads."""
    import json

    from analysis.evidence.records import evidence_adapter
    from analysis.execution.book import SUBSTITUTIONS
    from analysis.execution.build import Checked
    from analysis.execution.contents import check_toc
    from analysis.files import write_atomically
    from analysis.pages.facts import review_facts, substitutions
    from analysis.searching.history import load_searches
    from analysis.synthesis.cell import cell_inputs

    evidence = _evidence()
    check_toc(project, evidence.protocol)
    searches = load_searches(project.data)
    values = substitutions(evidence.protocol, review_facts(evidence), searches)
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    write_atomically(project.results / SUBSTITUTIONS, text + "\n")
    given = evidence_adapter().dump_json(evidence).decode()
    return Checked(cell_inputs(evidence), given)


def main() -> None:
    """Run the command line; a failure is a sentence and an exit code, not a traceback."""
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


def leave(code: str | int | None) -> NoReturn:
    """End this process as `sys.exit` would, but at once.

    Python would take apart what is about to vanish, object by object: of a build, all of
    Sphinx's trees.
    """
    if isinstance(code, str):
        typer.echo(code, err=True)
    atexit._run_exitfuncs()
    with suppress(OSError):  # nobody reads any more what is left to be said
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    try:
        main()
    except SystemExit as leaving:
        leave(leaving.code)
    leave(0)
