"""Random changes of a sound file of every kind: an error that names the file, or a read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.files.problems import EvidenceError
from tests.attack.readers import Reader, readers

NAMES = (
    "studies.csv", "outcomes.csv", "measured.csv", "trustworthiness.csv", "risk_of_bias.csv",
    "acceptability.csv", "published.csv",
    "certainty.csv", "integrity.csv", "checklists.csv", "contrasts.csv", "sources.csv",
    "notices.csv", "notice_snapshots.csv",
    "protocol.yml", "interfaces.yml", "search.yml",
    "a person's decisions", "duplicates.csv", "records of an export",
    "differences.csv", "screening sheet", "screening workbook",
    "extraction sheet", "ovid.ris", "ebsco.ris",
    "endnote.ris", "managed.ris", "cochrane.ris", "ovid-lines-after-end.ris", "pubmed.nbib",
    "eric.nbib", "wos.ciw", "ovid.ovd", "ovid-labelled.txt", "cochrane.txt", "endnote.enw",
    "table.csv",
    "clinicaltrials.csv", "ictrp.csv", "endnote.xml", "pubmed.xml", "ictrp.xml", "refs.bib",
    "clinicaltrials.json", "zotero.xlsx", "strategy", "release.json", "results of a release",
    "result of a page", "validation.json", "retraction_watch.csv",
)  # fmt: skip
# A sound read of it loads the whole evidence.
SLOW = {"extraction sheet": 8}
EXAMPLES = 40

bits = st.one_of(
    st.binary(max_size=6),
    st.text('{}[]<>&:,;-?*!|%@`"\'\\/# \n\r\t=+.0123456789eE~', max_size=8).map(str.encode),
    st.sampled_from(
        [b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04", b"TY  - ", b"ER  - ", b"PMID- ",
         b"<!DOCTYPE x>", b"&a;", b"]]>", b"!!python/name:os.system", b"&a *a", b"---\n", b"NaN",
         b"Infinity", b"1e999", b"null", b"true", b'""', b",,,,", b"\xe2\x80\xa8", b"\x1b[31m"]
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Reader]:
    return {reader.name: reader for reader in readers(tmp_path_factory.mktemp("readers"))}


def test_every_reader_is_fuzzed(every: Mapping[str, Reader]) -> None:
    assert tuple(every) == NAMES


def numbers_in(found: object) -> Iterator[float]:
    """The numbers among the cells of rows."""
    if isinstance(found, tuple | list):
        for each in found:
            yield from numbers_in(each)
    elif isinstance(found, float):
        yield found


def numbers_written(content: bytes) -> set[float]:
    """The numbers that stand by themselves in the cells of a CSV file."""
    found = set()
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        for cell in row:
            with suppress(ValueError):
                found.add(float(cell))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_file_changed_at_random_is_read_or_refused(
    every: Mapping[str, Reader], name: str
) -> None:
    reader = every[name]

    @settings(max_examples=SLOW.get(name, EXAMPLES), deadline=None, database=None)
    @given(at=st.floats(0, 1), length=st.integers(0, 60), bit=bits, cut=st.booleans())
    def attacked(at: float, length: int, bit: bytes, cut: bool) -> None:
        start = int(at * len(reader.sound))
        rest = b"" if cut and length % 3 == 0 else reader.sound[start + length :]
        content = reader.sound[:start] + bit + rest
        path = reader.place(content)
        try:
            found = reader.read(path)
        except EvidenceError as error:
            assert error.problems
            assert all(problem.file == path and problem.message for problem in error.problems)
            return
        # Never a number from nothing.
        numbers = set(numbers_in(found))
        assert not numbers or numbers <= numbers_written(content)

    attacked()
