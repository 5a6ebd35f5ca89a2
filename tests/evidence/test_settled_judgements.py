"""Two assessors and a consensus: what files may say, and what `check` says of it."""

from __future__ import annotations

import pytest

from analysis.evidence.load import load
from analysis.evidence.settled_judgements import conflict_problems, conflicts
from tests.evidence.folder import DataFolder

MISSING, MEASURED = "missing outcome data", "measurement of the outcome"


def judged(folder: DataFolder, *rows: tuple[str, str, str]) -> None:
    """These judgements of one trial and no other: by whom, domain, judgement."""
    folder.empty("risk_of_bias.csv")
    for by, domain, judgement in rows:
        folder.append(
            "risk_of_bias.csv", study_id="friesen-2017", tool="RoB 2", assessed_by=by,
            domain=domain, judgement=judgement,
        )  # fmt: skip


def test_a_conflict_is_named_with_its_line_until_the_consensus_settles_it(
    folder: DataFolder,
) -> None:
    rows = [("anna", MISSING, "low"), ("ben", MEASURED, "low"), ("ben", MISSING, "high")]
    judged(folder, *rows)
    (problem,) = conflict_problems(load(folder.path))
    assert str(problem).endswith(
        "risk_of_bias.csv:4: judgement: friesen-2017: missing outcome data: the assessors differ "
        "(anna low, ben high): not assessed until a row of `consensus` settles it"
    )
    judged(folder, *rows, ("consensus", MISSING, "high"))
    assert not conflicts(load(folder.path))


def test_a_person_or_a_source_judges_and_a_source_mistyped_is_neither(folder: DataFolder) -> None:
    judged(folder, ("anna", MISSING, "low"), ("gandy-2022", MISSING, "low"))
    assert folder.problems() == []
    judged(folder, ("gandy-2202", MISSING, "low"))
    ((*_, said),) = folder.problems()
    assert said == "'gandy-2202' is not in sources.csv, and too like gandy-2022 for a person's name"


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ((("anna", MISSING, "high"), ("ben", "overall", "low")), 1),
        ((("anna", MISSING, "high"), ("anna", "overall", "low")), 1),
        ((("anna", MISSING, "high"), ("ben", MISSING, "low"), ("anna", "overall", "high"),
          ("ben", "overall", "low")), 0),
        ((("anna", MISSING, "high"), ("ben", MISSING, "low"), ("anna", "overall", "high"),
          ("ben", "overall", "low"), ("consensus", MISSING, "high"),
          ("consensus", "overall", "some concerns")), 1),
    ],
    ids=["what counts", "one's own", "open", "the consensus"],
)  # fmt: skip
def test_nobody_s_overall_judgement_is_better_than_their_worst_domain(
    folder: DataFolder, rows: tuple[tuple[str, str, str], ...], wrong: int
) -> None:
    judged(folder, *rows)
    assert sum("but a domain of this result" in said for *_, said in folder.problems()) == wrong
