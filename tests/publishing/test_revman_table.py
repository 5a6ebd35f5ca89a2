"""The analyses as RevMan exports them: its columns, our numbers, and R's meta pools them again."""

from __future__ import annotations

import csv
import io
import math
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from analysis.protocol import load_protocol
from analysis.publishing.downloads import REVMAN
from analysis.publishing.offered_file import Download
from analysis.publishing.revman_table import ON_LOG_SCALE, revman_table
from analysis.synthesis.question_result import Synthesis
from tests.evidence.folder import DATA

# The header of the export that meta brings as its example (inst/extdata/Fleiss93_CR.csv), all of
# whose columns `read.rm5` asks for.
HEADER = [
    "Comparison Number", "Outcome Number", "Subgroup Number", "Name", "Data Type",
    "Statistical Method", "Effect Measure", "Analysis Model", "Events 1", "Mean 1", "SD 1",
    "Total 1", "Events 2", "Mean 2", "SD 2", "Total 2", "Effect Estimate", "SE", "CI Start",
    "CI End", "Weight", "Q", "P(Q)", "I²(Q)", "Tau²", "Z", "P(Z)", "Qint", "P(Qint)", "I²(Qint)",
    "df", "Group Label 1", "Group Label 2", "Left Graph Label", "Right Graph Label",
    "Year of study", "User defined order",
]  # fmt: skip

Row = dict[str, str]


@pytest.fixture(scope="module")
def table(offered: dict[str, Download]) -> list[Row]:
    return [*csv.DictReader(io.StringIO(offered[REVMAN].content.decode(), newline=""))]


def test_it_has_the_columns_of_an_export_in_their_order(table: list[Row]) -> None:
    assert [name for name in table[0] if name in HEADER] == HEADER


def test_every_estimate_and_every_pooled_trial_is_there_once(
    table: list[Row], syntheses: Mapping[str, Synthesis]
) -> None:
    pooled = [synthesis for synthesis in syntheses.values() if synthesis.primary]
    outcomes = [row for row in table if row["Data Type"]]
    assert [row["Name"] for row in outcomes] == [synthesis.title for synthesis in pooled]
    for row, synthesis in zip(outcomes, pooled, strict=True):
        place = (row["Comparison Number"], row["Outcome Number"])
        trials = [
            each
            for each in table
            if (each["Comparison Number"], each["Outcome Number"]) == place and each is not row
        ]
        assert [each["Name"] for each in trials] == [s.label for s in synthesis.pooled_studies]
        assert int(row["df"]) + 1 == len(trials)
        measure, primary = synthesis.measure, synthesis.primary
        assert primary
        assert math.isclose(float(row["Effect Estimate"]), measure.shown(primary.estimate))
        assert (row[ON_LOG_SCALE] == "YES") == measure.ratio
        # Inverse variances weigh: so the trials come to the estimate again.
        tau2 = float(row["Tau²"] or 0)
        weights = [1 / (float(each["SE"]) ** 2 + tau2) for each in trials]
        shown = [float(each["Effect Estimate"]) for each in trials]
        effects = [math.log(each) for each in shown] if measure.ratio else shown
        products = (w * e for w, e in zip(weights, effects, strict=True))
        mean = math.fsum(products) / math.fsum(weights)
        again = math.exp(mean) if measure.ratio else mean
        assert math.isclose(again, float(row["Effect Estimate"]), abs_tol=1e-9)


def test_a_review_without_estimates_has_the_header_alone() -> None:
    said = revman_table((), load_protocol(DATA / "protocol.yml"))
    assert len([*csv.reader(io.StringIO(said))]) == 1


def test_meta_reads_it_and_comes_to_the_estimates(
    offered: dict[str, Download], tmp_path: Path
) -> None:
    asked = 'quit(status = !requireNamespace("meta", quietly = TRUE))'
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is missing: the table is not read by meta")
    if subprocess.run(["Rscript", "-e", asked], capture_output=True, check=False).returncode:
        pytest.skip("the R package meta is missing: the table is not read by it")
    (tmp_path / REVMAN).write_bytes(offered[REVMAN].content)
    script = tmp_path / "read.R"
    script.write_text(
        f'read <- meta::read.rm5("{tmp_path / REVMAN}")\n'
        "for (at in split(read, list(read$comp.no, read$outcome.no), drop = TRUE)) {\n"
        "  found <- meta::metacr(read, at$comp.no[1], at$outcome.no[1], method.tau = 'REML')\n"
        "  estimate <- if (found$sm == 'RR') exp(found$TE.random) else found$TE.random\n"
        "  stopifnot(found$k == nrow(at), abs(estimate - at$TE.pooled[1]) < 1e-4)\n"
        "  cat('held\\n')\n"
        "}\n"
    )
    done = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("held") > 1
