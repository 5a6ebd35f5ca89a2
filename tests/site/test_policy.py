"""The content security policy: every page has it and keeps to it, and what it is for it does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from analysis.book.extensions.policy import POLICY, policy_tag
from analysis.figures import style
from tests.site.browser import Notes, served
from tests.site.conftest import Built
from tests.site.reading import Documents
from tests.site.test_links import addresses

REFUSED = "Content Security Policy"
# What a text would have to bring into a page, each noted by the page if it runs.
INTRUDERS = """
<script>window.ran = [...(window.ran ?? []), "script"]</script>
<img alt="" src="data:image/png;base64," onerror="window.ran = [...(window.ran ?? []), 'handler']">
<script src="data:text/javascript,window.ran = [...(window.ran ?? []), 'data']"></script>
"""


@pytest.fixture(scope="module", params=["folder", "server"])
def address(request: pytest.FixtureRequest, built: Built) -> Iterator[str]:
    """Where the site is read: opened from a folder, and served."""
    reading = served(built.site) if request.param == "server" else nullcontext(built.site.as_uri())
    with reading as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Page:
    """A page of a visit of its own: nothing of another is stored there."""
    return browser.new_page()


def test_every_page_begins_with_the_policy(documents: Documents) -> None:
    for name, document in documents.items():
        (policy,) = document.find_all("meta", attrs={"http-equiv": True})
        assert policy["http-equiv"] == "Content-Security-Policy", name
        assert f'content="{policy["content"]}"' in policy_tag(), name
        assert policy.parent and policy.parent.name == "head", name
        former = {(tag.name, tag.get("name")) for tag in policy.find_previous_siblings(True)}
        assert former <= {("meta", None), ("meta", "viewport")}, name  # the first says the encoding


def test_scripts_come_from_files_of_the_site_and_from_nowhere_else(documents: Documents) -> None:
    assert POLICY["default-src"] == "'self' file:"
    assert "script-src" not in POLICY
    for name, document in documents.items():
        # What a browser runs: a block of data has a type of its own.
        scripts = document.find_all("script", type=lambda kind: kind != "application/ld+json")
        assert scripts, name
        assert all("//" not in str(script["src"]) and not script.text for script in scripts), name
        handlers = [
            (tag.name, attribute)
            for tag in document.find_all(True)
            for attribute in tag.attrs
            if attribute.startswith("on")
        ]
        assert handlers == [], name
    assert [found for found in addresses(documents) if found[1].startswith("javascript:")] == []


@pytest.mark.parametrize("policy", [policy_tag(), ""], ids=["with", "without"])
@pytest.mark.parametrize("reading", ["folder", "server"])
def test_a_script_that_got_into_a_page_does_not_run(
    built: Built, page: Page, tmp_path: Path, policy: str, reading: str
) -> None:
    shutil.copytree(built.site / "_static", tmp_path / "_static")
    sound = (built.site / "index.html").read_text("utf-8")
    damaged = sound.replace(policy_tag(), policy).replace("</article>", f"{INTRUDERS}</article>")
    (tmp_path / "index.html").write_text(damaged, encoding="utf-8")
    notes = Notes.on(page)
    with served(tmp_path) if reading == "server" else nullcontext(tmp_path.as_uri()) as found:
        page.goto(f"{found}/index.html")
    refused = [complaint for complaint in notes.complaints if REFUSED in complaint]
    if policy:
        assert page.evaluate("window.ran") is None
        assert len(refused) == 3
    else:
        assert sorted(page.evaluate("window.ran")) == ["data", "handler", "script"]
        assert refused == []


def test_the_appearance_is_chosen_and_stays(page: Page, address: str) -> None:
    notes = Notes.on(page)
    page.emulate_media(color_scheme="dark")
    page.goto(f"{address}/index.html")
    shown = "document.documentElement.dataset.{}"
    assert page.evaluate(shown.format("theme")) == "dark"
    page.locator(".theme-switch-button").click()
    mode = page.evaluate(shown.format("mode"))
    assert mode != "auto"
    page.goto(f"{address}/about/glossary.html")
    assert page.evaluate(shown.format("mode")) == mode
    assert notes.complaints == []


def test_a_page_is_printed_by_its_button(page: Page, address: str) -> None:
    notes = Notes.on(page)
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto(f"{address}/results/overview.html")
    page.locator(".dropdown-download-buttons > button").click()
    page.locator(".btn-download-pdf-button").click()
    assert page.evaluate("window.printed") is True
    assert notes.complaints == []


def test_a_figure_is_saved_as_a_picture_by_its_button(page: Page, address: str) -> None:
    notes = Notes.on(page)
    page.goto(f"{address}/results/overview.html")
    with page.expect_download() as saved:
        page.get_by_role("button", name="PNG of the figure overview", exact=True).click()
    picture = Image.open(saved.value.path())
    assert saved.value.suggested_filename == "overview-overview.png"
    assert (picture.format, picture.width) == ("PNG", 3 * int(style.WIDTH))
    assert len(picture.convert("RGB").getcolors(picture.width * picture.height)) > 20
    assert notes.complaints == []


def test_the_search_page_waits_for_words_and_finds_pages(page: Page, address: str) -> None:
    notes = Notes.on(page)
    page.goto(f"{address}/search.html")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("heterogeneity")
    page.keyboard.press("Enter")
    page.locator("#search-results .search-hits p.context").first.wait_for()
    assert "q=heterogeneity" in page.url
    assert notes.complaints == []
