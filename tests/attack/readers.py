"""Every reader of input: where its file stands, a sound one, how it is read, what damages it."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

from openpyxl import load_workbook

from analysis.evidence.data_files import DATA_FILES, DataFile, read_file
from analysis.evidence.load import load
from analysis.evidence.values import words_of
from analysis.files.problems import EvidenceError
from analysis.files.spreadsheets import read_spreadsheet, spreadsheet_bytes
from analysis.files.workbook import SheetColumn
from analysis.pages.validation_page import read_report
from analysis.protocol import Question, load_protocol
from analysis.protocol_lists import FIRST_CRITERIA, ExclusionCriteria
from analysis.screening.decision_files import COLUMNS as DECISION_COLUMNS
from analysis.screening.decision_files import decisions_path, read_own
from analysis.screening.decisions import Screening
from analysis.screening.extraction import (
    DIFFERENCE_COLUMNS,
    check_extraction,
    read_differences,
)
from analysis.screening.extraction_template import new_extraction
from analysis.screening.sheet import COLUMNS as SHEET_COLUMNS
from analysis.screening.sheet import read_sheet
from analysis.searching.duplicate_log import COLUMNS as PAIR_COLUMNS
from analysis.searching.duplicate_log import Deduplication, read_log
from analysis.searching.exports import read_export
from analysis.searching.history import searches_in
from analysis.searching.identities import make_records
from analysis.searching.interfaces import read_interfaces
from analysis.searching.library import Library
from analysis.searching.records import COLUMNS as RECORD_COLUMNS
from analysis.searching.records import Record, read_records
from analysis.searching.retraction_watch import look_up
from analysis.searching.strategies import check_strategy, read_strategy
from analysis.synthesis.synthesise import synthesise
from analysis.versions.releases import read_states, releases
from analysis.versions.results import read_synthesis, to_json
from tests.attack.damage import Damage, as_csv, containers, noise
from tests.attack.exports import (
    COUNT,
    bibtex_damages,
    csv_damages,
    json_export_damages,
    marked_damages,
    strategy_damages,
    tagged_damages,
    text_damages,
    workbook_damages,
    xml_damages,
)
from tests.attack.json_files import json_damages
from tests.attack.tables import (
    Table,
    first_rows,
    form_damages,
    long_table_damages,
    outcomes_damages,
    sound_outcomes,
)
from tests.attack.yaml_files import SOUND_SEARCH, protocol_damages, search_damages, yaml_damages
from tests.evidence.folder import DATA, LIVING, DataFolder
from tests.searching.corpus import articles, records_of
from tests.searching.dialects import DIALECTS, REGISTERS, Write
from tests.searching.exports import BIBLIOGRAPHIC, REGISTRIES
from tests.searching.notices import database, notice

Rows = Sequence[object]


@dataclass(frozen=True)
class Reader:
    """A reader: `read` gives the rows of a file, or a tuple of the one object that it holds."""

    name: str
    path: Path
    sound: bytes
    read: Callable[[Path], Rows]
    damages: Callable[[], Iterable[Damage]]

    def place(self, content: bytes) -> Path:
        """The file where its reader looks for it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(content)
        return self.path


def readers(folder: Path) -> Iterator[Reader]:
    """All of them, each with a folder of its own below this one."""
    yield from _data_tables(folder / "data")
    yield from _yaml(folder / "yaml")
    yield from _search_tables(folder / "searching")
    yield _extraction(folder / "extraction")
    yield from _exports(folder / "exports")
    yield _strategy(folder / "strategies")
    yield from _json(folder / "json")
    yield _retraction_watch(folder / "notices")


