"""Missing results as pages show them: counts that agree, reasons that are given, text escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

import pytest

from analysis.evidence.rows import Evidence
from analysis.evidence.trial_states import OutcomeInTrial, State
from analysis.figures.forest_plot import forest_plot
from analysis.pages import evidence_map_page as maps
from analysis.pages import front_page as front
from analysis.pages import missing_results_section as section
from analysis.pages import question_page, trials_page
from analysis.searching.history import load_searches
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.unpooled_trials import included_trials, unpooled_trials
from analysis.versions.edition import edition_of
from analysis.versions.results import analysed, results_of
from analysis.versions.state import state_of
from tests.evidence.folder import DATA
from tests.figures.looking import boxes
from tests.pages.test_across_questions import words
from tests.synthesis.examples import in_states

Results = Mapping[str, Synthesis]
# Of the frozen review: named in its studies.csv as included, and pooled in none of its results.
UNPOOLED = {
    "strom-2000", "devineni-2005", "berman-2009", "rini-2015", "knoerl-2018", "gasslander-2022",
    "wilson-2023", "debar-2025", "minen-2025",
}  # fmt: skip


def test_the_trials_that_are_pooled_nowhere_are_named_with_their_reasons(
    evidence: Evidence, syntheses: Results
) -> None:
    found = unpooled_trials(syntheses.values())
    assert {trial.study_id for trial in found} == UNPOOLED
    shown = words(section.unpooled_table(found))
    for study_id in UNPOOLED:
        assert evidence.trials[study_id].label in shown
    for reason in ("only", "fewer than 20 participants in an arm", "women only"):
        assert reason in shown
    # Devineni and Berman: no row of the frozen review, and nothing is stated there.
    assert shown.count("no outcome of this review is known to have been measured") == 2


def test_one_reason_of_several_outcomes_is_said_once(syntheses: Results) -> None:
    (rini,) = [t for t in unpooled_trials(syntheses.values()) if t.study_id == "rini-2015"]
    shown = words(section.unpooled_table([rini]))
    assert shown.count("women only") == 1
    assert all(name in shown for name in ("Pain after", "Disability after", "Anxiety after"))


def test_front_page_and_trials_page_count_the_same_trials(
    evidence: Evidence, syntheses: Results
) -> None:
    said = words(section.trials_said(syntheses))
    every, pooled, others = map(
        int, re.findall(r"^(\d+) included trials, (\d+) in a pooled .* the other (\d+)", said)[0]
    )
    assert every == len(trials_page.included(evidence)) == len(included_trials(syntheses.values()))
    assert pooled == analysed(syntheses)[0]
    assert others == every - pooled == len(UNPOOLED)
    assert f"results/included-trials.html#{section.UNPOOLED}" in section.trials_said(syntheses)


def test_people_whom_nobody_counted_are_not_left_out_in_silence(syntheses: Results) -> None:
    asked = {key: syntheses[key] for key in ("headache.disability.post", "headache.pain.post")}
    found = analysed(asked)
    assert found.unknown == 1  # of Bromberg 2011 no number of participants is at hand
    more = f"{found.participants:,} participants or more"
    assert found.said == f"{found.trials} trials with {more}"
    assert f"in a pooled result ({more})" in words(section.trials_said(asked))
    shown = words(question_page.trials_table(asked["headache.disability.post"]))
    known = asked["headache.disability.post"].n_total
    assert f"All pooled trials {known:,} or more" in shown
    drawn = forest_plot(asked["headache.disability.post"])
    assert "Not in the sum: participants of 1 trial, not known." in [t for t, _ in boxes(drawn)]
    nobody = {"one": asked["headache.disability.post"].model_copy(update={"studies": ()})}
    assert "(" not in words(section.trials_said(nobody)).partition(";")[0]


def test_a_rule_that_cannot_judge_proposes_nothing(evidence: Evidence, syntheses: Results) -> None:
    asked = syntheses["non-headache.disability.post"]
    assert asked.certainty
    for judged, said in ((True, "none (proposed)"), (False, "cannot be judged")):
        steps = tuple(
            step.model_copy(update={"levels": 0, "judged": judged})
            if step.domain == "publication bias"
            else step
            for step in asked.certainty.steps
        )
        certainty = asked.certainty.model_copy(update={"steps": steps})
        changed = asked.model_copy(update={"certainty": certainty})
        assert said in words(maps.questions_table({"one": changed}))
        told = words(section.missing_results(changed, evidence.sources))
        assert ("leave it to a person" in told) is not judged


def test_the_anchor_is_that_of_the_heading() -> None:
    assert "In no pooled result".lower().replace(" ", "-") == section.UNPOOLED
    notebook = (DATA.parents[3] / "analysis/notebooks/included_trials.ipynb").read_text("utf-8")
    assert "## In no pooled result" in notebook


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([], "Of no included trials here, our sources do not say"),
        ([State.NOT_KNOWN] * 2, "Of 2 included trials here, our sources do not say"),
        ([State.POOLED], "Of 1 included trial here, 1 is pooled."),
        (
            [State.POOLED, State.NO_NUMBERS, State.NO_NUMBERS, State.NOT_KNOWN],
            "1 is pooled and 2 are known to have measured it without usable numbers; "
            "of 1 our sources do not say.",
        ),
    ],
)
def test_states_are_one_sentence(states: list[State], said: str) -> None:
    assert said in section.states_said(in_states(*states))


def test_where_an_estimate_was_printed_somebody_measured_it() -> None:
    missing = in_states(State.NOT_KNOWN, State.NOT_KNOWN)
    assert section.states_said(missing).endswith("do not say whether any measured it.")
    assert section.states_said(missing, printed=True).endswith("do not say which measured it.")


def test_each_question_names_what_it_does_not_pool(evidence: Evidence, syntheses: Results) -> None:
    shown = words(
        section.missing_results(syntheses["non-headache.disability.post"], evidence.sources)
    )
    assert "Knoerl 2018 left out by a rule 38 fewer than 20 participants" in shown
    assert "Rini 2015 measured, no usable numbers 113 randomised women only" in shown
    step = syntheses["non-headache.disability.post"].certainty.step("publication bias")
    assert (
        f"The rules propose {'1 level' if step.levels else 'no level'} off: {step.reason}" in shown
    )
    assert "A person’s decision: none yet." in shown
    nothing = words(section.missing_results(syntheses["headache.anxiety.post"], evidence.sources))
    assert "Nothing is pooled here, so" in nothing
    assert "Measured and not pooled" not in nothing
    assert "that is. Nothing is pooled here" in nothing


def test_a_page_without_numbers_begins_with_who_measured_it(syntheses: Results) -> None:
    asked = syntheses["headache.qol.post"]
    shown = words(question_page.headline(asked))
    assert "We do not know" in shown and asked.sentences.headline in shown
    assert "Of 8 included trials none is known to have measured it." in shown
    assert not question_page.attention(asked)


def test_a_statement_is_shown_escaped_with_its_source(evidence: Evidence) -> None:
    (source, *_) = evidence.sources.values()
    hostile = OutcomeInTrial(
        study_id="t-1", label="<b>T</b>", year=2000, state=State.NO_NUMBERS, participants=None,
        participants_from=None, reason="<script>", source_id=source.source_id,
    )  # fmt: skip
    shown = section._why(hostile, evidence.sources)
    assert "&lt;script&gt;" in shown and "<script>" not in shown
    assert source.url in shown


@pytest.mark.parametrize("condition", ["headache", "non-headache"])
def test_map_and_tables_hold_every_trial_and_state(
    evidence: Evidence, syntheses: Results, condition: str
) -> None:
    found = {key: s for key, s in syntheses.items() if s.question.condition == condition}
    drawn = "".join(maps.figures(evidence.protocol, found, condition))
    tables = words(maps.trials_tables(evidence.protocol, found, condition))
    for timepoint in evidence.protocol.timepoints:
        asked = results_of(found, condition, timepoint.id)
        states = [trial.state for one in asked for trial in one.missing.trials]
        alt = maps.alt_text(timepoint.label, asked)
        counts = {
            state: int(n) for n, state in re.findall(r"(\d+) ([a-z, ]+?)(?:, | and |\.)", alt)
        }
        for state in set(states) - {State.NO_NUMBERS}:
            assert counts[state] == states.count(state)
        assert f"{states.count(State.NO_NUMBERS)} {State.NO_NUMBERS}" in alt or (
            State.NO_NUMBERS not in states
        )
    labels = {t.label for t in trials_page.included(evidence) if t.condition == condition}
    # On the map a long name stands on two lines.
    assert all(label in tables for label in labels)
    assert all(label.split()[0] in html.unescape(drawn) for label in labels)
    questions = maps.questions_table(found)
    assert all(synthesis.title.partition(":")[0] in questions for synthesis in found.values())


def test_the_front_page_says_it(evidence: Evidence, syntheses: Results) -> None:
    states = {key: state_of(synthesis) for key, synthesis in syntheses.items()}
    searches = load_searches(DATA)
    draft = edition_of(DATA, evidence.protocol, searches, lambda: states)
    line = front.status(evidence, searches, dict(syntheses), draft)
    assert section.trials_said(syntheses) in line
