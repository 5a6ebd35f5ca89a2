"""A trial for each way in which reports print their results, as a person would type it in."""

from __future__ import annotations

from collections.abc import Mapping

from tests.evidence.folder import DataFolder

Cells = Mapping[str, str]


def both(name: str, first: object, second: object) -> dict[str, str]:
    """A number of each arm."""
    return {f"{name}_intervention": str(first), f"{name}_control": str(second)}


PEOPLE = both("n", 61, 58)
MEANS = PEOPLE | both("mean", 4.1, 5.0)
SDS = both("sd", 2.0, 2.1)
DIFFERENCE = PEOPLE | {
    "format": "effect",
    "effect_measure": "MD",
    "effect": "-0.8",
    "effect_favours_intervention_when": "negative",
}
RATIO = {
    "format": "effect",
    "effect_favours_intervention_when": "above 1",
    "higher_is": "better",
    "instrument": "at least 50% fewer headache days",
}
COUNTED = {
    "format": "events",
    "higher_is": "better",
    "instrument": "at least 50% fewer headache days",
}

# Scores of pain, whose effects are standardised mean differences.
SCORES: Mapping[str, Cells] = {
    "means-and-sds": MEANS | SDS,
    "standard-errors": MEANS | both("se", 0.26, 0.27),
    "intervals-of-means": MEANS
    | both("mean_ci_low", 3.6, 4.5)
    | both("mean_ci_high", 4.6, 5.5)
    | {"effect_level": "90"},
    "quartiles": PEOPLE
    | {"format": "medians"}
    | both("median", 4, 5)
    | both("q1", 2, 3)
    | both("q3", 5, 7),
    "extremes": PEOPLE
    | {"format": "medians"}
    | both("median", 4, 5)
    | both("minimum", 0, 0)
    | both("maximum", 9, 10),
    "changes": PEOPLE
    | both("mean", -9.4, -3.1)
    | both("sd", 11.0, 10.4)
    | both("baseline_mean", 51.0, 52.0)
    | both("baseline_sd", 16.2, 15.7)
    | {"scores": "change"},
    "improvements": PEOPLE
    | both("mean", 9.4, 3.1)
    | both("sd", 11.0, 10.4)
    | {"scores": "improvement", "correlation": "0.6", "correlation_from": "other"},
    "difference-and-se": DIFFERENCE | {"effect_se": "0.33"},
    "difference-and-t": DIFFERENCE | {"effect_t": "-2.52"},
    "difference-and-f": DIFFERENCE | {"effect_f": "6.35"},
    "difference-and-p": DIFFERENCE | {"effect_p": "0.013", "quote": "p = .013"},
    "total-only": DIFFERENCE
    | both("n", "", "")
    | {"n_total": "119", "effect_p": "0.013", "analysis_set": "completers"},
    "adjusted-difference": DIFFERENCE
    | SDS
    | {"effect_ci_low": "-1.32", "effect_ci_high": "-0.28", "scores": "adjusted"},
    "one-sided-interval": DIFFERENCE
    | {
        "effect_measure": "SMD",
        "effect": "-0.38",
        "effect_ci_high": "0.04",
        "effect_level": "99",
        "effect_sides": "one",
    },
    "arm-sizes-only": DIFFERENCE | {"effect_measure": "SMD", "effect": "-0.38"},
    "clusters": MEANS
    | SDS
    | {"design": "cluster", "cluster_size": "12", "icc": "0.05", "icc_from": "assumed"},
    "crossover": both("n", 24, 24)
    | both("mean", 4.0, 4.7)
    | SDS
    | {"design": "crossover", "correlation": "0.6", "correlation_from": "report"},
}
# Responders among people with headache, whose effects are risk ratios.
RESPONDERS: Mapping[str, Cells] = {
    "events": COUNTED | both("events", 21, 11) | both("total", 58, 57),
    "bad-events": COUNTED | both("events", 33, 48) | both("total", 64, 62) | {"higher_is": "worse"},
    "imputed-counts": COUNTED
    | both("events", 21.6, 11.3)
    | both("total", 58, 57)
    | {"counts": "imputed"},
    "odds-ratio": RATIO
    | {"effect_measure": "OR", "effect": "2.3", "control_risk": "0.18"}
    | {"effect_ci_low": "1.2", "effect_ci_high": "4.41"},
    "hazard-ratio": RATIO
    | {"effect_measure": "HR", "effect": "1.9", "control_risk": "0.18", "effect_se": "0.27"},
    "log-risk-ratio": RATIO
    | {"effect_measure": "RR", "effect": "0.69", "effect_se": "0.27", "effect_scale": "log"},
    "ratio-of-a-bad-event": RATIO
    | {"effect_measure": "RR", "effect": "0.7", "effect_se": "0.12", "control_risk": "0.6"}
    | {"effect_favours_intervention_when": "below 1", "higher_is": "worse"},
}


def add_trial(
    folder: DataFolder, study_id: str, condition: str = "non-headache", **cells: str
) -> None:
    """An included trial that is not in the baseline review."""
    usual = {
        "study_id": study_id,
        "label": study_id.replace("-", " ").capitalize(),
        "status": "included",
        "in_baseline_review": "no",
        "condition": condition,
        "comparator": "waiting list",
        "n_randomised_total": "160",
        "year": "2025",
    }
    folder.append("studies.csv", **(usual | cells))


def add_result(folder: DataFolder, study_id: str, cells: Cells, **more: str) -> None:
    """A usable row of pain after treatment, unless the cells say otherwise."""
    usual = {
        "study_id": study_id,
        "outcome": "pain",
        "instrument": "NRS",
        "higher_is": "worse",
        "timepoint": "post",
        "format": "means",
        "usable": "yes",
        "source_id": "gandy-2022",
        "verified": "no",
    }
    said = usual | dict(cells) | more
    known = sum(row[1] == study_id for row in folder.rows("outcomes.csv"))
    row_id = f"{study_id}.{said['outcome']}.{said['timepoint']}.{known + 1}"
    folder.append("outcomes.csv", row_id=row_id, **said)


def every_format(folder: DataFolder) -> None:
    """A trial for each format, every other measured at follow-up."""
    for condition, kinds in (("non-headache", SCORES), ("headache", RESPONDERS)):
        for place, (kind, cells) in enumerate(kinds.items()):
            later = {"timepoint": "follow-up", "weeks": "26"} if place % 2 else {}
            add_trial(folder, f"format-{kind}", condition)
            add_result(folder, f"format-{kind}", cells, **later)
