"""The documents of the book are declared once, and everything that lists them follows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from analysis.book.contents import contents_of
from analysis.book.documents import TOC, Contents, Document, Part, toc_text, write_toc
from analysis.book.stamp import PART_OF_A_PAGE
from analysis.commands import options
from analysis.execution.plan import Page, Project, check_plan
from analysis.protocol import load_protocol
from tests.commands.typed import typed
from tests.evidence.folder import DATA, ROOT, DataFolder

CONTENTS = contents_of(load_protocol(DATA / "protocol.yml"))
SLEEP = """\
  - id: sleep
    label: sleep
    kind: secondary
    lower: better sleep
    higher: worse sleep
    instruments: []
    measure: SMD
"""


@pytest.fixture
def asking_more(folder: DataFolder) -> DataFolder:
    """Data whose protocol asks for one more outcome."""
    protocol = folder.path / "protocol.yml"
    before, measures, after = protocol.read_text(encoding="utf-8").partition("\nmeasures:\n")
    protocol.write_text(f"{before}{SLEEP}{measures}{after}", encoding="utf-8")
    return folder


def names(contents: Contents) -> list[str]:
    return [document.name for document in contents.documents]


def test_every_document_is_declared_once_and_every_page_is_one() -> None:
    assert len(set(names(CONTENTS))) == len(names(CONTENTS))
    for document in CONTENTS.documents:
        if document.page:
            assert document.page.target.with_suffix("").as_posix() == document.name
    check_plan(CONTENTS.pages)


def test_what_a_person_wrote_and_what_notebooks_make_is_there() -> None:
    """And no chapter was written that the book leaves out."""
    written = {document.name for document in CONTENTS.documents if document.page is None}
    chapters = ROOT / "chapters"
    found = {
        path.relative_to(chapters).with_suffix("").as_posix() for path in chapters.rglob("*.md")
    }
    parts = {name for name in found if name.rpartition("/")[2].startswith(PART_OF_A_PAGE)}
    assert written == found - parts
    templates = [(ROOT / page.template).read_text("utf-8") for page in CONTENTS.pages]
    for part in parts:
        assert any(f"{{include}} {part.rpartition('/')[2]}.md" in text for text in templates)
    assert [page.name for page in CONTENTS.pages if not (ROOT / page.template).is_file()] == []


def test_the_pages_that_others_wait_for_come_first() -> None:
    needed = {need for page in CONTENTS.pages for need in page.needs}
    assert {page.name for page in CONTENTS.pages[: len(needed)]} == needed


def test_the_table_of_contents_lists_every_document_in_order() -> None:
    toc = yaml.safe_load(toc_text(CONTENTS))
    listed = [toc["root"], *(entry["file"] for part in toc["parts"] for entry in part["chapters"])]
    assert listed == names(CONTENTS)


def test_one_more_outcome_is_a_page_for_each_condition_and_time_point(
    asking_more: DataFolder,
) -> None:
    protocol = load_protocol(asking_more.path / "protocol.yml")
    contents = contents_of(protocol)
    more = {
        f"effects/{condition.id}-sleep-{timepoint.id}"
        for condition in protocol.conditions
        for timepoint in protocol.timepoints
    }
    assert set(names(contents)) - set(names(CONTENTS)) == more
    assert all(name in toc_text(contents) for name in more)


def test_a_check_of_a_protocol_that_asks_more_wants_nothing_done_by_hand(
    asking_more: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "ROOT", asking_more.path.parent)
    assert typed("check").endswith("Next: ./review build\n")


def test_an_edit_by_hand_does_not_last(tmp_path: Path) -> None:
    project = Project(tmp_path)
    page = Page("pain", Path("pain.ipynb"), Path("effects/pain.ipynb"))
    part = Part("Effects: 'all'", (Document("effects/pain", page, "Pain: ü"), Document("notes")))
    contents = Contents(Document("index"), (part,))
    write_toc(project, contents)
    before = (tmp_path / TOC).read_bytes()
    (tmp_path / TOC).write_bytes(b"\xff")
    write_toc(project, contents)
    assert (tmp_path / TOC).read_bytes() == before
    write_toc(project, replace(contents, parts=()))
    assert yaml.safe_load((tmp_path / TOC).read_text())["parts"] == []
