"""The protocol: the plan that follows from it, and errors of its file with their line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from analysis.files.problems import EvidenceError, Problem
from analysis.protocol import Protocol, Question, load_protocol
from analysis.protocol_rules import Moderator
from analysis.synthesis.moderators import KNOWN
from tests.evidence.folder import DATA

TEXT = (DATA / "protocol.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol(DATA / "protocol.yml")


def problems_of(folder: Path, text: str) -> list[Problem]:
    path = folder / "protocol.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError) as raised:
        load_protocol(path)
    assert all(problem.file == path for problem in raised.value.problems)
    return raised.value.problems


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, f"{old!r} stands {TEXT.count(old)} times in the protocol"
    return TEXT.replace(old, new)


def test_the_plan_is_every_condition_outcome_and_time_point(protocol: Protocol) -> None:
    cells = protocol.questions
    assert len(cells) == 2 * 6 * 2 == len(set(cells))
    assert cells[0] == Question(condition="headache", outcome="pain", timepoint="post")
    keys = {cell.key for cell in cells}
    assert {"headache.pain.post", "non-headache.qol.follow-up"} <= keys
    assert len({cell.slug for cell in cells}) == len(cells)


def test_an_outcome_more_is_two_conditions_and_two_time_points_more(
    tmp_path: Path, protocol: Protocol
) -> None:
    sleep = (
        "  - {id: sleep, label: sleep, kind: secondary, lower: better sleep, higher: worse sleep,\n"
        "     instruments: [ISI], measure: SMD}\n\nmeasures:\n"
    )
    path = tmp_path / "protocol.yml"
    path.write_text(changed("\nmeasures:\n", sleep), encoding="utf-8")
    assert len(load_protocol(path).questions) == len(protocol.questions) + 4


def test_headache_pain_pools_responders_and_all_else_smds(protocol: Protocol) -> None:
    for cell in protocol.questions:
        responders = (cell.condition, cell.outcome) == ("headache", "pain")
        assert protocol.measure_name(cell) == ("RR" if responders else "SMD")


def test_the_rules_of_the_baseline_review_are_in_force(protocol: Protocol) -> None:
    assert protocol.eligibility.minimum_arm_size == 20
    assert protocol.eligibility.arm_size_from == ("row", "analysed", "randomised")
    assert protocol.timepoint("follow-up").window_weeks == (13, 52)
    assert protocol.timepoint("post").window_weeks is None
    assert protocol.measures["SMD"].smallest_important_difference == 0.2


def test_instruments_are_ranked_and_unlisted_ones_come_last(protocol: Protocol) -> None:
    listed = protocol.outcome("depression").instruments
    assert [protocol.instrument_rank("depression", name) for name in listed] == list(
        range(len(listed))
    )
    assert protocol.instrument_rank("depression", "never heard of") == len(listed)
    assert protocol.instrument_rank("depression", "") == len(listed)


def test_every_instrument_in_the_data_is_ranked_or_unnamed(protocol: Protocol) -> None:
    """A misspelt instrument would silently come last in the choice."""
    import csv

    with (DATA / "outcomes.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    unranked = {
        row["instrument"]
        for row in rows
        if row["format"] != "events"
        and row["effect_measure"] != "RR"
        and not row["instrument"].endswith("instrument not given")
        and row["instrument"]
        and row["instrument"] not in protocol.outcome(row["outcome"]).instruments
    }
    assert unranked <= {"MIDAS change"}


def test_a_name_the_protocol_does_not_have_is_answered_with_those_it_has(
    protocol: Protocol,
) -> None:
    with pytest.raises(KeyError, match=r"outcome 'mood' is not in the protocol \(it has pain,"):
        protocol.question("headache", "mood", "post")


def test_the_protocol_cannot_be_changed(protocol: Protocol) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        protocol.title = "another"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "column", "says"),
    [
        ("minimum_arm_size: 20", "minimum_arm_size: 0", "eligibility.minimum_arm_size",
         "greater than or equal to 1"),
        ("minimum_arm_size: 20", "minimum_arm_size: yes", "eligibility.minimum_arm_size",
         "integer"),
        ("window_weeks: [13, 52]", "window_weeks: [52, 13]", "timepoints.1.window_weeks",
         "a window is [first week, last week]"),
        ("primary_model: reml", "primary_model: magic", "synthesis.primary_model", "'common'"),
        ("baseline_search: 2013-11-13", "baseline_search: 86400", "baseline_search", "date"),
        ("large_smd: 1.0", "large_smd: -1.0", "integrity.large_smd", "greater than 0"),
        ("duration, risk of bias, year", "duration, risk of biases, year", "moderators.6",
         "'risk of bias'"),
        ("name: ICTRP, kind: register", "name: ICTRP, kind: registry", "search_sources.10.kind",
         "'register'"),
        ("id: arm size", "id: Arm size", "exclusion_criteria.4.id", "pattern"),
        ("id: anxiety", "id: An xiety", "outcomes.3.id", "pattern"),
        ("baseline_review: cd010152", "baseline_reviews: cd010152", "baseline_reviews", "Extra"),
    ],
)  # fmt: skip
def test_an_error_names_its_line_and_its_path(
    tmp_path: Path, old: str, new: str, column: str, says: str
) -> None:
    text = changed(old, new)
    found = {problem.column: problem for problem in problems_of(tmp_path, text)}
    assert found[column].line == line_of(text, new)
    assert says in found[column].message


def test_all_errors_are_reported_at_once(tmp_path: Path) -> None:
    text = changed("minimum_arm_size: 20", "minimum_arm_size: x")
    text = text.replace("level: 0.95", "level: 95").replace("large_smd: 1.0", "large_smd: ''")
    assert {problem.column for problem in problems_of(tmp_path, text)} == {
        "eligibility.minimum_arm_size", "synthesis.level", "integrity.large_smd",
    }  # fmt: skip


def test_a_missing_key_is_reported_where_it_should_stand(tmp_path: Path) -> None:
    text = changed("  minimum_arm_size: 20\n", "")
    (problem,) = problems_of(tmp_path, text)
    assert (problem.column, problem.message) == ("eligibility.minimum_arm_size", "Field required")
    assert problem.line == line_of(text, "eligibility:")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: follow-up", "id: post", "timepoints names one id twice"),
        ("measure_by_condition:", "measure_by_condition:\n      migraine: RR",
         "pain names unknown condition migraine"),
        ("  RR:\n", "  XX:\n", "'RD', 'HR', 'IRR' or 'generic'"),
        ("\neligibility:\n", "\ndirections: {worse: [NRS, VAS], better: [VAS]}\neligibility:\n",
         "better and worse both name VAS"),
        ("{id: embase, name: Embase", "{id: embase, name: CENTRAL",
         "two sources have the name central"),
        ("sources: [CENTRAL, MEDLINE,", "sources: [CENTRAL, Ovid,",
         "sources names Ovid; search_sources has CENTRAL, MEDLINE, Embase,"),
        ("[wrong population]", "[Design]", "'design' names participants and design: one of them"),
    ],
)  # fmt: skip
def test_contradictions_between_parts(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert any(says in problem.message for problem in problems_of(tmp_path, changed(old, new)))


def test_every_moderator_that_may_be_named_is_compared() -> None:
    """The conditions are compared across questions, all others within each."""
    assert {"condition", *KNOWN} == set(get_args(Moderator))


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = changed("short_title:", "title: another\nshort_title:")
    (problem,) = problems_of(tmp_path, text)
    assert (problem.column, problem.message) == ("title", "this key stands twice")
    assert problem.line == line_of(text, "title: another")


def test_a_protocol_without_sources_may_search_any(tmp_path: Path) -> None:
    """As those did that were frozen before there was a list."""
    text = re.sub(r"search_sources:\n(  - .*\n)+", "", changed("[CENTRAL, ", "[Ovid, "))
    path = tmp_path / "protocol.yml"
    path.write_text(text, encoding="utf-8")
    assert load_protocol(path).living.sources[0] == "Ovid"


def test_the_protocol_as_json_is_the_same_protocol(protocol: Protocol) -> None:
    """JSON is YAML too, and strict reading loses nothing."""
    assert Protocol.model_validate_json(protocol.model_dump_json(), strict=True) == protocol
    assert json.loads(protocol.model_dump_json())["title"] == protocol.title
