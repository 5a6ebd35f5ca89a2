"""The first screen and the plain language summary: fresh, honest, and with every answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.integrity.retractions import trials_by_identity
from analysis.evidence.notice_rows import Notice, Snapshot
from analysis.evidence.rows import Evidence
from analysis.pages import front_page as front
from analysis.pages import influence_section as influence
from analysis.pages import integrity_page as integrity
from analysis.pages import plain_language_page as plain_language
from analysis.pages import risk_of_bias_page as bias
from analysis.pages import whats_new_page as living
from analysis.pages.acceptability_rows import in_plain_words
from analysis.pages.answer_in_short import in_short
from analysis.pages.context import released
from analysis.pages.notices_section import notices_said
from analysis.publishing.review_description import review_description
from analysis.searching.history import Search, load_searches
from analysis.synthesis.acceptability import reported
from analysis.synthesis.estimate_text import named_estimate
from analysis.synthesis.question_result import Synthesis
from analysis.versions.compare import compare
from analysis.versions.data_changes import DataChanges, StatusChange
from analysis.versions.edition import Edition, edition_of
from analysis.versions.releases import read_states
from analysis.versions.state import state_of
from tests.evidence.folder import DATA, ROOT
from tests.pages.test_across_questions import words
from tests.synthesis.asked_about import counted_row

Results = Mapping[str, Synthesis]


@pytest.fixture
def draft(evidence: Evidence, syntheses: Results) -> Edition:
    """The frozen review, in whose protocol one description differs from its last version's."""
    states = {key: state_of(synthesis) for key, synthesis in syntheses.items()}
    return edition_of(DATA, evidence.protocol, load_searches(DATA), lambda: states)


@pytest.fixture
def version(draft: Edition) -> Edition:
    """The same, as if nothing differed."""
    assert draft.found is not None
    return replace(draft, found=draft.found.model_copy(update={"data": DataChanges()}))


def test_the_searches_are_as_the_files_say(evidence: Evidence, version: Edition) -> None:
    searches = load_searches(DATA)

    def said(made: tuple[Search, ...]) -> str:
        return words(front.what_changed(evidence, made, version, released()))

    assert "No database has been searched for this review since" in said(searches)
    new = searches[0].model_copy(update={"date": dt.date(2027, 2, 3), "sources": ("MEDLINE",)})
    assert "this review has searched MEDLINE, last on 3 February 2027" in said((*searches, new))
    assert "No database" not in said((*searches, new))


def test_what_changed_counts_what_the_last_version_brought(
    evidence: Evidence, version: Edition
) -> None:
    said = words(front.what_changed(evidence, load_searches(DATA), version, released()))
    found = compare(read_states(DATA, "2013.11"), read_states(DATA, "2026.11"))
    new = {trial for change in found for trial in change.new_trials}
    assert f"Version 2026.11 brought {len(new)} trials" in said
    assert "Draft" not in said


@pytest.mark.parametrize(
    ("checked", "said"),
    [
        (0, "Of 3 rows of numbers 3 have not yet been checked by a person"),
        (2, "Of 3 rows of numbers 1 has not yet been checked by a person"),
        (3, "All numbers, 3 rows, were checked by a person"),
    ],
)
def test_how_many_numbers_nobody_checked_is_said_in_whatever_number(
    evidence: Evidence,
    version: Edition,
    monkeypatch: pytest.MonkeyPatch,
    checked: int,
    said: str,
) -> None:
    rows = evidence.outcomes[:3]
    told = replace(evidence, outcomes=rows)
    monkeypatch.setattr(front, "is_verified", lambda row: row in rows[:checked])
    assert said in words(front.what_changed(told, (), version, released()))


def test_a_version_that_brought_nothing_counts_no_nothings(
    evidence: Evidence, version: Edition
) -> None:
    last = released()
    assert last and last.found
    of_none = replace(last, found=last.found.model_copy(update={"changes": ()}))
    said = words(front.what_changed(evidence, load_searches(DATA), version, of_none))
    assert "brought no trials with usable numbers" in said
    assert "No question has an estimate both before and now." in said
    assert "no question of which" not in said and "0 of no" not in said


