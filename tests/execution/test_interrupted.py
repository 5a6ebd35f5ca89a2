"""A build that is ended in the middle of its pages: nothing runs on, and the next one resumes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from analysis.execution.plan import Page, Project
from analysis.execution.run import execute
from analysis.execution.staleness import Inputs, read_record
from analysis.execution.warm import WarmWorkers
from analysis.files.writing import write_atomically
from tests.execution.templates import notebook, publishing
from tests.execution.test_warm import gone, wait_for

ROOT = Path(__file__).resolve().parents[2]
# Waits until it is let go, and says who waits.
PATIENT = """\
import os, time
with open("waits.tmp", "w") as file:
    file.write(str(os.getpid()))
os.replace("waits.tmp", "waits")
while not os.path.exists("enough"):
    time.sleep(0.02)
"""
BUILDER = """\
import io, sys
from pathlib import Path
from rich.console import Console
from analysis.book.build import Manner, Review, build_all
from analysis.book.checked import Checked
from analysis.book.documents import Contents, Document, Part
from analysis.execution.plan import Project
from tests.execution.test_interrupted import plan

documents = tuple(Document(f"effects/{page.name}", page) for page in plan())
contents = Contents(Document("index"), (Part("Effects", documents),))
review = Review(Project(Path(sys.argv[1])), lambda: contents, lambda: Checked({}))
built = build_all(review, Console(file=io.StringIO()), Manner(jobs=2))
sys.exit(0 if built.succeeded else 1)
"""


TEXTS = {
    "quick": [publishing("{'n': 1}")],
    "patient": [PATIENT, publishing("{'n': 2}")],
    "front": ["print(*sorted(__import__('os').listdir('results')))"],
}


def plan() -> list[Page]:
    """A quick page, one that waits, and one that reads the results of both."""
    return [
        Page(
            name,
            Path(f"analysis/notebooks/{name}.ipynb"),
            Path(f"effects/{name}.ipynb"),
            needs=("quick", "patient") if name == "front" else (),
        )
        for name in TEXTS
    ]


def processes(kernel: int) -> dict[str, psutil.Process]:
    names = ("parent", "driver")
    return dict(zip(names, psutil.Process(kernel).parents(), strict=False))


# How the build ends, and the status it ends with: when only a part of it is killed it lives
# to say which page failed.
ENDS: dict[str, tuple[Callable[[int], None], int]] = {
    "Ctrl-C": (lambda kernel: processes(kernel)["driver"].send_signal(signal.SIGINT), -2),
    "kill -9 of the driver": (lambda kernel: processes(kernel)["driver"].kill(), -9),
    "kill -9 of the parent": (lambda kernel: processes(kernel)["parent"].kill(), 1),
    "out of memory": (lambda kernel: os.kill(kernel, signal.SIGKILL), 1),
}


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes as Linux has them")
@pytest.mark.parametrize("name", ENDS)
def test_an_interrupted_build_leaves_no_process_and_resumes(
    project: Project, warm: WarmWorkers, name: str
) -> None:
    ends, status = ENDS[name]
    for page in plan():
        write_atomically(project.root / page.template, notebook(*TEXTS[page.name]))
    builder = subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(project.root)], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    assert wait_for(lambda: (project.root / "waits").exists() and "quick" in read_record(project))
    kernel = int((project.root / "waits").read_text(encoding="utf-8"))
    family = psutil.Process(builder.pid).children(recursive=True)
    assert kernel in {process.pid for process in family}
    ends(kernel)
    assert builder.wait(60) == status
    assert gone([process.pid for process in family])
    assert not (project.results / "patient.json").exists()

    (project.root / "enough").touch()
    report = execute(plan(), Inputs(project), warm)
    assert {outcome.page.name: outcome.state for outcome in report.outcomes} == {
        "quick": "fresh", "patient": "executed", "front": "executed"
    }  # fmt: skip
