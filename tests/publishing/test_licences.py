"""Every package's licence is known, compatible with ours, and listed for the reader."""

from __future__ import annotations

import csv
import io
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from analysis.publishing.licences import (
    IN_THE_SITE,
    READ_BY_HAND,
    Part,
    licences_csv,
    lock_lines,
    named_licences,
    package_name,
    parts,
)
from tests.evidence.folder import ROOT

LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
# What the book is made with is listed in the site; what only tests it is held to the same.
LOCKS = LOCK + (ROOT / "requirements-test.txt").read_text(encoding="utf-8")

# Licences, as SPDX expressions and as the classifiers of PyPI name them, under which a
# project under MIT may use a package and hand on, unchanged, what of it reaches the site.
COMPATIBLE = {
    *("MIT", "MIT License", "MIT-0", "MIT-CMU", "0BSD", "CC0-1.0", "Zlib", "PSF-2.0", "MPL-2.0"),
    *("BSD-2-Clause", "BSD-3-Clause", "BSD License", "Apache-2.0", "Apache Software License"),
    *("Mozilla Public License 2.0 (MPL 2.0)", "Python Software Foundation License"),
    *("ISC License (ISCL)", "OFL-1.1", "CC-BY-4.0"),
}

# Programs that read our text, or what tests need to read our files, and part of nothing: no file
# of theirs, and nothing made of one, is handed on.
ONLY_RUN = {"codespell", "text-unidecode"}


def licences(part: Part) -> set[str]:
    return set(part.licence.split(" AND ")) if part.licence else set()


def test_every_package_has_a_licence_that_is_known_and_compatible() -> None:
    listed = (*IN_THE_SITE, *parts(LOCKS))
    assert len(listed) > 100
    wrong = [
        f"{part.name} {part.version}: {part.licence or 'read its licence file'}"
        for part in listed
        if part.name not in ONLY_RUN and (not licences(part) or not licences(part) <= COMPATIBLE)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", READ_BY_HAND)
def test_a_licence_is_read_by_hand_only_where_none_can_be_read_otherwise(name: str) -> None:
    (line,) = {line for line in lock_lines(LOCKS) if package_name(line) == name}
    try:
        named = named_licences(distribution(name))
    except PackageNotFoundError:
        assert ";" in line, f"{name} is in the lock and not installed"
        return
    assert ";" in line or not named or not named <= COMPATIBLE


def test_the_table_has_a_row_for_each_line_of_the_lock() -> None:
    rows = list(csv.DictReader(io.StringIO(licences_csv(LOCK))))
    named = [row["name"] for row in rows[len(IN_THE_SITE) :]]
    assert named == [package_name(line) for line in lock_lines(LOCK)]
    (numpy,) = (row for row in rows if row["name"] == "numpy")
    assert f"numpy=={numpy['version']}" in LOCK.split()
    assert "BSD" in numpy["licence"]


def test_a_package_that_is_not_there_has_no_licence() -> None:
    (part,) = parts("# a lock\nno-such-package==1.0 ; sys_platform == 'none'\n    # via nobody\n")
    assert part == Part("no-such-package", "1.0", "", "sys_platform == 'none'")
