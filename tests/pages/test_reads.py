"""Pages that say which files of `data/` they are made from are made from no other."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import IPython.display
import pytest
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from analysis.book.contents import DECISIONS, contents_of
from analysis.book.excerpts_read import EXCERPTS
from analysis.evidence.data_files import DATA_FILES, QUESTION
from analysis.evidence.question_slice import Slice, slice_of
from analysis.evidence.rows import Evidence
from analysis.evidence.table_parts import (
    SOURCES_OF_ROWS,
    TABLE_PARTS,
    TRIALS_OF_ROWS,
    hashes_of_parts,
)
from analysis.evidence.team import TEAM
from analysis.execution.plan import Page, Project
from analysis.execution.staleness import Inputs
from analysis.files.problems import EvidenceError, ReviewError
from analysis.pages import context
from analysis.protocol import load_protocol
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import answer
from analysis.versions.results import to_json
from tests.evidence.folder import DATA, ROOT

FILES: Mapping[str, str] = {"protocol": "protocol.yml"} | {
    file.held_as or name: f"{name}.csv" for name, file in DATA_FILES.items()
}
PLANNED = contents_of(load_protocol(DATA / "protocol.yml")).pages
DECLARED = [page for page in PLANNED if page.reads]
# Notebooks that show which trials and rows are in a question, or what these come to in words.
ALONE = {
    "evidence_map",
    "excluded_and_awaiting",
    "included_trials",
    "integrity",
    "plain_language_summary",
    "risk_of_bias",
    "small_study_effects",
    "trustworthiness",
}
OF_SIZES = {"evidence_map", "included_trials", "risk_of_bias"}
# A file that a page meets which reads the folder.
INSTEAD_OF = {"searches": "searches/2020-01-01/search.yml", "screening": "screening/anna.csv"}


class Unread:
    """Records that nobody may look at, whatever he wants of them."""

    def __init__(self, file: str) -> None:
        self.file = file

    def _refuse(self, *_: object) -> NoReturn:
        raise AssertionError(f"{self.file} was read")

    __getattr__ = __getitem__ = __iter__ = __len__ = __contains__ = __bool__ = __eq__ = _refuse
    __hash__ = None  # type: ignore[assignment]


def only(evidence: Evidence, files: tuple[str, ...], folder: Path) -> Evidence:
    """The evidence as if nothing but these files had been read."""
    assert FILES.keys() == {field.name for field in fields(evidence)} - {"folder"}
    hidden: dict[str, Any] = {
        name: Unread(file) for name, file in FILES.items() if file not in files
    }
    return replace(evidence, folder=folder, **hidden)


def cells(page: Page) -> Iterator[str]:
    for cell in json.loads((ROOT / page.template).read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"])


def run(
    page: Page,
    evidence: Evidence,
    syntheses: Mapping[str, Synthesis],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> list[Any]:
    """What a page displays where there is nothing but the files and results it says it reads."""
    for name in page.reads:
        if (DATA / name).is_dir():
            shutil.copytree(DATA / name, folder / name, dirs_exist_ok=True)
        # A review may have stated nothing of its team, and nobody may have screened.
        elif name not in {TEAM, *DECISIONS, *TABLE_PARTS} or (DATA / name).exists():
            shutil.copy(DATA / name, folder / name)
    results = folder / "results"
    results.mkdir()
    for need in page.needs:
        (results / f"{need}.json").write_text(to_json(syntheses[need]), encoding="utf-8")
    restricted = only(evidence, page.reads, folder)
    monkeypatch.setattr(context, "DATA", folder)
    monkeypatch.setattr(context, "RESULTS", results)
    monkeypatch.setattr(context, "evidence", lambda: restricted)
    parts = {name: TABLE_PARTS[name](evidence) for name in page.reads if name in TABLE_PARTS}
    monkeypatch.setattr(context, "part", parts.__getitem__)
    for name in ("searches", "strategies", "yields", "flow"):
        monkeypatch.setattr(context, name, getattr(context, name).__wrapped__)
    return displayed(page, monkeypatch)


def displayed(page: Page, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    shown: list[Any] = []

    def display(output: Any, **_: object) -> None:
        shown.append(getattr(output, "data", output))

    monkeypatch.setattr(IPython.display, "display", display)
    names: dict[str, Any] = {}
    for source in cells(page):
        exec(source, names)
        names |= page.parameters  # after the cell of the parameters, as papermill does
    return shown


@pytest.mark.parametrize("page", DECLARED, ids=lambda page: page.name)
def test_a_page_reads_no_file_but_those_it_names(
    page: Page,
    evidence: Evidence,
    syntheses: Mapping[str, Synthesis],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = run(page, evidence, syntheses, tmp_path, monkeypatch)
    assert shown
    if page.excerpt:  # of the whole results it makes the same
        monkeypatch.setattr(context, "excerpts", lambda _, *of: context.results(*of))
        assert displayed(page, monkeypatch) == shown


@pytest.mark.parametrize("page", DECLARED, ids=lambda page: page.name)
def test_a_page_names_no_file_that_it_does_not_read(
    page: Page,
    evidence: Evidence,
    syntheses: Mapping[str, Synthesis],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for file in page.reads:
        folder = tmp_path / file
        unreadable = folder / INSTEAD_OF.get(file, file)
        unreadable.parent.mkdir(parents=True)
        unreadable.write_bytes(b"\0")
        refused = (AssertionError, EvidenceError, KeyError)
        with pytest.raises(refused), monkeypatch.context() as patched:
            rest = tuple(name for name in page.reads if name != file)
            run(replace(page, reads=rest), evidence, syntheses, folder, patched)


def test_the_page_of_a_question_reads_its_slice_and_nothing_else(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    (page,) = (page for page in PLANNED if page.name == "non-headache.disability.follow-up")
    asked = evidence.protocol.question(**{name: page.parameters[name] for name in QUESTION})
    given = slice_of(evidence, asked)

    def question_slice(**names: str) -> Slice:
        assert evidence.protocol.question(**names) == asked
        return given

    monkeypatch.setattr(context, "question_slice", lambda *names: question_slice(
        **dict(zip(QUESTION, names, strict=True))))  # fmt: skip
    for other in ("evidence", "results", "searches", "edition", "flow"):
        monkeypatch.setattr(context, other, Unread(other))
    names: dict[str, Any] = {}
    for source in cells(page):
        exec(source, names)
        names |= page.parameters
    assert names["synthesis"].question == asked


def test_a_changed_row_leaves_pages_alone_that_do_not_show_it() -> None:
    """What is declared is what the fingerprint covers, and the files are there."""
    inputs = Inputs(Project(ROOT))
    for page in DECLARED:
        data = {name for name in inputs.of(page) if name.startswith("data/")}
        read = [name for name in page.reads if (ROOT / "data" / name).exists()]
        assert {Path(name).parts[1] for name in data} == set(read)


def test_a_part_of_a_table_changes_with_it_and_with_nothing_else(evidence: Evidence) -> None:
    named = {name for page in DECLARED for name in page.reads if ": " in name}
    assert named == TABLE_PARTS.keys() == hashes_of_parts(evidence).keys()
    first, *others = evidence.outcomes
    known = hashes_of_parts(evidence)
    for changed, column in (
        ("", "row_id"),
        (SOURCES_OF_ROWS, "source_id"),
        (TRIALS_OF_ROWS, "study_id"),
    ):
        other = replace(first, effect=9.0, **{column: "another"})
        now = hashes_of_parts(replace(evidence, outcomes=(other, *others)))
        assert {name for name in known if now[name] != known[name]} == {*filter(None, [changed])}


def test_a_page_is_given_the_excerpt_that_it_is_remembered_by_and_no_other_result() -> None:
    whole = {"results", "states", "edition", "published", "compared"}
    for page in PLANNED:
        read = {name for source in cells(page) for name in imported(source)}
        if page.excerpt:
            assert not read & whole, page.name
            assert f'excerpts("{page.template.stem}"' in "".join(cells(page))
            assert page.excerpt == EXCERPTS[page.template.stem]
        else:
            assert "excerpts" not in read


def imported(source: str) -> Iterator[str]:
    """What the source imports from the module that opens everything for pages."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == context.__name__:
            yield from (alias.name for alias in node.names)


