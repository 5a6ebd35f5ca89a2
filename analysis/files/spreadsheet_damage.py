"""What a spreadsheet makes of a cell, known by its form: a date, a shortened number, an error."""

from __future__ import annotations

import re

# As Excel shortens the months in English, German, French, Spanish, Italian, Dutch, Portuguese,
# the Nordic languages and Polish.
MONTH = (
    "(?:jan|janv|jän|ene|gen|sty|feb|févr|fev|lut|mar|mär|märz|mars|mrt|apr|avr|abr|kwi|kwie"
    "|may|mai|mei|maj|mag|jun|juni|juin|giu|cze|jul|juli|juil|lug|lip|aug|août|ago|sie"
    "|sep|sept|set|wrz|oct|okt|ott|out|paź|nov|lis|dec|dez|déc|dic|des|gru)"
)
DATE = re.compile(
    rf"[0-9]{{1,2}}(?:[-./ ]|\. ?){MONTH}\.?(?:[-./ ]?[0-9]{{2,4}})?"
    rf"|{MONTH}\.?[- ./][0-9]{{2}}"
    r"|[0-9]{1,2}([-./])[0-9]{1,2}\1[0-9]{2,4}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2})?",
    re.IGNORECASE,
)
# A name that has become one, such as may-2013 where months are written small.
MONTH_AND_YEAR = rf"^{MONTH}-[0-9]{{2}}$"
# With a capital and a sign, as a spreadsheet writes it; a person writes 1e5 or 10^5.
SHORTENED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}")
# A spreadsheet keeps fifteen digits of a number and makes noughts of the rest.
ROUNDED = re.compile(r"[0-9]{15}0+")
ERROR = re.compile(r"#[^\W_]+(?:/[^\W_]+)?[!?]|#N/A|#N/D|#NV|#{2,}|Err:[0-9]{3}")
LOST_LETTER = "\ufffd"
# Of a longer text none of these is the whole.
LONGEST = 30


def damage(cell: str) -> str | None:
    """What a spreadsheet made of a text and what to do; None where it made nothing of it."""
    if len(cell) <= LONGEST:
        if DATE.fullmatch(cell):
            return (
                "a date, as a spreadsheet makes of 4-12 or 3.4: write what the source says, "
                "a range or a day with a word before it (pages 4-12)"
            )
        if shortened(cell):
            return "a number that a spreadsheet has shortened: write all of its digits"
        if ERROR.fullmatch(cell):
            return "an error of a spreadsheet: write what stood there, or leave the cell blank"
    if cell.isascii():
        return None
    if LOST_LETTER in cell:
        return f"a letter was lost in another encoding ({LOST_LETTER}): write it again"
    if (meant := _misread(cell)) is not None:
        return f"letters misread in another encoding: write {meant[:40]!r}"
    return None


def shortened(cell: str) -> bool:
    """Whether digits are missing that were there."""
    return bool(SHORTENED.fullmatch(cell) or ROUNDED.fullmatch(cell))


def _misread(cell: str) -> str | None:
    """The text whose UTF-8 was read as Windows-1252; None where it was not."""
    try:
        return cell.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
