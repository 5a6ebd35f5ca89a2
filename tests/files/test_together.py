from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.files import together
from analysis.files.lock import locked, settle
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.together import CHANGE, PLAN, change_of, change_together, finish_change
from tests.files.contents import contents


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    (data / "below").mkdir(parents=True)
    (data / "a.csv").write_text("a\n")
    (data / "below/b.csv").write_text("b\n")
    (tmp_path / "beside.bib").write_text("x\n")
    return data


def changes(data: Path):
    return [
        change_of(data / "a.csv", "A\n"),
        change_of(data / "below/b.csv", None),
        change_of(data / "new/c.csv", b"C\n"),
        change_of(data.parent / "beside.bib", "X\n"),
    ]


def said(data: Path) -> dict[str, str]:
    return {name: content.decode() for name, content in contents(data.parent).items()}


AFTER = {"data/a.csv": "A\n", "data/new/c.csv": "C\n", "beside.bib": "X\n"}


def test_files_are_written_and_removed_and_an_empty_folder_goes(folder: Path) -> None:
    with locked(folder):
        change_together(folder, changes(folder))
    assert said(folder) == AFTER
    assert not (folder / "below").exists()


def cut_short(folder: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Write down the changes and do so many of them."""
    done = iter(range(after))

    def write(path: Path, content: bytes | str) -> None:
        if CHANGE not in str(path) and next(done, None) is None:
            raise KeyboardInterrupt
        whole(path, content)

    whole = together.write_atomically
    with monkeypatch.context() as patch:
        patch.setattr(together, "write_atomically", write)
        with pytest.raises(KeyboardInterrupt):
            change_together(folder, changes(folder))


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_change_that_was_cut_short_is_finished_by_the_next_reader(
    folder: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    cut_short(folder, monkeypatch, after)
    assert said(folder) != AFTER
    settle(folder)
    assert said(folder) == AFTER


def test_a_change_not_written_down_whole_counts_for_nothing(folder: Path) -> None:
    before = said(folder)
    (folder / together.UNWRITTEN).mkdir()
    (folder / together.UNWRITTEN / "0").write_text("A\n")
    with locked(folder):
        assert said(folder) == before


def test_an_edit_made_after_a_change_was_cut_short_is_not_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(folder, monkeypatch, 1)
    (folder / "a.csv").write_text("edited\n")
    with pytest.raises(EvidenceError, match=r"a\.csv: was edited after .*data/\.change to leave"):
        settle(folder)
    assert (folder / "a.csv").read_text() == "edited\n"


def test_a_file_that_changed_since_it_was_read_stops_all(folder: Path) -> None:
    planned = changes(folder)
    (folder / "a.csv").write_text("meanwhile\n")
    before = said(folder)
    with pytest.raises(ReviewError, match=r"a\.csv has changed meanwhile"):
        change_together(folder, planned)
    assert said(folder) == before


@pytest.mark.parametrize("file", ["../outside.txt", "/etc/hostname"])
def test_a_plan_reaches_no_file_elsewhere(folder: Path, file: str) -> None:
    (folder / CHANGE).mkdir()
    (folder / CHANGE / PLAN).write_text(json.dumps([{"file": file, "before": None, "after": None}]))
    with pytest.raises(EvidenceError, match="is none of the files"):
        finish_change(folder)
