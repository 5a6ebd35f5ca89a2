"""Checks that need more than one cell: between columns, rows and files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from analysis.evidence.schemas import DOMAINS
from analysis.problems import Problem

# An effect printed with two decimals may lie this far outside its printed interval.
ROUNDING = 0.005
ARMS = ("intervention", "control")


def consistency_problems(folder: Path, frames: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Every contradiction between cells; `frames` holds the files that could be read."""
    problems: list[Problem] = []
    for name, frame in frames.items():
        path = folder / f"{name}.csv"
        problems += _unknown_references(path, frame, frames)
        for check in ROW_CHECKS.get(name, ()):
            for line, row in frame.iterrows():
                problems += [Problem(path, int(str(line)), *said) for said in check(row)]
    return problems


def _unknown_references(
    path: Path, frame: pd.DataFrame, frames: Mapping[str, pd.DataFrame]
) -> Iterator[Problem]:
    for column, target in (
        ("study_id", "studies"),
        ("source_id", "sources"),
        ("assessed_by", "sources"),
        ("review", "sources"),
    ):
        key = "study_id" if target == "studies" else "source_id"
        if column not in frame or target not in frames or frame is frames[target]:
            continue
        known = set(frames[target][key])
        for line, value in frame[column].items():
            if value not in known:
                message = f"{value!r} is not in {target}.csv"
                yield Problem(path, int(str(line)), column, message)


Said = Iterator[tuple[str, str]]


def _status_needs_reason(row: pd.Series) -> Said:
    if row["status"] != "included" and not row["reason"]:
        yield "reason", f"blank, but the trial is {row['status']}: say which criterion fails"
    if row["status"] == "included" and not row["comparator"]:
        yield "comparator", "blank, but the trial is included: name its comparator"


def _randomised_adds_up(row: pd.Series) -> Said:
    arms = row["n_randomised_intervention"] + row["n_randomised_control"]
    total = row["n_randomised_total"]
    # A third arm that is not compared makes the total larger, never smaller.
    if arms > total:
        yield "n_randomised_total", f"{total:g} is less than its arms together ({arms:g})"
    if row["n_analysed_total"] > total:
        analysed = row["n_analysed_total"]
        yield "n_analysed_total", f"{analysed:g} analysed is more than {total:g} randomised"


def _format_has_its_columns(row: pd.Series) -> Said:
    if row["usable"] == "no":
        return
    needed = {
        "means": [f"{what}_{arm}" for arm in ARMS for what in ("n", "mean", "sd")],
        "events": [f"{what}_{arm}" for arm in ARMS for what in ("events", "total")],
        "effect": ["effect"],
    }[row["format"]]
    for column in needed:
        if math.isnan(row[column]):
            yield column, f"blank, but the format is {row['format']}: a number was expected"
    if row["format"] == "effect":
        for column in ("effect_measure", "effect_favours_intervention_when"):
            if not row[column]:
                yield column, "blank, but the format is effect: a word was expected"
        if not _has_uncertainty(row):
            yield "effect_se", "no standard error, no interval and no arm sizes: mark it not usable"


def _has_uncertainty(row: pd.Series) -> bool:
    return (
        not math.isnan(row["effect_se"])
        or not math.isnan(row["effect_ci_low"] + row["effect_ci_high"])
        or not math.isnan(row["n_intervention"] + row["n_control"])
    )


def _not_usable_says_why(row: pd.Series) -> Said:
    if row["usable"] == "no" and not row["not_usable_because"]:
        yield "not_usable_because", "blank, but the row is not usable: say why"
    if row["usable"] == "yes" and row["not_usable_because"]:
        yield "usable", "yes, but a reason against its use is given"


def _events_within_totals(row: pd.Series) -> Said:
    for arm in ARMS:
        events, total = row[f"events_{arm}"], row[f"total_{arm}"]
        if events > total:
            yield f"events_{arm}", f"{events:g} events among {total:g} participants"
        for column, number in ((f"events_{arm}", events), (f"total_{arm}", total)):
            if row["usable"] == "yes" and number % 1 not in (0.0,) and not math.isnan(number):
                yield column, f"{number:g} was found, expected a whole number in a usable row"


def _interval_contains_effect(row: pd.Series) -> Said:
    low, effect, high = row["effect_ci_low"], row["effect"], row["effect_ci_high"]
    if low > high:
        yield "effect_ci_low", f"{low:g} is above effect_ci_high ({high:g})"
    elif effect < low - ROUNDING or effect > high + ROUNDING:
        yield "effect", f"{effect:g} lies outside its interval ({low:g} to {high:g})"


def _ratio_is_positive(row: pd.Series) -> Said:
    if row["effect_measure"] != "RR":
        if row["effect_favours_intervention_when"] == "above 1":
            yield "effect_favours_intervention_when", "'above 1' belongs to a ratio"
        return
    for column in ("effect", "effect_ci_low", "effect_ci_high"):
        if row[column] <= 0:
            yield column, f"{row[column]:g} was found, expected a ratio above 0"
    if row["effect_favours_intervention_when"] not in ("above 1", ""):
        yield "effect_favours_intervention_when", "a ratio favours the intervention 'above 1'"


def _baseline_has_a_basis(row: pd.Series) -> Said:
    if (row["in_baseline_review"] == "yes") != bool(row["baseline_basis"]):
        yield "baseline_basis", "says whether a baseline trial is confirmed or presumed, no other"


def _published_interval(row: pd.Series) -> Said:
    if not row["ci_low"] <= row["estimate"] <= row["ci_high"]:
        low, high = row["ci_low"], row["ci_high"]
        yield "estimate", f"{row['estimate']:g} lies outside its interval ({low:g} to {high:g})"


def _domain_of_its_tool(row: pd.Series) -> Said:
    if row["domain"] not in DOMAINS[row["tool"]]:
        allowed = ", ".join(DOMAINS[row["tool"]])
        yield "domain", f"{row['domain']!r} is not a domain of {row['tool']} ({allowed})"


ROW_CHECKS: Mapping[str, tuple[Callable[[pd.Series], Said], ...]] = {
    "studies": (_status_needs_reason, _randomised_adds_up, _baseline_has_a_basis),
    "outcomes": (
        _format_has_its_columns,
        _not_usable_says_why,
        _events_within_totals,
        _interval_contains_effect,
        _ratio_is_positive,
    ),
    "risk_of_bias": (_domain_of_its_tool,),
    "published": (_published_interval,),
}
