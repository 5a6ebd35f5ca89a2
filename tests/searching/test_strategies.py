from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.files.problems import EvidenceError
from analysis.protocol import load_protocol
from analysis.searching.strategies import check_strategy, load_strategies, read_strategy
from tests.evidence.folder import DATA

STRATEGIES = {strategy.path.stem: strategy for strategy in load_strategies(DATA)}


def test_every_source_of_the_protocol_has_a_strategy() -> None:
    sources = load_protocol(DATA / "protocol.yml").living.sources
    assert {strategy.database for strategy in STRATEGIES.values()} >= set(sources)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_projects_strategies_are_valid(name: str) -> None:
    assert check_strategy(STRATEGIES[name]).problems == ()


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_says_that_it_is_this_projects_own(name: str) -> None:
    assert "proposed by this project" in STRATEGIES[name].status
    assert "not the strategy of the 2014 review" in STRATEGIES[name].status


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("medline", "(\n", "\n", "unbalanced-parentheses"),
        ("medline", "AND\n", "", "Missing operator"),
        ("medline", '"', "", "unbalanced-quotes"),
        ("medline", "[tiab]", "[tiba]", "not supported"),
        ("psycinfo", "(\n", "\n", "unbalanced-parentheses"),
        ("psycinfo", " OR TI ", " OR XX ", "not supported"),
        ("central", "(", "", "the parentheses do not match"),
        ("central", '"', "", "a quotation mark is not closed"),
        ("central", "and #18", "and #58", "it refers to line 58"),
        ("central", "#12 MeSH", "#13 MeSH", "line 12 of the strategy was expected"),
        ("embase", "or/1-10", "or/1-40", "it refers to line 40"),
        ("embase", "26 or 27", "26 or or 27", "two operators stand side by side"),
        ("embase", "29 not 30", "29 not", "an operator stands without what it joins"),
    ],
)
def test_a_fault_is_found_at_its_line(name: str, old: str, new: str, said: str) -> None:
    strategy = STRATEGIES[name]
    assert old in strategy.text
    problems = check_strategy(replace(strategy, text=strategy.text.replace(old, new, 1))).problems
    assert any(said in problem.message for problem in problems)
    assert all(problem.line and problem.line >= strategy.line for problem in problems)


def test_a_platform_that_cannot_be_checked_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("# database: Scopus\n# platform: Elsevier\n# status: a draft\n1 pain\n")
    (problem,) = check_strategy(read_strategy(path)).problems
    assert "is none of pubmed, ebscohost, web of science, ovid, cochrane library" in str(problem)


def test_an_incomplete_header_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("# database: MEDLINE\n1 pain\n")
    with pytest.raises(EvidenceError, match="does not say platform, status"):
        read_strategy(path)


def test_a_strategy_of_nothing_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("# database: Embase\n# platform: Ovid\n# status: a draft\n")
    (problem,) = check_strategy(read_strategy(path)).problems
    assert "there is no strategy" in problem.message
