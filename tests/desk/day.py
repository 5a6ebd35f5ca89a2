"""A day of the review, from a search to a release: at the desk in Chromium, and by the commands.

The trial and the records are those of the recorded update, fewer of them.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page
from typer.testing import CliRunner

from analysis.commands import command_line
from analysis.screening.extraction import DIFFERENCES
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from tests.evidence.folder import DATA
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris
from tests.searching.fixtures import DAY
from tests.searching.recorded_update import (
    AGREED,
    PAIN,
    STUDY,
    STUDY_CELLS,
    TITLE,
    TYPED_BY_BEN,
    edit,
    rows_of,
    write_rows,
)
from tests.searching.sources import find_source

ROOT = Path(__file__).resolve().parents[2]
WHEN = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
RECORDS = 6
DOUBTFUL = "Made-up record: Web-based exercise for back pain, a randomised controlled trial"
WHY = "intervention"
QUESTION = "non-headache.pain.post"
VERSION, DAY_OF_IT, TRIGGER = "2027.01", "2027-01-15", "a search found a new eligible trial"
SUPPORT = "made up, table 2"
DOMAINS = (
    "randomisation process",
    "deviations from intended interventions",
    "missing outcome data",
    "measurement of the outcome",
    "selection of the reported result",
    "overall",
)
SETTLED = {"measurement of the outcome": "some concerns", "overall": "some concerns"}
JUDGED = {
    "anna": dict.fromkeys(DOMAINS, "low"),
    "ben": {**dict.fromkeys(DOMAINS, "low"), **SETTLED},
}


def begin(root: Path) -> Path:
    """The data before the day: the frozen review, and a search that was taken in."""
    data = root / "data"
    shutil.copytree(DATA, data, ignore=shutil.ignore_patterns(".*"))
    found = [
        replace(article, title=title)
        for article, title in zip(
            articles(RECORDS, seed=30),
            (TITLE, DOUBTFUL, *(f"Made-up record {number}" for number in range(RECORDS))),
            strict=False,
        )
    ]
    take_in(data, {"medline": ovid_ris(found)})
    return data


def take_in(data: Path, exports: Mapping[str, str]) -> None:
    """Take in exports by their source, and look for duplicates."""
    for source, text in exports.items():
        export = data.parent / f"{source}.txt"
        export.write_text(text, encoding="utf-8", newline="")
        import_exports(data, [export], SearchDetails(find_source(source), DAY, "anna"))
    deduplicate(data, load_library(data))


Decides = Callable[[str, str, str, str], Mapping[str, str]]
"""Person, stage, identity and title of a record → what that person decides on it."""
Step = tuple[str, Callable[[], object]]


def decision(who: str, stage: str, record_id: str, title: str) -> Mapping[str, str]:
    """What a person decides on a record."""
    if who == "consensus":
        return {"decision": "exclude", "criterion": WHY}
    if stage == "retrieval":
        return {"decision": "obtained"}
    if stage == "full-report":
        return {"decision": "include", "study_id": STUDY}
    wanted = title == TITLE or (title == DOUBTFUL and who == "anna")
    return {"decision": "include"} if wanted else {"decision": "exclude", "criterion": WHY}


STAGES = (
    ("anna", "title-abstract"),
    ("ben", "title-abstract"),
    ("consensus", "title-abstract"),
    ("anna", "retrieval"),
    ("anna", "full-report"),
    ("ben", "full-report"),
)


def by_the_commands(data: Path, decides: Decides = decision) -> Iterator[Step]:
    """The whole day typed into a terminal, sheets filled in by hand; step by step."""
    for who, stage in STAGES:
        yield f"{stage}: {who}", partial(_screen_in_a_sheet, data, who, stage, decides)
    yield "extract, compare, accept", partial(_extract, data)
    yield "verify", partial(_run, data, "verify", STUDY, "--who", "cleo", "--seen", "all")
    for who, judged in (*JUDGED.items(), ("consensus", SETTLED)):
        yield f"judge: {who}", partial(_judge, data, who, judged)
    decided = ["--who", "anna", "--say", f"imprecision=1: {SUPPORT}"]
    yield "certainty", partial(_run, data, "certainty", QUESTION, *decided, code=3)
    yield "release", partial(_release, data)


def _screen_in_a_sheet(data: Path, who: str, stage: str, decides: Decides) -> None:
    sheet = data.parent / f"{stage}.{who}.csv"
    screen = f"screen --who {who} --stage {stage}"
    _run(data, *screen.split(), "--write-sheet", str(sheet))
    rows = rows_of(sheet)
    for row in rows:
        row |= decides(who, stage, row["record_id"], row["title"])
    write_rows(sheet, rows)
    _run(data, *screen.split(), "--read-sheet", str(sheet))


def _extract(data: Path) -> None:
    folders = [data / "extraction" / STUDY / who for who in ("anna", "ben")]
    for folder in folders:
        _run(data, "extract", "new", STUDY, "--who", folder.name)
        edit(folder / "studies.csv", STUDY_CELLS)
        edit(folder / "outcomes.csv", PAIN)
    edit(folders[1] / "outcomes.csv", {"sd_control": TYPED_BY_BEN})
    both = [str(folder) for folder in folders]
    for folder in both:
        _run(data, "extract", "finish", folder)
    _run(data, "extract", "compare", *both, code=3)
    edit(folders[0].parent / f"{DIFFERENCES}.csv", {"agreed": AGREED})
    _run(data, "extract", "accept", *both)


def _judge(data: Path, who: str, judged: Mapping[str, str]) -> None:
    result = f"{STUDY} --outcome pain --timepoint post --tool".split()
    said = [f"--say={domain}={word}: {SUPPORT}" for domain, word in judged.items()]
    _run(data, "judge", *result, "RoB 2", "--who", who, *said, code=None)


def _release(data: Path) -> None:
    from analysis.commands import options

    before, options.ROOT = options.ROOT, data.parent
    try:
        told = ["--trigger", TRIGGER, "--methods", "none", "--day", DAY_OF_IT]
        invoked(["release", VERSION, *told], 0)
    finally:
        options.ROOT = before


def _run(data: Path, *arguments: str, code: int | None = 0) -> str:
    return invoked([*arguments, "--data", str(data)], code)


def invoked(arguments: list[str], code: int | None) -> str:
    """What a command prints; AssertionError where it ends with another code, None for any."""
    result = CliRunner().invoke(command_line.app, arguments)
    ended = result.exit_code == code if code is not None else result.exit_code in (0, 3)
    assert ended, (arguments, result.output, result.exception)
    return result.output


@contextmanager
def desk_on(data: Path, *options: str) -> Iterator[str]:
    """A desk as its command starts it; its address with the token."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    command = [sys.executable, "-m", "analysis", "desk", "--no-browser", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--data", str(data), *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, line
            yield found[0]
        finally:
            process.terminate()
            process.wait(20)


