"""What is served while the watch makes the next site."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.watch.live_site import Listening, LiveSite

PAGE = b"<head><meta content=\"default-src 'self' file:\"/></head>a"


@pytest.fixture
def live(tmp_path: Path) -> LiveSite:
    (tmp_path / "index.html").write_bytes(PAGE)
    return LiveSite(tmp_path)


def test_a_page_shown_ahead_is_another_until_the_site_tells_it(live: LiveSite) -> None:
    before = json.loads(live.state("index.html"))["page"]
    live.show({"index.html": PAGE + b"b"}, since=2.0)
    ahead = json.loads(live.state("index.html"))["page"]
    assert ahead != before
    live.forget(1.0)  # a build that had begun before it was saved
    assert live.page("index.html") == PAGE + b"b"
    live.forget(2.0)
    assert json.loads(live.state("index.html"))["page"] == before


def test_another_version_of_a_style_makes_no_other_page(live: LiveSite) -> None:
    live.show({"a.html": b'<link href="x.css?v=0123abcd">'}, 1.0)
    live.show({"b.html": b'<link href="x.css?v=89abcdef">'}, 1.0)
    assert live.state("a.html") == live.state("b.html")


def test_the_script_is_linked_where_the_policy_allows_it(live: LiveSite) -> None:
    linked = live.with_script('a".html', PAGE)
    assert linked.endswith(b"</script></head>a")
    assert b'src="/_watch/watch.js"' in linked and b'data-name="a&quot;.html"' in linked
    alone = PAGE.replace(b"default-src 'self' file:", b"default-src 'none'")
    assert live.with_script("a.html", alone) == alone


def test_the_page_that_came_into_view_last_is_the_open_one(live: LiveSite) -> None:
    assert live.open_document == ""
    live.listening += [Listening("index.html"), Listening("effects/pain.html")]
    assert live.open_document == "effects/pain"
    del live.listening[1]
    assert live.open_document == "index"


def test_where_there_is_no_site_yet_a_page_waits_for_it(tmp_path: Path) -> None:
    live = LiveSite(tmp_path)
    waiting = live.page("index.html")
    assert waiting is not None and b"being made" in live.with_script("index.html", waiting)
    (tmp_path / "index.html").write_bytes(PAGE)
    assert live.page("nothing.html") is None


@pytest.mark.parametrize("name", ["../secret.html", "/etc/hostname", "a\0.html", "x" * 5000])
def test_what_is_no_file_of_the_site_is_no_page(live: LiveSite, name: str) -> None:
    (live.site.parent / "secret.html").write_bytes(PAGE)
    assert live.page(name) is None
    assert json.loads(live.state(name))["page"] is None
