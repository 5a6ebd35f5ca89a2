"""A part of the simulated review: its numbers are metafor's, its sentences say what was simulated.

`./review -m tests.reviews.simulated FOLDER` writes it in full: 400 trials, 700 rows, 60 questions.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.pages.telling_rows import MOST_ROWS
from analysis.publishing.r_script import r_script
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise_all
from tests.reviews.simulated import simulated_review
from tests.reviews.test_bcg import OURS
from tests.updates.making import Making

pytestmark = pytest.mark.xdist_group("simulated")  # computed by one worker

TRIALS, ROWS = 110, 200
LARGEST = "everybody.fatigue.after-8-weeks"
# What metafor 3.8 finds when it runs the script of that question: estimate, limits, tau2.
KEPT = (-0.3212129455047689, -0.3810049021445113, -0.2614209888650266, 0.0547199677273213)


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    data = simulated_review(tmp_path_factory.mktemp("reviews") / "fatigue", TRIALS, ROWS)
    assert data.problems() == []
    return load(data.path)


@pytest.fixture(scope="module")
def answers(review: Evidence) -> Mapping[str, Synthesis]:
    return synthesise_all(review)


def test_it_has_the_shape_of_the_large_one(
    review: Evidence, answers: Mapping[str, Synthesis]
) -> None:
    assert (len(review.trials), len(review.outcomes), len(answers)) == (TRIALS, ROWS, 60)
    assert MOST_ROWS < answers[LARGEST].k <= TRIALS
    assert all(found.k for found in answers.values())


def test_its_largest_result_is_metafors(answers: Mapping[str, Synthesis], tmp_path: Path) -> None:
    primary = answers[LARGEST].primary
    assert primary is not None and primary.heterogeneity is not None
    ours = [primary.estimate, primary.interval.low, primary.interval.high]
    assert [*ours, primary.heterogeneity.tau2] == pytest.approx(KEPT, rel=1e-6)
    if shutil.which("Rscript") is None:
        pytest.skip("R is not here: the numbers that were kept are compared")
    script = tmp_path / "largest.R"
    script.write_text(r_script(answers[LARGEST]), encoding="utf-8")
    done = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_its_sentences_say_that_exercise_lessens_fatigue(
    answers: Mapping[str, Synthesis],
) -> None:
    said = answers[LARGEST].sentences
    assert "less fatigue with an exercise programme" in said.headline
    assert "against usual care" in said.headline
    assert "An exercise programme" in said.plain and "less fatigue" in said.plain
    assert "more fatigue" not in said.plain


def test_the_page_of_its_largest_question_has_no_word_of_another_review(
    review: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = {"timepoints": review.protocol.timepoints[:2]}
    asked = review.protocol.model_copy(update={"outcomes": review.protocol.outcomes[:1]} | times)
    keys = {question.key for question in asked.questions}
    rows = tuple(r for r in review.outcomes if f"everybody.{r.outcome}.{r.timepoint}" in keys)
    pages = Making(monkeypatch).pages(replace(review, protocol=asked, outcomes=rows), ())
    assert pages.keys() == keys and LARGEST in keys
    assert {name: OURS.findall(shown) for name, shown in pages.items() if OURS.search(shown)} == {}
    assert len(pages[LARGEST]) < 500_000
