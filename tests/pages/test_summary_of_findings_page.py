"""The summary of findings: every number from a synthesis, every note reachable, nothing trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from analysis.evidence.rows import Decision, Evidence
from analysis.formatting import number
from analysis.pages import context, html
from analysis.pages import summary_of_findings_page as page
from analysis.pages.certainty_section import mark, steps_table
from analysis.synthesis.certainty import LEVELS, Certainty, Unassessed
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.summary_of_findings import SUMMARISED, findings_of
from analysis.synthesis.synthesise import synthesise
from tests.synthesis.asked_about import counted_row

CONDITIONS = ("headache", "non-headache")
TIMEPOINTS = ("post", "follow-up")
NOTEBOOK = Path(__file__).resolve().parents[2] / "analysis/notebooks/summary_of_findings.ipynb"
WITHOUT = "Of 1,000 people in the control group"
WITH = "Of 1,000 people with Internet-delivered therapy (95% interval)"
Results = Mapping[str, Synthesis]


def findings(evidence: Evidence, results: Results, condition: str, timepoint: str) -> html.Html:
    """The table of one time point as the page shows it."""
    found = findings_of(evidence, results, condition)
    at = next(table for table in found.tables if table.timepoint.id == timepoint)
    return page.findings(found, at)


def parsed(markup: str) -> ElementTree.Element:
    """The markup as a tree; it must be well formed, so nothing from a file can open a tag."""
    return ElementTree.fromstring(f"<div>{markup}</div>")


def words(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def rows_of(markup: str) -> dict[str, dict[str, str]]:
    """The table's cells as text, by outcome and column; a wide cell is in each of its columns."""
    tree = parsed(markup)
    names = [words(cell) for cell in tree.iterfind(".//thead/tr/th")]
    rows = [
        [words(cell) for cell in row for _ in range(int(cell.get("colspan", "1")))]
        for row in tree.iterfind(".//tbody/tr")
    ]
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("timepoint", TIMEPOINTS)
def test_a_row_for_every_outcome(
    evidence: Evidence, syntheses: Results, condition: str, timepoint: str
) -> None:
    rows = rows_of(findings(evidence, syntheses, condition, timepoint))
    more = set(SUMMARISED.values()) if timepoint == evidence.protocol.timepoints[0].id else set()
    assert rows.keys() == {o.label.capitalize() for o in evidence.protocol.outcomes} | more
    for outcome in evidence.protocol.outcomes:
        synthesis = syntheses[f"{condition}.{outcome.id}.{timepoint}"]
        row = rows[outcome.label.capitalize()]
        assert row["What happens"] == synthesis.sentences.plain
        assert row["Participants (trials)"].endswith(f"({synthesis.k})")
        if synthesis.primary is None or synthesis.certainty is None:
            assert row["Certainty"] == "not rated"
            continue
        estimate = synthesis.measure.shown(synthesis.primary.estimate)
        assert number(estimate) in row["Effect (95% interval)"]
        assert f"{synthesis.certainty.level.capitalize()} (proposed)" in row["Certainty"]
        assert len(synthesis.clinical.absolute) > 0
        for effect in synthesis.clinical.absolute:
            before, after = (f"{round(1000 * risk)}" for risk in
                             (effect.numbers.control_risk, effect.numbers.risk))  # fmt: skip
            assert f"{before} get clearly better [" in row[WITHOUT]
            assert f"{after} (" in row[WITH]


def test_headache_pain_reads_as_the_trial_counted(evidence: Evidence, syntheses: Results) -> None:
    row = rows_of(findings(evidence, syntheses, "headache", "post"))["Pain"]
    assert row["Participants (trials)"] == "221 (1)"
    assert row["Effect (95% interval)"] == "Risk ratio 1.93 (1.04 to 3.60)"
    assert row[WITHOUT] == "115 get clearly better [a]"
    assert row[WITH] == "222 (119 to 414) 107 more (4 more to 299 more)"
    rated = row["Certainty"]
    assert rated.startswith("⊕⊖⊖⊖ Very low (proposed)")
    assert "imprecision −1 [3]" in rated and "inconsistency not judged [2]" in rated


@pytest.mark.parametrize("condition", CONDITIONS)
def test_notes_are_numbered_reachable_and_say_the_reason(
    evidence: Evidence, syntheses: Results, condition: str
) -> None:
    markup = "".join(findings(evidence, syntheses, condition, t) for t in TIMEPOINTS)
    tree = parsed(markup)
    ids = [item.attrib["id"] for item in tree.iterfind(".//li")]
    marks = [a for a in tree.iterfind(".//a") if a.text and re.fullmatch(r"\[\d+\]", a.text)]
    targets = [a.attrib["href"][1:] for a in marks]
    assert len(ids) == len(set(ids)) and targets == ids
    notes = {item.attrib["id"]: words(item) for item in tree.iterfind(".//li")}
    for synthesis in syntheses.values():
        if synthesis.question.condition != condition or synthesis.certainty is None:
            continue
        own = " ".join(note for id, note in notes.items() if id.startswith(synthesis.question.slug))
        for step in synthesis.certainty.steps:
            assert (step.reason in own) == (step.triggered or not step.judged)


