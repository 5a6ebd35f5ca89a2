"""YAML is read as what stands there: as JSON where both can say it, and as it was written."""

from __future__ import annotations

from pathlib import Path

import yaml

from analysis.files.yaml_files import parse_yaml


def test_yaml_read_here_agrees_with_json(tmp_path: Path) -> None:
    """Only true, false, null and plain decimal numbers are not text."""
    path = tmp_path / "some.yml"
    path.write_text(
        "a: [true, false, null, ~, 1, -2, 0.5, 1.5e+3]\n"
        "b: [yes, No, on, 010, 1:30, 0x1F, 1_000, 2013-11-13, .inf, 1e3, 'true', '1']\nc:\n",
        encoding="utf-8",
    )
    value, lines = parse_yaml(path, path.read_bytes())
    assert value == {
        "a": [True, False, None, None, 1, -2, 0.5, 1500.0],
        "b": ["yes", "No", "on", "010", "1:30", "0x1F", "1_000", "2013-11-13", ".inf", "1e3",
              "true", "1"],
        "c": None,
    }  # fmt: skip
    assert (lines["a",], lines["b",], lines["c",]) == (1, 2, 3)


def test_what_pyyaml_writes_is_read_back(tmp_path: Path) -> None:
    """Search records are written by PyYAML: its quoting must be enough for our reading."""
    words = ["yes", "010", "1:30", "1e3", "1.5", "null", "~", "", "a: b", "- c", "é", "0x1"]
    numbers = [1, -1, 0.1, 1e-9, 1.5e300, 10**15]
    value = {"words": words, "numbers": numbers, "truth": [True, False, None]}
    path = tmp_path / "some.yml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
    assert parse_yaml(path, path.read_bytes())[0] == value
