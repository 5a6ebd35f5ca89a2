"""Any two versions side by side, and the way between them told release by release."""

from __future__ import annotations

import json
import shutil
from functools import partial
from itertools import pairwise

import pytest

from analysis.evidence.load import load
from analysis.execution.handover import Again, files_as_result
from analysis.pages.comparison_page import comparison_files
from analysis.versions import by_name, way
from analysis.versions import comparison_json as compact
from analysis.versions.by_name import NOW, ReadVersion
from analysis.versions.compare import Comparison
from analysis.versions.comparison_json import LARGEST, comparison_json
from analysis.versions.freezing import present_states
from analysis.versions.releases import read_states
from analysis.versions.way import Compared, Pair, pairs, state_of_releases, versions_to_compare
from tests.evidence.folder import DATA, DESCRIBED, LIVING, DataFolder

BASELINE, LAST = "2013.11", "2026.11"
CELL = "non-headache.disability.post"
ROW = "gendreau-2024.disability.post.1"
Pairs = dict[tuple[str, str], Pair]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    """Two releases and a draft, in which a number is corrected and the model is another."""
    folder = DataFolder.copied_to(tmp_path_factory.mktemp("draft") / "data")
    shutil.copytree(DATA / "releases", folder.path / "releases")
    folder.replace("protocol.yml", *DESCRIBED)
    folder.replace("protocol.yml", "primary_model: reml", "primary_model: common")
    folder.edit("outcomes.csv", ROW, effect="-0.05")
    evidence = load(folder.path)
    names = versions_to_compare(folder.path, draft=True)
    made = pairs(folder.path, names, lambda: present_states(evidence), lambda: evidence)
    return {(pair.found.before, pair.found.now): pair for pair in made}


def test_every_version_is_beside_every_later_one(found: Pairs) -> None:
    assert list(found) == [(BASELINE, LAST), (BASELINE, NOW), (LAST, NOW)]


def test_the_way_names_the_version_and_the_cause_of_each_move(found: Pairs) -> None:
    way = found[BASELINE, NOW].moves[CELL]
    assert [(move.version, move.cause) for move in way] == [
        (LAST, "new evidence"),
        (NOW, "the method"),
        (NOW, "corrections"),
    ]
    assert way[1:] == found[LAST, NOW].moves[CELL]
    change = next(
        each for each in found[BASELINE, NOW].found.changes if each.state.question.key == CELL
    )
    assert way[0].before.primary == change.pooled_before
    for earlier, later in pairwise(way):
        assert earlier.now.primary == later.before.primary
    assert change.now is not None
    assert way[-1].now.primary == change.now.primary


def test_what_moved_is_counted_and_names_the_kind_of_version(found: Pairs) -> None:
    last, whole = found[LAST, NOW], found[BASELINE, NOW]
    assert last.moved_by["new evidence"] == 0 < last.moved_by["corrections"]
    assert last.kind == "corrected data, conclusions changed"
    assert whole.moved_by["new evidence"] == found[BASELINE, LAST].moved_by["new evidence"] == 11
    assert whole.kind == "new evidence, conclusions changed"


def test_a_comparison_is_small_json_that_says_all_that_moved(found: Pairs) -> None:
    text = comparison_json(found[BASELINE, NOW])
    told = json.loads(text)
    assert len(text.encode()) <= LARGEST
    assert (told["before"], told["now"]) == (BASELINE, NOW)
    assert told["publication"] == "the 2014 review"
    (cell,) = [each for each in told["changed"] if each["question"] == CELL]
    assert cell["printed"] == [-0.5, -0.79, -0.2]
    assert [(move["in"], move["by"]) for move in cell["moved"]] == [
        (LAST, "new evidence"),
        (NOW, "the method"),
        (NOW, "corrections"),
    ]
    assert cell["moved"][-1]["to"] == cell["now"]["estimate"]
    assert told["settings"]["synthesis.primary_model"] == ["reml", "common"]
    last = json.loads(comparison_json(found[LAST, NOW]))
    assert last["corrections"]["outcomes.csv"][ROW]["effect"][1] == "-0.05"


def test_json_that_would_be_long_counts_what_it_would_list(
    found: Pairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = found[LAST, NOW]
    whole = json.loads(comparison_json(pair))
    monkeypatch.setattr(compact, "LARGEST", 1_000)
    short = json.loads(comparison_json(pair))
    assert short["corrections"] == {"outcomes.csv": len(pair.found.corrections)}
    assert short["settings"] == len(pair.found.data.settings)
    assert short["changed"] == whole["changed"]


def test_every_pair_of_released_versions_of_the_living_review_is_small() -> None:
    names = versions_to_compare(LIVING, draft=False)
    for pair in pairs(LIVING, names, dict, lambda: load(LIVING)):
        assert len(comparison_json(pair).encode()) <= LARGEST, (pair.found.before, pair.found.now)


def test_what_two_releases_are_to_each_other_is_worked_out_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the draft is compared anew; what is said of it is the same."""
    names = versions_to_compare(LIVING, draft=True)
    frozen = state_of_releases(LIVING)
    evidence = load(LIVING)

    def compared(again: Again, names: tuple[str, ...] = names) -> Compared:
        said = partial(read_states, LIVING, names[-2])
        return Compared(LIVING, names, said, lambda: evidence, frozen, again)

    def files(of: Compared) -> dict[str, bytes]:
        return comparison_files(of, evidence.protocol, {}, ())

    first = compared(Again("code"))
    written = files(first)
    handed_over = json.loads(json.dumps(files_as_result(written, first.again)))
    beside: list[tuple[str, str]] = []

    def side_by_side(before: ReadVersion, now: ReadVersion) -> Comparison:
        beside.append((before.name, now.name))
        return by_name.side_by_side(before, now)

    monkeypatch.setattr(way, "side_by_side", side_by_side)
    assert files(compared(Again("code", handed_over))) == written
    assert {now for _, now in beside} == {NOW}
    without_draft = compared(Again("code", handed_over), names[:-1])
    files(without_draft)
    assert without_draft.again.made == first.again.made
    assert files(compared(Again("other code", handed_over))) == written
    assert {now for _, now in beside} == {*names[1:]}
