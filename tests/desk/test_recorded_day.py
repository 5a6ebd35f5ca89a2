"""A day at the desk in Chromium: two people, a conflict, two extractors, judgements, a release.

The files are those that the commands write, and every page of the day is usable by everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from tests.desk import day
from tests.desk.test_look import judged
from tests.site.browser import DESKTOP, Notes, chromium, program

pytestmark = pytest.mark.xdist_group("a day at the desk")

STUDY, WORKING = day.STUDY, 503
# What no other test of the desk judges.
PAGES = (
    "/extract", f"/extract/{STUDY}/trial", f"/extract/{STUDY}/result/{STUDY}.pain.post.1",
    f"/extract/{STUDY}/both", f"/judge/verify/{STUDY}",
    f"/judge/assess/{STUDY}?tool=RoB+2&outcome=pain&timepoint=post",
    "/judge/rulings", "/judge/certainty/non-headache-pain-post", "/release",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program()
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def done(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data after the day at the desk."""
    data = day.begin(tmp_path_factory.mktemp("desk-day"))
    day.done(day.at_the_desk(browser, data))
    return data


def test_the_files_of_the_day_are_those_of_the_commands(done: Path, tmp_path: Path) -> None:
    data = day.begin(tmp_path)
    day.done(day.by_the_commands(data))
    typed, filled_in = day.files(data), day.files(done)
    assert typed.keys() == filled_in.keys()
    assert [name for name, said in typed.items() if filled_in[name] != said] == []


def test_every_page_of_the_day_is_usable_by_everybody(done: Path, browser: Browser) -> None:
    """What axe says in both themes, and the width of a phone."""
    wrong: list[object] = []
    with day.desk_on(done, "--who", "anna") as address:
        page = browser.new_page()
        notes = Notes.on(page)
        page.goto(address)
        for path in PAGES:
            page.set_viewport_size(DESKTOP)
            there = address.split("/?")[0] + path
            while path == "/release" and page.request.get(there).status == WORKING:
                page.wait_for_timeout(200)
            reply = page.goto(there)
            assert reply is not None
            if reply.status != 200:
                wrong.append((path, reply.status))
            wrong += [(path, each) for each in judged(page)]
    assert wrong + notes.complaints == []


def test_what_is_typed_while_the_fields_of_a_format_come_stays(
    done: Path, browser: Browser
) -> None:
    """The desk answers when the person is at the next field; no reply takes a word away."""
    with day.desk_on(done, "--who", "ben") as address:
        page = browser.new_page()
        page.goto(address)
        held: list[Route] = []
        page.route("**/tried", lambda route: held.append(route))
        page.goto(f"{address.split('/?')[0]}/extract/{STUDY}/result/{STUDY}.pain.post.1")
        with page.expect_request("**/tried"):
            page.select_option("#reported", "median")
        with page.expect_request("**/tried"):  # the first is given up
            page.fill("[name=n_control]", "59")
        page.fill("[name=n_intervention]", "61")
        with page.expect_response("**/tried"):
            held[-1].continue_()
        page.wait_for_selector("[name=median_control]")
        assert page.input_value("[name=n_control]") == "59"
        assert page.input_value("[name=n_intervention]") == "61"
        page.unroute_all(behavior="ignoreErrors")
