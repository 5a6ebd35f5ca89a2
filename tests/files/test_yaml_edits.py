"""A value of a YAML file is changed, and nothing that stands beside it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analysis.files.problems import EvidenceError
from analysis.files.yaml_edits import with_values
from analysis.files.yaml_files import parse_yaml

PATH = Path("some.yml")
TEXT = """\
# what it is
title: A title

version:
  name: "2026.11"   # as released
  date: 2026-11-24
  # why it was made
  trigger: >-
    one search
    more

# after
last: [1, 2]
"""


def test_only_the_values_change_and_what_is_new_comes_last() -> None:
    long = "three trials came in and one was retracted, and then: some # more words than a line"
    said = {"name": "2027.01", "date": dt.date(2027, 1, 3), "trigger": long, "methods": "none"}
    assert with_values(PATH, TEXT, "version", said) == (
        "# what it is\n"
        "title: A title\n"
        "\n"
        "version:\n"
        '  name: "2027.01"   # as released\n'
        "  date: 2027-01-03\n"
        "  # why it was made\n"
        "  trigger: >-\n"
        "    three trials came in and one was retracted, and then: some # more words than a line\n"
        '  methods: "none"\n'
        "\n"
        "# after\n"
        "last: [1, 2]\n"
    )


@given(st.text(), st.text())
def test_any_text_is_read_back_as_it_was_given(trigger: str, methods: str) -> None:
    given_text = {"trigger": trigger, "methods": methods}
    after = with_values(PATH, TEXT, "version", given_text)
    read, _ = parse_yaml(PATH, after.encode())
    assert read["version"] == {"name": "2026.11", "date": "2026-11-24", **given_text}
    assert (read["title"], read["last"]) == ("A title", [1, 2])
    assert yaml.compose(after) is not None


@pytest.mark.parametrize("text", ["version: {name: one}\n", "version: one\n", "other: 1\n"])
def test_what_is_no_block_is_left_to_a_person(text: str) -> None:
    with pytest.raises(EvidenceError, match=r"some\.yml.*write it as a block"):
        with_values(PATH, text, "version", {"name": "two"})