@dataclass
class Person:
    """Somebody at the desk, in a browser of their own."""

    who: str
    page: Page
    origin: str

    @classmethod
    def sits_down(cls, browser: Browser, address: str, who: str) -> Person:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(address)
        page.goto(f"{address.split('?')[0]}who")
        page.fill("#name", who)
        page.get_by_role("button", name="Work as this person").click()
        return cls(who, page, address.split("/?")[0])

    def opens(self, path: str) -> Page:
        self.page.goto(self.origin + path)
        return self.page

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def screens(self, stage: str, decides: Decides = decision) -> None:
        """One record after another, by keys."""
        page = self.opens(f"/screen/{stage}")
        while page.locator("form.decision").count():
            self._decides(self.who, stage, decides)

    def settles(self, stage: str, decides: Decides = decision) -> None:
        page = self.opens(f"/screen/{stage}/differences")
        while page.locator("ul.decided a").count():
            with page.expect_navigation(wait_until="load"):  # before that, no key is heard
                page.locator("ul.decided a").first.click()
            self._decides("consensus", stage, decides)

    def _decides(self, who: str, stage: str, decides: Decides) -> None:
        page = self.page
        record = page.locator("form.decision [name=record]").input_value()
        said = decides(who, stage, record, page.locator("h1").inner_text())
        if study := said.get("study_id"):
            page.fill("[name=study_id]", study)
            page.locator("h1").click()  # while one types in a field a key is a letter
        if criterion := said.get("criterion"):
            button = page.locator(f"[name=exclude_by][value='{criterion}']")
            keys = "e", button.get_attribute("data-reason")
        elif said["decision"] == "exclude":
            keys = "e", "Enter"
        else:
            button = page.locator(f"[name=decision][value='{said['decision']}']")
            keys = (button.get_attribute("data-key"),)
        with page.expect_navigation(wait_until="load"):
            for key in keys:
                page.keyboard.press(key)

    def fills(self, cells: Mapping[str, str]) -> None:
        for name, value in cells.items():
            field = self.page.locator(f"[name='{name}']")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def extracts(self, cells: Mapping[str, str]) -> None:
        self.opens("/extract")
        self.page.locator(f"button[name=study][value='{STUDY}']").click()
        self.opens(f"/extract/{STUDY}/trial")
        self.fills({f"study.{name}": cell for name, cell in STUDY_CELLS.items()})
        self.presses("Save, and back to the results")
        self.page.get_by_role("link", name="Pain after treatment").first.click()
        self.fills(cells)
        self.presses("Save, and back to the trial")
        self.presses("I have finished this trial")

    def verifies(self) -> None:
        self.opens(f"/judge/verify/{STUDY}")
        self.presses("Every number matches")

    def releases(self) -> None:
        self.opens("/release")
        self.fills({"name": VERSION, "day": DAY_OF_IT, "trigger": TRIGGER, "methods": "none"})
        self.presses("Show what readers will see")
        self.presses(f"Release version {VERSION}")
        self.page.get_by_text(f"Version {VERSION} is released").wait_for()

    def judges(self) -> None:
        self._judges("assess", JUDGED[self.who], "Save and go on")

    def settles_judgements(self) -> None:
        self._judges("settle", SETTLED, "Settle it")

    def _judges(self, what: str, judged: Mapping[str, str], button: str) -> None:
        """One domain after another, as the desk shows them."""
        asked = {"outcome": "pain", "timepoint": "post", "tool": "RoB 2"}
        page = self.opens(f"/judge/{what}/{STUDY}?{urlencode(asked)}")
        for domain, word in judged.items():
            assert page.locator("form [name=domain]").first.input_value() == domain
            page.check(f"[name=judgement][value='{word}']")
            page.fill("#support", SUPPORT)
            with page.expect_navigation():
                self.presses(button)


