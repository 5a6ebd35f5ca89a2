"""Every damaged file gives a clear error or a correct read, quickly and in little memory."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.attack.__main__ import outcome
from tests.attack.damage import Damage, as_csv
from tests.attack.limits import MEGABYTES, SECONDS, limited
from tests.attack.limits import TooSlow as TooSlowError
from tests.attack.readers import Reader, readers
from tests.attack.tables import sound_outcomes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    every = readers(tmp_path_factory.mktemp("readers"))
    return next(reader for reader in every if reader.name == "outcomes.csv")


def test_every_damaged_file_gives_a_clear_error_or_a_correct_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.attack"],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    total = re.search(r"(?m)^(\d+) readers +(\d+) +(\d+) +(\d+) +0 .*$", done.stdout)
    assert total, done.stdout
    with capsys.disabled():
        print(f"\ndamaged files: tried, refused, read, wrong\n{total[0]}", end=" ")
    count, tried, refused, read = map(int, total.groups())
    assert refused + read == tried >= 200
    # Every reader has had files of its own, and sound ones among them were read.
    assert len(re.findall(r"(?m) MB$", done.stdout)) == count + 1
    assert all(int(line.split()[-6]) for line in done.stdout.splitlines() if line.endswith(" MB"))
    assert (SECONDS, MEGABYTES) == (2.0, 500)


@pytest.mark.parametrize(
    ("content", "rows", "says"),
    [
        # Accepted although it had to be refused; read otherwise than the sound file.
        (as_csv(sound_outcomes()), None, "was accepted"),
        (as_csv(sound_outcomes()).replace(b"4.99", b"4.9"), 6, "was read as something else"),
        (as_csv(sound_outcomes()[:3]), 6, "was read as something else"),
        (b"", 6, "was refused"),
    ],
)
def test_the_attack_itself_notices_what_goes_wrong(
    outcomes: Reader, content: bytes, rows: int | None, says: str
) -> None:
    sound = outcomes.read(outcomes.place(outcomes.sound))
    assert len(sound) == len(sound_outcomes()) - 1
    wrong = outcome(outcomes, sound, Damage("planted", content, rows))
    assert wrong is not None
    assert wrong.startswith(says)
    assert outcome(outcomes, sound, Damage("none", outcomes.sound, 6)) is None


def test_the_attack_notices_other_errors(outcomes: Reader) -> None:
    def traceback(path: Path) -> list[object]:
        raise KeyError(path.name)

    wrong = outcome(replace(outcomes, read=traceback), [], Damage("planted", b"x"))
    assert wrong == "raised KeyError: 'outcomes.csv'"


def test_the_attack_stops_a_reader_that_hangs() -> None:
    def forever() -> None:
        with limited(0.05):
            while True:
                pass

    with pytest.raises(TooSlowError):
        forever()