def test_an_excerpt_of_a_file_is_that_of_what_is_read_from_it(
    syntheses: Mapping[str, Synthesis],
) -> None:
    for synthesis in syntheses.values():
        for excerpt in EXCERPTS.values():
            assert as_json(excerpt.of(synthesis)) == excerpt.of(json.loads(to_json(synthesis)))


def as_json(value: Any) -> Any:
    """What is there of an object, by the names that files use."""
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    if is_dataclass(value):
        return {name: as_json(held) for name, held in vars(value).items()}
    if isinstance(value, BaseModel):
        named = type(value).model_fields
        return {
            named[name].serialization_alias or name: as_json(held)
            for name, held in vars(value).items()
            if not (named[name].exclude_if and named[name].exclude_if(held))
        }
    return to_jsonable_python(value)


@pytest.mark.parametrize(
    ("changes", "left_alone"),
    [
        ({"note": "seen in print"}, set(EXCERPTS)),
        ({"sd_control": 14.0}, ALONE),
        ({"mean_control": 56.0}, ALONE),
        ({"n_control": 32.0}, ALONE - OF_SIZES),
    ],
    ids=lambda given: "-".join(given) if isinstance(given, dict) else "",
)
def test_a_change_leaves_pages_alone_that_show_nothing_of_it(
    changes: dict[str, Any],
    left_alone: set[str],
    evidence: Evidence,
    syntheses: Mapping[str, Synthesis],
) -> None:
    asked = syntheses["non-headache.disability.follow-up"]
    changed = [row_id for study in asked.pooled_studies for row_id in study.row_ids]
    rows = {row.row_id: row for row in evidence.outcomes}
    row = next(rows[name] for name in changed if rows[name].format == "means")
    rows[row.row_id] = replace(row, **changes)
    now = answer(slice_of(replace(evidence, outcomes=tuple(rows.values())), asked.question))
    assert to_json(now) != to_json(asked)
    was, new = json.loads(to_json(asked)), json.loads(to_json(now))
    same = {name for name, excerpt in EXCERPTS.items() if excerpt.of(was) == excerpt.of(new)}
    assert same == left_alone


def test_a_page_that_needs_results_cannot_do_with_fewer(
    evidence: Evidence,
    syntheses: Mapping[str, Synthesis],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for page in (page for page in DECLARED if page.needs):
        folder = tmp_path / page.name
        folder.mkdir()
        with pytest.raises(ReviewError, match="not in results"), monkeypatch.context() as patched:
            run(replace(page, needs=page.needs[1:]), evidence, syntheses, folder, patched)
