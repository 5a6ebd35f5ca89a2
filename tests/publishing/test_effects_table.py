"""The table of effects: an R user reads it and gets the numbers of the pages."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from analysis.publishing.effects_table import COLUMNS, effects_csv
from analysis.synthesis.question_result import Synthesis

Results = Mapping[str, Synthesis]

POOL_WITH_METAFOR = """
suppressMessages(library(metafor))
effects <- read.csv("effects.csv")
for (cell in unique(effects$cell)) {
  rows <- effects[effects$cell == cell & effects$pooled == "yes", ]
  if (nrow(rows) > 1) {
    fit <- rma(yi, vi, data = rows, method = "REML", control = list(threshold = 1e-10))
    cat(sprintf("%s %.12g %.12g %.12g\\n", cell, fit$b[1], fit$se, fit$tau2))
  }
}
"""


@pytest.fixture(scope="module")
def text(syntheses: Results) -> str:
    return effects_csv(syntheses.values(), "2026.11")


@pytest.fixture(scope="module")
def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_trial_of_every_question_is_a_row(
    rows: list[dict[str, str]], syntheses: Results
) -> None:
    assert len(rows) == sum(len(s.studies) for s in syntheses.values())
    assert len({(row["cell"], row["study_id"]) for row in rows}) == len(rows)
    assert list(rows[0]) == list(COLUMNS)


def test_the_columns_of_both_r_packages_say_the_same(rows: list[dict[str, str]]) -> None:
    for row in rows:
        for first, second in (
            ("yi", "TE"), ("sei", "seTE"), ("n1i", "n.e"), ("n2i", "n.c"),
            ("ai", "event.e"), ("ci", "event.c"),
        ):  # fmt: skip
            assert row[first] == row[second]
        assert float(row["vi"]) == pytest.approx(float(row["sei"]) ** 2)
        assert float(row["lower"]) < float(row["yi"]) < float(row["upper"])


def test_a_risk_ratio_is_a_log_that_is_positive_where_therapy_is_favoured(
    rows: list[dict[str, str]],
) -> None:
    """Huguet 2024: 24 of 108 against 13 of 113 responded."""
    row = next(row for row in rows if row["study_id"] == "huguet-2024" and row["sm"] == "RR")
    assert row["favours_intervention"] == "positive"
    assert float(row["yi"]) == pytest.approx(math.log((24 / 108) / (13 / 113)))
    assert (row["ai"], row["n1i"], row["ci"], row["n2i"]) == ("24", "108", "13", "113")


def test_suspect_effects_are_marked_and_have_no_weight(
    rows: list[dict[str, str]], syntheses: Results
) -> None:
    suspect = [row for row in rows if row["pooled"] == "no"]
    assert {(row["cell"], row["study_id"]) for row in suspect} == {
        (key, study.study_id)
        for key, s in syntheses.items()
        for study in s.studies
        if study.suspect
    }
    assert "chiauzzi-2010" in {row["study_id"] for row in suspect}
    assert {row["weight"] for row in suspect} == {""}


def test_metafor_pools_the_table_to_the_numbers_of_the_pages(
    text: str, syntheses: Results, tmp_path: Path
) -> None:
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is missing: the table is not read in R")
    (tmp_path / "effects.csv").write_text(text, encoding="utf-8")
    (tmp_path / "pool.R").write_text(POOL_WITH_METAFOR, encoding="utf-8")
    done = subprocess.run(
        ["Rscript", "pool.R"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if "there is no package called" in done.stderr:
        pytest.skip("the R package metafor is missing: the table is not read in R")
    assert done.returncode == 0, done.stderr
    printed = [line.split() for line in done.stdout.splitlines()]
    found = {key: [float(number) for number in numbers] for key, *numbers in printed}
    pooled = {key: s for key, s in syntheses.items() if s.k > 1}
    assert set(found) == set(pooled)
    for key, synthesis in pooled.items():
        wald = next(m for m in synthesis.models if (m.model, m.interval.method) == ("reml", "wald"))
        assert wald.heterogeneity is not None
        sign = -1 if synthesis.measure.benefit_above else 1
        expected = [sign * wald.estimate, wald.se, wald.heterogeneity.tau2]
        assert found[key] == pytest.approx(expected, rel=1e-5, abs=1e-7), json.dumps(key)
