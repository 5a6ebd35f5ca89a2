"""metafor's numbers for one question: from R where it is installed, otherwise as pinned here.

`./review -m tests.synthesis.reference` writes the pinned files again.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from tests.evidence.folder import DATA

CELL = ("non-headache", "disability", "post")
HERE = Path(__file__).parent
# What was pooled when the reference was pinned, and what metafor made of it.
PINNED = HERE / "reference.csv"
PINNED_ROWS = HERE / "reference_rows.csv"
SECONDS = 120

Numbers = dict[tuple[str, str], float]
Rows = dict[str, tuple[str, ...]]


def chosen_rows(synthesis: Synthesis) -> Rows:
    """The rows of each pooled trial."""
    return {study.study_id: study.row_ids for study in synthesis.pooled_studies}


def live(evidence: Evidence, rows: Rows) -> Numbers:
    """metafor's numbers for these rows of the present data; raises where R fails."""
    with tempfile.TemporaryDirectory() as folder:
        chosen, out = Path(folder) / "chosen.csv", Path(folder) / "out.csv"
        write_rows(chosen, rows)
        correlation = str(evidence.protocol.synthesis.shared_control_correlation)
        subprocess.run(
            ["Rscript", str(HERE / "reference.R"), str(evidence.folder / "outcomes.csv"),
             str(chosen), correlation, str(out)],
            check=True, timeout=SECONDS,
        )  # fmt: skip
        return read_numbers(out)


def write_rows(path: Path, rows: Rows) -> None:
    pairs = [(study_id, row_id) for study_id, ids in rows.items() for row_id in ids]
    with path.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([("study_id", "row_id"), *pairs])


def read_rows(path: Path) -> Rows:
    rows: Rows = {}
    for record in read_records(path):
        study_id = record["study_id"]
        rows[study_id] = (*rows.get(study_id, ()), record["row_id"])
    return rows


def read_numbers(path: Path) -> Numbers:
    """By item (a trial or a model) and quantity."""
    return {(row["item"], row["quantity"]): float(row["value"]) for row in read_records(path)}


def read_records(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return [
            {key: value.strip() for key, value in row.items()} for row in csv.DictReader(stream)
        ]


def main() -> None:
    """Write the pinned files again from the present data."""
    evidence = load(DATA)
    rows = chosen_rows(synthesise(evidence, evidence.protocol.question(*CELL)))
    numbers = live(evidence, rows)
    write_rows(PINNED_ROWS, rows)
    with PINNED.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("item", "quantity", "value"))
        writer.writerows((*key, repr(value)) for key, value in numbers.items())
    sys.stdout.write(f"{len(numbers)} numbers of {len(rows)} trials\n")


if __name__ == "__main__":
    main()
