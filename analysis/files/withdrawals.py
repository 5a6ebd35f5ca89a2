"""What was taken back stays on record: `data/withdrawn/`, a folder a withdrawal.

In it stand who took it back, when and why (`withdrawal.yml`), and what was taken out, below the
path that it had in `data/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from analysis.files.lock import locked
from analysis.files.together import FileChange, change_of, change_together
from analysis.files.yaml_files import yaml_text

FOLDER = "withdrawn"
ACCOUNT = "withdrawal.yml"


@dataclass(frozen=True)
class Withdrawal:
    """What an undo would do, planned from the files as they are: nothing of it is done yet.

    `what` and `name` say what is taken back, `said` what that means, a line each; `kept` is what
    stays on record, by its path in the data. Of what `is_told` the changes are the record.
    """

    what: str
    name: str
    said: tuple[str, ...]
    changes: tuple[FileChange, ...]
    kept: Mapping[str, bytes] = field(default_factory=dict)
    is_told: bool = False


def carry_out(data: Path, withdrawal: Withdrawal, who: str, when: str, why: str) -> Path:
    """Take it back, all or nothing; where it stays on record.

    ReviewError where one of the files has changed since it was planned.
    """
    with locked(data):
        if withdrawal.is_told:
            change_together(data, withdrawal.changes)
            return withdrawal.changes[0].path
        folder = _free_folder(data, f"{withdrawal.what}-{withdrawal.name}")
        account = {
            "what": withdrawal.what,
            "name": withdrawal.name,
            "who": who,
            "when": when,
            "why": why,
        }
        text = yaml_text(account)
        record = {ACCOUNT: text.encode(), **withdrawal.kept}
        kept = (change_of(folder / name, content) for name, content in record.items())
        change_together(data, (*withdrawal.changes, *kept))
    return folder


def _free_folder(data: Path, name: str) -> Path:
    folders = (data / FOLDER / f"{name}-{number}" for number in count(2))
    first = data / FOLDER / name
    return first if not first.exists() else next(f for f in folders if not f.exists())
