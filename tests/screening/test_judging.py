"""Risk of bias judged by two people, each by themselves, and settled by a consensus."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from analysis.commands.judge import judge as command
from analysis.commands.options import FOR_A_PERSON
from analysis.evidence.instruments import INSTRUMENTS
from analysis.evidence.load import load
from analysis.evidence.risk_of_bias_tools import DOMAINS, OVERALL
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.withdrawals import carry_out
from analysis.screening.judging import (
    Judged,
    judge,
    said_by_others,
    tool_for,
    waiting,
    withdrawn_judgement,
)
from tests.commands.typed import typed_on

TOOL = "RoB 2"
STUDY = "lorig-2008"
ANNA, BEN, BOTH = (Judged(STUDY, TOOL, who, "pain", "post") for who in ("anna", "ben", "consensus"))
FIRST, *OTHERS = DOMAINS[TOOL]


def review(data: Path, *words: str, exit_code: int = FOR_A_PERSON) -> str:
    return typed_on(data, f"judge {STUDY}", *words, exit_code=exit_code)


def test_each_person_judges_every_domain_and_the_consensus_what_differs(data: Path) -> None:
    assert waiting(load(data), ANNA) == (*DOMAINS[TOOL], OVERALL)
    assert waiting(load(data), BOTH) == ()
    before = (data / "risk_of_bias.csv").read_text(encoding="utf-8").splitlines()
    judge(data, ANNA, FIRST, "low", "computer, concealed")
    judge(data, BEN, FIRST, "some concerns", "")
    for person in (ANNA, BEN):
        judge(data, person, OTHERS[0], "low", "")
    assert waiting(load(data), ANNA) == (*OTHERS[1:], OVERALL)
    assert waiting(load(data), BOTH) == (FIRST,)
    said = {row.assessed_by: row.judgement for row in said_by_others(load(data), BOTH, FIRST)}
    assert said == {"anna": "low", "ben": "some concerns"}
    judge(data, BOTH, FIRST, "low", "the protocol says how")
    assert waiting(load(data), BOTH) == ()
    after = (data / "risk_of_bias.csv").read_text(encoding="utf-8").splitlines()
    rows = [line for line in after if line not in before and line.startswith(STUDY)]
    assert len(rows) == 5
    # What stood there stands there to the letter, but for the columns that a result needs.
    assert [line.split(",")[:6] for line in after if line not in rows] == (
        [line.split(",")[:6] for line in before]
    )


@pytest.mark.parametrize(("domain", "judgement", "said"), [
    ("blinding", "low", "is no domain of RoB 2"),
    (FIRST, "unclear", "is no judgement of RoB 2: low, some concerns, high"),
])  # fmt: skip
def test_what_the_tool_does_not_have_is_refused(
    data: Path, domain: str, judgement: str, said: str
) -> None:
    before = (data / "risk_of_bias.csv").read_bytes()
    with pytest.raises(ReviewError, match=said):
        judge(data, ANNA, domain, judgement, "")
    assert (data / "risk_of_bias.csv").read_bytes() == before


def test_an_overall_judgement_is_not_better_than_the_worst_domain(data: Path) -> None:
    judge(data, ANNA, FIRST, "high", "alternation")
    before = (data / "risk_of_bias.csv").read_bytes()
    with pytest.raises(EvidenceError, match="high"):
        judge(data, ANNA, OVERALL, "low", "")
    assert (data / "risk_of_bias.csv").read_bytes() == before
    judge(data, ANNA, OVERALL, "high", "")


def test_nobody_judges_a_domain_twice(data: Path) -> None:
    judge(data, ANNA, FIRST, "low", "")
    with pytest.raises(ReviewError, match="has judged randomisation process already"):
        judge(data, ANNA, FIRST, "high", "")


def test_the_tool_fits_the_design(data: Path) -> None:
    evidence = load(data)
    assert tool_for(evidence, STUDY) == TOOL
    assert tool_for(evidence, STUDY, "RoB 1") == "RoB 1"
    with pytest.raises(ReviewError, match="no tool is called"):
        tool_for(evidence, STUDY, "RoB 3")
    with pytest.raises(ReviewError, match="no trial is called"):
        tool_for(evidence, "nobody-1999")


def tools_are(data: Path, *names: str) -> None:
    protocol = data / "protocol.yml"
    said = f"risk_of_bias: {{tools: [{', '.join(names)}]}}\n\neligibility:\n"
    text = protocol.read_text("utf-8").replace(", risk of bias, year]", ", year]")
    protocol.write_text(text.replace("eligibility:\n", said, 1), "utf-8")


def test_the_first_tool_of_the_protocol_is_asked_and_no_other(data: Path) -> None:
    tools_are(data, "RoB 1", "RoB 2")
    assert tool_for(load(data), STUDY) == "RoB 1"
    with pytest.raises(
        ReviewError, match=r"does not use 'RoB 2 for crossover trials': .* RoB 1 and"
    ):
        tool_for(load(data), STUDY, "RoB 2 for crossover trials")


def test_without_a_tool_only_trustworthiness_waits(data: Path) -> None:
    tools_are(data)
    (data / "risk_of_bias.csv").write_text(
        f"{(data / 'risk_of_bias.csv').read_text().split()[0]}\n"
    )
    assert tool_for(load(data), STUDY) == ""
    with pytest.raises(ReviewError, match="the protocol names no tool for risk of bias"):
        review(data, "--who", "anna", "--outcome", "pain")
    every = [f"{domain}=no concerns" for domain in INSTRUMENTS["INSPECT-SR"].judged]
    tool = ["--tool", "INSPECT-SR"]
    every = [word for text in every for word in ("--say", text)]
    review(data, "--who", "anna", *tool, *every, exit_code=0)
    said = review(data, "--who", "anna", exit_code=0)
    assert f"Nothing of {STUDY} waits for anna in INSPECT-SR." in said


def test_a_row_of_a_tool_that_the_protocol_does_not_name_is_refused(data: Path) -> None:
    tools_are(data, "RoB 2")
    with pytest.raises(EvidenceError, match=r"risk_of_bias.csv:\d+: tool: .*'RoB 1'"):
        load(data)


def test_the_command_says_what_waits(data: Path) -> None:
    words = ["--who", "anna", "--outcome", "pain", "--timepoint", "post"]
    said = review(data, *words, "--say", f"{FIRST}=low: drawn by computer")
    assert f"6 domains of RoB 2 to judge: {OTHERS[0]}" not in said
    assert f"5 domains of RoB 2 to judge: {OTHERS[0]}" in said
    every = [f"{domain}=low" for domain in (*OTHERS, OVERALL)]
    every = [word for text in every for word in ("--say", text)]
    assert f"Nothing of {STUDY} waits for anna" in review(data, *words, *every, exit_code=0)
    (row, *_) = [r for r in load(data).risk_of_bias if r.assessed_by == "anna"]
    assert (row.support, row.outcome, row.timepoint) == ("drawn by computer", "pain", "post")


def test_without_a_terminal_it_says_what_to_type(data: Path) -> None:
    with pytest.raises(ReviewError, match="--say DOMAIN=JUDGEMENT"):
        review(data, "--who", "anna")


INSPECT = ("--tool", "INSPECT-SR", "--who")
SAID = "results=some concerns (4.8, 4.9): table 2: a mean (GRIM)"


def test_trustworthiness_is_judged_the_same_way(data: Path) -> None:
    said = review(data, *INSPECT, "anna", "--say", SAID)
    assert "4 domains of INSPECT-SR to judge: notices after publication" in said
    (row,) = load(data).trustworthiness
    assert (row.judgement, row.checks) == ("some concerns", "4.8 4.9")
    assert row.support == "table 2: a mean (GRIM)"
    review(data, *INSPECT, "ben", "--say", "results=no concerns")
    # What is judged overall follows from no domain.
    review(data, *INSPECT, "ben", "--say", "overall=no concerns")
    both = Judged(STUDY, "INSPECT-SR", "consensus")
    assert waiting(load(data), both) == ("results",)
    together = "results=no concerns: seen together"
    review(data, *INSPECT, "consensus", "--say", together, exit_code=0)
    assert [row.assessed_by for row in load(data).trustworthiness if row.domain == "results"] == [
        "anna", "ben", "consensus",
    ]  # fmt: skip


@pytest.mark.parametrize(("words", "wrong"), [
    (["--say", "results=low"], "is no judgement of INSPECT-SR: no concerns"),
    (["--say", "missing outcome data=no concerns"], "is no domain of INSPECT-SR"),
    (["--say", "results=some concerns (1.1)"], "'1.1' is no check of results"),
    (["--say", "results=no concerns", "--outcome", "pain"], "judges a trial and none of its"),
    (["--say", "results=no (4.1"], "SUPPORT was expected"),
])  # fmt: skip
def test_what_inspect_sr_does_not_have_is_refused(data: Path, words: list[str], wrong: str) -> None:
    before = (data / "trustworthiness.csv").read_bytes()
    with pytest.raises(ReviewError, match=re.escape(wrong)):
        review(data, *INSPECT, "anna", *words)
    assert (data / "trustworthiness.csv").read_bytes() == before


def test_the_terminal_goes_through_trustworthiness_before_risk_of_bias(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["", "n", "", "", "", "", "", "4.6", "some", "table 2", "", "q"])
    asked: list[str] = []

    def read_line(question: str) -> str:
        asked.append(question)
        return next(typed)

    monkeypatch.setattr("analysis.commands.judge.read_line", read_line)
    monkeypatch.setattr("sys.stdin", Terminal())
    shown: list[str] = []
    monkeypatch.setattr("typer.echo", lambda text="", **_: shown.append(str(text)))
    with pytest.raises(typer.Exit) as end:
        command("nhu-2024", who="anna", data=data)
    assert end.value.exit_code == FOR_A_PERSON
    kept = {row.domain: (row.judgement, row.checks) for row in load(data).trustworthiness}
    assert kept == {
        "notices after publication": ("no concerns", ""),
        "results": ("some concerns", "4.6"),
    }
    told = "\n".join(shown)
    assert "4.6 participant numbers; intervention arm: 53 participants, 20 randomised" in told
    assert "its worst domain: some concerns" in told
    assert told.index("INSPECT-SR, its questions") < told.index("RoB 2, its questions")
    assert not next(typed, "")


class Terminal:
    def isatty(self) -> bool:
        return True


def test_signalling_answers_propose_and_a_departure_says_why(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = DOMAINS[TOOL][2]
    typed = iter(["", "", "", "", "3.1 perhaps", "3.1 n, 3.2 NI", "3.1 n, 3.2 n, 3.3 py 3.4 y",
                  "low", "", "q"])  # fmt: skip
    shown: list[str] = []
    monkeypatch.setattr("analysis.commands.judge.read_line", lambda question: next(typed))
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("typer.echo", lambda text="", **_: shown.append(str(text)))
    with pytest.raises(typer.Exit):
        command(STUDY, who="anna", tool=TOOL, data=data)
    told = "\n".join(shown)
    assert "numbers with answers were expected" in told
    assert "3.2 NI: permitted are NA, Y, PY, PN, N" in told
    assert "the answers propose: high" in told
    assert "not kept: a judgement that departs" in told
    assert [row for row in load(data).risk_of_bias if row.assessed_by == "anna"] == []
    said = f"{domain}=some concerns (3.1 n, 3.2 n, 3.3 py, 3.4 y): few are missing"
    review(data, "--who", "anna", "--say", said)
    (row,) = (row for row in load(data).risk_of_bias if row.assessed_by == "anna")
    assert row.answers == "3.1 N 3.2 N 3.3 PY 3.4 Y"
    assert row.judgement == "some concerns"


def test_a_judgement_taken_back_waits_again_and_stays_on_record(data: Path) -> None:
    judge(data, ANNA, FIRST, "low", "drawn by computer")
    once = (data / "risk_of_bias.csv").read_bytes()
    judge(data, BEN, FIRST, "high", "alternation")
    judge(data, BOTH, FIRST, "low", "the protocol says how")
    with pytest.raises(ReviewError, match="a consensus on randomisation process rests on this"):
        withdrawn_judgement(data, BEN, FIRST)
    for person in (BOTH, BEN):
        kept = carry_out(data, withdrawn_judgement(data, person, FIRST), person.who, "now", "")
    assert (data / "risk_of_bias.csv").read_bytes() == once
    assert "alternation" in (kept / "risk_of_bias.csv").read_text()
    assert waiting(load(data), BEN)[0] == FIRST
    with pytest.raises(ReviewError, match="there is no such judgement"):
        withdrawn_judgement(data, BEN, FIRST)
