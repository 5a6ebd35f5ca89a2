"""The stored validation report: `./review -m tests.validation.report` writes data/validation.json.

For each reference (RevMan, metafor) and quantity: how many numbers were compared, the
largest relative difference, the tolerance the tests hold it to, and where we differ on
purpose.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from tests.validation.metafor import compare as metafor
from tests.validation.metafor import reference
from tests.validation.revman import compare as revman

REVMAN_NOTES = {
    "p of": "RevMan approximates its distributions: compared as absolute differences.",
    "Q between": "Two old analyses, tested by chi2 minus the subgroups' chi2, are left out.",
    "total: effect": "Totals that RevMan computes but does not print are left out.",
}
TARGET = Path(__file__).parents[2] / "data" / "validation.json"


def report() -> dict[str, object]:
    """Both comparisons, summed up; a reference that is not at hand is absent, with the reason."""
    return {"revman": _revman(), "metafor": _metafor()}


def _revman() -> dict[str, object]:
    absent = revman.missing_files()
    if absent:
        return {"missing": ["file not found: " + Path(path).name for path in absent]}
    table = revman.compare()
    quantity = table["level"] + ": " + table["quantity"]
    return {
        "source": "RevMan 5, analyses of Cochrane reviews",
        "analyses": int(table["analysis"].nunique()),
        "numbers": len(table),
        "quantities": _summary(
            table.assign(quantity=quantity, note=quantity.map(_revman_note)), table["analysis"]
        ),
    }


def _revman_note(quantity: str) -> str:
    return next((note for part, note in REVMAN_NOTES.items() if part in quantity), "")


def _metafor() -> dict[str, object]:
    lacking = reference.missing()
    table = metafor.compare(with_r=not lacking).dropna(subset=["difference"])
    # In the order of the rules, which is that of an analysis.
    table = table.sort_values("rule", key=lambda rules: rules.map(metafor.RULES.index))
    labels = [rule.label for rule in table["rule"]]
    notes = [rule.note for rule in table["rule"]]
    return {
        "source": "metafor 3.8, " + ("pinned numbers" if lacking else "run live"),
        "data_sets": int(table["dataset"].nunique()),
        "numbers": len(table),
        "quantities": _summary(table.assign(quantity=labels, note=notes), table["dataset"]),
    }


def _summary(table: pd.DataFrame, sets: pd.Series) -> list[dict[str, object]]:
    rows = []
    for quantity, group in table.groupby("quantity", sort=False):
        rows.append(
            {
                "quantity": str(quantity),
                "sets": int(sets.loc[group.index].nunique()),
                "numbers": len(group),
                # Two digits: more would change with the machine and say nothing.
                "largest_difference": float(f"{group['difference'].max():.1e}"),
                "tolerance": float(group["tolerance"].max()),
                "note": str(group["note"].iloc[0]),
            }
        )
    return rows


def main() -> None:
    """Write the report."""
    TARGET.write_text(json.dumps(report(), indent=2) + "\n", encoding="utf-8")
    print(f"{TARGET} written")


if __name__ == "__main__":
    main()
