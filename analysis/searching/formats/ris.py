"""RIS, in whichever form an interface writes its lines.

Read here and not by rispy, which drops the second of two values of a tag, fails on a tag
repeated and wrapped, and takes a line of prose such as `OR  - 0.85` for a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from analysis.files.encoding import MOST_LINES, lines_of
from analysis.files.problems import MOST_PROBLEMS, Problem
from analysis.searching.formats.entry import Entry, Gathered

FIRST = re.compile(r"^\ufeff*TY( {0,3})-", re.MULTILINE)
END = re.compile(r"ER {0,3}-?\s*$|ER  -")
# Tags that the interfaces write; another before a hyphen, in a text that runs on, is a word.
KNOWN = re.compile(
    r"A[1-4BDENRUV]|BT|C[1-8ALNPRTY]|D[ABEIOPST]|E[DPRT]|F[DT]|H[12]|I[DS]|J[12AFOP]|KW|L[1-4ABKL]|"
    r"M[1-3]|N[12LOV]|O[LP]|P[ABMPTY]|R[DINP]|S[ENOPRTV]|T[1-3AITY]|U[1-5RS]|V[LO]|W[PTV]|Y[12R]"
)
RUNS_ON = frozenset(("AB", "N2", "N1", "TI", "T1", "T2", "KW", "AD"))
# A record has at least one of these: lines that hold one are not what stands between records.
CONTENT = frozenset(("AB", "N2", "TI", "T1", "AU", "A1"))
TITLES = ("TI", "T1")


def read_ris(text: str, path: Path, problems: list[Problem]) -> Iterator[Entry]:
    """Every record of a RIS export; damaged ones are added to `problems` with their lines."""
    reader = _Reader(text)
    for number, line in enumerate(lines_of(text), start=1):
        if entry := reader.take(number, line.rstrip("\n").lstrip("\ufeff")):
            yield entry
        if reader.faults:
            problems += (Problem(path, at, None, said) for at, said in reader.faults)
            reader.faults.clear()
            if len(problems) >= MOST_PROBLEMS:
                return
    reader.close()
    problems += (Problem(path, at, None, said) for at, said in reader.faults)


class _Reader:
    """Lines of a file taken one by one: inside a record, or between two."""

    def __init__(self, text: str) -> None:
        first = FIRST.search(text)
        blanks = len(first.group(1)) if first else 2
        # One blank or none is the form of a tag only in a file whose `TY` has it too.
        self._tag = re.compile(rf"([A-Z][A-Z0-9]) {{{min(blanks, 2)},3}}-(?:\s|(?=\S)|$)")
        self._number = 0
        self._record: Gathered | None = None
        self._last = ""
        # Tagged lines since the last record: `TY` need not come first.
        self._before: Gathered | None = None
        self._led = False
        self.faults: list[tuple[int, str]] = []

    def take(self, number: int, line: str) -> Entry | None:
        """The record that this line ends, if it does."""
        match = self._tag.match(line)
        if END.match(line) and (self._record or self._before or not self._number):
            return self._end(number)
        if match and match.group(1) == "TY":
            self._begin(number, line[match.end() :])
        elif self._record is None:
            self._outside(number, match, line)
        elif match and self._is_tag(match.group(1)):
            self._last = match.group(1)
            self._record.begin(self._last, line[match.end() :].strip())
        elif line.strip():
            self._record.go_on(line.strip())
        if self._record and self._record.lines > MOST_LINES:
            self._fault(self._record.line, f"has over {MOST_LINES} lines and no end (`ER  -`)")
            self._record = None
        return None

    def close(self) -> None:
        if self._record:
            self._fault(self._record.line, "has no end (`ER  -`): the file is cut short")
        else:
            self._leave()

    def _is_tag(self, name: str) -> bool:
        return KNOWN.fullmatch(name) is not None or self._last not in RUNS_ON

    def _begin(self, number: int, kind: str) -> None:
        if self._record:
            message = f"has no end (`ER  -`) before the next begins on line {number}"
            self._fault(self._record.line, message)
            self._before = None
        self._led = self._before is not None
        self._record = self._before or Gathered(number)
        self._before = None
        self._record.begin("TY", kind.strip())
        self._last = "TY"

    def _end(self, number: int) -> Entry | None:
        record, self._record = self._record, None
        if record is None:
            if not self._leave():
                self._fault(number, "begins with ER and not with `TY  - `")
            return None
        if self._led and any(len(record.tags.get(tag, ())) > 1 for tag in TITLES):
            self._fault(record.line, "has two titles: the end of one and the beginning of the next")
            return None
        self._number += 1
        return record.entry()

    def _outside(self, number: int, match: re.Match[str] | None, line: str) -> None:
        """Between two records: an interface's own lines, or the beginning of the next."""
        if match is None or match.group(1) == "ER":
            if line.strip() or self._before is None or not self._before.tags.keys() & CONTENT:
                self._leave()
            return
        if self._before is None:
            self._before = Gathered(number)
        self._before.begin(match.group(1), line[match.end() :].strip())

    def _leave(self) -> bool:
        """Pass over the lines since the last record; a fault where they are one without `TY`."""
        lines, self._before = self._before, None
        lost = lines is not None and bool(lines.tags.keys() & CONTENT)
        if lines and lost:
            tag = next(iter(lines.tags))
            self._fault(lines.line, f"begins with {tag} and not with `TY  - `")
        return lost

    def _fault(self, line: int, message: str) -> None:
        self._number += 1
        self.faults.append((line, f"record {self._number} {message}"))