def test_an_answer_without_a_direction_is_not_told_in_people(
    evidence: Evidence, syntheses: Results
) -> None:
    key = "non-headache.depression.post"
    asked = syntheses[key]
    assert asked.primary and asked.certainty
    wide = replace(asked.primary.interval, low=-0.9, high=0.4)
    certain = asked.certainty.model_copy(update={"proposed": "low", "decided": None})
    for interval, told in ((asked.primary.interval, True), (wide, False)):
        changed = asked.model_copy(
            update={"primary": replace(asked.primary, interval=interval), "certainty": certain}
        )
        said = words(in_short(evidence, {key: changed}))
        assert ("people get clearly better without it" in said) is told


def test_a_draft_says_so_wherever_the_version_stands(
    evidence: Evidence, syntheses: Results, draft: Edition, version: Edition
) -> None:
    searches = load_searches(DATA)
    for edition in (draft, version):
        shown = {
            "status": front.status(evidence, searches, syntheses, edition),
            "what changed": front.what_changed(evidence, searches, edition, released()),
            "what’s new": living.opening(edition),
        }
        for place, markup in shown.items():
            assert ("Draft, changes since 2026.11" in words(markup)) == edition.is_draft, place
        cited = words(front.read_on(evidence, edition))
        assert ("Version 2026.11, 23 November 2026" in cited) != edition.is_draft
        assert ("Unreleased draft, with changes since version 2026.11" in cited) == edition.is_draft
        review = review_description(ROOT, evidence.protocol, edition)
        said = living.values(edition, syntheses, review)
        assert (said["described"]["released"] == "") == edition.is_draft
        assert (said["review"]["edition"] == "version 2026.11") != edition.is_draft
    named = "1 setting of the protocol, in timepoints."
    assert named in words(front.what_changed(evidence, searches, draft, released()))
    assert "Nothing has changed since version 2026.11 was released." in living.since_the_last(
        version
    )


def test_the_last_versions_numbers_stand_beside_those_of_a_draft(
    evidence: Evidence, syntheses: Results, draft: Edition, version: Edition
) -> None:
    beside = words(front.answers(evidence, syntheses, front.compared(draft, released())))
    assert "Since version 2026.11" in beside and "2013.11" not in beside
    first = evidence.protocol.timepoints[0].id
    for key, state in read_states(DATA, "2026.11").items():
        if state.primary and state.question.timepoint == first:
            estimate = named_estimate(state.measure, state.primary)
            assert words(f"It was {estimate} in version 2026.11, from") in beside, key
    released_then = words(front.answers(evidence, syntheses, front.compared(version, released())))
    assert "Since version 2013.11" in released_then and "2026.11" not in released_then


def test_whats_new_sets_a_changed_result_beside_that_of_the_last_version(
    draft: Edition,
) -> None:
    assert draft.found is not None
    *others, (before, now) = ((c.before, c.now) for c in draft.found.changes if all(c.estimates))
    assert before and before.primary and now and now.primary and others
    moved = replace(now.primary, estimate=now.primary.estimate - 0.2)
    states = {now.question.key: now.model_copy(update={"primary": moved})}
    changes = compare({before.question.key: before}, states)
    found = draft.found.model_copy(update={"changes": changes})
    said = words(living.since_the_last(replace(draft, found=found)))
    assert "The draft against version 2026.11" in said
    assert words(named_estimate(before.measure, before.primary)) in said
    assert words(f"▼ {named_estimate(now.measure, moved)}") in said
    assert "no questions as in version 2026.11" in said.lower()


def test_the_feed_is_offered_where_there_is_one(evidence: Evidence, version: Edition) -> None:
    assert "feed.xml" not in front.read_on(evidence, version)
    published = evidence.protocol.model_copy(update={"site_url": "https://example.org/"})
    assert 'href="feed.xml"' in front.read_on(replace(evidence, protocol=published), version)


def test_the_plain_language_summary_has_every_answer(
    evidence: Evidence, syntheses: Results
) -> None:
    markup = plain_language.answers(evidence, syntheses)
    said = words(markup)
    unknown = [s for s in syntheses.values() if s.primary is None]
    assert f"That leaves {len(unknown)} of our {len(syntheses)} questions." in said
    for synthesis in syntheses.values():
        answered = f"effects/{synthesis.question.slug}.html" in markup
        printed = synthesis.primary is None and synthesis.printed_before is not None
        assert answered == (synthesis.primary is not None or printed), synthesis.question.key
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
        version = released().version.model_copy(update={"trigger": trigger, "methods": methods})
        return words(living.summary(evidence.protocol, replace(released(), version=version)))

    told = said("a trial was corrected.", "none")
    assert "What triggered it: a trial was corrected. What changed in the methods: none." in told
    assert "triggered" not in said("", "")
    assert "held against what it printed, not against our rebuilding of it" in told
    last = released()
    assert last.found is not None
    ours = replace(last, found=last.found.model_copy(update={"publication": ""}))
    assert "both by the same protocol" in words(living.summary(evidence.protocol, ours))


