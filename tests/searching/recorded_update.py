"""Two updates told step by step: the last version, and a search with made-up records.

The book shows both, and a test runs them.

`./review -m tests.searching.recorded_update` runs the steps in a temporary copy of the checkout
and writes chapters/living/recorded-update.md.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from analysis.files.writing import write_atomically
from analysis.protocol import Version, load_protocol
from analysis.screening.extraction import DIFFERENCES
from analysis.versions.releases import releases
from tests.searching.corpus import SAME_REPORT, Article, articles
from tests.searching.exports import endnote_ris, ovid_ris
from tests.searching.last_version import go_back, last_version
from tests.searching.steps import Done, Step, code_block, run

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("chapters/living/recorded-update.md")
STUDY = "made-up-2026"
LABEL = "Made-up trial 2026"
MADE_UP = "Made-up record: "
TITLE = (
    f"{MADE_UP}Internet-delivered acceptance and commitment therapy for fibromyalgia "
    "in adults: a randomised controlled trial"
)
DELIVERED = ("internet-delivered", "web-based", "online", "digital", "smartphone-based")
NOT_THE_THERAPY = {"decision": "exclude", "criterion": "intervention"}
TYPED_BY_BEN = "1.9"
AGREED = "1.7"
STUDY_CELLS = {
    "label": LABEL,
    "condition": "non-headache",
    "diagnosis": "fibromyalgia",
    "country": "SE",
    "therapy": "ACT",
    "guidance": "guided",
    "duration_weeks": "8",
    "comparator": "waiting list",
}
PAIN = {
    "instrument": "BPI severity",
    "higher_is": "worse",
    "weeks": "8",
    "n_intervention": "60",
    "mean_intervention": "4.3",
    "sd_intervention": "1.6",
    "n_control": "58",
    "mean_control": "5.0",
    "sd_control": AGREED,
    "locator": "table 2",
}
TRIGGER = "a search found a new eligible trial"


def story(data: Path) -> tuple[Step, ...]:
    """The steps of an update that follows the version in `data`, in order."""
    version = load_protocol(data / "protocol.yml").version
    month = (_month_of(version) + dt.timedelta(days=31)).replace(day=1)
    day, name = month.replace(day=14), f"{month:%Y.%m}"
    return (
        *_take_in(month.replace(day=7)),
        *_screen_titles(),
        *_read_reports(),
        *_extract(),
        *_release(name, day, before=releases(data)[-1].name),
    )


def _month_of(version: Version) -> dt.date:
    """The later of the month that the version is named by and the one it came out in."""
    named = re.fullmatch(r"(\d{4})\.(\d\d)", version.name)
    came_out = version.date.replace(day=1)
    return max(came_out, dt.date(int(named[1]), int(named[2]), 1)) if named else came_out


def exports() -> tuple[str, str]:
    """Two made-up exports as RIS, MEDLINE's and Embase's: 70 reports are in both."""
    rng = random.Random(33)
    trial = replace(articles(1, seed=30)[0], title=TITLE, year=2026)
    medline = [trial, *_made_up(130, seed=31)]
    both = [_as_embase_has_it(found, rng) for found in medline[:70]]
    return ovid_ris(medline), endnote_ris([*both, *_made_up(50, seed=32)])


def _made_up(number: int, seed: int) -> list[Article]:
    """Articles whose titles say what they are, wherever they are printed."""
    return [replace(found, title=MADE_UP + found.title) for found in articles(number, seed)]


def _as_embase_has_it(found: Article, rng: random.Random) -> Article:
    return rng.choice(SAME_REPORT)(found, rng)


def _take_in(day: dt.date) -> tuple[Step, ...]:
    return (
        Step(
            "./review update",
            heading="Two exports arrive",
            words=(
                f"A person puts the files `{day}-medline.ris` and `{day}-embase.ris` into "
                "`data/searches/inbox/` and runs one command.\nIt takes them in, finds the "
                "duplicates and lists what waits for a person.\nThe results stay as they are, "
                "and the pages say that these databases have been searched."
            ),
            by_hand=partial(_put_exports, day=day),
        ),
    )


def _screen_titles() -> tuple[Step, ...]:
    stage = "title-abstract"
    return (
        *_sheet(
            "anna",
            stage,
            "Two people screen titles and abstracts",
            "Both use a spreadsheet here.\n`./review screen --who anna` alone shows "
            "one record after another in the terminal and takes one key a decision.",
        ),
        *_sheet("ben", stage),
        Step(
            "./review agreement",
            code=3,
            heading="They compare",
            words="Exit code 3 says that people have something to settle.",
        ),
        *_sheet("consensus", stage, words="They talk, and settle what they differed on."),
        Step("./review agreement"),
    )


def _read_reports() -> tuple[Step, ...]:
    return (
        *_sheet("anna", "retrieval", "The reports are obtained and read"),
        *_sheet("anna", "full-report"),
        *_sheet("ben", "full-report"),
        Step("./review agreement --stage full-report"),
        Step("./review search flow", heading="The flow of records is counted"),
    )


def _sheet(who: str, stage: str, heading: str = "", words: str = "") -> tuple[Step, ...]:
    name = f"{stage}.{who}.csv"
    command = f"./review screen --who {who} --stage {stage}"
    fills_in = "Anna and Ben fill" if who == "consensus" else f"{who.capitalize()} fills"
    return (
        Step(f"{command} --write-sheet {name}", heading=heading, words=words),
        Step(
            f"{command} --read-sheet {name}",
            words=f"{fills_in} in `{name}` in a spreadsheet.",
            by_hand=partial(_fill_sheet, who=who, stage=stage),
        ),
    )


def _extract() -> tuple[Step, ...]:
    anna, ben = (f"data/extraction/{STUDY}/{who}" for who in ("anna", "ben"))
    extract = "./review extract"
    return (
        Step(f"{extract} new {STUDY} --who anna", heading="Two people extract the new trial"),
        Step(f"{extract} new {STUDY} --who ben"),
        Step(
            f"{extract} check {anna}",
            words="Both fill in their files. The numbers are made up, and Ben mistypes one.",
            by_hand=_fill_extractions,
        ),
        Step(f"{extract} check {ben}"),
        Step(f"{extract} compare {anna} {ben}", code=3),
        Step(
            f"{extract} accept {anna} {ben}",
            words=f"They look again and write {AGREED} into the column `agreed`.",
            by_hand=_settle_cell,
        ),
        Step(
            f"./review verify {STUDY} --who cleo --seen all",
            words="Cleo holds the row against the report; "
            "without `--seen` it is shown in the terminal, beside its source.",
        ),
    )


def _release(name: str, day: dt.date, before: str) -> tuple[Step, ...]:
    return (
        Step(
            "./review check",
            heading="The new version is released",
            words="Until a version is released the site says that it is a draft.",
        ),
        Step(
            f'./review release {name} --day {day} --trigger "{TRIGGER}" --methods none',
            words=(
                "A release is told what led to it, and what its methods do otherwise than those "
                "of the version before."
            ),
        ),
        Step(f"./review diff {before} {name}"),
        Step(
            "./review update",
            heading="The site follows",
            words="The pages that read the new rows, or the version, are executed again.",
        ),
        Step(
            "./review update",
            heading="The next day nothing is new",
            words="A scheduler may run the same command every day.",
        ),
    )


def _put_exports(root: Path, day: dt.date) -> None:
    for source, text in zip(("medline", "embase"), exports(), strict=True):
        path = root / "data/searches/inbox" / f"{day}-{source}.ris"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def _fill_sheet(root: Path, who: str, stage: str) -> None:
    path = root / f"{stage}.{who}.csv"
    rows = rows_of(path)
    for row in rows:
        row |= decision(stage, who, row["title"])
    if who == "ben" and stage == "title-abstract":
        _doubtful(rows).update(NOT_THE_THERAPY)
    write_rows(path, rows)


def decision(stage: str, who: str, title: str) -> dict[str, str]:
    if who == "consensus":
        return NOT_THE_THERAPY
    if stage == "retrieval":
        return {"decision": "obtained"}
    if stage == "full-report":
        if title == TITLE:
            return {"decision": "include", "study_id": STUDY}
        return {"decision": "exclude", "criterion": "arm size"}
    return {"decision": "include" if is_wanted(title) else "exclude"}


def is_wanted(title: str) -> bool:
    words = title.casefold()
    return "randomised controlled trial" in words and any(word in words for word in DELIVERED)


def _doubtful(rows: list[dict[str, str]]) -> dict[str, str]:
    """The record on which the two differ: the first that is included and is not the trial."""
    included = [row for row in rows if row["decision"] == "include" and row["title"] != TITLE]
    return min(included, key=lambda row: row["record_id"])


def _fill_extractions(root: Path) -> None:
    for who in ("anna", "ben"):
        folder = root / "data/extraction" / STUDY / who
        edit(folder / "studies.csv", STUDY_CELLS)
        edit(folder / "outcomes.csv", PAIN)
    edit(folder / "outcomes.csv", {"sd_control": TYPED_BY_BEN})


def _settle_cell(root: Path) -> None:
    edit(root / "data/extraction" / STUDY / f"{DIFFERENCES}.csv", {"agreed": AGREED})


def edit(path: Path, cells: Mapping[str, str]) -> None:
    """Fill in cells of a table's first row, as a person does in a spreadsheet."""
    rows = rows_of(path)
    rows[0] |= cells
    write_rows(path, rows)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def page(remade: tuple[Done, ...], searched: tuple[Done, ...]) -> str:
    """Both runs as Markdown: every command, its exit code and what it printed, then the times."""
    parts = [
        "# A recorded update",
        "This page shows what the review team types when evidence arrives and when a search is "
        "updated, and what the programs answer.",
        "Everything was run in a temporary copy of the project and is printed as it came; "
        "the middle of what is long is left out, where a line says so.\n"
        "`./review -m tests.searching.recorded_update` runs it again and rewrites this page.",
        *_told(remade),
        "```{warning}\n"
        "From here on the records, the trial and its numbers are made up to show a search.\n"
        "They are in no result of this review.\n"
        "```",
        *_told(searched),
        "## How long each step took",
        _times((*remade, *searched)),
    ]
    return "\n\n".join(parts) + "\n"


