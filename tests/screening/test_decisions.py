from __future__ import annotations

from pathlib import Path

import pytest

from analysis.files.problems import EvidenceError
from analysis.screening.decision_files import (
    Decision,
    add_decisions,
    criteria_of,
    decisions_path,
    read_own,
    withdrawal_of,
)
from analysis.screening.decisions import Verdict, load_screening, verdict, what_differs
from analysis.searching.duplicate_log import overrule
from analysis.searching.library import load_library

TITLES, FULL = "title-abstract", "full-report"


def said(who: str, decision: str, stage: str = TITLES, record: str = "r", **more: str) -> Decision:
    values = {"criterion": "", "study_id": "", "note": "", "when": "2026-11-21T08:00:00Z"} | more
    return Decision(record, stage, decision, who=who, **values)


def add(data: Path, *decisions: Decision) -> None:
    add_decisions(data, load_library(data), decisions)


@pytest.fixture
def ids(data: Path, five) -> list[str]:
    return sorted(load_library(data).records)


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([], Verdict.AWAITING),
        ([said("anna", "include")], Verdict.AWAITING),
        ([said("anna", "include"), said("ben", "include")], Verdict.YES),
        ([said("anna", "include"), said("ben", "unsure")], Verdict.YES),
        ([said("anna", "exclude"), said("ben", "exclude")], Verdict.NO),
        ([said("anna", "include"), said("ben", "exclude")], Verdict.CONFLICT),
        (
            [said("anna", "include"), said("ben", "exclude"), said("consensus", "exclude")],
            Verdict.NO,
        ),
    ],
)
def test_titles_and_abstracts_need_two_who_agree_or_a_consensus(decisions, expected) -> None:
    assert verdict(TITLES, decisions) is expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("include", "a-1"), ("include", "a-1"), Verdict.YES),
        (("include", "a-1"), ("include", "b-2"), Verdict.CONFLICT),
        (("include", "a-1"), ("unsure", ""), Verdict.CONFLICT),
        (("unsure", ""), ("unsure", ""), Verdict.UNSURE),
    ],
)
def test_full_reports_are_of_a_study_both_name(first, second, expected) -> None:
    decisions = [
        said("anna", first[0], FULL, study_id=first[1]),
        said("ben", second[0], FULL, study_id=second[1]),
    ]
    assert verdict(FULL, decisions) is expected


def test_one_person_establishes_that_a_report_was_obtained() -> None:
    assert verdict("retrieval", [said("anna", "obtained", "retrieval")]) is Verdict.YES
    assert verdict("retrieval", [said("anna", "not obtained", "retrieval")]) is Verdict.NO


def test_the_latest_decision_of_a_person_counts_and_the_earlier_stays(data, ids) -> None:
    add(data, said("anna", "include", record=ids[0], when="2026-11-21T08:00:00Z"))
    add(data, said("anna", "exclude", record=ids[0], when="2026-11-21T09:00:00Z"))
    screening = load_screening(data)
    assert len(screening.decisions) == 2
    assert screening.labels(TITLES, "anna") == {ids[0]: False}


def test_a_decision_counts_for_every_record_of_the_report(data, ids) -> None:
    library = load_library(data)
    overrule(data, library, (ids[0], ids[1]), "same", "anna", "")
    add(data, said("anna", "include", record=ids[1]), said("ben", "include", record=ids[0]))
    verdicts = load_screening(data).verdicts(TITLES)
    assert len(verdicts) == 4
    assert list(verdicts.values()).count(Verdict.YES) == 1


def test_a_report_reaches_the_next_stage_by_a_yes_only(data, ids) -> None:
    for who in ("anna", "ben"):
        add(data, said(who, "include", record=ids[0]), said(who, "exclude", record=ids[1]))
    screening = load_screening(data)
    assert screening.reached("retrieval") == (ids[0],)
    assert screening.reached(FULL) == ()
    add(data, said("anna", "obtained", "retrieval", ids[0]))
    assert load_screening(data).reached(FULL) == (ids[0],)


def test_a_persons_queue_is_what_that_person_has_not_read(data, ids) -> None:
    add(data, said("anna", "include", record=ids[0]))
    screening = load_screening(data)
    assert ids[0] not in screening.queue(TITLES, "anna")
    assert ids[0] in screening.queue(TITLES, "ben")


def test_the_queue_of_consensus_is_the_conflicts(data, ids) -> None:
    add(data, said("anna", "include", record=ids[0]), said("ben", "exclude", record=ids[0]))
    add(data, said("anna", "include", record=ids[1]))
    assert load_screening(data).queue(TITLES, "consensus") == (ids[0],)
    add(data, said("consensus", "include", record=ids[0]))
    assert load_screening(data).queue(TITLES, "consensus") == ()


