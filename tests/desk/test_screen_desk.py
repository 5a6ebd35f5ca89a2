"""The screening desk asked as a browser asks it: what it keeps is what the command keeps."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import unescape
from pathlib import Path

import pytest

from analysis.desk import sittings
from analysis.desk.desk import Desk
from analysis.desk.record_shown import marked
from analysis.protocol_lists import MarkedWords
from analysis.screening.current_screening import CurrentScreening
from analysis.screening.decision_files import Decision, add_decisions, decisions_path
from analysis.screening.decisions import load_screening
from analysis.screening.session import Session
from analysis.searching.decision_schemas import STAGES
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.library import load_library
from tests.desk.asking import Asking
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris

FIRST = "title-abstract"
HIDDEN = re.compile(r'name="(record|seen)" value="([^"]*)"')
HOSTILE = "<script>alert(1)</script> \"'{{ 7*7 }} =cmd"


@pytest.fixture
def ids(data: Path) -> list[str]:
    return sorted(load_library(data).records)


@pytest.fixture
def desk_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's decisions are made at the times of `clock`."""
    monkeypatch.setattr(sittings, "Session", partial(Session, clock=clock()))


def clock() -> Callable[[], str]:
    times = (f"2026-11-22T09:00:{second:02d}Z" for second in range(60))
    return lambda: next(times)


def wait_until_ordered() -> None:
    """The order of reading is made in threads, which a page does not wait for."""
    for thread in threading.enumerate():
        if thread.name == "order of reading":
            thread.join()


def form_of(text: str) -> dict[str, str]:
    """What the form of a decision sends along."""
    return dict(HIDDEN.findall(text[text.index("data-keys") :])[:2])


def decide(asking: Asking, record: str, stage: str = FIRST, **fields: str):
    shown = asking.get(f"/screen/{stage}?record={record}")
    return asking.submit(f"/screen/{stage}", {**form_of(shown.text), **fields})


def rows(data: Path, who: str = "anna") -> list[Decision]:
    return [d for d in load_screening(data).decisions if d.who == who]


