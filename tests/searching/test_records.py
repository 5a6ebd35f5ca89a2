from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.searching.identities import make_records
from analysis.searching.records import Raw, clean, read_records, write_records


@pytest.mark.parametrize(
    "accession", ["../../etc/passwd", "..", "a/../b", "=cmd", "<b>", "x" * 500, "\x1b[31m", "ÅÄÖ"]
)
def test_an_identity_can_stand_in_a_path_whatever_the_export_says(accession: str) -> None:
    (record,) = make_records([Raw(line=1, title="T", accession=accession)], "medline")
    assert re.fullmatch(r"medline-[a-z0-9]+(?:-[a-z0-9]+)*", record.record_id)
    assert len(record.record_id) < 60


def test_the_same_record_has_the_same_identity_in_any_export() -> None:
    one = make_records([Raw(line=1, title="A", accession="123"), Raw(line=2, title="B")], "embase")
    two = make_records([Raw(line=9, title="B"), Raw(line=12, title="A", accession="123")], "embase")
    assert {r.record_id for r in one} == {r.record_id for r in two}


def test_one_number_with_two_contents_is_two_records() -> None:
    raws = [Raw(line=1, title="A", accession="1"), Raw(line=2, title="B", accession="1")]
    records = make_records(raws, "embase")
    assert len({record.record_id for record in records}) == 2


def test_a_repeated_record_is_kept_once() -> None:
    raw = Raw(line=1, title="A", accession="1")
    assert len(make_records([raw, raw], "embase")) == 1


def test_clean_takes_commands_to_a_terminal_out_and_leaves_markup_as_data() -> None:
    hostile = "\x1b[2J<script>alert(1)</script>\u202e =HYPERLINK(\x00)\r\nnext\u200b line"
    assert clean(hostile) == "[2J<script>alert(1)</script> =HYPERLINK( ) next line"


@given(st.text())
def test_clean_is_one_line_and_settles(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert len(once.splitlines()) <= 1


def test_records_come_back_as_they_were_written(tmp_path) -> None:
    raws = [
        Raw(line=1, title="=1+1", abstract='"quoted", and\nbroken', authors=("O'Brien, A", "Å, B")),
        Raw(line=2, title="'plain'", accession="7", registration="NCT01234567"),
    ]
    records = make_records(raws, "medline")
    write_records(tmp_path / "r.csv", records)
    assert set(read_records(tmp_path / "r.csv")) == set(records)
    assert records[1].registration == "NCT01234567"
    assert "\n=1+1" not in (tmp_path / "r.csv").read_text()


@pytest.mark.parametrize(
    ("journal", "kind"),
    [("medRxiv", "preprint"), ("PsyArXiv", "preprint"), ("Prosfood", "article")],
)
def test_a_preprint_server_is_recognised_by_its_name(journal: str, kind: str) -> None:
    (record,) = make_records([Raw(line=1, title="T", journal=journal)], "embase")
    assert record.kind == kind