def test_the_table_is_accessible(evidence: Evidence, syntheses: Results) -> None:
    tree = parsed(findings(evidence, syntheses, "non-headache", "post"))
    table = tree.find(".//table")
    assert table is not None and words(table.find("caption") or table)
    assert {th.attrib["scope"] for th in table.iterfind("thead/tr/th")} == {"col"}
    assert all(row[0].attrib["scope"] == "row" for row in table.iterfind("tbody/tr"))
    symbols = [span for span in table.iter("span") if span.text and span.text[0] == "⊕"]
    assert symbols and all(span.attrib["aria-hidden"] == "true" for span in symbols)
    labels = [a.attrib["aria-label"] for a in table.iter("a") if a.text and a.text[0] == "["]
    notes = [label for label in labels if label.startswith("note ")]
    assert notes == [f"note {n}" for n in range(1, len(notes) + 1)]
    assert {label.partition(" ")[0] for label in labels} == {"note", "assumption"}


def test_standing_counts_proposals(evidence: Evidence, syntheses: Results) -> None:
    said = words(parsed(page.standing(findings_of(evidence, syntheses, "headache"))))
    assert said.startswith("3 of 3 ratings below are what the rules propose")
    assert "no person has decided on them yet" in said


def test_assumptions_name_their_sources_once(evidence: Evidence, syntheses: Results) -> None:
    found = findings_of(evidence, syntheses, "non-headache")
    items = [words(li) for li in parsed(page.assumptions(found)).iter("li")]
    assert len(items) == len(set(items))
    assert any("0 to 10 scale" in item and "Williams 2010 1.5" in item for item in items)
    line = "assumed, wherever on the questionnaire that line is drawn"
    assert f"10% of people get clearly better in the control group ({line})." in items
    assert any(
        item.startswith("“Get clearly better” means what is counted in note") for item in items
    )
    headache = words(parsed(page.assumptions(findings_of(evidence, syntheses, "headache"))))
    assert (
        "12% of people get clearly better in the control group (13 of 113 in the control arm of "
        "Huguet 2024: at least 50% fewer headache days)."
    ) in headache


@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_assumption_is_marked_in_the_table_where_it_is_made(
    evidence: Evidence, syntheses: Results, condition: str
) -> None:
    found = findings_of(evidence, syntheses, condition)
    said = {li.get("id"): words(li) for li in parsed(page.assumptions(found)).iter("li")}
    marked = set()
    for at in found.tables:
        tree = parsed(page.findings(found, at))
        for row in tree.iterfind(".//tbody/tr"):
            for a in row.iter("a"):
                if re.fullmatch(r"\[[a-z]\]", a.text or ""):
                    marked.add(a.attrib["href"][1:])
        for each in at.rows:
            for risk in each.risks:
                whence = risk.effect.source
                assert whence in said[f"assumption-{risk.note.mark}"]
    assert marked == {id for id in said if id}


def test_a_decision_is_shown_beside_the_proposal(evidence: Evidence, syntheses: Results) -> None:
    decision = Decision("non-headache", "pain", "post", "imprecision", 0.0,
                        "the trials agree <b>well</b>", "A. Person", "2026-11-20")  # fmt: skip
    cell = evidence.protocol.question("non-headache", "pain", "post")
    changed = synthesise(replace(evidence, decisions=(decision,)), cell)
    markup = findings(evidence, {**syntheses, cell.key: changed}, "non-headache", "post")
    row = rows_of(markup)["Pain"]
    assert row["Certainty"].startswith("⊕⊕⊕⊖ Moderate (partly decided)")
    assert "imprecision none" in row["Certainty"]
    assert (
        "302 participants are fewer than the 400. Decision: no levels off: the trials agree "
        "<b>well</b> (AP, 20 November 2026)." in words(parsed(markup))
    )
    assert "&lt;b&gt;" in markup and "<b>" not in markup
    table = words(parsed(steps_table(changed)))
    assert "no levels off" in table and "none yet" in table


