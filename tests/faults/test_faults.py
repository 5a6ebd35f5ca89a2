"""A full disk, a folder that cannot be written, kills, crashes, hangs, two at once, a wrong clock.

Each ends with a sentence and leaves site and data; then the next run is a good one. Kills
of builds of the real review are counted by `tests.faults.kills`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import pytest

from analysis import __main__ as command_line
from analysis.commands import options
from analysis.files.lock import LOCK
from analysis.files.problems import ReviewError
from analysis.versions.freezing import UNFINISHED
from analysis.versions.releases import releases
from tests.book.test_build import CELL, ROOT, Review
from tests.evidence.folder import DATA
from tests.execution.test_warm import gone
from tests.faults.disks import filled, read_only, small_disk
from tests.faults.kills import content
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris

VERSION = "2026.11"
LISTS = ("search.yml", "release.json")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small review that was built."""
    review = Review(tmp_path_factory.mktemp("built"))
    assert review.build().succeeded
    return review.project.root


@pytest.fixture
def review(built: Path, tmp_path: Path) -> Review:
    """A small review that was built, and whose evidence changed since."""
    return changed_since(built, tmp_path / "review")


def changed_since(built: Path, root: Path) -> Review:
    shutil.copytree(built, root, dirs_exist_ok=True)
    review = Review(root)
    review.write("data/outcomes.csv", "row_id\na\nb\nc\n")
    return review


@contextmanager
def site_and_data_stay(root: Path) -> Iterator[None]:
    """What happens within changes neither, and leaves no half-made site."""
    before = content(root / "_build" / "html"), content(root / "data")
    yield
    assert (content(root / "_build" / "html"), content(root / "data")) == before


def refusal(review: Review, **options: float) -> str:
    """What a build that does not succeed says."""
    try:
        built = review.build(**options)
    except ReviewError as error:
        return str(error)
    assert not built.succeeded
    return review.said


def assert_clear(said: str, sentence: str) -> None:
    assert sentence in said
    assert "Traceback" not in said


def assert_mended(review: Review) -> None:
    assert review.build().succeeded
    assert "<b>4 rows</b>" in review.html("effects/front")


# A page needs tens of kilobytes, the toy's site some thousands: the disk is full while pages
# are kept, and in the middle of the book.
@pytest.mark.parametrize("kilobytes", [24, 2000])
def test_a_full_disk(built: Path, tmp_path: Path, kilobytes: int) -> None:
    root = tmp_path / "disk"
    with small_disk(root, 64_000):
        review = changed_since(built, root)
        with filled(root, kilobytes), site_and_data_stay(root):
            assert_clear(refusal(review), "No space left on device")
        assert_mended(review)


@pytest.mark.parametrize("folder", ["results", "_build", "."])
def test_a_folder_that_cannot_be_written(review: Review, folder: str) -> None:
    root = review.project.root
    with read_only(root / folder), site_and_data_stay(root):
        assert_clear(refusal(review), "Read-only file system")
    assert_mended(review)


