"""The pages that look across questions: what they say follows from the results."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from html import unescape

import pytest

from analysis.evidence.rows import ChecklistItem, Evidence, Ruling
from analysis.evidence.team import Team
from analysis.execution.handover import Again
from analysis.formatting import number
from analysis.pages import (
    checklists_page as checklists,
)
from analysis.pages import (
    downloads_page as downloads,
)
from analysis.pages import (
    integrity_page as integrity,
)
from analysis.pages import (
    moderators_page as moderators,
)
from analysis.pages import (
    overview_page as overview,
)
from analysis.pages import (
    sensitivity_page as sensitivity,
)
from analysis.pages import (
    small_study_effects_page as small_study_effects,
)
from analysis.pages.sensitivity_section import _side_drawn
from analysis.publishing.offered_file import Download
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.conditions import across_conditions
from analysis.synthesis.estimate_text import interval_text
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure
from tests.evidence.rulings import made_now

Results = Mapping[str, Synthesis]


def words(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def test_every_question_is_in_the_overview_with_a_link_and_its_estimate(
    evidence: Evidence, syntheses: Results
) -> None:
    protocol = evidence.protocol
    shown = "".join(
        overview.condition_table(protocol, syntheses, condition.id)
        for condition in protocol.conditions
    )
    for synthesis in syntheses.values():
        assert f'href="../effects/{synthesis.question.slug}.html"' in shown
        if synthesis.primary:
            estimate = number(synthesis.measure.shown(synthesis.primary.estimate))
            interval = interval_text(synthesis.measure, synthesis.primary.interval)
            assert f"{estimate} {interval}" in words(shown)
    assert "nan" not in shown and "None" not in shown


def test_the_alternative_text_of_the_overview_has_every_estimate(syntheses: Results) -> None:
    said = overview.alt_text(tuple(syntheses.values()))
    answered = [s for s in syntheses.values() if s.primary]
    assert all(synthesis.title in said for synthesis in answered)
    assert f"{len(syntheses) - len(answered)} further questions" in said.lower()


def test_every_moderator_is_compared_or_refused_with_a_reason(
    evidence: Evidence, syntheses: Results
) -> None:
    rules = evidence.protocol.synthesis
    for synthesis in syntheses.values():
        said = words(moderators.question_moderators(rules, synthesis))
        if synthesis.k < 2:
            assert "nothing is pooled" in said
            continue
        for analysis in (*synthesis.sensitivity.subgroups, *synthesis.sensitivity.regressions):
            assert analysis.moderator.capitalize() in said
        assert "moderator column" not in said


def test_a_meta_regression_with_too_few_trials_says_how_many_it_needs(
    evidence: Evidence, syntheses: Results
) -> None:
    rules = evidence.protocol.synthesis
    said = words(moderators.question_moderators(rules, syntheses["non-headache.pain.post"]))
    assert "known for 4 trials, and a meta-regression needs 10" in said


def test_the_number_of_comparisons_is_that_of_the_tables(
    evidence: Evidence, syntheses: Results
) -> None:
    contrasts = across_conditions(evidence.protocol, syntheses)
    said = words(moderators.summary(evidence.protocol, syntheses, contrasts))
    shown = moderators.conditions_table(evidence.protocol, contrasts)
    shown += moderators.question_sections(evidence.protocol, syntheses)
    rows = shown.count("<tr>") - shown.count("<thead>") - shown.count("not compared:")
    assert f"makes {rows} comparisons" in said


def test_the_sensitivity_table_has_a_row_a_pooled_question(syntheses: Results) -> None:
    shown = sensitivity.spread_table(syntheses)
    for key, synthesis in syntheses.items():
        assert (f"effects/{synthesis.question.slug}.html" in shown) == (synthesis.k > 1), key


@pytest.mark.parametrize(("slope", "p", "expected"), [
    (-1.2, 0.01, "Results of smaller trials lie more in favour of therapy than"),
    (1.2, 0.01, "Results of smaller trials lie more in favour of control than"),
    (-1.2, 0.4, "does not tell small trials from large ones"),
])  # fmt: skip
def test_the_reading_of_the_regression_test_follows_its_slope_and_p(
    evidence: Evidence, syntheses: Results, slope: float, p: float, expected: str
) -> None:
    synthesis = syntheses["non-headache.disability.post"]
    found = synthesis.sensitivity.small_study
    assert found is not None and found.asymmetry is not None
    asymmetry = dataclasses.replace(found.asymmetry, slope=slope, p=p)
    changed = found.model_copy(update={"asymmetry": asymmetry})
    assert expected in small_study_effects.reading(evidence.protocol, synthesis, changed)


def test_what_a_correction_turns_is_named(evidence: Evidence, syntheses: Results) -> None:
    synthesis = syntheses["non-headache.disability.post"]
    found = synthesis.sensitivity.small_study
    assert found is not None and found.pet_peese is not None
    turned = dataclasses.replace(found.pet_peese, pet=0.2, preferred="pet")
    changed = found.model_copy(update={"pet_peese": turned})
    said = small_study_effects.reading(evidence.protocol, synthesis, changed)
    assert "The direction turns by PET-PEESE." in said
    as_it_is = small_study_effects.reading(evidence.protocol, synthesis, found)
    assert "The direction stays." in as_it_is and "then includes no difference" not in as_it_is


def test_a_correction_that_leaves_the_answer_open_is_named(
    evidence: Evidence, syntheses: Results
) -> None:
    synthesis = syntheses["non-headache.disability.post"]
    found = synthesis.sensitivity.small_study
    assert found is not None and found.pet_peese is not None
    wide = dataclasses.replace(found.pet_peese.interval, low=-0.41, high=0.40)
    open_ = dataclasses.replace(found.pet_peese, pet=-0.01, preferred="pet", pet_interval=wide)
    changed = found.model_copy(update={"pet_peese": open_})
    said = small_study_effects.reading(evidence.protocol, synthesis, changed)
    assert "The direction stays. By PET-PEESE the interval then includes no difference." in said


def test_a_correction_beyond_belief_turns_nothing(evidence: Evidence, syntheses: Results) -> None:
    synthesis = syntheses["non-headache.disability.post"]
    found = synthesis.sensitivity.small_study
    assert found is not None and found.pet_peese is not None
    wild = dataclasses.replace(found.pet_peese, pet=17.6, preferred="pet")
    changed = found.model_copy(update={"pet_peese": wild})
    said = small_study_effects.reading(evidence.protocol, synthesis, changed)
    assert "17.60" not in said and "The direction stays." in said
    assert said.endswith("PET-PEESE gives a size that no treatment has, which says nothing.</p>")


def test_the_side_of_a_filled_funnel_is_the_one_that_is_drawn() -> None:
    below = Measure(name="SMD", label="standardised mean difference")
    above = below.model_copy(update={"benefit_above": True})
    for side, other in (("left", "right"), ("right", "left")):
        assert _side_drawn(below, side) == side
        assert _side_drawn(above, side) == other


def test_in_no_question_is_said_of_none(syntheses: Results) -> None:
    one = {"one": syntheses["non-headache.depression.post"]}
    said = words(sensitivity.summary(one))
    assert "In no question any of these turns the direction of the estimate, and in " in said


def test_too_few_trials_are_one_sentence(evidence: Evidence, syntheses: Results) -> None:
    said = words(small_study_effects.summary(evidence.protocol, syntheses))
    enough = [s for s in syntheses.values() if s.k >= 10]
    assert said.startswith(f"{len(enough)} of {len(syntheses)} questions have the 10 trials")


def test_suspect_effects_stand_with_their_arithmetic_and_what_they_change(
    evidence: Evidence, syntheses: Results
) -> None:
    shown = words(integrity.suspects_table(evidence, syntheses))
    assert "Chiauzzi 2010" in shown and "−1.70" in shown and "kept out" in shown
    changed = words(integrity.with_and_without(syntheses))
    synthesis = syntheses["non-headache.pain.follow-up"]
    pooled = synthesis.comparison(TrialSet.WITH_SUSPECT).pooled
    assert synthesis.primary is not None and pooled is not None
    assert f"{interval_text(synthesis.measure, synthesis.primary.interval)})" in changed
    assert f"{interval_text(synthesis.measure, pooled.interval)}), {pooled.k} trials" in changed


def test_a_label_keeps_its_capitals(evidence: Evidence, syntheses: Results) -> None:
    named = [o.model_copy(update={"label": f"score of EQ-5D {o.id}"})
             for o in evidence.protocol.outcomes]  # fmt: skip
    protocol = evidence.protocol.model_copy(update={"outcomes": tuple(named)})
    contrasts = across_conditions(protocol, syntheses)
    assert "Score of EQ-5D pain" in words(moderators.conditions_table(protocol, contrasts))


def test_disagreeing_sources_stand_with_both_numbers(
    evidence: Evidence, syntheses: Results
) -> None:
    shown = words(integrity.notes_table(evidence, syntheses))
    assert "Dear 2013" in shown and "SMD −0.58" in shown and "SMD −0.88" in shown


def test_a_ruling_stands_beside_its_finding(evidence: Evidence, syntheses: Results) -> None:
    assert "Ruling" not in integrity.suspects_table(evidence, syntheses)
    ruling = Ruling(
        check="equals baseline",
        study_id="carpenter-2012",
        row_id="",
        fingerprint="",
        ruling="exclude",
        reason="<copied> from the baseline table",
        decided_by="A. Person",
        date="2026-12-01",
    )
    ruled = dataclasses.replace(evidence, rulings=made_now(evidence, ruling))
    shown = integrity.suspects_table(ruled, syntheses)
    assert "exclude: &lt;copied&gt; from the baseline table (AP, 2026-12-01)" in shown
    assert "a person has ruled on 1 of them" in words(integrity.summary(ruled, syntheses))
    lapsed = dataclasses.replace(evidence, rulings=(ruling,))
    shown = integrity.suspects_table(lapsed, syntheses)
    assert "one about other numbers no longer counts: exclude: &lt;copied&gt;" in shown
    assert "a person has ruled on 0 of them" in words(integrity.summary(lapsed, syntheses))


def test_an_item_without_a_place_is_said_not_to_be_met(evidence: Evidence) -> None:
    said = words(checklists.summary(evidence, "PRISMA 2020", Team()))
    missing = [i.item for i in checklists.items_of(evidence, "PRISMA 2020") if not i.places]
    assert missing and all(item in said for item in missing)
    shown = words(checklists.checklist_table(evidence, "PRISMA 2020", Team()))
    assert shown.count("not met") == len(missing)


def test_what_the_team_has_to_state_is_not_met_until_it_does(evidence: Evidence) -> None:
    """A page that only says "not stated" meets nothing."""
    usual = {"checklist": "PRISMA 2020", "section": "S", "topic": "T", "note": "why"}
    asked = (
        ChecklistItem(
            item="25", where="about/who-made-this", met="yes", stated="who paid", **usual
        ),
        ChecklistItem(item="8", where="methods/synthesis", met="partly", **usual),
        ChecklistItem(item="1", where="index", met="yes", **usual),
        ChecklistItem(item="2", where="index", met="no", **usual),
    )
    made = dataclasses.replace(evidence, checklists=asked)
    for team, said in (
        (Team(), "1 of 4 items are met; 1 is partly met (item 8); 2 are not met (items 25 and 2)."),
        (Team(funding="a grant"),
         "2 of 4 items are met; 1 is partly met (item 8); 1 is not met (item 2)."),
    ):  # fmt: skip
        assert words(checklists.summary(made, "PRISMA 2020", team)) == said


def test_all_items_of_prisma_2020_are_there_once(evidence: Evidence) -> None:
    numbers = [item.item for item in checklists.items_of(evidence, "PRISMA 2020")]
    assert len(numbers) == len(set(numbers)) == 42
    assert {int(re.sub(r"\D", "", number)) for number in numbers} == set(range(1, 28))


@pytest.mark.parametrize(("place", "label", "address"), [
    ("index", "Front page", "../index.html"),
    ("methods/synthesis#synthesis-model", "Methods › synthesis › model",
     "../methods/synthesis.html#synthesis-model"),
    ("results/search", "Results › search", "../results/search.html"),
])  # fmt: skip
def test_a_place_is_a_link_in_words(place: str, label: str, address: str) -> None:
    found = checklists.place_link(place, checklists.TITLES)
    assert f'href="{address}"' in found
    assert words(found) == label


def test_a_note_cannot_act_as_markup(evidence: Evidence) -> None:
    item = ChecklistItem("X", "1", "S", "<script>", "", "<b>why</b>")
    hostile = dataclasses.replace(evidence, checklists=(item,))
    shown = checklists.checklist_table(hostile, "X", Team())
    assert "<script>" not in shown and "<b>" not in shown


@pytest.mark.parametrize(("spec", "said"), [
    ({"type": "number"}, "number"),
    ({"anyOf": [{"$ref": "#/$defs/Interval"}, {"type": "null"}]}, "Interval or none"),
    ({"type": "array", "items": {"type": "string"}}, "list of text"),
    ({"type": "object", "additionalProperties": {"type": "integer"}}, "names with whole number"),
    ({"enum": ["low", "high"]}, "low , high"),
])  # fmt: skip
def test_types_are_said_in_words(spec: dict[str, object], said: str) -> None:
    assert words(downloads.kind(spec)) == said


def test_every_field_of_a_results_file_is_described() -> None:
    shown = downloads.results_tables(Again())
    for name, field in Synthesis.model_fields.items():
        assert f"<code>{field.serialization_alias or name}</code>" in shown
    assert "anything" not in words(shown)
    assert "None" not in words(shown)


def test_sizes_are_rounded_up() -> None:
    assert downloads.size(Download("a", "", b"x")) == "1 kB"
    assert downloads.size(Download("a", "", b"x" * 1001)) == "2 kB"