def test_conflicts_and_agreement_are_listed(data, ids) -> None:
    add(
        data,
        *(
            said("anna", d, record=r)
            for d, r in zip(["include"] * 2 + ["exclude"], ids, strict=False)
        ),
    )
    add(
        data,
        *(
            said("ben", d, record=r)
            for d, r in zip(["include"] + ["exclude"] * 2, ids, strict=False)
        ),
    )
    screening = load_screening(data)
    assert list(screening.conflicts(TITLES)) == [ids[1]]
    (found,) = screening.agreements(TITLES)
    assert (found.both_yes, found.both_no, found.only_first, found.only_second) == (1, 1, 1, 0)


def test_a_decision_taken_back_stays_on_record_and_counts_no_more(data, ids) -> None:
    library = load_library(data)
    add(data, said("anna", "include", record=ids[0]))
    before = decisions_path(data, "anna").read_bytes()
    decided = said("anna", "include", record=ids[0])
    add_decisions(data, library, [withdrawal_of(decided, "2026-11-21T08:00:00Z")])
    assert decisions_path(data, "anna").read_bytes().startswith(before)
    screening = load_screening(data)
    assert [d.decision for d in screening.decisions] == ["include", "withdrawn"]
    assert screening.latest(TITLES) == {}
    assert ids[0] in screening.queue(TITLES, "anna")
    # In the same second once more, as a key pressed quickly.
    add(data, said("anna", "include", record=ids[0]))
    assert load_screening(data).labels(TITLES, "anna") == {ids[0]: True}
    assert load_screening(data).apart(TITLES) == {}


def test_a_decision_names_the_one_that_it_replaces(data, ids) -> None:
    add(data, said("anna", "include", record=ids[0], when="2026-11-21T08:00:00Z"))
    add(data, said("anna", "exclude", record=ids[1], when="2026-11-21T08:30:00Z"))
    # The clock was set back; the later decision counts.
    add(data, said("anna", "exclude", record=ids[0], when="2026-11-21T07:00:00Z"))
    first, other, later = read_own(
        decisions_path(data, "anna"), load_library(data), criteria_of(data)
    )
    assert (first.replaces, other.replaces) == ("", "")
    assert later.replaces == first.when
    assert load_screening(data).labels(TITLES, "anna")[ids[0]] is False


def two_branches(data: Path, who: str, record: str) -> None:
    """One person decided twice, each time without knowing of the other; two lines of a merge."""
    path = decisions_path(data, who)
    add(data, said(who, "include", record=record, when="2026-11-21T08:00:00Z"))
    include = path.read_text(encoding="utf-8")
    path.unlink()
    add(data, said(who, "exclude", record=record, criterion="design", when="2026-11-21T09:00:00Z"))
    exclude = path.read_text(encoding="utf-8").splitlines()[1]
    path.write_text(f"{include}{exclude}\n", encoding="utf-8")


def test_two_decisions_made_apart_are_a_conflict_until_it_is_settled(data, ids) -> None:
    two_branches(data, "anna", ids[0])
    add(data, said("ben", "include", record=ids[0], when="2026-11-21T08:00:00Z"))
    screening = load_screening(data)
    assert [d.decision for d in screening.apart(TITLES)[ids[0]]] == ["include", "exclude"]
    (conflict,) = screening.conflicts(TITLES).values()
    assert {(d.who, d.decision, d.criterion) for d in conflict} == {
        ("anna", "include", ""), ("anna", "exclude", "design"), ("ben", "include", ""),
    }  # fmt: skip
    add(data, said("consensus", "include", record=ids[0], when="2026-11-22T08:00:00Z"))
    assert load_screening(data).verdicts(TITLES)[ids[0]] is Verdict.YES


def test_what_differs_is_said_column_by_column() -> None:
    anna = said("anna", "exclude", FULL, criterion="design", note="a protocol")
    ben = said("ben", "include", FULL, study_id="minen-2026", note="a protocol")
    again = said("ben", "include", FULL, study_id="minen-2027", when="2026-11-22T08:00:00Z")
    assert [*what_differs([anna, ben])] == [
        "decision: anna exclude, ben include",
        "criterion: anna design, ben (blank)",
        "study_id: anna (blank), ben minen-2026",
    ]
    assert [*what_differs([ben, again])] == [
        "study_id: ben at 2026-11-21T08:00:00Z minen-2026, ben at 2026-11-22T08:00:00Z minen-2027",
        "note: ben at 2026-11-21T08:00:00Z a protocol, ben at 2026-11-22T08:00:00Z (blank)",
    ]


