"""The decisions of each person, `data/screening/<who>.csv`: rows are added, and none is changed.

What a person decided stays on record. A row that decides anew, or takes back, names by their
times the own decisions that it replaces, so that two rows written on two branches without
knowledge of each other are told from a change of mind, and a merge may keep the lines of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from analysis import PROGRAM
from analysis.files.columns import Words
from analysis.files.lock import locked
from analysis.files.problems import MOST_PROBLEMS, EvidenceError, Problem, short
from analysis.files.slugs import is_person
from analysis.files.tables import (
    Row,
    one_line,
    read_table,
    rows_under,
    table_text,
    text_records,
)
from analysis.files.writing import write_atomically
from analysis.protocol import load_protocol
from analysis.protocol_lists import ExclusionCriteria
from analysis.searching.decision_schemas import (
    CRITERIA,
    STAGES,
    WITHDRAWN,
    Criterion,
    DecisionWord,
    Expected,
    Person,
    RecordId,
    Stage,
    StudyId,
    Time,
    TimesOrNone,
    row_problems,
)
from analysis.searching.library import Library

FIRST_STAGE, *_, LAST_STAGE = STAGES
FOLDER = "screening"
# Of all people in one file, which `migrate` takes apart.
FORMER_FILE = "screening.csv"


@dataclass(frozen=True)
class Decision:
    """One decision of one person on one record at one stage; `replaces` times of earlier ones."""

    record_id: RecordId
    stage: Stage
    decision: DecisionWord
    criterion: Criterion
    study_id: StudyId
    who: Person
    when: Time
    note: str = ""
    replaces: TimesOrNone = ""

    @property
    def said(self) -> tuple[str, str, str]:
        """What it says of the report."""
        return self.decision, self.criterion, self.study_id


# Whose decisions they are, the file's name says.
COLUMNS = tuple(field.name for field in fields(Decision) if field.name != "who")
HEADER = table_text(COLUMNS, ())
OF_A_DECISION: Expected = {
    "a decision of its stage: "
    + "; ".join(f"{stage}: {', '.join(words)}" for stage, words in STAGES.items()): (
        lambda row: row.decision in STAGES.get(row.stage, ())
    ),
    "an inclusion at full report names the study it reports": (
        lambda row: (row.stage, row.decision, row.study_id) != (LAST_STAGE, "include", "")
    ),
}
OF_AN_EXCLUSION: Expected = {
    "an exclusion at full report names the criterion that fails": (
        lambda row: (row.stage, row.decision, row.criterion) != (LAST_STAGE, "exclude", "")
    ),
}
OF_A_WITHDRAWAL: Expected = {
    "a withdrawal names the time of what it takes back": lambda row: bool(row.replaces)
}


def criteria_of(data: Path) -> ExclusionCriteria:
    """The exclusion criteria of the review whose files these are."""
    return load_protocol(data / "protocol.yml").criteria


def words_of_criteria(names: Iterable[str]) -> Words:
    """These names as what may stand in a column of criteria."""
    return {CRITERIA: tuple(names)}


def row_expected(criteria: ExclusionCriteria) -> Expected:
    """What is expected of a decision; a review without criteria has none to name."""
    return {**OF_A_DECISION, **(OF_AN_EXCLUSION if criteria.listed else {})}


def decisions_path(data: Path, who: str) -> Path:
    return data / FOLDER / f"{who}.csv"


def read_decisions(
    data: Path, library: Library, criteria: ExclusionCriteria
) -> tuple[Decision, ...]:
    """Everybody's decisions, the earliest first; EvidenceError for all that is wrong."""
    if (former := data / FORMER_FILE).exists():
        message = f"decisions stand in one file a person: `{PROGRAM} migrate` moves these there"
        raise EvidenceError.at(former, message)
    found: list[Decision] = []
    problems: list[Problem] = []
    for path in decision_paths(data):
        try:
            found += read_own(path, library, criteria)
        except EvidenceError as error:
            problems += error.problems
    if problems:
        raise EvidenceError(problems[:MOST_PROBLEMS])
    # In one second a person may decide and take back: the file's order stays.
    return tuple(sorted(found, key=lambda decision: decision.when))


