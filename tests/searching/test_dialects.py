"""Each dialect gives the same bibliography; of what stands in a file nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.searching.exports import Export, read_export
from analysis.searching.identities import make_records
from tests.searching.corpus import Article, articles
from tests.searching.dialects import DIALECTS, REGISTERS
from tests.searching.exports import BIBLIOGRAPHIC, REGISTRIES

FOUND = articles(12, seed=3)
FIELDS = ("title", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "abstract")


def export_of(tmp_path: Path, name: str, content: bytes | str) -> Export:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_export(path)


def expected(a: Article, field: str, name: str) -> str:
    dialect = DIALECTS[name]
    if field in dialect.lacks:
        return ""
    return dialect.pages(a) if field == "pages" else str(getattr(a, field))


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_gives_the_same_bibliography(tmp_path: Path, name: str) -> None:
    dialect = DIALECTS[name]
    export = export_of(tmp_path, name, dialect.write(FOUND))
    assert (export.read, export.remarks) == (len(FOUND), ())
    records = make_records(export.records, "embase")
    for field in FIELDS:
        found = [getattr(record, field) for record in records]
        assert found == [expected(a, field, name) for a in FOUND], field
    assert [r.authors for r in records] == ["; ".join(dialect.authors(a)) for a in FOUND]
    assert [r.accession for r in records] == [dialect.number(a) for a in FOUND]
    assert {r.kind for r in records} == {"article"}


@pytest.mark.parametrize("name", REGISTERS)
def test_registers_give_the_registration_and_what_the_trial_is(tmp_path: Path, name: str) -> None:
    export = export_of(tmp_path, name, REGISTERS[name](FOUND))
    records = make_records(export.records, "ictrp")
    assert [r.registration for r in records] == [f"NCT{a.pmid}" for a in FOUND]
    assert [r.accession for r in records] == [f"NCT{a.pmid}" for a in FOUND]
    assert [r.title for r in records] == [a.title for a in FOUND]
    assert [r.year for r in records] == [str(a.year) for a in FOUND]
    assert {r.kind for r in records} == {"registry"}
    assert all(a.abstract in r.abstract for r, a in zip(records, FOUND, strict=True))


WRITERS = (
    {name: dialect.write for name, dialect in DIALECTS.items()}
    | REGISTERS
    | BIBLIOGRAPHIC
    | REGISTRIES
)


@pytest.mark.parametrize("name", WRITERS)
def test_what_stands_in_a_file_is_kept_or_named(tmp_path: Path, name: str) -> None:
    """Also where records are repeated, or differ in their title alone."""
    twins = [FOUND[0], FOUND[0], *FOUND[1:]]
    export = export_of(tmp_path, name, WRITERS[name](twins))
    remarks = list(export.remarks)
    kept = make_records(export.records, "embase", {}, remarks)
    refused = sum(not remark.kept for remark in remarks)
    assert export.read == len(twins) == len(kept) + refused
