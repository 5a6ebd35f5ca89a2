"""Load and validate the whole evidence; every problem of every file is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis.evidence.consistency import consistency_problems
from analysis.evidence.data_files import file_of
from analysis.evidence.own_columns import files_of, taken_names
from analysis.evidence.rows import Evidence
from analysis.evidence.values import words_of
from analysis.files.columns import Rows
from analysis.files.folder import whole_files
from analysis.files.lock import settle
from analysis.files.problems import LARGEST_FILE, EvidenceError, Problem, read_bytes
from analysis.files.yaml_files import LARGEST_YAML
from analysis.protocol import protocol_of


def load_with(folder: Path, texts: Mapping[Path, str]) -> Evidence:
    """The evidence of `folder` as it would be if files said these texts; nothing is written there.

    EvidenceError as of the files themselves.
    """
    whole_files(folder)
    return _read(
        folder,
        lambda path, most: texts[path].encode() if path in texts else read_bytes(path, most),
    )


def load(folder: Path, *, frozen: bool = False) -> Evidence:
    """Read `folder`; EvidenceError names file, line and column of everything wrong.

    Of what was `frozen` earlier the tables that have come into use since are empty.
    """
    whole_files(folder)
    settle(folder)
    return _read(folder, read_bytes, frozen=frozen)


def _read(folder: Path, says: Callable[[Path, int], bytes], *, frozen: bool = False) -> Evidence:
    """The evidence of a folder whose files say this: by their path, with at most so many bytes."""
    path = folder / "protocol.yml"
    content = says(path, LARGEST_YAML)
    protocol = protocol_of(path, content)
    words = words_of(protocol)
    if taken := [*taken_names(path, content, protocol.study_columns)]:
        raise EvidenceError(taken)
    problems: list[Problem] = []
    tables: dict[str, Rows[Any]] = {}
    for name, file in files_of(protocol.study_columns).items():
        path = folder / f"{name}.csv"
        if frozen and not path.is_file():
            tables[name] = Rows(path, (), (), ())
            continue
        try:
            tables[name] = file_of(path, says(path, LARGEST_FILE), file, words)
        except EvidenceError as error:
            problems += error.problems
        else:
            problems += tables[name].problems
    # A cell that could not be read counts as blank here: it has been reported already.
    reported = {(problem.file, problem.line, problem.column) for problem in problems}
    problems += [
        problem
        for problem in consistency_problems(tables)
        if (problem.file, problem.line, problem.column) not in reported
    ]
    if problems:
        raise EvidenceError(problems)
    return Evidence(
        folder=folder,
        protocol=protocol,
        trials={trial.study_id: trial for trial in tables["studies"].rows},
        outcomes=tables["outcomes"].rows,
        measured=tables["measured"].rows,
        trustworthiness=tables["trustworthiness"].rows,
        risk_of_bias=tables["risk_of_bias"].rows,
        acceptability=tables["acceptability"].rows,
        published=tables["published"].rows,
        decisions=tables["certainty"].rows,
        rulings=tables["integrity"].rows,
        control_groups=tables["contrasts"].rows,
        checklists=tables["checklists"].rows,
        sources={source.source_id: source for source in tables["sources"].rows},
        notices=tables["notices"].rows,
        snapshots=tables["notice_snapshots"].rows,
    )
