"""A cluster on this machine: a real scheduler, real worker processes, and what goes wrong there."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from analysis.execution import cluster
from analysis.execution.cluster import cluster_workers
from analysis.execution.fingerprint import Inputs
from analysis.execution.plan import Page, Project
from analysis.execution.run import Report, execute
from analysis.execution.stage import checkout, pinned_packages
from analysis.execution.warm import warm_workers
from analysis.problems import ReviewError
from tests.execution.templates import notebook, page, publishing

pytestmark = pytest.mark.xdist_group("cluster")

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
SECONDS_TO_COME = 60.0

# What a page of this review does: it finds the data by the place of the code that reads them.
CELL = (
    """\
import os, time
from pathlib import Path
import analysis
root = Path(analysis.__file__).parents[1]
rows = (root / "data/outcomes.csv").read_text().split()
(Path(beacons) / outcome).write_text(str(os.getpid()))
time.sleep(float(seconds))
print(outcome, rows)""",
    publishing("{outcome: len(rows)}"),
)
FRONT = """\
import json
from pathlib import Path
import analysis
results = (Path(analysis.__file__).parents[1] / "results").glob("cell*.json")
print(sum(n for path in results for n in json.loads(path.read_text()).values()))
"""
PARAMETERS = 'outcome = "none"\nbeacons = "nowhere"\nseconds = "0"'
# Ends the worker that executes the page: the process above the parent of the kernels.
MURDER = """\
import os, psutil
psutil.Process().parents()[2].kill()
"""


def has_dask() -> None:
    pytest.importorskip("distributed", reason="Dask (the package distributed) is not installed")


@dataclass
class Cluster:
    """A scheduler on this machine and the workers started so far."""

    address: str
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, checkout: Path, workers: int = 1) -> list[subprocess.Popen[bytes]]:
        """Start workers with the code of this checkout; they come when they come."""
        started = [
            dask(checkout, "worker", self.address, "--nthreads=1", "--no-nanny",
                 f"--host={LOOPBACK}", f"--local-directory={self.folder}")
            for _ in range(workers)
        ]  # fmt: skip
        self.processes += started
        return started

    def end_workers(self) -> None:
        end(self.processes)
        self.processes.clear()

    def workers(self) -> int:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return len(client.nthreads())

    def with_workers(self, checkout: Path, workers: int) -> list[subprocess.Popen[bytes]]:
        """Start workers and wait until the scheduler knows them and no others."""
        started = self.start(checkout, workers)
        assert wait_for(lambda: self.workers() == len(self.processes))
        return started


def dask(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
        cwd=folder,
        env={**os.environ, "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()


def wait_for(happens: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS_TO_COME
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.05)
    return happens()


@pytest.fixture(scope="module")
def scheduler(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A scheduler that all tests share, and a folder for its workers."""
    has_dask()
    folder = tmp_path_factory.mktemp("cluster")
    process, address = start_scheduler(code, folder)
    yield address, folder
    end([process])


def start_scheduler(
    checkout: Path, folder: Path, *options: str
) -> tuple[subprocess.Popen[bytes], str]:
    """A scheduler's process and its address."""
    file = folder / "scheduler.json"
    process = dask(
        checkout,
        "scheduler",
        f"--host={LOOPBACK}",
        "--port=0",
        f"--scheduler-file={file}",
        *options,
    )
    assert wait_for(file.is_file)
    return process, str(json.loads(file.read_text(encoding="utf-8"))["address"])


@pytest.fixture
def crew(scheduler: tuple[str, Path]) -> Iterator[Cluster]:
    """The shared scheduler, without workers before and after."""
    made = Cluster(*scheduler)
    yield made
    made.end_workers()
    assert wait_for(lambda: made.workers() == 0)


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with this code and other data; nobody edits it meanwhile."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "analysis", root / "analysis")
    shutil.copy2(ROOT / "requirements.txt", root)
    (root / "data").mkdir()
    (root / "data/outcomes.csv").write_text("row_id\nof\nthe\nworker\n", encoding="utf-8")
    return root


@dataclass
class Review:
    """A project with the same code, its own data, and as many cells as a test wants."""

    project: Project
    beacons: Path
    said: io.StringIO = field(default_factory=io.StringIO)

    def pages(self, cells: int, seconds: float = 0.0) -> list[Page]:
        text = notebook(*CELL, parameters=PARAMETERS)
        names = tuple(f"cell{number}" for number in range(cells))
        made = [
            page(
                self.project,
                name,
                text,
                parameters={
                    "outcome": name,
                    "beacons": str(self.beacons),
                    "seconds": str(seconds),
                },
            )
            for name in names
        ]
        return [page(self.project, "front", notebook(FRONT), needs=names), *made]

    def run(self, address: str, pages: list[Page]) -> Report:
        console = Console(file=self.said, width=500)
        with cluster_workers(address, self.project, pages, console) as workers:
            return execute(pages, Inputs(self.project), workers)

    def written(self) -> dict[str, bytes]:
        """Every page and every result."""
        folders = (self.project.chapters, self.project.results)
        files = sorted(path for folder in folders for path in folder.rglob("[!.]*.*"))
        return {path.relative_to(self.project.root).as_posix(): path.read_bytes() for path in files}

    def running(self) -> list[int]:
        """The process ids of the kernels that have begun a cell."""
        texts = [path.read_text(encoding="utf-8") for path in self.beacons.iterdir()]
        return [int(text) for text in texts if text]


