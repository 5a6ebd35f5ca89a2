"""A review without what the frozen one has: every page is made, and says nothing untrue of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from analysis.book.contents import contents_of
from analysis.evidence.rows import Evidence
from analysis.figures.forest_plot import forest_plot
from analysis.figures.style import render_svg
from analysis.pages import context, moderators_page
from analysis.protocol import Protocol
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise_all
from tests.evidence.folder import ROOT
from tests.figures.looking import texts
from tests.pages.every_page import page_of, words_of

OUTCOMES = ("pain", "depression")
POOLED = "non-headache.depression.post"
# What compares versions, publishes files, or shows what nothing here changes.
NOT_HERE = {
    "downloads", "whats_new", "versions", "validation", "speed", "checklists", "who_made_this",
}  # fmt: skip
TABLES = (
    "outcomes", "control_groups", "risk_of_bias", "trustworthiness", "acceptability", "measured",
    "published", "decisions", "rulings", "notices",
)  # fmt: skip

Pages = Mapping[str, str]
Change = Callable[[Evidence], Evidence]


def asking(evidence: Evidence, **changed: Any) -> Evidence:
    """The evidence under another protocol, which is checked as one that is read."""
    protocol = evidence.protocol.model_dump() | changed
    return replace(evidence, protocol=Protocol.model_validate(protocol))


def about(evidence: Evidence, column: str, *names: str) -> Evidence:
    """The rows about these conditions, outcomes or time points, and those about none."""
    trials = {
        name: trial
        for name, trial in evidence.trials.items()
        if getattr(trial, column, "") in ("", *names)
    }
    rows = {
        table: tuple(
            row
            for row in getattr(evidence, table)
            if getattr(row, column, "") in ("", "all", *names)
            and getattr(row, "study_id", None) in (None, *trials)
        )
        for table in TABLES
    }
    return replace(evidence, trials=trials, **rows)


def one_condition(evidence: Evidence) -> Evidence:
    only = [each for each in evidence.protocol.conditions if each.id == "non-headache"]
    outcomes = [
        outcome.model_copy(update={"measure_by_condition": {}})
        for outcome in evidence.protocol.outcomes
    ]
    kept = about(evidence, "condition", "non-headache")
    return asking(kept, conditions=only, outcomes=outcomes)


def one_time_point(evidence: Evidence) -> Evidence:
    return asking(about(evidence, "timepoint", "post"), timepoints=evidence.protocol.timepoints[:1])


def no_tool(evidence: Evidence) -> Evidence:
    moderators = [name for name in evidence.protocol.moderators if name != "risk of bias"]
    unjudged = replace(evidence, risk_of_bias=())
    return asking(unjudged, risk_of_bias={"tools": ()}, moderators=moderators)


def one_tool(evidence: Evidence) -> Evidence:
    rows = tuple(row for row in evidence.risk_of_bias if row.tool == "RoB 2")
    return asking(replace(evidence, risk_of_bias=rows), risk_of_bias={"tools": ("RoB 2",)})


def no_registers(evidence: Evidence) -> Evidence:
    living = evidence.protocol.living.model_dump() | {"sources": ("MEDLINE",)}
    sources = [{"id": "medline", "name": "MEDLINE", "kind": "database"}]
    return asking(evidence, search_sources=sources, living=living)


def no_moderators(evidence: Evidence) -> Evidence:
    return asking(evidence, moderators=())


def no_trials(evidence: Evidence) -> Evidence:
    return replace(evidence, trials={}, **dict.fromkeys(TABLES, ()))


@pytest.fixture(scope="module")
def small(evidence: Evidence) -> Evidence:
    """The frozen review with two of its outcomes."""
    outcomes = [each for each in evidence.protocol.outcomes if each.id in OUTCOMES]
    return asking(about(evidence, "outcome", *OUTCOMES), outcomes=outcomes)


@pytest.fixture
def pages_of(
    small: Evidence, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Change], tuple[Pages, Mapping[str, Synthesis]]]]:
    """Every page of a review that was changed, by its name, and its results."""

    def made(change: Change) -> tuple[Pages, Mapping[str, Synthesis]]:
        context.edition_with.cache_clear()  # of the results of another review
        context.flow.cache_clear()
        review = change(small)
        results = synthesise_all(review)
        shown = {}
        for page in contents_of(review.protocol, ROOT).pages:
            if page.template.stem in NOT_HERE or (
                page.template.stem == "synthesis" and page.name != POOLED
            ):
                continue
            markup, _ = page_of(page.template.stem, review, results, monkeypatch, **page.parameters)
            shown[page.name] = words_of(markup)
        return shown, results

    yield made
    context.edition_with.cache_clear()
    context.flow.cache_clear()


def said(pages: Pages, pattern: str, *, but: tuple[str, ...] = ()) -> list[str]:
    """The pages on which something is said."""
    return [name for name, text in pages.items() if name not in but and re.search(pattern, text)]


def test_one_condition(pages_of: Callable[..., tuple[Pages, Any]]) -> None:
    pages, _ = pages_of(one_condition)
    # The front page says what changed since a version that had two.
    assert (
        said(
            pages,
            r"(?i)(?<!non-)headache chronic|: headache|other condition|this condition",
            but=("index",),
        )
        == []
    )
    assert "there is none to compare it with" in pages["results.moderators"]


def test_one_time_point_without_a_window(pages_of: Callable[..., tuple[Pages, Any]]) -> None:
    pages, results = pages_of(one_time_point)
    assert {synthesis.question.timepoint for synthesis in results.values()} == {"post"}
    own_words = ("index", "results.included-trials", "results.acceptability",
                 "results.excluded-and-awaiting")  # fmt: skip
    assert said(pages, r"at follow-up|At follow-up", but=own_words) == []
    assert "weeks)" not in pages["methods.protocol"].partition("Inactive comparators")[0]


def test_no_tool_for_risk_of_bias(pages_of: Callable[..., tuple[Pages, Any]]) -> None:
    pages, results = pages_of(no_tool)
    assert "bias.risk-of-bias" not in pages
    named = ("results.search",)  # what the sources used
    assert said(pages, r"RoB [12]|not assessed|high risk of bias|provisional", but=named) == []
    rated = [name for name, text in pages.items() if re.search(r"(?i)risk of bias", text)]
    assert set(rated) == {
        POOLED, "bias.summary-of-findings-headache", "bias.summary-of-findings-non-headache",
        "methods.protocol",
    }  # fmt: skip
    assert "nobody judges it" in pages[POOLED]
    found = results[POOLED]
    step = found.certainty.step("risk of bias")
    assert (step.judged, step.levels, step.outcome_text) == (False, 0, "risk of bias not judged")
    assert found.certainty.provisional is None
    assert not any("Risk of bias" in text for text in texts(render_svg(forest_plot(found))))


def test_one_tool_for_risk_of_bias(pages_of: Callable[..., tuple[Pages, Any]]) -> None:
    page = pages_of(one_tool)[0]["bias.risk-of-bias"]
    assert "Trials judged with RoB 2" in page
    assert "Signalling questions" in page
    assert "RoB 1" not in page
    assert "crossover" not in page


def test_no_registers(pages_of: Callable[..., tuple[Pages, Any]]) -> None:
    pages, _ = pages_of(no_registers)
    assert said(pages, "CENTRAL|Embase|PsycINFO") == []


def test_no_moderators(pages_of: Callable[..., tuple[Pages, Any]]) -> None:
    pages, results = pages_of(no_moderators)
    assert results[POOLED].k > 1
    assert "the protocol names no characteristic" in pages[POOLED]
    assert "names no characteristic of trials" in pages["results.moderators"]
    assert "with 10 trials nothing is pooled" not in pages[POOLED]
    assert "in advance: ." not in pages["results.moderators"]


def test_no_comparison_is_no_matter_of_chance(small: Evidence) -> None:
    said = str(moderators_page.summary(no_moderators(small).protocol, {}, ()))
    assert "This page makes no comparisons." in said
    assert "one comparison in twenty" not in said


def test_no_trials(pages_of: Callable[..., tuple[Pages, Any]]) -> None:
    pages, results = pages_of(no_trials)
    assert not any(synthesis.studies for synthesis in results.values())
    assert said(pages, r"[Ee]very included trial has|the no included|of no questions: \.") == []
    assert "no question has an estimate yet" in pages["results.overview"]
    assert "No trial is included yet" in pages["bias.risk-of-bias"]


def test_no_satisfaction_is_asked_for(pages_of: Callable[..., tuple[Pages, Any]]) -> None:
    def nothing_on_record(evidence: Evidence) -> Evidence:
        return replace(evidence, acceptability=())

    pages, _ = pages_of(nothing_on_record)
    assert said(pages, "Satisfied participants") == []
    assert "Harms: reported by 0 of" in pages["bias.summary-of-findings-headache"]


def test_a_moderator_that_nobody_judges_is_refused(small: Evidence) -> None:
    with pytest.raises(ValidationError, match=r"risk_of_bias\.tools names no tool"):
        asking(small, risk_of_bias={"tools": ()}, moderators=("risk of bias",))
