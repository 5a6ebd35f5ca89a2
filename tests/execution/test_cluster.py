"""A cluster on this machine: a real scheduler, real worker processes, and what goes wrong there."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from analysis.execution.cluster import driver as cluster
from analysis.execution.cluster.driver import PRELOADED, cluster_workers
from analysis.execution.cluster.stage import checkout
from analysis.execution.plan import Page, Project
from analysis.execution.run import Report, execute
from analysis.execution.staleness import Inputs, Made, remember_page
from analysis.execution.warm import warm_workers
from analysis.files.problems import ReviewError
from tests.evidence.folder import DATA
from tests.execution.loopback import LOOPBACK, Cluster, end, has_dask, wait_for
from tests.execution.templates import notebook, page, publishing

pytestmark = pytest.mark.xdist_group("cluster")

ROOT = Path(__file__).resolve().parents[2]

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
psutil.Process().parents()[1].kill()
"""


@contextmanager
def meanwhile(acts: Callable[[], None]) -> Iterator[None]:
    """Do something beside the block, and let what goes wrong there fail the test."""
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(acts)
        yield
        acting.result()


@pytest.fixture(scope="module")
def crew(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and workers that the tests share: each asks for as many as it needs."""
    made = Cluster.started(code, tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


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
        self.forget_beacons()
        console = Console(file=self.said, width=500)
        with cluster_workers(address, self.project, pages, console) as workers:
            return execute(pages, Inputs(self.project), workers)

    def written(self) -> dict[str, bytes]:
        """Every page and every result."""
        root = self.project.root
        files = sorted([*root.glob("chapters/*/*.ipynb"), *root.glob("results/*.json")])
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}

    def forget(self) -> None:
        """Be a project whose pages have never been executed."""
        for name in self.written():
            (self.project.root / name).unlink()
        self.forget_beacons()

    def forget_beacons(self) -> None:
        for beacon in self.beacons.iterdir():
            beacon.unlink()

    def begun(self) -> list[str]:
        """The pages whose cell has begun, in this order."""
        lit = [(beacon.stat().st_mtime_ns, beacon.name) for beacon in self.beacons.iterdir()]
        return [name for _, name in sorted(lit)]

    def workers(self) -> list[int]:
        """The Dask workers that execute a cell: above the kernel and its parent."""
        found = []
        for beacon in self.beacons.iterdir():
            with suppress(psutil.NoSuchProcess, IndexError, ValueError):
                kernel = psutil.Process(int(beacon.read_text(encoding="utf-8")))
                found.append(kernel.parents()[1].pid)
        return found


@pytest.fixture
def review(code: Path, tmp_path: Path) -> Review:
    root = tmp_path / "driver"
    shutil.copytree(code, root)
    (root / "data/outcomes.csv").write_text("row_id\na\nb\n", encoding="utf-8")
    (tmp_path / "beacons").mkdir()
    return Review(Project(root), tmp_path / "beacons")


def states(report: Report) -> dict[str, str]:
    return {outcome.page.name: outcome.state for outcome in report.outcomes}


def test_three_workers_one_killed_make_the_pages_of_a_local_build(
    crew: Cluster, review: Review, code: Path
) -> None:
    pages = review.pages(6, seconds=0.5)
    modules = {name for page in pages for name in Inputs(review.project).imports(page.template)}
    with warm_workers(2, review.project.root, modules) as local:
        assert execute(pages, Inputs(review.project), local).succeeded
    here = review.written()
    assert len(here) == 13
    review.forget()
    workers = crew.with_workers(code, 3)

    def kill_one() -> None:
        assert wait_for(lambda: bool(review.workers()))
        os.kill(review.workers()[0], signal.SIGKILL)

    with meanwhile(kill_one):
        report = review.run(crew.address, pages)
    assert set(states(report).values()) == {"executed"}
    assert review.written() == here
    assert sorted(worker.poll() or 0 for worker in workers) == [-signal.SIGKILL, 0, 0]
    assert review.said.getvalue().count("is lost; its pages go to others.") == 1


def test_a_page_that_ends_its_workers_is_tried_three_times_and_who_comes_later_takes_over(
    crew: Cluster, review: Review, code: Path
) -> None:
    workers = crew.with_workers(code, 3)
    deadly = page(review.project, "deadly", notebook(MURDER))

    def replace() -> None:
        assert wait_for(lambda: not crew.alive())
        crew.start_worker(code)

    with meanwhile(replace):
        report = review.run(crew.address, [deadly, *review.pages(4)])
    assert states(report) == {
        "deadly": "failed", "front": "executed", **{f"cell{i}": "executed" for i in range(4)}
    }  # fmt: skip
    why = report.of("failed")[0].why
    assert why.startswith("given up after 3 workers, the last tcp://127.0.0.1:")
    assert {worker.wait() for worker in workers} == {-signal.SIGKILL}


def test_the_longest_page_goes_first_and_nothing_remains(
    crew: Cluster, review: Review, code: Path
) -> None:
    (worker,) = crew.with_workers(code, 1)
    left = stages(crew)
    pages = review.pages(4)
    took = {"cell0": 2.0, "cell1": 9.0, "cell2": 1.0, "cell3": 4.0}
    for name, seconds in took.items():
        remember_page(review.project, name, Made({}, {}, seconds))
    assert review.run(crew.address, pages).succeeded
    assert review.begun() == ["cell1", "cell3", "cell0", "cell2"]
    assert crew_is_idle(crew, worker, left)


# A page that ends when it is let go.
PATIENT = """\
import os, time
from pathlib import Path
(Path(beacons) / outcome).write_text(str(os.getpid()))
while not (Path(beacons).parent / "enough").exists():
    time.sleep(0.05)
"""
DRIVER = """\
import sys
from pathlib import Path
from rich.console import Console
from analysis.execution.cluster.driver import cluster_workers
from analysis.execution.staleness import Inputs
from analysis.execution.plan import Page, Project
from analysis.execution.run import execute

address, root, beacons = sys.argv[1:]
project = Project(Path(root))
page = Page(
    "patient",
    Path("analysis/notebooks/patient.ipynb"),
    Path("effects/patient.ipynb"),
    {"outcome": "patient", "beacons": beacons},
)
try:
    with cluster_workers(address, project, [page], Console(quiet=True)) as workers:
        execute([page], Inputs(project), workers, timeout=600)
except KeyboardInterrupt:
    raise SystemExit(130) from None
"""


@pytest.mark.parametrize(("by", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_nothing_remains_when_the_driver_is_ended(
    crew: Cluster, review: Review, code: Path, by: signal.Signals, status: int
) -> None:
    """Ctrl-C ends the page that runs; after a kill the worker comes to the end of it."""
    (worker,) = crew.with_workers(code, 1)
    left = stages(crew)
    page(review.project, "patient", notebook(PATIENT, parameters=PARAMETERS))
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, crew.address, review.project.root, review.beacons],
        cwd=review.project.root,
        stderr=subprocess.PIPE,
    )
    with driver:
        assert wait_for(lambda: bool(review.workers()))
        driver.send_signal(by)
        assert driver.stderr
        assert driver.stderr.read() == b""
    assert driver.returncode == status
    if by == signal.SIGKILL:
        (review.beacons.parent / "enough").touch()
    assert crew_is_idle(crew, worker, left)


def stages(crew: Cluster) -> set[Path]:
    """The folders of builds; those of a killed worker stay until Dask clears them."""
    return set(crew.folder.glob("dask-*/worker-*/stage-*"))


def crew_is_idle(crew: Cluster, worker: subprocess.Popen[bytes], left: set[Path]) -> bool:
    """Whether the worker ends all processes and removes all folders of its builds.

    `left` are the folders of before.
    """
    return wait_for(
        lambda: not psutil.Process(worker.pid).children(recursive=True) and stages(crew) <= left
    )


def test_when_all_workers_go_the_pages_say_so(
    crew: Cluster, review: Review, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 2.0)
    (worker,) = crew.with_workers(code, 1)

    def kill() -> None:
        assert wait_for(lambda: bool(review.workers()))
        end(worker)

    with meanwhile(kill):
        report = review.run(crew.address, review.pages(3, seconds=0.5))
    assert {outcome.why for outcome in report.of("failed")} == {"no worker was there for 2 s"}
    assert [outcome.page.name for outcome in report.of("blocked")] == ["front"]


@pytest.fixture(scope="module")
def other_code(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout with one comment more."""
    root = tmp_path_factory.mktemp("other") / "checkout"
    shutil.copytree(code, root)
    with (root / "analysis/formatting.py").open("a", encoding="utf-8") as file:
        file.write("# Another version.\n")
    return root


def test_workers_that_are_something_else_are_refused_and_the_others_do_their_work(
    crew: Cluster, review: Review, code: Path, other_code: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    crew.with_workers(code, 0)
    crew.start_worker(other_code)
    crew.start_worker(tmp_path / "empty", "--name=stranger")
    assert wait_for(lambda: crew.known() == 2)
    pages = review.pages(3)
    with pytest.raises(ReviewError, match="each was refused"):
        review.run(crew.address, pages)
    assert review.written() == {}
    ours, theirs = (
        checkout(root / "analysis", root / "requirements.txt") for root in (code, other_code)
    )
    said = review.said.getvalue()
    assert (
        f"is refused: it has [{theirs}], this build [{ours}]: "
        f"code {theirs.code[:12]} there, {ours.code[:12]} here."
    ) in said
    assert (
        f"is refused: it was not started in a checkout of this code with --preload {PRELOADED}."
        in said
    )

    crew.start_worker(code)
    assert wait_for(lambda: crew.known() == 3)
    assert review.run(crew.address, pages).succeeded
    assert {worker.returncode for worker in crew.processes[-3:]} == {None}


def test_a_scheduler_without_the_code_is_said(review: Review, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    crew = Cluster.started(tmp_path / "empty", tmp_path)
    with pytest.raises(ReviewError, match=f"the scheduler at {crew.address} lacks this code"):
        review.run(crew.address, review.pages(1))
    crew.end()


def test_an_encrypted_cluster_executes_pages_until_its_scheduler_goes(
    review: Review, code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_dask()
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificate, is not installed")
    import dask.config

    settings = certificate(tmp_path)
    for name, file in settings.items():
        monkeypatch.setenv("DASK_" + name.replace(".", "__").replace("-", "_").upper(), file)
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 2.0)
    crew = Cluster.started(code, tmp_path, "--protocol=tls")
    crew.start_worker(code)

    def kill() -> None:
        assert wait_for(lambda: len(review.begun()) == 2)
        end(crew.scheduler)

    try:
        with pytest.raises(ReviewError, match="no Dask scheduler can be reached at tls://"):
            review.run(crew.address, [])  # without a certificate
        with dask.config.set(settings), meanwhile(kill):
            report = review.run(crew.address, review.pages(4, seconds=1))
    finally:
        crew.end()
    assert len(report.of("executed")) == 1
    assert len(failed := report.of("failed")) == 3
    assert all("the scheduler" in outcome.why for outcome in failed)


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
    crew: Cluster, review: Review, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 0.5)
    crew.with_workers(code, 0)
    with pytest.raises(ReviewError, match=r"no worker came within 0\.5 s"):
        review.run(crew.address, review.pages(1))


@pytest.mark.parametrize("address", [f"tcp://{LOOPBACK}:9", "ftp://nowhere", f"tls://{LOOPBACK}:9"])
def test_an_address_where_no_scheduler_is_is_said(
    review: Review, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_dask()
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1.0)
    with pytest.raises(ReviewError, match=f"no Dask scheduler can be reached at {address}"):
        review.run(address, review.pages(1))


def test_the_command_says_it_in_one_line_and_leaves_nothing(code: Path, tmp_path: Path) -> None:
    has_dask()
    root = tmp_path / "checkout"
    shutil.copytree(code, root)
    shutil.copytree(DATA, root / "data", dirs_exist_ok=True)
    command = [sys.executable, "-m", "analysis", "build", "--scheduler", "nonsense"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("no Dask scheduler can be reached at nonsense (")
    assert done.stderr.count("\n") == 1
    assert not (root / "results").exists()
    assert not (root / "chapters").exists()


def test_without_dask_the_sentence_says_how_to_get_it(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ReviewError, match=r"pip install -r requirements-cluster\.txt"):
        review.run("tcp://127.0.0.1:8786", review.pages(1))


def test_a_build_here_imports_no_dask() -> None:
    ask = (
        "import sys, analysis.book.build, analysis.commands.command_line\n"
        "import analysis.execution.cluster.driver\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('dask', 'distributed')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
