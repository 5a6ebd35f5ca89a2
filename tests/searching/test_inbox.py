from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from analysis.files.lock import locked
from analysis.files.problems import EvidenceError, ReviewError
from analysis.searching import inbox as imports
from analysis.searching.history import load_searches
from analysis.searching.inbox import SearchDetails, import_exports, import_inbox
from analysis.searching.library import load_library
from analysis.searching.strategies_as_run import strategies_as_run
from tests.files.contents import contents
from tests.searching.corpus import articles
from tests.searching.exports import cochrane_ris, ebsco_ris, nbib, ovid_ris
from tests.searching.sources import find_source

DAY = dt.date(2026, 11, 20)
FOUND = articles(30, seed=2)


def details(source: str = "medline", date: dt.date = DAY, **more) -> SearchDetails:
    return SearchDetails(find_source(source), date, "anna", **more)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_the_export_is_kept_as_received_with_its_digest(data: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "savedrecs.txt", ovid_ris(FOUND))
    (report,) = import_exports(data, [path], details())
    assert (report.hits, report.new, report.already) == (30, 30, False)
    kept = data / "searches/2026-11-20/medline.ris"
    assert kept.read_bytes() == path.read_bytes()
    *_, search = load_searches(data)
    (export,) = search.exports
    assert export.sha256 == sha256(path.read_bytes()).hexdigest()
    assert (search.hits, search.sources, search.since) == (30, ("MEDLINE",), "2013-11-13")
    assert len(load_library(data).records) == 30


def test_importing_the_same_file_twice_changes_nothing(data: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "a.ris", ovid_ris(FOUND))
    import_exports(data, [path], details())
    before = contents(data)
    renamed = write(tmp_path / "other name.cgi", ovid_ris(FOUND))
    (report,) = import_exports(data, [renamed], details())
    assert report.already
    assert contents(data) == before


@pytest.mark.parametrize(
    ("source", "date", "new"), [("medline", dt.date(2027, 1, 9), 0), ("embase", DAY, 30)]
)
def test_the_same_export_of_another_day_or_source_is_a_search_on_record(
    data: Path, tmp_path: Path, source: str, date: dt.date, new: int
) -> None:
    path = write(tmp_path / "a.ris", ovid_ris(FOUND))
    import_exports(data, [path], details())
    (report,) = import_exports(data, [path], details(source, date))
    assert (report.already, report.hits, report.new) == (False, 30, new)
    *_, search = load_searches(data)
    assert search.date == date
    assert search.exports[-1].source == find_source(source).name
    assert len(load_library(data).sightings) == 60


def test_the_same_file_named_twice_is_imported_once(data: Path, tmp_path: Path) -> None:
    one, two = (write(tmp_path / name, ovid_ris(FOUND)) for name in ("a.ris", "b.ris"))
    first, second = import_exports(data, [one, two], details())
    assert (first.already, second.already) == (False, True)
    assert len(load_library(data).sightings) == 30


def test_a_source_exported_in_parts_is_one_search(data: Path, tmp_path: Path) -> None:
    for number, part in enumerate((FOUND[:20], FOUND[20:])):
        import_exports(data, [write(tmp_path / f"{number}.ris", ovid_ris(part))], details())
    *_, search = load_searches(data)
    assert [export.file for export in search.exports] == ["medline.ris", "medline-2.ris"]
    assert search.hits == 30


def test_several_sources_of_a_day_are_one_search(data: Path, tmp_path: Path) -> None:
    import_exports(data, [write(tmp_path / "a", ovid_ris(FOUND))], details())
    import_exports(data, [write(tmp_path / "b", ebsco_ris(FOUND))], details("psycinfo"))
    import_exports(data, [write(tmp_path / "c", cochrane_ris(FOUND))], details("central"))
    *_, search = load_searches(data)
    assert search.sources == ("MEDLINE", "PsycINFO", "CENTRAL")
    assert search.hits == 90


def test_a_damaged_file_among_good_ones_imports_nothing(data: Path, tmp_path: Path) -> None:
    before = contents(data)
    good = write(tmp_path / "good.ris", ovid_ris(FOUND))
    bad = write(tmp_path / "bad.ris", ovid_ris(FOUND)[:-200])
    with pytest.raises(EvidenceError, match=r"bad\.ris:\d+: record 30 has no end"):
        import_exports(data, [good, bad], details())
    assert contents(data) == before