def _told(done: tuple[Done, ...]) -> Iterator[str]:
    for item in done:
        yield from ([f"## {item.step.heading}"] if item.step.heading else [])
        yield from ([item.step.words] if item.step.words else [])
        yield code_block(item)


def _times(done: tuple[Done, ...]) -> str:
    """The seconds of the commands below each heading."""
    below: dict[str, list[Done]] = {}
    heading = ""
    for item in done:
        heading = item.step.heading or heading
        below.setdefault(heading, []).append(item)
    below["together"] = list(done)
    return "\n".join(
        [
            "On a machine with two cores that did other work at the same time.\n"
            "What people do between the commands is not counted.\n",
            "```{table} Seconds of each step",
            "| step | commands | seconds by the clock | seconds of a processor |",
            "|---|---:|---:|---:|",
            *(
                f"| {name} | {len(items)} | {sum(i.seconds for i in items):.1f} "
                f"| {sum(i.processor for i in items):.1f} |"
                for name, items in below.items()
            ),
            "```",
        ]
    )


def main() -> None:
    """Run both in a copy of the checkout and write the page."""
    from tests.site.conftest import copy_checkout

    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        copy_checkout(root)
        steps = last_version(root / "data")
        go_back(root)
        run(root, Step("./review build"))  # The site as it stood before the new rows.
        remade = tuple(run(root, step) for step in steps)
        searched = tuple(run(root, step) for step in story(root / "data"))
    write_atomically(ROOT / PAGE, page(remade, searched))


if __name__ == "__main__":
    main()
