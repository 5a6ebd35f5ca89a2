"""Pages that say which files of `data/` they are made from are made from no other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from analysis.book.contents import DECISIONS, contents_of
from analysis.evidence.data_files import DATA_FILES, QUESTION
from analysis.evidence.question_slice import Slice, slice_of
from analysis.evidence.rows import Evidence
from analysis.evidence.table_parts import TABLE_PARTS, hashes_of_parts
from analysis.evidence.team import TEAM
from analysis.execution.plan import Page, Project
from analysis.execution.staleness import Inputs
from analysis.files.problems import EvidenceError, ReviewError
from analysis.pages import context
from analysis.protocol import load_protocol
from analysis.synthesis.question_result import Synthesis
from analysis.versions.results import to_json
from tests.evidence.folder import DATA, ROOT

FILES: Mapping[str, str] = {"protocol": "protocol.yml"} | {
    file.held_as or name: f"{name}.csv" for name, file in DATA_FILES.items()
}
PLANNED = contents_of(load_protocol(DATA / "protocol.yml")).pages
DECLARED = [page for page in PLANNED if page.reads]
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
) -> None:
    """Execute a page where there is nothing but the files and the results it says it reads."""
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
    names: dict[str, Any] = {}
    for source in cells(page):
        exec(source, names)
        names |= page.parameters  # after the cell of the parameters, as papermill does


@pytest.mark.parametrize("page", DECLARED, ids=lambda page: page.name)
def test_a_page_reads_no_file_but_those_it_names(
    page: Page,
    evidence: Evidence,
    syntheses: Mapping[str, Synthesis],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(page, evidence, syntheses, tmp_path, monkeypatch)


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
    for changes in ({"effect": 9.0, "row_id": "another"}, {"source_id": "another"}):
        other = replace(evidence, outcomes=(replace(first, **changes), *others))
        same = hashes_of_parts(other) == hashes_of_parts(evidence)
        assert same == ("source_id" not in changes)


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
