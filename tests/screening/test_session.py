"""The session and the terminal around it, driven by keys that a test presses."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from analysis.protocol import load_protocol
from analysis.screening.decision_files import decisions_path, standing
from analysis.screening.decisions import load_screening
from analysis.screening.session import Session
from analysis.screening.stage_words import trial_examples
from analysis.screening.terminal import Keys, screen
from analysis.searching.library import load_library
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris


def sit(data: Path, keys: str, who: str = "anna", lines: Iterable[str] = (), **more) -> str:
    """Press these keys one after another; what was on the screen."""
    pressed, typed = iter(keys), iter(lines)
    shown = io.StringIO()
    console = Console(file=shown, width=100, highlight=False)
    session = Session(data, who, **more)
    protocol = load_protocol(data / "protocol.yml")
    screen(session, protocol, console, Keys(lambda: next(pressed, "q")), lambda _: next(typed))
    return shown.getvalue()


def rows(data: Path) -> list[tuple[str, ...]]:
    """The decisions that stand, by the record first decided on."""
    made = (stood[-1] for stood in standing(load_screening(data).decisions).values())
    return [
        (d.record_id, d.stage, d.decision, d.criterion, d.study_id)
        for d in made
        if d.decision != "withdrawn"
    ]


def test_a_record_is_shown_with_the_criteria_and_the_keys(data: Path, five) -> None:
    shown = " ".join(sit(data, "q").split())
    assert "0 of 5 read" in shown
    assert any(article.title in shown for article in five)
    assert "adults with pain" in shown
    assert "at least 20 in each arm" in shown
    assert "i include · e exclude · u unsure · b take back · q stop" in shown


def test_keys_are_decisions_and_the_reason_is_one_key_more(data: Path, five) -> None:
    sit(data, "ie2ue\rq")
    assert [row[2:4] for row in rows(data)] == [
        ("include", ""),
        ("exclude", "intervention"),
        ("unsure", ""),
        ("exclude", ""),
    ]


def test_stopping_and_coming_back_goes_on_where_it_stopped(data: Path, five) -> None:
    sit(data, "iq")
    first = rows(data)[0][0]
    assert "1 of 5 read" in sit(data, "iiiiq")
    assert len({row[0] for row in rows(data)}) == 5
    assert rows(data)[0][0] == first


def test_b_takes_the_last_decision_back_and_shows_its_record_again(data: Path, five) -> None:
    sit(data, "ibe1q")
    ((_, _, decision, criterion, *_),) = rows(data)
    assert (decision, criterion) == ("exclude", "participants")


def test_the_last_record_of_all_can_be_taken_back_too(data: Path, five) -> None:
    shown = sit(data, "iiiiibe1x")
    assert "Nothing more waits for you" in shown
    assert [row[2] for row in rows(data)] == ["include"] * 4 + ["exclude"]


def test_consensus_sees_what_each_decided_on_the_conflicts_alone(data: Path, five) -> None:
    sit(data, "iiiii")
    sit(data, "iiiie4", "ben")
    shown = sit(data, "q", "consensus")
    assert "0 of 1 read" in shown
    assert "anna: include" in shown
    assert "ben: exclude design" in shown
    assert "anna: include" not in sit(data, "q", "carl")


def test_there_is_nothing_to_take_back_from_an_earlier_sitting(data: Path, five) -> None:
    sit(data, "iq")
    assert "Nothing of this sitting" in sit(data, "bq")
    assert len(rows(data)) == 1


def test_a_key_that_means_nothing_decides_nothing(data: Path, five) -> None:
    shown = sit(data, "xoq")
    assert "'x' is none of these keys" in shown
    assert shown.count("adults with pain") == 1  # the record is not shown again
    assert not decisions_path(data, "anna").exists()


def test_thinking_again_at_the_reason_records_nothing(data: Path, five) -> None:
    sit(data, "ebq")
    assert not decisions_path(data, "anna").exists()


def test_a_full_report_asks_for_reason_and_study(data: Path, five) -> None:
    for who in ("anna", "ben"):
        sit(data, "iiiii", who)
    sit(data, "ooooo", stage="retrieval")
    sit(data, "e\r4iiq", stage="full-report", lines=["Not a slug", "minen-2026"])
    assert [row[1:5] for row in rows(data) if row[1] == "full-report"] == [
        ("full-report", "exclude", "design", ""),
        ("full-report", "include", "", "minen-2026"),
    ]


def test_each_screener_has_a_queue_of_their_own(data: Path, five) -> None:
    sit(data, "iiiii")
    assert "0 of 5 read" in sit(data, "q", "ben")


def test_hostile_records_command_neither_terminal_nor_markup(data: Path, take) -> None:
    hostile = "[bold red]x[/] \x1b[2J\x1b]0;owned\x07 =cmd {include}`/etc/passwd`"
    (one,) = articles(1, seed=4)
    take([one], write=lambda found: ovid_ris(found).replace(one.title, hostile))
    shown = sit(data, "iq")
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold red]x[/] [2J ]0;owned =cmd {include}" in shown


def test_the_order_is_recorded_with_its_seed_and_can_be_made_again(data: Path, take) -> None:
    take(articles(30, seed=6))
    keys = "i" + "e\r" * 11 + "q"
    sit(data, keys)
    path = data / "searches/rankings/title-abstract.anna.yml"
    said = yaml.safe_load(path.read_text())
    assert (said["model"], said["relevant"], said["irrelevant"]) == ("ELAS u4", 1, 9)
    sit(data, "q")
    recorded = path.read_text()
    sit(data, "q")
    assert path.read_text() == recorded
    assert yaml.safe_load(recorded)["irrelevant"] == 11


def test_the_next_record_follows_from_the_decisions(data: Path, take) -> None:
    take(articles(60, seed=6))
    titles = load_library(data).records
    session = Session(data, "anna", seed=1)
    for _ in range(30):
        assert session.current is not None
        wanted = "migraine" in session.current.title.lower()
        session.decide("include" if wanted else "exclude")
    read = [decision.record_id for decision in session.screening.decisions]
    left = [r for r in titles if r not in read and "migraine" in titles[r].title.lower()]
    found = [r for r in read if "migraine" in titles[r].title.lower()]
    # Half of the records are read: by chance half of the relevant would still be unread.
    assert len(left) < len(found) / 2


def test_the_reviews_own_trials_are_examples(data: Path) -> None:
    examples = trial_examples(data)
    assert {answer for _, answer in examples} == {True, False}
    assert any("online mind-body" in text for text, _ in examples)


@pytest.mark.parametrize("key", ["q", "\x03", "\x04", "\x1b"])
def test_every_way_to_stop_stops(data: Path, five, key: str) -> None:
    sit(data, "i" + key + "iii")
    assert len(rows(data)) == 1


def test_keys_typed_while_the_program_is_busy_are_taken_one_by_one() -> None:
    typed = iter(["iE", "\x1b[A", "4"])
    keys = Keys(lambda: next(typed))
    assert [keys() for _ in range(4)] == ["i", "e", "\x1b[a", "4"]


def test_the_reason_may_be_typed_ahead_and_the_next_decision_may_not(data: Path, five) -> None:
    typed = iter(["e4iii"])
    keys = Keys(lambda: next(typed, "q"))
    protocol = load_protocol(data / "protocol.yml")
    made = screen(Session(data, "anna"), protocol, Console(file=io.StringIO()), keys, input)
    assert made == 1
    assert [row[2:4] for row in rows(data)] == [("exclude", "design")]


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_an_end_of_the_input_stops(end: type[BaseException]) -> None:
    def read() -> str:
        raise end

    assert Keys(read)() == "q"
