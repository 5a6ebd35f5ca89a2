"""The site is a version as long as nothing differs from what was released, and else a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.protocol import load_protocol
from analysis.searching.history import ExportFile, Search, load_searches
from analysis.synthesis.question_result import Synthesis
from analysis.versions import freezing
from analysis.versions.edition import Edition, edition_of, last_version
from analysis.versions.releases import States, releases
from analysis.versions.state import state_of
from tests.evidence.folder import DATA, DESCRIBED, DataFolder

LAST = releases(DATA)[-1].name
KEY = "non-headache.disability.post"


@pytest.fixture(scope="module")
def states(syntheses: Mapping[str, Synthesis]) -> States:
    return {key: state_of(synthesis) for key, synthesis in syntheses.items()}


@pytest.fixture
def clean(released: DataFolder) -> DataFolder:
    """The data as they were when the last version was released."""
    released.replace("protocol.yml", *DESCRIBED)
    return released


def edition(folder: DataFolder, states: States, *later: Search) -> Edition:
    protocol = load_protocol(folder.path / "protocol.yml")
    searches = (*load_searches(folder.path), *later)
    return edition_of(folder.path, protocol, searches, lambda: states)


def test_what_was_released_is_the_version(clean: DataFolder, states: States) -> None:
    found = edition(clean, states)
    assert not found.is_draft
    assert found.dated == f"Version {LAST} of 23 November 2026"
    assert (found.identifier, found.differences()) == (LAST, ())


def test_other_numbers_from_the_same_data_make_a_draft(clean: DataFolder, states: States) -> None:
    """Code may change a result that no file tells of."""
    state = states[KEY]
    assert state.primary is not None
    moved = replace(state.primary, estimate=state.primary.estimate - 0.01)
    found = edition(clean, {**states, KEY: state.model_copy(update={"primary": moved})})
    assert found.title == found.dated == f"Draft, changes since {LAST}"
    assert found.identifier == f"{LAST}+draft"
    assert found.differences() == (
        f"1 question with another estimate, interval, certainty or conclusion: {state.title}.",
    )


def test_the_last_digits_of_another_processor_make_none(clean: DataFolder, states: States) -> None:
    state = states[KEY]
    assert state.primary is not None
    nearly = replace(state.primary, estimate=state.primary.estimate * (1 + 1e-14))
    assert not edition(
        clean, {**states, KEY: state.model_copy(update={"primary": nearly})}
    ).is_draft


def test_a_changed_rule_makes_a_draft_though_no_number_moves(
    released: DataFolder, states: States
) -> None:
    assert edition(released, states).differences() == ("1 setting of the protocol, in timepoints.",)


def test_all_that_differs_in_the_data_is_named(clean: DataFolder, states: States) -> None:
    clean.edit("studies.csv", "friesen-2017", status="excluded", reason="retracted")
    clean.edit("studies.csv", "gendreau-2024", country="CH")
    clean.edit("outcomes.csv", "friesen-2017.pain.post.1", verified="yes")
    clean.append("sources.csv", source_id="a-report", kind="report", citation="A report. 2027")
    assert edition(clean, states).differences() == (
        "1 corrected value in studies.csv.",
        "1 trial taken out: Friesen 2017.",
        "1 outcome row came to be verified.",
        "sources.csv: 1 row more, 0 fewer.",
    )


def test_a_search_since_the_release_makes_a_draft(clean: DataFolder, states: States) -> None:
    export = ExportFile(source="MEDLINE", kind="database", hits=0)
    made = Search(date=dt.date(2026, 12, 7), by="anna", sources=("MEDLINE",), since="x", hits=0,
                  exports=(export,))  # fmt: skip
    found = edition(clean, states, made)
    assert found.is_draft
    assert found.differences() == ("A search of MEDLINE on 7 December 2026.",)
    before = made.model_copy(update={"date": dt.date(2026, 11, 1)})
    assert not edition(clean, states, before).is_draft


def test_a_version_that_is_named_and_not_released_is_a_draft(
    clean: DataFolder, states: States
) -> None:
    clean.replace("protocol.yml", f'name: "{LAST}"', 'name: "2027.05"')
    found = edition(clean, states)
    assert found.title == f"Draft, changes since {LAST}"
    assert found.differences() == (
        "The protocol names version 2027.05, which is not released yet.",
    )
    assert last_version(clean.path, found.stated).version.name == LAST


def test_before_any_release_all_is_a_draft(folder: DataFolder, states: States) -> None:
    found = edition(folder, states)
    assert found.dated == "Draft, not yet released"
    assert (found.identifier, found.differences()) == ("draft", ())


def test_the_next_release_ends_the_draft(
    clean: DataFolder, states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "present_states", lambda _: states)
    clean.edit("studies.csv", "gendreau-2024", country="CH")
    clean.set_version("2027.05", "2027-05-03", trigger="a value was corrected")
    assert edition(clean, states).is_draft
    freezing.freeze(clean.path, "2027.05")
    found = edition(clean, states)
    assert found.dated == "Version 2027.05 of 3 May 2027"
    last = last_version(clean.path, found.stated)
    assert last.before is not None and last.found is not None
    assert (last.before.name, last.found.now) == (LAST, "2027.05")
    assert [item.row for item in last.found.corrections] == ["gendreau-2024"]
