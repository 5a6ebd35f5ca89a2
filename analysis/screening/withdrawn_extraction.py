"""What one person extracted, taken back: the folder goes and stays on record whole."""

from __future__ import annotations

from pathlib import Path

from analysis.files.folder import every_file
from analysis.files.problems import ReviewError
from analysis.files.together import change_of
from analysis.files.withdrawals import Withdrawal
from analysis.formatting import counted, listed


def withdrawn_extraction(data: Path, study_id: str, who: str) -> Withdrawal:
    """Plan to take back a person's extraction of a study; ReviewError where there is none."""
    folder = data / "extraction" / study_id / who
    files = every_file(folder)
    if not files:
        there = [path.parent.name for path in sorted(folder.parent.glob("*/outcomes.*"))]
        whose = listed(there) if there else "nobody"
        raise ReviewError(f"{who} has not extracted {study_id}: {whose} has")
    said = (f"{counted(len(files), 'file')} of {who}; rows that were accepted from them stay",)
    kept = {path.relative_to(data).as_posix(): path.read_bytes() for path in files}
    changes = tuple(change_of(path, None) for path in files)
    return Withdrawal("extraction", f"{study_id}-{who}", said, changes, kept)
