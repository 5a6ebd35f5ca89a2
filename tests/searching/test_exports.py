from __future__ import annotations

import codecs
from pathlib import Path

import pytest
import rispy
from nbib import read as read_nbib

from analysis.files.problems import EvidenceError
from analysis.searching.exports import read_export
from analysis.searching.identities import make_records
from tests.searching.corpus import Article, articles
from tests.searching.exports import (
    BIBLIOGRAPHIC,
    REGISTRIES,
    ebsco_ris,
    endnote_ris,
    endnote_xml,
    nbib,
    ovid_ris,
)

FOUND = articles(12, seed=3)


def read(tmp_path: Path, name: str, content: bytes | str) -> list:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return make_records(read_export(path).records, "medline")


def fails(tmp_path: Path, name: str, content: bytes | str) -> str:
    with pytest.raises(EvidenceError) as error:
        read(tmp_path, name, content)
    return str(error.value)


@pytest.mark.parametrize("name", BIBLIOGRAPHIC)
def test_every_flavour_gives_the_same_bibliography(tmp_path: Path, name: str) -> None:
    records = read(tmp_path, name, BIBLIOGRAPHIC[name](FOUND))
    assert len(records) == len(FOUND)
    for record, expected in zip(records, FOUND, strict=True):
        same_bibliography(record, expected)


def same_bibliography(record, expected: Article) -> None:
    assert record.title == expected.title
    assert record.abstract == expected.abstract
    assert record.authors == "; ".join(f"{s}, {g}" for s, g in expected.authors)
    assert record.year == str(expected.year)
    assert record.journal == expected.journal
    assert (record.volume, record.issue) == (expected.volume, expected.issue)
    assert record.pages == expected.pages
    assert record.doi == expected.doi


@pytest.mark.parametrize("name", REGISTRIES)
def test_registries_give_the_registration_and_what_the_trial_is(tmp_path: Path, name: str) -> None:
    records = read(tmp_path, name, REGISTRIES[name](FOUND))
    assert [r.registration for r in records] == [f"NCT{a.pmid}" for a in FOUND]
    assert [r.title for r in records] == [a.title for a in FOUND]
    assert {r.kind for r in records} == {"registry"}
    assert all(a.abstract in r.abstract for r, a in zip(records, FOUND, strict=True))
    assert [r.year for r in records] == [str(a.year) for a in FOUND]


@pytest.mark.parametrize("name", ["pubmed.nbib", "ovid.ris", "endnote.ris"])
def test_the_pubmed_number_is_kept(tmp_path: Path, name: str) -> None:
    records = read(tmp_path, name, BIBLIOGRAPHIC[name](FOUND))
    assert [record.pmid for record in records] == [article.pmid for article in FOUND]


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.encode("utf-8"),
        lambda text: codecs.BOM_UTF8 + text.encode("utf-8"),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("cp1252"),
        lambda text: text.encode("latin-1"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16 le", "utf-16 be", "utf-16 no mark", "cp1252", "latin-1"],
)
@pytest.mark.parametrize("name", ["ovid.ris", "pubmed.nbib", "table.csv"])
def test_every_encoding_gives_the_same_names(tmp_path: Path, name: str, encoded) -> None:
    text = BIBLIOGRAPHIC[name](FOUND)
    assert any(letter > "\x7f" for letter in text)
    records = read(tmp_path, name, encoded(text))
    assert [r.authors for r in records] == [
        "; ".join(f"{s}, {g}" for s, g in a.authors) for a in FOUND
    ]


def test_xml_says_its_own_encoding(tmp_path: Path) -> None:
    text = endnote_xml(FOUND).replace("UTF-8", "ISO-8859-1")
    records = read(tmp_path, "x.xml", text.encode("latin-1"))
    same_bibliography(records[0], FOUND[0])


def test_plain_ris_reads_as_rispy_reads_it(tmp_path: Path) -> None:
    text = endnote_ris(FOUND)
    theirs = rispy.loads(text)
    ours = read(tmp_path, "x.ris", text)
    for record, entry in zip(ours, theirs, strict=True):
        assert record.title == entry["title"]
        assert record.authors == "; ".join(entry["authors"])
        assert record.abstract == entry["abstract"]
        assert (record.year, record.volume) == (entry["year"], entry["volume"])
        assert record.journal == entry["secondary_title"]
        assert record.doi == entry["doi"].lower()
        assert record.accession == entry["accession_number"]


