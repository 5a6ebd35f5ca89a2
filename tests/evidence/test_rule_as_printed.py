"""An independent reading of the printed rule chooses the rows that the project pools."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import yaml

from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.evidence.selection import Selection, printed_rule, select
from analysis.protocol_rules import SelectionRules
from tests.evidence.folder import LIVING, DataFolder
from tests.evidence.rule_as_printed import choices

RULE = yaml.safe_load((LIVING / "protocol.yml").read_text(encoding="utf-8"))["selection"]


def pooled(selection: Selection) -> dict[str, frozenset[str]]:
    return {rows[0].study_id: frozenset(row.row_id for row in rows) for rows in selection.chosen}


def under_the_rule(evidence: Evidence) -> Evidence:
    """The frozen review by the rule that is printed today."""
    rule = SelectionRules.model_validate(RULE)
    return replace(evidence, protocol=evidence.protocol.model_copy(update={"selection": rule}))


def agree(evidence: Evidence, data: Path) -> int:
    read = choices(data)
    for question in evidence.protocol.questions:
        key = (question.condition, question.outcome, question.timepoint)
        assert read[key] == pooled(select(evidence, question)), question.key
    return sum(len(trials) for trials in read.values())


def test_the_printed_rule_gives_the_choice_of_the_code(
    evidence: Evidence, folder: DataFolder
) -> None:
    protocol = folder.path / "protocol.yml"
    said = yaml.safe_dump({"selection": RULE}, allow_unicode=True)
    protocol.write_text(f"{protocol.read_text(encoding='utf-8')}\n{said}", encoding="utf-8")
    assert agree(under_the_rule(evidence), folder.path) == 65


def test_so_it_does_on_the_evidence_of_today() -> None:
    agree(load(LIVING), LIVING)


def test_the_order_of_a_file_decides_nothing(evidence: Evidence) -> None:
    evidence = under_the_rule(evidence)
    first = {question: select(evidence, question) for question in evidence.protocol.questions}
    for seed in range(5):
        rows = list(evidence.outcomes)
        random.Random(seed).shuffle(rows)
        shuffled = replace(evidence, outcomes=tuple(rows))
        assert {question: select(shuffled, question) for question in first} == first


def test_the_instrument_comes_before_closeness(evidence: Evidence) -> None:
    """Ruehlman 2012: the preferred instrument's points before another's reported effect."""
    question = evidence.protocol.question("non-headache", "depression", "follow-up")
    first = select(evidence, question)
    chosen = pooled(select(under_the_rule(evidence), question))["ruehlman-2012"]
    assert pooled(first)["ruehlman-2012"] == {"ruehlman-2012.depression.follow-up.1"}
    assert chosen == {"ruehlman-2012.depression.follow-up.2"}


def test_the_rule_is_printed_step_by_step(evidence: Evidence) -> None:
    said = printed_rule(under_the_rule(evidence).protocol)
    assert len(said) == len(RULE["steps"])
    assert "all randomised, then model, then not stated, then completers" in said[2]
