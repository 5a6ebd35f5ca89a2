"""Warm kernels: nothing passes from one notebook to the next, and nothing outlives its build."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from analysis.book.checked import Checked, checked_evidence
from analysis.execution.notebook import Executed, Failed
from analysis.execution.plan import Project
from analysis.execution.staleness import Inputs
from analysis.execution.warm import WarmWorkers, foreseen_parent, warm_workers
from tests.execution.templates import job, notebook, printed

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_END = 15.0


def says(workers: WarmWorkers, root: Path, *cells: str) -> str:
    made = workers.submit(job(notebook(*cells), root)).result()
    assert isinstance(made, Executed), str(made)
    return printed(made.notebook).strip()


DISTURBANCES = {
    "a variable": ("x = 1", "print('x' in globals())", "False"),
    "an option of pandas": (
        "import pandas as pd\npd.set_option('display.max_rows', 7)",
        "import pandas as pd\nprint(pd.get_option('display.max_rows'))",
        "60",
    ),
    "a print option of NumPy": (
        "import numpy as np\nnp.set_printoptions(precision=1)",
        "import numpy as np\nprint(np.array([0.25]))",
        "[0.25]",
    ),
    "an option of Matplotlib": (
        "import matplotlib as mpl\nmpl.rcParams['lines.linewidth'] = 9",
        "import matplotlib as mpl\nprint(mpl.rcParams['lines.linewidth'])",
        "1.5",
    ),
    "a filter of warnings": (
        "import warnings\nwarnings.simplefilter('error', UserWarning)",
        "import warnings\nwarnings.warn('careful')\nprint('went on')",
        "went on",
    ),
    "a patched module": (
        "import math\nmath.pi = 3",
        "import math\nprint(math.pi)",
        "3.141592653589793",
    ),
    "an environment variable": (
        "import os\nos.environ['LEAK'] = '1'",
        "import os\nprint('LEAK' in os.environ)",
        "False",
    ),
    "the working directory": (
        "import os\nos.chdir('/')",
        "import os\nprint(os.getcwd() == '/')",
        "False",
    ),
    "a crash": ("import ctypes\nctypes.string_at(0)", "print('alive')", "alive"),
    "an exit": ("import os\nos._exit(3)", "print('alive')", "alive"),
}


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_notebook_does_not_feel_the_one_before(
    warm: WarmWorkers, tmp_path: Path, name: str
) -> None:
    disturbs, asks, answer = DISTURBANCES[name]
    warm.submit(job(notebook(disturbs), tmp_path)).result()
    assert says(warm, tmp_path, asks) == answer


# None of these listens to a signal that Python hears.
HANGS = {
    "a loop": "while True: pass",
    "a cell that catches whatever comes": (
        "import time\nwhile True:\n    try: time.sleep(600)\n    except BaseException: pass"
    ),
    "a cell that blocks all signals": (
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n"
        "time.sleep(600)"
    ),
    "C code that lets no Python run": "import ctypes\nctypes.PyDLL(None).sleep(600)",
    "a program it waits for": "import subprocess\nsubprocess.run(['sleep', '600'])",
}


@pytest.mark.parametrize("name", HANGS)
def test_a_page_that_never_ends_is_ended(warm: WarmWorkers, tmp_path: Path, name: str) -> None:
    text = notebook(REPORT, "1", f"# says nothing\n{HANGS[name]}")
    made = warm.submit(job(text, tmp_path, timeout=2)).result()
    assert isinstance(made, Failed)
    line = HANGS[name].splitlines()[0]
    assert str(made) == f"cell 4 `{line}`: the page took more than its 2 seconds"
    assert gone(reported(tmp_path)[:1])


def test_a_page_that_dies_leaves_none_of_its_processes(warm: WarmWorkers, tmp_path: Path) -> None:
    """Not even one that was forked, and so holds whatever the page held."""
    fork = (
        "import os, time\n"
        "if not (pid := os.fork()):\n    time.sleep(600)\n"
        "open('forked', 'w').write(str(pid))\n"
        "os._exit(0)"
    )
    made = warm.submit(job(notebook(fork), tmp_path, timeout=20)).result()
    assert isinstance(made, Failed)
    assert made.error.startswith("the kernel died")
    assert gone([int((tmp_path / "forked").read_text(encoding="utf-8"))])


ACCIDENTS = {
    "a crash": "import ctypes\nctypes.string_at(0)",
    "a kill when memory runs out": "import os\nos.kill(os.getpid(), 9)",
    "a refusal when memory runs out": (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "x = bytes(1 << 31)"
    ),
}


@pytest.mark.parametrize("name", ACCIDENTS)
def test_an_accident_in_one_notebook_is_not_felt_in_the_one_beside_it(
    warm: WarmWorkers, tmp_path: Path, name: str
) -> None:
    until = "import os, time\nos.open('begun', os.O_CREAT)\nwhile not os.path.exists('enough'):"
    beside = warm.submit(
        job(notebook("x = 1", f"{until}\n    time.sleep(0.02)\nprint(x)"), tmp_path)
    )
    assert wait_for((tmp_path / "begun").exists)
    made = warm.submit(job(notebook(ACCIDENTS[name]), tmp_path)).result()
    assert isinstance(made, Failed)
    (tmp_path / "enough").touch()
    page = beside.result()
    assert isinstance(page, Executed), str(page)
    assert printed(page.notebook) == "1\n"


def test_a_seed_in_one_notebook_decides_nothing_in_another(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    draw = "import random, numpy as np\nprint(random.random(), np.random.random())"
    seed = "import random, numpy as np\nrandom.seed(1), np.random.seed(1)"
    assert says(warm, tmp_path, seed, draw) == says(warm, tmp_path, seed, draw)
    assert len({says(warm, tmp_path, draw) for _ in range(3)}) == 3


def test_each_notebook_has_a_process_of_its_own_with_the_stack_imported(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    ask = "import os, sys\nprint(os.getpid(), 'pandas' in sys.modules)"
    answers = {says(warm, tmp_path, ask) for _ in range(3)}
    assert len(answers) == 3
    assert all(answer.endswith("True") for answer in answers)


def test_a_crowd_of_notebooks_is_served(warm: WarmWorkers, tmp_path: Path) -> None:
    futures = [warm.submit(job(notebook(f"print({i})"), tmp_path)) for i in range(12)]
    made = [future.result() for future in futures]
    assert [printed(one.notebook) for one in made if isinstance(one, Executed)] == [
        f"{i}\n" for i in range(12)
    ]


def test_the_processes_a_notebook_starts_end_with_it(warm: WarmWorkers, tmp_path: Path) -> None:
    start = "import subprocess\nprint(subprocess.Popen(['sleep', '600']).pid)"
    assert gone([int(says(warm, tmp_path, start))])


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads as Linux does")
def test_the_parent_has_one_thread_so_that_its_forks_are_clean(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    says(warm, tmp_path, "import pandas as pd\nprint(pd.DataFrame({'x': [1]}) @ [[1]])")
    assert psutil.Process(warm.parent.process.pid).num_threads() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="the OOM killer is Linux's")
def test_when_memory_runs_out_a_notebook_goes_first(warm: WarmWorkers, tmp_path: Path) -> None:
    assert says(warm, tmp_path, "print(open('/proc/self/oom_score_adj').read())") == "1000"


def test_a_broken_module_fails_the_page_that_imports_it(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = 1 +", encoding="utf-8")
    with warm_workers(1, tmp_path, ["broken", "absent"]) as workers:
        assert says(workers, tmp_path, "print('well')") == "well"
        made = workers.submit(job(notebook("import broken"), tmp_path)).result()
    assert isinstance(made, Failed)
    assert str(made).startswith("cell 2 `import broken`: SyntaxError: ")


def test_a_parent_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "leaves.py").write_text("raise SystemExit('no licence')", encoding="utf-8")
    with warm_workers(1, tmp_path, ["leaves"]) as workers:
        made = workers.submit(job(notebook("1"), tmp_path)).result()
    assert made == Failed("the parent of the kernels has ended: no licence")


def test_what_the_parent_rehearses_every_notebook_has_done(tmp_path: Path) -> None:
    source = (
        "seen = []\n"
        "def rehearse(): seen.append(1)\n"
        "def fail(): raise ValueError\n"
        "def take(given): seen.append(given)\n"
    )
    (tmp_path / "evidence.py").write_text(source, encoding="utf-8")
    ask = "import evidence\nprint(len(evidence.seen))\nevidence.seen.append(2)"
    with warm_workers(1, tmp_path, []) as workers:
        assert says(workers, tmp_path, ask) == "0"
        workers.rehearse("evidence:rehearse")
        assert [says(workers, tmp_path, ask) for _ in range(2)] == ["1", "1"]
        workers.rehearse("evidence:fail")
        assert says(workers, tmp_path, ask) == "1"
        workers.rehearse("evidence:take", "x" * 300_000)
        seen = says(
            workers, tmp_path, "import evidence\nprint(evidence.seen[0], len(evidence.seen[1]))"
        )
    assert seen == "1 300000"


def test_a_page_that_was_begun_ahead_is_made_once_and_ended_where_another_is_asked_for(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    asked = job(notebook("open('made', 'a').write('x')"), tmp_path)
    warm.begin(asked)
    assert wait_for((tmp_path / "made").exists)
    assert isinstance(warm.submit(asked).result(), Executed)
    assert (tmp_path / "made").read_text(encoding="utf-8") == "x"
    warm.begin(job(notebook(REPORT, "import time\ntime.sleep(600)"), tmp_path))
    pids = reported(tmp_path)
    assert says(warm, tmp_path, "print('another')") == "another"
    assert gone(pids[:1])


def test_a_parent_that_is_killed_fails_its_pages_and_leaves_nothing(tmp_path: Path) -> None:
    with warm_workers(1, tmp_path, []) as workers:
        future = workers.submit(job(notebook(REPORT, "import time\ntime.sleep(600)"), tmp_path))
        pids = reported(tmp_path)
        workers.parent.process.kill()
        made = future.result()
    assert isinstance(made, Failed)
    assert str(made) == "the parent of the kernels has ended"
    assert gone(pids)


# A page that says who executes it (its kernel, and whose child that is), and then never ends.
REPORT = """\
import os
with open("pids.tmp", "w") as file:
    file.write(f"{os.getpid()} {os.getppid()}")
