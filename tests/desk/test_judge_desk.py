"""Trials judged at the desk by two who do not see each other, and settled side by side."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.desk.assessment_pages import address
from analysis.evidence.instruments import INSPECT_SR, INSTRUMENTS
from analysis.evidence.load import load
from analysis.evidence.risk_of_bias_tools import OVERALL, ROB_2
from analysis.evidence.signalling import QUESTIONS
from analysis.evidence.trustworthiness_tool import DOMAINS as TRUST
from analysis.screening.judging import Judged, judge
from analysis.screening.settling import may_see, to_settle
from tests.desk.asking import Asking, pressed_by_enter
from tests.desk.test_verification_desk import HOSTILE, form_of
from tests.evidence.folder import DataFolder
from tests.evidence.test_signalling import combinations, fifth, first, fourth, second, third

STUDY = "lorig-2008"
TOOL = "RoB 2"
ANNA, BEN, BOTH = (Judged(STUDY, TOOL, who, "pain", "post") for who in ("anna", "ben", "consensus"))
FIRST, *_ = ROB_2
SECRET = "nobody but ben wrote this"


def save(asking: Asking, judged: Judged, domain: str, judgement: str, **more: str):
    """Open the page of a domain and send its form."""
    here = address(judged, domain)
    shown = asking.get(here)
    assert shown.status_code == 200, shown.text
    sent = {**form_of(shown.text), "judgement": judgement, "act": "save", **more}
    return asking.submit(here, sent)


def file(data: Path, judged: Judged = ANNA) -> bytes:
    return (data / f"{judged.instrument.file}.csv").read_bytes()


def judge_all(data: Path, judged: Judged, word: str, support: str = "", **others: str) -> None:
    """All domains in one go, with the same words but for those in `others`."""
    for domain in judged.instrument.judged:
        DataFolder(data).append(
            "risk_of_bias.csv", study_id=judged.study_id, tool=judged.tool, domain=domain,
            judgement=others.get(domain, word), support=support, assessed_by=judged.who,
            outcome=judged.outcome, timepoint=judged.timepoint,
        )  # fmt: skip


def test_the_file_is_that_of_the_command(data: Path, other: Path, client) -> None:
    anna = client()
    said = {"answer.1.1": "Y", "answer.1.2": "PY", "answer.1.3": "N"}
    shown = save(anna, ANNA, FIRST, "low", support="  drawn by\n computer ", **said)
    judge(other, ANNA, FIRST, "low", "drawn by computer", answers="1.1 Y 1.2 PY 1.3 N")
    assert file(data) == file(other)
    # The next domain at once.
    assert f'name="domain" value="{ROB_2[1]}"' in shown.text
    save(anna, ANNA, FIRST, "some concerns", support="baseline differs")
    judge(other, ANNA, FIRST, "some concerns", "baseline differs", again=True)
    assert file(data) == file(other)
    save(anna, ANNA, FIRST, "low", act="take back")
    assert "anna" not in file(data).decode()
    assert (data / "withdrawn").is_dir()


def test_enter_saves_a_judgement_and_the_next_domain_is_where_one_answers(client) -> None:
    """Where the answers' proposal is asked for stands above the judgement."""
    anna, here = client(), address(ANNA, FIRST)
    assert pressed_by_enter(anna.get(here).text, here)["value"] == "save"
    shown = save(anna, ANNA, FIRST, "low", support="table 2").text
    assert f"Saved: {FIRST}, low." in shown
    (focused, *_) = re.findall(r'name="([^"]+)" autofocus', shown)
    assert focused == "answer.2.1"