def decision_paths(data: Path) -> list[Path]:
    """The file of each person, by name; what is hidden is an editor's or half written."""
    folder = data / FOLDER
    if not folder.is_dir():
        return []
    paths = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    if strangers := [p for p in paths if not (is_person(p.stem) and p.suffix == ".csv")]:
        message = "no person's decisions: a name in small letters, digits and hyphens, then .csv"
        raise EvidenceError(Problem(path, None, None, message) for path in strangers)
    return paths


def read_own(path: Path, library: Library, criteria: ExclusionCriteria) -> tuple[Decision, ...]:
    """One person's decisions in file order; no file yet is no decision.

    A criterion by a name that it had before is the criterion. Of records and criteria that are
    no more only a decision that stands may not speak.
    """
    if not path.exists():
        return ()
    return _decisions_of(path, read_table(path, COLUMNS), library, criteria)


def read_added(
    path: Path, before: bytes, raw: bytes, library: Library, criteria: ExclusionCriteria
) -> tuple[Decision, ...] | None:
    """The decisions on the lines that were added to a file which said `before`, and says `raw`.

    None where it was changed otherwise, or not by this program: who asks reads all of it.
    """
    if not (raw.startswith(before) and _is_own(before) and _is_own(raw)):
        return None
    added = HEADER + raw[len(before) :].decode(errors="replace")
    try:
        rows = rows_under(path, text_records(path, added), COLUMNS)
        return _decisions_of(path, rows, library, criteria)
    except EvidenceError:
        return None  # it would name lines of the added text


def _decisions_of(
    path: Path, found: Iterable[Row], library: Library, criteria: ExclusionCriteria
) -> tuple[Decision, ...]:
    rows = [
        Row(row.line, {**row.cells, "who": path.stem, "criterion": said})
        for row in found
        for said in [criteria.called(row["criterion"]) or row["criterion"]]
    ]
    if problems := _problems(path, rows, criteria, [row["criterion"] for row in rows]):
        raise EvidenceError(problems)
    decisions = [Decision(**row.cells) for row in rows]
    # An import may have been taken back, and with it what was decided on its records; and a
    # criterion may have left the protocol.
    ids = {"", *criteria.ids}
    if any(d.record_id not in library.records or d.criterion not in ids for d in decisions):
        stand = {decision for heads in standing(decisions).values() for decision in heads}
        live = [row for row, d in zip(rows, decisions, strict=True) if d in stand]
        if unknown := [*_unknown(path, live, library), *_without_criterion(path, live, criteria)]:
            raise EvidenceError(unknown[:MOST_PROBLEMS])
    # A row that came in on two branches is one; the later place keeps it after what it replaces.
    return tuple(reversed(dict.fromkeys(reversed(decisions))))


def _problems(
    path: Path, rows: Sequence[Row], criteria: ExclusionCriteria, names: Iterable[str]
) -> list[Problem]:
    words = words_of_criteria(names)
    kept = [row for row in rows if row["decision"] != WITHDRAWN]
    taken_back = [row for row in rows if row["decision"] == WITHDRAWN]
    return [
        *row_problems(path, kept, Decision, row_expected(criteria), words),
        *row_problems(path, taken_back, Decision, OF_A_WITHDRAWAL, words),
    ][:MOST_PROBLEMS]


def _unknown(path: Path, rows: Sequence[Row], library: Library) -> list[Problem]:
    return [
        Problem(path, row.line, "record_id", f"{row['record_id'][:80]!r} is in no search")
        for row in rows
        if row["decision"] != WITHDRAWN and row["record_id"] not in library.records
    ][:MOST_PROBLEMS]


def _without_criterion(
    path: Path, rows: Sequence[Row], criteria: ExclusionCriteria
) -> list[Problem]:
    """Decisions whose criterion the protocol does not have: renamed there, or gone."""
    has = f"the protocol has {', '.join(criteria.ids)}" if criteria.listed else "it has none"
    return [
        Problem(
            path, row.line, "criterion",
            f"{short(row['criterion'])} is no exclusion criterion of the protocol ({has}): if it "
            "was renamed, list this name there under also_called of the criterion; if it is gone, "
            "put it back until these records are decided anew",
        )
        for row in rows
        if row["decision"] != WITHDRAWN and row["criterion"] not in {"", *criteria.ids}
    ]  # fmt: skip


