"""What a spreadsheet did to a data file is named with line, column and what to do."""

from __future__ import annotations

import pytest

from tests.evidence.folder import DataFolder

OUTCOME = ("outcomes.csv", "ong-2023.disability.post.1")
STUDY = ("studies.csv", "garcia-2021")
DATE = "a date, as a spreadsheet makes of 4-12 or 3.4: write what the source says"
DIGITS = "a number that a spreadsheet has shortened: write all of its digits"
ERROR = "an error of a spreadsheet: write what stood there"


@pytest.mark.parametrize(
    ("row", "column", "cell", "said"),
    [
        (OUTCOME, "contrast", "3-Apr", f"'3-Apr' is {DATE}"),
        (OUTCOME, "locator", "2026-03-04", f"'2026-03-04' is {DATE}"),
        (OUTCOME, "mean_control", "03. Mai", f"'03. Mai' is {DATE}"),
        (OUTCOME, "mean_control", "1.23E+05", f"'1.23E+05' is {DIGITS}"),
        (OUTCOME, "mean_control", "#VALUE!", f"'#VALUE!' is {ERROR}"),
        (OUTCOME, "mean_control", "38,58", "'38,58' has a decimal comma: write a point"),
        (OUTCOME, "mean_control", "0,123", "'0,123' has a decimal comma: write a point"),
        (OUTCOME, "mean_control", "1,234", "write 1.234 or 1234"),
        (OUTCOME, "instrument", "#NAME?", f"'#NAME?' is {ERROR}"),
        (OUTCOME, "note", "########", f"'########' is {ERROR}"),
        (OUTCOME, "usable", "TRUE", "'TRUE' was found, expected one of: yes, no"),
        (STUDY, "registration", "1.2609E+13", f"'1.2609E+13' is {DIGITS}"),
        (STUDY, "registration", "1234567890123450000", f"'1234567890123450000' is {DIGITS}"),
        (STUDY, "pmid", "2.24E+07", "'2.24E+07' was found (shortened by a spreadsheet)"),
        (STUDY, "citation", "04. Dez", f"'04. Dez' is {DATE}"),
        (STUDY, "study_id", "may-13", "'may-13' was found, expected no month and year"),
        (STUDY, "label", "GarcÃ­a 2021", "misread in another encoding: write 'García 2021'"),
        (STUDY, "therapy", "th\ufffdrapie", "a letter was lost in another encoding"),
    ],
)
def test_what_a_spreadsheet_did_to_a_cell(
    folder: DataFolder, row: tuple[str, str], column: str, cell: str, said: str
) -> None:
    line = folder.edit(*row, **{column: cell})
    found = {(file, at, name): message for file, at, name, message in folder.problems()}
    assert said in found[row[0], line, column]


def test_a_file_saved_with_semicolons_is_refused_with_the_remedy(folder: DataFolder) -> None:
    path = folder.path / "sources.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    ((file, line, _, message),) = folder.problems()
    assert (file, line) == ("sources.csv", 1)
    assert message == (
        "cells are separated by a semicolon, not a comma: save the sheet with commas between its "
        "cells and a point in its decimals"
    )
