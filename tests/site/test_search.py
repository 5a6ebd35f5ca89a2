"""The search of the built site in a browser: what comes first, and how it is said."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.evidence.rows import Evidence
from tests.site.browser import ASSISTANT, DESKTOP, THEMES, Notes, axe, served
from tests.site.conftest import Built

GLOSSARY = "about/glossary"
EFFECTS = "effects/"
# What is typed, and how the name of the page begins that must come first; a letter is wrong here
# and there, and some words stand on no page.
FIRST = {
    "summary of findings": "bias/summary-of-findings",
    "summary of findings".replace("mm", "m"): "bias/summary-of-findings",
    "plain language": "about/plain-language-summary",
    "what's new": "living/whats-new",
    "Evidence maps": "results/evidence-map",
    "risk of bias": "bias/risk-of-bias",
    "search strategies".replace("ea", "e"): "methods/search-strategies",
    "downloads".replace("oa", "o"): "living/downloads",
    "who paid": "about/questions",
    "is it safe?": "results/acceptability",
    "CBT": GLOSSARY,
    "predicton interval": GLOSSARY,
    "randomized": GLOSSARY,
    "depresion": EFFECTS,
    "low mood": EFFECTS,
    "worry": EFFECTS,
}
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'&%00"
SPOKEN = "document.getElementById('search-status').textContent"


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.new_page(viewport=DESKTOP)


@pytest.fixture
def address(built: Built) -> str:
    """The site in its folder; that a server sends the same is tested with the policy's pages."""
    return built.site.as_uri()


def search(page: Page, address: str, query: str) -> list[str]:
    """Search for it; the documents that were found, the first first."""
    page.goto(f"{address}/search.html?{urlencode({'q': query})}")
    answered(page)
    links = page.locator(".search-hits > li > a")
    found = links.evaluate_all("links => links.map((link) => link.href)")
    start = len(urlsplit(address).path) + 1
    return [urlsplit(link).path[start:].removesuffix(".html") for link in found]


def answered(page: Page) -> None:
    """Wait for the answer; a function asked again would be text that the site's policy refuses."""
    expect(page.locator("#search-status")).to_have_text(
        re.compile("^(?!Searching)."), timeout=30_000
    )


def said(page: Page) -> str:
    return page.evaluate(SPOKEN)


def test_what_is_meant_comes_first(page: Page, address: str) -> None:
    notes = Notes.on(page)
    first = {query: search(page, address, query)[:1] for query in FIRST}
    wrong = {query: got for query, got in first.items() if not got[0].startswith(FIRST[query])}
    assert wrong == {}
    assert notes.complaints == []
    assert all(asked.startswith((address, "data:")) for asked in notes.requests)


def test_a_trial_is_found_by_its_name_with_and_without_accents(
    page: Page, built: Built, living: Evidence
) -> None:
    trial = next(t for t in living.trials.values() if t.status == "included")
    accented = trial.label.replace("o", "ö").replace("a", "á").replace("e", "é")
    for query in (trial.label, accented, trial.label.upper()):
        assert search(page, built.site.as_uri(), query)[0] == "results/included-trials", query
        assert urlsplit(page.locator(".search-hits a").first.evaluate("a => a.href")).fragment == (
            trial.study_id
        )


def test_a_find_is_quoted_in_its_sentence_and_a_slip_is_named(page: Page, built: Built) -> None:
    search(page, built.site.as_uri(), "heterogenity")
    assert "“heterogenity” is on no page: “Heterogeneity” is." in said(page)
    quoted = page.locator(".search-hits .context").all_inner_texts()
    assert quoted and all(len(text) <= 250 for text in quoted)
    assert not any(".ipynb" in text or "All pages" in text for text in quoted)
    marks = page.locator(".search-hits mark").all_inner_texts()
    assert {mark.lower() for mark in marks} == {"heterogeneity"}


def test_what_is_found_is_announced_and_readable_in_both_themes(page: Page, built: Built) -> None:
    found = search(page, built.site.as_uri(), "pain")
    assert page.get_by_role("status").inner_text().startswith(f"{len(found)} pages") or (
        "of which the first" in said(page)
    )
    assert page.evaluate("document.activeElement.value") == "pain"
    page.add_style_tag(content="* { transition: none !important; }")
    page.evaluate(axe())
    assistant = page.evaluate_handle(ASSISTANT.read_text("utf-8"))
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        assert assistant.evaluate("assistant => assistant.audit(false)") == []


def test_where_nothing_is_found_there_is_a_way_on(page: Page, built: Built) -> None:
    notes = Notes.on(page)
    assert search(page, built.site.as_uri(), "zzqqqxx") == []
    assert said(page).startswith("Nothing found for “zzqqqxx”.")
    page.locator("#search-results a").first.click()
    page.wait_for_url("**/about/plain-language-summary.html")
    assert notes.complaints == []


def test_hostile_words_are_words(page: Page, built: Built) -> None:
    notes = Notes.on(page)
    for query in (HOSTILE, "__proto__ constructor", "a" * 5000, "the of and", "(", "\u202e\0"):
        page.goto(f"{built.site.as_uri()}/search.html?{urlencode({'q': query})}")
        answered(page)
        assert page.locator("#search-results :is(img, script)").count() == 0
    assert notes.complaints == []


def test_words_in_any_field_of_any_page_are_searched_by_keyboard(page: Page, built: Built) -> None:
    page.goto((built.site / f"{GLOSSARY}.html").as_uri())
    page.keyboard.press("Control+k")
    page.keyboard.type("confidence interval")
    page.keyboard.press("Enter")
    page.locator(".search-hits a").first.wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.search-hits a')")


def test_what_is_not_there_is_said_in_the_sites_own_look(page: Page, built: Built) -> None:
    """At any depth; the page has all it loads, and its links lead home."""
    notes = Notes.on(page)
    with served(built.site) as address:
        answer = page.goto(f"{address}/effects/no/such/page.html")
        assert answer is not None and answer.status == 404
        assert page.locator("h1").inner_text() == "Page not found"
        assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("system-ui")
        missing = [said for said in notes.complaints if "404 (Not Found)" not in said]
        assert (missing, len(notes.complaints)) == ([], 1)
        page.evaluate(axe())
        assistant = page.evaluate_handle(ASSISTANT.read_text("utf-8"))
        assert assistant.evaluate("assistant => assistant.audit(false)") == []
        hrefs = page.locator("a[href]").evaluate_all("links => links.map((link) => link.href)")
        inside = {urlsplit(href).path for href in hrefs if href.startswith(address)}
        pages = {path for path in inside if path != "/effects/no/such/page.html"}
        assert len(pages) >= len(built.pages)
        assert [path for path in pages if not (built.site / path[1:]).is_file()] == []
        page.get_by_role("link", name="Begin at the front page").click()
        page.wait_for_url(f"{address}/index.html")
