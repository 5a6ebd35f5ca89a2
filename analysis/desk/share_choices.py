"""Where two people gave one thing two values: both, with who and when, for a person to choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from analysis.desk.sharing import Entry, Merge, Sharing, Torn
from analysis.evidence.data_files import DATA_FILES
from analysis.files.merge_conflicts import Stretch, parts_of
from analysis.files.merged_rows import WHOLE_ROW, MergedTable, line_of, merged_tables
from analysis.formatting import day

NOT_THERE = "(no such file)"
ANOTHER_FILE = "(a file that is no text)"
# What the program proposes anew at the next sitting is not worth a person's question.
PROPOSED_ANEW = "searches/rankings/"
LONGEST_SHOWN = 2_000


@dataclass(frozen=True)
class Choice:
    """One thing with two values; `field` is its name in the form."""

    field: str
    file: str
    row: str
    column: str
    before: str
    mine: str
    theirs: str
    mine_by: str
    theirs_by: str


def choices_of(sharing: Sharing, merge: Merge) -> tuple[Choice, ...]:
    """What a person has to choose in this merge, file by file."""
    found = [each for torn in merge.torn for each in _choices(sharing, merge, torn)]
    return tuple(found)


def settled_by(merge: Merge, take_theirs: Collection[str]) -> Mapping[str, Entry | bytes | None]:
    """The torn files with theirs in the fields that are named, and mine in all others."""
    return {torn.name: _settled(torn, take_theirs) for torn in merge.torn}


def _choices(sharing: Sharing, merge: Merge, torn: Torn) -> Iterator[Choice]:
    def said_by(mine: int | None = None, theirs: int | None = None) -> tuple[str, str]:
        return (
            _last_by(sharing, merge.theirs, merge.mine, torn.name, mine),
            _last_by(sharing, merge.mine, merge.theirs, torn.name, theirs),
        )

    def choice(at: int, row: str, column: str, said: Iterable[str], by: Iterable[str]) -> Choice:
        before, mine, theirs = said
        mine_by, theirs_by = by
        field = f"{torn.name}:{at}"
        return Choice(field, torn.name, row, column, before, mine, theirs, mine_by, theirs_by)

    if PROPOSED_ANEW in torn.name:
        return
    if table := _table(torn):
        for at, apart in enumerate(table.apart):
            key = _key(torn.name)
            lines = (line_of(_text(side), key, apart.key) for side in (torn.mine, torn.theirs))
            said = apart.before, apart.mine, apart.theirs
            row, column = ", ".join(apart.key), apart.column or "the whole row"
            yield choice(at, row, column, said, said_by(*lines))
    elif parts := _parts(torn):
        for at, part in enumerate(part for part in parts if isinstance(part, Stretch)):
            texts = ("\n".join(side) for side in (part.common, part.lines, part.other_lines))
            shown = (text[:LONGEST_SHOWN] for text in texts)
            yield choice(at, f"from line {part.line}", "", shown, said_by())
    else:
        sides = (_whole(side) for side in (torn.before, torn.mine, torn.theirs))
        yield choice(0, "the whole file", "", sides, said_by())


def _settled(torn: Torn, take_theirs: Collection[str]) -> Entry | bytes | None:
    def theirs(at: int) -> bool:
        return f"{torn.name}:{at}" in take_theirs

    if PROPOSED_ANEW in torn.name:
        return torn.mine or torn.theirs
    if table := _table(torn):
        taken = {(a.key, a.column or WHOLE_ROW): theirs(at) for at, a in enumerate(table.apart)}
        return table.text(taken).encode()
    if parts := _parts(torn):
        lines: list[str] = []
        at = 0
        for part in parts:
            if isinstance(part, str):
                lines.append(part)
            else:
                lines += part.other_lines if theirs(at) else part.lines
                at += 1
        return "\n".join(lines).encode()
    return torn.theirs if theirs(0) else torn.mine


def _table(torn: Torn) -> MergedTable | None:
    """The file merged cell by cell, where it is a table whose rows have names."""
    if not (torn.mine and torn.theirs and (key := _key(torn.name))):
        return None
    try:
        own, other = _text(torn.mine), _text(torn.theirs)
        # Where both began the file, both began with its header.
        before = _text(torn.before) if torn.before else own.partition("\n")[0] + "\n"
        return merged_tables(before, own, other, key)
    except UnicodeDecodeError:
        return None


def _key(name: str) -> tuple[str, ...]:
    path = PurePosixPath(name)
    return DATA_FILES[path.stem].key if path.suffix == ".csv" and path.stem in DATA_FILES else ()


def _text(side: Entry | None) -> str:
    return side.content.decode() if side else ""


def _parts(torn: Torn) -> list[str | Stretch]:
    """The text with what git could not merge in its places; nothing where that is no text."""
    try:
        parts = list(parts_of(torn.marked.decode().split("\n")))
    except UnicodeDecodeError:
        return []
    both = torn.mine and torn.theirs
    return parts if both and any(isinstance(part, Stretch) for part in parts) else []


def _whole(side: Entry | None) -> str:
    if side is None:
        return NOT_THERE
    try:
        return side.content.decode()[:LONGEST_SHOWN]
    except UnicodeDecodeError:
        return ANOTHER_FILE


def _last_by(sharing: Sharing, without: str, commit: str, name: str, line: int | None) -> str:
    """Who changed a file, or a line of it, last on one side, and on which day."""
    if line:
        about = sharing.checkout(
            "blame", "--porcelain", f"-L{line},{line}", commit, "--", name
        ).splitlines()
        said = dict(part.split(" ", 1) for part in about[1:] if " " in part and part[0] != "\t")
        when = dt.datetime.fromtimestamp(int(said["author-time"]), tz=dt.UTC).date()
        return f"{said['author']}, {day(when)}"
    log = sharing.checkout(
        "log", "-1", "--format=%an%x00%as", commit, f"^{without}", "--", name
    ).strip()
    who, _, when_said = log.partition("\0")
    return f"{who}, {day(dt.date.fromisoformat(when_said))}" if when_said else ""
