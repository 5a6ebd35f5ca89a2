"""Every measure of the registry as pages: its question, front page, findings, data and script."""

from __future__ import annotations

import csv
import html
import io
import json
import math
import re

import pytest

from analysis.figures.forest_plot import forest_plot
from analysis.figures.style import render_svg
from analysis.measures import MEASURES
from analysis.pages import (
    answer_in_short,
    front_page,
    overview_page,
    plain_language_page,
    summary_of_findings_page,
)
from analysis.publishing.effects_table import effects_csv
from analysis.publishing.r_script import r_script
from analysis.synthesis.summary_of_findings import findings_of
from tests.figures.looking import texts
from tests.pages.every_page import page_of, words_of
from tests.synthesis.every_measure import UNITS, Case, reviewed
from tests.test_words import words_of_this_review

# Each measure once, the good side of its numbers now above, now below.
CASES = tuple(
    Case(name, bool(place % 2), "harm" if name in ("OR", "generic") else "benefit")
    for place, name in enumerate(MEASURES)
)
every_measure = pytest.mark.parametrize("case", CASES, ids=str)
HOLDS_DATA = re.compile(r'data-question="([^"]*)"')


def helps(case: Case) -> bool:
    return case.finding == "benefit"


def foreign(said: str) -> list[str]:
    """Words of another review; how satisfied people were is asked of any treatment."""
    words = words_of_this_review().items()
    found = [word for word, pattern in words if pattern.search(said.lower())]
    return [word for word in found if word != "satisfaction"]


@every_measure
def test_the_page_of_a_question(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    review, found = reviewed(case)
    asked = found.question
    markup, names = page_of(
        "synthesis", review, {}, monkeypatch,
        condition=asked.condition, outcome=asked.outcome, timepoint=asked.timepoint, title="Sleep",
    )  # fmt: skip
    assert names["synthesis"] == found
    said = html.unescape(words_of(markup))
    assert found.sentences.headline in said and found.sentences.plain in said
    assert found.measure.short_name in said
    assert foreign(said) == []
    assert not re.search(r"\b(nan|NaN|inf)\b", said)
    # A ratio that is given without counts has no column of dashes.
    assert ("Events" in said) == found.counts_events == (MEASURES[case.name].arms == "events")

    data = HOLDS_DATA.search(markup)
    assert data
    own = json.loads(html.unescape(data[1]))
    assert (own["ratio"], own["turned"]) == (MEASURES[case.name].ratio, case.benefit_above)
    assert own["name"] == found.measure.short_name
    assert own["sides"][not case.benefit_above] == "Favours placebo"
    assert own["trials"]["y"] == [study.effect for study in found.studies]
    assert (sum(own["trials"]["y"]) < 0) == helps(case)


@every_measure
def test_the_forest_plot_has_its_axis_and_its_sides(case: Case) -> None:
    _, found = reviewed(case)
    drawn = texts(render_svg(forest_plot(found)))
    assert ("Events" in drawn) == found.counts_events
    axis = found.measure.axis_label
    assert axis[0].upper() + axis[1:] in drawn
    left, right = ("placebo", "drug") if case.benefit_above else ("drug", "placebo")
    assert f"← Favours {left}" in drawn and f"Favours {right} →" in drawn
    if case.name in UNITS:
        assert f"({UNITS[case.name]})" in axis


@every_measure
def test_front_page_findings_and_plain_language(case: Case) -> None:
    review, found = reviewed(case)
    results, protocol = {found.question.key: found}, review.protocol
    found_there = findings_of(review, results, "insomnia")
    parts = {
        "in short": answer_in_short.in_short(review, results),
        "answers": front_page.answers(review, results, None),
        "how to read": front_page.how_to_read(review),
        "findings": summary_of_findings_page.findings(found_there, found_there.tables[0]),
        "assumptions": summary_of_findings_page.assumptions(found_there),
        "plain": plain_language_page.answers(review, results),
        "sides": overview_page.sides(protocol),
        "numbers": overview_page.condition_table(protocol, results, "insomnia"),
    }
    said = {name: html.unescape(words_of(str(part))) for name, part in parts.items()}
    for name in ("in short", "answers", "findings", "plain"):
        assert found.sentences.plain in said[name], name
    assert "compared with placebo" in said["in short"]
    side = f"{'above' if case.benefit_above else 'below'} {MEASURES[case.name].no_effect:g}"
    good = f"{side.replace(' 0', ' zero')} favours drug."
    assert good.rstrip(".") in said["how to read"].lower() and good in said["sides"].lower()
    better = "Right" if case.benefit_above else "Left"
    assert f"{better} is better for {MEASURES[case.name].in_sentence}." in said["how to read"]
    assert found.primary
    estimate = f"{found.measure.short_name} {_number(case)} ("
    assert estimate in said["answers"] and estimate in said["findings"]
    if absolute := found.clinical.absolute:
        numbers = absolute[0].numbers
        way = "more" if numbers.risk > numbers.control_risk else "fewer"
        event = case.event or "sleep clearly better"
        assert re.search(rf"\d+ {event}", said["findings"])
        assert re.search(rf"\d+ {way} \(", said["findings"])
        assert f"people {event} in the placebo group" in said["assumptions"]
    assert foreign(" ".join(said.values())) == []


def _number(case: Case) -> str:
    """The pooled effect as tables print it: of a ratio the ratio, a true minus sign."""
    _, found = reviewed(case)
    assert found.primary
    turned = -found.primary.estimate if case.benefit_above else found.primary.estimate
    value = math.exp(turned) if MEASURES[case.name].ratio else turned
    return f"{value:.2f}".replace("-", "−")


@every_measure
def test_script_and_table_hold_the_analysis_in_the_readers_direction(case: Case) -> None:
    _, found = reviewed(case)
    assert found.primary
    sign = -1 if case.benefit_above else 1
    script = r_script(found)
    logs = "logarithm of the " if MEASURES[case.name].ratio else ""
    assert f"# yi is the {logs}{MEASURES[case.name].label} of each trial, vi its" in script
    assert f"estimate = {sign * found.primary.estimate!r}" in script
    rows = list(csv.DictReader(io.StringIO(effects_csv([found], "draft"))))
    assert {row["sm"] for row in rows} == {case.name}
    positive = "positive" if case.benefit_above else "negative"
    assert {row["favours_intervention"] for row in rows} == {positive}
    effects = [float(row["yi"]) for row in rows]
    assert effects == pytest.approx([sign * study.effect for study in found.studies])
    assert (sum(effects) > 0) == (helps(case) == case.benefit_above)
