"""What belongs to one question: its script comes to the review's result, its references read."""

from __future__ import annotations

import ast
import csv
import io
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pybtex.database
import pytest

from analysis.publishing.r_script import r_script
from analysis.publishing.trial_references import bibtex, ris
from analysis.searching.exports import read_export
from analysis.synthesis.question_result import Synthesis
from tests.evidence.folder import DATA
from tests.site.hostile import STRINGS

TRIALS = list(csv.DictReader(io.StringIO((DATA / "studies.csv").read_text("utf-8-sig"))))


def _run(script: Path) -> subprocess.CompletedProcess[str]:
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is missing: the scripts are not run")
    asked = 'quit(status = !requireNamespace("metafor", quietly = TRUE))'
    if subprocess.run(["Rscript", "-e", asked], capture_output=True, check=False).returncode:
        pytest.skip("the R package metafor is missing: the scripts are not run")
    return subprocess.run(["Rscript", str(script)], capture_output=True, text=True, check=False)


def test_every_script_comes_to_the_reviews_result_in_metafor(
    syntheses: Mapping[str, Synthesis], tmp_path: Path
) -> None:
    # In one session: starting R takes longer than any of the scripts.
    for key, synthesis in syntheses.items():
        (tmp_path / f"{key}.R").write_text(r_script(synthesis), encoding="utf-8")
    whole = tmp_path / "all.R"
    whole.write_text(
        f'for (file in list.files("{tmp_path}", "[.]R$", full.names = TRUE))\n'
        f'  if (basename(file) != "all.R") {{ source(file, local = new.env()); cat("held\\n") }}\n'
    )
    done = _run(whole)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("held") == len(syntheses)
    assert done.stdout.count("estimate") == sum(s.primary is not None for s in syntheses.values())


def test_a_script_stops_where_the_result_is_another(
    syntheses: Mapping[str, Synthesis], tmp_path: Path
) -> None:
    found = next(s for s in syntheses.values() if s.primary and s.k > 2)
    assert found.primary
    said = f"estimate = {found.primary.estimate!r}"
    if found.measure.benefit_above:
        said = f"estimate = {-found.primary.estimate!r}"
    script = tmp_path / "wrong.R"
    right = r_script(found)
    assert said in right
    script.write_text(right.replace(said, "estimate = 9"), encoding="utf-8")
    done = _run(script)
    assert done.returncode != 0
    assert "is not TRUE" in done.stderr


@pytest.mark.parametrize("label", STRINGS)
def test_no_text_of_the_data_leaves_its_string(
    syntheses: Mapping[str, Synthesis], label: str
) -> None:
    found = next(s for s in syntheses.values() if s.primary and s.k > 2)
    named = [study.model_copy(update={"label": label}) for study in found.studies]
    script = r_script(found.model_copy(update={"studies": tuple(named)}))
    # Python's strings with these escapes are R's.
    written = [line.strip().rstrip(",") for line in script.splitlines() if line.startswith("    ")]
    assert [ast.literal_eval(line) for line in written[: len(named)]] == [label] * len(named)


def test_no_line_break_of_the_protocol_leaves_a_comment(syntheses: Mapping[str, Synthesis]) -> None:
    found = next(s for s in syntheses.values() if s.primary and s.k > 2)
    broken = "pain\nquit(status = 0)\r\nx"
    measure = found.measure.model_copy(update={"label": broken})
    script = r_script(found.model_copy(update={"title": broken, "measure": measure}))
    head = script.partition("suppressPackageStartupMessages")[0].splitlines()
    assert [line for line in head if line and not line.startswith("# ")] == []


def test_references_as_ris_are_read_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "included.ris"
    path.write_text(ris(TRIALS), encoding="utf-8")
    records = read_export(path).records
    assert [record.title for record in records] == [trial["title"] for trial in TRIALS]
    assert [record.doi for record in records] == [trial["doi"].lower() for trial in TRIALS]
    assert [record.year for record in records] == [trial["year"] for trial in TRIALS]


def test_references_as_bibtex_are_read_back_whole() -> None:
    entries = pybtex.database.parse_string(bibtex(TRIALS), "bibtex").entries
    assert list(entries) == [trial["study_id"] for trial in TRIALS]
    for trial in TRIALS:
        assert entries[trial["study_id"]].fields["year"] == trial["year"]
        assert entries[trial["study_id"]].fields.get("doi", "") == trial["doi"]
