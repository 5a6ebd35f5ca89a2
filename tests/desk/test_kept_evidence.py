"""The evidence that a desk keeps: the same as long as it is true, and never longer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analysis.desk import kept_evidence
from analysis.desk.kept_evidence import KeptEvidence
from analysis.evidence.load import load
from analysis.files.problems import EvidenceError
from tests.evidence.folder import DataFolder

TRIAL = "lorig-2008"


def test_it_is_read_again_where_a_file_says_something_else(data: Path) -> None:
    kept, studies = KeptEvidence(data), data / "studies.csv"
    first, before, state = kept.now(), studies.read_bytes(), studies.stat()
    assert kept.now() is first
    DataFolder(data).edit("studies.csv", TRIAL, diagnosis="another")
    # A clock that is set back, or a program that keeps a file's time.
    os.utime(studies, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert kept.now().trials[TRIAL].diagnosis == "another"
    studies.write_bytes(b"study_id\n")
    with pytest.raises(EvidenceError):
        kept.now()
    studies.unlink()
    with pytest.raises(EvidenceError, match="missing"):
        kept.now()
    studies.write_bytes(before)
    assert kept.now() == first


def test_what_somebody_saves_while_it_is_read_is_not_missed(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (data / "studies.csv").read_bytes()

    def read_and_then_saved(folder: Path):
        DataFolder(folder).edit("studies.csv", TRIAL, diagnosis="another")
        return load(folder)

    kept = KeptEvidence(data)
    monkeypatch.setattr(kept_evidence, "load", read_and_then_saved)
    assert kept.now().trials[TRIAL].diagnosis == "another"
    monkeypatch.undo()
    (data / "studies.csv").write_bytes(before)
    assert kept.now().trials[TRIAL].diagnosis != "another"
