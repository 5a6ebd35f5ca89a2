"""The kernel in the process of a page: what it writes is what an ordinary one writes."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from analysis.execution.notebook import Executed, Failed
from analysis.execution.warm import WarmWorkers
from analysis.execution.workers import cold_workers
from tests.execution.templates import FIGURE, job, notebook, printed

# Outputs of every kind: each cell's are the same, in the same order, from an ordinary kernel.
KINDS = {
    "a value, and none where it is silenced": ["1 + 1", "2;", "x = 3", "_ + 1"],
    "an empty cell, which is not counted": ["", "# nothing", "4"],
    "print and display in their order": [
        "import sys\nprint('a')\ndisplay('b')\nprint('c', end='')\ndisplay('d')\n'e'"
    ],
    "a representation in several formats, with metadata": [
        "class Rich:\n"
        "    def _repr_html_(self): return '<b>x</b>', {'isolated': True}\n"
        "    def _repr_png_(self): return b'\\x89PNG'\n"
        "    def _repr_latex_(self): return '$x$'\n"
        "    def _repr_json_(self): return {'n': (1, 2.5, None), 3: 'three'}\n"
        "display({'text/plain': repr(Rich())[:9]}, raw=True, metadata={'text/plain': {'n': 1}})",
        "class Plain:\n"
        "    def _repr_mimebundle_(self, **_): return {'text/markdown': '*x*'}\n"
        "    def __repr__(self): return 'x'\n"
        "Plain()",
    ],
    "a display that is updated later": [
        "shown = display('once', display_id=True)\nprint('between')",
        "shown.update('twice')",
        "display('thrice', display_id=shown.display_id);",
    ],
    "an output that is cleared": [
        "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('stays')",
        "print('gone')\nclear_output(wait=True)\ndisplay('stays')",
    ],
    "a figure": [FIGURE.format("dots")],
    "a set, in whichever order": ["print({'pain', 'disability', 'anxiety'})"],
    "a frame": ["import pandas as pd\npd.DataFrame({'x': [1.5, None]})"],
    "what a cell awaits": ["import asyncio\nawait asyncio.sleep(0)\n'awaited'"],
    "magic": ["%%capture said\nprint('kept')", "said.stdout", "%matplotlib inline", "%pwd"],
    "another program": [
        "!echo one",
        "import subprocess, time\n"
        "print('before', flush=True)\n"
        "subprocess.run(['echo', 'two'])\n"
        "time.sleep(0.3)\n"
        "print('after')",
    ],
    "carriage returns": ["print('10 %\\r20 %\\r', end='')\nprint('done')"],
    "text that is no Unicode": [
        "import os\nos.write(1, b'\\xff\\n')\nimport time\ntime.sleep(0.3)"
    ],
}


# What a notebook can end with.
FAILURES = {
    "an error": ["1", "def f(x):\n    return 1 / x\n\nf(0)"],
    "an error with a cause": [
        "try:\n    {}['k']\nexcept KeyError as error:\n    raise ValueError('α < β') from error"
    ],
    "a syntax error": ["x = (\n"],
    "an exit": ["raise SystemExit('enough')"],
    "a question": ["input('who?')"],
}


def test_an_ordinary_kernel_gives_the_same_pages_and_fails_with_the_same_words(
    warm: WarmWorkers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An ordinary kernel that sees it leaves the descriptors alone.
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    cells = [cell for kind in KINDS.values() for cell in kind]
    jobs = [job(notebook(*cells), tmp_path) for cells in (cells, *FAILURES.values())]
    with cold_workers(2) as cold:
        futures = [cold.submit(one) for one in jobs]
        page, *failures = (future.result() for future in futures)
    same, *same_failures = (warm.submit(one).result() for one in jobs)
    assert isinstance(page, Executed), str(page)
    assert isinstance(same, Executed), str(same)
    kinds = [kind for kind, cells in KINDS.items() for _ in cells]
    pages = (nbformat.reads(one.notebook, 4).cells[1:] for one in (same, page))
    for kind, ours, theirs in zip(kinds, *pages, strict=True):
        assert ours == theirs, kind
    assert (same.notebook, same.stderr) == (page.notebook, page.stderr)
    assert all(isinstance(one, Failed) for one in failures)
    assert same_failures == failures


DESCRIPTORS = """\
import ctypes, os, subprocess, sys
c = ctypes.CDLL(None)
print("Python", end=" ")
c.puts(b"C")
c.fflush(None)
subprocess.run(["echo", "program"])
os.write(1, b"descriptor\\n")
display("shown")
subprocess.run("echo again > /dev/stdout; echo aside > /dev/stderr", shell=True)
os.write(2, "α".encode()[:1])
print("β", file=sys.stderr)
"""


def test_what_is_written_to_the_descriptors_stands_where_it_was_written(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    text = notebook(DESCRIPTORS, "print('next')")
    made = warm.submit(job(text, tmp_path)).result()
    assert isinstance(made, Executed), str(made)
    assert printed(made.notebook) == "Python C\nprogram\ndescriptor\nagain\nnext\n"
    assert made.stderr == "aside\n\ufffdβ\n"


def test_no_writer_waits_for_a_reader(warm: WarmWorkers, tmp_path: Path) -> None:
    """However much another program writes."""
    lots = "import subprocess\nsubprocess.run('yes x | head -c 1000000', shell=True, check=True)"
    made = warm.submit(job(notebook(lots), tmp_path, timeout=20)).result()
    assert isinstance(made, Executed), str(made)
    assert printed(made.notebook) == "x\n" * 500_000
