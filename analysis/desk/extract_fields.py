"""The fields of the extraction's forms, as the columns are declared: label, choices, example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.own_columns import OwnColumns
from analysis.evidence.reported import ARMS
from analysis.evidence.reported_formats import BESIDES, FORMATS, ReportedFormat, format_of
from analysis.evidence.values import words_of
from analysis.files.columns import Column, columns
from analysis.files.tables import Row
from analysis.formatting import sentence_case
from analysis.measures import MEASURES
from analysis.protocol import Protocol
from analysis.screening.extraction import columns_of
from analysis.screening.extraction_history import KEYS
from analysis.screening.reported_harms import FILE as HARMS
from analysis.screening.study_reports import BIBLIOGRAPHY

# What a person writes a sentence into.
LONG = frozenset({"quote", "note", "other_reports", "citation", "comparator_detail", "title",
                  "indirectness", "not_usable_because"})  # fmt: skip
FIXED = ("row_id", "study_id", "outcome", "timepoint", "format")
RESULT = ("instrument", "higher_is", "weeks", "contrast", "analysis_set")
PLACE = ("source_id", "locator", "quote")
USE = ("usable", "not_usable_because", "note")
CHOOSE = "choose one"
REVIEW = ("status", "reason", "in_baseline_review", "baseline_basis", "indirectness")
_MARKED = re.compile(r"`([^`]+)`")
# What comes before a colon or semicolon, if it is more than a word that is explained.
_FIRST_PART = re.compile(r"(\S+ [^:;]+)[:;] ")
_NAME = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


@dataclass(frozen=True)
class Field:
    """A field of a form; `meanwhile` is what was saved there since, where that is another value."""

    name: str
    label: str
    value: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    suggestions: tuple[str, ...] = ()
    is_number: bool = False
    problems: tuple[str, ...] = ()
    meanwhile: str | None = None
    # What tells fields of one name on a page apart.
    id: str = ""

    @property
    def key(self) -> str:
        return self.id or self.name

    @property
    def is_long(self) -> bool:
        return self.name.rpartition(".")[2] in LONG


@dataclass(frozen=True)
class Group:
    """Fields under a heading; those of an arm stand beside those of the other."""

    heading: str
    fields: tuple[Field, ...]
    is_arm: bool = False


@dataclass(frozen=True)
class Sheet:
    """What a form shows: the cells of a row, what is wrong with them, what was saved meanwhile."""

    protocol: Protocol
    name: str
    cells: Mapping[str, str]
    problems: Mapping[str, Sequence[str]]
    meanwhile: Mapping[str, str]
    # What may be chosen in a column besides what its declaration lists.
    choices: Mapping[str, tuple[tuple[str, str], ...]]
    prefix: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.name, self.protocol.study_columns)

    def field(self, name: str, accepted: Sequence[str] = ()) -> Field:
        """The field of a column, with the choices that are `accepted` where it has several."""
        column = next(each for each in self.columns if each.name == name)
        label, more = label_of(column)
        options = self._options(column, accepted)
        example = "" if options else f"for example {column.example}"
        problems = [*self.problems.get(name, ())]
        if options and not self.cells[name]:  # the words are offered, as people call them
            problems = [CHOOSE if said.startswith("'' was found") else said for said in problems]
        return Field(
            self.prefix + name,
            label,
            self.cells[name],
            "; ".join(filter(None, (more, example))),
            options,
            self._suggestions(name),
            column.is_number,
            tuple(in_words(said, self.cells) for said in problems),
            self.meanwhile.get(name),
        )

    def group(self, heading: str, names: Iterable[str]) -> Group:
        return Group(heading, tuple(self.field(name) for name in names))

    def _options(self, column: Column, accepted: Sequence[str]) -> tuple[tuple[str, str], ...]:
        if column.name in self.choices:
            return self._with_present(column, self.choices[column.name])
        words = column.choices(words_of(self.protocol))
        if not words:
            return ()
        said = [(word, _word(self.protocol, column, word)) for word in words]
        if column.may_be_blank or not self.cells[column.name]:
            said.insert(0, ("", _blank(self.protocol, column, self.cells)))
        kept = [pair for pair in said if not accepted or pair[0] in ("", *accepted)]
        return self._with_present(column, tuple(kept))

    def _with_present(
        self, column: Column, options: tuple[tuple[str, str], ...]
    ) -> tuple[tuple[str, str], ...]:
        """With what stands in the cell, so that a form which is only looked at changes nothing."""
        present = self.cells[column.name]
        known = present in [value for value, _ in options]
        return options if known else (*options, (present, present or "not said"))

    def _suggestions(self, name: str) -> tuple[str, ...]:
        if name != "instrument":
            return ()
        return self.protocol.outcome(self.cells["outcome"]).instruments


def label_of(column: Column) -> tuple[str, str]:
    """What a field is called, and the rest of what its column means.

    Of an arm's the arm is in the heading.
    """
    said = column.meaning
    for arm in ARMS:
        said = said.removesuffix(f" in the {arm} arm").replace(f" of the {arm} arm", "")
    found = _FIRST_PART.match(said)
    name, more = (found[1], said[found.end() :]) if found else (said, "")
    return sentence_case(name), _MARKED.sub(r"“\1”", more)


def labels(name: str) -> dict[str, str]:
    """The meaning of every column of a file, by its name."""
    return {column.name: column.meaning for column in columns(DATA_FILES[name].row)}


def in_words(message: str, cells: Mapping[str, str]) -> str:
    """A message with columns by what they mean, and the row as what it is."""
    message = message.replace("'' was found, expected", "nothing is filled in; needed is")
    known = {name: said for file in (*KEYS, HARMS) for name, said in labels(file).items()}
    if row_id := cells.get("row_id", ""):
        message = message.replace(row_id, "this result")

    def meant(found: re.Match[str]) -> str:
        return f"“{known[found[0]]}”" if found[0] in known else found[0]

    return _NAME.sub(meant, message)


def result_groups(sheet: Sheet, chosen: ReportedFormat | None) -> dict[str, list[Group]]:
    """The fields of a result: about it, its numbers in the chosen format, where they stand."""
    shown = chosen.shows if chosen else ()
    design = next(each.shows for each in BESIDES if each.shows)
    accepted = chosen.says if chosen else {}
    of_arms = {arm: [name for name in shown if name.endswith(f"_{arm}")] for arm in ARMS}
    general = [name for name in shown if not name.endswith(tuple(f"_{arm}" for arm in ARMS))]
    asked = {*FIXED, *RESULT, *PLACE, *USE, *shown, *design}
    implied = {name for name, words in accepted.items() if sheet.cells[name] in words}
    left = [
        column.name
        for column in columns_of("outcomes")
        if column.name not in asked | implied and sheet.cells[column.name]
    ]
    numbers = [
        Group("", tuple(sheet.field(name, accepted.get(name, ())) for name in general)),
        *(
            Group(f"{sentence_case(arm)} arm", tuple(map(sheet.field, names)), is_arm=True)
            for arm, names in of_arms.items()
        ),
        Group(
            "Design of the trial",
            tuple(
                sheet.field(name, accepted.get(name, ())) for name in design if name not in shown
            ),
        ),
        sheet.group("Filled in besides, which this format does not ask for", left),
    ]
    return {
        "about": [sheet.group("", RESULT)],
        "numbers": [group for group in numbers if group.fields],
        "place": [sheet.group("", PLACE), sheet.group("Use", USE)],
    }


def trial_groups(sheet: Sheet, source: Sheet) -> list[Group]:
    """The fields of a trial and of its main report."""
    names = [column.name for column in sheet.columns if column.name != KEYS["studies"]]
    cited = [
        name for name in names if name in {*BIBLIOGRAPHY, "label", "citation", "other_reports"}
    ]
    trial = [name for name in names if name not in {*cited, *REVIEW}]
    # What reviews say of themselves, a trial's report does not.
    of_source = [
        column.name
        for column in columns_of("sources")
        if column.name != KEYS["sources"]
        and (not column.name.startswith("review_") or source.cells[column.name])
    ]
    return [
        sheet.group("The trial", trial),
        sheet.group("Its report", cited),
        sheet.group("In this review", REVIEW),
        source.group("The report as a source", of_source),
    ]


def formats_to_choose() -> tuple[tuple[str, str], ...]:
    """The formats of reports, by name, as a person chooses among them."""
    return tuple((each.name, sentence_case(each.report_gives)) for each in FORMATS)


def chosen_format(form: FormData | None, cells: Mapping[str, str]) -> ReportedFormat | None:
    """The format that a form asks for, else the one that the row is in."""
    wanted = str(form.get("reported", "")) if form else ""
    return next((each for each in FORMATS if each.name == wanted), None) or format_of(cells)


def typed_cells(
    form: FormData, name: str, prefix: str = "", own: OwnColumns = ()
) -> dict[str, str]:
    """The cells that a form has fields for; no other is touched."""
    names = [column.name for column in columns_of(name, own) if column.name not in FIXED]
    return {each: str(form[prefix + each]) for each in names if prefix + each in form}


def result_title(protocol: Protocol, row: Row) -> str:
    """`Sleep after treatment (2)`: a result as a person calls it."""
    outcome, timepoint = protocol.outcome(row["outcome"]), protocol.timepoint(row["timepoint"])
    number = row["row_id"].rpartition(".")[2]
    further = f" ({number})" if number.isdecimal() and number != "1" else ""
    return f"{sentence_case(outcome.label)} {timepoint.label}{further}"


def _word(protocol: Protocol, column: Column, word: str) -> str:
    if column.name == "condition":
        return protocol.condition(word).label
    if column.name == "effect_measure":
        return next(f"{name}: {kind.label}" for name, kind in MEASURES.items() if name == word)
    return word


def _blank(protocol: Protocol, column: Column, cells: Mapping[str, str]) -> str:
    if column.name == "higher_is":
        known = protocol.directions.of(cells["instrument"])
        return f"as the protocol says: {known}" if known else "choose"
    return "not said" if column.may_be_blank else "choose"
