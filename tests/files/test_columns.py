"""A column is declared once: reading, checks and JSON Schema follow, and say the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.files.columns import (
    WHOLE,
    Count,
    Filled,
    Listed,
    Positive,
    Rows,
    Slug,
    at_least,
    between,
    column,
    columns,
    json_schema,
    matching,
    parse_number,
    read_rows,
    with_point,
)

WORDS = {"colours": ("red", "green")}
PATH = Path("made-up.csv")


@dataclass(frozen=True, slots=True)
class Thing:
    """One column of each kind."""

    name: Slug = column("its name", "a-thing", unique=True)
    title: Filled = column("its title", "A thing")
    colour: Annotated[str, Listed("colours", "a colour of the list", also=("none",))] = column(
        "its colour", "red"
    )
    size: Literal["", "large", "small"] = column("its size", "large")
    code: Annotated[str, matching(r"^(?:[A-Z]{2})?$", "two capitals")] = column("its code", "AB")
    pieces: Count = column("its pieces", "3")
    weight: Positive = column("its weight", "0.5")
    year: Annotated[float, between(1990, 2100), WHOLE] = column("its year", "2026")
    age: Annotated[float | None, at_least(1)] = column("its age", "7", default=None)
    note: str = column("what else to know", "none", default="", remark=True)


SOUND = {declared.name: declared.example for declared in columns(Thing)}


def read(*rows: dict[str, str]) -> Rows[Thing]:
    cells = {name: [row[name] for row in rows] for name in rows[0]}
    return read_rows(Thing, PATH, range(2, 2 + len(rows)), cells, WORDS)


def said(*rows: dict[str, str]) -> list[tuple[int | None, str | None, str]]:
    return [(problem.line, problem.column, problem.message) for problem in read(*rows).problems]


def test_cells_become_values() -> None:
    found = read(SOUND, SOUND | {"name": "b", "size": "", "pieces": "", "age": "", "note": ""})
    assert not found.problems
    assert found.lines == (2, 3)
    first, second = found.rows
    assert (first.name, first.pieces, first.weight, first.year) == ("a-thing", 3.0, 0.5, 2026.0)
    assert (second.size, second.pieces, second.age, second.note) == ("", None, None, "")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("3,5", "3.5"), ("-0,25", "-0.25"), (" 38,58 ", "38.58"), ("0,141", "0.141"),
        ("1234,5", "1234.5"), (",5", ".5"), ("12,3456", "12.3456"),
        ("1,234", "1,234"), ("-12,000", "-12,000"), ("1.234,5", "1.234,5"), ("3.5", "3.5"),
        ("a,5", "a,5"), ("", ""), ("1,2,3", "1,2,3"),
    ],
)  # fmt: skip
def test_a_decimal_comma_becomes_a_point_where_nothing_else_can_be_meant(
    cell: str, number: str
) -> None:
    assert with_point(cell) == number


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        ("name", "", "'' was found, expected a value (the cell is blank)"),
        ("name", "A b", "'A b' was found, expected small letters, digits and single hyphens"),
        ("title", "", "'' was found, expected a value (the cell is blank)"),
        ("colour", "blue", "'blue' was found, expected one of: red, green, none"),
        ("size", "huge", "'huge' was found, expected one of: large, small"),
        ("code", "abc", "'abc' was found, expected two capitals"),
        ("pieces", "-1", "-1 was found, expected a number of 0 or more"),
        ("pieces", "1.5", "1.5 was found, expected a whole number"),
        ("pieces", "many", "'many' is not a number"),
        ("weight", "0", "0 was found, expected a number above 0"),
        ("year", "", "the cell is blank: a number was expected"),
        ("year", "26", "26 was found, expected a number from 1990 to 2100"),
    ],
)
def test_a_cell_that_breaks_its_rule(name: str, cell: str, message: str) -> None:
    assert said(SOUND | {name: cell}) == [(2, name, message)]


def test_of_two_rows_with_one_name_each_is_told_where_the_other_is() -> None:
    assert said(SOUND, SOUND, SOUND) == [
        (line, "name", f"'a-thing' stands on line {twin} too: it must be unique")
        for line, twin in ((2, 3), (3, 2), (4, 2))
    ]


def test_a_file_without_a_later_column_has_its_default() -> None:
    old = {name: cell for name, cell in SOUND.items() if name not in ("age", "note")}
    found = read(old)
    assert not found.problems
    assert (found.rows[0].age, found.rows[0].note) == (None, "")


def test_a_long_cell_is_told_by_its_beginning() -> None:
    ((_, _, message),) = said(SOUND | {"name": "x" * 50 + " "})
    assert message.startswith(f"'{'x' * 39}…' was found")


cells = st.one_of(
    st.sampled_from(["", "red", "blue", "large", "0", "-1", "1.5", "1", "1990", "AB", "A", "a-b"]),
    st.integers(-5, 3000).map(str),
    st.floats(-5, 5).map(repr),
    st.text("abAB-0 1.", max_size=6),
)


@given(name=st.sampled_from(list(SOUND)), cell=cells)
def test_the_schema_refuses_what_the_check_refuses(name: str, cell: str) -> None:
    """An independent reader of the schema, jsonschema, and our check agree on every cell."""
    (declared,) = (each for each in columns(Thing) if each.name == name)
    try:
        value = parse_number(cell) if declared.is_number else cell
    except ValueError:
        return  # no value at all: the schema is about values
    row = {
        each.name: parse_number(SOUND[each.name]) if each.is_number else SOUND[each.name]
        for each in columns(Thing)
    } | {name: value}
    schema = json_schema(Thing, "a thing", "one of each kind", WORDS)
    valid = jsonschema.Draft202012Validator(schema).is_valid(row)
    assert valid == (not said(SOUND | {name: cell}))
