"""The frame's pages in the browser: for everybody to use, on every screen, by form alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from analysis.desk.desk import Desk
from tests.desk.repositories import team
from tests.desk.serving import served
from tests.evidence.folder import DataFolder
from tests.site.browser import ASSISTANT, THEMES, Notes, axe, chromium

ROW = "dear-2013.pain.post.1"
PHONE = {"width": 390, "height": 800}

pytestmark = pytest.mark.xdist_group("desk in the browser")


@pytest.fixture
def desk(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A clone in which a number was changed that others have changed otherwise."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    two = team(data)
    for clone, mean in ((two.ben, "4.2"), (two.anna, "4.3")):
        DataFolder(clone.data).edit("outcomes.csv", ROW, mean_intervention=mean)
        clone.commit()
    two.ben("push", "-q", "origin", "main")
    with served(two.anna.data) as opened:
        yield opened


def judged(page: Page) -> list[str]:
    """What axe and the width of a phone say of the page, in both themes."""
    page.evaluate(axe())
    assistant = page.evaluate_handle(ASSISTANT.read_text("utf-8"))
    found: list[str] = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        audit = "(assistant, onlyColours) => assistant.audit(onlyColours)"
        found += assistant.evaluate(audit, theme != THEMES[0])
    page.set_viewport_size(PHONE)
    found += assistant.evaluate("assistant => assistant.tooWide()")
    return found


def test_a_sitting_from_the_first_page_to_a_share(desk: Desk) -> None:
    with chromium() as browser:
        page = browser.new_context(viewport=PHONE).new_page()
        notes = Notes.on(page)
        found: dict[str, list[str]] = {}

        def look(name: str) -> None:
            found[name] = judged(page)

        page.goto(desk.address)
        assert page.url == f"http://127.0.0.1:{desk.port}/"
        page.get_by_role("link", name="Who works?").click()
        look("who works")
        page.get_by_label("anna").check()
        page.get_by_role("button", name="Work as this person").click()
        assert page.locator(".person span").inner_text() == "anna"
        look("first page")
        # By keyboard: the first stop leads past the header.
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
        page.get_by_role("link", name="Share").first.click()
        look("share")
        page.get_by_role("button", name="Share now").click()
        assert "Two of you gave one thing two values" in page.inner_text("h1")
        look("two values")
        page.get_by_label(re.compile(r"From the others: 4\.2")).check()
        page.get_by_role("button", name="Share with what I chose").click()
        assert page.inner_text("h1") == "Shared"
        assert {name: said for name, said in found.items() if said} == {}
        expected = [c for c in notes.complaints if "409" not in c]
        assert expected == []
        assert {address.split("/")[2] for address in notes.requests if address[:4] == "http"} == {
            f"127.0.0.1:{desk.port}"
        }
