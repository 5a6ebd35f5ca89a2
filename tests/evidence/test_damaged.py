"""Every damaged file gives a clear error or a correct read, quickly and in little memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.attack import MEGABYTES, SECONDS, limited, outcome, placed, readers
from tests.evidence.attack import TooSlow as TooSlowError
from tests.evidence.damaged import Damaged, as_csv, corpus, sound_outcomes

ROOT = Path(__file__).resolve().parents[2]


def test_every_damaged_file_gives_a_clear_error_or_a_correct_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert len(corpus()) >= 200
    done = subprocess.run(
        [sys.executable, "-m", "tests.evidence.attack"],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    with capsys.disabled():
        print(f"\n{done.stdout.strip().splitlines()[-1]}", end=" ")
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
    tmp_path: Path, content: bytes, rows: int | None, says: str
) -> None:
    wrong = outcome(Damaged("outcomes", "planted", content, rows), tmp_path, readers(tmp_path))
    assert wrong is not None
    assert wrong.startswith(says)


def test_the_attack_notices_other_errors(tmp_path: Path) -> None:
    how = readers(tmp_path)

    def traceback(path: Path) -> object:
        raise KeyError(path.name)

    how.read["outcomes"] = traceback
    wrong = outcome(Damaged("outcomes", "planted", b"x", None), tmp_path, how)
    assert wrong == "raised KeyError: 'outcomes.csv'"


def test_the_attack_stops_a_reader_that_hangs() -> None:
    def forever() -> None:
        with limited(0.05):
            while True:
                pass

    with pytest.raises(TooSlowError):
        forever()


def test_a_sound_file_of_each_kind_is_read(tmp_path: Path) -> None:
    how = readers(tmp_path)
    assert len(how.sound["outcomes"]) == len(sound_outcomes()) - 1  # type: ignore[arg-type]
    assert placed(tmp_path, "search", b"").exists()