@pytest.fixture
def review(code: Path, tmp_path: Path) -> Review:
    root = tmp_path / "driver"
    shutil.copytree(code, root)
    (root / "data/outcomes.csv").write_text("row_id\na\nb\n", encoding="utf-8")
    (tmp_path / "beacons").mkdir()
    return Review(Project(root), tmp_path / "beacons")


def states(report: Report) -> dict[str, str]:
    return {outcome.page.name: outcome.state for outcome in report.outcomes}


def worker_of(kernel: int) -> psutil.Process:
    """The Dask worker above a kernel, the page's process and the parent of the kernels."""
    return psutil.Process(kernel).parents()[2]


def test_three_workers_one_killed_make_the_pages_of_a_local_build(
    crew: Cluster, review: Review, code: Path
) -> None:
    pages = review.pages(9, seconds=0.5)
    modules = {name for page in pages for name in Inputs(review.project).modules(page.template)}
    with warm_workers(2, review.project.root, modules) as local:
        assert execute(pages, Inputs(review.project), local).succeeded
    here = review.written()
    assert len(here) == 19
    for name in here:
        (review.project.root / name).unlink()
    for beacon in review.beacons.iterdir():
        beacon.unlink()

    crew.with_workers(code, 3)
    killed: list[int] = []

    def kill_one() -> None:
        with suppress(psutil.NoSuchProcess):
            wait_for(lambda: len(review.running()) >= 4)
            alive = [pid for pid in review.running() if psutil.pid_exists(pid)]
            victim = worker_of(alive[0])
            killed.append(victim.pid)
            victim.kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    report = review.run(crew.address, pages)
    killer.join()
    assert set(states(report).values()) == {"executed"}
    assert review.written() == here
    assert killed and killed[0] in {process.pid for process in crew.processes}
    assert "is lost; its pages go to others." in review.said.getvalue()


def test_a_worker_that_comes_later_takes_over(crew: Cluster, review: Review, code: Path) -> None:
    (first,) = crew.with_workers(code, 1)

    def replace() -> None:
        wait_for(lambda: len(review.running()) >= 1)
        first.kill()
        crew.start(code)

    replacing = threading.Thread(target=replace)
    replacing.start()
    report = review.run(crew.address, review.pages(4, seconds=0.5))
    replacing.join()
    assert set(states(report).values()) == {"executed"}
    assert first.wait() != 0


def test_a_page_that_ends_its_workers_is_tried_three_times(
    crew: Cluster, review: Review, code: Path
) -> None:
    crew.with_workers(code, 4)
    deadly = page(review.project, "deadly", notebook(MURDER))
    report = review.run(crew.address, [deadly, *review.pages(2)])
    assert states(report) == {
        "deadly": "failed",
        "front": "executed",
        "cell0": "executed",
        "cell1": "executed",
    }
    why = report.of("failed")[0].why
    assert why.startswith("given up after 3 workers: tcp://127.0.0.1:")
    assert why.count("(gone)") == 3
    assert sum(process.poll() is None for process in crew.processes) == 1