def at_the_desk(browser: Browser, data: Path, decides: Decides = decision) -> Iterator[Step]:
    """The whole day in the browser, in the steps of `by_the_commands`."""
    with desk_on(data) as address:
        people = {who: Person.sits_down(browser, address, who) for who in ("anna", "ben", "cleo")}
        anna, ben, cleo = people.values()
        for person in people.values():  # what a form shows while one types has tests of its own
            person.page.route("**/tried", lambda route: route.abort())
        for who, stage in STAGES:
            act = anna.settles if who == "consensus" else people[who].screens
            yield f"{stage}: {who}", partial(act, stage, decides)
        yield "extract, compare, accept", partial(_extract_and_settle, anna, ben)
        yield "verify", cleo.verifies
        yield "judge: anna", anna.judges
        yield "judge: ben", ben.judges
        yield "judge: consensus", ben.settles_judgements
        yield "certainty", partial(_decide_certainty, anna)
        yield "release", anna.releases


def done(steps: Iterable[Step]) -> None:
    """Do one after another."""
    for _, act in steps:
        act()


def _extract_and_settle(anna: Person, ben: Person) -> None:
    anna.extracts(PAIN)
    ben.extracts({**PAIN, "sd_control": TYPED_BY_BEN})
    anna.opens(f"/extract/{STUDY}/both")
    anna.presses("Take what anna read")
    anna.presses("Take what the two agree on into the evidence")


def _decide_certainty(person: Person) -> None:
    person.opens(f"/judge/certainty/{QUESTION.replace('.', '-')}")
    person.page.select_option("#levels-imprecision", "1")
    person.page.fill("#reason-imprecision", SUPPORT)
    person.presses("Decide imprecision")


def files(data: Path) -> dict[str, bytes | list[bytes]]:
    """What was saved, whenever that was.

    The order of reading is learned while people read at the desk, and before it in a sheet: it is
    another one, and so is the order of decisions.
    """
    found: dict[str, bytes | list[bytes]] = {}
    for path in sorted(data.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and "rankings" not in path.parts:
            said = WHEN.sub(b"some day", path.read_bytes())
            decided = path.parent.name == "screening"
            found[path.relative_to(data).as_posix()] = (
                sorted(said.split(b"\n")) if decided else said
            )
    return found
