"""What one process knows of the decisions while others write: told from a reading anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analysis.screening import current_screening
from analysis.screening.current_screening import CurrentScreening
from analysis.screening.decision_files import Decision, add_decisions, decisions_path
from analysis.screening.decisions import Screening, load_screening
from analysis.screening.session import DecidedMeanwhile, Session
from analysis.searching.decision_schemas import STAGES
from analysis.searching.library import load_library
from tests.searching.corpus import articles

STAGE = "title-abstract"


def all_said(screening: Screening) -> list[object]:
    people = ("anna", "ben", "carl", "consensus")
    return [
        screening.decisions,
        *(screening.verdicts(stage) for stage in STAGES),
        *(screening.conflicts(stage) for stage in STAGES),
        *(screening.queue(stage, who) for stage in STAGES for who in people),
        *(screening.labels(stage, who) for stage in STAGES for who in people),
        *(screening.made_by(stage, who) for stage in STAGES for who in people),
        *(screening.agreements(stage) for stage in STAGES),
    ]


def decide(data: Path, who: str, decision: str, record: str, second: int, stage=STAGE) -> None:
    when = f"2026-11-21T10:00:{second:02d}Z"
    made = Decision(record, stage, decision, "", "", who, when)
    add_decisions(data, load_library(data), [made])


@pytest.fixture
def current(data: Path, five) -> CurrentScreening:
    return CurrentScreening(data)


def test_what_others_add_is_seen_as_a_reading_anew_sees_it(
    data: Path, current, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = sorted(current.screening.library.records)
    monkeypatch.setattr(current_screening, "load_screening", None)  # nothing is read again
    for second, (who, decision, record) in enumerate(
        [
            ("anna", "include", 0),
            ("ben", "exclude", 0),
            ("anna", "include", 1),
            ("ben", "include", 1),
            ("carl", "unsure", 2),
            ("anna", "exclude", 0),
            ("consensus", "include", 3),
        ]
    ):
        decide(data, who, decision, ids[record], second)
        current.refresh()
        assert all_said(current.screening) == all_said(load_screening(data))
    decide(data, "ben", "obtained", ids[1], 30, "retrieval")
    decide(data, "carl", "include", ids[4], 20)  # by a clock that is behind
    current.refresh()
    assert all_said(current.screening) == all_said(load_screening(data))


@pytest.mark.parametrize("how", ["rewritten", "row taken out", "file gone", "row twice", "merged"])
def test_a_file_that_was_changed_otherwise_is_read_again(data: Path, current, how: str) -> None:
    ids = sorted(current.screening.library.records)
    decide(data, "anna", "include", ids[0], 10)
    decide(data, "anna", "include", ids[1], 20)
    current.refresh()
    path = decisions_path(data, "anna")
    lines = path.read_text().splitlines(keepends=True)
    row = lines[-1]
    if how == "rewritten":
        path.write_text("".join(lines).replace("include", "exclude"))
    elif how == "row taken out":
        path.write_text("".join(lines[:-1]))
    elif how == "file gone":
        path.unlink()
    elif how == "row twice":
        path.write_text("".join((*lines, row)))
    else:  # of another branch, decided before, and unaware of what stands
        path.write_text("".join((*lines, row.replace(":20Z", ":05Z").replace("include", "unsure"))))
    current.refresh()
    assert all_said(current.screening) == all_said(load_screening(data))


def test_records_that_come_in_are_seen(data: Path, current, take) -> None:
    take(articles(3, seed=12), source="embase")
    current.refresh()
    assert len(current.screening.library.records) == 8
    assert all_said(current.screening) == all_said(load_screening(data))


def test_a_damaged_file_is_named_and_what_is_known_stays(data: Path, current) -> None:
    record = min(current.screening.library.records)
    decide(data, "anna", "include", record, 10)
    path = decisions_path(data, "anna")
    whole = path.read_text()
    path.write_text(whole + "medline-1,nonsense\n")
    with pytest.raises(Exception, match=r"anna\.csv:3"):
        current.refresh()
    assert not current.screening.decisions
    path.write_text(whole)
    current.refresh()
    assert len(current.screening.decisions) == 1


def test_two_sittings_of_one_person_do_not_double_a_decision(data: Path, five) -> None:
    here, there = Session(data, "anna"), Session(data, "anna")
    record = here.order[0]
    assert there.order[0] == record
    here.decide("include")
    with pytest.raises(DecidedMeanwhile, match="anna: include"):
        there.decide("exclude")
    assert there.order == here.order
    assert (there.done, there.waiting) == (1, 4)
    assert decisions_path(data, "anna").read_text().count(record) == 1


def test_sessions_that_share_write_what_sessions_apart_write(data: Path, five) -> None:
    def sit(folder: Path, shared: CurrentScreening | None) -> None:
        clock = iter(f"2026-11-21T10:00:{second:02d}Z" for second in range(60))
        told = {"clock": lambda: next(clock), "shared": shared}
        anna, ben = Session(folder, "anna", **told), Session(folder, "ben", **told)
        for session in (anna, ben):
            session.decide("include", note='a "note", of more')
            session.decide("exclude", "design")
            session.undo()
            session.decide("unsure")
            session.decide_all(session.order[:2], "exclude", "participants")
            session.take_back(session.screening.decisions[-1].record_id, "too soon")

    apart = data.parent / "apart"
    shutil.copytree(data, apart)
    sit(data, CurrentScreening(data))
    sit(apart, None)
    for who in ("anna", "ben"):
        assert decisions_path(data, who).read_bytes() == decisions_path(apart, who).read_bytes()
    assert b"withdrawn" in decisions_path(data, "anna").read_bytes()


def test_consensus_is_refused_where_what_it_saw_has_changed(data: Path, five) -> None:
    anna, ben = Session(data, "anna"), Session(data, "ben")
    record = anna.order[0]
    anna.decide("include", report=record)
    ben.decide("exclude", report=record)
    consensus = Session(data, "consensus")
    seen = consensus.seen_on(record)
    ben.take_back(record)
    ben.decide("exclude", "design", report=record)
    with pytest.raises(DecidedMeanwhile, match="ben: exclude design"):
        consensus.decide("include", report=record, seen=seen)
    consensus.decide("include", report=record, seen=consensus.seen_on(record))
    assert consensus.waiting == 0
