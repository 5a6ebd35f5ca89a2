"""Results on disk: read back whole, and refused with a reason where they are damaged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis.evidence.rows import Evidence
from analysis.files.problems import EvidenceError, ReviewError
from analysis.synthesis.next_evidence import NextEvidence
from analysis.synthesis.question_result import Synthesis
from analysis.versions.results import (
    analysed,
    read_results,
    read_synthesis,
    results_of,
    to_json,
)
from tests.publishing.project import write_results


@pytest.fixture
def folder(tmp_path: Path, syntheses: Mapping[str, Synthesis]) -> Path:
    write_results(tmp_path, syntheses)
    return tmp_path


def test_what_was_written_is_read_in_the_protocols_order(
    folder: Path, evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    found = read_results(folder, evidence.protocol)
    assert found == dict(syntheses)
    assert list(found) == [question.key for question in evidence.protocol.questions]


def test_a_missing_page_is_named_with_the_command_that_makes_it(
    folder: Path, evidence: Evidence
) -> None:
    (folder / "headache.pain.post.json").unlink()
    with pytest.raises(ReviewError, match=r"headache\.pain\.post\.json .* `\./review build`"):
        read_results(folder, evidence.protocol)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"k":', '"kk":', 1),
        lambda text: text.replace('"k": ', '"k": "many", "x": ', 1),
        lambda text: "\x00" + text,
        lambda text: text.replace('"schema_version": ', '"schema_version": 9', 1),
        lambda text: "[]",
        lambda text: text.replace('"n_unknown": 0', '"n_unknown": NaN', 1),
    ],
    ids=["empty", "half", "other key", "text", "binary", "other schema", "list", "not a number"],
)
def test_a_damaged_result_is_refused_and_named(folder: Path, damage: object) -> None:
    path = folder / "non-headache.pain.post.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(damage(text), encoding="utf-8")  # type: ignore[operator]
    assert path.read_text(encoding="utf-8") != text, "the damage changed nothing"
    with pytest.raises(EvidenceError) as raised:
        read_synthesis(path)
    assert [problem.file for problem in raised.value.problems] == [path]


def _as_before(text: str) -> dict[str, Any]:
    """The result as the first version of the schema had it: no word on the next trial."""
    found: dict[str, Any] = json.loads(text)
    del found["next_evidence"]
    return found | {"schema_version": 1}


def test_a_result_of_the_first_version_is_read_where_it_fits_and_else_named(folder: Path) -> None:
    path = folder / "non-headache.pain.post.json"
    found = _as_before(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(found), encoding="utf-8")
    assert read_synthesis(path).next_evidence == NextEvidence()
    gone = {"excludes": False, "upwards": True, "trials": [{"people": 90, "effect": 0.4}]}
    path.write_text(json.dumps(found | {"next_evidence": gone}), encoding="utf-8")
    with pytest.raises(
        EvidenceError, match=r"version 1 was found, expected 2: run `\./review build`"
    ):
        read_synthesis(path)
    path.write_text(json.dumps(found | {"schema_version": 2, "next_evidence": gone}))
    with pytest.raises(EvidenceError, match="Extra inputs"):
        read_synthesis(path)


def test_each_trial_is_counted_once_with_its_largest_number(
    syntheses: Mapping[str, Synthesis],
) -> None:
    trials, people, unknown = analysed(syntheses)
    largest: dict[str, int] = {}
    for synthesis in syntheses.values():
        for study in json.loads(to_json(synthesis))["studies"]:
            if not study["suspect"]:
                known = largest.get(study["study_id"], 0)
                largest[study["study_id"]] = max(known, study["n_total"] or 0)
    numbers = list(largest.values())
    assert (trials, people, unknown) == (len(numbers), sum(numbers), numbers.count(0))
    assert trials < sum(synthesis.k for synthesis in syntheses.values())


def test_results_of_a_condition_at_one_time_point_or_at_all(
    syntheses: Mapping[str, Synthesis],
) -> None:
    every = results_of(syntheses, "headache")
    post = results_of(syntheses, "headache", "post")
    assert [found.question.key for found in every] == [k for k in syntheses if k[:4] == "head"]
    assert all(found in every for found in post)
    assert {found.question.timepoint for found in post} == {"post"} and len(post) < len(every)
