"""What a record is, whose it is, and what an interface's own habits leave of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.files.problems import EvidenceError
from analysis.searching.exports import Export, read_export
from analysis.searching.fields import split_names
from analysis.searching.identities import make_records
from analysis.searching.records import Record


def export_of(tmp_path: Path, content: str | bytes, name: str = "x.txt") -> Export:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_export(path)


def read(tmp_path: Path, content: str | bytes) -> list[Record]:
    return make_records(export_of(tmp_path, content).records, "embase")


def ris(*lines: str) -> str:
    return "\n".join(["TY  - JOUR", "TI  - Splints", *lines, "ER  - ", ""])


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["M3  - Conference Abstract"], "conference"),
        (["M3  - Journal: Conference Abstract"], "conference"),
        (["M3  - Trial registry record"], "registry"),
        (["JA  - https://clinicaltrials.gov/show/NCT09000002"], "registry"),
        (["M3  - Erratum"], "correction"),
        (["M3  - Preprint"], "preprint"),
        (["T2  - medRxiv"], "preprint"),
        (["M3  - Article"], "article"),
        (["N1  - Publication Type: Dissertation. Language: English"], "thesis"),
        (["M3  - 10.1109/conference.2020.1"], "conference"),
    ],
)
def test_a_record_is_what_its_export_says(tmp_path: Path, lines: list[str], kind: str) -> None:
    (record,) = read(tmp_path, ris(*lines))
    assert record.kind == kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Correction to: Splints for wrists", "correction"),
        ("Erratum: Splints for wrists", "correction"),
        ("Retraction: Splints for wrists", "correction"),
        ("Correction of scoliosis by splints", "correction"),
        ("Correcting posture by splints", "article"),
    ],
)
def test_a_correction_is_known_by_its_title(tmp_path: Path, title: str, kind: str) -> None:
    (record,) = read(tmp_path, ris().replace("Splints", title))
    assert record.kind == kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("PT  - Published Erratum", "correction"),
        ("PT  - Retracted Publication", "article"),
        ("PT  - Preprint", "preprint"),
        ("PT  - Congress", "conference"),
        ("PT  - Clinical Trial", "article"),
    ],
)
def test_pubmed_says_what_a_record_is(tmp_path: Path, said: str, kind: str) -> None:
    text = f"PMID- 39000001\nTI  - Splints\nPT  - Journal Article\n{said}\nSO  - J Ex. 2024\n"
    (record,) = read(tmp_path, text)
    assert record.kind == kind


def test_a_line_of_prose_is_no_tag(tmp_path: Path) -> None:
    lines = ["AB  - Wrists hurt.", "OR - 0.85", "OR  - 0.85", "ER - visits fell.", "It helps."]
    (record,) = read(tmp_path, ris(*lines))
    assert (
        record.abstract
        == "Wrists hurt. OR - 0.85 OR  - 0.85 ER - visits fell. It helps.".replace("  ", " ")
    )


@pytest.mark.parametrize("blanks", [" ", "  "])
def test_tags_are_told_by_the_form_that_the_file_has(tmp_path: Path, blanks: str) -> None:
    text = ris("PY  - 2024", "AB  - One", "OR - 0.85").replace("  -", f"{blanks}-")
    (record,) = read(tmp_path, text)
    assert (record.year, record.abstract) == ("2024", "One OR - 0.85")


def test_a_number_of_a_reference_manager_is_no_pubmed_number(tmp_path: Path) -> None:
    (record,) = read(tmp_path, ris("DB  - MEDLINE", "ID  - 7"))
    assert (record.accession, record.pmid) == ("", "")


def test_the_pubmed_number_of_an_embase_record_is_not_its_own_number(tmp_path: Path) -> None:
    (record,) = read(tmp_path, ris("DB  - Embase", "DB  - Medline", "ID  - 97012345"))
    assert (record.accession, record.pmid) == ("97012345", "")


def test_a_book_of_pubmed_has_no_source_line(tmp_path: Path) -> None:
    text = (
        "PMID- 39000001\nSTAT- Publisher\nDP  - 2024 Jan\nTI  - Sore Wrist\nBTI - Wrists\n"
        "FAU - Aspen, Ruth\nPT  - Book Chapter\nAID - NBK900001 [bookaccession]\n"
    )
    (record,) = read(tmp_path, text)
    assert (record.title, record.journal, record.kind) == ("Sore Wrist", "Wrists", "book")


def test_a_poor_record_is_kept_and_named_and_an_empty_one_left_out_and_named(
    tmp_path: Path,
) -> None:
    text = ris() + "TY  - JOUR\nPY  - 2015\nER  - \n\n" + "TY  - JOUR\nKW  - x\nER  - \n" + ris()
    export = export_of(tmp_path, text)
    assert (export.read, len(export.records)) == (4, 3)
    assert [(r.line, r.message) for r in export.remarks] == [
        (4, "record 2 has no title: it is kept"),
        (8, "record 3 has nothing that could be kept: it is left out"),
    ]
    assert export.unread == ("KW",)


def test_where_most_records_are_poor_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="2 of 3 records have neither title nor abstract"):
        export_of(tmp_path, "title,year\nOne,2020\n,2021\n,2022\n")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Aspen R.; Birch T.", ["Aspen R.", "Birch T."]),
        ("Aspen, Ruth (1); Birch, Tom (2)", ["Aspen, Ruth", "Birch, Tom"]),
        ("Ruth Aspen|Tom Birch", ["Ruth Aspen", "Tom Birch"]),
        ("Aspen R, Birch T.", ["Aspen R", "Birch T"]),
        ("R Aspen, TJ Birch", ["R Aspen", "TJ Birch"]),
        ("Aspen, R., Birch, T. J.", ["Aspen, R.", "Birch, T. J."]),
        ("Aspen, Ruth and Birch, Tom", ["Aspen, Ruth", "Birch, Tom"]),
        ("Aspen, R., & Birch, T.", ["Aspen, R.", "Birch, T."]),
        ("Aspen, Ruth", ["Aspen, Ruth"]),
        ("van der Berg, Jan Willem", ["van der Berg, Jan Willem"]),
        ("Pain and Sleep Study Group", ["Pain and Sleep Study Group"]),
        ("NCT09000002,", ["NCT09000002"]),
    ],
)
def test_names_are_split_where_they_have_the_form_of_names(text: str, names: list[str]) -> None:
    assert split_names(text, alone=True) == names


def test_a_registration_is_no_author(tmp_path: Path) -> None:
    (record,) = read(tmp_path, ris("AU  - NCT09000002,", "C3  - CTgov NCT09000002"))
    assert (record.authors, record.registration) == ("", "NCT09000002")


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("Pain. 155(3):123-30, 2014 Mar.", ("Pain", "155", "3", "123-30")),
        ("Pain. Vol.155(3), 2014, pp. 123-130.", ("Pain", "155", "3", "123-130")),
        ("Pain. 155 (3) (pp 123-130), 2014.", ("Pain", "155", "3", "123-130")),
        ("Pain December 2014;155(3):123-130", ("Pain", "155", "3", "123-130")),
    ],
)
def test_ovids_citation_is_taken_apart(tmp_path: Path, source: str, place: tuple) -> None:
    text = f"<1. >\nVN  - Ovid Technologies\nDB  - X\nTI  - Splints\nSO  - {source}\n"
    (record,) = read(tmp_path, text)
    assert (record.journal, record.volume, record.issue, record.pages) == place


def test_two_bibtex_entries_under_one_key_are_two_records(tmp_path: Path) -> None:
    entry = "@article{aspen2020,\n title = {{%s}},\n author = {Aspen, R. and {Wrist Group}},\n"
    entry += ' journal = "Pain",\n number = "5",\n year = 2020,\n abstract = {S{\\"o}re}\n}\n'
    records = read(tmp_path, entry % "Splints" + entry % "Tape")
    assert [r.title for r in records] == ["Splints", "Tape"]
    assert {r.authors for r in records} == {"Aspen, R.; Wrist Group"}
    assert {(r.journal, r.issue, r.year, r.abstract) for r in records} == {
        ("Pain", "5", "2020", "Söre")
    }


def test_a_title_in_two_languages_is_one_record(tmp_path: Path) -> None:
    (record,) = read(tmp_path, ris("TI  - Férulas"))
    assert record.title == "Splints"


def test_an_abstract_in_parts_keeps_its_labels(tmp_path: Path) -> None:
    (record,) = read(
        tmp_path,
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>39000001</PMID><Article>"
        "<ArticleTitle>Splints <i>in vivo</i></ArticleTitle><Abstract>"
        '<AbstractText Label="AIM">One.</AbstractText><AbstractText Label="END">Two.</AbstractText>'
        "</Abstract><AuthorList><Author><CollectiveName>Wrist Group</CollectiveName></Author>"
        "</AuthorList></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
    )
    assert record.title == "Splints in vivo"
    assert record.abstract == "AIM: One. END: Two."
    assert record.authors == "Wrist Group"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ProQuest\n\nDocument 1 of 3\n\nSplints\n", "ProQuest's plain text: export RIS"),
        ("RECORD 1\n\nTITLE\nSplints\n", "Embase.com's plain text: export RIS"),
        ("39000001\n39000002\n39000003\n", "a list of numbers"),
        (
            "1. J Ex. 2024 Mar;1(2):3-4.\n\nSplints.\n\nPMID: 39000001\n",
            "PubMed's abstracts as text",
        ),
        ("Scopus\n\nEXPORT DATE: 1 May 2026\n", "Scopus's plain text: export CSV or RIS"),
        ("RT Journal Article\nA1 Aspen\nT1 Splints\n", "RefWorks's tagged text: export RIS"),
        ('[{"issued": {}, "title": "Splints"}]', "CSL JSON: export RIS"),
        ("<html><body>Session expired</body></html>", "a web page: export the records as RIS"),
        ("<search_results><study/></search_results>", "download CSV or JSON"),
        (b"%PDF-1.7", "a PDF: export the records as RIS"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls): save it as .xlsx or CSV"),
    ],
)
def test_what_is_not_read_is_refused_by_its_name(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    with pytest.raises(EvidenceError) as error:
        export_of(tmp_path, text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "encoding", "western"),
    [
        ("Ångström, Müller, García: “naïve” – l’étude", "cp1252", True),
        ("Die Größe (12 m², 3 µg) der Änderung", "latin-1", True),
        ("Лечение боли у взрослых", "cp1251", False),
        ("Θεραπεία του πόνου", "cp1253", False),
        ("慢性疼痛的网络治疗", "gbk", False),
        ("慢性疼痛のインターネット療法", "shift_jis", False),
        ("Wałęsa, Małgorzata; Łukasiewicz; ból przewlekły", "cp1250", False),
    ],
)
def test_single_bytes_that_are_not_western_are_refused_with_the_remedy(
    tmp_path: Path, text: str, encoding: str, western: bool
) -> None:
    raw = ris(f"AB  - {text}").encode(encoding)
    if western:
        assert read(tmp_path, raw)[0].abstract == text
    else:
        with pytest.raises(EvidenceError, match="save it as UTF-8"):
            export_of(tmp_path, raw)
