"""Speed: what `make bench` measured here and beside others, and what follows for many reviews."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from analysis.files.json_files import read_json
from analysis.formatting import DASH, count, counted, day, listed, number
from analysis.pages.html import Html, join, paragraph, table

REVIEWS = 500
CORES = (8, 32, 128)
PRICE_OF_A_CORE_HOUR = 0.05  # US dollars: an assumption, not a measurement
SECONDS_PER_HOUR = 3600

_REPORT = TypeAdapter(dict[str, Any])


def read_report(data: Path) -> dict[str, Any]:
    """The stored figures of the benchmarks (`make bench`)."""
    return read_json(data / "benchmarks.json", _REPORT)


def summary(report: Mapping[str, Any]) -> Html:
    """When, on what and how often; which goals are met."""
    machine = report["machine"]
    rounds, slow = report["rounds"], report["slow_rounds"]
    how = f"each figure is the median of up to {rounds} runs" if rounds > 1 else "measured once"
    if slow != rounds:
        how += f"; slow peers and grown books took {counted(slow, 'run')}"
    missed = [figure["name"] for figure in _with_goal(report) if figure["ours"] > figure["goal"]]
    met = len(_with_goal(report)) - len(missed)
    verdict = f"{counted(met, 'goal')} of {len(_with_goal(report))} met"
    return paragraph(
        f"Measured on {day(dt.date.fromisoformat(report['measured']))} with "
        f"{counted(machine['cores'], 'core')} ({machine['processor']}), "
        f"{machine['memory_gib']} GiB of memory, {machine['system']} and "
        f"Python {machine['python']}; {how}. "
        f"{verdict}{f'; not met: {listed(missed)}' if missed else ''}."
    )


def _with_goal(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [figure for figure in report["figures"] if figure["goal"] is not None]


def figures(report: Mapping[str, Any]) -> Html:
    """Every figure beside the peer that was measured in the same run."""
    rows = [
        {
            "What": figure["name"],
            "Here": amount(figure["ours"], figure["unit"]),
            "Goal": DASH if figure["goal"] is None else f"≤ {_plain(figure)}",
            "Peer": figure["peer"],
            "There": amount(figure["theirs"], figure["unit"]),
            "Ratio": DASH if figure["theirs"] is None else f"{_ratio(figure)} ×",
        }
        for figure in report["figures"]
    ]
    caption = f"A book of {count(report['pages'])} executed pages, and its statistics"
    return table(rows, caption, numbers=("Here", "Goal", "There", "Ratio"))


def amount(value: float | None, unit: str) -> str:
    """`0.27 s`, `13.2 s`, `142 s`, `1,204 MiB`: three figures; an en dash for nothing."""
    if value is None:
        return DASH
    return f"{number(value, _decimals(value))} {unit}"


def _decimals(value: float) -> int:
    return max(0, 2 - math.floor(math.log10(value))) if 0 < value < 100 else 0


def _plain(figure: Mapping[str, Any]) -> str:
    return f"{figure['goal']:g} {figure['unit']}"


def _ratio(figure: Mapping[str, Any]) -> str:
    ratio = figure["theirs"] / figure["ours"]
    return number(ratio, 1 if ratio < 10 else 0)


def steps(report: Mapping[str, Any]) -> Html:
    """The parts of a build, measured one by one, beside what they took when last measured."""
    before: Mapping[str, float] = report["before"]["steps"]
    rows = [
        {
            "Step": step["name"],
            "Once a": step["per"],
            "Before": amount(before.get(step["key"]), "s"),
            "Now": amount(step["seconds"], "s"),
        }
        for step in report["steps"]
    ]
    return table(rows, "Where the time of a build goes", numbers=("Before", "Now"))


def before_and_now(report: Mapping[str, Any]) -> Html:
    """What the figures were when they were last measured, of the code as it was then."""
    before: Mapping[str, float] = report["before"]["figures"]
    rows = [
        {
            "What": figure["name"],
            "Before": amount(before[figure["name"]], figure["unit"]),
            "Now": amount(figure["ours"], figure["unit"]),
        }
        for figure in report["figures"]
        if figure["name"] in before
    ]
    if not rows:
        return paragraph("Nothing was measured before.")
    caption = "When last measured, before the latest changes, and now"
    return table(rows, caption, numbers=("Before", "Now"))


def savings(report: Mapping[str, Any]) -> Html:
    """What the two ideas behind the speed save: one warm parent, and what all do done once."""
    seconds = {step["key"]: step["seconds"] for step in report["steps"]}
    kernel = seconds["cold"] - seconds["warm"]
    evidence = seconds["page-cold"] - seconds["page-rehearsed"]
    pages = report["pages"]
    return paragraph(
        f"An ordinary kernel needs {amount(seconds['cold'], 's')} to start, do nothing and end; "
        f"a fork of a parent that has imported the scientific stack needs "
        f"{amount(seconds['warm'], 's')}, which is {amount(pages * kernel, 's')} less for "
        f"{counted(pages, 'page')}. "
        f"If each page had to import the statistics, read the evidence and draw its first "
        f"figure cold, that would be {amount(evidence, 's')} more a page and "
        f"{amount(pages * evidence, 's')} more for all; the parent does it once."
    )


def growth(report: Mapping[str, Any]) -> Html:
    """Full builds of reviews with more and more questions."""
    rows = [
        {
            "Synthesis pages": count(grown["synthesis_pages"]),
            "All executed pages": count(grown["pages"]),
            "Full build": amount(grown["seconds"], "s"),
            "A page": amount(grown["seconds"] / grown["pages"], "s"),
            "Executing a page": amount(grown["executing"] / grown["pages"], "s"),
            "Rendering a page": amount(grown["rendering"] / grown["pages"], "s"),
        }
        for grown in report["growth"]
    ]
    runs = min(grown["runs"] for grown in report["growth"])
    caption = f"Full builds as the book grows{f', medians of {runs} runs' if runs > 1 else ''}"
    return table(rows, caption, numbers=tuple(rows[0]))


@dataclass(frozen=True)
class Portfolio:
    """Reviews like this one, all built from clean on a cluster of so many cores.

    `drivers` are the cores that check evidence and render sites, `hours` is the time until
    the last site stands, `core_hours` what is paid for.
    """

    cores: int
    drivers: int
    hours: float
    core_hours: float


def portfolio(report: Mapping[str, Any], cores: int) -> Portfolio:
    """Pages are shared among the cores, reviews among drivers, one for each share of the work.

    Seconds of the processor times the reviews, divided by the cores that do the work; the
    slower of the two sides says when all is done.
    """
    on = report["cluster"]
    drivers = math.ceil(cores * on["driver"] / on["pages"])
    seconds = REVIEWS * max(on["pages"] / cores, on["driver"] / drivers)
    hours = seconds / SECONDS_PER_HOUR
    return Portfolio(cores, drivers, hours, hours * (cores + drivers))


def portfolios(report: Mapping[str, Any]) -> Html:
    """Time and price of building many reviews, from the seconds measured here."""
    if report["cluster"] is None:
        return paragraph("No cluster has been measured: Dask was not installed.")
    rows = [
        {
            "Cores for pages": count(made.cores),
            "Cores that drive": count(made.drivers),
            "Hours": number(made.hours),
            "Core hours": number(made.core_hours, 1),
            "US dollars": number(made.core_hours * PRICE_OF_A_CORE_HOUR),
        }
        for made in (portfolio(report, cores) for cores in CORES)
    ]
    caption = f"{REVIEWS} reviews of {count(report['pages'])} pages, all from clean"
    price = paragraph(
        f"A core hour is assumed to cost {PRICE_OF_A_CORE_HOUR:.2f} US dollars; put your own price "
        "in its place."
    )
    return join((table(rows, caption, numbers=tuple(rows[0])), price))


def what_a_cluster_costs(report: Mapping[str, Any]) -> Html:
    """A build here and on a cluster, the work of each side, and whether the bytes agree."""
    on = report["cluster"]
    if on is None:
        return join(())
    differ = on["differ"]
    same = "each the same bytes" if not differ else f"but not the same bytes: {listed(differ)}"
    return paragraph(
        f"A build of this review on {counted(on['workers'], 'worker')} of this machine took "
        f"{amount(on['clock'], 's')}, and {amount(on['alone'], 's')} without a cluster; "
        f"{counted(on['files'], 'file')} were compared, {same}. "
        f"Of the processor it took {amount(on['pages'], 's')} for the pages, which are spread, and "
        f"{amount(on['driver'], 's')} for checking the evidence and rendering the site, which stay "
        f"with the driver; {on['travels'] / 1000:.0f} kB of data travel with each page."
    )
