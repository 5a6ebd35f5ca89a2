"""The release desk: what is previewed is what is released, by the same calls as the command."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.desk import release_desk
from analysis.desk.desk import Desk
from analysis.desk.saving import SEEN, seen
from analysis.pages.released_version import Told, release_version, state_version
from analysis.protocol import load_protocol
from analysis.versions.releases import releases
from tests.evidence.folder import DataFolder
from tests.files.contents import contents

TOLD = {
    "name": "2027.01",
    "day": "2027-01-15",
    "trigger": "one value was <b>corrected</b> & checked",
    "methods": "none",
}
KEPT = re.compile(rf'name="{SEEN}" value="(\w+)"')


def first(data: Path) -> str:
    return (data / "studies.csv").read_text("utf-8").splitlines()[1].split(",")[0]


def test_a_version_is_previewed_and_released_as_the_command_does(
    client, changed: Path, tmp_path: Path
) -> None:
    twin = tmp_path / "twin" / "data"
    shutil.copytree(changed, twin)
    asking = client()
    before = contents(changed)
    begun = asking.get("/release")
    assert "1 corrected value in studies.csv." in begun.text
    refused = asking.submit("/release/preview", {**TOLD, "methods": ""})
    assert refused.status_code == 422
    assert "say in version.methods what it does otherwise" in refused.text
    assert TOLD["name"] in refused.text
    shown = asking.submit("/release/preview", TOLD)
    assert shown.status_code == 200
    assert "one value was &lt;b&gt;corrected&lt;/b&gt; &amp; checked" in shown.text
    assert "corrected at the desk" in shown.text
    assert contents(changed) == before
    kept = {SEEN: KEPT.findall(shown.text)[0]}
    assert kept == {SEEN: seen(*release_desk._files(changed))}
    done = asking.submit("/release/make", {**TOLD, **kept})
    assert "Version 2027.01 is released" in done.text
    stated = load_protocol(changed / "protocol.yml").version
    state_version(twin, "2027.01", Told(stated.date, stated.trigger, stated.methods))
    release_version(twin, "2027.01")
    assert contents(changed) == contents(twin)


def test_what_was_not_previewed_is_not_released(client, changed: Path) -> None:
    asking = client()
    sent = {**TOLD, SEEN: seen(*release_desk._files(changed))}
    DataFolder(changed).edit("studies.csv", first(changed), diagnosis="meanwhile")
    before = contents(changed)
    refused = asking.submit("/release/make", sent)
    assert refused.status_code == 422
    assert "nothing was released" in " ".join(refused.text.split())
    assert contents(changed) == before


def test_a_page_says_that_it_is_being_made_and_a_second_press_makes_no_second(
    client, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stated, go_on = [], threading.Event(), threading.Event()

    def made(*of: object) -> object:
        begun.append(of)
        stated.set()
        go_on.wait(60)
        return SimpleNamespace(kind="corrections"), changed

    monkeypatch.setattr(release_desk, "release_version", made)
    desk = Desk(changed, patience=0)
    asking, other = client(desk=desk), client("ben", desk=desk)
    sent = {**TOLD, SEEN: seen(*release_desk._files(changed))}
    for each in (asking, other):
        shown = each.submit("/release/make", sent)
        assert (shown.status_code, shown.headers["Refresh"]) == (503, "2")
        assert "anna is releasing it" in shown.text
        assert stated.wait(60)
    otherwise = other.submit("/release/make", {**sent, "trigger": "something else"})
    assert otherwise.status_code == 422
    assert "anna is releasing a version at this moment" in otherwise.text
    assert "something else" in otherwise.text
    go_on.set()
    desk.releasing.finish(60)
    assert asking.get("/release/making", follow_redirects=False).status_code == 303
    assert "Version 2027.01 is released: corrections." in asking.get("/who").text
    assert len(begun) == 1


def test_a_release_nobody_has_seen_is_taken_back(client, changed: Path) -> None:
    asking = client()
    last = releases(changed)[-1].name
    asked = asking.get(f"/release/take-back/{last}")
    assert "its data and results go" in asked.text
    asking.submit(f"/release/take-back/{last}", {"why": "too early"})
    assert last not in {release.name for release in releases(changed)}
    account = next((changed / "withdrawn").glob("release-*/withdrawal.yml")).read_text("utf-8")
    assert "who: anna" in account
    assert "why: too early" in account


@pytest.mark.parametrize("name", ["2001.01", "..%2F..%2Fstudies.csv", "x"])
def test_a_release_that_there_is_not_is_said(client, changed: Path, name: str) -> None:
    assert client().get(f"/release/take-back/{name}").status_code in (404, 422)
    assert (changed / "studies.csv").is_file()


def test_a_page_says_that_it_is_working_out_what_changed(client, changed: Path) -> None:
    asking = client(desk=Desk(changed, patience=0))
    shown = asking.get("/release")
    assert (shown.status_code, shown.headers["Refresh"]) == (503, "2")
    assert "Working out what changed" in shown.text
    # What needs the answer waits for it.
    asking.submit("/release/preview", TOLD)
    assert "1 corrected value in studies.csv." in asking.get("/release").text
