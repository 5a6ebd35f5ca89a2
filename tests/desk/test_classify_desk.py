"""Trials that wait are classified at the desk by the same call as the command, and wait again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.files.clock import now
from analysis.screening.classification import awaiting_trials, classify
from tests.desk.conftest import STUDY
from tests.evidence.folder import DataFolder

THERE = "/screen/trials"
SEEN = re.compile(r'name="seen" value="(\w+)"')
WHY = "no <b>comparator</b> & no control"


@pytest.fixture
def study(data: Path) -> str:
    return awaiting_trials(load(data))[0].study_id


def form(client, study: str, **fields: str) -> dict[str, str]:
    """The fields of the trial's form as it is shown, with what a person put into them."""
    shown = client.get(f"{THERE}/{study}").text
    return {"seen": SEEN.findall(shown)[0], "act": "save", **fields}


def test_a_trial_is_excluded_as_the_command_does_and_waits_again(
    client, data: Path, other: Path, study: str
) -> None:
    asking, before = client(), load(data).trials[study]
    assert f'href="{THERE}"' in asking.get("/").text
    assert before.reason in asking.get(THERE).text
    done = asking.submit(f"{THERE}/{study}", form(asking, study, status="excluded", reason=WHY))
    assert "no &lt;b&gt;comparator&lt;/b&gt; &amp; no control" in done.text
    classify(other, study, "excluded", WHY, "anna", now()[:10])
    assert (data / "studies.csv").read_bytes() == (other / "studies.csv").read_bytes()
    trial = load(data).trials[study]
    assert (trial.status, trial.reason, trial.classified_by) == ("excluded", WHY, "anna")
    assert trial.waited_for == before.reason
    asking.submit(f"{THERE}/{study}", form(asking, study, act="take back"))
    assert load(data).trials[study] == before
    kept = data / f"withdrawn/classification-{study}/studies.csv"
    assert WHY.split(" & ")[1] in kept.read_text("utf-8")


def test_what_cannot_be_is_said_and_what_was_typed_stays(client, data: Path, study: str) -> None:
    asking, before = client(), (data / "studies.csv").read_bytes()
    sent = form(asking, study, status="excluded")
    refused = asking.submit(f"{THERE}/{study}", sent)
    assert (refused.status_code, "an exclusion says why" in refused.text) == (422, True)
    neither = asking.submit(f"{THERE}/{study}", {**sent, "status": "", "reason": "typed"})
    assert (neither.status_code, ">typed</textarea>" in neither.text) == (422, True)
    assert "choose whether it is included or excluded" in neither.text
    assert (data / "studies.csv").read_bytes() == before
    DataFolder(data).edit("studies.csv", study, comparator="")
    lacking = asking.submit(f"{THERE}/{study}", {**sent, "status": "included", "reason": ""})
    assert lacking.status_code == 422
    assert "comparator: blank, but the trial is included" in lacking.text


def test_a_trial_that_is_included_waits_to_be_extracted(client, data: Path) -> None:
    with_rows = {row.study_id for row in load(data).outcomes}
    study = next(t.study_id for t in awaiting_trials(load(data)) if t.study_id not in with_rows)
    asking = client()
    asking.submit(f"{THERE}/{study}", form(asking, study, status="included"))
    named = " and ".join(sorted((STUDY, study)))
    assert f"Trials that need an extractor: {named}" in asking.get("/").text
    assert load(data).trials[study].label in asking.get("/extract").text


def test_a_trial_that_is_included_with_its_rows_is_not_extracted_again(client, data: Path) -> None:
    with_rows = {row.study_id for row in load(data).outcomes}
    study = next(t.study_id for t in awaiting_trials(load(data)) if t.study_id in with_rows)
    asking = client()
    label = load(data).trials[study].label
    asking.submit(f"{THERE}/{study}", form(asking, study, status="included"))
    assert load(data).trials[study].status == "included"
    assert label not in asking.get("/extract").text.split("</header>")[-1]


def test_what_somebody_decided_meanwhile_is_not_overwritten(client, data: Path, study: str) -> None:
    asking = client()
    sent = form(asking, study, status="excluded", reason="mine")
    classify(data, study, "included", "", "ben", "2026-12-01")
    before = (data / "studies.csv").read_bytes()
    refused = asking.submit(f"{THERE}/{study}", sent)
    assert refused.status_code == 422
    assert "included by ben on 2026-12-01" in refused.text
    assert "Exclude it: mine" in refused.text
    assert (data / "studies.csv").read_bytes() == before


def test_a_full_report_that_nobody_is_sure_of_is_listed(client, data: Path) -> None:
    asking = client()
    with_it = asking.get("/screen/full-report").text
    record = re.findall(r'name="record" value="([^"]+)"', with_it)[0]
    for who in ("anna", "ben"):
        shown = client(who).get(f"/screen/full-report?record={record}").text
        sent = {"record": record, "decision": "unsure", "seen": SEEN.findall(shown)[0]}
        assert client(who).submit("/screen/full-report", sent).status_code == 200
    assert f'href="/screen/full-report?record={record}"' in asking.get(THERE).text
    assert "full reports of which those who decided are unsure: 1".capitalize() in (
        asking.get("/").text
    )