def _data_tables(folder: Path) -> Iterator[Reader]:
    tables = {
        "studies": Table(first_rows("studies.csv"), "study_id", "title", "mean_age", "status"),
        "outcomes": Table(sound_outcomes(), "row_id", "note", "mean_control", "usable"),
        "measured": Table(_measured(), "study_id", "note", "participants", "measured"),
        "trustworthiness": Table(_trustworthiness(), "study_id", "support", None, "judgement"),
        "risk_of_bias": Table(
            first_rows("risk_of_bias.csv"), "study_id", "support", None, "judgement"
        ),
        "acceptability": Table(first_rows("acceptability.csv"), "study_id", "note", None, "what"),
        "published": Table(first_rows("published.csv"), "review", "note", "estimate", "verified"),
        "certainty": Table(_decisions(), "condition", "reason", "levels", "domain"),
        "integrity": Table(_rulings(), "study_id", "reason", None, "ruling"),
        "contrasts": Table(first_rows("contrasts.csv"), "study_id", "basis", None, "control_group"),
        "checklists": Table(first_rows("checklists.csv"), "checklist", "topic", None, "checklist"),
        "sources": Table(first_rows("sources.csv"), "source_id", "citation"),
        "notices": Table(_notices(), "study_id", "reason", None, "matched_by"),
        "notice_snapshots": Table(_snapshots(), "date", "file", "rows"),
    }
    words = words_of(load_protocol(DATA / "protocol.yml"))
    for name, file in DATA_FILES.items():

        def read(path: Path, file: DataFile = file) -> Rows:
            found = read_file(path, file, words)
            if found.problems:
                raise EvidenceError(found.problems)
            assert found.whole, "rows are missing and no problem says so"
            return found.rows

        def damages(name: str = name) -> Iterator[Damage]:
            yield from form_damages(tables[name])
            if name == "outcomes":
                yield from outcomes_damages(tables[name])

        path = folder / f"{name}.csv"
        yield Reader(path.name, path, as_csv(tables[name].rows), read, damages)


def _decisions() -> list[list[str]]:
    header = first_rows("certainty.csv")[0]
    domains = ("risk of bias", "inconsistency", "imprecision", "indirectness")
    return [
        header,
        *(["headache", "pain", "post", d, "1", "few, small", "A", "2026-11-23"] for d in domains),
    ]


def _measured() -> list[list[str]]:
    header = first_rows("measured.csv")[0]
    rows = [[f"buhrman-{year}", "qol", "post", "yes", "12", "trial-abstracts", 'asked, "by mail"']
            for year in range(2004, 2008)]  # fmt: skip
    return [header, *rows]


def _trustworthiness() -> list[list[str]]:
    header = first_rows("trustworthiness.csv")[0]
    rows = [[f"buhrman-{year}", "results", "some concerns", "4.8 4.9", 'a mean, "table 2"', "anna"]
            for year in range(2004, 2008)]  # fmt: skip
    return [header, *rows]


def _notices() -> list[list[str]]:
    header = first_rows("notices.csv")[0]
    rows = [[f"buhrman-{year}", f"{year}", "correction", "2026-11-02", "10.5555/notice", "",
             'Error, in "Data"', "DOI"] for year in range(2004, 2008)]  # fmt: skip
    return [header, *rows]


def _snapshots() -> list[list[str]]:
    header = first_rows("notice_snapshots.csv")[0]
    rows = [
        [f"2026-11-0{day}", "a, file.csv", "ab" * 32, "60000", "0", "0123abcd"]
        for day in range(1, 5)
    ]
    return [header, *rows]


