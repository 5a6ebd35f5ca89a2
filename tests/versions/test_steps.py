"""Evidence, corrections and method: what moved a result between two versions is told apart."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from analysis.evidence.load import load
from analysis.files.lock import change_files
from analysis.files.problems import EvidenceError
from analysis.pages.steps_section import steps_section
from analysis.screening.study_rename import rename_study
from analysis.versions.by_name import NOW, compare_versions
from analysis.versions.compare import Change, Comparison
from analysis.versions.comparison_json import comparison_json
from analysis.versions.freezing import freeze, present_states
from analysis.versions.releases import release_folder, releases
from analysis.versions.state import same_result
from analysis.versions.step_text import where_from
from analysis.versions.told_apart import told_apart
from analysis.versions.way import Pair, moves_along
from tests.evidence.folder import DATA, DESCRIBED, LIVING, DataFolder
from tests.pages.test_across_questions import words

LAST, BEFORE = "2026.11", "2013.11"
CELL, PAIN = "non-headache.disability.post", "non-headache.pain.post"
ROW = "gendreau-2024.disability.post.1"
OTHER_INTERVAL = "needs_heterogeneity: true", "needs_heterogeneity: false"
OTHER_MODEL = "primary_model: reml", "primary_model: common"


def compared(folder: DataFolder, before: str = LAST, now: str = NOW) -> Comparison:
    found = compare_versions(folder.path, before, now, lambda: present_states(load(folder.path)))
    return told_apart(folder.path, found, lambda: load(folder.path))


def changes(found: Comparison) -> dict[str, Change]:
    return {change.state.question.key: change for change in found.changes}


def causes(found: Comparison) -> dict[str, tuple[str, ...]]:
    """What moved each question that anything moved."""
    by = {key: tuple(cause for cause, _, _ in found.moved(c)) for key, c in changes(found).items()}
    return {key: why for key, why in by.items() if why}


@pytest.fixture
def clean(released: DataFolder) -> DataFolder:
    """The data as they were when the last version was released."""
    released.replace("protocol.yml", *DESCRIBED)
    return released


def test_where_nothing_differs_nothing_moved(clean: DataFolder) -> None:
    found = compared(clean)
    assert (causes(found), found.kind) == ({}, "no new evidence")
    assert len(found.steps) == 24


def test_a_change_of_method_alone_is_no_new_evidence(clean: DataFolder) -> None:
    clean.replace("protocol.yml", *OTHER_MODEL)
    found = compared(clean)
    assert set(causes(found)) >= {CELL, PAIN}
    assert set(causes(found).values()) == {("the method",)}
    assert found.kind == "new methods, conclusions changed"
    for key, steps in found.steps.items():
        now = changes(found)[key].now
        assert now is not None
        assert steps.by_method == steps.corrected
        assert same_result(steps.corrected, now), key
    clean.set_version("2027.05", "2027-05-03", trigger="x", methods="one common effect is assumed")
    assert freeze(clean.path, "2027.05").kind == "new methods, conclusions changed"


def test_a_rule_that_chooses_rows_is_method_though_every_number_moves(clean: DataFolder) -> None:
    """As `moved_trials` has it the trials have other numbers: their data are the same."""
    clean.replace("protocol.yml", "minimum_arm_size: 20", "minimum_arm_size: 60")
    found = compared(clean)
    assert any(change.lost_trials for change in found.changes)
    assert set(causes(found).values()) == {("the method",)}
    assert found.kind.startswith("new methods")


def test_a_corrected_value_is_a_correction(clean: DataFolder) -> None:
    clean.edit("outcomes.csv", ROW, effect="0.55")
    found = compared(clean)
    assert causes(found) == {CELL: ("corrections",)}
    assert found.kind == "corrected data, conclusions unchanged"
    clean.set_version("2027.05", "2027-05-03", trigger="a value was corrected", methods="none")
    assert freeze(clean.path, "2027.05").kind == "corrected data, conclusions unchanged"


@pytest.mark.parametrize("how", ["taken out", "usable now", "a new row"])
def test_what_was_not_pooled_or_is_not_any_more_is_evidence(clean: DataFolder, how: str) -> None:
    frozen = DataFolder(release_folder(clean.path, LAST) / "data")
    if how == "taken out":
        clean.edit("studies.csv", "gendreau-2024", status="excluded", reason="retracted")
    elif how == "usable now":
        frozen.edit("outcomes.csv", ROW, usable="no", not_usable_because="not printed")
        _freeze_again(clean, frozen)
    else:
        header, *rows = frozen.rows("outcomes.csv")
        frozen.write("outcomes.csv", [header, *(row for row in rows if row[0] != ROW)])
        _freeze_again(clean, frozen)
    found = compared(clean)
    assert causes(found) == {CELL: ("new evidence",)}
    assert found.kind.startswith("new evidence")


def _freeze_again(clean: DataFolder, frozen: DataFolder) -> None:
    """Let the last release say what its changed data give."""
    from analysis.versions.releases import STATES

    states = present_states(load(frozen.path, frozen=True))
    (frozen.path.parent / "results.json").write_bytes(STATES.dump_json(dict(states)))


def test_all_three_at_once_add_up_and_are_said_in_words(clean: DataFolder) -> None:
    clean.replace("protocol.yml", *OTHER_MODEL)
    clean.edit("outcomes.csv", ROW, effect="0.05")
    clean.edit("studies.csv", "friesen-2017", status="excluded", reason="retracted")
    found = compared(clean)
    assert causes(found)[CELL] == ("the method", "corrections", "new evidence")
    change = changes(found)[CELL]
    way = [
        state.primary.estimate
        for state in (change.before, *dict(found.steps[CELL]).values(), change.now)
        if state and state.primary
    ]
    # One common effect is the mean weighted by precision: of the old trials, of these with the
    # corrected number, and of these without the trial that was taken out.
    assert change.before is not None
    pooled = change.before.pooled.items()
    old = {name: (trial.effect, trial.variance) for name, trial in pooled}
    variance = 275 / (140 * 135) + 0.05**2 / (2 * (275 - 3.94))
    mended = old | {"gendreau-2024": (-0.05, variance)}
    left = {name: numbers for name, numbers in mended.items() if name != "friesen-2017"}
    assert way[1:] == pytest.approx([_mean(old), _mean(mended), _mean(left)])
    assert [round(estimate, 2) for estimate in way] == [-0.36, -0.36, -0.31, -0.3]
    assert where_from(found, change).startswith(
        "Of the change of +0.06, none comes from the method (SMD −0.36 (−0.49 to −0.23) became "
    )
    assert "), +0.05 from corrections and +0.01 from new evidence." in where_from(found, change)
    assert found.kind == "new evidence, conclusions changed"
    page = words(steps_section(found))
    assert words(where_from(found, change)) in page
    assert "The same data by the method of the draft" in page
    told = json.loads(comparison_json(Pair(found, moves_along([found]))))
    (cell,) = [c for c in told["changed"] if c["question"] == change.state.question.key]
    assert [move["by"] for move in cell["moved"]] == ["the method", "corrections", "new evidence"]
    assert [move["to"][0] for move in cell["moved"]] == [round(number, 6) for number in way[1:]]


def _mean(trials: Mapping[str, tuple[float, float]]) -> float:
    weights = {name: 1 / variance for name, (_, variance) in trials.items()}
    return sum(weights[name] * trials[name][0] for name in trials) / sum(weights.values())


def test_a_renamed_trial_moves_nothing(clean: DataFolder) -> None:
    change_files(clean.path, rename_study(clean.path, "gendreau-2024", "gendreaux-2024").changes)
    for before in (LAST, BEFORE):
        found, was = compared(clean, before), compare_versions(DATA, before, LAST, dict)
        assert causes(found) == causes(told_apart(DATA, was, lambda: load(DATA)))


def test_from_the_baseline_all_that_moved_is_evidence() -> None:
    found = told_apart(DATA, compare_versions(DATA, BEFORE, LAST, dict), lambda: load(DATA))
    assert set(causes(found).values()) == {("new evidence",)}
    assert len(causes(found)) == 11
    said = where_from(found, changes(found)[PAIN])
    assert said == (
        "All of the change of −0.16 comes from new evidence. By new evidence the interval now "
        "excludes the smallest important difference."
    )
    ratio = where_from(found, changes(found)["headache.pain.post"])
    assert ratio == "By new evidence no estimate became risk ratio 1.93 (1.04 to 3.60)."
    page = words(steps_section(found))
    assert "The method moved no questions, corrections moved no questions and new evidence" in page
    assert "SMD −0.37 (−0.59 to −0.15), k not recorded" in page
    assert "counted from the rebuilding of version 2013.11" in page
    way = "SMD −0.47 (−0.77 to −0.18), 2 trials the same the same SMD −0.63 (−1.00 to −0.25), 4"
    assert way in page


def test_the_steps_are_frozen_with_the_release_and_not_made_again(
    clean: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean.edit("outcomes.csv", ROW, effect="0.05")
    clean.set_version("2027.05", "2027-05-03", trigger="a value was corrected", methods="none")
    freeze(clean.path, "2027.05")
    again = compared(clean)
    monkeypatch.setattr("analysis.versions.told_apart._made_again", None)
    found = told_apart(
        clean.path, compare_versions(clean.path, LAST, "2027.05", dict), lambda: load(clean.path)
    )
    assert found.steps == again.steps
    assert causes(found) == {CELL: ("corrections",)}


def test_damaged_steps_are_named_and_not_passed_over(clean: DataFolder) -> None:
    (release_folder(clean.path, LAST) / "steps.json").write_text("{", encoding="utf-8")
    found = compare_versions(clean.path, BEFORE, LAST, dict)
    with pytest.raises(EvidenceError, match=r"steps\.json"):
        told_apart(clean.path, found, lambda: load(clean.path))


def test_a_version_that_this_software_no_longer_makes_has_no_steps(clean: DataFolder) -> None:
    path = release_folder(clean.path, LAST) / "results.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content[CELL]["primary"]["estimate"] += 0.01
    path.write_text(json.dumps(content), encoding="utf-8")
    found = compared(clean, BEFORE, LAST)
    assert set(changes(found)) - set(found.steps) == {CELL}
    assert CELL not in causes(found)


def test_old_data_that_do_not_pass_the_present_checks_stop_no_build(clean: DataFolder) -> None:
    frozen = DataFolder(release_folder(clean.path, LAST) / "data")
    frozen.edit("outcomes.csv", ROW, outcome="unheard of")
    found = compared(clean)
    assert found.steps == {}
    assert "cannot be told apart" in steps_section(found)


@pytest.fixture(scope="module")
def living() -> Mapping[str, Comparison]:
    """Every version of the living review against the one that it follows."""
    evidence = load(LIVING)
    return {
        release.name: told_apart(
            LIVING, compare_versions(LIVING, release.follows, release.name, dict), lambda: evidence
        )
        for release in releases(LIVING)
        if release.follows
    }


def test_every_result_of_the_living_review_that_moved_has_a_cause(
    living: Mapping[str, Comparison],
) -> None:
    for name, found in living.items():
        assert found.steps, name
        for key, change in changes(found).items():
            if key not in found.steps or change.before is None or change.now is None:
                continue
            moved = not same_result(change.before, change.now)
            assert not moved or found.moved(change), (name, key)
            assert where_from(found, change) or not found.moved(change)
