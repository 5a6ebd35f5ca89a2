"""What spreadsheets wrote for the cells on the left is known; what people write is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.data_files import DATA_FILES
from analysis.files.columns import columns
from analysis.files.spreadsheet_damage import damage, shortened
from analysis.files.spreadsheets import read_spreadsheet
from tests.files.libreoffice import NAMES, ROWS, SAVED

DATES = (
    "3-Apr", "04-Dec", "12-Apr-26", "Dec-12", "04. Dez", "04. Mai", "Dez 12", "04-déc", "mai-13",
    "04-dic", "4-dec", "4/dez", "1/2/2026", "04.12.2026", "04/12/26", "2026-03-04",
    "2026-03-04 00:00:00", "02.août", "4. mars",
)  # fmt: skip
SHORTENED = (
    "1.23E+05", "1,23E+05", "1E+71", "1.79769313486232E+308", "-1.2E+10", "1234567890123450000",
)  # fmt: skip
ERRORS = (
    "#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#NV", "#WERT!", "#BEZUG!",
    "#NOM?", "########", "Err:508",
)  # fmt: skip
MISREAD = ("BjÃ¶rn", "GarcÃ­a", "â€“", "Å“uvre", "th\ufffdrapie")
SOUND = (
    "", "4-12", "3.4", "10(1):68-79", "table 2", "May 2013", "Jun 2015", "Dear 2013", "12 weeks",
    "pages 4-12", "on 2026-03-04", "1.3E-05", "1e5", "12e45678", "NCT00398255", "22413151", "n/a",
    "ACTRN12609000432268", "#1", "# of days", "3/4", "1/2", "Márquez", "Björn", "–", "α = 0.05",
    "mar", "May", "12 May 2026 and later", "10:12", "3-4 weeks", "123456789012345", "à", "Ä 5",
)  # fmt: skip


@pytest.mark.parametrize("cell", DATES)
def test_a_date_is_known(cell: str) -> None:
    assert "a date, as a spreadsheet makes" in (damage(cell) or "")


@pytest.mark.parametrize("cell", SHORTENED)
def test_a_shortened_number_is_known(cell: str) -> None:
    assert "shortened" in (damage(cell) or "")


@pytest.mark.parametrize("cell", ERRORS)
def test_an_error_is_known(cell: str) -> None:
    assert "an error of a spreadsheet" in (damage(cell) or "")


@pytest.mark.parametrize("cell", MISREAD)
def test_another_encoding_is_known(cell: str) -> None:
    assert "in another encoding" in (damage(cell) or "")


@pytest.mark.parametrize("cell", SOUND)
def test_what_a_person_writes_is_left_alone(cell: str) -> None:
    assert damage(cell) is None


@given(
    st.text(st.characters(codec="cp1252", exclude_characters="\ufffd"), min_size=1).filter(
        lambda text: not text.isascii()
    )
)
def test_text_of_western_europe_that_was_misread_is_known_and_said(text: str) -> None:
    try:
        misread = text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return  # a spreadsheet shows the bytes that Windows-1252 has no letter for in its own way
    assert "in another encoding" in (damage(misread) or "") or damage(misread) == damage(text)


@given(st.integers(10**11, 10**14), st.integers(0, 9))
def test_a_long_number_is_known_by_either_form_that_excel_gives_it(number: int, more: int) -> None:
    assert shortened(f"{number:.5E}")
    whole = number * 10_000 + more
    assert shortened(f"{whole:.14E}")
    assert not shortened(str(number))


def test_what_libreoffice_made_of_fingerprints_is_refused_by_their_rule_or_the_same() -> None:
    """A fingerprint that looks like a number comes back as it was, or is no fingerprint."""
    ruling = {column.name: column for column in columns(DATA_FILES["integrity"].row)}
    (rule,) = ruling["fingerprint"].resolved({})
    rows = read_spreadsheet(SAVED / "opened-as-csv.xlsx", NAMES)
    for before, after in zip(ROWS, rows, strict=True):
        same = before["fingerprint"] == after["fingerprint"]
        assert same or not rule.holds(after["fingerprint"])
