"""What the files of screening and deduplication must look like, one pandera schema a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.files.problems import MOST_PROBLEMS, Problem
from analysis.files.slugs import SLUG
from analysis.files.tables import Row

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

WHEN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"

STAGES = {
    "title-abstract": ("include", "exclude", "unsure"),
    "retrieval": ("obtained", "not obtained"),
    "full-report": ("include", "exclude", "unsure"),
}
# The protocol's eligibility criteria, and what is no question of the trial's eligibility.
CRITERIA = (
    "participants",
    "intervention",
    "comparator",
    "design",
    "arm size",
    "not a report of a trial",
)
RULINGS = ("same", "different")
VERDICTS = ("duplicate", "possible")


def screening_schema() -> pa.DataFrameSchema:
    """data/screening.csv: one decision a row; the latest of a person on a stage counts."""
    import pandera.pandas as pa

    decisions = tuple(dict.fromkeys(word for words in STAGES.values() for word in words))
    checks = {
        "record_id": _matches(SLUG, "a record's identity"),
        "stage": _one_of(*STAGES),
        "decision": _one_of(*decisions),
        "criterion": _one_of("", *CRITERIA),
        "study_id": _matches(rf"^$|{SLUG}", "a study_id, or blank"),
        "who": _matches(SLUG, "a name in small letters, digits and hyphens"),
        "when": _matches(WHEN, "a time such as 2026-11-23T10:15:00Z"),
        "note": None,
    }
    return _table(
        checks,
        pa.Check(
            lambda rows: _decision_fits(rows["stage"], rows["decision"]),
            error="a decision of its stage: "
            + "; ".join(f"{stage}: {', '.join(words)}" for stage, words in STAGES.items()),
        ),
        pa.Check(
            lambda rows: _needed(rows, "exclude", "criterion"),
            error="an exclusion at full report names the criterion that fails",
        ),
        pa.Check(
            lambda rows: _needed(rows, "include", "study_id"),
            error="an inclusion at full report names the study it reports",
        ),
    )


def duplicates_schema() -> pa.DataFrameSchema:
    """data/searches/duplicates.csv: one pair a row, the rule's verdict and a person's ruling."""
    import pandera.pandas as pa

    checks = {
        "record_a": _matches(SLUG, "a record's identity"),
        "record_b": _matches(SLUG, "a record's identity"),
        "verdict": _one_of("", *VERDICTS),
        "rule": None,
        "ruling": _one_of("", *RULINGS),
        "who": _matches(rf"^$|{SLUG}", "a name in small letters, digits and hyphens, or blank"),
        "when": _matches(rf"^$|{WHEN}", "a time such as 2026-11-23T10:15:00Z, or blank"),
        "note": None,
        "title_a": None,
        "title_b": None,
    }
    return _table(
        checks,
        pa.Check(
            lambda rows: rows["record_a"] < rows["record_b"],
            error="two different records, the first in the alphabet first",
        ),
        pa.Check(
            lambda rows: (rows["ruling"] == "") | (rows["who"] != ""),
            error="who ruled, where there is a ruling",
        ),
    )


def row_problems(path: Path, rows: Sequence[Row], schema: pa.DataFrameSchema) -> list[Problem]:
    """What the schema finds wrong, the first lines first, each with its line."""
    import pandas as pd
    import pandera.pandas as pa

    index = pd.Index([row.line for row in rows], name="line")
    frame = pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], index, "str") for name in schema.columns}
    )
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return _problems(path, error)
    return []


def _problems(path: Path, error: pa.errors.SchemaErrors) -> list[Problem]:
    problems = {}
    first = error.failure_cases.sort_values("index", kind="stable").head(MOST_PROBLEMS)
    for case in first.itertuples():
        line = int(case.index)
        if case.schema_context == "Column":
            message = f"{str(case.failure_case)[:40]!r} was found, expected {case.check}"
            problems[line, case.column] = Problem(path, line, str(case.column), message)
        else:
            problems[line, case.check] = Problem(path, line, None, f"expected {case.check}")
    return list(problems.values())


def _matches(pattern: str, what: str) -> pa.Check:
    import pandera.pandas as pa

    return pa.Check.str_matches(pattern, error=what)


def _one_of(*words: str) -> pa.Check:
    import pandera.pandas as pa

    return pa.Check.isin(words, error=f"one of: {', '.join(filter(None, words))}")


def _table(columns: dict[str, pa.Check | None], *checks: pa.Check) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {name: pa.Column(str, check) for name, check in columns.items()},
        checks=list(checks),
        strict=True,
    )


def _decision_fits(stages: pd.Series, decisions: pd.Series) -> pd.Series:
    return stages.combine(decisions, lambda s, d: d in STAGES.get(s, ()))


def _needed(rows: pd.DataFrame, decision: str, column: str) -> pd.Series:
    asked = (rows["stage"] == "full-report") & (rows["decision"] == decision)
    return ~asked | (rows[column] != "")
