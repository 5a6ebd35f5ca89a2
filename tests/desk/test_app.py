"""The desk as a whole: its pages are there, and it knows who works."""

from __future__ import annotations


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
