"""The sheets in `saved/`, made again: `./review -m tests.files.libreoffice` (needs LibreOffice).

A sheet as the program writes it is opened by LibreOffice and saved in what spreadsheets save.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from analysis.files.spreadsheets import write_spreadsheet
from analysis.files.workbook import SheetColumn

SAVED = Path(__file__).parent / "saved"
COLUMNS = (
    SheetColumn("decision", ("include", "exclude", "unsure"), "what you decide"),
    SheetColumn("note"),
    SheetColumn("fingerprint"),
    SheetColumn("title"),
)
NAMES = tuple(column.name for column in COLUMNS)
CELLS = (
    ("include", "pages 4-12", "0123abcd", "Åsa’s programme – a “trial”"),
    ("exclude", "4-12", "12e45678", "=HYPERLINK(1)"),
    ("", "2026-03-04", "00123456", "Première étude; second part, third"),
    ("unsure", "3/4", "12345678", "two\nlines"),
    ("i", "1.50", "1234e567", "-3 points"),
    ("", "12e4", "123456e7", "'quoted'"),
    ("", "#N/A", "abcdef01", "1234567890123456789"),
    ("", "3,5", "01234567", "+1e5"),
)
ROWS = tuple(dict(zip(NAMES, cells, strict=True)) for cells in CELLS)

TEXT = "csv:Text - txt - csv (StarCalc)"
# What is made: from which sheet, how that is opened, what it is saved as.
MADE = {
    "workbook.xlsx": (".xlsx", "", "xlsx"),
    "windows-1252.csv": (".xlsx", "", f"{TEXT}:59,34,ANSI,1"),
    "semicolons.csv": (".xlsx", "", f"{TEXT}:59,34,76,1"),
    "utf-16-tabs.csv": (".xlsx", "", f"{TEXT}:9,34,65535,1"),
    "utf-8.csv": (".xlsx", "", f"{TEXT}:44,34,76,1"),
    "opened-as-csv.xlsx": (".csv", "CSV:44,34,76,1", "xlsx:Calc MS Excel 2007 XML"),
}  # fmt: skip


def main() -> None:
    for name, (suffix, opened, kind) in MADE.items():
        with tempfile.TemporaryDirectory() as folder:
            sheet = Path(folder) / f"{Path(name).stem}{suffix}"
            write_spreadsheet(sheet, COLUMNS, ROWS)
            how = [f"--infilter={opened}"] if opened else []
            command = ["soffice", "--headless", *how, "--convert-to", kind, "--outdir", str(SAVED)]
            subprocess.run([*command, str(sheet)], check=True)


if __name__ == "__main__":
    main()
