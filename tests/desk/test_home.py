"""What the first page says: what waits for whom, the next step first, and how far the team is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.screening.decisions import load_screening
from analysis.screening.extraction_template import new_extraction
from analysis.screening.judging import Judged, judge
from analysis.screening.known_people import known_people
from analysis.screening.own_work import Progress, own_work, progress
from analysis.screening.waiting import awaiting
from tests.desk.conftest import STUDY
from tests.evidence.folder import DataFolder


def own(data: Path, who: str) -> list[str]:
    return [w.what for w in own_work(data, load_screening(data), load(data), who)]


def said(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_what_waits_for_one_person_is_what_that_person_has_not_done(data: Path) -> None:
    assert own(data, "anna") == [
        "titles and abstracts: 1 record on which you and ben differ",
        "full reports: 1 record to decide on",
        "reports to obtain: 1 record to decide on",
        "titles and abstracts: 2 records to decide on",
        f"trials that need an extractor: {STUDY}",
    ]
    assert "titles and abstracts: 3 records to decide on" in own(data, "ben")
    assert not any("differ" in line for line in own(data, "carla"))


def test_an_extraction_is_waited_for_until_it_is_in_the_review(data: Path) -> None:
    new_extraction(data, STUDY, "anna", [])
    begun = f"your extractions that are not in the review yet: {STUDY}"
    assert begun in own(data, "anna")
    lacking = f"trials that need an extractor: {STUDY}"
    assert lacking in own(data, "ben")
    new_extraction(data, STUDY, "ben", [])
    assert lacking not in own(data, "carla")


def test_a_judgement_that_was_begun_waits_until_each_domain_is_judged(
    data: Path, evidence: Evidence
) -> None:
    tool = evidence.protocol.risk_of_bias.tools[0]
    judged = Judged(evidence.included[0].study_id, tool, "anna")
    every = judged.instrument.judged
    judge(data, judged, every[0], judged.instrument.words[0], "the report says so")
    begun = [line for line in own(data, "anna") if line.startswith("judgements that you began")]
    assert begun == [f"judgements that you began: {len(every) - 1} domains of {judged.study_id}"]
    assert not any(line.startswith("judgements") for line in own(data, "ben"))


def test_progress_is_of_what_has_come_to_each_part(data: Path) -> None:
    found = progress(load_screening(data), load(data), "anna")
    assert found[:3] == (
        Progress("titles and abstracts", 4, 8, 6),
        Progress("reports to obtain", 2, 3),
        Progress("full reports", 1, 2, 1),
    )
    rows = len(load(data).outcomes)
    assert found[3] == Progress("outcome rows seen in the report", 0, rows)


def test_home_begins_with_the_next_step_and_links_to_the_desks(data: Path, client) -> None:
    page = client().get("/").text
    assert "Next: Titles and abstracts: 1 record on which you and ben differ" in said(page)
    assert "Titles and abstracts: 8 records" not in said(page)
    assert "Titles and abstracts: 4 of 8, by anna 6" in said(page)
    assert 'max="8" value="4"' in page
    # What two differ on is listed on a page of its own, and that is where the step leads.
    (step,) = re.findall(r'<strong>Next:</strong>\s*<a href="([^"]+)"', page)
    assert step == "/screen/title-abstract/differences"
    assert "To see what waits" not in page


def test_home_says_all_that_update_says(data: Path, client) -> None:
    page = said(client(who="").get("/").text)
    assert "Say who works" in page
    for waiting in awaiting(data, load(data)):
        what = waiting.what.split(": ", 1)[1] if waiting.stage else waiting.what[1:]
        assert what in page


def test_data_that_are_not_valid_are_said_and_the_desk_goes_on(data: Path, client) -> None:
    folder = DataFolder(data)
    line = folder.edit("outcomes.csv", folder.rows("outcomes.csv")[1][0], timepoint="sometime")
    shown = client().get("/")
    assert shown.status_code == 422
    assert f"outcomes.csv:{line}: timepoint" in shown.text


@pytest.mark.parametrize(
    ("name", "person"), [("Anna Persön", "anna-person"), ("O'Person, A.", "o-person-a")]
)
def test_people_are_known_by_what_they_did_and_by_the_team(
    data: Path, name: str, person: str
) -> None:
    (data / "team.yml").write_text(f'authors: [{{name: "{name}"}}]\n', encoding="utf-8")
    new_extraction(data, STUDY, "dora", [])
    assert known_people(data, load(data)) == tuple(sorted(("anna", "ben", "dora", person)))
