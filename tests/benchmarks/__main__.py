"""Every benchmark, beside its peers, in one run: `make bench` writes data/benchmarks.json.

`./review -m tests.benchmarks --quick` measures everything once and writes nothing. A quiet
machine gives the better figures; whatever else it does is in all of them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.benchmarks import bench_build, bench_statistics
from tests.benchmarks.bench_build import Bench
from tests.benchmarks.measure import Figure, machine, run
from tests.site.conftest import copy_checkout
from tests.validation.metafor.reference import missing

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "data" / "benchmarks.json"
ROUNDS = 5


def measure(
    quick: Annotated[bool, typer.Option(help="Measure everything once; write nothing.")] = False,
    slow: Annotated[int, typer.Option(help="Rounds of what takes a minute and more.")] = ROUNDS,
    again: Annotated[
        bool, typer.Option(help="The code was measured before: compare it with what it was then.")
    ] = False,
    output: Annotated[Path, typer.Option(help="Where the figures go.")] = TARGET,
) -> None:
    """Measure the build, its parts, its growth and the statistics; print the table."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        root, scratch = Path(folder) / "review", Path(folder) / "scratch"
        copy_checkout(root)
        bench = Bench(root, scratch, 1 if quick else ROUNDS, 1 if quick else slow, console)
        bench.build()
        profile = run([sys.executable, "-m", "tests.benchmarks.bench_profile"], root).said
        cluster = bench_build.cluster(bench)
        figures = [*bench_build.figures(bench), *_statistics(console)]
        growth = [asdict(step) for step in bench_build.growth(bench)]
        report = {
            "measured": date.today().isoformat(),
            "rounds": bench.repeats,
            "slow_rounds": bench.slow_repeats,
            "machine": machine(),
            "pages": len(bench.pages),
            "figures": [asdict(figure) for figure in figures],
            "steps": json.loads(profile.splitlines()[-1]),
            "before": _before(output, again),
            "growth": growth,
            "cluster": asdict(cluster) if cluster else None,
        }
    console.print(_table(figures, bench.repeats))
    text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    if quick and output == TARGET:
        console.print(text, highlight=False, soft_wrap=True)
    else:
        output.write_text(text, encoding="utf-8")
        console.print(f"The figures are in {output}.\nNext: ./review build")


def _before(path: Path, again: bool) -> dict[str, dict[str, float]]:
    """What the file that is replaced says: the figures of the code as it was.

    When the code is measured `again`, that is what that file itself compares with.
    """
    if not path.is_file():
        return {"figures": {}, "steps": {}}
    report = json.loads(path.read_text(encoding="utf-8"))
    if again:
        before: dict[str, dict[str, float]] = report["before"]
        return before
    return {
        "figures": {figure["name"]: figure["ours"] for figure in report["figures"]},
        "steps": {step["key"]: step["seconds"] for step in report["steps"]},
    }


def _statistics(console: Console) -> Iterator[Figure]:
    """The statistics of the pages, beside metafor where R is."""
    console.print("statistics", style="dim")
    lacking = missing()
    theirs = (None, None) if lacking else bench_statistics.theirs()
    names = (
        f"{bench_statistics.SYNTHESES} syntheses of {bench_statistics.STUDIES} studies",
        f"All subsets of {bench_statistics.GOSH_STUDIES} studies",
    )
    for name, ours, other, goal in zip(names, bench_statistics.ours(), theirs, (5, 1), strict=True):
        peer = f"metafor: {lacking}" if lacking else "metafor"
        yield Figure(name, "s", ours, peer, other, goal)


def _table(figures: Sequence[Figure], repeats: int) -> Table:
    table = Table(title=f"Medians of {repeats}" if repeats > 1 else "Measured once")
    for column in ("what", "ours", "goal", "theirs", "ratio", "peer"):
        table.add_column(column, justify="right" if column in "ours goal theirs ratio" else "left")
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.ours:.4g} {figure.unit}",
            "" if figure.goal is None else f"≤ {figure.goal:g}",
            "" if figure.theirs is None else f"{figure.theirs:.4g} {figure.unit}",
            "" if figure.ratio is None else f"{figure.ratio:.1f} ×",
            figure.peer,
        )
    return table


if __name__ == "__main__":
    typer.run(measure)