os.replace("pids.tmp", "pids")
"""

DRIVER = """\
import sys, tempfile
from pathlib import Path
from analysis.execution.warm import warm_workers
from analysis.execution.workers import cold_workers
from tests.execution.templates import job, notebook
from tests.execution.test_warm import REPORT

if __name__ == "__main__":
    root = Path(sys.argv[1])
    tempfile.tempdir = sys.argv[1]
    opened = warm_workers(1, root, []) if sys.argv[2] == "warm" else cold_workers(1)
    with opened as workers:
        workers.submit(job(notebook(REPORT, "import time\\ntime.sleep(600)"), root)).result()
"""


def reported(root: Path) -> list[int]:
    """The processes of the page that runs in `root`, once it runs."""
    wait_for((root / "pids").exists)
    return [int(pid) for pid in (root / "pids").read_text(encoding="utf-8").split()]


def wait_for(happens: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 2 * SECONDS_TO_END
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.02)
    return happens()


def gone(pids: list[int]) -> bool:
    """Whether the processes end (a zombie that nobody has collected has ended)."""

    def ended(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return wait_for(lambda: all(ended(pid) for pid in pids))


ENDS = {
    "Ctrl-C": lambda driver, _: driver.send_signal(signal.SIGINT),
    "a polite kill of the driver": lambda driver, _: driver.terminate(),
    "kill -9 of the driver": lambda driver, _: driver.kill(),
    "kill -9 of the parent": lambda _, pids: os.kill(pids[1], signal.SIGKILL),
    "kill -9 of the kernel": lambda _, pids: os.kill(pids[0], signal.SIGKILL),
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the processes from /proc")
@pytest.mark.parametrize("name", ENDS)
def test_however_a_build_ends_nothing_of_it_remains(tmp_path: Path, name: str) -> None:
    driver = start_driver(tmp_path, "warm")
    pids = reported(tmp_path)
    assert len(pids) == 2
    ENDS[name](driver, pids)
    driver.wait(2 * SECONDS_TO_END)
    assert gone(pids)
    assert wait_for(lambda: not list(tmp_path.glob("pages-*")))


AHEAD = """\
import os, sys, tempfile, time
from pathlib import Path
from analysis.execution.plan import Project
from analysis.execution.warm import foreseen_parent

