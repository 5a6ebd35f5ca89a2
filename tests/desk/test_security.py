"""Who may ask the desk for anything: its own pages on this machine, with its key; nobody else."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from analysis.desk import desk_server, guard, who_desk
from analysis.desk.app import make_app
from analysis.desk.desk import Desk
from analysis.desk.desk_page import TOKEN_FIELD, form_token
from tests.desk.asking import Asking
from tests.desk.serving import served
from tests.files.contents import contents

HELD_BACK = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cache-control",
}


@pytest.fixture
def desk(data: Path) -> Desk:
    return Desk(data)


@pytest.fixture
def stranger(desk: Desk) -> TestClient:
    """Another program on this machine, or another page in the same browser."""
    return TestClient(
        make_app(desk), base_url=f"http://127.0.0.1:{desk.port}", follow_redirects=False
    )


def test_without_the_key_there_is_one_clear_page(desk: Desk, stranger: TestClient) -> None:
    for path in ("/", "/who", "/share", "/static/screen.js", "/nowhere", "/?token=", "/?token=no"):
        shown = stranger.get(path)
        assert shown.status_code == 403, path
        assert "the whole address that the terminal shows" in shown.text
    stranger.cookies.set(desk.key_cookie, desk.token[:-1])
    assert stranger.get("/").status_code == 403


def test_the_address_with_the_key_lets_in_and_forgets_it(desk: Desk, stranger: TestClient) -> None:
    shown = stranger.get(f"/screen?token={desk.token}&stage=retrieval")
    assert shown.status_code == 303
    assert shown.headers["location"] == "/screen?stage=retrieval"
    kept = shown.headers["set-cookie"]
    assert "HttpOnly" in kept
    assert "samesite=strict" in kept.lower()
    assert stranger.get("/").status_code == 200
    away = stranger.get(f"http://127.0.0.1:{desk.port}//evil.example/?token={desk.token}")
    assert away.headers["location"] == "/evil.example/"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8010", "127.0.0.1", "localhost:80", "127.0.0.1:8010."]
)
def test_another_name_is_not_answered_to(client, host: str) -> None:
    shown = client().get("/", headers={"Host": host})
    assert shown.status_code == 421
    assert "anna" not in shown.text


def test_localhost_is_a_name_of_the_desk(client) -> None:
    asking = client()
    at = f"localhost:{asking.desk.port}"
    headers = {"Host": at, "Origin": f"http://{at}"}
    assert asking.get("/", headers=headers).status_code == 200
    assert asking.submit("/who", {"name": "ben"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "https://127.0.0.1:8010"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_form_of_another_page_is_refused(client, headers: dict[str, str]) -> None:
    asking = client()
    shown = asking.submit("/who", {"name": "mallory"}, headers=headers)
    assert shown.status_code == 403
    assert "not sent by a form of this desk" in shown.text
    assert "mallory" not in asking.cookies.values()


def test_a_post_that_says_nothing_of_its_origin_is_refused(client) -> None:
    asking = client()
    del asking.headers["Origin"]
    assert asking.submit("/who", {"name": "mallory"}).status_code == 403
    as_said = {"Sec-Fetch-Site": "same-origin"}
    assert asking.submit("/who", {"name": "ben"}, headers=as_said).status_code == 200


@pytest.mark.parametrize("token", ["", "x", None])
def test_a_form_without_its_token_is_refused(client, token: str | None) -> None:
    fields = {"name": "mallory"} | ({} if token is None else {TOKEN_FIELD: token})
    asking = client()
    assert asking.post("/who", data=fields).status_code == 403
    assert form_token(asking.desk) != asking.desk.token
    assert asking.desk.token not in asking.get("/who").text


def test_every_answer_holds_the_browser_back(client, stranger: TestClient) -> None:
    asking = client()
    for shown in (
        asking.get("/"),
        asking.get("/nowhere"),
        asking.get("/static/desk.css"),
        asking.get("/who", follow_redirects=False),
        asking.submit("/who", {"name": "ben"}, follow_redirects=False),
        stranger.get("/"),
    ):
        assert {*shown.headers} >= HELD_BACK
        policy = shown.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert shown.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in shown.headers


def test_what_is_too_large_is_refused_whole(client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_FORM", 10_000)
    monkeypatch.setattr(guard, "LARGEST_UPLOAD", 50_000)
    asking = client()
    refused = asking.submit("/who", {"name": "x" * 20_000})
    assert refused.status_code == 413
    assert "What you typed is still on the page before" in refused.text
    file = {"file": ("a.pdf", b"x" * 20_000, "application/pdf")}
    assert asking.submit("/who", {"name": "ben"}, files=file).status_code == 200
    file = {"file": ("a.pdf", b"x" * 60_000, "application/pdf")}
    assert asking.submit("/who", {"name": "ben"}, files=file).status_code == 413

    def unstated() -> Iterator[bytes]:
        yield f"{TOKEN_FIELD}={form_token(asking.desk)}&name=".encode()
        yield from (b"x" * 1_000 for _ in range(20))

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert asking.post("/who", content=unstated(), headers=kind).status_code == 411


def test_a_form_that_is_none_is_refused(client) -> None:
    asking = client()
    for kind, sent in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("application/json", b'{"name": "ben"}'),
        ("application/x-www-form-urlencoded", b"%ff=%fe&&&=;"),
    ):
        shown = asking.post("/who", content=sent, headers={"Content-Type": kind})
        assert shown.status_code in (400, 403), kind
        assert "Traceback" not in shown.text


def test_errors_are_pages_of_the_desk(client) -> None:
    asking = client()
    for path, method, status in (("/nowhere", "GET", 404), ("/", "PUT", 405), ("/", "POST", 405)):
        shown = asking.submit(path) if method == "POST" else asking.request(method, path)
        assert shown.status_code == status
        assert "<h1>Not done</h1>" in shown.text
        assert "<span>anna</span>" in shown.text


@pytest.mark.parametrize("debug", [True, False])
def test_a_failure_is_a_sentence_and_a_traceback_only_where_it_is_wanted(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], debug: bool
) -> None:
    def fails(request: Request) -> Response:
        raise RuntimeError("a secret")

    monkeypatch.setattr(who_desk, "ROUTES", [Route("/fails", fails)])
    shown = Asking(Desk(data, debug=debug)).get("/fails")
    assert shown.status_code == 500
    assert "nothing was half saved" in shown.text
    assert "a secret" not in shown.text
    assert ("a secret" in capsys.readouterr().err) is debug


HOSTILE = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "..%5c%00%ff",
    f"a%0d%0aSet-Cookie:x=1%E2%80%AE%3Cscript%3Ealert(1)%3C%2Fscript%3E{'x' * 3000}",
)


def test_no_path_leads_out_of_the_data(client, data: Path) -> None:
    """Every address of every desk that has a part to fill in, with parts that nobody should."""
    asking = client()
    before = contents(data.parent)
    with_parts = [route for route in asking.app.routes if isinstance(route, Route)]
    for route in with_parts:
        if "{" not in route.path:
            continue
        for part in HOSTILE:
            path = re.sub(r"{[^}]+}", lambda _, part=part: part, route.path)
            for method in sorted(route.methods or ()):
                shown = asking.submit(path) if method == "POST" else asking.request(method, path)
                assert shown.status_code < 500, (method, path)
                assert "root:x:" not in shown.text
                assert "<script>alert" not in shown.text
                assert "x" not in shown.cookies
    for part in HOSTILE:
        assert asking.get(f"/static/{part}").status_code == 404
    assert contents(data.parent) == before


def test_who_is_next_stays_at_the_desk(client) -> None:
    for address in ("//evil.example", "https://evil.example", "/\\evil.example", "\t//evil", ""):
        shown = client(who="").submit(
            "/who", {"name": "anna", "next": address}, follow_redirects=False
        )
        assert shown.headers["location"] == "/"


def test_hostile_text_stays_text(client) -> None:
    text = '"><script>alert(1)</script>'
    shown = client(who="").submit("/who", {"name": text, "next": f"/{text}"})
    assert "<script>" not in shown.text
    assert "&lt;script&gt;" in shown.text


def asks(desk: Desk, head: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as one:
        one.sendall(head)
        return one.recv(100)


def test_who_says_nothing_or_half_is_not_waited_for(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_server, "PATIENCE", 0.2)
    monkeypatch.setattr(guard, "PATIENCE", 0.2)
    with served(data) as desk:
        for said in (b"", b"GET / HTTP/1.1\r\nHost: 127"):
            assert asks(desk, said) == b""
        key = f"{desk.key_cookie}={desk.token}"
        head = (
            f"POST /who HTTP/1.1\r\nHost: 127.0.0.1:{desk.port}\r\nCookie: {key}\r\n"
            f"Origin: http://127.0.0.1:{desk.port}\r\nContent-Length: 100\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\nname"
        )
        assert asks(desk, head.encode()).startswith(b"HTTP/1.1 408")


def test_many_silent_connections_keep_nobody_out(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_server, "MOST_CLIENTS", 5)
    with served(data) as desk, contextlib.ExitStack() as silent:
        for _ in range(20):
            silent.enter_context(socket.create_connection(("127.0.0.1", desk.port)))
        for _ in range(3):
            assert asks(desk, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 421")
