"""The downloads as an RO-Crate, read by rocrate, an outside reader; its terms are those of 1.1."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

from rocrate.rocrate import ROCrate
from rocrate.vocabs import RO_CRATE

from analysis.evidence.team import Author, Team
from analysis.protocol import Version, load_protocol
from analysis.publishing.downloads import ARCHIVE
from analysis.publishing.offered_file import Download
from analysis.publishing.research_crate import CRATE, research_crate
from analysis.publishing.review_description import review_description
from analysis.versions.edition import Edition
from tests.evidence.folder import DATA, ROOT


def test_rocrate_reads_every_file_that_is_offered(
    unpacked: Path, offered: dict[str, Download]
) -> None:
    crate = ROCrate(str(unpacked))
    listed = {entity.id for entity in crate.data_entities}
    assert listed == set(offered) - {ARCHIVE, CRATE}
    assert {crate.get(path)["description"] for path in listed} == {
        offered[path].about for path in listed
    }
    assert all(crate.get(path).get("encodingFormat") or "LICENSE" in path for path in listed)
    assert all(crate.get(path)["contentSize"] == str(len(offered[path].content)) for path in listed)
    assert crate.name and crate.license and crate.datePublished


def test_every_type_and_property_is_a_term_of_the_format(offered: dict[str, Download]) -> None:
    known = set(RO_CRATE["@context"])
    graph = json.loads(offered[CRATE].content)["@graph"]
    used = {name for entity in graph for name in entity if not name.startswith("@")}
    assert used | {entity["@type"] for entity in graph} <= known


def test_authors_are_named_where_they_are_stated_and_not_otherwise() -> None:
    protocol = load_protocol(DATA / "protocol.yml")
    draft = Edition(Version(name="2026.11", date=dt.date(2026, 11, 23)))
    nobody = dataclasses.replace(review_description(ROOT, protocol, draft), team=Team())
    (root,) = (e for e in research_crate((), nobody)["@graph"] if e["@id"] == "./")
    assert {"author", "funding"}.isdisjoint(root)
    assert root["creativeWorkStatus"] == "Draft"
    authors = (Author(name="A. Person", orcid="0000-0002-1825-0097"), Author(name="B. Person"))
    team = Team(authors=authors)
    graph = research_crate((), dataclasses.replace(nobody, team=team))["@graph"]
    people = [(e["@id"], e["name"]) for e in graph if e["@type"] == "Person"]
    assert people == [
        ("https://orcid.org/0000-0002-1825-0097", "A. Person"),
        ("#B.%20Person", "B. Person"),
    ]