def add_decisions(
    data: Path, library: Library, decisions: Iterable[Decision]
) -> tuple[Decision, ...]:
    """Add decisions, all or none, and return them as they were written.

    Each names the person's own decisions that stood on its record and stage until then.
    """
    with locked(data):
        criteria = criteria_of(data)
        added: list[Decision] = []
        for who, new in _by_person(decisions).items():
            known = _known(decisions_path(data, who), library, criteria, {d.record_id for d in new})
            added += following(known, new)
        append(data, library, added)
    return tuple(added)


def append(data: Path, library: Library, decisions: Iterable[Decision]) -> None:
    """Add decisions as they are, all or none; who calls holds the lock."""
    for path, text in texts_with(data, library, decisions).items():
        write_atomically(path, text)


def texts_with(data: Path, library: Library, decisions: Iterable[Decision]) -> Mapping[Path, bytes]:
    """What each person's file says with these decisions added as they are."""
    criteria = criteria_of(data)
    texts: dict[Path, bytes] = {}
    for who, new in _by_person(decisions).items():
        path = decisions_path(data, who)
        before = _before(path, library, criteria)
        first = before.count(b"\n") + 1
        rows = [Row(first + n, asdict(decision)) for n, decision in enumerate(new)]
        wrong = _problems(path, rows, criteria, criteria.ids)
        if problems := [*wrong, *_unknown(path, rows, library)]:
            raise EvidenceError(problems)
        texts[path] = before + _text(new).removeprefix(HEADER).encode()
    return texts


def _by_person(decisions: Iterable[Decision]) -> Mapping[str, list[Decision]]:
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        found.setdefault(decision.who, []).append(decision)
    return found


def _known(
    path: Path, library: Library, criteria: ExclusionCriteria, wanted: set[str]
) -> tuple[Decision, ...]:
    """The person's decisions, if the file may hold some on these records: few do."""
    raw = path.read_bytes() if path.is_file() else b""
    if any(record_id.encode() in raw for record_id in wanted):
        return read_own(path, library, criteria)
    return ()


def _before(path: Path, library: Library, criteria: ExclusionCriteria) -> bytes:
    """What the file says already: as it stands where this program wrote it.

    What another program saved is read and checked in full first.
    """
    raw = path.read_bytes() if path.is_file() else HEADER.encode()
    return raw if _is_own(raw) else _text(read_own(path, library, criteria)).encode()


def _is_own(raw: bytes) -> bool:
    """Whether a file is as this program writes it, to which rows can be added as they are."""
    whole = raw.endswith(b"\n") and raw.count(b'"') % 2 == 0
    return whole and raw.startswith(HEADER.encode()) and b"\r" not in raw


def following(known: Iterable[Decision], new: Iterable[Decision]) -> Iterator[Decision]:
    """A person's new decisions, each naming those of the person that it replaces."""
    heads = {key: list(found) for key, found in standing(known).items()}
    for decision in new:
        stood = heads.get(_key(decision), [])
        times = dict.fromkeys(before.when for before in stood)
        # A clock that was set back must not make the earlier decision the later one.
        when = max([decision.when, *times])
        follows = replace(
            decision, when=when, note=one_line(decision.note), replaces=" ".join(times)
        )
        heads[_key(decision)] = [follows]
        yield follows


def standing(decisions: Iterable[Decision]) -> Mapping[tuple[str, str, str], Sequence[Decision]]:
    """Person, stage and record → the decisions that none replaces, the latest last.

    More than one: written on two branches without knowledge of each other. A withdrawal is one
    of them, where nothing was decided since.
    """
    heads: dict[tuple[str, str, str], list[Decision]] = {}
    for decision in sorted(decisions, key=lambda decision: decision.when):
        replaced = decision.replaces.split()
        stood = heads.get(_key(decision), [])
        kept = [before for before in stood if before.when not in replaced]
        heads[_key(decision)] = [*kept, decision]
    return heads


def _key(decision: Decision) -> tuple[str, str, str]:
    return decision.who, decision.stage, decision.record_id


def withdrawal_of(decision: Decision, when: str, note: str = "") -> Decision:
    """The row that takes a decision back, before it names the decision's time."""
    return replace(decision, decision=WITHDRAWN, criterion="", study_id="", note=note, when=when)


def _text(decisions: Iterable[Decision]) -> str:
    rows = ({name: one_line(getattr(d, name)) for name in COLUMNS} for d in decisions)
    return table_text(COLUMNS, rows)