def test_text_from_the_data_stays_text(evidence: Evidence, syntheses: Results) -> None:
    hostile = "<script>alert(1)</script> ```{include} /etc/passwd```"
    trials = dict(evidence.trials)
    trials["huguet-2024"] = replace(
        trials["huguet-2024"], indirectness=hostile, label='"><img src=x>'
    )
    cell = evidence.protocol.question("headache", "pain", "post")
    changed = synthesise(replace(evidence, trials=trials), cell)
    results = {**syntheses, cell.key: changed}
    for markup in (
        findings(evidence, results, "headache", "post"),
        page.assumptions(findings_of(evidence, results, "headache")),
        steps_table(changed),
    ):
        assert "<script" not in markup and "<img" not in markup
        parsed(markup)


@pytest.mark.parametrize("level", LEVELS)
def test_mark(level: Any) -> None:
    symbols = {"high": "⊕⊕⊕⊕", "moderate": "⊕⊕⊕⊖", "low": "⊕⊕⊖⊖", "very low": "⊕⊖⊖⊖"}
    rated = Certainty(steps=(), proposed=level, decided=None, label="proposed")
    assert words(parsed(mark(rated))) == f"{symbols[level]} {level.capitalize()} (proposed)"


def test_a_provisional_mark_says_until_when() -> None:
    rated = Certainty(
        steps=(),
        proposed="low",
        decided=None,
        label="proposed",
        provisional=Unassessed(trials=2, weight=80.0),
    )
    assert words(parsed(mark(rated))) == (
        "⊕⊕⊖⊖ At most low (proposed; provisional until somebody has assessed the risk of bias of "
        "2 trials)"
    )


def test_standing_counts_provisional_ratings(evidence: Evidence, syntheses: Results) -> None:
    rules = evidence.protocol.certainty.model_copy(update={"unassessed_weight": 50})
    protocol = evidence.protocol.model_copy(update={"certainty": rules})
    asked = protocol.question("headache", "pain", "post")
    changed = synthesise(replace(evidence, protocol=protocol), asked)
    said = words(
        parsed(page.standing(findings_of(evidence, {**syntheses, asked.key: changed}, "headache")))
    )
    assert "1 rating is provisional, since most of the weight comes from trials whose" in said
    assert "provisional" not in words(
        parsed(page.standing(findings_of(evidence, syntheses, "headache")))
    )


def test_steps_table_has_all_five_domains(syntheses: Results) -> None:
    rows = rows_of(steps_table(syntheses["non-headache.disability.post"]))
    assert rows["Inconsistency"]["Levels the rule takes off"] == "1"
    assert rows["Imprecision"]["Levels the rule takes off"] == "0"
    assert rows["Risk of bias"]["Levels the rule takes off"] == "1"
    assert len(rows) == 5
    nothing = words(parsed(steps_table(syntheses["headache.qol.post"])))
    assert nothing == "Nothing is pooled, so there is no certainty to rate."


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_notebook_runs_from_its_parameters(
    evidence: Evidence, syntheses: Results, condition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(context, "results", lambda _: syntheses)
    monkeypatch.setattr(context, "evidence", lambda: evidence)
    monkeypatch.setattr("IPython.display.display", lambda content: shown.append(content.data))
    names: dict[str, Any] = {}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        exec("".join(cell["source"]), names)
        if "parameters" in cell["metadata"]["tags"]:
            names["condition"] = condition
    seen = "".join(shown)
    parsed(seen)
    assert evidence.protocol.condition(condition).description in seen
    assert seen.count("<table>") == len(TIMEPOINTS)
    assert not re.search(r"\b(nan|None|inf)\b", seen)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_harms_and_satisfaction_have_a_row_where_no_trial_reports_them(
    evidence: Evidence, syntheses: Results, condition: str
) -> None:
    silent = replace(evidence, acceptability=())
    rows = rows_of(findings(silent, syntheses, condition, TIMEPOINTS[0]))
    trials = sum(
        (trial.condition, trial.status) == (condition, "included")
        for trial in evidence.trials.values()
    )
    for what, label in SUMMARISED.items():
        assert rows[label]["What happens"] == (
            f"{what.capitalize()}: reported by 0 of {trials} trials; "
            f"for {trials} trials we do not know."
        )
        assert rows[label]["Certainty"] == "not ratedno trial reports it"


def test_the_row_of_harms_has_the_numbers_of_both_arms(
    evidence: Evidence, syntheses: Results
) -> None:
    counted = tuple(
        counted_row("friesen-2017", side, percent=percent)
        for side, percent in (("intervention", 25.0), ("control", 53.0))
    )
    telling = replace(evidence, acceptability=counted)
    row = rows_of(findings(telling, syntheses, "non-headache", TIMEPOINTS[0]))["Harms"]
    assert row["What happens"].startswith("Harms: reported by 1 of ")
    assert "Friesen 2017, therapy against waiting list:any symptom: 25% against 53%" in row[WITHOUT]
    assert row["Participants (trials)"] == "60 (1)"
