"""Two sources, one result: the puzzles that the data keep on purpose are found, no others."""

from __future__ import annotations

import pytest

from analysis.evidence.disagreements import SeveralSources, several_sources
from analysis.evidence.load import Evidence, load
from tests.evidence.folder import DataFolder

Found = dict[tuple[str, str], SeveralSources]


@pytest.fixture(scope="module")
def found(evidence: Evidence) -> Found:
    return {(item.study_id, item.cell.key): item for item in several_sources(evidence)}


# From the sources themselves: the two numbers that a person would see side by side.
@pytest.mark.parametrize(
    ("study", "first", "second"),
    [("dear-2013", 0.578, 0.88), ("friesen-2017", 0.685, 0.498), ("carpenter-2012", 0.506, 0.362)],
)
def test_known_puzzles_are_found_with_their_numbers(
    found: Found, study: str, first: float, second: float
) -> None:
    item = found[(study, "non-headache.disability.post")]
    assert item.disagree
    assert sorted(-sourced.effect for sourced in item.effects) == pytest.approx(
        sorted((first, second)), abs=5e-4
    )
    assert item.gap == pytest.approx(abs(first - second), abs=1e-3)
    assert [sourced.pooled for sourced in item.effects] == [True, False]


def test_two_contrasts_of_one_source_do_not_disagree_with_each_other(found: Found) -> None:
    """Lin 2017: 0.247 and 0.074 in one source, 0.58 in the other."""
    item = found[("lin-2017", "non-headache.disability.post")]
    assert len(item.effects) == 3
    assert item.gap == pytest.approx(0.58 - 0.247)


def test_rounding_is_no_disagreement(found: Found) -> None:
    """Ruehlman 2012: 0.054 in one source, 0.0598 in the other."""
    item = found[("ruehlman-2012", "non-headache.depression.follow-up")]
    assert item.gap == pytest.approx(0.0054, abs=1e-4)
    assert not item.disagree


def test_rows_of_excluded_trials_and_unusable_rows_are_not_compared(found: Found) -> None:
    studies = {study for study, _ in found}
    assert "menga-2014" not in studies
    for item in found.values():
        assert all(sourced.row.usable == "yes" for sourced in item.effects)


def test_sources_that_agree_are_listed_and_do_not_disagree(folder: DataFolder) -> None:
    folder.edit("outcomes.csv", "dear-2013.disability.post.2", effect="0.578")
    again = {item.study_id: item for item in several_sources(load(folder.path))}
    assert not again["dear-2013"].disagree
