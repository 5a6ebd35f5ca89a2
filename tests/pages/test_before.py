"""What pages say of the review before this one is the same on all of them, and not passed over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.question_slice import slice_of
from analysis.evidence.rows import Evidence
from analysis.formatting import DASH, percent
from analysis.pages import (
    front_page,
    plain_language_page,
    whats_new_page,
)
from analysis.pages.context import released
from analysis.pages.status_line import review_facts
from analysis.pages.then_and_now_section import then_and_now
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.published_estimates import printed_text, rebuilt_from
from analysis.synthesis.question_result import Synthesis
from analysis.versions.by_name import NOW, compare_versions
from analysis.versions.state import state_of
from tests.evidence.folder import DATA
from tests.pages.test_across_questions import words
from tests.pages.test_summary_of_findings_page import findings

Results = Mapping[str, Synthesis]


@pytest.fixture(scope="module")
def printed(syntheses: Results) -> dict[str, str]:
    """What the 2014 review printed, as pages say it, by question."""
    return {
        key: words(printed_text(synthesis.measure, synthesis.printed_before))
        for key, synthesis in syntheses.items()
        if synthesis.printed_before
    }


def rows(markup: str) -> dict[str, str]:
    """The rows of all tables, by the question that they link to."""
    found = {}
    for row in re.findall(r"<tr>.*?</tr>", markup, re.DOTALL):
        if link := re.search(r"effects/([a-z-]+)\.html", row):
            found[link[1]] = words(row)
    return found


def test_each_page_of_a_question_says_what_was_printed_and_from_how_much_it_is_rebuilt(
    evidence: Evidence, syntheses: Results, printed: Mapping[str, str]
) -> None:
    for key, synthesis in syntheses.items():
        said = words(then_and_now(synthesis, evidence))
        if key not in printed:
            assert "No estimate that the 2014 review printed for this very question" in said
            continue
        assert f"The 2014 review printed {printed[key]}." in said, key
        before = released().found
        assert before is not None
        (change,) = [c for c in before.changes if c.state.question.key == key]
        assert change.before is not None
        assert rebuilt_from(change.before.k) in said, key
        assert ("k not recorded" in printed[key]) == ("not recorded" in said.split("Gandy")[0])


def test_the_first_version_has_the_print_as_its_before_on_every_page(
    evidence: Evidence, syntheses: Results, printed: Mapping[str, str]
) -> None:
    last = released()
    front = rows(front_page.answers(evidence, syntheses, last.found))
    news = rows(whats_new_page.changes_table(last.found))
    first = evidence.protocol.timepoints[0].id
    for key, said in printed.items():
        asked = syntheses[key].question
        assert said in news[asked.slug], key
        if asked.timepoint == first:
            assert f"the 2014 review printed {said}" in front[asked.slug], key
    assert len(printed) == 10


@pytest.mark.parametrize("against", ["2013.11", "2026.11"])
def test_no_page_says_that_there_was_nothing_where_the_review_printed_some(
    evidence: Evidence, syntheses: Results, printed: Mapping[str, str], against: str
) -> None:
    found = compare_versions(
        DATA, against, NOW, lambda: {key: state_of(s) for key, s in syntheses.items()}
    )
    front = rows(front_page.answers(evidence, syntheses, found))
    by_slug = {synthesis.question.slug: key for key, synthesis in syntheses.items()}
    silent = [slug for slug, said in front.items() if "no usable numbers" in said]
    assert silent
    for slug in silent:
        key = by_slug[slug]
        assert key not in printed or f"the 2014 review printed {printed[key]}" in front[slug]


def test_the_summary_of_findings_has_what_was_printed_where_nothing_is_pooled(
    evidence: Evidence, syntheses: Results, printed: Mapping[str, str]
) -> None:
    for key, synthesis in syntheses.items():
        if synthesis.primary is not None:
            continue
        asked = synthesis.question
        table = rows(findings(evidence, syntheses, asked.condition, asked.timepoint))
        said = (
            f"no usable numbers; the 2014 review printed {printed[key]}" if key in printed else ""
        )
        assert said in table[asked.slug]
        assert bool(said) == ("printed" in table[asked.slug])


def test_plain_words_name_the_questions_that_only_the_review_before_answered(
    evidence: Evidence, syntheses: Results, printed: Mapping[str, str]
) -> None:
    only_then = [s for key, s in syntheses.items() if s.primary is None and key in printed]
    said = plain_language_page.answers(evidence, syntheses)
    assert [synthesis.question.key for synthesis in only_then] == ["headache.anxiety.post"]
    assert (
        "The 2014 review did give an answer for one of these, from numbers that we do not have."
        in words(said)
    )
    for synthesis in only_then:
        assert f"effects/{synthesis.question.slug}.html" in said


def test_the_front_page_counts_what_whats_new_lists(evidence: Evidence) -> None:
    found = released().found
    assert found is not None
    listed = words(whats_new_page.changes_table(found)).count("changed: ")
    compared = [change for change in found.changes if all(change.estimates)]
    told = " ".join(words(part) for part in front_page._brought(released()))
    assert f"conclusion changed for {listed} of {len(compared)} questions" in told


def test_heterogeneity_by_the_methods_of_then_is_computed_from_q(
    evidence: Evidence, syntheses: Results
) -> None:
    """The two forms of I² stand in their rows, and differ where the baseline trials do."""
    differ = 0
    for synthesis in syntheses.values():
        shown = then_and_now(synthesis, evidence)
        said = [words(row) for row in re.findall(r"<tr>.*?</tr>", shown, re.DOTALL)]
        assert said[0].endswith("I²")
        for trials, ends, form in (
            (TrialSet.AS_BASELINE, "methods of", "i2_q"),
            (TrialSet.BASELINE, "present methods", "i2"),
        ):
            (row,) = [line for line in said if line.startswith("Baseline") and ends in line]
            pooled = synthesis.comparison(trials).pooled
            spread = pooled.heterogeneity if pooled else None
            assert row.endswith(percent(getattr(spread, form)) if spread else DASH)
            differ += bool(spread) and percent(spread.i2) != percent(spread.i2_q)
    assert differ


def test_a_changed_estimate_is_said_to_be_more_or_less_in_favour_of_therapy(
    evidence: Evidence, syntheses: Results
) -> None:
    found = released().found
    assert found is not None
    front = rows(front_page.answers(evidence, syntheses, found))
    therapy = evidence.protocol.words.intervention_in_short
    # 7.28 as likely became 1.93, and a difference of −0.50 became −0.36: less; −0.19, −0.53: more.
    assert f"Less in favour of {therapy}" in front["headache-pain-post"]
    assert f"Less in favour of {therapy}" in front["non-headache-disability-post"]
    assert f"More in favour of {therapy}" in front["non-headache-depression-post"]


def test_of_other_reviews_at_least_the_trials_and_participants_are_told(
    evidence: Evidence, syntheses: Results
) -> None:
    source = replace(
        evidence.sources["cd013863"], review_trials=32.0, review_participants=4924.0,
        review_question="headache left out",
    )  # fmt: skip
    made = replace(evidence, sources={**evidence.sources, "cd013863": source})
    for key in ("headache.pain.post", "non-headache.qol.post"):
        asked = made.protocol.question(*key.split("."))
        synthesis = syntheses[key]
        said = words(then_and_now(synthesis, slice_of(made, asked).evidence))
        assert (
            ": 32 trials with 4,924 participants (headache left out), "
            "of which no estimate here is on record."
        ) in said
        assert "Other reviews of the subject" not in words(then_and_now(synthesis, evidence))
    counts = dict(review_facts(made).included_by)
    assert counts.pop("cd013863") == "32 trials with 4,924 participants"
    assert set(counts.values()) == {"a number of trials that our data do not hold"}
