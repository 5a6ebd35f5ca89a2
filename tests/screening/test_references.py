"""The reference of a trial, read again by the library that prints the bibliography."""

from __future__ import annotations

import dataclasses

import pytest
from pybtex.database import Entry, parse_string
from pybtex.richtext import Text

from analysis.evidence.rows import Evidence
from analysis.screening.references import outdated, reference, with_reference
from tests.evidence.folder import ROOT

STUDY = {
    "study_id": "andersson-2026",
    "label": "Andersson 2026",
    "year": "2026",
    "title": "Therapy & pain: 50% of a {new} trial_of #1, ~all",
    "journal": "Arthritis & Rheumatism",
    "citation": "41(2):10-19",
    "doi": "10.1000/made_up",
}


def entry(**changes: str) -> Entry:
    text = reference(STUDY | changes)
    (found,) = parse_string(text, "bibtex").entries.values()
    return found


def test_an_entry_holds_what_the_row_holds() -> None:
    found = entry()
    assert found.type == "article"
    assert {name: found.fields[name] for name in ("year", "volume", "number", "pages", "doi")} == {
        "year": "2026", "volume": "41", "number": "2", "pages": "10--19",
        "doi": "10.1000/made_up",
    }  # fmt: skip
    assert found.fields["journal"] == r"Arthritis \& Rheumatism"
    assert found.fields["keywords"] == "trial"
    assert [str(person) for person in found.persons["author"]] == ["Andersson", "others"]


def test_what_a_title_holds_is_printed_as_it_stands() -> None:
    printed = Text.from_latex(entry().fields["title"]).render_as("text")
    assert printed == "Therapy & pain: 50% of a (new) trial_of #1, ~all"


@pytest.mark.parametrize(
    ("citation", "fields"),
    [
        ("8(24):6257-6266", {"volume": "8", "number": "24", "pages": "6257--6266"}),
        ("23:e29672", {"volume": "23", "pages": "e29672"}),
        ("(2):e1", {"number": "2", "pages": "e1"}),
        ("163", {"volume": "163"}),
        ("May 2017", {"note": "May 2017"}),
        ("", {}),
    ],
)
def test_volume_issue_and_pages_are_told_apart(citation: str, fields: dict[str, str]) -> None:
    found = entry(citation=citation).fields
    named = ("volume", "number", "pages", "note")
    assert {name: found[name] for name in named if name in found} == fields


def test_a_name_of_several_words_is_one_name() -> None:
    first, _ = entry(label="Solberg Nes 2026").persons["author"]
    assert first.last_names == ["{Solberg Nes}"]


def test_two_trials_of_one_report_have_its_author() -> None:
    found = entry(label="Andersson 2026 (hand osteoarthritis)")
    assert [str(person) for person in found.persons["author"]] == ["Andersson", "others"]


def test_without_a_journal_it_is_no_article() -> None:
    assert entry(journal="").type == "misc"


def test_a_trial_is_entered_once_and_without_a_title_not_at_all() -> None:
    text = (ROOT / "references.bib").read_text("utf-8")
    once = with_reference(text, STUDY)
    assert once.startswith(text.rstrip())
    assert with_reference(once, STUDY | {"title": "Another"}) == once
    assert with_reference(text, STUDY | {"title": ""}) == text
    keys = set(parse_string(once, "bibtex").entries)
    assert keys == {*parse_string(text, "bibtex").entries, "andersson-2026"}


def test_a_correction_of_the_row_is_one_of_the_entry_that_was_made_from_it() -> None:
    text = f"% Other\n\n{reference(STUDY)}\n@misc{{other, title = {{Other}}}}\n"
    new = STUDY | {"title": "Another title", "doi": ""}
    assert with_reference(text, new, STUDY) == text.replace(reference(STUDY), reference(new))
    edited = text.replace("Andersson and", "Andersson, Anna and")
    assert with_reference(edited, new, STUDY) == edited


def test_an_entry_that_is_not_its_trials_is_named(evidence: Evidence) -> None:
    trial = dataclasses.replace(next(iter(evidence.trials.values())), title="Pain & more", doi="")
    row = {name: str(getattr(trial, name)) for name in STUDY}
    text = with_reference("", row)
    assert list(outdated(text, [trial])) == []
    assert list(outdated("", [trial])) == []
    other = dataclasses.replace(trial, title="Less pain", doi="10.1000/another")
    assert list(outdated(text, [other])) == [
        f"{trial.study_id}: title is not that of its row in studies.csv",
        f"{trial.study_id}: doi is not that of its row in studies.csv",
    ]
