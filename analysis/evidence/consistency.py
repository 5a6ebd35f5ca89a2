"""Checks that need more than one cell: between columns, rows and files."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.risk_of_bias_tools import DOMAINS, OVERALL
from analysis.evidence.rows import (
    ChecklistItem,
    Decision,
    Judgement,
    OutcomeRow,
    Published,
    Ruling,
    Trial,
)
from analysis.files.columns import Rows, columns
from analysis.files.problems import Problem, short

# An effect printed with two decimals may lie this far outside its printed interval.
ROUNDING = 0.005
ARMS = ("intervention", "control")

Tables = Mapping[str, Rows[Any]]
Said = Iterator[tuple[str, str]]


def consistency_problems(tables: Tables) -> list[Problem]:
    """Every contradiction between cells; `tables` holds the files that could be read.

    Some rows of a file that is not whole could not be: what refers to it may be right.
    """
    whole = {name: table for name, table in tables.items() if table.whole}
    problems: list[Problem] = []
    for name, table in tables.items():
        problems += _unknown_references(name, table, whole)
        problems += _said_twice(name, table)
        for line, row in table.numbered():
            for check in ROW_CHECKS.get(name, ()):
                problems += [Problem(table.path, line, *said) for said in check(row)]
    problems += _decisions_about_nothing(whole)
    problems += _rulings_about_nothing(whole)
    return problems


def _decisions_about_nothing(tables: Tables) -> Iterator[Problem]:
    if not {"certainty", "outcomes", "studies"} <= set(tables):
        return
    included = {
        trial.study_id: trial.condition
        for trial in tables["studies"].rows
        if trial.status == "included"
    }
    rated = {
        (included[row.study_id], row.outcome, row.timepoint)
        for row in tables["outcomes"].rows
        if row.usable == "yes" and row.study_id in included
    }
    for line, row in tables["certainty"].numbered():
        question = (row.condition, row.outcome, row.timepoint)
        if question not in rated:
            said = f"no included trial has a usable row for {'.'.join(question)}: nothing to decide"
            yield Problem(tables["certainty"].path, line, "outcome", said)


def _rulings_about_nothing(tables: Tables) -> Iterator[Problem]:
    if not {"integrity", "outcomes"} <= set(tables):
        return
    path = tables["integrity"].path
    trial_of = {row.row_id: row.study_id for row in tables["outcomes"].rows}
    for line, row in tables["integrity"].numbered():
        of = trial_of.get(row.row_id)
        if row.row_id and of is None:
            yield Problem(path, line, "row_id", f"{short(row.row_id)} is not in outcomes.csv")
        elif row.row_id and of != row.study_id:
            said = f"{short(row.row_id)} is a row of {of}, not of {short(row.study_id)}"
            yield Problem(path, line, "row_id", said)


def _unknown_references(name: str, table: Rows[Any], tables: Tables) -> Iterator[Problem]:
    for column in columns(DATA_FILES[name].row):
        to = column.refers_to
        if to is None or to.table not in tables:
            continue
        known = {getattr(row, to.key) for row in tables[to.table].rows}
        for line, row in table.numbered():
            value = getattr(row, column.name)
            if value not in known:
                said = f"{short(value)} is not in {to.table}.csv"
                yield Problem(table.path, line, column.name, said)


def _said_twice(name: str, table: Rows[Any]) -> Iterator[Problem]:
    """Rows of one name; where one column is the name by itself, that is a rule of the column."""
    key = DATA_FILES[name].key
    if len(key) < 2:
        return
    first: dict[tuple[str, ...], int] = {}
    for line, row in table.numbered():
        said = first.setdefault(tuple(getattr(row, column) for column in key), line)
        if said != line:
            yield Problem(table.path, line, key[-1], f"line {said} says this already")


def _number(value: float | None) -> float:
    """A blank as no number at all: whatever it is compared with, the comparison fails."""
    return math.nan if value is None else value


def _status_needs_reason(row: Trial) -> Said:
    if row.status != "included" and not row.reason:
        yield "reason", f"blank, but the trial is {row.status}: say which criterion fails"
    if row.status == "included" and not row.comparator:
        yield "comparator", "blank, but the trial is included: name its comparator"


def _randomised_adds_up(row: Trial) -> Said:
    arms = _number(row.n_randomised_intervention) + _number(row.n_randomised_control)
    total, analysed = _number(row.n_randomised_total), _number(row.n_analysed_total)
    # A third arm that is not compared makes the total larger, never smaller.
    if arms > total:
        yield "n_randomised_total", f"{total:g} is less than its arms together ({arms:g})"
    if analysed > total:
        yield "n_analysed_total", f"{analysed:g} analysed is more than {total:g} randomised"


def _format_has_its_columns(row: OutcomeRow) -> Said:
    if row.usable == "no":
        return
    needed = {
        "means": [f"{what}_{arm}" for arm in ARMS for what in ("n", "mean", "sd")],
        "events": [f"{what}_{arm}" for arm in ARMS for what in ("events", "total")],
        "effect": ["effect"],
    }.get(row.format, [])
    for column in needed:
        if getattr(row, column) is None:
            yield column, f"blank, but the format is {row.format}: a number was expected"
    if row.format == "effect":
        for column in ("effect_measure", "effect_favours_intervention_when"):
            if not getattr(row, column):
                yield column, "blank, but the format is effect: a word was expected"
        if row.uncertainty is None:
            yield "effect_se", "no standard error, no interval and no arm sizes: mark it not usable"


def _not_usable_says_why(row: OutcomeRow) -> Said:
    if row.usable == "no" and not row.not_usable_because:
        yield "not_usable_because", "blank, but the row is not usable: say why"
    if row.usable == "yes" and row.not_usable_because:
        yield "usable", "yes, but a reason against its use is given"


def _events_within_totals(row: OutcomeRow) -> Said:
    for arm in ARMS:
        counts = {name: getattr(row, name) for name in (f"events_{arm}", f"total_{arm}")}
        events, total = map(_number, counts.values())
        if events > total:
            yield f"events_{arm}", f"{events:g} events among {total:g} participants"
        for column, number in counts.items():
            if row.usable == "yes" and number is not None and number % 1:
                yield column, f"{number:g} was found, expected a whole number in a usable row"


def _interval_contains_effect(row: OutcomeRow) -> Said:
    low, effect, high = map(_number, (row.effect_ci_low, row.effect, row.effect_ci_high))
    for column, limit, other in (("effect_ci_low", low, high), ("effect_ci_high", high, low)):
        if math.isnan(limit) and not math.isnan(other):
            yield column, "blank, but the other limit of the interval is given"
    if math.isnan(effect) and not math.isnan(low + high):
        yield "effect", "blank, but its interval is given"
    if low > high:
        yield "effect_ci_low", f"{low:g} is above effect_ci_high ({high:g})"
    elif effect < low - ROUNDING or effect > high + ROUNDING:
        yield "effect", f"{effect:g} lies outside its interval ({low:g} to {high:g})"


def _ratio_is_positive(row: OutcomeRow) -> Said:
    if row.effect_measure != "RR":
        if row.effect_favours_intervention_when == "above 1":
            yield "effect_favours_intervention_when", "'above 1' belongs to a ratio"
        return
    yield from _above_zero(row, "effect", "effect_ci_low", "effect_ci_high")
    if row.effect_favours_intervention_when not in ("above 1", ""):
        yield "effect_favours_intervention_when", "a ratio favours the intervention 'above 1'"


def _above_zero(row: OutcomeRow | Published, *columns: str) -> Said:
    for column in columns:
        number = _number(getattr(row, column))
        if number <= 0:
            yield column, f"{number:g} was found, expected a ratio above 0"


def _baseline_has_a_basis(row: Trial) -> Said:
    if (row.in_baseline_review == "yes") != bool(row.baseline_basis):
        yield "baseline_basis", "says whether a baseline trial is confirmed or presumed, no other"


def _published_interval(row: Published) -> Said:
    low, estimate, high = map(_number, (row.ci_low, row.estimate, row.ci_high))
    if estimate < low or estimate > high:
        yield "estimate", f"{estimate:g} lies outside its interval ({low:g} to {high:g})"
    if (row.measure == "RR") != (row.favours_intervention_when == "above 1"):
        yield "favours_intervention_when", "'above 1' belongs to a ratio, and a ratio to it"
    if row.measure == "RR":
        yield from _above_zero(row, "estimate", "ci_low", "ci_high")


def _unreported_says_why(row: ChecklistItem) -> Said:
    if not row.where and not row.note:
        yield "note", "blank, but the item is reported nowhere: say why"


def _domain_of_its_tool(row: Judgement) -> Said:
    domains = (*DOMAINS.get(row.tool, ()), OVERALL)
    if row.tool in DOMAINS and row.domain not in domains:
        allowed = ", ".join(domains)
        yield "domain", f"{short(row.domain)} is not a domain of {row.tool} ({allowed})"


def _decided_on_a_day(row: Decision | Ruling) -> Said:
    try:
        dt.date.fromisoformat(row.date)
    except ValueError:
        yield "date", f"{short(row.date)} is not a day (YYYY-MM-DD)"


ROW_CHECKS: Mapping[str, tuple[Callable[[Any], Said], ...]] = {
    "studies": (_status_needs_reason, _randomised_adds_up, _baseline_has_a_basis),
    "outcomes": (
        _format_has_its_columns,
        _not_usable_says_why,
        _events_within_totals,
        _interval_contains_effect,
        _ratio_is_positive,
    ),
    "certainty": (_decided_on_a_day,),
    "integrity": (_decided_on_a_day,),
    "checklists": (_unreported_says_why,),
    "risk_of_bias": (_domain_of_its_tool,),
    "published": (_published_interval,),
}
