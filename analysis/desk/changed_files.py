"""What has changed in a checkout, file by file, as people call it who need no files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from analysis.evidence.data_files import DATA_FILES
from analysis.files.checkout import Checkout
from analysis.formatting import counted, sentence_case

MOST_NAMED = 20


def in_words(checkout: Checkout, data: Path, names: Iterable[str]) -> Iterator[str]:
    """What each file is, once, the most telling first; beyond the first twenty how many more."""
    within = data.resolve().relative_to(checkout.root)
    told = dict.fromkeys(_called(PurePosixPath(name), within) for name in names)
    yield from [*told][:MOST_NAMED]
    if (more := len(told) - MOST_NAMED) > 0:
        yield f"and {counted(more, 'change')} more"


def _called(path: PurePosixPath, within: Path) -> str:
    """A file of the data by what it holds; any other by its name."""
    if not path.is_relative_to(within):
        return path.as_posix()
    match path.relative_to(within).parts:
        case ["screening", file]:
            return f"What {PurePosixPath(file).stem} decided on records"
        case ["extraction", study, who, _]:
            return f"What {who} read of {study}"
        case ["extraction", study, _]:
            return f"What the readers of {study} agreed on"
        case ["searches", "rankings", _]:
            return "The order in which records are read"
        case ["searches", *_]:
            return "Searches"
        case ["releases", name, *_]:
            return f"Version {name}"
        case ["withdrawn", *_]:
            return "What was taken back"
        case ["protocol.yml"]:
            return "The protocol"
        case [file] if (known := PurePosixPath(file)).suffix == ".csv" and known.stem in DATA_FILES:
            return sentence_case(DATA_FILES[known.stem].about)
    return path.as_posix()
