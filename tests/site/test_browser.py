"""The site in a real browser: for everyone, at any width, in both themes, and alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from analysis.book.contents import contents_of
from analysis.book.extensions.navigation import NOT_POOLED
from analysis.evidence.rows import Evidence
from analysis.synthesis.question_result import Synthesis
from tests.site.browser import (
    ASSISTANT,
    DESKTOP,
    NARROW,
    READ,
    THEMES,
    Notes,
    Visit,
    file_of,
    served,
    survey,
)
from tests.site.conftest import Built
from tests.site.test_kernels import one_of_each_kind

LIMIT = 600_000  # bytes of a page and of all that it loads
PHONE = {"width": NARROW[0], "height": 640}
FRONT = "index.html"
TRIALS = "results/included-trials.html"


@pytest.fixture(scope="module")
def visits(built: Built, living: Evidence, answers: Mapping[str, Synthesis]) -> list[Visit]:
    """Every page of the site, opened from disk; axe judges one of each make."""
    planned = contents_of(living.protocol).pages
    judged = one_of_each_kind(planned, answers)
    spared = {
        built.site / page.target.with_suffix(".html") for page in planned if page not in judged
    }
    pages = [*built.all_pages, *built.standing_alone]
    assert len(spared) < len(pages) / 2
    assert spared <= {*pages}
    return survey(built.site, pages, spared)


@pytest.fixture(scope="module")
def effect(answers: Mapping[str, Synthesis]) -> str:
    """The page of a question with the most trials."""
    most = max(answers.values(), key=lambda synthesis: len(synthesis.studies))
    return f"effects/{most.question.slug}.html"


@pytest.fixture(params=["front page", "page of a question"])
def name(request: pytest.FixtureRequest, effect: str) -> str:
    return FRONT if request.param == "front page" else effect


def weight(visit: Visit) -> int:
    """Bytes of everything the page loaded, itself included."""
    return sum(file_of(address).stat().st_size for address in set(visit.requests))


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(visits: list[Visit], theme: str, capsys: pytest.CaptureFixture) -> None:
    found = {visit.page: said for visit in visits if (said := visit.violations.get(theme))}
    judged = sum(theme in visit.violations for visit in visits)
    with capsys.disabled():
        print(f"\n{judged} pages, {theme}: {sum(map(len, found.values()))} violations", end=" ")
    assert found == {}


@pytest.mark.parametrize("width", NARROW)
def test_no_page_scrolls_sideways(visits: list[Visit], width: int) -> None:
    """320 px is a small phone; 640 px is a desktop of 1280 px at 200 %."""
    wide = {visit.page: visit.too_wide[width] for visit in visits if visit.too_wide[width]}
    assert wide == {}


def test_nothing_is_asked_of_another_host(
    visits: list[Visit], capsys: pytest.CaptureFixture
) -> None:
    asked = [address for visit in visits for address in visit.requests]
    with capsys.disabled():
        print(f"\n{len(asked)} requests, all to the site's own folder", end=" ")
    assert [address for address in asked if not address.startswith(("file:///", "data:"))] == []


def test_nothing_goes_wrong_on_any_page(visits: list[Visit]) -> None:
    """No error or warning in the console, no dialog, no file that is missing."""
    assert {visit.page: visit.complaints for visit in visits if visit.complaints} == {}


def test_no_page_is_heavy(visits: list[Visit], capsys: pytest.CaptureFixture) -> None:
    weights = sorted((weight(visit), visit.page) for visit in visits)
    shared = weight(next(v for v in visits if v.page == FRONT)) - _size(visits, FRONT)
    with capsys.disabled():
        heaviest, page = weights[-1]
        print(
            f"\nheaviest page {heaviest / 1000:.0f} kB ({page}, shared {shared / 1000:.0f})",
            end=" ",
        )
    assert [(page, size) for size, page in weights if size >= LIMIT] == []


def _size(visits: Sequence[Visit], page: str) -> int:
    visit = next(visit for visit in visits if visit.page == page)
    return file_of(visit.requests[0]).stat().st_size


def test_each_make_of_page_reads_the_same_without_javascript(
    visits: list[Visit], built: Built, browser: Browser
) -> None:
    page = browser.new_context(java_script_enabled=False, viewport=DESKTOP).new_page()
    for visit in visits:
        if visit.violations and visit.page != "search.html":
            page.goto((built.site / visit.page).as_uri())
            assert page.evaluate(READ).split() == visit.read.split(), visit.page


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_without_javascript_every_page_can_be_reached(
    built: Built, browser: Browser, viewport: Mapping[str, int], name: str
) -> None:
    page = browser.new_context(java_script_enabled=False, viewport=viewport).new_page()
    page.goto((built.site / name).as_uri())
    links = page.locator("nav.bd-links a")
    assert links.count() >= len(built.pages) - 1
    folded = page.locator("nav.bd-links details:not([open]) > summary")
    while folded.count():
        folded.first.press("Enter")
    for number in range(0, links.count(), 10):
        assert links.nth(number).is_visible()
    links.last.click()
    assert page.locator("h1").first.is_visible() and not page.url.endswith(name)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    built: Built, browser: Browser, name: str, viewport: Mapping[str, int]
) -> None:
    page = browser.new_context(viewport=viewport).new_page()
    page.goto((built.site / name).as_uri())
    assistant = page.evaluate_handle(ASSISTANT.read_text("utf-8"))
    operable = assistant.evaluate("assistant => assistant.operable()")
    reached: set[int] = set()
    unseen: set[int] = set()
    for _ in range(2 * len(operable)):  # what scrolls takes the focus, too
        page.keyboard.press("Tab")
        number, shows = assistant.evaluate("assistant => assistant.focused()")
        if number == 0 and reached:
            break
        reached.add(number)
        if not shows:
            unseen.add(number)
    assert [html for number, html in enumerate(operable) if number not in reached] == []
    assert [html for number, html in enumerate(operable) if number in unseen] == []


def test_the_skip_link_leads_past_the_navigation(
    built: Built, browser: Browser, effect: str
) -> None:
    page = browser.new_page()
    page.goto((built.site / effect).as_uri())
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_table_of_trials_can_be_sorted_and_filtered(
    built: Built, browser: Browser, living: Evidence
) -> None:
    trials = [trial for trial in living.trials.values() if trial.status == "included"]
    sized = [trial for trial in trials if trial.n_randomised_total is not None]
    page = browser.new_page()
    page.goto((built.site / TRIALS).as_uri())
    table = page.locator(".table-scroll.sortable", has_text="Randomised").first
    shown = table.locator("tbody tr:not([hidden])")
    every = shown.count()
    assert every == len(trials)
    header = table.locator("thead th", has_text="Randomised")
    for key, direction in (("Enter", "ascending"), ("Space", "descending")):
        header.locator("button").press(key)
        assert header.get_attribute("aria-sort") == direction
        cells = [row.locator("td.number").last.inner_text() for row in shown.all()]
        known = [int(cell.replace(",", "")) for cell in cells if cell != "–"]
        assert known == sorted(known, reverse=direction == "descending")
        assert len(known) == len(sized)
        assert set(cells[len(known) :]) <= {"–"}
    texts = [str(row.text_content()).lower() for row in shown.all()]
    words = f"{trials[0].diagnosis} {trials[0].country}".lower().split()
    wanted = sum(all(word in text for word in words) for text in texts)
    rows_with = page.get_by_label("Filter the rows of: Included trials")
    rows_with.fill(" ".join([*words, "no-trial-says-this"]))
    assert shown.count() == 0
    rows_with.fill(" ".join(words))
    assert shown.count() == wanted > 0
    said = page.locator(".table-tools [role=status]").first.inner_text()
    assert said == f"{shown.count()} of {every} rows"


def test_the_menu_folds_and_has_open_what_is_near(
    built: Built, browser: Browser, answers: Mapping[str, Synthesis]
) -> None:
    """Questions that no trial answers are one list in it; each page is in the menu once."""
    page = browser.new_context(viewport=DESKTOP).new_page()
    for synthesis in max(answers.values(), key=lambda each: each.k), *_unanswered(answers)[:1]:
        page.goto((built.site / f"effects/{synthesis.question.slug}.html").as_uri())
        near = page.locator("nav.bd-links details[open]")
        assert near.count() == 2
        assert near.last.locator("[aria-current=page]").is_visible()
    menu = page.locator("nav.bd-links")
    led_to = menu.locator("a").evaluate_all("links => links.map((link) => link.href)")
    assert len({*led_to}) == len(led_to) == len(built.pages) - 1  # the title leads to the front
    apart = menu.locator("details", has_text=NOT_POOLED).locator("a").all_text_contents()
    assert apart == [synthesis.title for synthesis in _unanswered(answers)]


def _unanswered(answers: Mapping[str, Synthesis]) -> list[Synthesis]:
    return [synthesis for synthesis in answers.values() if synthesis.primary is None]


def test_the_menus_open_by_keyboard_and_close_by_escape(built: Built, browser: Browser) -> None:
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto((built.site / FRONT).as_uri())
    navigation = page.locator("nav.bd-links")
    assert not navigation.is_visible()
    page.locator("button.primary-toggle").press("Enter")
    navigation.wait_for(state="visible")
    page.keyboard.press("Escape")
    navigation.wait_for(state="hidden")


def test_a_search_finds_pages_without_a_server(
    built: Built, browser: Browser, living: Evidence
) -> None:
    outcome = living.protocol.outcomes[-1]
    page = browser.new_page()
    notes = Notes.on(page)
    page.goto((built.site / "search.html").as_uri() + f"?{urlencode({'q': outcome.label})}")
    page.locator("#search-results a").first.wait_for()
    about = [question for question in living.protocol.questions if question.outcome == outcome.id]
    assert page.locator("#search-results a").count() >= len(about)
    assert notes.complaints == []


def test_the_site_is_the_same_from_a_server(
    visits: list[Visit], built: Built, browser: Browser
) -> None:
    page = browser.new_page()
    notes = Notes.on(page)
    pages = [visit.page for visit in visits if visit.violations]
    with served(built.site) as address:
        for name in pages:
            page.goto(f"{address}/{name}")
        elsewhere = [url for url in notes.requests if not url.startswith((address, "data:"))]
    assert elsewhere == []
    assert notes.complaints == []
    assert len(notes.requests) > len(pages)


def test_the_front_page_is_there_at_once(
    built: Built, browser: Browser, capsys: pytest.CaptureFixture
) -> None:
    page = browser.new_page()
    page.goto((built.site / FRONT).as_uri())
    painted = _first_paint(page)
    with capsys.disabled():
        print(f"\nfront page readable after {painted:.0f} ms", end=" ")
    assert painted > 0


def _first_paint(page: Page) -> float:
    """Milliseconds until the first text was drawn."""
    return page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => {
             const paint = list.getEntriesByName("first-contentful-paint")[0];
             if (paint) done(paint.startTime);
           }).observe({ type: "paint", buffered: true }))"""
    )


def test_the_survey_saw_every_page(visits: list[Visit], built: Built) -> None:
    """A page that was left out would pass every test above."""
    every = [*built.all_pages, *built.standing_alone]
    pages = [path.relative_to(built.site).as_posix() for path in every]
    assert [visit.page for visit in visits] == sorted(pages)
    assert all(visit.read.strip() for visit in visits)
