"""Another review by the same software: BCG vaccine, as `./review new` begins it, with 13 trials.

Its numbers are metafor's, its sentences say that vaccination lowers the risk of tuberculosis, and
no page has a word of the review that this software was first written for.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis.evidence.load import load
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise_all
from analysis.versions.results import read_synthesis
from tests.reviews.bcg import PUBLISHED, TRIALS, bcg_review, label_of

pytestmark = pytest.mark.xdist_group("bcg")  # built by one worker

KEY = "everybody.tuberculosis.at-the-end-of-follow-up"
# What metafor iterates to, and the roots it searches; the rest is arithmetic.
ITERATED, SEARCHED, EXACT = 1e-7, 1e-5, 1e-12
OURS = re.compile(r"therap|internet|\bpain|headache|chronic", re.IGNORECASE)

Numbers = Mapping[str, list[float]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reviews") / "bcg"
    assert bcg_review(made).problems() == []
    return made


@pytest.fixture(scope="module")
def found(folder: Path) -> Synthesis:
    (answer,) = synthesise_all(load(folder / "data")).values()
    return answer


@pytest.fixture(scope="module", params=["kept", "live"])
def metafor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    """What metafor makes of the published table: as it was kept, and from R where that is."""
    if request.param == "kept":
        return _numbers(PUBLISHED / "reference.csv")
    if shutil.which("Rscript") is None:
        pytest.skip("R is not here: the numbers that were kept are compared")
    live = tmp_path_factory.mktemp("metafor") / "reference.csv"
    script = str(PUBLISHED / "reference.R")
    subprocess.run(["Rscript", script, str(live)], check=True, timeout=120)
    return _numbers(live)


def _numbers(path: Path) -> Numbers:
    held: dict[str, list[float]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            held.setdefault(row["quantity"], []).append(float(row["value"]))
    return held


def _as_published(found: Synthesis) -> list[int]:
    """Where each trial of the published table stands in the answer."""
    places = {study.label: at for at, study in enumerate(found.studies)}
    with TRIALS.open(encoding="utf-8", newline="") as stream:
        return [places[label_of(row)] for row in csv.DictReader(stream)]


def test_every_number_is_metafors(found: Synthesis, metafor: Numbers) -> None:
    primary = found.primary
    assert primary is not None and primary.heterogeneity is not None and primary.prediction
    spread, order = primary.heterogeneity, _as_published(found)
    assert spread.tau2_interval is not None and len(order) == found.k == 13
    studies = [found.studies[at] for at in order]
    without = [found.sensitivity.leave_one_out[at] for at in order]
    models = {model.model: model.estimate for model in found.models}
    ours: dict[str, tuple[list[float | None], float]] = {
        "effect": ([study.effect for study in studies], EXACT),
        "variance": ([study.variance for study in studies], EXACT),
        "weights": ([study.weight for study in studies], ITERATED),
        "estimate": ([primary.estimate], ITERATED),
        "se": ([primary.se], ITERATED),
        "interval": ([primary.interval.low, primary.interval.high], ITERATED),
        "prediction": ([primary.prediction.low, primary.prediction.high], ITERATED),
        "tau2": ([spread.tau2], ITERATED),
        "tau2 interval": ([spread.tau2_interval.low, spread.tau2_interval.high], SEARCHED),
        "i2": ([spread.i2], ITERATED),
        "q": ([spread.q], EXACT),
        "common": ([models["common"]], EXACT),
        "dersimonian-laird": ([models["dersimonian-laird"]], EXACT),
        "left out": ([fit.estimate for fit in without], ITERATED),
        "left out tau2": ([fit.tau2 for fit in without], ITERATED),
        "cumulative": (
            [step.pooled.estimate for step in found.sensitivity.cumulative],
            ITERATED,
        ),
    }
    assert ours.keys() == metafor.keys()
    for name, (values, tolerance) in ours.items():
        assert values == pytest.approx(metafor[name], rel=tolerance), name


def test_its_sentences_say_that_vaccination_lowers_the_risk(found: Synthesis) -> None:
    said = found.sentences
    assert said.plain == "BCG vaccination may make it less likely that people get tuberculosis."
    assert "13 trials, 357,347 participants, against no vaccination" in said.headline
    assert (
        "the chance that people get tuberculosis was 0.49 times as high with BCG vaccination "
        "(95% confidence interval 0.33 to 0.73)" in said.headline
    )
    # 1,510 of 166,283 unvaccinated people had it: of 1,000 that is 9.1, and 0.49 of that 4.4.
    assert said.clinical.startswith("If 9 of 1,000 people get tuberculosis in the control group")
    assert ", 4 do with BCG vaccination: 5 fewer (6 fewer to 2 fewer)" in said.clinical
    assert "more likely" not in f"{said.plain}{said.headline}"


@pytest.fixture(scope="module")
def site(folder: Path) -> Path:
    """The whole site, built once in the folder of the review by the engine that it took along."""
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "build"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return folder / "_build" / "html"


def test_no_page_has_a_word_of_another_review(site: Path) -> None:
    said = {}
    for page in site.rglob("*.html"):
        document = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        for name in document.find_all("code"):  # a column's name is the engine's in any review
            name.extract()
        spoken = [
            tag.get("aria-label", "") for tag in document.find_all(attrs={"aria-label": True})
        ]
        if words := OURS.findall(" ".join([document.get_text(" "), *spoken])):
            said[page.relative_to(site).as_posix()] = words
    assert said == {}


def test_the_site_says_what_the_answer_says(site: Path, found: Synthesis) -> None:
    assert read_synthesis(site.parents[1] / "results" / f"{KEY}.json").sentences == found.sentences
    page = site / "effects" / f"{KEY.replace('.', '-')}.html"
    for shown in (page, site / "index.html", site / "about/plain-language-summary.html"):
        text = " ".join(
            BeautifulSoup(shown.read_text("utf-8"), "html.parser").get_text(" ").split()
        )
        assert found.sentences.plain in text, shown
    drawn = page.read_text("utf-8")
    assert "Favours BCG vaccination" in drawn and "Favours no vaccination" in drawn