def test_plain_nbib_reads_as_the_library_nbib_reads_it(tmp_path: Path) -> None:
    text = nbib(FOUND)
    theirs = read_nbib(text)
    ours = read(tmp_path, "x.nbib", text)
    for record, entry in zip(ours, theirs, strict=True):
        assert record.title == entry["title"]
        assert record.authors == "; ".join(author["author"] for author in entry["authors"])
        assert record.abstract == entry["abstract"]
        assert record.pmid == str(entry["pubmed_id"])
        assert (record.journal, record.pages) == (entry["journal"], entry["pages"])
        assert record.doi == entry["doi"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(tmp_path: Path, end: str) -> None:
    text = ebsco_ris(FOUND).replace("\n", end)
    assert len(read(tmp_path, "x.ris", text)) == len(FOUND)


def test_the_content_decides_the_format_not_the_name(tmp_path: Path) -> None:
    same_bibliography(read(tmp_path, "citation.cgi", ovid_ris(FOUND))[0], FOUND[0])
    same_bibliography(read(tmp_path, "pubmed.txt", nbib(FOUND))[0], FOUND[0])


def test_tags_with_one_space_are_read(tmp_path: Path) -> None:
    text = ebsco_ris(FOUND).replace("  - ", " - ").replace("  -", " -")
    same_bibliography(read(tmp_path, "x.ris", text)[0], FOUND[0])


def test_a_ris_record_without_end_is_named(tmp_path: Path) -> None:
    text = ebsco_ris(FOUND)
    line = [n for n, t in enumerate(text.split("\n"), 1) if t.startswith("TY")][3]
    damaged = "ER  - ".join(text.split("ER  - ", 4)[:4]) + text.split("ER  - ", 4)[4]
    said = fails(tmp_path, "x.ris", damaged)
    assert f"x.ris:{line}: record 4 has no end" in said


def test_a_ris_export_cut_short_is_named(tmp_path: Path) -> None:
    text = ovid_ris(FOUND)
    said = fails(tmp_path, "x.ris", text[: len(text) * 2 // 3])
    assert "the file is cut short" in said
    assert "record " in said


def test_several_damaged_records_are_all_named(tmp_path: Path) -> None:
    endless = "TY  - JOUR\nTI  - Splints\n"
    said = fails(tmp_path, "x.ris", endless + ebsco_ris(FOUND) + endless)
    assert "x.ris:1: record 1 has no end (`ER  -`) before the next begins on line 3" in said
    assert "record 14 has no end (`ER  -`): the file is cut short" in said


def test_a_nbib_line_that_is_no_field_is_named(tmp_path: Path) -> None:
    text = nbib(FOUND).replace("LA  - eng", "garbage in the middle", 1)
    line = text.split("\n").index("garbage in the middle") + 1
    assert f"x.nbib:{line}: record 1 has a line" in fails(tmp_path, "x.nbib", text)


def test_a_nbib_export_cut_short_is_named(tmp_path: Path) -> None:
    text = nbib(FOUND)
    said = fails(tmp_path, "x.nbib", text[: text.rindex("VI  - ")])
    assert "record 12 has no source line" in said


def test_a_csv_row_with_missing_cells_is_named(tmp_path: Path) -> None:
    text = REGISTRIES["clinicaltrials.csv"](FOUND[:1]) + "NCT00000001,only two\r\n"
    said = fails(tmp_path, "x.csv", text)
    assert "x.csv:3: record 2 has 2 cells where the header names 8" in said


def test_csv_of_unknown_columns_is_refused_and_says_what_is_known(tmp_path: Path) -> None:
    assert "NCT Number" in fails(tmp_path, "x.csv", "foo,bar\n1,2\n")


def test_a_semicolon_csv_is_read(tmp_path: Path) -> None:
    (record,) = read(tmp_path, "x.csv", "Title;Year\r\nPain online;2020\r\n")
    assert (record.title, record.year) == ("Pain online", "2020")


def test_damaged_xml_is_named_by_record_and_line(tmp_path: Path) -> None:
    text = endnote_xml(FOUND)
    said = fails(tmp_path, "x.xml", text[: len(text) // 2])
    assert "is damaged or cut short" in said
    assert "x.xml:" in said


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<xml><records><record><titles><title>&b;</title></titles></record></records></xml>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<xml><records><record><titles><title>&a;</title></titles></record></records></xml>"""


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
def test_xml_with_entities_is_refused(tmp_path: Path, text: str) -> None:
    assert "an XML entity or DTD" in fails(tmp_path, "x.xml", text)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", b"PK\x03\x04rest of a workbook", "not a whole .xlsx workbook"),
        ("x.ris", b"TY  - JOUR\nTI  - a\x00b\nER  - \n", "x.ris:2: a zero byte"),
        ("x.xml", b"<rows><row/></rows>", "<rows>: XML, but not EndNote's, PubMed's or ICTRP's"),
        ("x.csv", b'Title,Year\n"open,2020\n', "not valid CSV"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    assert said in fails(tmp_path, name, content)


@pytest.mark.parametrize("content", [b"", b"   \n\n", b"Title,Year\n", b"\xef\xbb\xbf"])
def test_an_export_with_nothing_in_it_holds_no_record(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, "x.csv", content) == []


def test_one_broken_byte_in_utf8_is_named_and_not_guessed_at(tmp_path: Path) -> None:
    raw = ovid_ris(articles(40, seed=3)).encode()
    place = raw.index(b"N2  - ", len(raw) // 2) + 10
    damaged = raw[:place] + b"\xe5" + raw[place:]
    line = damaged[:place].count(b"\n") + 1
    assert f"x.ris:{line}: byte 0xe5 is not UTF-8" in fails(tmp_path, "x.ris", damaged)


def test_hostile_text_stays_data(tmp_path: Path) -> None:
    title = '=HYPERLINK("http://x") <script>alert(1)</script> {include}`/etc/passwd` \x1b[31m'
    (record,) = read(tmp_path, "x.ris", f"TY  - JOUR\nTI  - {title}\nER  - \n")
    assert record.title == title.replace("\x1b", "")
