"""The built site in Chromium: every page opened once, and everything a test asks of it noted."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

from analysis.book.server import serving

THEMES = ("light", "dark")
# A small phone, and a desktop of 1280 px zoomed to 200 %.
NARROW = (320, 640)
DESKTOP = {"width": 1280, "height": 900}
BROWSERS = 2
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for elsewhere is noted, and goes nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# What a page says, but for what scripts make: the reader's own analysis, figures as PNG.
READ = """() => {
  const made = [...document.querySelectorAll(".own-analysis, .figure-offers button")];
  made.forEach((part) => { part.hidden = true; });
  const said = document.querySelector("article, .bd-search-container").innerText;
  made.forEach((part) => { part.hidden = false; });
  return said;
}"""
ASSISTANT = Path(__file__).with_name("audit.js")


@dataclass(frozen=True)
class Visit:
    """One page as the browser saw it; `requests` are addresses, the page's own first."""

    page: str
    violations: Mapping[str, tuple[str, ...]]
    too_wide: Mapping[int, tuple[str, ...]]
    read: str
    requests: tuple[str, ...]
    complaints: tuple[str, ...]


def program() -> str:
    """Where Chromium is; skips where it is not installed."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of one's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def axe() -> str:
    """axe-core as its Python package carries it."""
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None or package.origin is None:
        pytest.skip("axe-playwright-python is not installed")
    return Path(package.origin).with_name("axe.min.js").read_text("utf-8")


@dataclass
class Notes:
    """What a page asks for, and what it complains of."""

    requests: list[str]
    complaints: list[str]

    @classmethod
    def on(cls, page: Page) -> Notes:
        notes = cls([], [])
        page.on("request", lambda request: notes.requests.append(request.url))
        page.on("requestfailed", notes.miss)
        page.on("pageerror", lambda error: notes.complaints.append(str(error)))
        page.on("console", notes.hear)
        page.on("dialog", notes.dismiss)
        return notes

    def miss(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left before it was there
            self.complaints.append(f"failed: {request.url}")

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def survey(site: Path, pages: Sequence[Path], spared: Collection[Path] = ()) -> list[Visit]:
    """Open every page from disk, in as many browsers as are worth it.

    Of those that are `spared` axe says nothing: pages of the same make say the same to it.
    """
    program()
    judge = axe()
    shares = [pages[start::BROWSERS] for start in range(BROWSERS)]
    with ThreadPoolExecutor(BROWSERS) as pool:
        visits = pool.map(lambda share: _visit_all(site, share, judge, spared), shares)
    return sorted((visit for share in visits for visit in share), key=lambda visit: visit.page)


def _visit_all(
    site: Path, pages: Sequence[Path], judge: str, spared: Collection[Path]
) -> list[Visit]:
    with chromium() as browser:
        return [_visit(browser, site, page, judge, page in spared) for page in pages]


def _visit(browser: Browser, site: Path, path: Path, judge: str, spared: bool) -> Visit:
    # A context of its own: each page as a first visit finds it.
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    page = context.new_page()
    notes = Notes.on(page)
    page.goto(path.as_uri())
    read, asked = page.evaluate(READ), tuple(notes.requests)
    page.add_style_tag(content="* { transition: none !important; }")  # judge no half-way colour
    page.evaluate(judge)
    assistant = page.evaluate_handle(ASSISTANT.read_text("utf-8"))
    violations, too_wide = {}, {}
    for theme in () if spared else THEMES:
        page.emulate_media(color_scheme=theme)
        # A page that stands alone has no theme: it follows the reader's system by its style.
        page.wait_for_function(
            "theme => [theme, undefined].includes(document.documentElement.dataset.theme)",
            arg=theme,
        )
        audit = "(assistant, onlyColours) => assistant.audit(onlyColours)"
        violations[theme] = tuple(assistant.evaluate(audit, theme != THEMES[0]))
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 640})
        too_wide[width] = tuple(assistant.evaluate("assistant => assistant.tooWide()"))
    context.close()
    name = path.relative_to(site).as_posix()
    return Visit(name, violations, too_wide, read, asked, tuple(notes.complaints))


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The site on this machine, as `make serve` shows it; yields its address."""
    loop = asyncio.new_event_loop()
    server = serving(site, 0)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def file_of(address: str) -> Path:
    """The file behind a `file:` address."""
    return Path(unquote(urlsplit(address).path))
