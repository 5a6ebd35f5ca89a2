"""The ground rules that no linter knows: a file is short, and its name says which it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

ANALYSIS = Path(__file__).resolve().parents[1] / "analysis"
MODULES = sorted(ANALYSIS.rglob("*.py"))
# Python gives these names to every package that has one.
NAMED_BY_PYTHON = {"__init__.py", "__main__.py"}
LONGEST = 400


def test_no_file_name_stands_twice() -> None:
    names = Counter(path.name for path in MODULES if path.name not in NAMED_BY_PYTHON)
    assert {name: found for name, found in names.items() if found > 1} == {}


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {str(path): number for path, number in lines.items() if number > LONGEST} == {}
