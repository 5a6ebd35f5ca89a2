"""The tutorial is carried out as it stands: commands typed, rows added, answers read."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.protocol import load_protocol
from analysis.versions.results import read_results
from tests.evidence.folder import ROOT, DataFolder
from tests.site.conftest import copy_checkout

pytestmark = pytest.mark.xdist_group("tutorial")  # carried out by one worker

TUTORIAL = ROOT / "STARTING.md"
# A block of commands or of what they answer, or a table whose first cell names a file.
STEP = re.compile(r"^```(shell|text)\n(.*?)^```$|^\| `([^`]+)` \|(.*?)\n\n", re.M | re.S)
# R: rma(yi, vi, data = escalc("RR", ...dat.bcg)[1:3, ], method = "REML", test = "adhoc").
METAFOR = (-1.330234, -2.650654, -0.009815)


@dataclass(frozen=True)
class Done:
    """Where the tutorial ended, and all that its commands printed."""

    folder: Path
    said: str


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def rows(header: str, table: str) -> Iterator[dict[str, str]]:
    """The rows of a table of the tutorial, by column."""
    names = cells(header)
    for line in table.strip().splitlines():
        yield dict(zip(names, cells(line)[1:], strict=True))


def typed(commands: str, folder: Path) -> tuple[Path, str]:
    """Type commands; the folder in which they end, and what they printed."""
    done = subprocess.run(
        ["sh", "-euc", f"{commands}\npwd"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "TERM": "dumb", "REVIEW_ENVIRONMENT": sys.prefix},
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
    *said, last = done.stdout.splitlines()
    return Path(last), "\n".join(said)


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The tutorial, carried out beside a copy of the checkout."""
    folder = tmp_path_factory.mktemp("tutorial") / "checkout"
    copy_checkout(folder)
    said, last = [], ""
    for step in STEP.finditer(TUTORIAL.read_text(encoding="utf-8")):
        kind, block, file, table = step.groups()
        if kind == "shell":
            folder, last = typed(block, folder)
            said.append(last)
        elif kind == "text":
            assert block.strip() == last.strip()
        else:
            header, _, *body = f"|{table}".splitlines()
            data = DataFolder(folder / "data")
            for row in rows(header, "\n".join(body)):
                data.append(Path(file).name, **row)
    return Done(folder, "\n".join(said))


def test_it_ends_with_the_estimate_that_it_names_and_metafor_gives(tutorial: Done) -> None:
    protocol = load_protocol(tutorial.folder / "data/protocol.yml")
    (found,) = read_results(tutorial.folder / "results", protocol).values()
    assert found.primary is not None
    interval = found.primary.interval
    assert (found.primary.estimate, interval.low, interval.high) == pytest.approx(METAFOR, abs=1e-5)
    printed = re.search(
        r"risk ratio of (\S+) \(95% interval (\S+) to (\S+)\)", TUTORIAL.read_text()
    )
    assert printed is not None
    page = next((tutorial.folder / "_build/html/effects").glob("*.html")).read_text("utf-8")
    assert all(number in page for number in printed.groups())


def test_what_it_says_is_about_its_own_question(tutorial: Done) -> None:
    """No page speaks of what this review has not: another's words, a review before, conditions."""
    pages = [*(tutorial.folder / "_build/html").rglob("*.html")]
    assert len(pages) > 20
    pages = [path for path in pages if path.name != "downloads.html"]  # tells every field
    text = {path.name: re.sub(r"<[^>]+>", " ", path.read_text("utf-8")) for path in pages}
    wrong = re.compile(
        r"chronic pain|headache|Internet.delivered|baseline review|later trial|of no trial"
    )
    assert {f"{name}: {said}" for name in text for said in wrong.findall(text[name])} == set()
    (front,) = (path for path in pages if path.parent.name == "html" and path.name == "index.html")
    assert "tuberculosis" in front.read_text("utf-8")


def test_its_own_tests_ran(tutorial: Done) -> None:
    assert re.search(r"\b\d+ passed", tutorial.said)
    assert "failed" not in tutorial.said


def test_the_rows_are_those_of_the_published_table(tutorial: Done) -> None:
    """`dat.bcg` of metadat 1.2: cases, and people without, in the vaccinated and the others."""
    published = [(4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209)]
    with (tutorial.folder / "data/outcomes.csv").open(encoding="utf-8", newline="") as lines:
        typed_in = [
            tuple(
                int(row[f"{what}_{arm}"]) for arm in ("intervention", "control")
                for what in ("events", "total")
            )
            for row in csv.DictReader(lines)
        ]  # fmt: skip
    assert typed_in == [(a, a + b, c, c + d) for a, b, c, d in published]