tempfile.tempdir = sys.argv[1]
with foreseen_parent(Project(Path(sys.argv[1]))) as parent:
    Path(sys.argv[1], "pids.tmp").write_text(str(parent.process.pid), encoding="ascii")
    os.replace(sys.argv[1] + "/pids.tmp", sys.argv[1] + "/pids")
    if sys.argv[2] == "error":
        raise SystemExit("the evidence is not valid")
    time.sleep(600)
"""
ENDS_OF_A_DRIVER = {
    "error": None,
    "Ctrl-C": signal.SIGINT,
    "a polite kill": signal.SIGTERM,
    "kill -9": signal.SIGKILL,
}


@pytest.mark.parametrize("name", ENDS_OF_A_DRIVER)
def test_however_a_driver_ends_nothing_remains_of_the_parent_it_began_ahead(
    tmp_path: Path, name: str
) -> None:
    driver = start_driver(tmp_path, name, AHEAD)
    pids = reported(tmp_path)
    if sent := ENDS_OF_A_DRIVER[name]:
        driver.send_signal(sent)
    driver.wait(2 * SECONDS_TO_END)
    assert gone(pids)
    assert wait_for(lambda: not list(tmp_path.glob("pages-*")))


def test_a_parent_is_begun_ahead_where_something_changed_since_the_check(tmp_path: Path) -> None:
    project = Project(tmp_path)

    def begun(certainly: bool = False) -> bool:
        with foreseen_parent(project, certainly) as parent:
            return parent is not None

    assert begun()
    for folder in (project.data, project.package, project.results):
        folder.mkdir()
    time.sleep(0.02)  # longer than a tick of the file system's clock
    checked_evidence(Inputs(project), lambda: Checked({}))
    assert not begun()
    assert begun(certainly=True)
    time.sleep(0.02)
    (project.data / "outcomes.csv").touch()
    assert begun()
    checked_evidence(Inputs(project), lambda: Checked({}))
    assert not begun()
    time.sleep(0.02)
    (project.data / "outcomes.csv").touch()
    assert begun()
    time.sleep(0.02)
    checked_evidence(Inputs(project), lambda: Checked({}))
    assert not begun()  # what was said before still holds


@pytest.mark.skipif(sys.platform != "linux", reason="reads the processes from /proc")
def test_ordinary_workers_and_kernels_end_with_their_driver(tmp_path: Path) -> None:
    driver = start_driver(tmp_path, "cold")
    pids = reported(tmp_path)
    driver.kill()
    driver.wait()
    assert gone(pids)


def start_driver(root: Path, kind: str, source: str = DRIVER) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", source, str(root), kind],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