def _retraction_watch(folder: Path) -> Reader:
    """Its rows are not ours to refuse one by one: damages are those of the whole file."""
    trials = tuple(load(DATA).trials.values())
    rows = [notice(n, OriginalPaperDOI=trial.doi) for n, trial in enumerate(trials) if trial.doi]
    sound = database(rows).encode()

    def damages() -> Iterator[Damage]:
        yield from containers(sound)
        yield from noise(sound)
        yield Damage("header: none", sound.split(b"\r\n", 1)[1])
        yield Damage("header: only it", sound.split(b"\r\n", 1)[0])
        yield Damage("cells: separated by semicolons", sound.replace(b",", b";"))
        yield Damage("truncated within quotes", sound[: sound.rindex(b'"')])
        yield Damage("encoding: byte order mark", b"\xef\xbb\xbf" + sound, len(rows))
        yield Damage("encoding: Windows-1252", sound.replace(b"Nowhere", b"Espa\xf1a"), len(rows))

    def read(path: Path) -> Rows:
        return look_up(path, trials, dt.date(2026, 11, 28)).notices

    return Reader("retraction_watch.csv", folder / "retraction_watch.csv", sound, read, damages)


def _rulings() -> list[list[str]]:
    header = first_rows("integrity.csv")[0]
    rows = [["exact zero", f"buhrman-{year}", "", "0123abcd", "accept", 'the report, "table 2"',
             "A. Person", "2026-11-23"] for year in range(2004, 2008)]  # fmt: skip
    return [header, *rows]


def _yaml(folder: Path) -> Iterator[Reader]:
    protocol = (DATA / "protocol.yml").read_bytes()
    yield Reader(
        "protocol.yml",
        folder / "protocol.yml",
        protocol,
        lambda path: (load_protocol(path),),
        lambda: (*yaml_damages(protocol), *protocol_damages(protocol)),
    )
    interfaces = (LIVING / "searches" / "interfaces.yml").read_bytes()
    yield Reader(
        "interfaces.yml",
        folder / "searches" / "interfaces.yml",
        interfaces,
        lambda path: (read_interfaces(path.parents[1]),),
        lambda: yaml_damages(interfaces),
    )
    yield Reader(
        "search.yml",
        folder / "searches" / "2013-11-13" / "search.yml",
        SOUND_SEARCH,
        lambda path: searches_in(path.parents[2]),
        lambda: (*yaml_damages(SOUND_SEARCH), *search_damages(SOUND_SEARCH)),
    )


def _search_tables(folder: Path) -> Iterator[Reader]:
    records = _records()
    ids = sorted(record.record_id for record in records)
    library = Library((), {record.record_id: record for record in records}, ())
    criteria = ExclusionCriteria(FIRST_CRITERIA)
    apart = Screening(library, Deduplication({i: i for i in ids}, ()), (), criteria)
    wanting = {"delimiters": ",;\t", "strips_cells": False}

    def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *named: str | None) -> Table:
        return Table([list(columns), *rows], *named, **wanting)  # type: ignore[arg-type]

    when = "2026-11-23T10:15:00Z"
    decided = [[i, "title-abstract", "include", "", "", when, "a, note", ""] for i in ids]
    pairs = [[a, b, "possible", "title", "", "", "", "a note", "One, title", "Another"]
             for a, b in pairwise(ids)]  # fmt: skip
    shown = [[getattr(record, name) for name in RECORD_COLUMNS] for record in records]
    differ = [["outcomes", f"row-{n}", "mean_control", "4", "5, or 6", "5"] for n in range(4)]
    sheet = [["include", "", "", "a, note", *(getattr(r, n) for n in SHEET_COLUMNS[4:])]
             for r in records]  # fmt: skip

    def screened(path: Path) -> Rows:
        own = decisions_path(path.parent, "anna")
        own.unlink(missing_ok=True)
        shutil.copy(DATA / "protocol.yml", path.parent)
        read_sheet(path, path.parent, apart, "title-abstract", "anna", lambda: when)
        return read_own(own, library, criteria)

    # A person may say the same again: both decisions are history.
    history = table(DECISION_COLUMNS, decided, "record_id", "note", None, "decision")
    for name, file, sound, read in (
        ("a person's decisions", "screening/anna.csv",
         replace(history, unique=False),
         lambda path: read_own(path, library, criteria)),
        ("duplicates.csv", "searches/duplicates.csv",
         table(PAIR_COLUMNS, pairs, "record_a", "note", None, "verdict"),
         lambda path: read_log(path.parents[1])),
        ("records of an export", "x.records.csv",
         table(RECORD_COLUMNS, shown, "record_id", "abstract"), read_records),
        ("differences.csv", "differences.csv",
         replace(table(DIFFERENCE_COLUMNS, differ, "file", "second"), sheet=True),
         read_differences),
        ("screening sheet", "sheet.csv",
         replace(table(SHEET_COLUMNS, sheet, "record_id", "note", None, "decision"), sheet=True),
         screened),
    ):  # fmt: skip
        yield Reader(
            name,
            folder / name.replace(" ", "-") / file,
            as_csv(sound.rows),
            read,
            lambda sound=sound: (*form_damages(sound), *long_table_damages(sound)),  # type: ignore[misc]
        )
    path = folder / "screening-workbook" / "sheet.xlsx"
    asked = [SheetColumn(name) for name in SHEET_COLUMNS]
    made = spreadsheet_bytes(path, asked, [dict(zip(SHEET_COLUMNS, r, strict=True)) for r in sheet])
    # A sheet with nothing in it is none, where an export without records is one.
    damages = [replace(damage, rows=damage.rows or None) for damage in workbook_damages(made)]
    damages.append(Damage("a further sheet", _with_a_further_sheet(made), len(sheet)))
    yield Reader("screening workbook", path, made, screened, lambda: damages)