@pytest.mark.parametrize(
    ("domain", "criteria"), [*zip(ROB_2, (first, second, third, fourth, fifth), strict=True)]
)
def test_what_the_answers_propose_is_what_the_tables_say(client, domain: str, criteria) -> None:
    anna, here = client(), address(ANNA, domain)
    sent = {"domain": domain, "act": "propose"}
    every = list(combinations(domain))
    for said in every[:: max(1, len(every) // 4)]:
        given = {f"answer.{number}": answer for number, answer in said.items()}
        shown = anna.submit(here, {**sent, **given})
        assert f"The answers propose: {criteria(said)}." in shown.text
    one = {f"answer.{QUESTIONS[domain][-1]}": "NI"}
    assert "a question that the tool asks is open" in anna.submit(here, {**sent, **one}).text


def test_a_page_asks_every_question_by_number_and_none_in_words(client) -> None:
    for domain, numbers in QUESTIONS.items():
        shown = client().get(address(ANNA, domain)).text
        assert re.findall(r">Question ([\d.]+)<", shown) == list(numbers)
        assert INSTRUMENTS[TOOL].link in shown


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"judgement": "unclear"}, "is no judgement of RoB 2"),
    ({"judgement": ""}, "is no judgement of RoB 2"),
    ({"judgement": "low", "answer.1.1": "perhaps"}, "1.1 perhaps"),
    ({"judgement": "high", "answer.1.1": "Y", "answer.1.2": "Y", "answer.1.3": "N"},
     "the answers propose low"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    data: Path, client, fields: dict[str, str], sentence: str
) -> None:
    before = file(data)
    anna = client()
    fields = {"support": "" if "answer.1.2" in fields else HOSTILE, **fields}
    shown = save(anna, ANNA, FIRST, **fields)
    assert shown.status_code == 422
    assert sentence in shown.text
    assert HOSTILE not in shown.text
    assert ("&lt;script&gt;" in shown.text) == bool(fields["support"])
    assert file(data) == before


@pytest.mark.parametrize("page", [
    "/judge/assess/nobody-1999", f"/judge/assess/{STUDY}?domain=luck",
    f"/judge/assess/{STUDY}?tool=RoB+3", f"/judge/assess/{STUDY}?outcome=luck",
    f"/judge/assess/{STUDY}?tool=INSPECT-SR&outcome=pain", f"/judge/settle/{STUDY}",
    f"/judge/trial/{STUDY}?tool={HOSTILE}", "/judge/trial/nobody-1999",
])  # fmt: skip
def test_what_there_is_not_is_a_sentence(client, page: str) -> None:
    shown = client().get(page)
    assert shown.status_code == 422
    assert HOSTILE not in shown.text


def without_token(text: str) -> str:
    return re.sub(r'name="(form_token|seen)" value="\w+"', "", text)


def test_what_another_judged_is_nowhere_until_both_have_judged_all(data: Path, client) -> None:
    pages = [
        "/judge",
        f"/judge/trial/{STUDY}",
        *(address(ANNA, d) for d in INSTRUMENTS[TOOL].judged),
    ]
    anna = client()
    for domain in (FIRST, ROB_2[1]):
        judge(data, ANNA, domain, "low", "a place")
    before = [without_token(anna.get(page).text) for page in pages]
    judge_all(data, BEN, "high", SECRET)
    # Not a letter of any page is another for it.
    assert [without_token(anna.get(page).text) for page in pages] == before
    assert anna.get(address(BOTH)).status_code == 422
    # Nor is it told by the weights of a rating that rests on it.
    rating = anna.get(f"/judge/certainty/{load(data).trials[STUDY].condition}-pain-post").text
    assert address(ANNA).replace("&", "&amp;") in rating
    assert "of the weight" not in rating
    for domain in (*ROB_2[2:], OVERALL):
        judge(data, ANNA, domain, "low", "a place")
    shown = anna.get(address(ANNA)).text
    assert SECRET in shown
    assert shown.count("to be settled") == 6
    # By then nobody changes what they judged by themselves.
    assert "<form" not in anna.get(address(ANNA, FIRST)).text.split("<h1>")[1]
    refused = anna.submit(address(ANNA), {"domain": FIRST, "judgement": "high", "act": "save"})
    assert "what you differ on is settled" in refused.text


def test_while_anybody_is_at_it_nobody_sees_what_the_other_judged(data: Path) -> None:
    judge_all(data, ANNA, "low")
    judge(data, BEN, FIRST, "high", SECRET)
    evidence = load(data)
    assert not may_see(evidence, ANNA)
    assert not may_see(evidence, BEN)
    assert not to_settle(evidence, "cleo")


