"""The watch, from a saved file to what a browser is told: a real one, on a small review."""

from __future__ import annotations

import errno
import io
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console

from analysis.book.build import build_all
from analysis.execution.plan import Project
from analysis.execution.warm import can_fork
from tests.book.test_site import assert_same_site
from tests.execution.test_warm import gone
from tests.site.browser import Notes, chromium
from tests.watch import toy

pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="this platform does not fork"),
    pytest.mark.xdist_group("watch"),
]
REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
GENERATIONS = 8
State = dict[str, Any]


@dataclass
class Watched:
    """A watch that runs, its review, and what its server says."""

    project: Project
    process: subprocess.Popen[str]
    port: int

    def get(self, page: str) -> str:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET", f"/{page}")
            return connection.getresponse().read().decode()

    def says(self, page: str, true: Callable[[State], bool]) -> State:
        """What a browser with that page in view is told, once it is so."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET", f"/_watch/events?page={page}")
            answer, deadline = connection.getresponse(), time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                line = answer.readline().decode()
                if line.startswith("data: ") and true(said := json.loads(line[6:])):
                    return dict(said)
        raise AssertionError(f"{page} was never told so: {line}")

    def save(self, path: str, text: str) -> None:
        (self.project.root / path).write_text(text, encoding="utf-8")

    def shows(self, page: str, text: str) -> str:
        """The page as it is served, once it says that."""
        self.says(page, lambda _: text in self.get(page))
        return self.get(page)

    def is_quiet(self) -> State:
        """Wait until nothing is being made."""
        return self.says("index.html", lambda said: not said["making"])

    def site(self, page: str) -> str:
        return (self.project.site / page).read_text("utf-8")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def begin(project: Project, port: int, *generations: int) -> subprocess.Popen[str]:
    given = map(str, (project.root, port, *generations))
    command = [sys.executable, "-m", "tests.watch.toy", *given]
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@contextmanager
def watching(project: Project, *generations: int) -> Iterator[Watched]:
    watched = Watched(project, process := begin(project, port := free_port(), *generations), port)
    try:
        assert process.stdout and "follows what you save" in process.stdout.readline()
        index = project.site / "index.html"
        watched.says("index.html", lambda said: index.is_file() and not said["making"])
        yield watched
    finally:
        process.kill()
        print(process.communicate()[0])  # pytest shows it with what failed


def copy_sources(root: Path, target: Path) -> None:
    """Copy what people wrote of the small review, and nothing that a build made."""
    files = [root / "_config.yml", root / "requirements.txt"]
    for folder in ("chapters", "data", "analysis"):
        found = (root / folder).rglob("*.*")
        files += [path for path in found if folder != "chapters" or path.suffix != ".ipynb"]
    for file in files:
        copy = target / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watching(toy.write_toy(tmp_path_factory.mktemp("toy")), GENERATIONS) as running:
        yield running


def test_a_chapter_is_shown_and_no_other_page_is_loaded_again(watched: Watched) -> None:
    others = watched.says("effects/pain.html", lambda _: True)["page"]
    watched.save("chapters/about.md", toy.ABOUT + "\nA new sentence.\n")
    page = watched.shows("about.html", "A new sentence.")
    assert '<script defer src="/_watch/watch.js"' in page
    watched.is_quiet()
    assert "A new sentence." in watched.site("about.html")
    assert "_watch" not in watched.site("about.html")
    assert watched.says("effects/pain.html", lambda _: True)["page"] == others


def test_data_reach_their_page_and_the_pages_that_read_its_results(watched: Watched) -> None:
    watched.save("data/outcomes.csv", "row\na\nmany-more\n")
    watched.shows("effects/pain.html", "many-more")
    watched.shows("effects/front.html", "2 rows")


@contextmanager
def in_view(watched: Watched, page: str) -> Iterator[None]:
    """A browser has that page open."""
    with closing(HTTPConnection("127.0.0.1", watched.port, timeout=PATIENCE)) as connection:
        connection.request("GET", f"/_watch/events?page={page}")
        connection.getresponse().readline()
        yield


def test_the_open_page_is_begun_beside_the_check_and_shown_only_where_that_ends_well(
    watched: Watched,
) -> None:
    """It is executed once, before the check has ended; of a wrong row nothing is kept."""
    held, seen = (watched.project.root / name for name in (toy.HELD, "seen"))
    told = "import os\nopen('seen', 'a').write(' '.join(rows) + '\\n')"
    toy.pages(watched.project, f"{toy.PAIN[0]}\n{told}", toy.PAIN[1])
    wait_until(seen.exists)
    watched.is_quiet()
    with in_view(watched, "effects/pain.html"):
        for row in ("beside-the-check", "wrong"):
            held.touch()
            watched.save("data/outcomes.csv", f"row\na\n{row}\n")
            wait_until(lambda row=row: f"a {row}" in seen.read_text("utf-8"))  # type: ignore[misc]
            result = (watched.project.results / "pain.json").read_text("utf-8")
            assert row not in result and row not in watched.get("effects/pain.html")
            held.unlink()
            if row == "wrong":
                watched.says("index.html", lambda said: bool(said["problems"]))
            else:
                ahead = watched.shows("effects/pain.html", row)
                watched.is_quiet()
                assert ahead == watched.get("effects/pain.html")
            assert seen.read_text("utf-8").count(row) == 1
    assert (watched.project.results / "pain.json").read_text("utf-8") == result
    assert "beside-the-check" in watched.get("effects/pain.html")
    toy.pages(watched.project, *toy.PAIN)
    watched.save("data/outcomes.csv", "row\na\nmany-more\n")
    watched.says("index.html", lambda said: not said["problems"] and not said["making"])


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_style_is_shown_as_it_is_and_trimmed_in_the_site(watched: Watched) -> None:
    styles = watched.says("about.html", lambda _: True)["styles"]
    watched.save("chapters/_static/toy.css", toy.STYLE.replace("red", "green"))
    watched.says("about.html", lambda said: said["styles"] == styles + 1)
    assert "green" in watched.get("_static/toy.css")
    watched.is_quiet()
    assert watched.site("_static/toy.css") == "p{color: green }"


WRONG = {
    "chapter": (
        "chapters/about.md",
        "# About\n\n[x](nowhere.md)\n",
        "chapters/about.md:3: 'myst' cross-reference target not found",
    ),
    "data": ("data/outcomes.csv", "row\na\nwrong\n", "data/outcomes.csv:3: row: 'wrong' is no row"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_stands_on_the_page_with_its_place_and_the_site_stays(
    watched: Watched, name: str
) -> None:
    path, text, complaint = WRONG[name]
    good, before = (watched.project.root / path).read_text("utf-8"), watched.site("about.html")
    watched.save(path, text)
    (said,) = watched.says("about.html", lambda said: bool(said["problems"]))["problems"]
    assert said.startswith(complaint)
    assert watched.site("about.html") == before
    watched.save(path, good)
    watched.says("about.html", lambda said: not said["problems"] and not said["making"])
    assert watched.site("about.html") == before


def test_a_notebook_that_fails_is_named_with_its_cell(watched: Watched) -> None:
    toy.pages(watched.project, "1 / 0", *toy.PAIN)
    said = watched.says("about.html", lambda said: bool(said["problems"]))["problems"]
    assert "analysis/notebooks/pain.ipynb: pain: cell 2 `1 / 0`: ZeroDivisionError" in said[0]
    assert "front: not executed, because pain failed" in said[1]
    toy.pages(watched.project, *toy.PAIN)
    watched.says("about.html", lambda said: not said["problems"])


def test_code_that_changed_is_what_builds_next(watched: Watched) -> None:
    (builder,) = psutil.Process(watched.process.pid).children()
    watched.save("analysis/other.py", '"""A module."""\n')
    assert gone([builder.pid])
    watched.is_quiet()
    watched.save("chapters/about.md", toy.ABOUT + "\nBy other code.\n")
    watched.shows("about.html", "By other code.")


def parent_of_kernels(watched: Watched) -> int:
    """Its process id; there is one, even where it begins anew."""
    family = psutil.Process(watched.process.pid).children(recursive=True)
    (found,) = (one.pid for one in family if "analysis.execution.warm" in one.cmdline())
    return found


def gone_by_now(process: int) -> bool:
    return not psutil.pid_exists(process)


def test_what_is_saved_is_shown_while_the_parent_of_the_kernels_begins_anew(
    watched: Watched,
) -> None:
    watched.is_quiet()
    before = parent_of_kernels(watched)
    for number in range(GENERATIONS):
        watched.save("chapters/about.md", f"{toy.ABOUT}\nAcross parents {number}.\n")
        watched.shows("about.html", f"Across parents {number}.")
        watched.is_quiet()
        if gone_by_now(before):
            break
    watched.save("data/outcomes.csv", "row\na\nof-a-new-parent\n")
    watched.shows("effects/pain.html", "of-a-new-parent")
    assert gone_by_now(before)
    assert parent_of_kernels(watched) != before


def test_a_build_that_is_killed_is_said_and_the_next_one_has_what_was_saved(
    watched: Watched,
) -> None:
    watched.is_quiet()
    watched.save("data/outcomes.csv", "row\na\nkilled-once\n")
    watched.says("index.html", lambda said: said["making"].startswith("Making"))
    (builder,) = psutil.Process(watched.process.pid).children()
    for generation in builder.children():
        if "analysis.execution.warm" not in generation.cmdline():
            for fork in generation.children():
                fork.kill()
    (said,) = watched.says("index.html", lambda said: bool(said["problems"]))["problems"]
    assert "killed" in said
    watched.save("chapters/about.md", toy.ABOUT)
    watched.shows("effects/pain.html", "killed-once")
    watched.says("index.html", lambda said: not said["problems"])


def test_a_page_is_shown_where_the_fork_that_waits_to_show_it_is_killed(watched: Watched) -> None:
    watched.is_quiet()
    (builder,) = psutil.Process(watched.process.pid).children()

    def killed() -> bool:
        with suppress(psutil.NoSuchProcess):  # who waits ends with its generation
            forks = [fork for each in builder.children() for fork in each.children()]
            for fork in forks:
                fork.kill()
            return bool(forks)
        return False

    wait_until(killed)
    with in_view(watched, "about.html"):
        watched.save("chapters/about.md", f"{toy.ABOUT}\nShown all the same.\n")
        ahead = watched.shows("about.html", "Shown all the same.")
        watched.is_quiet()
        assert ahead == watched.get("about.html")


def git(project: Project, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(
        ["git", *identity, *arguments], cwd=project.root, check=True, capture_output=True
    )


def commit(watched: Watched, name: str) -> None:
    """A commit in which data, a chapter, a notebook and a module say its name."""
    watched.save("data/outcomes.csv", f"row\na\nof-{name}\n")
    watched.save("chapters/about.md", f"{toy.ABOUT}\nOf commit {name}.\n")
    watched.save("analysis/other.py", f'"""Of commit {name}."""\n')
    toy.pages(watched.project, f"print('by', '{name}')", *toy.PAIN)
    git(watched.project, "add", "data", "analysis", "chapters/about.md")
    git(watched.project, "commit", "-qm", name)
    git(watched.project, "tag", name)


def test_what_git_checks_out_beneath_it_is_what_stands_at_last(watched: Watched) -> None:
    """Another commit while the former is being built, and changes that are put aside."""
    git(watched.project, "init", "-q")
    for name in ("one", "two"):
        commit(watched, name)
    watched.says("about.html", lambda said: bool(said["making"]))
    git(watched.project, "checkout", "-q", "one")
    page = watched.shows("effects/pain.html", "by one")
    assert "of-one" in page and "of-two" not in page
    watched.shows("about.html", "Of commit one.")
    watched.save("data/outcomes.csv", "row\na\nput-aside\n")
    watched.shows("effects/pain.html", "put-aside")
    git(watched.project, "stash", "-q")
    watched.shows("effects/pain.html", "of-one")
    assert not watched.is_quiet()["problems"]
    assert "of-one" in watched.site("effects/pain.html")


def test_a_build_beside_it_and_a_second_watch(watched: Watched, monkeypatch: Any) -> None:
    """One waits for the other; the second watch is refused with a sentence."""
    watched.is_quiet()
    monkeypatch.setenv(toy.ROOT, str(watched.project.root))
    watched.save("chapters/index.md", "# Front\n\nBuilt beside it.\n")
    assert build_all(toy.review(), Console(file=io.StringIO())).succeeded
    watched.save("chapters/about.md", toy.ABOUT + "\nAfter the other build.\n")
    watched.shows("about.html", "After the other build.")
    watched.is_quiet()
    assert "Built beside it." in watched.site("index.html")
    second = begin(watched.project, free_port())
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert "another watch follows this folder already" in said


def test_after_all_that_the_site_is_what_a_first_build_makes(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.is_quiet()
    copy_sources(watched.project.root, tmp_path)
    monkeypatch.setenv(toy.ROOT, str(tmp_path))
    assert build_all(toy.review(), Console(file=io.StringIO())).succeeded
    assert_same_site(Project(tmp_path).site, watched.project.site)


def test_the_page_in_the_browser_follows(watched: Watched) -> None:
    """It loads itself again where it stands, takes a style without, and shows what is wrong."""
    watched.is_quiet()
    with chromium() as browser:
        page = browser.new_page()
        notes = Notes.on(page)
        page.goto(f"http://127.0.0.1:{watched.port}/about.html")
        watched.save("chapters/about.md", toy.ABOUT + "\nSeen in the browser.\n")
        page.get_by_text("Seen in the browser.").wait_for()
        watched.save("chapters/_static/toy.css", toy.STYLE.replace("red", "rgb(1, 2, 3)"))
        page.locator("html[data-watch-styles]").wait_for(state="attached")
        assert (
            page.get_by_text("Seen in the browser.").evaluate(
                "element => getComputedStyle(element).color"
            )
            == "rgb(1, 2, 3)"
        )
        watched.save("chapters/about.md", "# About\n\n[x](nowhere.md)\n")
        page.get_by_role("alert").get_by_text("chapters/about.md:3:").wait_for()
        page.get_by_text("Seen in the browser.").wait_for()
        watched.save("chapters/about.md", toy.ABOUT)
        page.get_by_text("Seen in the browser.").wait_for(state="detached")
        assert not [said for said in notes.complaints if "_watch" in said or "style-src" in said]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits other processes, as Linux can")
def test_where_there_is_no_room_the_page_says_so_and_it_goes_on_when_there_is(
    watched: Watched,
) -> None:
    """As with a full disk: whoever builds may write no file that is larger than a page."""
    watched.is_quiet()
    before = watched.site("about.html")
    for process in family_of(watched.process.pid):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
    watched.save("chapters/about.md", toy.ABOUT + "\nWhere there is room.\n")
    (said,) = watched.says("about.html", lambda said: bool(said["problems"]))["problems"]
    assert os.strerror(errno.EFBIG) in said and "Errno" not in said
    assert watched.site("about.html") == before
    for process in psutil.Process(watched.process.pid).children(recursive=True):
        with suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (-1, -1))
    watched.says("about.html", lambda said: not said["problems"] and not said["making"])
    assert "Where there is room." in watched.site("about.html")


def family_of(watch: int) -> list[psutil.Process]:
    """Who builds, who waits with Sphinx, and the parent of the kernels, once all are there."""
    deadline = time.monotonic() + PATIENCE
    while len(family := psutil.Process(watch).children(recursive=True)) < 3:
        assert time.monotonic() < deadline, family
        time.sleep(0.05)
    return family


@pytest.mark.skipif(sys.platform != "linux", reason="ends processes as Linux does")
def test_however_it_ends_no_process_is_left_and_it_can_begin_again(tmp_path: Path) -> None:
    """While a row is being built, too: whoever begins then has the row."""
    project = toy.write_toy(tmp_path)
    for number, status in ((signal.SIGKILL, -9), (signal.SIGINT, 0)):
        with watching(project) as running:
            if number != signal.SIGKILL:
                assert "row-of-9" in running.site("effects/pain.html")
            family = family_of(running.process.pid)
            if number == signal.SIGKILL:
                running.save("data/outcomes.csv", "row\na\nrow-of-9\n")
                running.says("index.html", lambda said: said["making"].startswith("Making"))
            running.process.send_signal(number)
            assert running.process.wait(PATIENCE) == status
            assert gone([process.pid for process in family])
        assert "A chapter." in running.site("about.html")
