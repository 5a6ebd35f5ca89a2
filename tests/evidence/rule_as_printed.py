"""The rule for choosing rows, read from the protocol's page by somebody without the code.

Only the standard library and YAML: the files are read as text, the rule is applied as it is
printed. What it chooses is compared with what the project pools.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Row = Mapping[str, str]
FOUR_WAYS = ("arm", "reported", "derived", "sizes")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(row: Row, column: str) -> float | None:
    text = row.get(column, "").strip()
    return float(text) if text else None


def choices(data: Path) -> dict[tuple[str, str, str], dict[str, frozenset[str]]]:
    """For each question and trial, the names of the rows that the printed rule pools."""
    protocol = yaml.safe_load((data / "protocol.yml").read_text(encoding="utf-8"))
    trials = {trial["study_id"]: trial for trial in read(data / "studies.csv")}
    groups = {
        (row["study_id"], row["source_id"]): row["control_group"]
        for row in read(data / "contrasts.csv")
    }
    reader = _Reader(protocol, trials, groups, read(data / "outcomes.csv"))
    return {
        (condition["id"], outcome["id"], timepoint["id"]): dict(
            reader.of_question(condition["id"], outcome, timepoint)
        )
        for condition in protocol["conditions"]
        for outcome in protocol["outcomes"]
        for timepoint in protocol["timepoints"]
    }


class _Reader:
    def __init__(
        self,
        protocol: Mapping[str, Any],
        trials: Mapping[str, Row],
        groups: Mapping[tuple[str, str], str],
        rows: list[dict[str, str]],
    ) -> None:
        self.protocol, self.trials, self.groups, self.rows = protocol, trials, groups, rows

    def of_question(
        self, condition: str, outcome: Mapping[str, Any], timepoint: Mapping[str, Any]
    ) -> Iterator[tuple[str, frozenset[str]]]:
        measure = outcome.get("measure_by_condition", {}).get(condition, outcome["measure"])
        here = [
            row
            for row in self.rows
            if (row["outcome"], row["timepoint"]) == (outcome["id"], timepoint["id"])
            and self.trials[row["study_id"]]["condition"] == condition
        ]
        possible = [
            row
            for row in here
            if self.trials[row["study_id"]]["status"] == "included"
            and row["usable"] == "yes"
            and self.within(row, timepoint)
            and self.large_enough(row, here)
            and self.way(row, measure)
        ]
        for study_id in dict.fromkeys(row["study_id"] for row in possible):
            own = [row for row in possible if row["study_id"] == study_id]
            yield study_id, self.chosen(own, outcome, timepoint, measure)

    def within(self, row: Row, timepoint: Mapping[str, Any]) -> bool:
        window, weeks = timepoint.get("window_weeks"), number(row, "weeks")
        return window is None or weeks is None or window[0] <= weeks <= window[1]

    def sizes(self, row: Row) -> tuple[float | None, float | None, float | None]:
        kind = "total" if row["format"] == "events" else "n"
        arms = number(row, f"{kind}_intervention"), number(row, f"{kind}_control")
        if None not in arms:
            return (*arms, None)
        if (total := number(row, "n_total")) is not None:
            return None, None, total
        trial = self.trials[row["study_id"]]
        if (total := number(trial, "n_analysed_total")) is not None:
            return None, None, total
        arms = (
            number(trial, "n_randomised_intervention"),
            number(trial, "n_randomised_control"),
        )
        return (*arms, None) if None not in arms else (
            None, None, number(trial, "n_randomised_total"))  # fmt: skip

    def large_enough(self, row: Row, here: list[dict[str, str]]) -> bool:
        minimum = self.protocol["eligibility"]["minimum_arm_size"]
        first, second, total = self.sizes(row)
        sharing = self.groups.get((row["study_id"], row["source_id"]))
        if sharing in ("split", "separate") and second is not None:
            same = ("study_id", "source_id", "instrument", "weeks", "format")
            parts = [
                self.sizes(other)
                for other in here
                if other["usable"] == "yes" and all(other[name] == row[name] for name in same)
            ]
            second = sum(part[1] or 0 for part in parts)
            if sharing == "separate":
                first = sum(part[0] or 0 for part in parts)
        if first is not None and second is not None:
            return min(first, second) >= minimum
        return total is None or total >= 2 * minimum

    def way(self, row: Row, measure: str) -> str | None:
        """How close to the data the row gives the measure, one of `FOUR_WAYS`; None if not."""
        derived = bool(number(row, "cluster_size")) and number(row, "icc") is not None
        if row["format"] == "events":
            if measure != "RR" or not self.has_events(row):
                return None
            imputed = row.get("counts") == "imputed"
            return "derived" if derived or imputed else "arm"
        if row["format"] in ("means", "medians"):
            if measure != "SMD":
                return None
            plain = row["format"] == "means" and row.get("scores") not in ("change", "improvement")
            plain = plain and number(row, "sd_intervention") is not None
            plain = plain and number(row, "sd_control") is not None
            return (
                "arm" if plain and not derived and row.get("design") != "crossover" else "derived"
            )
        uncertain = number(row, "effect_se") is not None or any(
            number(row, name) is not None for name in ("effect_t", "effect_f", "effect_p")
        )
        limits = number(row, "effect_ci_low"), number(row, "effect_ci_high")
        uncertain = uncertain or None not in limits
        arms = number(row, "n_intervention"), number(row, "n_control")
        sized = None not in arms or number(row, "n_total") is not None
        if row["effect_measure"] == measure:
            if uncertain:
                return "derived" if derived else "reported"
            return "sizes" if measure == "SMD" and sized else None
        if (row["effect_measure"], measure) == ("MD", "SMD"):
            return "derived" if uncertain and sized else None
        return None

    def has_events(self, row: Row) -> bool:
        counts = [
            number(row, f"{what}_{arm}")
            for what in ("events", "total")
            for arm in ("intervention", "control")
        ]
        if None in counts:
            return False
        first, second, total1, total2 = (count or 0 for count in counts)
        return 0 < first + second < total1 + total2

    def chosen(
        self,
        rows: list[dict[str, str]],
        outcome: Mapping[str, Any],
        timepoint: Mapping[str, Any],
        measure: str,
    ) -> frozenset[str]:
        rule = self.protocol["selection"]

        def combination(row: Row) -> tuple[float, ...]:
            """Steps 1 to 5."""
            weeks = number(row, "weeks")
            end = number(self.trials[row["study_id"]], "duration_weeks")
            after = timepoint.get("window_weeks") is None
            known = weeks is not None and end is not None
            nearest = abs(weeks - end) if after and known else 0.0  # type: ignore[operator]
            longest = 0.0 if after else math.inf if weeks is None else -weeks
            scores = row.get("scores") or "final"
            scores = "change" if scores == "improvement" else scores
            listed = outcome["instruments"]
            return (
                nearest,
                longest,
                rule["analysis_sets"].index(row.get("analysis_set") or "not stated"),
                rule["scores"].index(scores),
                listed.index(row["instrument"]) if row["instrument"] in listed else len(listed),
            )

        def place(row: Row) -> tuple[Any, ...]:
            sources = rule["sources"]
            source = row["source_id"]
            return (
                *combination(row),
                FOUR_WAYS.index(self.way(row, measure) or "sizes"),
                sources.index(source) if source in sources else len(sources),
                row["row_id"],
            )

        ordered = sorted(rows, key=place)
        first = ordered[0]
        agreed = [
            row
            for row in ordered
            if combination(row) == combination(first)
            and all(row[name] == first[name] for name in ("weeks", "instrument", "source_id"))
        ]
        taken: dict[str, str] = {}
        for row in agreed:
            taken.setdefault(row["contrast"], row["row_id"])
        return frozenset(taken.values())
