"""Columns of studies.csv that a review has for itself: its protocol declares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import make_dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from analysis.evidence.data_files import DATA_FILES, DataFile
from analysis.evidence.rows import Trial
from analysis.files.columns import column, one_of
from analysis.files.problems import Problem
from analysis.files.yaml_files import parse_yaml
from analysis.protocol_lists import StudyColumn

OwnColumns = tuple[StudyColumn, ...]
YES_NO = ("yes", "no")


def files_of(own: OwnColumns) -> Mapping[str, DataFile]:
    """The data files of a review with these columns of its own."""
    studies = replace(DATA_FILES["studies"], row=trial_row(own))
    return {**DATA_FILES, "studies": studies}


@lru_cache(maxsize=8)
def trial_row(own: tuple[StudyColumn, ...]) -> type[Trial]:
    """A row of studies.csv with these columns after those that every review has."""
    if not own:
        return Trial
    declared = [(each.name, _kind(each), column(each.meaning, _example(each))) for each in own]
    return make_dataclass(Trial.__name__, declared, bases=(Trial,), frozen=True, slots=True)


def _kind(own: StudyColumn) -> Any:
    if own.type == "number":
        return float | None
    return Annotated[str, one_of("", *(own.levels or YES_NO))]


def _example(own: StudyColumn) -> str:
    return "1" if own.type == "number" else (own.levels or YES_NO)[0]


def own_values(trial: Trial, own: OwnColumns) -> dict[str, str | float]:
    """What is known of a trial in these columns, by name.

    A version from before a column knows nothing there.
    """
    values = {each.name: getattr(trial, each.name, None) for each in own}
    return {name: value for name, value in values.items() if value not in (None, "")}


def taken_names(protocol: Path, content: bytes, own: OwnColumns) -> Iterator[Problem]:
    """The columns that every review has already under that name, at their line of `content`."""
    taken = [at for at, each in enumerate(own) if hasattr(Trial, each.name)]
    lines = parse_yaml(protocol, content)[1] if taken else {}
    for at in taken:
        place = ("study_columns", at, "name")
        said = f"{own[at].name} is a column of every studies.csv: name yours otherwise"
        yield Problem(protocol, lines.get(place), ".".join(map(str, place)), said)
