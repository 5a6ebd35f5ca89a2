"""CITATION.cff: in the project it names the last release, in the downloads what they are of.

The format: Citation File Format 1.2.0, doi 10.5281/zenodo.5171937.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from analysis.evidence.team import Author, Team
from analysis.files.problems import read_bytes
from analysis.files.writing import write_atomically
from analysis.files.yaml_files import yaml_text
from analysis.protocol import load_protocol
from analysis.versions.edition import Edition
from analysis.versions.releases import Release, baseline_name, releases

CITATION = "CITATION.cff"
# `type` is asked for of a reference and usual of the whole: the version stands below it, in both.
KIND = re.compile(r"^(?P<indent> *)type: .*$", re.MULTILINE)
RELEASED = re.compile(r"^(?:  )?(?:version|date-released): .*\n", re.MULTILINE)
REFERENCES = re.compile(r"^references:", re.MULTILINE)


def cite_last_release(root: Path) -> None:
    """Have the project's file name the release that was made last, or none where there is none."""
    path, data = root / CITATION, root / "data"
    if not path.is_file():
        return
    baseline = baseline_name(load_protocol(data / "protocol.yml"))
    made = [release for release in releases(data) if release.name != baseline]
    text = read_bytes(path).decode()
    if (cited := of_release(text, made[-1] if made else None)) != text:
        write_atomically(path, cited)


def of_release(text: str, release: Release | None) -> str:
    """The file with a release and its day, in itself and in what is to be cited; the rest stays."""
    references = REFERENCES.search(text)
    end = references.start() if references else len(text)
    ours, others = RELEASED.sub("", text[:end]), text[end:]
    if release:
        said = f'version: "{release.name}"\n{{0}}date-released: "{release.date.isoformat()}"'
        ours = KIND.sub(
            lambda kind: f"{kind[0]}\n{kind['indent']}{said.format(kind['indent'])}", ours
        )
    return ours + others


def citation(text: str, edition: Edition, team: Team) -> bytes:
    """The file of an edition, by the authors that are stated; a draft says that it is one."""
    said: dict[str, Any] = yaml.safe_load(text)
    for reference in (said, said.get("preferred-citation", {})):
        reference["version"] = edition.identifier
        reference.pop("date-released", None)
        if not edition.is_draft:
            reference["date-released"] = edition.stated.date.isoformat()
        if team.authors:
            reference["authors"] = [_author(author) for author in team.authors]
    if edition.is_draft:
        last = f" Cite version {edition.last.name}." if edition.last else ""
        said["message"] = f"{edition.title}. Its numbers have not been released.{last}"
    return yaml_text(said).encode()


def _author(author: Author) -> dict[str, str]:
    """The name in its parts, as BibTeX reads it."""
    from pybtex.database import Person

    name = Person(author.name)
    said = {
        "family-names": " ".join(name.last_names),
        "given-names": " ".join([*name.first_names, *name.middle_names]),
        "name-particle": " ".join(name.prelast_names),
        "name-suffix": " ".join(name.lineage_names),
        "affiliation": author.affiliation,
        "orcid": author.orcid and f"https://orcid.org/{author.orcid}",
    }
    return {part: value for part, value in said.items() if value}