PAGES = {
    "a crash": ("import os\nos.abort()", 60.0, "cell 6 `import os`: the kernel died"),
    "a hang that nobody can interrupt": (
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n"
        "time.sleep(600)",
        3.0,
        "the page took more than its 3 seconds",
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_crashes_or_hangs(review: Review, name: str) -> None:
    source, timeout, said = PAGES[name]
    review.cell(*CELL, source)
    with site_and_data_stay(review.project.root):
        assert_clear(refusal(review, timeout=timeout), said)
    review.cell(*CELL)
    assert_mended(review)


# The process that writes a page says who it is, and then never ends.
BOOK_THAT_HANGS = """\
import os, sys, time
from pathlib import Path
from sphinx.builders.html import StandaloneHTMLBuilder
from tests.book.test_build import Review

driver, write_doc = os.getpid(), StandaloneHTMLBuilder.write_doc

def hang(*page):
    if os.getpid() == driver:
        return write_doc(*page)
    Path("pid.tmp").write_text(str(os.getpid()))
    os.replace("pid.tmp", "pid")
    time.sleep(600)

review = Review(Path.cwd())
StandaloneHTMLBuilder.write_doc = hang
succeeded = review.build(force=True).succeeded
print(review.said)
sys.exit(not succeeded)
"""


@contextmanager
def python(source: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A program that runs in the folder, with the project's modules; killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", source],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            yield program
        finally:
            program.kill()


@pytest.mark.parametrize("victim", ["driver", "process"])
def test_no_process_of_the_book_outlives_its_build(review: Review, victim: str) -> None:
    root = review.project.root
    with python(BOOK_THAT_HANGS, root) as driver:
        while not (root / "pid").exists():
            assert driver.poll() is None
            time.sleep(0.05)
        process = int((root / "pid").read_text(encoding="utf-8"))
        with site_and_data_stay(root):
            os.kill({"driver": driver.pid, "process": process}[victim], signal.SIGKILL)
            said, _ = driver.communicate()
            assert gone([process])
    if victim == "process":
        assert_clear(said, "✗ book: a process of the book ended early")
        assert driver.returncode == 1
    review.write("data/outcomes.csv", "row_id\na\nb\nc\n")
    assert_mended(review)


BUILDER = """\
from pathlib import Path
from tests.book.test_build import Review

review = Review(Path.cwd())
print("ready", flush=True)
input()
assert review.build(force=True).succeeded
print(review.said)
"""


def test_two_builds_at_once_take_turns(review: Review) -> None:
    root = review.project.root
    with ExitStack() as stack:
        both = []
        for _ in range(2):  # each writes the review's files before the other begins
            builder = stack.enter_context(python(BUILDER, root))
            assert builder.stdout and builder.stdout.readline() == "ready\n"
            both.append(builder)
        for builder in both:
            assert builder.stdin
            builder.stdin.write("begin\n")
            builder.stdin.flush()
        said = [builder.communicate()[0] for builder in both]
    assert [builder.returncode for builder in both] == [0, 0]
    assert sum("Another build of this project is running" in one for one in said) == 1
    review.write("data/outcomes.csv", "row_id\na\nb\nc\n")
    assert_mended(review)


def test_a_clock_that_goes_backwards(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it builds, and since: all that is there was made tomorrow, all that is new long ago."""
    root, ticks = review.project.root, count()
    for path in root.rglob("*"):
        os.utime(path, (time.time() + 86_400,) * 2)
    os.utime(root / "data" / "outcomes.csv", (0, 0))
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: 1e9 - 60 * next(ticks))
        assert_mended(review)
    assert next(ticks) > 0
    again = review.build()
    assert set(review.states(again).values()) == {"fresh"}
    assert again.site and again.site.state == "unchanged"


def test_killed_at_any_write_a_release_and_an_import_are_whole_or_not_there() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.interrupted"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    killed = re.findall(
        r"^A (.+) killed in each of its (\d+) writes: survived\.$", done.stdout, re.M
    )
    assert [name for name, _ in killed] == [
        "release",
        "search import",
        "withdrawal of an import",
        "rename of a trial",
    ]
    assert all(int(writes) >= 10 for _, writes in killed)


def test_a_release_that_is_being_made_is_none(data: Path) -> None:
    before = releases(data)
    shutil.copytree(data / "releases" / "2013.11", data / "releases" / f"{UNFINISHED}x")
    assert releases(data) == before


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "release": lambda _: ["release", VERSION],
    "search import": lambda data: [
        *("search", "import", str(data.parent / "savedrecs.ris"), "--source", "medline"),
        *("--date", "2026-11-20", "--data", str(data)),
    ],
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_a_disk_that_takes_no_release_and_no_import(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    fault: str,
) -> None:
    root = tmp_path / "disk"
    with small_disk(root, 8_000):
        data = unreleased(root / "data")
        (root / "savedrecs.ris").write_text(ovid_ris(articles(200, seed=7)), "utf-8", newline="")
        monkeypatch.setattr(options, "ROOT", root)
        monkeypatch.setattr(sys, "argv", ["analysis", *COMMANDS[name](data)])
        before = content(data)
        with {"full": lambda: filled(root, 24), "read-only": lambda: read_only(data)}[fault]():
            with pytest.raises(SystemExit) as ended:
                command_line.main()
            assert ended.value.code == 1
            left = content(data)
        said = {"full": "No space left on device", "read-only": "can only be read: nothing"}[fault]
        assert_clear(capsys.readouterr().err, said)
        # An import may leave files that its list, written last, does not name.
        assert before.items() <= left.items()
        assert not [name for name in left.keys() - before.keys() if name.endswith(LISTS)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The project's data before the present version was frozen."""
    return unreleased(tmp_path / "data")


def unreleased(data: Path) -> Path:
    shutil.copytree(DATA, data, ignore=shutil.ignore_patterns(LOCK, VERSION))
    return data
