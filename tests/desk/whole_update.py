"""The recorded update done whole at the desk, in Chromium, and once more by the commands.

`./review -m tests.desk.whole_update FOLDER` screens every record of the two exports by keys, and
does all else of the day until the release; then it holds the files of both against each other and
prints the seconds of each step. Not part of the test suite, because it takes minutes.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from analysis.screening.decisions import load_screening
from tests.desk import day
from tests.evidence.folder import DATA
from tests.searching import recorded_update
from tests.site.browser import chromium, program


def begin(root: Path) -> Path:
    """The frozen review with the exports of the recorded update."""
    data = root / "data"
    shutil.copytree(DATA, data, ignore=shutil.ignore_patterns(".*"))
    day.take_in(data, dict(zip(("medline", "embase"), recorded_update.exports(), strict=True)))
    return data


def as_recorded(data: Path) -> day.Decides:
    """What people decide in the recorded update; on one record the two differ."""
    screening = load_screening(data)
    records = screening.library.records
    doubtful = min(
        report
        for report in screening.reached("title-abstract")
        if recorded_update.is_wanted(title := records[report].title)
        and title != recorded_update.TITLE
    )

    def decides(who: str, stage: str, record_id: str, title: str) -> Mapping[str, str]:
        if (who, stage, record_id) == ("ben", "title-abstract", doubtful):
            return recorded_update.NOT_THE_THERAPY
        return recorded_update.decision(stage, who, records[record_id].title)

    return decides


def timed(steps: Iterable[day.Step]) -> dict[str, float]:
    """Step → its seconds by the clock."""
    seconds = {}
    for name, act in steps:
        start = time.perf_counter()
        act()
        seconds[name] = time.perf_counter() - start
        print(f"{name}: {seconds[name]:.1f} s", file=sys.stderr, flush=True)
    return seconds


def differing(one: Path, other: Path) -> list[str]:
    """The files that do not say the same, whenever it was said."""
    said, also = day.files(one), day.files(other)
    return sorted(name for name in {*said, *also} if said.get(name) != also.get(name))


def main(folder: Path) -> int:
    folders = [folder / name for name in ("desk", "commands")]
    for each in folders:
        each.mkdir(parents=True)
    program()
    desk, commands = map(begin, folders)
    reports = len(load_screening(desk).reached("title-abstract"))
    with chromium() as browser:
        at_desk = timed(day.at_the_desk(browser, desk, as_recorded(desk)))
    typed = timed(day.by_the_commands(commands, as_recorded(commands)))
    print(f"{reports} reports to screen\n\n| step | desk, s | commands, s |\n|---|---:|---:|")
    for name, seconds in at_desk.items():
        print(f"| {name} | {seconds:.1f} | {typed[name]:.1f} |")
    print(f"| together | {sum(at_desk.values()):.1f} | {sum(typed.values()):.1f} |")
    wrong = differing(desk, commands)
    print("\n" + ("\n".join(["Not the same:", *wrong]) if wrong else "All files are the same."))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
