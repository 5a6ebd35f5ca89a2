"""The desk as a whole: its pages are there, and it knows who works."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typer.testing import CliRunner

from analysis.commands.command_line import app
from analysis.desk import judge_desk, who_desk
from analysis.desk.app import DESKS
from analysis.desk.desk import Desk
from analysis.desk.desk_page import go_to
from analysis.desk.saving import save
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.files.problems import ReviewError
from analysis.screening.decision_files import Decision, add_decisions
from analysis.screening.decisions import load_screening
from analysis.searching.library import load_library
from tests.desk.serving import served
from tests.evidence.folder import ROOT


def test_home_has_a_heading_and_links(client) -> None:
    shown = client().get("/")
    assert shown.status_code == 200
    assert shown.text.count("<h1>") == 1
    assert "<span>anna</span>" in shown.text


def test_who_works_is_chosen_once(client) -> None:
    asking = client(who="")
    assert "Who works?" in asking.get("/").text
    shown = asking.submit("/who", {"name": "carla"})
    assert shown.url.path == "/"
    assert "<span>carla</span>" in asking.get("/").text


def test_a_name_that_no_file_could_have_is_refused_with_the_rule(client) -> None:
    for name in ("../etc", "Anna", "consensus", "con", ""):
        shown = client(who="").submit("/who", {"name": name})
        assert shown.status_code == 422
        assert "small letters" in shown.text
    assert 'value="anna-muller"' in client(who="").submit("/who", {"name": "Anna Müller"}).text


def test_a_protocol_that_cannot_be_read_is_said_on_a_page(data: Path, client) -> None:
    (data / "protocol.yml").write_text("title: [\n", encoding="utf-8")
    shown = client().get("/")
    assert shown.status_code == 422
    assert "protocol.yml:2" in shown.text


def test_one_persons_page_never_holds_anothers(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first page is made only once the second has been answered."""
    asked, answered = threading.Event(), threading.Event()

    def evidence_of(request: Request) -> Evidence:
        asked.set()
        assert answered.wait(20)
        return load(data)

    monkeypatch.setattr(judge_desk, "evidence_of", evidence_of)
    with served(data, who="anna") as desk, ThreadPoolExecutor(1) as other:
        opened = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        opened.open(f"http://127.0.0.1:{desk.port}/who?token={desk.token}").close()
        long = other.submit(opened.open, f"http://127.0.0.1:{desk.port}/judge", timeout=30)
        assert asked.wait(20)
        with opened.open(f"http://127.0.0.1:{desk.port}/who", timeout=15) as shown:
            assert b"<span>anna</span>" in shown.read()
        answered.set()
        with long.result() as shown:
            assert shown.status == 200


def test_no_page_is_made_where_it_would_hold_all_others() -> None:
    routes = [r for name in DESKS for r in import_module(f"analysis.desk.{name}").ROUTES]
    assert len(routes) > 40
    assert [route.path for route in routes if iscoroutinefunction(route.endpoint)] == []


def decide(request: Request) -> Decision:
    place = int(request.query_params["place"])
    return Decision(
        sorted(load_library(request.app.state.desk.data).records)[6 + place % 2],
        "title-abstract", "include", "", "", f"person-{place}", "2026-11-24T08:00:00Z",
    )  # fmt: skip


def saved(request: Request) -> Response:
    data, made = request.app.state.desk.data, decide(request)
    save(request, lambda: add_decisions(data, load_library(data), [made]), "include")
    return go_to("/who")


def test_two_desks_on_one_folder_write_in_turn(
    data: Path, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = Route("/include", saved, methods=["POST"])
    monkeypatch.setattr(who_desk, "ROUTES", [*who_desk.ROUTES, route])
    desks = [client(desk=Desk(data, port=port, debug=True)) for port in (8010, 8011)]
    before = len(load_screening(data).decisions)
    with ThreadPoolExecutor(8) as hands:
        answers = hands.map(
            lambda place: desks[place % 2].submit(
                f"/include?place={place}", follow_redirects=False
            ),
            range(16),
        )
        assert [answer.status_code for answer in answers] == [303] * 16
    assert len(load_screening(data).decisions) == before + 16
    # What the other desk saved is there at the next page.
    assert "person-15" in desks[0].get("/who").text


def test_two_desks_of_one_browser_do_not_share_a_key(data: Path) -> None:
    one, other = Desk(data, port=8010), Desk(data, port=8011)
    assert one.key_cookie != other.key_cookie
    assert one.who_cookie != other.who_cookie
    assert one.token != other.token
    assert one.token not in repr(one)


def opened(data: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "analysis", "desk", "--data", str(data), "--no-browser", *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_its_address_and_ends_when_it_is_told(data: Path, how: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with opened(data, "--port", str(port), "--who", "anna") as running:
        assert running.stdout and running.stderr
        address = running.stdout.readline().split(" ")[0]
        with urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open(
            address
        ) as shown:
            assert shown.url == f"http://127.0.0.1:{port}/"
            assert b"<span>anna</span>" in shown.read()
        running.send_signal(how)
        assert running.wait(20) in (130, -signal.SIGTERM)
        assert running.stderr.read() == ""


def test_a_port_in_use_is_one_sentence(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(
            app, ["desk", "--data", str(data), "--no-browser", "--port", str(port)]
        )
    assert isinstance(done.exception, ReviewError)
    assert str(done.exception) == (
        f"port {port} is in use already, by another desk perhaps: try --port {port + 1}"
    )
