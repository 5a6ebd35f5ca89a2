"""A reader's own analysis, in the real browser: the numbers of the engine, the state, the keys."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from analysis.formatting import number
from analysis.pages.own_analysis import INTERVALS, MODELS
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.intervals import critical_value
from analysis.statistics.pooling import pool
from analysis.synthesis.question_result import Synthesis
from tests.evidence.folder import ROOT
from tests.site.browser import Notes, served
from tests.site.conftest import Built
from tests.validation.revman import compare as revman

SCRIPT = ROOT / "chapters" / "_static" / "own-analysis.js"
LARGEST_SCRIPT = 5_000  # bytes, compressed
TOLERANCE = 1e-9
SUBSETS = 500
LARGEST = 15
LEVEL = 0.95

Trials = tuple[Sequence[float], Sequence[float]]


@pytest.fixture(scope="module")
def site(built: Built) -> Path:
    return built.site


@pytest.fixture(scope="module")
def page(site: Path, opened: Browser) -> Page:
    """The page of all questions, opened from its folder."""
    page = opened.new_page()
    page.goto(f"{site.as_uri()}/results/try-it-yourself.html")
    return page


@pytest.fixture(scope="module")
def questions(answers: Mapping[str, Synthesis]) -> list[Synthesis]:
    return [found for found in answers.values() if found.primary]


def _trials(found: Synthesis) -> Trials:
    pooled = found.pooled_studies
    return [study.effect for study in pooled], [study.variance for study in pooled]


def _compare(page: Page, cases: Sequence[tuple[Trials, str, str]]) -> int:
    """Every number of each case in the browser beside the engine's; how many were compared."""
    t = [critical_value(LEVEL, df) for df in range(1, max(len(y) for (y, _), _, _ in cases) + 1)]
    asked = [[list(y), list(v), model, interval] for (y, v), model, interval in cases]
    theirs = page.evaluate(
        "([cases, z, t]) => cases.map(([y, v, m, i]) => ownAnalysis(y, v, m, i, z, t))",
        [asked, critical_value(LEVEL), t],
    )
    compared = 0
    for ((y, v), model, interval), found in zip(cases, theirs, strict=True):
        ours = pool(y, v, model=model, interval=interval, level=LEVEL)
        expected = _numbers(ours)
        given = [found["estimate"], found["se"], found["low"], found["high"], *found["weights"]]
        if ours.heterogeneity:
            given += [found["tau2"], found["i2"]]
        given += found.get("prediction", [])
        scale = max(1.0, *map(abs, expected[:4]))
        assert given == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE * scale), (model, y, v)
        compared += len(expected)
    return compared


def _numbers(ours: PooledEffect) -> list[float]:
    low, high = ours.interval.low, ours.interval.high
    assert low is not None and high is not None
    numbers = [ours.estimate, ours.se, low, high, *ours.weights]
    if ours.heterogeneity:
        numbers += [ours.heterogeneity.tau2, ours.heterogeneity.i2]
    if ours.prediction:
        assert ours.prediction.low is not None and ours.prediction.high is not None
        numbers += [ours.prediction.low, ours.prediction.high]
    return numbers