def test_many_records_are_read_while_other_pages_are_answered(
    data: Path, ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that need them say so and come by themselves; what was decided waits for them."""
    begun, may_end = threading.Event(), threading.Event()

    def read(*given: object) -> CurrentScreening:
        begun.set()
        assert may_end.wait(20)
        return CurrentScreening(data)

    monkeypatch.setattr(sittings, "CurrentScreening", read)
    desk = Desk(data, debug=True)
    desk.sittings.many = 5
    asking = Asking(desk)
    for path in ("/", f"/screen/{FIRST}", "/extract"):
        shown = asking.get(path)
        assert (shown.status_code, shown.headers["refresh"]) == (503, "2")
        assert "Reading 8 records" in shown.text
    assert begun.is_set()
    assert asking.get("/judge").status_code == 200
    seen = Session(data, "anna").seen_on(ids[7])
    typed = {"record": ids[7], "seen": seen, "decision": "include"}
    with ThreadPoolExecutor(1) as other:
        sent = other.submit(asking.submit, f"/screen/{FIRST}", typed)
        may_end.set()
        assert sent.result().status_code == 200
    assert [d.decision for d in rows(data) if d.record_id == ids[7]] == ["include"]
    assert "Reading" not in asking.get("/").text
    wait_until_ordered()


def test_records_that_could_not_be_read_are_read_again(client, data: Path) -> None:
    path = next(data.glob("searches/2*/*.records.csv"))
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"record_id", b"other", 1))
    assert client().get(f"/screen/{FIRST}").status_code == 422
    path.write_bytes(whole)
    assert client().get(f"/screen/{FIRST}").status_code == 200


def test_what_is_decided_is_what_a_session_keeps(client, data: Path, ids, desk_clock) -> None:
    twin = data.parent / "twin"
    shutil.copytree(data, twin)
    asking = client()
    decide(asking, ids[6], decision="include", note=' a "note",\r\nof two lines ')
    decide(asking, ids[7], exclude_by="arm size")
    asking.submit(f"/screen/{FIRST}/take-back", {"record": ids[7]})
    decide(asking, ids[7], decision="unsure")
    decide(asking, ids[5], "retrieval", decision="not obtained")
    asking.submit("/screen/retrieval/take-back", {"record": ids[5]})
    decide(asking, ids[5], "retrieval", decision="obtained")
    decide(asking, ids[4], "full-report", decision="include", study_id="other-2026")
    decide(asking, ids[5], "full-report", exclude_by="design")
    at = clock()
    first = Session(twin, "anna", clock=at)
    first.decide("include", note='a "note", of two lines', report=ids[6])
    first.decide("exclude", "arm size", report=ids[7])
    first.undo()
    first.decide("unsure", report=ids[7])
    second = Session(twin, "anna", "retrieval", clock=at)
    second.decide("not obtained", report=ids[5])
    second.undo()
    second.decide("obtained", report=ids[5])
    third = Session(twin, "anna", "full-report", clock=at)
    third.decide("include", study_id="other-2026", report=ids[4])
    third.decide("exclude", "design", report=ids[5])
    for who in ("anna", "ben"):
        assert decisions_path(data, who).read_bytes() == decisions_path(twin, who).read_bytes()


def test_the_next_record_comes_at_once_until_none_waits(client, data: Path, ids) -> None:
    asking = client()
    shown = asking.get(f"/screen/{FIRST}")
    assert "You have decided on 6 of 8 records" in shown.text
    for _ in range(2):
        shown = asking.submit(f"/screen/{FIRST}", {**form_of(shown.text), "decision": "include"})
        assert shown.url.path == f"/screen/{FIRST}"
    assert "nothing more waits for you" in shown.text
    assert len({d.record_id for d in rows(data) if d.stage == FIRST}) == 8


def test_nobody_sees_what_the_other_decided_before_both_have(client, data: Path, ids) -> None:
    addresses = ["/", "/screen"]
    addresses += [f"/screen/{s}{page}" for s in STAGES for page in ("", "/decided", "/differences")]
    addresses += [f"/screen/{FIRST}/last", *(f"/screen/{FIRST}?record={r}" for r in ids[6:])]
    asking = client()

    def pages() -> list[str]:
        return [asking.get(address).text for address in addresses]

    pages()
    wait_until_ordered()
    before = pages()
    library = load_library(data)
    for second, record in enumerate(ids[6:]):
        when = f"2026-11-23T08:00:0{second}Z"
        note = f"note of ben on {record}"
        made = Decision(record, FIRST, "exclude", "comparator", "", "ben", when, note)
        add_decisions(data, library, [made])
    shown = pages()
    assert not any("note of ben" in text for text in shown)
    assert shown == before  # nor can anything else be told from them
    decide(asking, ids[6], decision="include")
    shown = asking.get(f"/screen/{FIRST}/differences/{ids[6]}")
    assert f"note of ben on {ids[6]}" in shown.text
    assert f"note of ben on {ids[7]}" not in shown.text


def test_a_full_report_asks_for_what_the_command_asks_for(client, data: Path, ids) -> None:
    asking = client()
    before = decisions_path(data, "anna").read_bytes()
    for fields, said in (
        ({"decision": "exclude"}, "names the criterion that fails"),
        ({"exclude_by": "too dull"}, "too dull"),
        ({"decision": "include"}, "names the study it reports"),
        ({"decision": "include", "study_id": "No Slug"}, "a study_id"),
        ({"decision": "obtained"}, "A decision of its stage"),
        ({"decision": ""}, "decision"),
    ):
        shown = decide(asking, ids[4], "full-report", note="kept as typed", **fields)
        assert shown.status_code == 422
        assert 'class="problem"' in shown.text
        assert said in unescape(shown.text)
        assert "kept as typed" in shown.text
        assert ".csv" not in shown.text
    assert decisions_path(data, "anna").read_bytes() == before


@pytest.mark.parametrize("record", ["medline-0", "", "../../etc/passwd", HOSTILE])
def test_a_record_that_there_is_not_is_refused(client, data: Path, record: str) -> None:
    before = decisions_path(data, "anna").read_bytes()
    asking = client()
    fields = {"record": record, "decision": "include", "seen": ""}
    for path in (f"/screen/{FIRST}", f"/screen/{FIRST}/take-back", f"/screen/{FIRST}/last"):
        assert asking.submit(path, fields).status_code in (409, 422)
    settled = asking.submit(f"/screen/{FIRST}/differences/medline-0", fields)
    assert settled.status_code == 422
    assert asking.get("/screen/no-stage").status_code == 404
    assert asking.get("/screen/full-report/last").status_code == 404
    assert decisions_path(data, "anna").read_bytes() == before


def test_a_record_that_another_desk_decided_meanwhile_is_said_and_not_doubled(
    client, data: Path, ids
) -> None:
    asking = client()
    form = form_of(asking.get(f"/screen/{FIRST}?record={ids[6]}").text)
    made = Decision(ids[6], FIRST, "include", "", "", "anna", "2026-11-23T08:00:00Z", "elsewhere")
    add_decisions(data, load_library(data), [made])
    shown = asking.submit(f"/screen/{FIRST}", {**form, "exclude_by": "design", "note": "here"})
    assert shown.status_code == 409
    assert "elsewhere" in shown.text and "here" in shown.text
    assert rows(data)[-1] == made
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text))
    asking.submit(f"/screen/{FIRST}", again)
    said = rows(data)[-1]
    assert (said.decision, said.criterion, said.note) == ("exclude", "design", "here")
    assert said.replaces == made.when
    # The same sent twice is one decision.
    asking.submit(f"/screen/{FIRST}", again)
    assert rows(data)[-1] == said


def test_what_is_sent_by_several_at_once_is_kept_once(client, data: Path, ids) -> None:
    asking = [client() for _ in range(4)]
    form = form_of(asking[0].get(f"/screen/{FIRST}?record={ids[6]}").text)

    def send(place: int) -> int:
        fields = {**form, "decision": "include", "note": f"sent by {place}"}
        return asking[place].submit(f"/screen/{FIRST}", fields).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [200, 409, 409, 409]
    assert [d.record_id for d in rows(data)].count(ids[6]) == 1


def test_any_own_decision_is_taken_back_and_no_other(client, data: Path, ids) -> None:
    asking = client()
    assert asking.submit(f"/screen/{FIRST}/take-back", {"record": ids[7]}).status_code == 422
    shown = asking.submit(f"/screen/{FIRST}/take-back", {"record": ids[3]})
    assert "Taken back" in shown.text
    assert form_of(shown.text)["record"] == ids[3]
    assert rows(data)[-1].decision == "withdrawn"
    assert len(load_screening(data).labels(FIRST, "ben")) == 5
    history = asking.get(f"/screen/{FIRST}/decided").text
    assert "no longer stands" in history


def test_own_decisions_are_found_by_their_words(client, data: Path, ids) -> None:
    asking = client()
    decide(asking, ids[6], decision="include", note="Zaphod & son")
    shown = asking.get(f"/screen/{FIRST}/decided", params={"q": "zaphod INCLUDE"}).text
    assert "1 decision with these words" in shown
    assert "Zaphod &amp; son" in shown
    assert (
        "No decisions with these words"
        in asking.get(f"/screen/{FIRST}/decided", params={"q": "nowhere"}).text
    )


def test_only_what_is_ticked_is_excluded(client, data: Path, ids) -> None:
    asking = client()
    page = asking.get(f"/screen/{FIRST}/last").text
    assert page.count('type="checkbox"') == 2
    assert "checked" not in page
    for fields, said in (
        ({"criterion": "design"}, "none is ticked"),
        ({"record": [ids[6]]}, "which criterion"),
        ({"record": [ids[6], ids[0]], "criterion": "design"}, "nothing was kept"),
        ({"record": [ids[6]], "criterion": "dull"}, "dull"),
    ):
        shown = asking.submit(f"/screen/{FIRST}/last", fields)
        assert (shown.status_code, said in shown.text) == (422, True)
    assert {d.record_id for d in rows(data)}.isdisjoint(ids[6:])
    asking.submit(f"/screen/{FIRST}/last", {"record": [ids[7]], "criterion": "design"})
    assert [(d.record_id, d.said) for d in rows(data)][-1] == (ids[7], ("exclude", "design", ""))


def test_a_conflict_is_settled_as_the_command_settles_it(
    client, data: Path, ids, desk_clock
) -> None:
    twin = data.parent / "twin"
    shutil.copytree(data, twin)
    asking = client()
    listed = asking.get(f"/screen/{FIRST}/differences").text
    assert "80%" in listed
    assert f"/differences/{ids[1]}" in listed
    address = f"/screen/{FIRST}/differences/{ids[1]}"
    shown = asking.get(address).text
    assert "exclude" in shown and "design" in shown
    done = asking.submit(address, {**form_of(shown), "exclude_by": "design", "note": "agreed"})
    assert "Nothing is left to settle here." in done.text
    session = Session(twin, "consensus", clock=clock())
    session.decide("exclude", "design", note="agreed", report=ids[1])
    path = decisions_path(data, "consensus")
    assert path.read_bytes() == decisions_path(twin, "consensus").read_bytes()
    assert asking.get(address).status_code == 422


def test_a_conflict_that_changed_meanwhile_is_looked_at_again(client, data: Path, ids) -> None:
    asking = client()
    address = f"/screen/{FIRST}/differences/{ids[1]}"
    form = form_of(asking.get(address).text)
    made = Decision(ids[1], FIRST, "exclude", "participants", "", "ben", "2026-11-23T08:00:00Z")
    add_decisions(data, load_library(data), [made])
    shown = asking.submit(address, {**form, "decision": "include"})
    assert shown.status_code == 409
    assert "look again" in shown.text and "participants" in shown.text
    assert not decisions_path(data, "consensus").exists()


def test_hostile_text_stays_text(client, data: Path, take) -> None:
    (one,) = articles(1, seed=4)
    take([one], write=lambda found: ovid_ris(found).replace(one.title, HOSTILE))
    (record,) = [r for r, found in load_library(data).records.items() if "alert" in found.title]
    deduplicate(data, load_library(data))
    asking = client()
    decide(asking, record, decision="include", note=HOSTILE)
    pages = ["", "/decided", "/last", f"?record={record}", "/decided?q=<script>"]
    for page in pages:
        text = asking.get(f"/screen/{FIRST}{page}").text
        assert "<script>alert" not in text
        assert "49" not in re.findall(r"\b7\*7|\b49\b", text)


def test_words_are_marked_where_they_stand_whole() -> None:
    words = MarkedWords(inclusion=("pain", "web based", "random*"), exclusion=("mice",))
    parts = marked("Painful mice: web-based RANDOMISED pain", words)
    assert parts == (
        ("Painful ", ""),
        ("mice", "exclusion"),
        (": ", ""),
        ("web-based", "inclusion"),
        (" ", ""),
        ("RANDOMISED", "inclusion"),
        (" ", ""),
        ("pain", "inclusion"),
    )
    assert marked("pain", MarkedWords()) == (("pain", ""),)
