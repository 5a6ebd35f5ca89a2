"""Read every damaged file under limits: `python -m tests.evidence.attack` prints what came of it.

A process of its own, so that memory can be capped and its peak is the readers' own. The
limit on time is processor time: a busy machine makes nobody fail.
"""

from __future__ import annotations

import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.evidence.load import read_table
from analysis.evidence.schemas import schemas
from analysis.problems import EvidenceError
from analysis.protocol import load_protocol
from analysis.searching.history import load_searches
from tests.evidence.damaged import SOUND_SEARCH, Damaged, Kind, as_csv, corpus, sound_outcomes
from tests.evidence.folder import DATA

SECONDS = 2.0
MEGABYTES = 500
LONGEST_MESSAGE = 1_000


class TooSlow(Exception):
    """The reader used more processor time than a reader may."""


@dataclass(frozen=True)
class Readers:
    """How a file of each kind is read, and what the sound one gives."""

    read: dict[Kind, Callable[[Path], object]]
    sound: dict[Kind, object]


def readers(folder: Path) -> Readers:
    schema = schemas(load_protocol(DATA / "protocol.yml"))["outcomes"]

    def outcomes(path: Path) -> pd.DataFrame:
        frame, problems, whole = read_table(path, schema)
        if problems:
            raise EvidenceError(problems)
        assert whole, "rows are missing and no problem says so"
        return frame.reset_index(drop=True)

    read: dict[Kind, Callable[[Path], object]] = {
        "outcomes": outcomes,
        "protocol": load_protocol,
        "search": lambda path: load_searches(path.parents[2]),
    }
    contents: dict[Kind, bytes] = {
        "outcomes": as_csv(sound_outcomes()),
        "protocol": (DATA / "protocol.yml").read_bytes(),
        "search": SOUND_SEARCH,
    }
    return Readers(
        read, {kind: read[kind](placed(folder, kind, raw)) for kind, raw in contents.items()}
    )


def placed(folder: Path, kind: Kind, content: bytes) -> Path:
    """The file where its reader looks for it."""
    name = {"outcomes": "outcomes.csv", "protocol": "protocol.yml",
            "search": "searches/2013-11-13/search.yml"}[kind]  # fmt: skip
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def outcome(file: Damaged, folder: Path, how: Readers) -> str | None:
    """What was not as it should be when this file was read; None if all was well."""
    path = placed(folder, file.kind, file.content)
    try:
        with limited(SECONDS):
            found = how.read[file.kind](path)
    except EvidenceError as error:
        return _judge_refusal(file, path, error)
    except TooSlow:
        return f"took more than {SECONDS} s of processor time"
    except BaseException as error:
        return f"raised {type(error).__name__}: {str(error)[:200]}"
    if file.rows is None:
        return f"was accepted: {found}"[:400]
    sound = how.sound[file.kind]
    if isinstance(sound, pd.DataFrame):
        same = isinstance(found, pd.DataFrame) and found.equals(sound.head(file.rows))
    else:
        same = found == sound
    return None if same else f"was read as something else: {found}"[:400]


def _judge_refusal(file: Damaged, path: Path, error: EvidenceError) -> str | None:
    if file.rows is not None:
        return f"was refused: {str(error)[:200]}"
    if not error.problems:
        return "was refused without a reason"
    for problem in error.problems:
        if problem.file != path:
            return f"another file was blamed: {problem}"
        if not problem.message or len(str(problem)) > LONGEST_MESSAGE:
            return f"an unreadable message of {len(str(problem))} characters"
    return None


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` once so much processor time is used."""

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def cap_memory() -> None:
    """Allow this process what it has now and `MEGABYTES` more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEGABYTES * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main() -> int:
    files = corpus()
    with tempfile.TemporaryDirectory() as name:
        how = readers(Path(name))
        # The corpus itself holds some tens of megabytes and is not the readers' doing.
        if sys.platform == "linux":
            cap_memory()
        failures, slowest = [], 0.0
        for file in files:
            started = time.process_time()
            wrong = outcome(file, Path(name), how)
            slowest = max(slowest, time.process_time() - started)
            if wrong:
                failures.append(f"{file.kind}, {file.name}: {wrong}")
    refused = sum(file.rows is None for file in files)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    print("\n".join(failures))
    print(
        f"{len(files)} damaged files tried: {refused} to be refused, {len(files) - refused} to be "
        f"read; {len(failures)} went wrong; slowest {slowest:.2f} s, peak {peak:.0f} MB"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
