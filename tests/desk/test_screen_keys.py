"""Screening in the browser: each key presses a button, on pages that everybody can use."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from analysis.screening.decisions import load_screening
from tests.desk.serving import served
from tests.desk.test_look import PHONE, judged
from tests.site.browser import Notes, chromium

STAGE = "title-abstract"
DESKTOP = {"width": 1280, "height": 800}

pytestmark = pytest.mark.xdist_group("desk in the browser")


def press(page: Page, *keys: str) -> None:
    """Press keys, the last of which leads to the next page."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(keys[-1])


def test_a_sitting_by_keys(data: Path) -> None:
    with served(data) as desk, chromium() as browser:
        page = browser.new_context(viewport=DESKTOP).new_page()
        notes = Notes.on(page)
        page.goto(desk.address)
        page.goto(f"http://127.0.0.1:{desk.port}/who")
        page.get_by_label("anna").check()
        page.get_by_role("button", name="Work as this person").click()

        def said(stage: str = STAGE) -> list[tuple[str, str]]:
            decisions = [d for d in load_screening(data).decisions if d.who == "anna"]
            return [(d.decision, d.criterion) for d in decisions if d.stage == stage]

        found: dict[str, list[str]] = {}
        address = f"http://127.0.0.1:{desk.port}/screen"
        for path in (f"/{STAGE}", f"/{STAGE}/decided", f"/{STAGE}/last", f"/{STAGE}/differences"):
            page.goto(address + path)
            found[path] = judged(page)
        page.set_viewport_size(DESKTOP)
        page.goto(f"{address}/{STAGE}")
        before = len(said())
        page.get_by_label("Note").fill("i e u b")
        assert len(said()) == before
        page.locator("h1").click()
        press(page, "e", "4")
        assert said()[before:] == [("exclude", "design")]
        assert load_screening(data).decisions[-1].note == "i e u b"
        press(page, "b")
        assert said()[-1][0] == "withdrawn"
        press(page, "e", "Enter")
        press(page, "u")
        assert said()[-2:] == [("exclude", ""), ("unsure", "")]
        assert "nothing more waits" in page.inner_text("h1")
        page.set_viewport_size(PHONE)
        page.goto(f"{address}/{STAGE}/differences")
        page.locator(".decided a").first.click()
        found["a conflict"] = judged(page)
        press(page, "i")
        assert "Nothing is left to settle here." in page.inner_text("main")
        assert {name: faults for name, faults in found.items() if faults} == {}
        assert notes.complaints == []