@pytest.fixture(scope="module")
def other_code(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout with one comment more."""
    root = tmp_path_factory.mktemp("other") / "checkout"
    shutil.copytree(code, root)
    with (root / "analysis/formatting.py").open("a", encoding="utf-8") as file:
        file.write("# Another version.\n")
    return root


def test_a_worker_with_other_code_is_refused_and_the_others_do_its_work(
    crew: Cluster, review: Review, code: Path, other_code: Path
) -> None:
    crew.with_workers(other_code, 1)
    pages = review.pages(3)
    with pytest.raises(ReviewError, match="each was refused"):
        review.run(crew.address, pages)
    assert review.written() == {}
    crew.with_workers(code, 1)
    assert review.run(crew.address, pages).succeeded

    pinned = pinned_packages((code / "requirements.txt").read_text(encoding="utf-8"))
    ours = checkout(review.project.package, pinned)
    theirs = checkout(other_code / "analysis", pinned)
    assert (
        f"is refused: it has [{theirs}], this build [{ours}]: "
        f"code {theirs.code[:12]} there, {ours.code[:12]} here."
    ) in review.said.getvalue()


def test_a_worker_without_the_code_is_refused(
    crew: Cluster, review: Review, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    crew.with_workers(tmp_path / "empty", 1)
    with pytest.raises(ReviewError, match="each was refused"):
        review.run(crew.address, review.pages(1))
    assert "is refused: it was not started in a checkout of this code." in review.said.getvalue()


def test_a_scheduler_without_the_code_is_said(review: Review, tmp_path: Path) -> None:
    has_dask()
    (tmp_path / "empty").mkdir()
    scheduler, address = start_scheduler(tmp_path / "empty", tmp_path)
    with pytest.raises(ReviewError, match=f"the scheduler at {address} lacks this code"):
        review.run(address, review.pages(1))
    end([scheduler])


def test_nothing_of_a_build_remains_on_its_workers(
    crew: Cluster, review: Review, code: Path
) -> None:
    (worker,) = crew.with_workers(code, 1)
    review.run(crew.address, review.pages(2))
    assert wait_for(lambda: not psutil.Process(worker.pid).children(recursive=True))


DRIVER = """\
import sys
from pathlib import Path
from rich.console import Console
from analysis.execution.cluster import cluster_workers
from analysis.execution.fingerprint import Inputs
from analysis.execution.plan import Page, Project
from analysis.execution.run import execute

address, root, beacons = sys.argv[1:]
project = Project(Path(root))
page = Page(
    "cell0",
    Path("analysis/notebooks/cell0.ipynb"),
    Path("effects/cell0.ipynb"),
    {"outcome": "cell0", "beacons": beacons, "seconds": "600"},
)
with cluster_workers(address, project, [page], Console(quiet=True)) as workers:
    execute([page], Inputs(project), workers, timeout=2)
"""


def test_nothing_of_a_build_remains_when_its_driver_is_killed(
    crew: Cluster, review: Review, code: Path
) -> None:
    (worker,) = crew.with_workers(code, 1)
    review.pages(1)
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, crew.address, str(review.project.root), str(review.beacons)],
        cwd=review.project.root,
    )
    assert wait_for(lambda: len(review.running()) == 1)
    driver.kill()
    driver.wait()
    assert wait_for(lambda: not psutil.Process(worker.pid).children(recursive=True))


def test_when_all_workers_go_the_pages_say_so(
    crew: Cluster, review: Review, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew.with_workers(code, 1)

    def kill() -> None:
        wait_for(lambda: len(review.running()) >= 1)
        monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 2.0)
        crew.end_workers()

    killing = threading.Thread(target=kill)
    killing.start()
    report = review.run(crew.address, review.pages(3, seconds=0.5))
    killing.join()
    failed = report.of("failed")
    assert failed
    assert {outcome.why for outcome in failed} == {"no worker was there for 2 s"}


def test_when_the_scheduler_goes_the_pages_say_so(
    review: Review, code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_dask()
    scheduler, address = start_scheduler(code, tmp_path)
    crew = Cluster(address, tmp_path)

    def kill() -> None:
        wait_for(lambda: len(review.running()) >= 1)
        monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 2.0)
        end([scheduler])

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        crew.start(code)
        report = review.run(address, review.pages(3, seconds=0.5))
    finally:
        killing.join()
        crew.end_workers()
    failed = report.of("failed")
    assert failed
    assert {outcome.why for outcome in failed} == {"no worker was there for 2 s"}


def test_a_cluster_can_be_encrypted(
    review: Review, code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_dask()
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificate, is not installed")
    import dask.config

    settings = certificate(tmp_path)
    for name, file in settings.items():
        monkeypatch.setenv("DASK_" + name.replace(".", "__").replace("-", "_").upper(), file)
    scheduler, address = start_scheduler(code, tmp_path, "--protocol=tls")
    crew = Cluster(address, tmp_path)
    try:
        with dask.config.set(settings):
            crew.start(code)
            assert review.run(address, review.pages(1)).succeeded
        monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1.0)
        with pytest.raises(ReviewError, match="no Dask scheduler can be reached at tls://"):
            review.run(address, review.pages(1))  # without a certificate
    finally:
        crew.end_workers()
        end([scheduler])


def certificate(folder: Path) -> dict[str, str]:
    """One self-signed certificate for all three; Dask's settings → files."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    files = {"ca-file": cert}
    for who in ("scheduler", "worker", "client"):
        files |= {f"{who}.cert": cert, f"{who}.key": key}
    return {f"distributed.comm.tls.{name}": str(file) for name, file in files.items()}


def test_a_scheduler_without_workers_is_said(
    crew: Cluster, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 0.5)
    with pytest.raises(ReviewError, match=r"no worker came within 0\.5 s"):
        review.run(crew.address, review.pages(1))


@pytest.mark.parametrize("address", [f"tcp://{LOOPBACK}:9", "ftp://nowhere", "tls://127.0.0.1:9"])
def test_an_address_where_no_scheduler_is_is_said(
    review: Review, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_dask()
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1.0)
    with pytest.raises(ReviewError, match=f"no Dask scheduler can be reached at {address}"):
        review.run(address, review.pages(1))


def test_without_dask_the_sentence_says_how_to_get_it(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ReviewError, match="pip install distributed"):
        review.run("tcp://127.0.0.1:8786", review.pages(1))


def test_a_build_here_imports_no_dask() -> None:
    ask = (
        "import sys, analysis.__main__, analysis.execution.build, analysis.execution.cluster\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('dask', 'distributed')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
