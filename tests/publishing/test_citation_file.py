"""CITATION.cff is valid by the schema of its format and names the version that it is of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from analysis.evidence.team import Author, Team
from analysis.protocol import Version, load_protocol
from analysis.publishing.citation_file import CITATION, citation, cite_last_release, of_release
from analysis.versions.compare import Comparison
from analysis.versions.data_changes import DataChanges
from analysis.versions.edition import Edition
from analysis.versions.releases import baseline_name, releases
from tests.evidence.folder import DATA, LIVING, ROOT

# Of the Citation File Format 1.2.0; where it comes from stands beside it.
SCHEMA = Path(__file__).with_name("cff") / "schema-1.2.0.json"
TEXT = (ROOT / CITATION).read_text(encoding="utf-8")
LAST = releases(DATA)[-1]
TEAM = Team(
    authors=(
        Author(name="Anna van der Berg", orcid="0000-0002-1825-0097", affiliation="A place"),
        Author(name="Ben"),
    )
)


def edition(*, verified: int) -> Edition:
    """The last version, in whose data so many rows were checked since."""
    data = DataChanges(verified=verified)
    stated = Version(name=LAST.name, date=LAST.date)
    return Edition(stated, LAST, Comparison(before=LAST.name, now="now", changes=(), data=data))


VERSION, DRAFT = edition(verified=0), edition(verified=2)
FIRST = Edition(Version(name="1", date=LAST.date))


def faults(text: str | bytes) -> list[str]:
    """What the schema says; it asks for days as text, which YAML reads as days."""
    said = json.loads(json.dumps(yaml.safe_load(text), default=str))
    validator = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    return [error.message for error in validator.iter_errors(said)]


def without_version(said: dict[str, Any]) -> dict[str, Any]:
    ours = {"version", "date-released", "message", "preferred-citation"}
    return {key: value for key, value in said.items() if key not in ours}


@pytest.mark.parametrize("shown", [VERSION, DRAFT, FIRST], ids=["version", "draft", "first"])
@pytest.mark.parametrize("team", [Team(), TEAM], ids=["nobody", "stated"])
def test_it_is_valid_whatever_it_is_of_and_whoever_made_it(shown: Edition, team: Team) -> None:
    said = yaml.safe_load(citation(TEXT, shown, team))
    assert faults(citation(TEXT, shown, team)) == []
    assert said["version"] == said["preferred-citation"]["version"] == shown.identifier
    assert ("date-released" in said) != shown.is_draft
    before = yaml.safe_load(TEXT)
    if not team.authors:
        assert without_version(said) == without_version(before)


def test_the_schema_finds_what_is_wrong() -> None:
    assert faults(TEXT.replace("type: software", "type: review"))
    assert faults(TEXT.replace("authors:", "writers:"))


def test_authors_are_named_in_their_parts() -> None:
    anna, ben = yaml.safe_load(citation(TEXT, VERSION, TEAM))["authors"]
    assert anna == {
        "family-names": "Berg",
        "given-names": "Anna",
        "name-particle": "van der",
        "affiliation": "A place",
        "orcid": "https://orcid.org/0000-0002-1825-0097",
    }
    assert ben == {"family-names": "Ben"}


def test_a_draft_is_not_cited_as_a_version() -> None:
    said = yaml.safe_load(citation(TEXT, DRAFT, Team()))
    assert said["message"] == (
        f"Draft, changes since {LAST.name}. Its numbers have not been released. "
        f"Cite version {LAST.name}."
    )


def test_the_projects_file_is_valid_and_names_its_last_release() -> None:
    assert faults(TEXT) == []
    baseline = baseline_name(load_protocol(LIVING / "protocol.yml"))
    made = [release for release in releases(LIVING) if release.name != baseline]
    assert of_release(TEXT, made[-1] if made else None) == TEXT, (
        "`./review release` writes the version and its day into CITATION.cff: put back what it "
        "wrote there"
    )


def test_a_release_changes_the_version_and_its_day_alone(tmp_path: Path) -> None:
    bare = of_release(TEXT, None)
    assert 'version: "' not in bare.partition("references:")[0]
    said = yaml.safe_load(of_release(bare, LAST))
    assert said["version"] == said["preferred-citation"]["version"] == LAST.name
    assert str(said["date-released"]) == LAST.date.isoformat()
    assert of_release(of_release(TEXT, LAST), None) == bare
    assert faults(of_release(bare, LAST)) == faults(bare) == []
    (tmp_path / "data").symlink_to(DATA)
    (tmp_path / CITATION).write_text(bare, encoding="utf-8")
    cite_last_release(tmp_path)
    assert (tmp_path / CITATION).read_text(encoding="utf-8") == of_release(bare, LAST)
