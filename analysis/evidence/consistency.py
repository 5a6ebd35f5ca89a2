"""Checks that need more than one cell: between columns, rows and files."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence.risk_of_bias_tools import DOMAINS, OVERALL
from analysis.files.problems import Problem, short

# An effect printed with two decimals may lie this far outside its printed interval.
ROUNDING = 0.005
ARMS = ("intervention", "control")
CELL = ["condition", "outcome", "timepoint"]
# What may stand once only in each of these files.
ONCE = {
    "certainty": [*CELL, "domain"],
    "checklists": ["checklist", "item"],
    "integrity": ["check", "study_id", "row_id"],
    "risk_of_bias": ["study_id", "tool", "domain"],
    "published": ["review", "condition", "outcome", "timepoint", "measure"],
}


def consistency_problems(
    folder: Path, frames: Mapping[str, pd.DataFrame], incomplete: Collection[str] = ()
) -> list[Problem]:
    """Every contradiction between cells; `frames` holds the files that could be read.

    Some rows of the `incomplete` files could not be: what refers to those files may be right.
    """
    targets = {name: frame for name, frame in frames.items() if name not in incomplete}
    problems: list[Problem] = []
    for name, frame in frames.items():
        path = folder / f"{name}.csv"
        problems += _unknown_references(path, frame, targets)
        problems += _said_twice(path, frame, ONCE.get(name))
        for line, row in zip(frame.index, frame.to_dict("records"), strict=True):
            for check in ROW_CHECKS.get(name, ()):
                problems += [Problem(path, int(line), *said) for said in check(row)]
    problems += _decisions_about_nothing(folder / "certainty.csv", targets)
    problems += _rulings_about_nothing(folder / "integrity.csv", targets)
    return problems


def _decisions_about_nothing(path: Path, frames: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    if not {"certainty", "outcomes", "studies"} <= set(frames) or frames["certainty"].empty:
        return
    rows = frames["outcomes"].merge(frames["studies"], on="study_id")
    usable = rows[(rows["usable"] == "yes") & (rows["status"] == "included")]
    rated = set(usable[CELL].itertuples(index=False, name=None))
    decisions = frames["certainty"]
    for line, cell in zip(
        decisions.index, decisions[CELL].itertuples(index=False, name=None), strict=True
    ):
        if cell not in rated:
            message = f"no included trial has a usable row for {'.'.join(cell)}: nothing to decide"
            yield Problem(path, int(line), "outcome", message)


def _rulings_about_nothing(path: Path, frames: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    if not {"integrity", "outcomes"} <= set(frames):
        return
    outcomes, rulings = frames["outcomes"], frames["integrity"]
    trial_of = dict(zip(outcomes["row_id"], outcomes["study_id"], strict=True))
    for line, study_id, row_id in zip(
        rulings.index, rulings["study_id"], rulings["row_id"], strict=True
    ):
        if row_id and row_id not in trial_of:
            yield Problem(path, int(line), "row_id", f"{short(row_id)} is not in outcomes.csv")
        elif row_id and trial_of[row_id] != study_id:
            message = f"{short(row_id)} is a row of {trial_of[row_id]}, not of {short(study_id)}"
            yield Problem(path, int(line), "row_id", message)


def _unknown_references(
    path: Path, frame: pd.DataFrame, targets: Mapping[str, pd.DataFrame]
) -> Iterator[Problem]:
    for column, target in (
        ("study_id", "studies"),
        ("source_id", "sources"),
        ("assessed_by", "sources"),
        ("review", "sources"),
    ):
        key = "study_id" if target == "studies" else "source_id"
        if column not in frame or target not in targets or frame is targets[target]:
            continue
        known = set(targets[target][key])
        for line, value in frame[column].items():
            if value not in known:
                message = f"{short(value)} is not in {target}.csv"
                yield Problem(path, int(str(line)), column, message)


def _said_twice(path: Path, frame: pd.DataFrame, key: list[str] | None) -> Iterator[Problem]:
    if key is None:
        return
    for line in frame.index[frame.duplicated(key)]:
        first = frame.index[(frame[key] == frame.loc[line, key]).all(axis=1)][0]
        yield Problem(path, int(line), key[-1], f"line {first} says this already")


Row = Mapping[str, Any]
Said = Iterator[tuple[str, str]]


def _status_needs_reason(row: Row) -> Said:
    if row["status"] != "included" and not row["reason"]:
        yield "reason", f"blank, but the trial is {row['status']}: say which criterion fails"
    if row["status"] == "included" and not row["comparator"]:
        yield "comparator", "blank, but the trial is included: name its comparator"


def _randomised_adds_up(row: Row) -> Said:
    arms = row["n_randomised_intervention"] + row["n_randomised_control"]
    total = row["n_randomised_total"]
    # A third arm that is not compared makes the total larger, never smaller.
    if arms > total:
        yield "n_randomised_total", f"{total:g} is less than its arms together ({arms:g})"
    if row["n_analysed_total"] > total:
        analysed = row["n_analysed_total"]
        yield "n_analysed_total", f"{analysed:g} analysed is more than {total:g} randomised"


def _format_has_its_columns(row: Row) -> Said:
    if row["usable"] == "no":
        return
    needed = {
        "means": [f"{what}_{arm}" for arm in ARMS for what in ("n", "mean", "sd")],
        "events": [f"{what}_{arm}" for arm in ARMS for what in ("events", "total")],
        "effect": ["effect"],
    }.get(row["format"], [])
    for column in needed:
        if math.isnan(row[column]):
            yield column, f"blank, but the format is {row['format']}: a number was expected"
    if row["format"] == "effect":
        for column in ("effect_measure", "effect_favours_intervention_when"):
            if not row[column]:
                yield column, "blank, but the format is effect: a word was expected"
        if not _has_uncertainty(row):
            yield "effect_se", "no standard error, no interval and no arm sizes: mark it not usable"


def _has_uncertainty(row: Row) -> bool:
    return (
        not math.isnan(row["effect_se"])
        or not math.isnan(row["effect_ci_low"] + row["effect_ci_high"])
        or not math.isnan(row["n_intervention"] + row["n_control"])
    )


def _not_usable_says_why(row: Row) -> Said:
    if row["usable"] == "no" and not row["not_usable_because"]:
        yield "not_usable_because", "blank, but the row is not usable: say why"
    if row["usable"] == "yes" and row["not_usable_because"]:
        yield "usable", "yes, but a reason against its use is given"


def _events_within_totals(row: Row) -> Said:
    for arm in ARMS:
        events, total = row[f"events_{arm}"], row[f"total_{arm}"]
        if events > total:
            yield f"events_{arm}", f"{events:g} events among {total:g} participants"
        for column, number in ((f"events_{arm}", events), (f"total_{arm}", total)):
            if row["usable"] == "yes" and number % 1 not in (0.0,) and not math.isnan(number):
                yield column, f"{number:g} was found, expected a whole number in a usable row"


def _interval_contains_effect(row: Row) -> Said:
    low, effect, high = row["effect_ci_low"], row["effect"], row["effect_ci_high"]
    for column, limit, other in (("effect_ci_low", low, high), ("effect_ci_high", high, low)):
        if math.isnan(limit) and not math.isnan(other):
            yield column, "blank, but the other limit of the interval is given"
    if math.isnan(effect) and not math.isnan(low + high):
        yield "effect", "blank, but its interval is given"
    if low > high:
        yield "effect_ci_low", f"{low:g} is above effect_ci_high ({high:g})"
    elif effect < low - ROUNDING or effect > high + ROUNDING:
        yield "effect", f"{effect:g} lies outside its interval ({low:g} to {high:g})"


def _ratio_is_positive(row: Row) -> Said:
    if row["effect_measure"] != "RR":
        if row["effect_favours_intervention_when"] == "above 1":
            yield "effect_favours_intervention_when", "'above 1' belongs to a ratio"
        return
    for column in ("effect", "effect_ci_low", "effect_ci_high"):
        if row[column] <= 0:
            yield column, f"{row[column]:g} was found, expected a ratio above 0"
    if row["effect_favours_intervention_when"] not in ("above 1", ""):
        yield "effect_favours_intervention_when", "a ratio favours the intervention 'above 1'"


def _baseline_has_a_basis(row: Row) -> Said:
    if (row["in_baseline_review"] == "yes") != bool(row["baseline_basis"]):
        yield "baseline_basis", "says whether a baseline trial is confirmed or presumed, no other"


def _published_interval(row: Row) -> Said:
    low, estimate, high = row["ci_low"], row["estimate"], row["ci_high"]
    if estimate < low or estimate > high:
        yield "estimate", f"{estimate:g} lies outside its interval ({low:g} to {high:g})"
    if (row["measure"] == "RR") != (row["favours_intervention_when"] == "above 1"):
        yield "favours_intervention_when", "'above 1' belongs to a ratio, and a ratio to it"
    for column in ("estimate", "ci_low", "ci_high"):
        if row["measure"] == "RR" and row[column] <= 0:
            yield column, f"{row[column]:g} was found, expected a ratio above 0"


def _unreported_says_why(row: Row) -> Said:
    if not row["where"] and not row["note"]:
        yield "note", "blank, but the item is reported nowhere: say why"


def _domain_of_its_tool(row: Row) -> Said:
    domains = (*DOMAINS.get(row["tool"], ()), OVERALL)
    if row["tool"] in DOMAINS and row["domain"] not in domains:
        allowed = ", ".join(domains)
        yield "domain", f"{short(row['domain'])} is not a domain of {row['tool']} ({allowed})"


def _decided_on_a_day(row: Row) -> Said:
    try:
        dt.date.fromisoformat(row["date"])
    except ValueError:
        yield "date", f"{short(row['date'])} is not a day (YYYY-MM-DD)"


ROW_CHECKS: Mapping[str, tuple[Callable[[Row], Said], ...]] = {
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
