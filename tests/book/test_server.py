"""`./review serve`: the files of the site to browsers of this machine, whoever else asks."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.book import server
from analysis.book.server import serving
from analysis.commands import options
from analysis.commands.command_line import app
from analysis.files.problems import ReviewError

Test = Callable[[int], Awaitable[None]]


NOT_FOUND = '<html data-content_root="/a/b/"><a href="/a/b/index.html"><a href="https://a.b/a/b/">'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    made = tmp_path / "site"
    (made / "effects").mkdir(parents=True)
    (made / "index.html").write_text("<p>front</p>", encoding="utf-8")
    (made / "effects" / "pain.html").write_text("<p>pain</p>", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (made / "link.txt").symlink_to(tmp_path / "secret.txt")
    return made


def on(site: Path, test: Test) -> None:
    """Run that test while the site is served; whatever hangs has failed."""

    async def run() -> None:
        async with serving(site, 0) as address:
            await asyncio.wait_for(test(int(address.rpartition(":")[2])), 60)

    asyncio.run(run())


async def asked(port: int, request: str) -> str:
    """The answer to a request, to its end; nothing where the server has hung up on it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    try:
        return (await reader.read()).decode()
    except ConnectionResetError:
        return ""
    finally:
        writer.close()


async def got(port: int, path: str, *headers: str, host: str = "127.0.0.1:8000") -> str:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    return await asked(port, "\r\n".join([*lines, "", ""]))


async def idle(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A client that begins to speak and does not end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /index.html HT")
    return reader, writer


async def hung_up(client: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> bool:
    """Wait until nothing comes any more from there; whether nothing ever did."""
    reader, writer = client
    said = await reader.read()
    writer.close()
    return said == b""


def test_pages_are_served_by_each_name_of_this_machine(site: Path) -> None:
    async def test(port: int) -> None:
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", "localhost"):
            answer = await got(port, "/effects/pain.html", host=host)
            assert answer.startswith("HTTP/1.1 200 OK\r\n")
            assert answer.endswith("<p>pain</p>")
        assert (await got(port, "/")).endswith("<p>front</p>")

    on(site, test)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""])
def test_another_name_that_leads_here_is_refused(site: Path, host: str) -> None:
    async def test(port: int) -> None:
        answer = await got(port, "/index.html", host=host)
        assert answer.startswith(("HTTP/1.1 421 ", "HTTP/1.1 400 "))
        assert "front" not in answer

    on(site, test)


@pytest.mark.parametrize(
    "path",
    [
        "/index.html%00",
        "/%00",
        "/nothing.html",
        "/effects",
        "/effects/",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//secret.txt",
        "/link.txt",
        f"/{'a' * 5000}",
        "/%ff",
    ],
)
def test_what_is_no_file_of_the_site_is_not_there(
    site: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(port: int) -> None:
        answer = await got(port, path)
        assert answer.split()[1] in {"301", "400", "403", "404"}
        assert "secret" not in answer.partition("\r\n\r\n")[2]
        assert "Traceback" not in answer

    on(site, test)
    assert not [record for record in caplog.records if record.exc_info]


def test_the_sites_own_page_says_what_is_not_there(site: Path) -> None:
    """With addresses that hold at this host's root, wherever the site is published."""
    (site / "404.html").write_text(NOT_FOUND, encoding="utf-8")

    async def test(port: int) -> None:
        for path in ("/nothing", "/effects/no/thing.html", "/%00"):
            said = await got(port, path)
            assert said.startswith("HTTP/1.1 404 Not Found\r\n"), path
            assert "Content-Type: text/html; charset=utf-8" in said
            assert said.endswith(
                '<html data-content_root="/"><a href="/index.html"><a href="https://a.b/a/b/">'
            )
        refused = await got(port, "/nothing", host="elsewhere.example")
        assert "421" in refused and "index.html" not in refused

    on(site, test)


@pytest.mark.parametrize(
    "request_",
    [
        "nonsense\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n123456789",
        f"GET / HTTP/1.1\r\nHost: localhost\r\nX: {'x' * 70_000}\r\n\r\n",
    ],
)
def test_nothing_but_a_short_request_for_a_file_is_answered(site: Path, request_: str) -> None:
    async def test(port: int) -> None:
        assert "front" not in await asked(port, request_)

    on(site, test)


def test_a_new_build_is_seen_though_the_browser_knew_the_last(site: Path) -> None:
    async def test(port: int) -> None:
        first = await got(port, "/index.html")
        assert "Etag" not in first
        (known,) = (line for line in first.splitlines() if line.startswith("Last-Modified: "))
        since = known.replace("Last-Modified", "If-Modified-Since")
        assert (await got(port, "/index.html", since)).startswith("HTTP/1.1 304 ")
        (site / "index.html").write_text("<p>newer</p>", encoding="utf-8")
        os.utime(site / "index.html", (2e9, 2e9))
        assert (await got(port, "/index.html", since)).endswith("<p>newer</p>")

    on(site, test)


def test_a_client_that_does_not_finish_its_request_is_left(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PATIENCE", 0.05)

    async def test(port: int) -> None:
        assert await hung_up(await idle(port))

    on(site, test)


def test_silent_clients_make_room_for_one_that_asks(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_CLIENTS", 5)
    monkeypatch.setattr(server, "HURRY", 0.05)

    async def test(port: int) -> None:
        silent = [await idle(port) for _ in range(20)]
        assert (await got(port, "/")).endswith("<p>front</p>")
        assert all([await hung_up(client) for client in silent[:16]])
        for _, writer in silent[16:]:
            writer.close()

    on(site, test)


def test_many_at_once_are_all_served(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CLIENTS", 5)

    async def test(port: int) -> None:
        answers = await asyncio.gather(*(got(port, "/") for _ in range(100)))
        assert [answer[-12:] for answer in answers] == ["<p>front</p>"] * 100

    on(site, test)


def test_those_who_have_gone_take_no_room_of_one_who_stays(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a page of the watch does, which hears for hours what the others come and go for."""
    monkeypatch.setattr(server, "MOST_CLIENTS", 5)
    monkeypatch.setattr(server, "HURRY", 0.0)

    async def test(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(20):
            assert (await got(port, "/")).endswith("<p>front</p>")
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"<p>front</p>")
        writer.close()

    on(site, test)


@pytest.mark.parametrize("port", ["99999", "0", "-1", "many"])
def test_a_port_that_is_none_is_refused_with_a_sentence(port: str) -> None:
    done = CliRunner().invoke(app, ["serve", "--port", port])
    assert done.exit_code == 2
    assert "Invalid value for '--port': Input should be " in done.output


def test_a_port_that_is_taken_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = tmp_path / "_build/html/index.html"
    index.parent.mkdir(parents=True)
    index.touch()
    monkeypatch.setattr(options, "ROOT", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(app, ["serve", "--port", str(port)])
    assert isinstance(done.exception, ReviewError)
    assert f"port {port} cannot be used" in str(done.exception)