def test_a_consensus_found_twice_is_a_conflict_until_a_third(data, ids) -> None:
    two_branches(data, "consensus", ids[0])
    assert load_screening(data).queue(TITLES, "consensus") == (ids[0],)
    add(data, said("consensus", "include", record=ids[0], when="2026-11-22T08:00:00Z"))
    screening = load_screening(data)
    assert screening.decisions[-1].replaces == "2026-11-21T08:00:00Z 2026-11-21T09:00:00Z"
    assert screening.verdicts(TITLES)[ids[0]] is Verdict.YES
    assert screening.apart(TITLES) == {}


def test_a_row_that_came_in_twice_is_read_once(data, ids) -> None:
    add(data, said("anna", "include", record=ids[0]))
    path = decisions_path(data, "anna")
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[1])
    assert len(load_screening(data).decisions) == 1


def test_a_note_of_several_lines_is_kept_on_one(data, ids) -> None:
    add(data, said("anna", "include", record=ids[0], note="first\r\nsecond\n\nthird "))
    assert len(decisions_path(data, "anna").read_bytes().splitlines()) == 2
    assert load_screening(data).decisions[0].note == "first second third"


@pytest.mark.parametrize("name", ["Anna.csv", "anna.CSV", "anna (Kopie).csv", "con.csv", "notes"])
def test_a_file_of_no_person_is_named(data: Path, ids, name: str) -> None:
    add(data, said("anna", "include", record=ids[0]))
    (data / "screening" / name).write_text("", encoding="utf-8")
    with pytest.raises(EvidenceError, match="no person's decisions") as error:
        load_screening(data)
    assert name in str(error.value)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("nowhere-1,title-abstract,include,,,2026-11-21T08:00:00Z,,", "record_id"),
        ("{id},titles,include,,,2026-11-21T08:00:00Z,,", "stage"),
        ("{id},title-abstract,maybe,,,2026-11-21T08:00:00Z,,", "decision"),
        ("{id},title-abstract,obtained,,,2026-11-21T08:00:00Z,,", "a decision of its stage"),
        ("{id},title-abstract,exclude,boring,,2026-11-21T08:00:00Z,,", "criterion"),
        ("{id},full-report,exclude,,,2026-11-21T08:00:00Z,,", "names the criterion"),
        ("{id},full-report,include,,,2026-11-21T08:00:00Z,,", "names the study"),
        ("{id},title-abstract,include,,,2026-11-21T08:00:00Z,,08:00", "replaces"),
        ("{id},title-abstract,withdrawn,,,2026-11-21T08:00:00Z,,", "names the time"),
        ("{id},title-abstract,include,,,yesterday,,", "when"),
        ("{id},full-report,include,,../x,2026-11-21T08:00:00Z,,", "study_id"),
    ],
)
def test_a_wrong_row_is_named_by_line(data: Path, ids, row: str, place: str) -> None:
    add(data, said("anna", "include", record=ids[0]))
    with decisions_path(data, "anna").open("a") as file:
        file.write(row.format(id=ids[1]) + "\n")
    with pytest.raises(EvidenceError) as error:
        load_screening(data)
    assert "anna.csv:3: " in str(error.value)
    assert place in str(error.value)


def test_all_decisions_or_none_are_added(data: Path, ids) -> None:
    good = said("anna", "include", record=ids[0])
    bad = said("anna", "include", record=ids[1], when="late")
    with pytest.raises(EvidenceError, match=r"anna\.csv:3: when: 'late' was found"):
        add(data, good, bad)
    assert not decisions_path(data, "anna").exists()


def test_decisions_are_added_to_a_file_that_a_spreadsheet_saved(data: Path, ids) -> None:
    add(data, said("anna", "include", record=ids[0]))
    path = decisions_path(data, "anna")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n").rstrip())
    add(data, said("anna", "exclude", record=ids[1], note="first, second"))
    assert [d.record_id for d in load_screening(data).decisions] == ids[:2]
    assert b"\r" not in path.read_bytes()
    add(data, said("anna", "exclude", record=ids[2]))
    assert [d.note for d in load_screening(data).decisions] == ["", "first, second", ""]


def test_the_stopping_aid_reads_decisions_in_their_order(data, ids) -> None:
    for number, decision in enumerate(["include", "exclude", "exclude"]):
        when = f"2026-11-21T08:00:0{number}Z"
        add(data, said("anna", decision, record=ids[2 - number], when=when))
    aid = load_screening(data).stopping("anna")
    assert (aid.read, aid.unread, aid.irrelevant_in_a_row) == (3, 2, 2)