def test_every_question_by_every_model_and_interval(
    page: Page, questions: list[Synthesis], capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [(_trials(q), model, way) for q in questions for model in MODELS for way in INTERVALS]
    compared = _compare(page, cases)
    assert compared > len(cases)
    with capsys.disabled():
        print(f"\n{compared:,} numbers of {len(cases)} analyses in Chromium equal the engine's")


def test_every_leave_one_out(page: Page, questions: list[Synthesis]) -> None:
    cases = []
    for found in questions:
        y, v = _trials(found)
        for out in range(len(y)):
            left = (
                [x for i, x in enumerate(y) if i != out],
                [x for i, x in enumerate(v) if i != out],
            )
            cases += [(left, model, way) for model in MODELS for way in INTERVALS if left[0]]
    assert _compare(page, cases) > 0


def test_random_subsets(page: Page, questions: list[Synthesis]) -> None:
    random = np.random.default_rng(20261128)
    y, v = _trials(max(questions, key=lambda found: found.k))
    cases = []
    for _ in range(SUBSETS):
        chosen = random.permutation(len(y))[: random.integers(1, len(y) + 1)]
        model, way = random.choice(MODELS), random.choice(INTERVALS)
        cases.append((([y[i] for i in chosen], [v[i] for i in chosen]), str(model), str(way)))
    assert _compare(page, cases) > SUBSETS


def test_the_largest_analyses_of_revman(page: Page) -> None:
    if missing := revman.missing_files():
        pytest.skip(f"not there: {', '.join(missing)}")
    cases = []
    for analysis in sorted(revman.analyses(), key=lambda found: -len(found.rows))[:LARGEST]:
        calculate, columns = revman.EFFECT[analysis.measure]
        estimable = analysis.rows[analysis.rows["study_estimable"] == "YES"]
        effects = calculate(*(estimable[column].to_numpy(float) for column in columns))
        known = (
            np.isfinite(effects.estimate) & np.isfinite(effects.variance) & (effects.variance > 0)
        )
        trials = effects.estimate[known].tolist(), effects.variance[known].tolist()
        cases += [(trials, model, way) for model in MODELS for way in INTERVALS]
    assert len(cases) == LARGEST * len(MODELS) * len(INTERVALS)
    assert _compare(page, cases) > len(cases) * LARGEST


def test_the_script_is_one_small_file_that_only_its_pages_link(site: Path) -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9, mtime=0)) <= LARGEST_SCRIPT
    for document in site.rglob("*.html"):
        text = document.read_text("utf-8")
        linked = re.findall(r"<script[^>]*own-analysis\.js[^>]*>", text)
        assert len(linked) == (1 if "data-question=" in text else 0), document
        assert all('defer="defer"' in tag for tag in linked)


@pytest.fixture(scope="module", params=["folder", "server"])
def address(request: pytest.FixtureRequest, site: Path) -> Iterator[str]:
    with served(site) if request.param == "server" else nullcontext(site.as_uri()) as found:
        yield found


def _largest(questions: list[Synthesis]) -> Synthesis:
    return max(questions, key=lambda found: found.k)


def _said(estimate: float, found: Synthesis) -> str:
    return number(found.measure.shown(estimate))


def test_a_trial_is_left_out_by_the_keyboard_sent_by_the_address_and_taken_back(
    address: str, opened: Browser, questions: list[Synthesis]
) -> None:
    found = _largest(questions)
    assert found.primary
    (y, v), first = _trials(found), found.pooled_studies[0]
    left = pool(y[1:], v[1:], model=found.primary.model)
    page = opened.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    notes = Notes.on(page)
    page.goto(f"{address}/effects/{found.question.slug}.html")
    result, box = page.get_by_role("status"), page.get_by_label(first.label, exact=True)
    before = result.inner_text()
    assert before.startswith("The review’s analysis")
    assert _said(found.primary.estimate, found) in before
    box.focus()
    page.keyboard.press("Space")
    assert result.inner_text().startswith("Your own analysis, not the review’s")
    assert f"{found.k - 1} trials" in result.inner_text()
    assert _said(left.estimate, found) in result.inner_text()
    sent = page.url
    assert first.study_id in sent
    page.get_by_role("button", name="Back to the review’s analysis").tap()
    assert result.inner_text() == before
    other = opened.new_page()
    other.goto(sent)
    assert _said(left.estimate, found) in other.get_by_role("status").inner_text()
    assert notes.complaints == []
    assert all(asked.startswith(address) for asked in notes.requests)


def test_a_trial_of_ones_own_moves_the_estimate(page: Page, questions: list[Synthesis]) -> None:
    found = next(q for q in questions if not q.measure.ratio and q.k > 2)
    page.goto(page.url.partition("#")[0] + f"#try={found.question.key}")
    page.reload()
    place = page.locator(f"#try-{found.question.slug}")
    result = place.get_by_role("status")
    before = result.inner_text()
    place.locator("summary").click()
    place.get_by_label(re.compile("^Your own trial: .*[^s]$")).fill("3")
    place.get_by_label("Your own trial: participants").fill("5000")
    assert f"{found.k + 1} trials" in result.inner_text()
    assert result.inner_text() != before


def test_without_javascript_the_page_says_where_the_reviews_own_analyses_are(
    site: Path, opened: Browser, questions: list[Synthesis]
) -> None:
    page = opened.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.as_uri()}/effects/{questions[0].question.slug}.html")
    assert "This part needs JavaScript" in page.inner_text("article")
