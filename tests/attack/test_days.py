"""A day of which no calendar reckons on is refused where it stands, in every file that has days."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load
from analysis.files.columns import columns
from analysis.files.days import EXPECTED
from analysis.files.problems import EvidenceError, ReviewError
from analysis.files.tables import Row
from analysis.protocol import load_protocol
from analysis.screening.decision_files import Decision
from analysis.searching.decision_schemas import CRITERIA, row_problems
from analysis.searching.duplicate_log import LoggedPair
from analysis.searching.history import load_searches, source_status
from analysis.searching.inbox import SearchDetails, import_inbox
from analysis.versions.releases import releases
from tests.evidence.folder import DATA
from tests.searching.sources import find_source

BEYOND = ("9999-12-31", "0001-01-01", "2200-01-01", "1899-12-31")
NO_DAY = (
    *BEYOND,
    "2026-13-01",
    "2026-00-10",
    "2026-01-32",
    "2026-1-1",
    "10000-01-01",
    "-001-01-01",
)


def day_columns() -> Iterator[tuple[str, str]]:
    """Every column of the evidence in which a day stands."""
    for name, file in DATA_FILES.items():
        for column in columns(file.row):
            if column.expected.startswith(EXPECTED):
                yield name, column.name


def test_every_column_of_days_is_known() -> None:
    named = {
        (name, column.name)
        for name, file in DATA_FILES.items()
        for column in columns(file.row)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", column.example)
    }
    assert named == set(day_columns())
    assert len(named) >= 3


@pytest.mark.parametrize("day", NO_DAY)
@pytest.mark.parametrize(("file", "name"), [*day_columns()])
def test_a_column_of_the_evidence_has_known_days(file: str, name: str, day: str) -> None:
    (column,) = (c for c in columns(DATA_FILES[file].row) if c.name == name)
    (rule,) = (rule for rule in column.resolved({}) if rule.expected.startswith(EXPECTED))
    assert rule.holds("2026-11-23")
    assert not rule.holds(day)


def _search(data: Path, day: str) -> object:
    file = data / "searches/2013-11-13/search.yml"
    file.write_text(re.sub(r"(?m)^date: .*$", f"date: {day}", file.read_text()))
    return load_searches(data)


def _protocol(pattern: str) -> Callable[[Path, str], object]:
    def changed(data: Path, day: str) -> object:
        file = data / "protocol.yml"
        text = file.read_text(encoding="utf-8")
        assert re.search(pattern, text)
        file.write_text(re.sub(pattern, rf"\g<1>{day}", text), encoding="utf-8")
        return load(data)

    return changed


def _release(data: Path, day: str) -> object:
    file = data / "releases/2013.11/release.json"
    file.write_text(re.sub(r'("date": ")[^"]*', rf"\g<1>{day}", file.read_text()))
    return releases(data)


PLACES: dict[str, Callable[[Path, str], object]] = {
    "a search": _search,
    "the version": _protocol(r"(version:\n  name: .*\n  date: ).*"),
    "the baseline's search": _protocol(r"(baseline_search: ).*"),
    "a release": _release,
}


@pytest.mark.parametrize("day", BEYOND)
@pytest.mark.parametrize("place", PLACES)
def test_a_file_that_names_a_day_beyond_reach_is_refused(
    tmp_path: Path, place: str, day: str
) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    with pytest.raises(EvidenceError, match=re.escape(f"{day} was found, expected {EXPECTED}")):
        PLACES[place](data, day)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_no_search_is_imported_for_such_a_day(tmp_path: Path, day: str) -> None:
    with pytest.raises(ReviewError, match=EXPECTED):
        SearchDetails(find_source("medline"), dt.date.fromisoformat(day), "anna")
    shutil.copy(DATA / "protocol.yml", tmp_path)
    inbox = tmp_path / "searches/inbox"
    inbox.mkdir(parents=True)
    (inbox / f"{day}-medline.ris").write_text("TY  - JOUR\nER  - \n")
    (problem,) = import_inbox(tmp_path, "anna").problems
    assert "the name does not say day and source" in problem.message


@pytest.mark.parametrize(
    "when", ["9999-12-31T10:00:00Z", "0001-01-01T10:00:00Z", "2026-11-23T24:00:00Z"]
)
@pytest.mark.parametrize(
    ("kind", "column"), [(Decision, "when"), (Decision, "replaces"), (LoggedPair, "when")]
)
def test_a_decision_is_made_at_a_known_time(kind: type, column: str, when: str) -> None:
    cells = {each.name: "" for each in columns(kind)} | {column: when}
    (_, *_) = found = row_problems(Path("a.csv"), [Row(2, cells)], kind, {}, {CRITERIA: ()})
    assert column in {problem.column for problem in found}
    cells[column] = "2026-11-23T23:59:59Z"
    fine = row_problems(Path("a.csv"), [Row(2, cells)], kind, {}, {CRITERIA: ()})
    assert column not in {problem.column for problem in fine}


def test_the_next_search_is_reckoned_from_the_last_possible_day(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    _search(data, "2199-12-31")
    protocol = load_protocol(data / "protocol.yml")
    longest = protocol.living.model_copy(update={"search_interval_months": 1_200})
    late = source_status(protocol.model_copy(update={"living": longest}), load_searches(data))
    assert max(status.next_due for status in late if status.next_due) == dt.date(2299, 12, 31)