def test_a_retraction_has_its_own_heading_and_is_no_correction(
    evidence: Evidence, draft: Edition
) -> None:
    assert draft.found is not None
    retracted = StatusChange(study_id="x-2020", label="X 2020", before="included", now="excluded",
                             reason="retracted in 2027")  # fmt: skip
    data = DataChanges(statuses=(retracted,), verified=1)
    found = (draft.found.model_copy(update={"data": data}),)
    said = words(living.taken_out(evidence, found))
    assert "X 2020 included excluded retracted in 2027" in said
    corrected = words(living.corrections(found))
    assert "X 2020" not in corrected and "no value that stood in both was corrected" in corrected
    assert "1 outcome row came to be verified." in corrected


def test_the_day_and_the_age_of_the_retraction_notices_are_told(
    evidence: Evidence, version: Edition
) -> None:
    def said(snapshots: tuple[Snapshot, ...], *notices: Notice) -> str:
        made = replace(evidence, snapshots=snapshots, notices=notices)
        front_page = words(front.what_changed(made, load_searches(DATA), version, released()))
        for page in (living.taken_out(made, ()), integrity.summary(made, {})):
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


def test_harms_have_a_row_of_every_condition_whatever_is_known(
    evidence: Evidence, syntheses: Results
) -> None:
    many = tuple(
        counted_row("friesen-2017", side, percent=10.0, event=f"event {number}")
        for number in range(5)
        for side in ("intervention", "control")
    )
    for rows in ((), many):
        told = replace(evidence, acceptability=rows)
        shown = words(front.answers(told, dict(syntheses), None))
        for condition in evidence.protocol.conditions:
            found = reported(told, "harms", condition.id)
            assert f"Harms: reported by {len(found.said)} of {found.total} trials." in shown
    assert "event 1: 10% against 10%" in shown
    assert "event 2" not in shown
    assert "and 3 more numbers" in shown


def test_how_safe_stands_before_any_table(evidence: Evidence, syntheses: Results) -> None:
    def said(told: Evidence) -> str:
        return words(in_short(told, syntheses)).partition("Harms: ")[2]

    found = reported(evidence, "harms")
    assert said(evidence).startswith(f"reported by {len(found.said)} of {found.total} trials; ")
    assert said(replace(evidence, acceptability=())) == (
        f"reported by 0 of {found.total} trials; for {found.total} trials we do not know."
    )
    rows = tuple(counted_row("friesen-2017", s, percent=7.0) for s in ("intervention", "control"))
    told = said(replace(evidence, acceptability=rows))
    assert told.endswith("any symptom: 7% against 7%.")
    assert "In Friesen 2017 (" in told


def test_everybody_reads_how_many_studies_tell_of_harm(evidence: Evidence) -> None:
    found = reported(evidence, "harms")
    said = words(in_plain_words(evidence))
    tell = "tells" if len(found.said) == 1 else "tell"
    assert f"Harm: {len(found.said)} of our {found.total} studies {tell} us about harm." in said
    rows = tuple(counted_row("friesen-2017", s, percent=7.0) for s in ("intervention", "control"))
    said = words(in_plain_words(replace(evidence, acceptability=rows)))
    assert (
        "any symptom: 7 of 100 people with Internet-delivered therapy, 7 of 100 people without it"
        in said
    )


def test_a_trial_that_counted_nothing_bad_is_told_of_too(
    evidence: Evidence, syntheses: Results
) -> None:
    rows = (
        *(counted_row("friesen-2017", s, percent=7.0) for s in ("intervention", "control")),
        counted_row("gendreau-2024", "both", events=0.0, total=275.0, event="worse pain"),
    )
    told = replace(evidence, acceptability=rows)
    said = words(in_short(told, syntheses))
    assert "In Gendreau 2024, worse pain: 0 of 275 (0%), both arms together." in said
    assert "worse pain: 0 of 275 people, both groups together" in words(in_plain_words(told))
