"""metafor's numbers: from R where it is installed, otherwise as pinned in `reference.csv`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests.validation.metafor.datasets import (
    Study,
    Tables,
    published_arms,
    published_effects,
    published_tables,
    random_effects,
    random_tables,
)

HERE = Path(__file__).parent
PINNED = HERE / "reference.csv"
# Pinned besides every published set: enough random ones to notice a difference of
# platforms, few enough to stay readable in a diff.
PINNED_RANDOM = 5
PINNED_GOSH = "normand1999"
# The same code as what is pinned beside them (REML; DerSimonian-Laird).
ONLY_LIVE = ("leave-one-out.dersimonian-laird.", "gosh.common.")
PINNED_DIGITS = 11
SECONDS = 600

# Besides metafor: what it computes standard errors and cluster-robust tests with.
PACKAGES = ("metafor", "numDeriv", "clubSandwich")


def missing() -> str | None:
    """What a live comparison lacks on this machine, or `None`."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return "Rscript is not installed"
    asked = (
        "for (name in commandArgs(TRUE)) if (!requireNamespace(name, quietly = TRUE)) cat(name, '')"
    )
    found = subprocess.run(
        [rscript, "-e", asked, *PACKAGES], capture_output=True, text=True, timeout=60, check=True
    )
    lacking = found.stdout.split()
    return f"the R package {lacking[0]} is not installed" if lacking else None


def live(studies: Sequence[Study], tables: Sequence[Tables], arms: pd.DataFrame) -> pd.DataFrame:
    """Run metafor once on all data sets: dataset, quantity, item, value."""
    with tempfile.TemporaryDirectory() as folder:
        write_inputs(Path(folder), studies, tables, arms)
        subprocess.run(["Rscript", str(HERE / "reference.R"), folder], check=True, timeout=SECONDS)
        return pd.read_csv(Path(folder) / "reference.csv")


def pinned() -> pd.DataFrame:
    """metafor's numbers as they were when `reference.csv` was last written."""
    rows = pd.read_csv(PINNED)
    rows["value"] = rows.pop("values").str.split(" ")
    rows["item"] = rows["value"].map(lambda values: range(len(values)))
    rows = rows.explode(["value", "item"], ignore_index=True)
    return rows.astype({"item": int, "value": float})


def write_inputs(
    folder: Path, studies: Sequence[Study], tables: Sequence[Tables], arms: pd.DataFrame
) -> None:
    """The files `reference.R` reads; 17 digits carry a double there and back unchanged."""
    frames = {
        "effects": pd.concat([_effects(study) for study in studies]),
        "tables": pd.concat([_tables(table) for table in tables]),
        "arms": arms[["dataset", "n1", "mean1", "sd1", "n2", "mean2", "sd2"]],
        "selection": pd.DataFrame(
            [
                {"dataset": study.name, "steps": " ".join(map(str, steps)), "favours": favours}
                for study in studies
                for steps, favours in study.selection
            ]
        ),
    }
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.17g")


def _effects(study: Study) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dataset": study.name,
            "effect": study.effects,
            "variance": study.variances,
            "thorough": str(study.thorough).upper(),
            "year": "NA" if study.years is None else study.years,
            "group": "" if study.groups is None else study.groups,
            "moderator": "NA" if study.moderator is None else study.moderator,
            "cluster": "" if study.clusters is None else study.clusters,
        }
    )


def _tables(table: Tables) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dataset": table.name,
            "events1": table.events1,
            "n1": table.n1,
            "events2": table.events2,
            "n2": table.n2,
        }
    )


def write_pinned() -> None:
    """Write `reference.csv` again: `./review -m tests.validation.metafor.reference`."""
    found = live(
        [*published_effects(), *random_effects(PINNED_RANDOM)],
        [*published_tables(), *random_tables(PINNED_RANDOM)],
        published_arms(),
    )
    all_subsets = found["quantity"].str.startswith("gosh.") & (found["dataset"] != PINNED_GOSH)
    found = found[~all_subsets & ~found["quantity"].str.startswith(ONLY_LIVE)]
    found["value"] = found["value"].map(lambda value: f"{value:.{PINNED_DIGITS}g}")
    rows = found.groupby(["dataset", "quantity"], sort=False)["value"].agg(" ".join)
    rows.rename("values").reset_index().to_csv(PINNED, index=False)


if __name__ == "__main__":
    write_pinned()