@pytest.mark.parametrize("at", ["write_records", "write_atomically", "write_search"])
def test_killed_at_any_step_nothing_is_half_imported(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    path = write(tmp_path / "a.ris", ovid_ris(FOUND))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(imports, at, killed)
        with pytest.raises(KeyboardInterrupt):
            import_exports(data, [path], details())
    assert not load_library(data).records
    (report,) = import_exports(data, [path], details())
    assert report.new == 30
    assert len(load_library(data).records) == 30


def test_an_import_says_what_was_read_and_what_was_not(data: Path, tmp_path: Path) -> None:
    text = ovid_ris(FOUND).replace("N2  - ", "KW  - ") + "TY  - JOUR\nPY  - 2015\nER  - \n"
    path = write(tmp_path / "a.ris", text)
    (report,) = import_exports(data, [path], details())
    assert str(report) == ("a.ris: MEDLINE, 2026-11-20: 31 records read, 31 new, 0 already known")
    read, unread, remark = report.details
    assert read.startswith("read as RIS: title 30 of 31; authors 30 of 31; year 31 of 31;")
    assert read.endswith("abstract 0 of 31")
    assert unread == "not read: KW"
    line = text.count("\n", 0, text.rindex("TY  - ")) + 1
    assert remark.endswith(f"a.ris:{line}: record 31 has no title: it is kept")
    (again,) = import_exports(data, [path], details(date=dt.date(2027, 1, 9)))
    assert (again.new, again.known) == (0, 31)


@pytest.mark.parametrize("content", ["", "Title,Year\n"])
def test_an_empty_export_is_a_search_that_found_nothing(
    data: Path, tmp_path: Path, content: str
) -> None:
    (report,) = import_exports(data, [write(tmp_path / "a.csv", content)], details())
    assert "no record; on record as a search that found nothing" in str(report)
    *_, search = load_searches(data)
    assert (search.hits, search.sources, len(search.exports)) == (0, ("MEDLINE",), 1)
    assert not load_library(data).records


def test_a_search_that_found_nothing_needs_no_file(data: Path, tmp_path: Path) -> None:
    import_exports(data, [write(tmp_path / "a", ovid_ris(FOUND))], details())
    (report,) = import_exports(data, [], details("embase", hits=0))
    (again,) = import_exports(data, [], details("embase", hits=0))
    assert (report.already, again.already) == (False, True)
    *_, search = load_searches(data)
    assert (search.hits, search.sources) == (30, ("MEDLINE", "Embase"))
    assert len(load_library(data).records) == 30


def test_without_files_only_a_search_without_hits_is_on_record(data: Path) -> None:
    for hits in (None, 3):
        with pytest.raises(ReviewError, match="say that the search found nothing: --hits 0"):
            import_exports(data, [], details(hits=hits))


def test_the_databases_count_is_held_against_the_files(data: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "a", ovid_ris(FOUND))
    before = contents(data)
    with pytest.raises(ReviewError, match="counted 31 hits, the exports hold 30 records"):
        import_exports(data, [path], details(hits=31))
    assert contents(data) == before
    (report,) = import_exports(data, [path], details(hits=30))
    assert report.hits == 30


def test_a_record_found_again_later_is_not_new(data: Path, tmp_path: Path) -> None:
    import_exports(data, [write(tmp_path / "a", ovid_ris(FOUND[:20]))], details())
    later = details(date=dt.date(2027, 11, 20))
    (report,) = import_exports(data, [write(tmp_path / "b", ovid_ris(FOUND))], later)
    assert (report.hits, report.new) == (30, 10)
    library = load_library(data)
    assert len(library.records) == 30
    assert sorted(library.first_seen.values()) == [DAY] * 20 + [dt.date(2027, 11, 20)] * 10
    assert load_searches(data)[-1].since == "2026-11-20"


def test_an_altered_export_is_named(data: Path, tmp_path: Path) -> None:
    import_exports(data, [write(tmp_path / "a", ovid_ris(FOUND))], details())
    with (data / "searches/2026-11-20/medline.ris").open("a") as file:
        file.write("\n")
    with pytest.raises(EvidenceError, match=r"medline\.ris: the export is not as it was received"):
        load_library(data)


def test_the_strategy_as_run_is_kept(data: Path, tmp_path: Path) -> None:
    strategy = write(tmp_path / "s.txt", "1 exp pain/\n")
    path = write(tmp_path / "a", ovid_ris(FOUND))
    import_exports(data, [path], details(strategy=strategy))
    strategy.write_text("changed since")
    *_, search = load_searches(data)
    kept = data / "searches/2026-11-20" / str(search.exports[0].strategy)
    assert kept.read_text() == "1 exp pain/\n"


def test_a_strategy_on_record_is_not_written_over(data: Path, tmp_path: Path) -> None:
    one, two = (write(tmp_path / name, text) for name, text in (("1", "1 pain\n"), ("2", "1 x\n")))
    import_exports(data, [write(tmp_path / "a", ovid_ris(FOUND[:9]))], details(strategy=one))
    second = write(tmp_path / "b", ovid_ris(FOUND[9:]))
    with pytest.raises(ReviewError, match="another strategy is on record"):
        import_exports(data, [second], details(strategy=two))
    import_exports(data, [second], details())
    *_, search = load_searches(data)
    assert {export.strategy for export in search.exports} == {"medline.strategy.txt"}
    (made,) = strategies_as_run(data, load_searches(data))
    assert (made.source, made.date, made.strategy) == ("MEDLINE", DAY, "1 pain")


def test_a_strategy_that_is_no_text_is_refused_before_anything_is_written(
    data: Path, tmp_path: Path
) -> None:
    before = contents(data)
    damaged = tmp_path / "strategy"
    damaged.write_bytes(b"1 pain\x00\xff")
    path = write(tmp_path / "a", ovid_ris(FOUND))
    with pytest.raises(EvidenceError, match="strategy:1"):
        import_exports(data, [path], details(strategy=damaged))
    assert contents(data) == before


def test_hits_are_counted_for_each_source(data: Path, tmp_path: Path) -> None:
    import_exports(data, [write(tmp_path / "a", ovid_ris(FOUND[:20]))], details())
    import_exports(data, [write(tmp_path / "b", ovid_ris(FOUND[20:]))], details())
    import_exports(data, [write(tmp_path / "c", ebsco_ris(FOUND[:7]))], details("psycinfo"))
    baseline, search = load_searches(data)
    counted = [search.hits_of(name) for name in ("MEDLINE", "PsycINFO", "Embase")]
    assert (search.hits, counted) == (37, [30, 7, None])
    assert [baseline.hits_of(name) for name in baseline.sources] == [None] * 4
    alone = baseline.model_copy(update={"sources": ("MEDLINE",), "hits": 12})
    assert alone.hits_of("MEDLINE") == 12


def test_the_inbox_is_imported_and_strays_are_named(data: Path) -> None:
    inbox = data / "searches/inbox"
    write(inbox / "2026-11-20-medline.ris", ovid_ris(FOUND[:15]))
    write(inbox / "2026-11-20-medline-2.ris", ovid_ris(FOUND[15:]))
    write(inbox / "2026-11-21-pubmed.nbib", nbib(FOUND))
    write(inbox / "savedrecs.ris", ovid_ris(FOUND))
    write(inbox / "2026-11-21-embase.ris", "TY  - JOUR\nTI  - cut")
    write(inbox / "README.md", "put exports here")
    report = import_inbox(data, "anna")
    assert {(i.source, i.new) for i in report.imported} == {("MEDLINE", 15), ("PubMed", 30)}
    assert [problem.file.name for problem in report.problems] == [
        "savedrecs.ris",
        "2026-11-21-embase.ris",
    ]
    again = import_inbox(data, "anna")
    assert all(imported.already for imported in again.imported)
    assert len(again.imported) == 3


def test_without_an_inbox_there_is_nothing_to_import(data: Path) -> None:
    assert import_inbox(data, "anna").imported == ()


def test_two_writers_take_turns(data: Path) -> None:
    def another() -> None:
        with locked(data, 0.01):
            pass

    with ThreadPoolExecutor(1) as elsewhere:
        with locked(data), pytest.raises(ReviewError, match="another command is writing"):
            elsewhere.submit(another).result()
        elsewhere.submit(another).result()


def test_who_searched_is_a_plain_name() -> None:
    with pytest.raises(ReviewError, match="cannot name who searched"):
        SearchDetails(find_source("medline"), DAY, "Anna <b>")


def test_an_unknown_source_is_refused_with_those_there_are() -> None:
    with pytest.raises(ReviewError, match="use one of central, medline"):
        find_source("medlin")


@pytest.mark.parametrize("name", ["ClinicalTrials.gov", "Web of Science", "MEDLINE"])
def test_a_source_is_found_as_it_is_written(name: str) -> None:
    assert find_source(name).name == name


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("file: medline.ris", "file: ../../x.ris", "exports.0.file"),
        ("hits: 30\nexports", "hits: 31\nexports", "hits says 31, its exports together have 30"),
        ("sources:\n- MEDLINE", "sources:\n- Embase", "sources does not name MEDLINE"),
    ],
)
def test_a_search_file_that_contradicts_itself_is_named(
    data: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    import_exports(data, [write(tmp_path / "a", ovid_ris(FOUND))], details())
    path = data / "searches/2026-11-20/search.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(EvidenceError, match=said):
        load_library(data)
