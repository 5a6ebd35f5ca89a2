"""Random changes of sound files: an EvidenceError that names the file, or what stands there."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.evidence.data_files import DATA_FILES, read_file
from analysis.evidence.load import load
from analysis.evidence.rows import OutcomeRow
from analysis.evidence.values import words_of
from analysis.files.columns import Rows, parse_number
from analysis.files.problems import EvidenceError
from analysis.protocol import Protocol, load_protocol
from analysis.searching.history import searches_in
from tests.attack.damage import as_csv
from tests.attack.tables import NOT_NUMBERS, sound_outcomes
from tests.attack.yaml_files import SOUND_SEARCH
from tests.evidence.folder import DATA, DataFolder

ROWS = sound_outcomes()
COLUMNS = ROWS[0]
# What is likely to be taken for something it is not, and anything at all.
cells = st.one_of(
    st.sampled_from(NOT_NUMBERS),
    st.sampled_from(["", "0", "-1", "1.5", "yes", "means", "RR", "above 1", "positive"]),
    st.floats(allow_nan=True).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.text(max_size=30),
    st.text("0123456789.,-+eE \u2212", max_size=12),
)
yaml_bits = st.one_of(
    st.text("{}[]:,-?&*!|>%@`\"'# \n\ttrueflsn0123456789.eE+~<", max_size=12),
    st.sampled_from(["!!python/name:os.system", "&a *a", "<<: *a", "\x00", "\ufeff", "---", "..."]),
    st.text(max_size=12),
)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol(DATA / "protocol.yml")


@pytest.fixture(scope="module")
def sound(protocol: Protocol, tmp_path_factory: pytest.TempPathFactory) -> tuple[OutcomeRow, ...]:
    path = tmp_path_factory.mktemp("sound") / "outcomes.csv"
    path.write_bytes(as_csv(ROWS))
    return read_outcomes(path, protocol).rows


def read_outcomes(path: Path, protocol: Protocol) -> Rows[OutcomeRow]:
    return read_file(path, DATA_FILES["outcomes"], words_of(protocol))


@given(cell=cells)
def test_a_number_is_what_stands_there_or_an_error(cell: str) -> None:
    try:
        number = parse_number(cell)
    except ValueError as error:
        assert str(error)
        return
    if number is None:
        assert cell == ""
        return
    assert math.isfinite(number) and abs(number) <= 1e12
    assert cell.isascii() and cell.strip() == cell
    assert float(cell) == number


@settings(max_examples=60, deadline=None)
@given(row=st.integers(1, len(ROWS) - 1), column=st.integers(0, len(COLUMNS) - 1), cell=cells)
def test_a_changed_cell_is_refused_or_read_as_it_stands(
    protocol: Protocol,
    sound: tuple[OutcomeRow, ...],
    tmp_path_factory: pytest.TempPathFactory,
    row: int,
    column: int,
    cell: str,
) -> None:
    changed = [list(cells) for cells in ROWS]
    changed[row][column] = cell
    path = tmp_path_factory.getbasetemp() / "outcomes.csv"
    path.write_bytes(as_csv(changed))
    try:
        found = read_outcomes(path, protocol)
        problems = found.problems
    except EvidenceError as error:
        problems = tuple(error.problems)
        assert problems
    assert all(problem.file == path and problem.message for problem in problems)
    if problems:
        return
    name = COLUMNS[column]
    value = getattr(found.rows[row - 1], name)
    if isinstance(value, str):
        assert value == cell.strip()
    else:
        assert value is None if cell.strip() == "" else value == float(cell)
    # Nothing else has moved.
    was = replace(found.rows[row - 1], **{name: getattr(sound[row - 1], name)})
    assert (*found.rows[: row - 1], was, *found.rows[row:]) == sound


@settings(max_examples=10, deadline=None)
@given(
    file=st.sampled_from(["studies.csv", "sources.csv", "risk_of_bias.csv", "published.csv"]),
    data=st.data(),
)
def test_the_whole_evidence_loads_or_names_the_changed_file(
    tmp_path_factory: pytest.TempPathFactory, file: str, data: st.DataObject
) -> None:
    folder = DataFolder(tmp_path_factory.getbasetemp() / "fuzzed")
    if not folder.path.exists():
        DataFolder.copied_to(folder.path)
    rows = DataFolder(DATA).rows(file)
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[0]) - 1))
    rows[row][column] = data.draw(cells)
    folder.write(file, rows)
    try:
        load(folder.path)
    except EvidenceError as error:
        # A new id is unknown to the files that refer to the old one.
        assert file in {problem.file.name for problem in error.problems} or column == 0
    finally:
        folder.write(file, DataFolder(DATA).rows(file))


def fuzz_text(
    text: str, at: float, length: int, bit: str, path: Path, reader: Callable[[], object]
) -> None:
    start = int(at * len(text))
    path.parent.mkdir(parents=True, exist_ok=True)
    damaged = (text[:start] + bit + text[start + length :]).encode(errors="surrogatepass")
    path.write_bytes(damaged)
    try:
        reader()
    except EvidenceError as error:
        assert error.problems
        assert all(problem.file == path and problem.message for problem in error.problems)


@settings(max_examples=40, deadline=None)
@given(at=st.floats(0, 1), length=st.integers(0, 30), bit=yaml_bits)
def test_a_damaged_protocol_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, at: float, length: int, bit: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "protocol" / "protocol.yml"
    text = (DATA / "protocol.yml").read_text(encoding="utf-8")
    fuzz_text(text, at, length, bit, path, lambda: load_protocol(path))


@settings(max_examples=200, deadline=None)
@given(at=st.floats(0, 1), length=st.integers(0, 30), bit=yaml_bits)
def test_a_damaged_search_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, at: float, length: int, bit: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "searched"
    path = folder / "searches" / "2013-11-13" / "search.yml"
    fuzz_text(SOUND_SEARCH.decode(), at, length, bit, path, lambda: searches_in(folder))
