"""The commands on the review as a whole: exit codes, and what they say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from analysis.commands import options, review
from analysis.files.problems import ReviewError
from analysis.files.writing import write_atomically
from analysis.protocol import load_protocol
from analysis.versions.releases import releases
from tests.commands.typed import typed
from tests.evidence.folder import DATA, DESCRIBED, DataFolder
from tests.publishing.project import write_results
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris
from tests.searching.notices import database, notice

NAMES = [release.name for release in releases(DATA)]


@pytest.fixture
def root(tmp_path: Path, syntheses, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's data with the results of its pages; no book is built."""
    shutil.copytree(DATA, tmp_path / "data")
    write_results(tmp_path / "results", syntheses)
    monkeypatch.setattr(options, "ROOT", tmp_path)
    monkeypatch.setattr(review, "_build", lambda jobs: None)
    return tmp_path


def put(root: Path, name: str, text: str) -> None:
    write_atomically(root / "data/searches/inbox" / name, text)


def test_an_update_takes_in_the_inbox_and_says_what_comes_next(root: Path) -> None:
    DataFolder(root / "data").replace("protocol.yml", *DESCRIBED)
    assert f"The site says: Version {NAMES[-1]} of " in typed("update")
    put(root, "2026-12-07-medline.ris", ovid_ris(articles(3)))
    said = typed("update")
    assert "Imported 2026-12-07-medline.ris: MEDLINE, 2026-12-07: 3 records" in said
    assert "3 different reports after deduplication." in said
    assert f"{NAMES[-1]} → now: nothing changed." in said
    assert f"The site says: Draft, changes since {NAMES[-1]}\n" in said
    again = typed("update")
    assert "Inbox: nothing new." in again
    assert "deduplication" not in again


def test_a_file_of_the_inbox_that_cannot_be_read_is_exit_code_4(root: Path) -> None:
    put(root, "savedrecs.ris", ovid_ris(articles(3)))
    put(root, "2026-12-07-medline.ris", ovid_ris(articles(3))[:-50])
    said = typed("update", exit_code=4)
    assert "savedrecs.ris: the name does not say day and source" in said
    assert "2026-12-07-medline.ris:" in said
    assert "Waiting for a person:" in said


def test_duplicates_are_sought_though_the_update_before_was_killed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "2026-12-07-medline.ris", ovid_ris(articles(3)))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("analysis.searching.duplicate_log.deduplicate", killed)
        typed("update", exit_code=130)
    said = typed("update")
    assert "Inbox: nothing new." in said
    assert "3 different reports after deduplication." in said


def test_evidence_that_is_not_valid_stops_the_update(root: Path) -> None:
    path = root / "data/outcomes.csv"
    path.write_text(path.read_text("utf-8").replace(",worse,", ",wrose,", 1), encoding="utf-8")
    with pytest.raises(ReviewError, match=r"outcomes\.csv:\d+: higher_is: 'wrose' was found"):
        typed("update")


def test_data_that_moved_on_ask_for_the_next_version(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "data/studies.csv"
    text = path.read_text("utf-8")
    assert ",US," in text
    path.write_text(text.replace(",US,", ",CA,", 1), encoding="utf-8")
    said = typed("update")
    assert "1 corrected value" in said
    next_step = 'Next: ./review release YEAR.MONTH --trigger "what led to it" --methods none'
    assert next_step in said.splitlines()


def test_a_release_without_a_name_says_which(root: Path) -> None:
    with pytest.raises(ReviewError, match=f"name the version.*release {NAMES[-1]}"):
        typed("release")


def test_a_release_warns_where_retractions_were_not_looked_for(root: Path) -> None:
    data = DataFolder(root / "data")
    data.set_version("2027.01", "2026-11-23", trigger="a scheduled search")
    said = typed("release", "2027.01")
    assert "Release 2027.01 " in said
    warning = "Warning: retraction notices were never looked for (./review notices FILE)."
    assert warning in said
    found = root / "rw.csv"
    found.write_text(database([notice(1, RetractionDate="11/20/2026 0:00")]), newline="")
    said = typed("notices", str(found), "--data", str(root / "data"))
    assert "1 notice as of 2026-11-20, 0 of them about a trial of this review." in said
    told = ("--trigger", "retraction notices were looked up", "--day", "2026-11-23")
    with pytest.raises(ReviewError, match=r"say in version\.methods what it does otherwise"):
        typed("release", "2027.02", *told)
    assert load_protocol(data.path / "protocol.yml").version.name == "2027.01"
    assert "Warning" not in typed("release", "2027.02", *told, "--methods", "none")
    stated = load_protocol(data.path / "protocol.yml").version
    assert (stated.name, stated.date.isoformat(), stated.trigger, stated.methods) == (
        "2027.02", "2026-11-23", "retraction notices were looked up", "none"
    )  # fmt: skip


def test_every_release_is_verified_where_none_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "analysis.versions.freezing.verify", lambda data, name: asked.append(name) or ()
    )
    assert typed("release", "--verify").count("follows from its own data") == len(NAMES)
    assert asked == NAMES


def test_a_release_that_does_not_follow_from_its_data_is_an_error(root: Path) -> None:
    path = root / f"data/releases/{NAMES[0]}/data/outcomes.csv"
    path.write_text(path.read_text("utf-8") + "\n", encoding="utf-8")
    with pytest.raises(ReviewError, match=f"release {NAMES[0]} is not what its data give"):
        typed("release", NAMES[0], "--verify")


def test_the_difference_as_json_is_whole(root: Path) -> None:
    found = json.loads(typed("diff", *NAMES[:2], "--json"))
    assert (found["before"], found["now"]) == tuple(NAMES[:2])
    assert found["kind"].startswith("new evidence")
    change = next(c for c in found["changed"] if c["now"]["trials"] > 2)
    for name in ("trials", "participants", "estimate", "prediction", "tau2", "i2", "certainty"):
        assert change["now"][name] is not None
    assert change["trials"]["new"]
