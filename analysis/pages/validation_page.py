"""Validation: what our numbers were compared with, how many, and the largest difference."""

from __future__ import annotations

from pathlib import Path
from typing import NotRequired

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict  # pydantic asks for it before Python 3.12

from analysis.files.json_files import read_json
from analysis.formatting import count, counted
from analysis.pages.html import Html, items, join, paragraph, table

NAMES = {"revman": "RevMan", "metafor": "metafor"}
_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


@with_config(_STRICT)
class Quantity(TypedDict):
    """One quantity: how many numbers of how many sets were compared, and how they differ."""

    quantity: str
    sets: int
    numbers: int
    largest_difference: float
    tolerance: float
    note: str


@with_config(_STRICT)
class Part(TypedDict):
    """The comparison with one reference, which consists of analyses or of data sets."""

    source: str
    analyses: NotRequired[int]
    data_sets: NotRequired[int]
    numbers: int
    quantities: list[Quantity]


_REPORT = TypeAdapter(dict[str, Part])


def read_report(data: Path) -> dict[str, Part]:
    """The stored report of the validation suite (`./review -m tests.validation.report`)."""
    return read_json(data / "validation.json", _REPORT)


def summary(report: dict[str, Part]) -> Html:
    """One sentence a reference."""
    return join(paragraph(_sentence(part)) for part in report.values())


def _sentence(part: Part) -> str:
    sets = (
        counted(part["analyses"], "analysis", "analyses")
        if "analyses" in part
        else counted(part["data_sets"], "data set")
    )
    beyond = [q for q in part["quantities"] if q["largest_difference"] > q["tolerance"]]
    verdict = (
        "every one agrees within the tolerance stated for it"
        if not beyond
        else f"{counted(len(beyond), 'quantity', 'quantities')} differ by more than the tolerance"
    )
    return f"{part['source']}: {count(part['numbers'])} numbers of {sets} compared; {verdict}."


def quantities(report: dict[str, Part], reference: str) -> Html:
    """Every quantity with its numbers, the largest difference and the tolerance of the tests."""
    rows = [
        {
            "Quantity": found["quantity"],
            "Compared": count(found["numbers"]),
            "Sets": count(found["sets"]),
            "Largest difference": small(found["largest_difference"]),
            "Tolerance": small(found["tolerance"]),
        }
        for found in report[reference]["quantities"]
    ]
    numbers = ("Compared", "Sets", "Largest difference", "Tolerance")
    caption = f"Relative differences from {NAMES[reference]}"
    return table(rows, caption, numbers=numbers)


def on_purpose(report: dict[str, Part]) -> Html:
    """Where we differ on purpose, or compare otherwise, and why."""
    notes = [
        f"{NAMES[reference]}, {found['quantity']}: {found['note']}"
        for reference, part in report.items()
        for found in part["quantities"]
        if found["note"]
    ]
    return items(notes)


def small(value: float) -> str:
    """`0`, `5 × 10⁻¹⁵`: a difference by its first digit and its power of ten."""
    if value == 0:
        return "0"
    digits, power = f"{value:.0e}".split("e")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} × 10{raised}" if digits != "1" else f"10{raised}"
