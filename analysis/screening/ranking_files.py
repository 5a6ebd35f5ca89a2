"""The order of reading that was proposed to a person, kept in `data/searches/rankings/`."""

from __future__ import annotations

from pathlib import Path

import yaml

from analysis.files.writing import write_atomically
from analysis.screening.ranking import Ranking

ORDER = "order:\n"


def write_ranking(data: Path, who: str, stage: str, text: str) -> None:
    """Keep the order proposed to a person, as `ranking_text` says it."""
    write_atomically(_path(data, who, stage), text)


def ranking_text(who: str, stage: str, ranking: Ranking) -> str:
    """An order, what it was learned from, and with which seed."""
    from importlib.metadata import version

    said = {
        "who": who,
        "stage": stage,
        "model": ranking.model,
        "scikit_learn": version("scikit-learn"),
        "seed": ranking.seed,
        "relevant": ranking.relevant,
        "irrelevant": ranking.irrelevant,
        "order": list(ranking.order),
    }
    # Of 50,000 records a second is saved by the writer that is not Python.
    return yaml.dump(said, Dumper=yaml.CSafeDumper, sort_keys=False)


def kept_order(data: Path, who: str, stage: str) -> tuple[str, ...]:
    """The order that was proposed last; what cannot be read of it is left out: it only orders."""
    path = _path(data, who, stage)
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.partition(ORDER)[2].splitlines()
    return tuple(line.removeprefix("- ") for line in lines)


def _path(data: Path, who: str, stage: str) -> Path:
    return data / "searches" / "rankings" / f"{stage}.{who}.yml"