def _with_a_further_sheet(made: bytes) -> bytes:
    book = load_workbook(io.BytesIO(made))
    book.create_sheet("notes", 0).append(["ask", "the", "authors"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _records() -> list[Record]:
    return records_of(articles(4, seed=5))


def _extraction(folder: Path) -> Reader:
    """One extractor's outcomes; only damages of the form, since each sound read loads it all."""
    data = DataFolder.copied_to(folder / "data").path
    study = "dear-2013"
    sheets = new_extraction(data, study, "anna")
    path = next(sheet for sheet in sheets if sheet.stem == "outcomes")
    header, *_ = first_rows("outcomes.csv", 1)
    taken = [row for row in first_rows("outcomes.csv", 1_000) if row[1] == study][:4]
    sound = Table(
        [header, *taken], "row_id", "note", delimiters=",;\t", strips_cells=False, sheet=True
    )

    def read(path: Path) -> Rows:
        check_extraction(data, path.parent)
        return [tuple(row[name] for name in header) for row in read_spreadsheet(path, header)]

    def damages() -> Iterator[Damage]:
        kinds = ("container", "encoding", "truncated", "quotes", "header", "habit: m")
        for damage in form_damages(sound):
            if damage.name.startswith(kinds) and damage.name != "header: only it":
                yield damage

    return Reader("extraction sheet", path, as_csv(sound.rows), read, damages)


def _exports(folder: Path) -> Iterator[Reader]:
    found = articles(COUNT, seed=13)
    for name, (write, damages) in _written().items():
        made = write(found)
        sound = made if isinstance(made, bytes) else made.encode()
        yield Reader(
            name,
            folder / name,
            sound,
            lambda path: make_records(read_export(path).records, "medline"),
            lambda sound=sound, damages=damages: damages(sound),  # type: ignore[misc]
        )


def _written() -> dict[str, tuple[Write, Callable[[bytes], Iterator[Damage]]]]:
    """Each reader's writer, and what damages its files."""
    tags = {
        "ovid.ris": ("TY  - ", "ER  - ", "T1  - ", "JA"),
        "ebsco.ris": ("TY  - ", "ER  - ", "TI  - ", "DP"),
        "endnote.ris": ("TY  - ", "ER  -", "TI  - ", "DA"),
        "managed.ris": ("TY  - ", "ER  -", "TI  - ", "DB"),
        "cochrane.ris": ("TY  - ", "ER  -", "TI  - ", "KW"),
        "ovid-lines-after-end.ris": ("TY  - ", "ER  - ", "T1  - ", "LA"),
        "pubmed.nbib": ("PMID- ", "SO  - ", "TI  - ", "PHST"),
    }
    marks = {
        "eric.nbib": ("OWN - ERIC", "TI  - "),
        "wos.ciw": ("PT J", "TI ", "ER"),
        "ovid.ovd": (r"<\d\. >", "TI  - "),
        "ovid-labelled.txt": (r"<\d>", r"Title\n  "),
        "cochrane.txt": ("Record #", "TI: "),
        "endnote.enw": ("%0 ", "%T "),
    }
    columns = {
        "table.csv": ("Title", "Title"),
        "clinicaltrials.csv": ("NCT Number", "Study Title"),
        "ictrp.csv": ("TrialID", "Public_title"),
    }
    elements = {
        "endnote.xml": ("records", "title", "titles"),
        "pubmed.xml": ("PubmedArticleSet", "ArticleTitle", "Article"),
        "ictrp.xml": ("Trials_downloaded_from_ICTRP", "Public_title", "Trial"),
    }
    others = {
        "refs.bib": bibtex_damages,
        "clinicaltrials.json": json_export_damages,
        "zotero.xlsx": workbook_damages,
    }
    writers = BIBLIOGRAPHIC | REGISTRIES | REGISTERS | {n: d.write for n, d in DIALECTS.items()}
    return {
        **{name: (writers[name], partial(_text, tagged_damages, tags[name])) for name in tags},
        **{name: (writers[name], partial(_text, marked_damages, marks[name])) for name in marks},
        **{
            name: (writers[name], partial(_text, csv_damages, (columns[name],))) for name in columns
        },
        **{name: (writers[name], partial(_markup, elements[name])) for name in elements},
        **{name: (writers[name], damages) for name, damages in others.items()},
    }


def _text(
    damages: Callable[..., Iterator[Damage]], details: tuple, sound: bytes
) -> Iterator[Damage]:
    yield from text_damages(sound)
    yield from damages(sound, *details)


def _markup(details: tuple[str, str, str], sound: bytes) -> Iterator[Damage]:
    return xml_damages(sound, *details)


def _strategy(folder: Path) -> Reader:
    sound = (DATA / "searches" / "strategies" / "embase.txt").read_bytes()

    def read(path: Path) -> Rows:
        checked = check_strategy(read_strategy(path))
        if checked.problems:
            raise EvidenceError(checked.problems)
        return (checked.strategy,)

    return Reader("strategy", folder / "x.txt", sound, read, lambda: strategy_damages(sound))


def _json(folder: Path) -> Iterator[Reader]:
    name = "2026.11"
    frozen = DATA / "releases" / name
    shutil.copytree(frozen, folder / "releases" / name)
    release, results = (frozen / file for file in ("release.json", "results.json"))
    validation = (DATA / "validation.json").read_bytes()
    cell = Question(condition="non-headache", outcome="pain", timepoint="post")
    page = to_json(synthesise(load(DATA), cell)).encode()
    copied = folder / "releases" / name
    yield Reader(
        "release.json",
        copied / "release.json",
        release.read_bytes(),
        lambda path: releases(folder),
        lambda: json_damages(release.read_bytes()),
    )
    yield Reader(
        "results of a release",
        copied / "results.json",
        results.read_bytes(),
        lambda path: (read_states(folder, name),),
        lambda: json_damages(results.read_bytes(), "estimate", needed=False),
    )
    yield Reader(
        "result of a page",
        folder / "x.json",
        page,
        lambda path: (read_synthesis(path),),
        lambda: json_damages(page, "estimate", needed=False),
    )
    yield Reader(
        "validation.json",
        folder / "validation.json",
        validation,
        lambda path: (read_report(path.parent),),
        lambda: json_damages(validation, "largest_difference", needed=False),
    )
