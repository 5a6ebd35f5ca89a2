"""YAML is read as what stands there: as JSON where both can say it, and as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from analysis.files.problems import EvidenceError
from analysis.files.yaml_files import parse_yaml
from tests.evidence.folder import LIVING


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


def test_libyaml_has_the_lines_that_pyyaml_has() -> None:
    """Of every key and value of the longest file that people write."""
    path = LIVING / "protocol.yml"
    _, lines = parse_yaml(path, path.read_bytes())
    expected: dict[tuple[str | int, ...], int] = {}

    def note(node: yaml.Node, *at: str | int) -> None:
        expected.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                expected[*at, key.value] = key.start_mark.line + 1
                note(value, *at, key.value)
        elif isinstance(node, yaml.SequenceNode):
            for place, value in enumerate(node.value):
                note(value, *at, place)

    note(yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader))
    assert lines == expected
    assert len(lines) > 200


def test_a_tab_is_named_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(
        EvidenceError, match=r"some\.yml:2: .*a tab stands here: indent with spaces"
    ):
        parse_yaml(tmp_path / "some.yml", b"a:\n\tb: 1\n")
