"""What a new review asks: the answers of a team, each checked before any file is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from analysis.files.problems import ReviewError, short
from analysis.files.slugs import is_slug
from analysis.measures import MEASURES, MeasureName
from analysis.protocol_lists import FIRST_SOURCES, OTHER_METHOD, Source
from analysis.searching.sources import source_called

LONGEST = 200
LONGEST_ID = 60
# What Markdown, substitutions or a template would read as something else than the letter it is.
MARKUP = frozenset("<>{}[]`$|\\*_#~^")
# How an outcome is typed, in one line.
OUTCOME_FORM = (
    "NAME; MEASURE; lower or higher (which is better); for a ratio or a risk difference what "
    "happens to people, for another difference its unit and its instrument"
)
Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class AskedOutcome:
    """An outcome: what it is called, how it is measured and which way is better.

    `event` is what people do, as after "people"; a difference has a `unit` and an `instrument`.
    """

    id: str
    label: str
    kind: Literal["primary", "secondary"]
    measure: MeasureName
    better: Better
    event: str = ""
    unit: str = ""
    instrument: str = ""


@dataclass(frozen=True)
class AskedTimepoint:
    """A time point: its name in files, and how it stands after the name of an outcome."""

    id: str
    label: str


@dataclass(frozen=True)
class Asked:
    """All that a new review is made from."""

    title: str
    short_title: str
    population: str
    intervention: str
    control: str
    outcomes: tuple[AskedOutcome, ...]
    timepoints: tuple[AskedTimepoint, ...]
    databases: tuple[Source, ...]


def asked(
    *,
    title: str,
    short_title: str,
    population: str,
    intervention: str,
    control: str,
    outcomes: Sequence[str],
    secondary_outcomes: Sequence[str],
    timepoints: Sequence[str],
    databases: Sequence[str],
) -> Asked:
    """The answers, checked; ReviewError says in a sentence what one of them may not be."""
    title = one_line("the title", title)
    found = (
        *(outcome_of(typed, "primary") for typed in outcomes),
        *(outcome_of(typed, "secondary") for typed in secondary_outcomes),
    )
    if not found:
        raise ReviewError("a review has at least one outcome")
    times = tuple(map(timepoint_of, timepoints))
    if not times:
        raise ReviewError("a review has at least one time point")
    _each_once("outcomes", (outcome.id for outcome in found))
    _each_once("time points", (time.id for time in times))
    sources = tuple(map(source_of, databases))
    _each_once("databases", (source.id for source in sources))
    if others := [source.name for source in sources if source.kind == OTHER_METHOD]:
        raise ReviewError(f"{others[0]} is no database and no register: leave it out")
    return Asked(
        title=title,
        short_title=one_line("the short title", short_title) if short_title else title,
        population=one_line("the population", population),
        intervention=one_line("the intervention", intervention),
        control=one_line("the control", control),
        outcomes=found,
        timepoints=times,
        databases=sources,
    )


def source_of(typed: str) -> Source:
    """A database or register by its name: one that is known here, or a database of that name."""
    name = one_line("a database", typed)
    if known := source_called(name, FIRST_SOURCES):
        return known
    if not name[0].isalnum():
        raise ReviewError(f"no source is called {name!r}: it begins with a letter or a digit")
    return Source(id=slug_of(name), name=name, kind="database")


def one_line(what: str, typed: str) -> str:
    """An answer of one line that can stand in a page, in YAML and in a strategy."""
    said = " ".join(unicodedata.normalize("NFC", typed).strip().split(" "))
    if not said or not any(letter.isalnum() for letter in said):
        raise ReviewError(f"{what} is blank")
    if len(said) > LONGEST:
        raise ReviewError(f"{what} is longer than {LONGEST} letters: {short(said)}")
    odd = {letter for letter in said if unicodedata.category(letter)[0] in "CZ"} - {" "}
    if odd:
        raise ReviewError(f"{what} holds a character that cannot be seen: {short(said)}")
    if found := sorted(set(said) & MARKUP):
        raise ReviewError(f"{what} holds {found[0]}, which would be read as markup: {short(said)}")
    return said


def outcome_of(typed: str, kind: Literal["primary", "secondary"]) -> AskedOutcome:
    """An outcome as it is typed, `NAME; MEASURE; lower; what happens to people`."""
    label, measure, better, *more = (part.strip() for part in (typed + ";;").split(";"))
    label = one_line("the name of an outcome", label)
    more = [one_line(f"what is said of {label}", part) for part in more if part]
    names = {name.casefold(): name for name in get_args(MeasureName)}
    if measure.casefold() not in names:
        raise ReviewError(
            f"{label}: {short(measure)} is no measure: use one of {', '.join(names.values())}; "
            f"an outcome is typed as {OUTCOME_FORM}"
        )
    name: MeasureName = names[measure.casefold()]
    if better not in get_args(Better):
        raise ReviewError(f"{label}: say after the measure which is better, lower or higher")
    event, unit, instrument = "", "", ""
    if MEASURES[name].event:
        if len(more) != 1:
            raise ReviewError(
                f"{label}: {name} counts an event: say what happens to people, as in "
                f"`{label}; {name}; {better}; die`"
            )
        event = more[0]
    elif MEASURES[name].unit is None:
        if len(more) != 2:
            raise ReviewError(
                f"{label}: {name} is in a unit and of one instrument: say both, as in "
                f"`{label}; {name}; {better}; hours a night; sleep diary`"
            )
        unit, instrument = more
    elif more:
        raise ReviewError(f"{label}: nothing is asked after {better}, found {short(more[0])}")
    chosen: Better = "lower" if better == "lower" else "higher"
    return AskedOutcome(slug_of(label), label, kind, name, chosen, event, unit, instrument)


def timepoint_of(typed: str) -> AskedTimepoint:
    """A time point as it stands after an outcome: `after treatment`, `at six months`."""
    label = one_line("a time point", typed)
    return AskedTimepoint(slug_of(label), label)


def slug_of(label: str) -> str:
    """The name of a label in files: its letters and digits, small, with hyphens between."""
    letters = unicodedata.normalize("NFKD", label.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    name = "-".join(re.findall(r"[a-z0-9]+", plain))
    name = name[:LONGEST_ID].strip("-")
    if not is_slug(name):
        raise ReviewError(
            f"{short(label)} gives no name for files: it needs a letter from a to z or a digit"
        )
    return name


def _each_once(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ReviewError(f"two of the {what} have the name {name} in files: name them apart")
        seen.add(name)
