"""The sources are those of the protocol: one that no code knows is taken in, counted and shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from analysis.evidence.load import load
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.withdrawals import carry_out
from analysis.pages.protocol_page import living
from analysis.pages.search_page import searches_table
from analysis.screening.counted_flow import load_flow
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.history import load_searches
from analysis.searching.inbox import import_inbox
from analysis.searching.library import load_library
from analysis.searching.sources import find_source, sources_of
from analysis.searching.withdrawn_imports import withdrawn_import
from tests.evidence.folder import DataFolder
from tests.figures.test_prisma_flow import words

OWN = "  - {id: dados-2, name: Portal Dados, kind: register}\n"
TABLE = """Title,Authors,Year,Abstract
Sono e fadiga,"Silva A; Souza B",2024,Um ensaio
Outro ensaio,"Lima C",2025,
"""


@pytest.fixture
def own(data: Path) -> Path:
    """The data of a review that also searches a register of its own."""
    folder = DataFolder(data)
    folder.replace("protocol.yml", "search_sources:\n", f"search_sources:\n{OWN}")
    folder.replace("protocol.yml", "[CENTRAL, MEDLINE, Embase", "[Portal Dados, MEDLINE, Embase")
    return data


def taken(data: Path, name: str = "2026-11-20-dados-2.csv") -> None:
    inbox = data / "searches/inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_text(TABLE, encoding="utf-8")
    report = import_inbox(data, "anna")
    assert report.problems == ()
    assert {each.source for each in report.imported} == {"Portal Dados"}


def left(data: Path) -> None:
    """The protocol has the source no more."""
    folder = DataFolder(data)
    folder.replace("protocol.yml", OWN, "")
    folder.replace("protocol.yml", "[Portal Dados, ", "[")


def test_a_table_of_a_source_of_ones_own_comes_to_the_pages(own: Path) -> None:
    taken(own)
    evidence = load(own)
    deduplicate(own, load_library(own))
    assert {name.rpartition("-")[0] for name in load_library(own).records} == {"dados-2"}
    assert "Portal Dados (n = 2)" in words(load_flow(own, evidence))
    assert "Portal Dados" in str(searches_table(evidence, load_searches(own)))
    told = str(living(evidence.protocol))
    assert "<dd>Portal Dados, ClinicalTrials.gov, ICTRP, " in told


def test_its_tables_may_have_columns_by_names_of_their_own(own: Path) -> None:
    named = TABLE.replace("Title,Authors,Year,Abstract", "Título do artigo,Autores,Ano,Resumo")
    inbox = own / "searches/inbox"
    inbox.mkdir(parents=True)
    path = inbox / "2026-11-20-dados-2.csv"
    path.write_text(named, encoding="utf-8")
    (problem,) = import_inbox(own, "anna").problems
    assert "say under the source in the protocol what they are (columns)" in problem.message
    columns = "columns: {Título do artigo: title, autores: authors, Ano: year, Resumo: abstract}"
    DataFolder(own).replace("protocol.yml", OWN, OWN.replace("}", f", {columns}}}"))
    assert import_inbox(own, "anna").problems == ()
    first, second = load_library(own).records.values()
    assert {first.title, second.title} == {"Sono e fadiga", "Outro ensaio"}
    told = next(each for each in (first, second) if each.abstract)
    assert (told.authors, told.year, told.abstract) == ("Silva A; Souza B", "2024", "Um ensaio")


def test_a_second_part_of_it_and_a_source_with_a_number_are_told_apart(own: Path) -> None:
    taken(own)
    taken(own, "2026-11-21-dados-2-2.csv")
    assert [search.date.day for search in load_searches(own)][1:] == [20, 21]


def test_a_file_of_another_source_is_named_with_those_that_there_are(own: Path) -> None:
    inbox = own / "searches/inbox"
    inbox.mkdir(parents=True)
    (inbox / "2026-11-20-lilacs.csv").write_text(TABLE, encoding="utf-8")
    (problem,) = import_inbox(own, "anna").problems
    assert "(sources: dados-2, central, medline," in problem.message
    with pytest.raises(ReviewError, match=r"'lilacs': use one of dados-2, central, .*, or add it"):
        find_source("lilacs", sources_of(own))


def test_a_history_of_a_source_that_left_the_protocol_is_named_with_its_line(own: Path) -> None:
    taken(own)
    left(own)
    with pytest.raises(EvidenceError) as raised:
        load_searches(own)
    (problem,) = raised.value.problems
    path = own / "searches/2026-11-20/search.yml"
    line = path.read_text("utf-8").splitlines().index("- Portal Dados") + 1
    assert (problem.file, problem.line, problem.column) == (path, line, "sources.0")
    assert problem.message.startswith(
        "'Portal Dados' is no source of the protocol (it has CENTRAL, MEDLINE, Embase,"
    )


def test_what_was_taken_back_may_be_of_a_source_that_is_no_more(own: Path) -> None:
    taken(own)
    source = find_source("dados-2", sources_of(own))
    plan = withdrawn_import(own, dt.date(2026, 11, 20), source)
    assert len(plan.records) == 2
    carry_out(own, plan.withdrawal, "anna", "2026-11-22T08:00:00Z", "the wrong export")
    left(own)
    inbox = own / "searches/inbox"
    (inbox / "2026-11-20-dados-2.csv").rename(inbox / "2026-11-20-medline.csv")
    report = import_inbox(own, "anna")
    assert [each.source for each in report.imported] == ["MEDLINE"]


def test_a_review_may_have_no_source_at_all(data: Path) -> None:
    path = data / "protocol.yml"
    head, _, rest = path.read_text("utf-8").partition("search_sources:\n")
    rest = rest[rest.index("\nliving:") :].replace("[CENTRAL, MEDLINE, Embase, PsycINFO]", "[]")
    path.write_text(f"{head}search_sources: []\n{rest}", "utf-8")
    (data / "searches/2013-11-13/search.yml").unlink()
    assert load_searches(data) == ()
    with pytest.raises(ReviewError, match="use one of none, or add it to search_sources"):
        find_source("medline", sources_of(data))
