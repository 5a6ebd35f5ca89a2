"""Text in which each line begins with a tag: PubMed's, Ovid's, Web of Science's and others.

PubMed's format is read here and not by the library nbib, which stops at a date or an
identifier that it does not know, and knows no book, no ERIC and no line of an export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.files.encoding import MOST_LINES, lines_of
from analysis.files.problems import MOST_PROBLEMS, Problem
from analysis.searching.formats.entry import Entry, Gathered

TOTAL = re.compile(r"Record #\d+ of (\d+)")


@dataclass(frozen=True)
class Grammar:
    """How a format writes its lines: what begins and ends a record, a field, and goes on.

    `blank_ends`: a blank line stands between records; `whole`: tags of which each record has
    one, so that without it the file was cut short; `outside`: lines that are no record's;
    `lists`: tags of which each line is a value of its own; `title`: the one that a record has
    once, so that two are two records in one.
    """

    begins: re.Pattern[str]
    tag: re.Pattern[str]
    goes_on: re.Pattern[str]
    called: str
    title: str
    ends: re.Pattern[str] | None = None
    blank_ends: bool = False
    whole: tuple[str, ...] = ()
    outside: re.Pattern[str] = re.compile(r"\s*$")
    lists: frozenset[str] = frozenset()


PUBMED = Grammar(
    begins=re.compile(r"PMID- |OWN {0,2}- {1,2}ERIC"),
    tag=re.compile(r"([A-Z]{2,4}) *- ?(.*)"),
    goes_on=re.compile(r" {6}"),
    called="`PMID- `",
    title="TI",
    blank_ends=True,
    whole=("SO", "BTI", "OID"),
)
OVID = Grammar(
    begins=re.compile(r"<\d+\.? ?>\s*$"),
    tag=re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- (.*)"),
    goes_on=re.compile(r""),
    called="`<1. >`",
    title="TI",
)
OVID_LABELLED = Grammar(
    begins=re.compile(r"(?:<\d+\.? ?>|\d+\.)\s*$"),
    tag=re.compile(r"([A-Z][A-Za-z]+(?: [A-Za-z/&()-]+){0,8})\s*()$"),
    goes_on=re.compile(r""),
    called="`<1>`",
    title="Title",
)
WEB_OF_SCIENCE = Grammar(
    begins=re.compile(r"PT \S"),
    tag=re.compile(r"([A-Z][A-Z0-9]) (.*)"),
    goes_on=re.compile(r" {2,3}"),
    called="`PT `",
    title="TI",
    ends=re.compile(r"ER\s*$"),
    outside=re.compile(r"\s*$|(?:FN|VR) .*|EF\s*$|ER\s*$"),
    lists=frozenset(("AU", "AF", "BA", "BF", "CA")),
)
COCHRANE_LIBRARY = Grammar(
    begins=TOTAL,
    tag=re.compile(r"([A-Z]{2,3}): ?(.*)"),
    goes_on=re.compile(r""),
    called="`Record #1 of …`",
    title="TI",
)
ENDNOTE_TAGS = Grammar(
    begins=re.compile(r"%0 "),
    tag=re.compile(r"(%[0-9A-Z@!#$&()*+=>?\[\]^{|}~<]) (.*)"),
    goes_on=re.compile(r""),
    called="`%0 `",
    title="%T",
)


def read_tagged(
    text: str, path: Path, grammar: Grammar, problems: list[Problem]
) -> Iterator[Entry]:
    """Every record of a tagged export; damaged ones are added to `problems` with their lines."""
    reader = _Reader(grammar)
    for number, line in enumerate(lines_of(text), start=1):
        if entry := reader.take(number, line.rstrip("\n")):
            yield entry
        if reader.faults:
            problems += (Problem(path, at, None, said) for at, said in reader.faults)
            reader.faults.clear()
            if len(problems) >= MOST_PROBLEMS:
                return
    if entry := reader.close():
        yield entry
    total = TOTAL.search(text) if grammar is COCHRANE_LIBRARY else None
    if total and int(total.group(1)) != reader.number:
        reader.faults.append((1, f"{reader.number} records of {total.group(1)}: is it cut short?"))
    problems += (Problem(path, at, None, said) for at, said in reader.faults)


class _Reader:
    """Lines of a file taken one by one."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._record: Gathered | None = None
        self._tag = ""
        # After a fault nothing is read until the next record begins.
        self._lost = False
        self.number = 0
        self.faults: list[tuple[int, str]] = []

    def take(self, number: int, line: str) -> Entry | None:
        """The record that this line ends, if it does."""
        grammar = self._grammar
        if grammar.begins.match(line):
            return self._begin(number, line)
        if self._record is None:
            if not self._lost and not grammar.outside.match(line):
                self.number += 1
                self._fault(number, f"does not begin with {grammar.called}")
        elif grammar.ends and grammar.ends.match(line):
            return self._end()
        elif match := grammar.tag.match(line):
            self._tag = match.group(1)
            self._record.begin(self._tag, match.group(2).strip())
        elif not line.strip():
            return self._end() if grammar.blank_ends else None
        elif grammar.goes_on.match(line):
            if self._tag in grammar.lists:
                self._record.begin(self._tag, line.strip())
            else:
                self._record.go_on(line.strip())
        else:
            self._fault(number, "has a line that is neither a field nor the continuation of one")
        if self._record and self._record.lines > MOST_LINES:
            self._fault(self._record.line, f"has over {MOST_LINES} lines, which no record has")
        return None

    def close(self) -> Entry | None:
        if self._record and self._grammar.ends:
            self._fault(self._record.line, "has no end (`ER`): the file is cut short")
        return self._end() if self._record else None

    def _begin(self, number: int, line: str) -> Entry | None:
        ended = None
        if self._record and self._grammar.ends:
            message = f"has no end (`ER`) before the next begins on line {number}"
            self._fault(self._record.line, message)
        elif self._record and self._grammar.blank_ends:
            self._fault(number, "runs into the next: no blank line stands before it")
        elif self._record:
            ended = self._end()
        self.number += 1
        self._lost = False
        self._record = Gathered(number)
        if match := self._grammar.tag.match(line):
            self._record.begin(match.group(1), match.group(2).strip())
        return ended

    def _end(self) -> Entry | None:
        record, self._record = self._record, None
        if record is None:
            return None
        if len(record.tags.get(self._grammar.title, ())) > 1:
            self._fault(record.line, "has two titles: the beginning of the second is lost")
            return None
        whole = self._grammar.whole
        if whole and not any(tag in record.tags for tag in whole):
            self._fault(
                record.line, f"has no source line (`{whole[0]}  - `): the file is cut short"
            )
            return None
        return record.entry()

    def _fault(self, line: int, message: str) -> None:
        self.faults.append((line, f"record {max(self.number, 1)} {message}"))
        self._record, self._lost = None, True
