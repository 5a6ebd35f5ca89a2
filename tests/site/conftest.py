"""The site as a newcomer builds it: a fresh copy of the checkout, `make book`, nothing else.

It is built of today's evidence, so these tests hold whatever that says: what they expect of a
number or a name they take from the evidence, or from the results behind the pages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.synthesis.question_result import Synthesis
from analysis.versions.results import read_results
from tests.evidence.folder import ROOT
from tests.site.browser import chromium
from tests.site.reading import Documents, parsed


@dataclass(frozen=True)
class Built:
    """A build in a temporary checkout: its folder, and what `make book` printed."""

    root: Path
    said: str

    @property
    def site(self) -> Path:
        return self.root / "_build" / "html"

    @property
    def all_pages(self) -> list[Path]:
        """Every page of the book that has an address, the search page among them."""
        apart = (self.site / "_static", self.site / "versions", self.site / "404.html")
        pages = self.site.rglob("*.html")
        return sorted(p for p in pages if not any(map(p.is_relative_to, apart)))

    @property
    def standing_alone(self) -> list[Path]:
        """The pages of versions and of their comparisons, which have nothing of the theme."""
        return sorted((self.site / "versions").glob("*.html"))

    @property
    def pages(self) -> list[Path]:
        """Every page of the book, without the one that searches it."""
        return [page for page in self.all_pages if page != self.site / "search.html"]


@pytest.hookimpl(wrapper=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    # What a module makes of the site one worker makes; the others get on with other modules.
    for item in items:
        ours = Path(item.path).is_relative_to(Path(__file__).parent)
        if ours and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(f"site {item.path.stem}"))
    return (yield)


def copy_checkout(target: Path) -> None:
    """Copy what a clone of the present state would hold: tracked and not ignored files."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what a clone would hold cannot be known")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def make(root: Path, goal: str) -> subprocess.CompletedProcess[str]:
    """Run `make` there with this environment's packages, which are the pinned ones."""
    return subprocess.run(
        ["make", "--no-print-directory", goal],
        cwd=root,
        capture_output=True,
        text=True,
        env={**os.environ, "TERM": "dumb", "REVIEW_ENVIRONMENT": sys.prefix},
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site, built once from a fresh copy of the checkout; no test changes anything in it."""
    ours = tmp_path_factory.getbasetemp()
    folder = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    root, said = folder / "newcomer", folder / "newcomer.said"
    with FileLock(folder / "newcomer.lock"):  # whichever worker comes first builds it for all
        if not said.exists():
            copy_checkout(root)
            done = make(root, "book")
            assert done.returncode == 0, f"make book failed:\n{done.stdout}\n{done.stderr}"
            said.write_text(done.stdout, encoding="utf-8")
    return Built(root, said.read_text("utf-8"))


@pytest.fixture(scope="session")
def living(built: Built) -> Evidence:
    """The evidence that the site was built of."""
    return load(built.root / "data")


@pytest.fixture(scope="session")
def answers(built: Built, living: Evidence) -> Mapping[str, Synthesis]:
    """The results behind the pages, by the question's key."""
    return read_results(built.root / "results", living.protocol)


@pytest.fixture(scope="session")
def documents(built: Built) -> Documents:
    """Every page of the site, parsed, by its path."""
    return parsed(built.site, built.all_pages)


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def browser(opened: Browser) -> Iterator[Browser]:
    """One program for all tests of a module; what a test opens in it no other finds."""
    yield opened
    for context in opened.contexts:
        context.close()
