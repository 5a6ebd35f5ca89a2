"""The release desk: what is previewed is what is released, by the same calls as the command."""

from __future__ import annotations

import datetime as dt
import errno
import html
import re
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.desk import release_desk
from analysis.desk.desk import Desk
from analysis.desk.saving import SEEN
from analysis.files import together
from analysis.pages import released_version
from analysis.pages.released_version import Told, release_version
from analysis.protocol import load_protocol
from analysis.versions.releases import Release, release_folder, releases
from tests.desk.asking import Asking
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


def previewed(asking: Asking) -> dict[str, str]:
    """The form of the page that shows what would be released."""
    return {**TOLD, SEEN: KEPT.findall(asking.submit("/release/preview", TOLD).text)[0]}


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
    done = asking.submit("/release/make", {**TOLD, SEEN: KEPT.findall(shown.text)[0]})
    assert "Version 2027.01 is released" in done.text
    stated = load_protocol(changed / "protocol.yml").version
    release_version(twin, "2027.01", Told(stated.date, stated.trigger, stated.methods))
    assert contents(changed) == contents(twin)


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_fails_is_told_once_and_what_was_not_previewed_is_not_released(
    client, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, other = client(), client("ben")
    sent, before = previewed(asking), contents(changed)
    with monkeypatch.context() as patched:
        patched.setattr(together, "finish_change", full)
        refused = asking.submit("/release/make", sent)
    assert (refused.status_code, "No space left on device" in refused.text) == (422, True)
    assert TOLD["trigger"] in html.unescape(refused.text)
    assert contents(changed) == before
    for each in (asking, other):
        assert "No space left" not in each.get("/release/making").text
    DataFolder(changed).edit("studies.csv", first(changed), diagnosis="meanwhile")
    before = contents(changed)
    asking.submit("/release/make", sent, follow_redirects=False)
    assert "anna has not released version 2027.01: " in other.get("/release/making").text
    refused = asking.get("/release/making")
    assert refused.status_code == 422
    assert "nothing was released" in " ".join(refused.text.split())
    assert contents(changed) == before


def copied(data: Path, name: str) -> Release:
    """The last release once more, as if it were just frozen."""
    last = releases(data)[-1]
    shutil.copytree(release_folder(data, last.name), release_folder(data, name))
    return last.model_copy(update={"name": name})


@pytest.mark.parametrize("step", ["freeze", "page_of", "cite_last_release"])
def test_a_release_that_fails_leaves_the_data_as_they_were(
    changed: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(released_version, "freeze", copied)
    monkeypatch.setattr(released_version, "page_of", lambda *_, **__: changed)
    monkeypatch.setattr(released_version, step, full)
    before, told = contents(changed), Told(dt.date(2027, 1, 15), "a search", "none")
    with pytest.raises(OSError, match="No space left"):
        release_version(changed, TOLD["name"], told)
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
    sent = previewed(asking)
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
