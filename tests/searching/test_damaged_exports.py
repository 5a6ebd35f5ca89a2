"""Exports damaged at random: an EvidenceError that names the file, or records; nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.files.problems import EvidenceError
from analysis.searching.exports import read_export
from analysis.searching.identities import make_records
from tests.searching.corpus import articles
from tests.searching.exports import BIBLIOGRAPHIC, REGISTRIES

WRITERS = BIBLIOGRAPHIC | REGISTRIES
FOUND = articles(4, seed=13)
DAMAGES = 60


def read(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    try:
        export = read_export(path)
        records = make_records(export.records, "medline")
    except EvidenceError as error:
        assert error.problems
        assert all(problem.file == path for problem in error.problems)
    else:
        assert records or not export.read or export.remarks


def damaged(raw: bytes, rng: random.Random) -> bytes:
    """Cut out, repeat, turn around, overwrite: what broken downloads and editors do."""
    start, end = sorted(rng.sample(range(len(raw)), 2))
    return rng.choice(
        (
            raw[:start],
            raw[start:],
            raw[:start] + raw[end:],
            raw[:end] + raw[start:],
            raw[:start] + rng.randbytes(rng.randint(1, 8)) + raw[start:],
            raw[:start] + b"\0" + raw[start:],
            raw[:start] + b"\xff\xfe" + raw[start:],
            raw[:start] + raw[start : start + 300][::-1] + raw[start + 300 :],
            raw.replace(b"\n", b"", rng.randint(1, 20)),
            raw.replace(rng.choice((b"<", b'"', b"-", b" ")), b"", rng.randint(1, 5)),
        )
    )


@pytest.mark.parametrize("name", WRITERS)
def test_a_damaged_export_is_an_error_that_names_it_or_is_read(tmp_path: Path, name: str) -> None:
    raw = WRITERS[name](FOUND).encode()
    rng = random.Random(name)
    for _ in range(DAMAGES):
        read(tmp_path / name, damaged(raw, rng))


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=400), suffix=st.sampled_from([".ris", ".nbib", ".csv", ".xml", ""]))
def test_any_bytes_are_an_error_that_names_the_file_or_are_read(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, suffix: str
) -> None:
    read(tmp_path_factory.mktemp("any") / f"x{suffix}", raw)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["TY  - JOUR", "ER  - ", "PMID- 1", "SO  - x", "", "UR  - ;;", "AU  -"]
            ),
            st.builds(
                "{}  - {}".format, st.from_regex(r"[A-Z][A-Z0-9]", fullmatch=True), st.text()
            ),
            st.text(),
        ),
        max_size=12,
    )
)
def test_any_lines_of_tags_are_an_error_or_are_read(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    raw = "\n".join(lines).encode("utf-8", "surrogatepass")
    read(tmp_path_factory.mktemp("tags") / "x.ris", raw)
