"""The site as the watch serves it: with the pages that are shown ahead, and a script that listens.

Nothing of the script is in the site itself: it is linked while a page is served. Each page that
is served names what it is, and whoever has it open hears what it would be now; so a page is
loaded again if it differs, and only then.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import json
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from analysis.book.server import NOT_FOUND, Asked, File

SCRIPT = "_watch/watch.js"
EVENTS = "_watch/events"
FRONT = "index.html"
SECONDS_OF_SILENCE = 5.0
# A page whose policy allows it no scripts, such as one that stands alone, is left as it is.
ALLOWS_SCRIPTS = b"default-src 'self'"

_VERSIONS = re.compile(rb"\?v=[0-9a-f]{8}")
_WAITING = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The site is being made</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; style-src 'unsafe-inline'">
</head><body><h1>The site is being made</h1><p>This page shows it as soon as it stands.</p>
</body></html>
"""


@dataclass(frozen=True)
class Early:
    """A file that is shown ahead of the site, and when what made it so was asked for."""

    content: bytes
    since: float


@dataclass(eq=False)
class Listening:
    """A browser that has a page of the site in view."""

    page: str
    news: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class LiveSite:
    """What is served and said at this moment."""

    site: Path
    making: str = ""
    problems: tuple[str, ...] = ()
    styles: int = 0
    early: dict[str, Early] = field(default_factory=dict)
    listening: list[Listening] = field(default_factory=list)

    @property
    def open_document(self) -> str:
        """The document of the page that came into view last."""
        return self.listening[-1].page.removesuffix(".html") if self.listening else ""

    def say(self, making: str, problems: tuple[str, ...] | None = None) -> None:
        """Let the pages in view say what is being made, and what is wrong."""
        self.making = making
        self.problems = self.problems if problems is None else problems
        self.tell()

    def show(self, files: Mapping[str, bytes], since: float) -> None:
        """Show those files ahead of the site."""
        self.early |= {name: Early(content, since) for name, content in files.items()}
        self.tell()

    def forget(self, since: float) -> None:
        """Show nothing ahead any more that was asked for until then: the site tells it now."""
        self.early = {name: early for name, early in self.early.items() if early.since > since}
        self.tell()

    def tell(self) -> None:
        """Have every browser hear what is true now."""
        for each in self.listening:
            each.news.set()

    def page(self, name: str) -> bytes | None:
        """A page as it would be served, without the script; None where there is none."""
        if early := self.early.get(name):
            return early.content
        if not (self.site / FRONT).is_file():
            return _WAITING.encode()
        try:
            path = (self.site / name).resolve()
            return path.read_bytes() if path.is_relative_to(self.site.resolve()) else None
        except (OSError, ValueError):  # nothing is there, or the name can be none
            return None

    def state(self, page: str) -> str:
        """What a browser with that page in view has to know."""
        content = self.page(page)
        return json.dumps(
            {
                "page": None if content is None else _named(content),
                "styles": self.styles,
                "making": self.making,
                "problems": self.problems,
            }
        )

    def with_script(self, name: str, content: bytes) -> bytes:
        """The page with a link to the script, which is told what the page is."""
        if ALLOWS_SCRIPTS not in content:
            return content
        link = (
            f'<script defer src="/{SCRIPT}" data-address="/{EVENTS}" '
            f'data-name="{html.escape(name)}" data-page="{_named(content)}" '
            f'data-styles="{self.styles}"></script></head>'
        )
        return content.replace(b"</head>", link.encode(), 1)

    def handlers(self) -> list[tuple[str, type[Asked], dict[str, Any]]]:
        """Who answers before the files of the site do."""
        path = {"path": str(self.site), "default_filename": FRONT}
        return [
            (f"/{re.escape(SCRIPT)}", _Script, {}),
            (f"/{re.escape(EVENTS)}", _Events, {"live": self}),
            (r"/(.*)", _LiveFile, {**path, "live": self}),
        ]


def _named(content: bytes) -> str:
    """A name for what a page shows; the versions of its stylesheets are told apart from it."""
    return hashlib.sha256(_VERSIONS.sub(b"", content)).hexdigest()[:16]


class _Script(Asked):
    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.finish(Path(__file__).with_name("watch.js").read_bytes())


class _Events(Asked):
    """Server-sent events for one page in view, until it goes out of view."""

    def initialize(self, live: LiveSite) -> None:
        self.live = live
        self.listening: Listening | None = None

    async def get(self) -> None:
        listening = self.listening = Listening(self.get_query_argument("page"))
        self.live.listening.append(listening)
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        try:
            while listening in self.live.listening:
                listening.news.clear()
                self.write(f"data: {self.live.state(listening.page)}\n\n")
                await self.flush()
                await self._wait_for(listening.news)
        except StreamClosedError:
            pass
        finally:
            self.on_connection_close()

    async def _wait_for(self, news: asyncio.Event) -> None:
        """Wait until there is something to say; say nothing now and then, to see who listens."""
        while True:
            try:
                await asyncio.wait_for(news.wait(), SECONDS_OF_SILENCE)
                return
            except TimeoutError:
                self.write(":\n\n")
                await self.flush()

    def on_connection_close(self) -> None:
        if self.listening in self.live.listening:
            self.live.listening.remove(self.listening)
            self.listening.news.set()


class _LiveFile(File):
    """A file of the site, or what is shown ahead of it; a page with the script."""

    def initialize(self, path: str, default_filename: str, live: LiveSite) -> None:  # type: ignore[override]
        super().initialize(path, default_filename)
        self.live = live

    async def get(self, path: str, include_body: bool = True) -> None:
        name = path or FRONT
        early = self.live.early.get(name)
        is_page = name.endswith(".html") and not name.startswith("_static/")
        if early is None and not is_page:
            await super().get(path, include_body)
            return
        content = early.content if early else self._read(name)
        self.set_header("Content-Type", mimetypes.guess_type(name)[0] or "text/html")
        self.set_header("Cache-Control", "no-store")
        if include_body:
            self.write(self.live.with_script(name, content) if is_page else content)

    def _read(self, name: str) -> bytes:
        """The page, if it is one that the site's own server would hand out."""
        if (self.live.site / FRONT).is_file():
            self.path = self.parse_url_path(name)
            self.validate_absolute_path(self.root, self.get_absolute_path(self.root, self.path))
        content = self.live.page(name)
        if content is None:
            raise HTTPError(404)
        return content


def files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a page that is shown ahead: where in the site, and what they say."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(".") and name != NOT_FOUND:
            yield name, path.read_bytes()
