"""The first screen and the plain language summary: fresh, honest, and with every answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from analysis.evidence.integrity.retractions import trials_by_identity
from analysis.evidence.notice_rows import Notice, Snapshot
from analysis.evidence.rows import Evidence
from analysis.pages import front_page as front
from analysis.pages import influence_section as influence
from analysis.pages import integrity_page as integrity
from analysis.pages import plain_language_page as plain_language
from analysis.pages import risk_of_bias_page as bias
from analysis.pages import whats_new_page as living
from analysis.pages.context import before
from analysis.pages.notices_section import notices_said
from analysis.searching.history import Search, load_searches
from analysis.synthesis.question_result import Synthesis
from analysis.versions.compare import compare
from analysis.versions.releases import read_states
from analysis.versions.state import state_of
from tests.evidence.folder import DATA
from tests.pages.test_across_questions import words

Results = Mapping[str, Synthesis]


def test_the_searches_are_as_the_files_say(evidence: Evidence) -> None:
    searches = load_searches(DATA)

    def said(made: tuple[Search, ...]) -> str:
        return words(front.what_changed(evidence, made, before(), (), None))

    assert "No database has been searched for this review since" in said(searches)
    new = searches[0].model_copy(update={"date": dt.date(2027, 2, 3), "sources": ("MEDLINE",)})
    assert "this review has searched MEDLINE, last on 3 February 2027" in said((*searches, new))
    assert "No database" not in said((*searches, new))


def test_what_changed_counts_trials_and_conclusions(evidence: Evidence, syntheses: Results) -> None:
    now = {key: state_of(synthesis) for key, synthesis in syntheses.items()}
    found = compare(read_states(DATA, before().name), now)
    said = words(front.what_changed(evidence, load_searches(DATA), before(), found, None))
    new = {trial for change in found for trial in change.new_trials}
    assert f"Since version {before().name}, {len(new)} trials" in said


def test_the_feed_is_offered_where_there_is_one(evidence: Evidence) -> None:
    assert "feed.xml" not in front.read_on(evidence)
    published = evidence.protocol.model_copy(update={"site_url": "https://example.org/"})
    assert 'href="feed.xml"' in front.read_on(replace(evidence, protocol=published))


def test_the_plain_language_summary_has_every_answer(
    evidence: Evidence, syntheses: Results
) -> None:
    markup = plain_language.answers(evidence, syntheses)
    said = words(markup)
    unknown = [s for s in syntheses.values() if s.primary is None]
    assert f"That leaves {len(unknown)} of our {len(syntheses)} questions." in said
    for synthesis in syntheses.values():
        answered = f"effects/{synthesis.question.slug}.html" in markup
        assert answered == (synthesis.primary is not None), synthesis.question.key
        assert synthesis.primary is None or synthesis.sentences.plain in said


def test_shares_of_a_question_add_up_and_weigh_by_participants(syntheses: Results) -> None:
    said = words(bias.questions_table(syntheses))
    shown = [s for s in syntheses.values() if s.n_total]
    for synthesis in shown:
        assert synthesis.title in said
        assert f"{synthesis.n_total:,}" in said
    [row] = [part for part in bias.questions_table(syntheses).split("<tr>") if "headache-pain-post"
             in part and "non-headache" not in part]  # fmt: skip
    assert "100%" in row  # one trial, which nobody has assessed


def test_subsets_are_parted_by_the_influential_trial_that_moves_most(syntheses: Results) -> None:
    parted = 0
    for synthesis in syntheses.values():
        rows = synthesis.sensitivity.influence
        position = influence.most_influential(rows)
        flagged = [row.study for row in rows if row.influential]
        assert (position is None) == (not flagged), synthesis.question.key
        assert position is None or position in flagged
        parted += position is not None
    assert parted


def test_whats_new_tells_the_trigger_and_the_changes_of_method(evidence: Evidence) -> None:
    def said(trigger: str, methods: str) -> str:
        version = evidence.protocol.version.model_copy(
            update={"trigger": trigger, "methods": methods}
        )
        protocol = evidence.protocol.model_copy(update={"version": version})
        return words(living.summary(replace(evidence, protocol=protocol), before(), (), None))

    told = said("a trial was corrected.", "none")
    assert "What triggered it: a trial was corrected. What changed in the methods: none." in told
    assert "triggered" not in said("", "")


def test_the_day_and_the_age_of_the_retraction_notices_are_told(evidence: Evidence) -> None:
    def said(snapshots: tuple[Snapshot, ...], *notices: Notice) -> str:
        made = replace(evidence, snapshots=snapshots, notices=notices)
        front_page = words(front.what_changed(made, load_searches(DATA), before(), (), None))
        for page in (living.summary(made, before(), (), None), integrity.summary(made, {})):
            assert words(notices_said(made)) in words(page)
        assert words(notices_said(made)) in front_page
        return words(notices_said(made))

    assert "has not been looked up yet" in said(())
    trials = trials_by_identity(evidence.trials.values())
    old = Snapshot("2026-10-01", "rw.csv", "ab" * 32, 60_000, 0, trials)
    new = replace(old, date="2026-11-20")
    assert "as of 20 November 2026, 3 days before this version: none of its" in said((old, new))
    assert "1 October 2026, 53 days before" in said((old,))
    notice = Notice("dear-2013", "1", "retraction", "2026-11-02", "", "", "", "DOI")
    other = replace(notice, study_id="lin-2017", nature="correction")
    told = said((new,), notice, other)
    assert "2 trials of this review have a notice, 1 of them retracted or questioned" in told
    rules = evidence.protocol.integrity.model_copy(update={"notices_days": 30})
    strict = evidence.protocol.model_copy(update={"integrity": rules})
    late = replace(evidence, protocol=strict, snapshots=(old,))
    assert "53 days older than this version, the protocol allows 30" in words(notices_said(late))
    late = replace(late, snapshots=(replace(new, date="2026-11-23", trials="0123abcd"),))
    assert "the day of this version" in words(notices_said(late))
    assert "trials have come in" in words(notices_said(late))