def test_two_who_differ_settle_it_side_by_side(data: Path, other: Path, client) -> None:
    differing = {FIRST: "high", OVERALL: "high"}
    for folder in (data, other):
        judge_all(folder, ANNA, "low", "the protocol")
        judge_all(folder, BEN, "low", SECRET, **differing)
    anna = client()
    assert "/judge/settle/" in anna.get("/judge").text
    assert f"Judgements on which assessors differ: {STUDY}" in anna.get("/").text
    shown = anna.get(address(BOTH)).text
    assert SECRET in shown
    assert "the protocol" in shown
    assert "checked" not in shown
    for domain in (FIRST, OVERALL):
        shown = save(anna, BOTH, domain, "high", support="as ben says").text
        judge(other, BOTH, domain, "high", "as ben says")
    assert file(data) == file(other)
    assert "Nothing is left to settle here" in shown
    # What was agreed can be said anew, and what each judged stays.
    assert address(BOTH, FIRST).replace("&", "&amp;") in anna.get(address(ANNA)).text
    save(anna, BOTH, FIRST, "some concerns", support="as both say")
    judge(other, BOTH, FIRST, "some concerns", "as both say", again=True)
    assert file(data) == file(other)


def test_who_is_finished_settles_without_one_who_is_not(data: Path, other: Path, client) -> None:
    for folder in (data, other):
        judge_all(folder, ANNA, "low", "the protocol", **{OVERALL: "high"})
        judge(folder, BEN, FIRST, "high", SECRET)
    without = address(BOTH, without=["ben"])
    anna, ben = client(), client("ben")
    shown = anna.get(address(ANNA)).text
    assert "ben has begun and not judged every domain" in shown
    assert without.replace("&", "&amp;") in shown
    assert SECRET not in shown
    assert "ben has not." in anna.get(address(BOTH)).text
    assert ben.get(without).status_code == 422
    shown = anna.get(without).text
    assert SECRET in shown
    assert "ben has not judged every domain" in shown
    sent = {**form_of(shown), "judgement": "high", "support": "without ben", "act": "save"}
    anna.submit(address(BOTH, FIRST, ["ben"]), {**sent, "domain": FIRST})
    judge(other, BOTH, FIRST, "high", "without ben")
    assert file(data) == file(other)
    # What anna has seen she does not judge anew; ben goes on by himself.
    assert "<form" not in anna.get(address(ANNA, OVERALL)).text.split("<h1>")[1]
    assert "<form" in ben.get(address(BEN, ROB_2[1])).text.split("<h1>")[1]


def test_a_domain_judged_meanwhile_is_shown_with_both_values(data: Path, client) -> None:
    anna, here = client(), address(ANNA, FIRST)
    sent = {**form_of(anna.get(here).text), "judgement": "high", "support": "mine", "act": "save"}
    judge(data, ANNA, FIRST, "low", "theirs")
    before = file(data)
    shown = anna.submit(here, sent)
    assert shown.status_code == 422
    assert "low: theirs" in shown.text
    assert "high: mine" in shown.text
    assert file(data) == before
    anna.submit(here, {**sent, **form_of(shown.text)})
    assert b"mine" in file(data)


def test_trustworthiness_is_judged_with_the_checks_that_raise_a_concern(
    data: Path,
    other: Path,
    client,
) -> None:
    trust = Judged("chiauzzi-2010", INSPECT_SR.name, "anna")
    anna = client()
    results = TRUST[-1]
    judged = {"support": "table 2", "check": ["4.9", "4.8"]}
    save(anna, trust, results, "some concerns", **judged)
    judge(other, trust, results, "some concerns", "table 2", answers="4.8 4.9")
    assert file(data, trust) == file(other, trust)
    shown = anna.get(address(trust, results)).text
    assert shown.count("checked") == 3
    assert "4.8 impossible means of integers" in shown


def test_another_tool_of_the_protocol_is_judged_without_questions(
    data: Path,
    other: Path,
    client,
) -> None:
    older = Judged(STUDY, "RoB 1", "anna")
    domain = older.instrument.domains[0]
    shown = save(client(), older, domain, "unclear", support="not said")
    judge(other, older, domain, "unclear", "not said")
    assert file(data) == file(other)
    assert "Signalling questions" not in shown.text


def test_what_the_data_propose_stands_under_its_check_with_the_arithmetic(client) -> None:
    trust = Judged("nhu-2024", INSPECT_SR.name, "anna")
    shown = client().get(address(trust, TRUST[-1])).text
    assert "53 participants, 20 randomised" in shown
    assert "To look at:" in shown
