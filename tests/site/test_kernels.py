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
from tests.site.forked_kernels import NAME, forked_kernels

SHARES = 2
# Every notebook imports these itself, so that what they bring along is there in any kernel.
IMPORTED = ("analysis.pages.context", "analysis.pages.html")
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


def chapters(pages: Iterable[Page]) -> list[str]:
    return [str(Path("chapters") / page.target) for page in pages]


@pytest.mark.parametrize(
    "share",
    [
        pytest.param(share, marks=pytest.mark.xdist_group(f"kernels {share}"))
        for share in range(SHARES)
    ],
)
def test_a_kernel_with_nothing_but_its_own_imports_gives_the_same_outputs(
    built: Built, living: Evidence, answers: Mapping[str, Synthesis], share: int
) -> None:
    pages = contents_of(living.protocol).pages
    chosen = one_of_each_kind(pages, answers)
    assert {page.template for page in chosen} == {page.template for page in pages}
    for page in chosen:
        source = (built.root / page.template).read_text(encoding="utf-8")
        assert [name for name in IMPORTED if f"from {name} import " not in source] == []
    with forked_kernels(built.root, IMPORTED) as environment:
        run_again(chapters(chosen[share::SHARES]), built.root, environment, NAME)


@pytest.mark.xdist_group(f"kernels {SHARES}")
def test_an_ordinary_kernel_gives_the_same_outputs(
    built: Built, living: Evidence, answers: Mapping[str, Synthesis]
) -> None:
    """Of the page of most trials, and of the front page: the interpreter began with them."""
    chosen = one_of_each_kind(contents_of(living.protocol).pages, answers)
    longest = max(chosen, key=lambda page: answers[page.name].k if page.name in answers else -1)
    (front,) = (page for page in chosen if page.name == "index")
    environment = {**os.environ, "PYTHONPATH": str(built.root)}
    run_again(chapters([longest, front]), built.root, environment, "python3")


def run_again(
    notebooks: Sequence[str], root: Path, environment: Mapping[str, str], kernel: str
) -> None:
    """Execute notebooks in kernels of that name and compare their outputs with those they hold."""
    for _ in range(2):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "--nbval", "--nbval-kernel-name", kernel, "-q"),
                *("-p", "nbval.plugin", "-p", "no:cacheprovider", "--assert=plain", "--tb=short"),
                *("-o", "filterwarnings=", "-o", "addopts=", *notebooks),
            ],
            cwd=root,
            capture_output=True,
            text=True,
            env={**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        )
        if NEVER_BEGAN not in done.stdout:
            break
    assert done.returncode == 0, done.stdout[-4000:]
