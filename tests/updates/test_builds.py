"""What is edited is built: all ordinary edits at once, all changes of the plan, and a release."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from html import unescape
from pathlib import Path

from analysis.evidence.load import load
from analysis.pages.search_page import flow_alt
from analysis.screening.counted_flow import load_flow
from analysis.versions.releases import releases
from tests.evidence.folder import DataFolder
from tests.site.conftest import copy_checkout
from tests.updates.edits import OF_THE_PLAN, SCREENERS, TOGETHER, Edit
from tests.updates.making import NO_VALUE

# Pages of each kind, on which the version is read.
READ = ("index", "whats-new", "downloads", "background", "non-headache-pain-post")
# What stands between tags, of the page's own content.
CONTENT = re.compile(r"<(?:article|main)\b.*</(?:article|main)>", re.DOTALL)
NO_TEXT = re.compile(r"<(script|style|pre|code)\b.*?</\1>|<[^>]*>", re.DOTALL)


def review(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the review in a clone, with this environment's packages."""
    return subprocess.run(
        [sys.executable, "-m", "analysis", *command],
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def clone(root: Path, edits: tuple[Edit, ...]) -> DataFolder:
    root.mkdir()
    copy_checkout(root)
    folder = DataFolder(root / "data")
    for edit in edits:
        edit(folder)
    return folder


def build(root: Path) -> dict[str, str]:
    """The words of each page of the site, which must have been built."""
    done = review(root, "build", "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {}
    for page in sorted((root / "_build/html").rglob("*.html")):
        content = CONTENT.search(page.read_text(encoding="utf-8"))
        pages[page.stem] = unescape(NO_TEXT.sub(" ", content[0])) if content else ""
    return pages


def shown_wrong(pages: dict[str, str]) -> list[str]:
    return [f"{name}: {found[0]}" for name, text in pages.items()
            for found in NO_VALUE.finditer(text)]  # fmt: skip


def test_all_ordinary_edits_are_built_and_released_once(tmp_path: Path) -> None:
    root = tmp_path / "clone"
    folder = clone(root, TOGETHER)
    last = releases(folder.path)[-1].name
    pages = build(root)
    assert shown_wrong(pages) == []
    assert "Numberless 2025" in pages["included-trials"]
    assert "median 4.00" in pages["included-trials"]
    assert_screened(root, pages)
    draft = f"Draft, changes since {last}"
    assert [name for name in READ if draft not in pages[name]] == []
    assert f"Since version {last}" in pages["index"]
    for said in ("trial taken out", "came to be verified", "corrected value", "row more"):
        assert said in " ".join(pages["whats-new"].split()), said
    edition = root / "_build/html/downloads/edition.json"
    assert json.loads(edition.read_text(encoding="utf-8"))["edition"] == f"{last}+draft"

    folder.set_version("2027.01", "2027-01-15", trigger="")
    untold = review(root, "release", "2027.01")
    assert untold.returncode != 0
    assert "say in version.trigger what led to this version" in untold.stderr
    folder.set_version("2027.01", "2027-01-15", trigger="trials and corrections came in")
    first = review(root, "release", "2027.01")
    assert first.returncode == 0, first.stderr
    assert people_named_in(folder.path / "releases/2027.01") == []
    pages = build(root)
    assert shown_wrong(pages) == []
    assert [name for name in READ if "Version 2027.01 of 15 January 2027" not in pages[name]] == []
    assert [name for name, text in pages.items() if "Draft, changes" in text] == []
    assert "Nothing has changed since version 2027.01" in pages["whats-new"]
    assert json.loads(edition.read_text(encoding="utf-8"))["edition"] == "2027.01"
    again = review(root, "release", "2027.01")
    assert again.returncode != 0
    assert "exists: a release is never changed" in again.stderr
    assert "Traceback" not in again.stderr


def people_named_in(folder: Path) -> list[str]:
    """The files that tell who screened; those in archives too."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        contents = [path.read_bytes()]
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                contents = [archive.read(name) for name in archive.namelist()]
        if any(who.encode() in content for who in SCREENERS for content in contents):
            found.append(str(path))
    return found


def assert_screened(root: Path, pages: dict[str, str]) -> None:
    """The flow counts what people decided, and no file of the site says who they are."""
    flow = load_flow(root / "data", load(root / "data"))
    assert flow.databases is not None
    assert (flow.databases.to_screen, flow.databases.reports_included) == (1, 1)
    assert "Searched 2026" in pages["included-trials"]
    shown = (root / "_build/html/results/search.html").read_text(encoding="utf-8")
    assert flow_alt(flow) in unescape(shown)
    assert (root / "data/screening" / f"{SCREENERS[0]}.csv").is_file()
    assert people_named_in(root / "_build/html") == []


def test_changes_of_the_plan_are_built(tmp_path: Path) -> None:
    root = tmp_path / "clone"
    clone(root, OF_THE_PLAN)
    pages = build(root)
    assert shown_wrong(pages) == []
    assert {"facial-pain-post", "non-headache-sleep-post", "non-headache-pain-long-term"} <= {
        *pages
    }
    assert "No included trial has judgements yet" in pages["risk-of-bias"]
