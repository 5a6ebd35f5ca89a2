"""The review before this one as it was published: it comes first, our rebuilding second."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.protocol import load_protocol
from analysis.synthesis.published_estimates import (
    printed_by_the_baseline,
    printed_text,
    published_estimates,
    rebuilt_from,
)
from analysis.synthesis.question_result import Synthesis
from analysis.versions.by_name import compare_versions
from analysis.versions.compare import Change, Comparison, compare
from analysis.versions.releases import read_states, releases
from tests.evidence.folder import DATA, LIVING, DataFolder

BEFORE, FIRST = "2013.11", "2026.11"
# As the abstract of the baseline review has them, and from how many of its trials they are rebuilt.
PRINTED = {
    "headache.pain.post": ("risk ratio 7.28 (2.67 to 19.84), 2 trials", 0),
    "headache.disability.post": ("SMD −0.65 (−0.91 to −0.39), 2 trials", 1),
    "headache.depression.post": ("SMD −0.26 (−0.87 to 0.36), k not recorded", 2),
    "headache.anxiety.post": ("SMD −0.48 (−1.22 to 0.27), k not recorded", 0),
    "non-headache.pain.post": ("SMD −0.37 (−0.59 to −0.15), k not recorded", 2),
    "non-headache.disability.post": ("SMD −0.50 (−0.79 to −0.20), k not recorded", 8),
    "non-headache.disability.follow-up": ("SMD −0.15 (−0.28 to −0.01), 2 trials", 1),
    "non-headache.depression.post": ("SMD −0.19 (−0.35 to −0.04), k not recorded", 2),
    "non-headache.anxiety.post": ("SMD −0.28 (−0.49 to −0.06), k not recorded", 2),
    "non-headache.qol.post": ("SMD −0.27 (−0.54 to 0.01), 3 trials", 0),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare_versions(DATA, BEFORE, FIRST, dict)


def by_question(found: Comparison) -> dict[str, Change]:
    return {change.state.question.key: change for change in found.changes}


def test_what_was_printed_is_the_before_and_the_rebuilding_is_second(found: Comparison) -> None:
    assert found.publication == "the 2014 review"
    said = {
        key: (printed_text(change.state.measure, change.printed), change.before.k)
        for key, change in by_question(found).items()
        if change.printed and change.before
    }
    assert said == PRINTED
    for change in found.changes:
        assert change.estimates[0] is change.printed
        assert change.rebuilt is (change.before.primary if change.before else None)
    assert rebuilt_from(8) == "open numbers for 8 of its trials"
    assert rebuilt_from(0) == "open numbers for none of its trials"


def test_conclusions_are_held_against_the_print_and_what_is_not_there_changes_none(
    found: Comparison,
) -> None:
    changed = {key for key, change in by_question(found).items() if change.rules}
    assert changed == {
        "headache.disability.post",
        "non-headache.pain.post",
        "non-headache.disability.post",
        "non-headache.disability.follow-up",
        "non-headache.depression.post",
        "non-headache.anxiety.post",
        "non-headache.qol.post",
    }
    said = {key: change.conclusion for key, change in by_question(found).items()}
    assert said["headache.pain.post"] == said["headache.depression.post"] == "unchanged"
    assert said["headache.anxiety.post"] == "not compared: no estimate now"
    assert said["non-headache.pain.follow-up"] == "not compared: no printed estimate on record"
    assert said["non-headache.disability.follow-up"] == (
        "changed: the interval now includes no difference"
    )


def test_against_our_own_rebuilding_other_conclusions_would_have_changed(
    found: Comparison,
) -> None:
    ours = compare(read_states(DATA, BEFORE), read_states(DATA, FIRST))
    as_rebuilt = {change.state.question.key: change.rules for change in ours if change.rules}
    as_printed = {key: c.rules for key, c in by_question(found).items() if c.rules}
    assert as_rebuilt != as_printed
    assert as_rebuilt["headache.pain.post"] == ("there was no estimate before",)


def test_between_versions_of_this_review_nothing_is_printed() -> None:
    found = compare_versions(DATA, FIRST, FIRST, dict)
    assert found.publication == ""
    assert not any(change.after_publication or change.printed for change in found.changes)


def test_a_transcription_corrected_today_is_the_before_of_old_versions(
    released: DataFolder,
) -> None:
    released.edit("published.csv", "cd010152|non-headache|disability|post", estimate="-0.4", k="9")
    change = by_question(compare_versions(released.path, BEFORE, FIRST, dict))[
        "non-headache.disability.post"
    ]
    assert change.printed is not None
    assert printed_text(change.state.measure, change.printed) == (
        "SMD −0.40 (−0.79 to −0.20), 9 trials"
    )


@pytest.mark.parametrize(
    ("cells", "comparable"),
    [
        ({"condition": "all"}, True),
        ({"measure": "RR", "estimate": "2", "ci_low": "1.5", "ci_high": "3",
          "favours_intervention_when": "above 1"}, False),
    ],
)  # fmt: skip
def test_another_question_is_beside_and_never_the_before(
    folder: DataFolder, cells: Mapping[str, str], comparable: bool
) -> None:
    folder.edit("published.csv", "cd010152|non-headache|anxiety|post", **cells)
    evidence = load(folder.path)
    question = evidence.protocol.question("non-headache", "anxiety", "post")
    row, _ = published_estimates(evidence.published, evidence.protocol, question)
    assert (row.is_comparable, row.is_baseline) == (comparable, False)
    printed = printed_by_the_baseline(evidence.published, evidence.protocol)
    assert question.key not in printed


def test_every_printed_row_of_the_living_review_is_on_a_page() -> None:
    """A row that no question shows would be dropped in silence."""
    evidence = load(LIVING)
    protocol = evidence.protocol
    shown = {
        (found.review, found.condition, question.outcome, question.timepoint, found.measure)
        for question in protocol.questions
        for found in published_estimates(evidence.published, protocol, question)
    }
    assert shown == {
        (row.review, row.condition, row.outcome, row.timepoint, row.measure)
        for row in evidence.published
    }


def test_the_living_review_is_held_against_what_was_printed() -> None:
    first = next(release for release in releases(LIVING) if release.follows == BEFORE)
    found = compare_versions(LIVING, BEFORE, first.name, dict)
    evidence = load(LIVING)
    assert found.publication == load_protocol(LIVING / "protocol.yml").words.baseline
    printed = printed_by_the_baseline(evidence.published, evidence.protocol)
    for key, change in by_question(found).items():
        assert change.printed == printed.get(key)
        assert not change.rules or (change.printed and change.estimates[1])


def test_a_synthesis_knows_what_was_printed_for_it(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    printed = printed_by_the_baseline(evidence.published, evidence.protocol)
    assert set(printed) == set(PRINTED)
    for key, synthesis in syntheses.items():
        assert synthesis.printed_before == printed.get(key)
