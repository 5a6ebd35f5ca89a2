"""Read every damaged file under limits: `./review -m tests.attack` prints what came of it.

A process of its own, so that its memory can be capped. Names of readers as arguments try
these only.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.files.problems import EvidenceError
from tests.attack.damage import Damage
from tests.attack.limits import SECONDS, Memory, TooSlow, cap_memory, limited
from tests.attack.readers import Reader, Rows, readers

# All the problems of a file together; one that is far longer is no help to anybody.
LONGEST_MESSAGE = 1_000


@dataclass
class Tally:
    """What came of the files of one reader."""

    refused: int = 0
    read: int = 0
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    largest: float = 0.0

    @property
    def tried(self) -> int:
        return self.refused + self.read + len(self.failures)

    def add(self, other: Tally) -> None:
        self.refused += other.refused
        self.read += other.read
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)
        self.largest = max(self.largest, other.largest)


def outcome(reader: Reader, sound: Rows, damage: Damage) -> str | None:
    """What was not as it should be when this file was read; None if all was well."""
    path = reader.place(damage.content)
    try:
        with limited(SECONDS):
            found = reader.read(path)
    except EvidenceError as error:
        return _judge_refusal(damage, path, error)
    except TooSlow:
        return f"took more than {SECONDS} s of processor time"
    except BaseException as error:
        return f"raised {type(error).__name__}: {str(error)[:200]}"
    if damage.rows is None:
        return f"was accepted: {found}"[:400]
    same = list(found) == list(sound)[: damage.rows]
    return None if same else f"was read as something else: {found}"[:400]


def _judge_refusal(damage: Damage, path: Path, error: EvidenceError) -> str | None:
    if damage.rows is not None:
        return f"was refused: {str(error)[:200]}"
    if not error.problems:
        return "was refused without a reason"
    for problem in error.problems:
        if problem.file != path:
            return f"another file was blamed: {problem}"
        if not problem.message or len(str(problem)) > LONGEST_MESSAGE:
            return f"an unreadable message of {len(str(problem))} characters"
    return None


def attack(reader: Reader) -> Tally:
    """Try every damage of one reader."""
    sound = reader.read(reader.place(reader.sound))
    tally, names = Tally(), set()
    for damage in reader.damages():
        assert damage.name not in names, f"two damages are called {damage.name}"
        names.add(damage.name)
        memory, started = Memory(), time.process_time()
        wrong = outcome(reader, sound, damage)
        tally.slowest = max(tally.slowest, time.process_time() - started)
        tally.largest = max(tally.largest, memory.grown)
        if wrong:
            tally.failures.append(f"{reader.name}, {damage.name}: {wrong}")
        elif damage.rows is None:
            tally.refused += 1
        else:
            tally.read += 1
    return tally


def line(name: str, tally: Tally) -> str:
    return (
        f"{name:<22}{tally.tried:>8}{tally.refused:>10}{tally.read:>8}{len(tally.failures):>8}"
        f"{tally.slowest:>10.2f} s{tally.largest:>8.0f} MB"
    )


def main(chosen: Sequence[str] = ()) -> int:
    heads = ("tried", "refused", "read", "wrong", "slowest", "largest")
    print(
        f"{'':<22}{heads[0]:>8}{heads[1]:>10}{heads[2]:>8}{heads[3]:>8}{heads[4]:>12}{heads[5]:>11}"
    )
    total = Tally()
    with tempfile.TemporaryDirectory() as name:
        every = [r for r in readers(Path(name)) if not chosen or r.name in chosen]
        cap_memory()
        for reader in every:
            tally = attack(reader)
            print(line(reader.name, tally), flush=True)
            total.add(tally)
    print(line(f"{len(every)} readers", total))
    print("\n".join(total.failures))
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
