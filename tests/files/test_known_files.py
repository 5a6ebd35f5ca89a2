"""What was found in files holds as long as they are the same."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from analysis.files import known_files
from analysis.files.known_files import KnownFiles


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "outcomes.csv"
    path.write_text("a", encoding="utf-8")
    return path


def found(known: KnownFiles, file: Path, met: list[str]) -> str:
    def find() -> str:
        met.append(text := file.read_text(encoding="utf-8"))
        return text

    return known.of(file, "text", find)


def test_what_is_known_is_found_once_and_again_where_the_file_changed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_files, "SETTLED", -(10**12))
    known, met = KnownFiles(), list[str]()
    assert [found(known, file, met) for _ in range(2)] == ["a", "a"]
    at = file.stat()
    file.write_text("b", encoding="utf-8")
    os.utime(file, ns=(at.st_atime_ns, at.st_mtime_ns))  # as unpacking or git may do
    assert [found(known, file, met) for _ in range(2)] == ["b", "b"]
    assert met == ["a", "b"]


def test_a_file_that_was_just_written_may_be_written_again_within_the_tick(file: Path) -> None:
    known, met = KnownFiles(), list[str]()
    assert time.time_ns() - file.stat().st_ctime_ns < known_files.SETTLED
    assert [found(known, file, met) for _ in range(2)] == ["a", "a"]
    assert met == ["a", "a"]
