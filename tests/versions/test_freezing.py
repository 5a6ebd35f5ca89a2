"""Releases: each follows from its own data at any time, and none is changed or half made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from analysis.files.problems import EvidenceError, ReviewError
from analysis.protocol import load_protocol
from analysis.versions import freezing as living
from analysis.versions.freezing import freeze, freeze_baseline, verify
from analysis.versions.releases import previous_release, read_states, release_folder, releases
from tests.evidence.folder import DATA, DataFolder

NAMES = [release.name for release in releases(DATA)]
PRESENT = NAMES[-1]
NEXT, LATER, LATEST = "2027.11", "2028.11", "2029.11"


def set_version(folder: DataFolder, name: str, day: str) -> None:
    """The next version, which says of itself what the present one says."""
    said = load_protocol(folder.path / "protocol.yml").version
    folder.set_version(name, day, trigger=said.trigger, methods=said.methods)


def tell(folder: DataFolder, **said: str) -> None:
    """Write what the version says of itself."""
    version = load_protocol(folder.path / "protocol.yml").version
    told = {"trigger": version.trigger, "methods": version.methods} | said
    folder.set_version(version.name, version.date, **told)


def without(folder: Path, *names: str) -> Path:
    for name in names:
        shutil.rmtree(folder / "releases" / name)
    return folder


def test_there_are_the_baseline_and_the_present_release() -> None:
    assert NAMES[0] == "2013.11"
    assert load_protocol(DATA / "protocol.yml").version.name == PRESENT


@pytest.mark.parametrize("name", NAMES)
def test_a_release_of_this_repository_follows_from_its_own_data(name: str) -> None:
    assert verify(DATA, name) == ()


def test_the_baseline_release_holds_the_baseline_trials_alone(evidence) -> None:
    pooled = {
        trial.study_id
        for state in read_states(DATA, "2013.11").values()
        for trial in state.trials
    }  # fmt: skip
    assert pooled
    assert pooled <= {t.study_id for t in evidence.trials.values() if t.in_baseline}


def test_a_number_changed_in_a_frozen_file_is_told(released: DataFolder) -> None:
    frozen = DataFolder(release_folder(released.path, PRESENT) / "data")
    row = next(row for row in frozen.rows("outcomes.csv") if "gendreau-2024" in row[0])
    frozen.edit("outcomes.csv", row[0], effect="0.55")
    found = verify(released.path, PRESENT)
    assert found[0] == "outcomes.csv is not the file that was frozen"
    assert any("disability.post" in said and "is made now" in said for said in found[1:])


def test_a_number_changed_in_the_frozen_results_is_told(released: DataFolder) -> None:
    path = release_folder(released.path, "2013.11") / "results.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    key = "non-headache.disability.post"
    content[key]["primary"]["estimate"] += 0.001
    path.write_text(json.dumps(content), encoding="utf-8")
    (said,) = verify(released.path, "2013.11")
    assert said.startswith(f"{key}.primary.estimate: ")


def test_the_next_version_is_frozen_whole_and_names_what_it_follows(released: DataFolder) -> None:
    set_version(released, NEXT, "2027-11-20")
    made = freeze(released.path, NEXT)
    assert (made.name, made.follows, made.kind) == (NEXT, PRESENT, "no new evidence")
    assert releases(released.path)[-1] == made
    assert verify(released.path, NEXT) == ()
    with pytest.raises(ReviewError, match="exists: a release is never changed"):
        freeze(released.path, NEXT)


@pytest.mark.parametrize("key", ["trigger", "methods"])
def test_a_release_says_what_led_to_it_and_what_it_does_otherwise(
    released: DataFolder, key: str
) -> None:
    set_version(released, NEXT, "2027-11-20")
    tell(released, **{key: " "})
    with pytest.raises(ReviewError, match=rf"data/protocol\.yml: say in version\.{key} what"):
        freeze(released.path, NEXT)
    assert not release_folder(released.path, NEXT).exists()


def test_a_release_does_not_repeat_what_the_last_one_said(
    released: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = read_states(released.path, PRESENT)
    monkeypatch.setattr(living, "present_states", lambda _: states)
    set_version(released, NEXT, "2027-11-20")
    freeze(released.path, NEXT)
    set_version(released, LATER, "2028-11-20")
    with pytest.raises(ReviewError, match=f"version.trigger is what version {NEXT} said"):
        freeze(released.path, LATER)
    tell(released, trigger="The search of May 2028 found a trial.")
    with pytest.raises(ReviewError, match=f"version.methods is what version {NEXT} said"):
        freeze(released.path, LATER)
    tell(released, methods="none")
    freeze(released.path, LATER)
    set_version(released, LATEST, "2029-11-20")
    tell(released, trigger="the  search of May 2028 FOUND a trial")
    with pytest.raises(ReviewError, match=f"version.trigger is what version {LATER} said"):
        freeze(released.path, LATEST)
    tell(released, trigger="a search without a new trial")
    assert freeze(released.path, LATEST).follows == LATER


def test_the_baseline_is_frozen_from_the_present_data(released: DataFolder) -> None:
    without(released.path, *NAMES)
    made = freeze_baseline(released.path)
    assert (made.name, made.follows, made.kind) == ("2013.11", None, None)
    assert verify(released.path, "2013.11") == ()


def test_a_name_that_the_protocol_does_not_say_is_refused(released: DataFolder) -> None:
    with pytest.raises(ReviewError, match=rf"the protocol says version {PRESENT}: set"):
        freeze(released.path, NEXT)


@pytest.mark.parametrize("name", ["", "next", "2026.13", "2026.00", "../2026.11", "2026.1"])
def test_a_name_that_is_no_year_and_month_is_refused(name: str) -> None:
    with pytest.raises(ReviewError, match="is not a release's name: year"):
        release_folder(DATA, name)


def test_an_unknown_release_is_refused_with_those_there_are() -> None:
    with pytest.raises(ReviewError, match=r"no release '2001\.01'; there are: 2013\.11"):
        read_states(DATA, "2001.01")


def test_what_cannot_be_finished_leaves_nothing(
    released: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    without(released.path, PRESENT)
    before = sorted((released.path / "releases").iterdir())
    monkeypatch.setattr(living, "present_states", fails)
    with pytest.raises(KeyboardInterrupt):
        freeze(released.path, PRESENT)
    assert sorted((released.path / "releases").iterdir()) == before


def test_a_damaged_release_is_named(released: DataFolder) -> None:
    path = release_folder(released.path, PRESENT) / "release.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"release\.json"):
        releases(released.path)


def test_the_release_before_a_version_is_not_its_own() -> None:
    version = load_protocol(DATA / "protocol.yml").version
    found = previous_release(DATA, version.name, version.date)
    assert found is not None
    assert found.name == NAMES[-2]
