"""Slips that are planted in a chapter are named, and what is no slip is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.book.written_chapters import Said, look_through
from analysis.evidence.rows import Evidence
from analysis.pages.status_line import values_of_prose
from tests.evidence.folder import DATA

Look = Callable[[str], list[Said]]


@pytest.fixture
def look(evidence: Evidence, tmp_path: Path) -> Look:
    """What is said of a chapter: 6 outcomes, 4 of them primary, at 2 time points, 2 conditions."""
    values = values_of_prose(evidence, DATA)
    chapter = tmp_path / "chapters/about/background.md"
    chapter.parent.mkdir(parents=True)

    def look(text: str) -> list[Said]:
        chapter.write_text(f"# Background\n\n{text}\n", encoding="utf-8")
        return list(look_through(tmp_path, evidence.protocol, values))

    return look


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("We asked about seven things:", 16, "seven things is typed, and the protocol has 6 out"),
        ("We looked at each of these at three times.", 31, "write {{ review.timepoints }}"),
        ("This review has five outcomes.", 17, "write {{ review.outcomes }}"),
        ("The protocol has 5 primary outcomes.", 18, "the protocol has 4 primary outcomes"),
        ("We measured\nall 12 outcomes.", 5, "12 outcomes is typed"),
        ("Our review considers four time points.", 22, "the protocol has 2 time points"),
        ("In all, we look at 3 conditions.", 20, "the protocol has 2 conditions"),
        ("This review includes 1,234 studies.", 22, "included trials: write {{ review.trials"),
        (
            "Called {{ protocol.titles }}.",
            11,
            "no `protocol.titles` to be printed here: did you mean",
        ),
        ("By {{ reviews.outcomes | upper }}.", 7, "did you mean `review.outcomes`?"),
        (
            "See {doc}`a page </effects/headache-pain-pots>`.",
            19,
            "the protocol has no such question",
        ),
        (
            "See [it](../effects/headache-sleep-post.md#top).",
            10,
            "/effects/headache-sleep-post, but",
        ),
        (
            "See {doc}`backgrounds`.",
            11,
            "no such page: correct or remove it; the nearest is /about",
        ),
    ],
)
def test_a_slip_is_named_at_its_place(look: Look, text: str, column: int, message: str) -> None:
    (said,) = look(text)
    assert said.certain
    assert said.problem.line == 3 + text.count("\n")
    assert said.problem.column == f"column {column}"
    assert message in said.problem.message


@pytest.mark.parametrize(
    "text", ["- The question and the three time points.", "All five outcomes."]
)
def test_what_may_be_meant_so_is_a_note(look: Look, text: str) -> None:
    assert [said.certain for said in look(text)] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "We asked about six things, at two times.",
        "This review has four primary outcomes and looks at two conditions.",
        "We asked about 14 outcomes {cite:p}`a-2004`.",
        "The review of 2014 had 15 studies, and we have 3 outcomes more.",
        "We found no trial for two outcomes.",
        "We measured two outcomes of each trial.",
        "Trials with three outcomes are pooled once.",
        "With two trials no interval deserves belief.",
        "A row holds one of three things:",
        "We have `{{ protocol.nothing }}` <!-- and we have 9 outcomes -->.",
        "```text\nWe have 9 outcomes.\n```",
        "This is {{ review.edition }}, of {{ protocol.eligibility.design }}.",
        "See {doc}`/effects/headache-pain-post`, {doc}`background` and [b](https://a.org/effects/b).",
    ],
)
def test_no_slip_is_no_alarm(look: Look, text: str) -> None:
    assert look(text) == []
