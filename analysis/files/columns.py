"""A table's columns, each declared once: its name, type, rule and meaning, with an example.

A table is a frozen dataclass. An annotation says what may stand in a column, `column` says what
it means; reading, every check of a single cell, the codebook and the JSON Schema follow.

    sd_control: Positive = column("standard deviation in the control arm", "1.28")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

from analysis.files.csv_files import NUMBER
from analysis.files.problems import Problem, short
from analysis.files.slugs import SLUG
from analysis.files.spreadsheet_damage import MONTH_AND_YEAR, damage, shortened

DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
GROUPED_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
LARGEST_NUMBER = 1e12

Words = Mapping[str, Sequence[str]]
"""The words that a document lists, such as the protocol, by the name of the list."""


@dataclass(frozen=True, eq=False)
class Rule:
    """What a value must be: `expected` ends a sentence, `schema` says it as JSON Schema."""

    expected: str
    holds: Callable[[Any], bool]
    schema: Mapping[str, object]

    @property
    def in_words(self) -> str:
        return self.expected


@dataclass(frozen=True)
class Listed:
    """A word of a list that is known when the table is read; `also` are allowed besides."""

    words: str
    what: str
    also: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """The list by what it holds, whatever stands in it."""
        return " or ".join([self.what, *filter(None, self.also)])


@dataclass(frozen=True)
class KeyOf:
    """A row of another table, by its key."""

    table: str
    key: str


@dataclass(frozen=True)
class NameOfPerson:
    """Who did something; ` and ` stands between two."""


def one_of(*words: str) -> Rule:
    """One of these words; a blank cell where `""` is among them."""
    allowed = frozenset(words)
    return Rule(
        f"one of: {', '.join(filter(None, words))}", allowed.__contains__, {"enum": list(words)}
    )


def matching(pattern: str, expected: str) -> Rule:
    """Text that is as the pattern says from beginning to end."""
    compiled = re.compile(pattern)
    return Rule(expected, lambda text: bool(compiled.fullmatch(text)), {"pattern": pattern})


def unlike(pattern: str, expected: str) -> Rule:
    """Text that is not as the pattern says from beginning to end."""
    compiled = re.compile(pattern)
    schema = {"not": {"pattern": pattern}}
    return Rule(expected, lambda text: not compiled.fullmatch(text), schema)


def above(limit: float) -> Rule:
    return Rule(
        f"a number above {limit:g}", lambda number: number > limit, {"exclusiveMinimum": limit}
    )


def below(limit: float) -> Rule:
    return Rule(
        f"a number below {limit:g}", lambda number: number < limit, {"exclusiveMaximum": limit}
    )


def at_least(low: float) -> Rule:
    return Rule(f"a number of {low:g} or more", lambda number: number >= low, {"minimum": low})


def between(low: float, high: float) -> Rule:
    return Rule(
        f"a number from {low:g} to {high:g}",
        lambda number: low <= number <= high,
        {"minimum": low, "maximum": high},
    )


FILLED = Rule("a value (the cell is blank)", bool, {"minLength": 1})
WHOLE = Rule("a whole number", lambda number: number % 1 == 0, {"multipleOf": 1})

# A number that may be blank is `float | None`; one that may not is `float`.
Filled = Annotated[str, FILLED]
Slug = Annotated[
    str,
    FILLED,
    matching(SLUG, "small letters, digits and single hyphens"),
    unlike(MONTH_AND_YEAR, "no month and year (a spreadsheet makes may-13 of may-2013)"),
]
Positive = Annotated[float | None, above(0)]
Count = Annotated[float | None, at_least(0), WHOLE]


def column(
    meaning: str,
    example: str,
    *,
    unique: bool = False,
    remark: bool = False,
    default: Any = MISSING,
) -> Any:
    """A column of a table: what it means to a person, and what may stand in it.

    A `remark` is about the row and none of its values. A column that came into use later has a
    `default`, which holds where a file is without it.
    """
    said = {"meaning": meaning, "example": example, "unique": unique, "remark": remark}
    return field(default=default, kw_only=default is not MISSING, metadata=said)


@dataclass(frozen=True)
class Column:
    """A column as declared; of its rules the first that a value breaks is told."""

    name: str
    is_number: bool
    may_be_blank: bool
    rules: tuple[Rule | Listed, ...]
    refers_to: KeyOf | None
    is_person: bool
    meaning: str
    example: str
    unique: bool
    remark: bool
    may_be_absent: bool

    @property
    def expected(self) -> str:
        """What may stand in a cell, in words."""
        kind = "a number" if self.is_number else "text"
        said = [rule.in_words for rule in self.rules if rule is not FILLED] or [kind]
        if self.refers_to:
            person = ", or a person's name" if self.is_person else ""
            said = [f"a `{self.refers_to.key}` of {self.refers_to.table}.csv{person}"]
        return ", ".join(said)

    @property
    def is_free_text(self) -> bool:
        """Whether anything may stand in a cell, so that no rule tells what a spreadsheet broke."""
        return not self.is_number and all(rule is FILLED for rule in self.rules)

    def resolved(self, words: Words) -> tuple[Rule, ...]:
        """The rules with the words that they refer to."""
        return tuple(
            one_of(*words[rule.words], *rule.also) if isinstance(rule, Listed) else rule
            for rule in self.rules
        )

    def choices(self, words: Words) -> tuple[str, ...]:
        """The words that may stand in the column, but for blank; none where it is no list."""
        listed: Any = next(
            (r.schema["enum"] for r in self.resolved(words) if "enum" in r.schema), ()
        )
        return tuple(filter(None, listed))

    def canonical(self, cell: str) -> str:
        """One text for one value: 0.400 is 0.4 in a column of numbers, and nowhere else."""
        cell = cell.strip()
        return repr(float(cell)) if self.is_number and NUMBER.fullmatch(cell) else cell

    def same_value(self, one: str, other: str) -> bool:
        """Whether two cells of the column say the same."""
        return one == other or self.canonical(one) == self.canonical(other)

    def json_schema(self, words: Words) -> dict[str, object]:
        """The column as a property in JSON Schema; a blank number is null."""
        kind: object = "string"
        if self.is_number:
            kind = ["number", "null"] if self.may_be_blank else "number"
        said: dict[str, object] = {"type": kind, "description": self.meaning}
        if self.example:
            said["examples"] = [float(self.example) if self.is_number else self.example]
        # The schema is of what is published.
        for rule in () if self.is_person else self.resolved(words):
            said |= rule.schema
        return said


def columns(table: type) -> tuple[Column, ...]:
    """The columns of a table, in the order in which they are declared."""
    hashable: Any = table
    return _columns(hashable)


@cache
def _columns(table: type) -> tuple[Column, ...]:
    hints = get_type_hints(table, include_extras=True)
    return tuple(_column(declared, hints[declared.name]) for declared in fields(table))


def _column(declared: Field[Any], hint: Any) -> Column:
    kind, *said = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    rules = [rule for rule in said if isinstance(rule, Rule | Listed)]
    if get_origin(kind) is Literal:
        rules.append(one_of(*get_args(kind)))
    is_number = kind in (float, float | None)
    return Column(
        name=declared.name,
        is_number=is_number,
        may_be_blank=kind == float | None if is_number else _allows_blank(rules),
        rules=tuple(rules),
        refers_to=next((each for each in said if isinstance(each, KeyOf)), None),
        is_person=any(isinstance(each, NameOfPerson) for each in said),
        meaning=declared.metadata.get("meaning", ""),
        example=declared.metadata.get("example", ""),
        unique=declared.metadata.get("unique", False),
        remark=declared.metadata.get("remark", False),
        may_be_absent=declared.default is not MISSING,
    )


def _allows_blank(rules: Sequence[Rule | Listed]) -> bool:
    return all("" in rule.also if isinstance(rule, Listed) else rule.holds("") for rule in rules)


Row = TypeVar("Row")


@dataclass(frozen=True, eq=False)
class Rows(Generic[Row]):
    """The rows of a file, each with its line, and what is wrong with them; equal to itself alone.

    A cell that is no number counts as blank; other cells are what stands there. `whole` says
    whether every row of the file is among them.
    """

    path: Path
    lines: tuple[int, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    whole: bool = True

    def numbered(self) -> Iterator[tuple[int, Row]]:
        """Each row with its line."""
        return zip(self.lines, self.rows, strict=True)


def read_rows(
    table: type[Row],
    path: Path,
    lines: Sequence[int],
    cells: Mapping[str, Sequence[str]],
    words: Words,
) -> Rows[Row]:
    """The rows of a table from its cells, which are given by column.

    A column that is not among them has its default in every row.
    """
    problems: list[Problem] = []
    values: dict[str, Sequence[Any]] = {}
    for declared in columns(table):
        if declared.name in cells:
            found = cells[declared.name]
            values[declared.name], wrong = _read_column(declared, found, words)
            problems += [
                Problem(path, lines[at], declared.name, message) for at, message in wrong.items()
            ]
            if declared.unique:
                problems += _twice(path, lines, declared.name, found, wrong)
    rows = tuple(
        table(**dict(zip(values, row, strict=True))) for row in zip(*values.values(), strict=True)
    )
    return Rows(path, tuple(lines), rows, tuple(problems))


def _read_column(
    declared: Column, cells: Sequence[str], words: Words
) -> tuple[list[Any], dict[int, str]]:
    """The values of a column, and what is wrong with some of them by their place."""
    values: list[Any] = []
    wrong: dict[int, str] = {}
    rules = declared.resolved(words)
    anything = declared.is_free_text
    for at, cell in enumerate(cells):
        value: Any = cell
        if declared.is_number:
            try:
                value = parse_number(cell)
            except ValueError as error:
                value, wrong[at] = None, str(error)
        values.append(value)
        if at not in wrong and (message := _message(declared, rules, value)):
            wrong[at] = message
        elif anything and (damaged := damage(value)):
            wrong[at] = f"{short(value)} is {damaged}"
    return values, wrong


def _message(declared: Column, rules: Sequence[Rule], value: Any) -> str | None:
    if value is None:
        return None if declared.may_be_blank else "the cell is blank: a number was expected"
    for rule in rules:
        if not rule.holds(value):
            found = f"{value:g}" if declared.is_number else short(value)
            cut = not declared.is_number and shortened(value)
            seen = " (shortened by a spreadsheet)" if cut else ""
            return f"{found} was found{seen}, expected {rule.expected}"
    return None


def _twice(
    path: Path, lines: Sequence[int], name: str, cells: Sequence[str], wrong: Mapping[int, str]
) -> Iterator[Problem]:
    places: dict[str, list[int]] = {}
    for at, cell in enumerate(cells):
        if at not in wrong:
            places.setdefault(cell, []).append(at)
    for cell, where in places.items():
        for at in where if len(where) > 1 else ():
            # Of two rows with one name either may be the wrong one.
            twin = where[1] if at == where[0] else where[0]
            message = f"{short(cell)} stands on line {lines[twin]} too: it must be unique"
            yield Problem(path, lines[at], name, message)


def parse_number(cell: str) -> float | None:
    """A cell's number, `None` where it is blank; ValueError says what stands there instead."""
    if not cell:
        return None
    if NUMBER.fullmatch(cell) and not shortened(cell):
        number = float(cell)
        if abs(number) > LARGEST_NUMBER:
            raise ValueError(f"{short(cell)} is too large to be a measurement")
        return number
    if GROUPED_THOUSANDS.fullmatch(cell):
        raise ValueError(
            f"{cell!r} may have a decimal comma or grouped thousands: "
            f"write {cell.replace(',', '.')} or {cell.replace(',', '')}"
        )
    if DECIMAL_COMMA.fullmatch(cell):
        raise ValueError(f"{short(cell)} has a decimal comma: write a point, as in 3.5")
    raise ValueError(f"{short(cell)} is {damage(cell) or 'not a number'}")


def with_point(cell: str) -> str:
    """A number with a point where a person typed a decimal comma; another cell as it is.

    What may have grouped thousands stays, and is refused as what it is.
    """
    said = cell.strip()
    plain = DECIMAL_COMMA.fullmatch(said) and not GROUPED_THOUSANDS.fullmatch(said)
    return said.replace(",", ".") if plain else cell


def json_schema(table: type, title: str, description: str, words: Words) -> dict[str, object]:
    """A row of a table as JSON Schema: what each column holds, and which must be there."""
    declared = columns(table)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        "type": "object",
        "properties": {each.name: each.json_schema(words) for each in declared},
        "required": [each.name for each in declared if not each.may_be_absent],
        "additionalProperties": False,
    }
