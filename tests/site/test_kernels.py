"""Pages executed in forks say what an ordinary kernel says: nbval runs one of each kind again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from analysis.book.contents import contents_of
from analysis.evidence.rows import Evidence
from analysis.execution.plan import Page
from analysis.synthesis.question_result import Synthesis
from tests.site.conftest import Built

# More than two cores have, so that a worker who comes late finds some left.
SHARES = 4
# A page of no, one or two trials says things that no larger one says, nor each other.
MANY = 3
# Ports are chosen before the kernel binds them: another process may have taken one by then.
NEVER_BEGAN = "Kernel died before replying to kernel_info"


def one_of_each_kind(pages: Iterable[Page], answers: Mapping[str, Synthesis]) -> list[Page]:
    """A page of each notebook; of a question's, one for each of the small numbers of trials
    that there are, and the one with most."""

    def trials(page: Page) -> int:
        return answers[page.name].k if page.name in answers else 0

    kinds = {(page.template, min(trials(page), MANY)): page for page in sorted(pages, key=trials)}
    return list(kinds.values())


@pytest.mark.parametrize(
    "share",
    [
        pytest.param(share, marks=pytest.mark.xdist_group(f"kernels {share}"))
        for share in range(SHARES)
    ],
)
def test_an_ordinary_kernel_gives_the_same_outputs(
    built: Built, living: Evidence, answers: Mapping[str, Synthesis], share: int
) -> None:
    pages = contents_of(living.protocol).pages
    chosen = one_of_each_kind(pages, answers)
    assert {page.template for page in chosen} == {page.template for page in pages}
    notebooks = [str(Path("chapters") / page.target) for page in chosen[share::SHARES]]
    done = run_again(notebooks, built.root)
    if NEVER_BEGAN in done.stdout:
        done = run_again(notebooks, built.root)
    assert done.returncode == 0, done.stdout[-4000:]


def run_again(notebooks: Sequence[str], root: Path) -> subprocess.CompletedProcess[str]:
    """Execute notebooks in ordinary kernels and compare their outputs with those they hold."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider"),
            *("-o", "filterwarnings=", "-o", "addopts=", "--tb=short", *notebooks),
        ],
        cwd=root,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
