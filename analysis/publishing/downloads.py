"""The files a reader can download: data, results, their codebook, and one archive of all."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from analysis.evidence.codebook import json_schemas
from analysis.evidence.data_files import DATA_FILES, DataFile
from analysis.evidence.people import initials, published_name
from analysis.evidence.team import TEAM, Team
from analysis.execution.handover import Again
from analysis.files.columns import columns
from analysis.files.problems import read_bytes
from analysis.files.tables import quoted
from analysis.protocol import Protocol, load_protocol
from analysis.publishing.archives import zipped
from analysis.publishing.citation_file import CITATION, citation
from analysis.publishing.data_package import data_package
from analysis.publishing.edition_files import edition_json, results_json
from analysis.publishing.effects_table import effects_csv
from analysis.publishing.fhir_evidence import evidence_resource
from analysis.publishing.licences import installed, licences_csv
from analysis.publishing.offered_file import Download
from analysis.publishing.r_script import r_script
from analysis.publishing.research_crate import CRATE, research_crate
from analysis.publishing.results_index import results_index
from analysis.publishing.review_description import ReviewDescription, review_description
from analysis.publishing.revman_table import revman_table
from analysis.publishing.trial_references import bibtex, ris
from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import Edition

FOLDER = "downloads"  # in the site
ARCHIVE = "everything.zip"
CODEBOOK = "data/codebook.md"
EFFECTS = "effects.csv"
TABLE_SCHEMA = "data/schema.json"
SCHEMA = "results/schema.json"
LICENCES = "licences.csv"
EDITION = "edition.json"
QUESTIONS = "questions"  # the folder of what belongs to one question
INCLUDED = "included"
PACKAGE = "datapackage.json"
INDEX = "results/index.json"
REVMAN = "revman.csv"
# What describes the other files, or says the same for one program.
FOR_PROGRAMS = (INDEX, PACKAGE, CRATE, REVMAN)
# What there is of a question, by its key.
OF_A_QUESTION = {
    "result": "results/{}.json",
    "script": f"{QUESTIONS}/{{}}.R",
    "references_ris": f"{QUESTIONS}/{{}}.ris",
    "references_bibtex": f"{QUESTIONS}/{{}}.bib",
    "fhir_evidence": f"{QUESTIONS}/{{}}.evidence.json",
}

SEARCHED_BY = re.compile(r"^(by: *)(.*)$", re.MULTILINE)


def downloads(
    root: Path,
    results: Mapping[str, Synthesis],
    edition: Edition,
    summaries: Sequence[Download] = (),
    again: Again | None = None,
) -> tuple[Download, ...]:
    """Everything a reader can download, in the order it is listed; the archive comes first.

    `root` is the project, `summaries` the summaries of findings; raw exports of databases stay out,
    because their abstracts are not ours to hand on. `again` is what was handed over before.
    """
    protocol = load_protocol(root / "data" / "protocol.yml")
    review = review_description(root, protocol, edition)
    files = (
        *_data(root / "data", protocol),
        *_results(results, edition, again or Again()),
        *summaries,
        _revman(results, protocol),
        *_questions(root / "data", results, protocol, review),
        *_about(root, edition, review.team, again or Again()),
    )
    files = (*files, *_described(files, results, protocol, review))
    whole = zipped({file.path: file.content for file in files})
    archive = Download(ARCHIVE, "All files of this page in one archive", whole)
    return (archive, *files)


def _described(
    files: tuple[Download, ...],
    results: Mapping[str, Synthesis],
    protocol: Protocol,
    review: ReviewDescription,
) -> Iterator[Download]:
    """What describes the other files, for programs."""
    index = results_index(results, review, OF_A_QUESTION, {file.path for file in files})
    about = "Every question with its estimate, certainty and files, to begin with in a program"
    listed = Download(INDEX, about, _json(index))
    package = Download(
        PACKAGE,
        "The data files with types, keys and rules of their columns, to be read with frictionless",
        _json(data_package(files, review, protocol)),
    )
    crate = research_crate((*files, listed, package), review)
    about = "All files with their makers and licence as RO-Crate, for archives and indexes"
    yield from (listed, package, Download(CRATE, about, _json(crate)))


def _data(folder: Path, protocol: Protocol) -> Iterator[Download]:
    texts = {name: _bytes(folder, f"{name}.csv").decode("utf-8-sig") for name in DATA_FILES}
    sources = {row["source_id"] for row in csv.DictReader(io.StringIO(texts["sources"]))}
    for name, file in sorted(DATA_FILES.items()):
        text = _with_initials(texts[name], file, sources)
        yield Download(f"data/{name}.csv", file.about, spreadsheet_safe(text).encode())
    yield Download(
        "data/protocol.yml", "The question and every rule", _bytes(folder, "protocol.yml")
    )
    if (folder / TEAM).is_file():
        yield Download(f"data/{TEAM}", "Who makes the review and who pays", _bytes(folder, TEAM))
    for path in sorted(folder.glob("searches/*/search.yml")):
        name = path.relative_to(folder).as_posix()
        text = SEARCHED_BY.sub(lambda by: by[1] + initials(by[2]), read_bytes(path).decode())
        yield Download(f"data/{name}", "A search: its day and its sources", text.encode())
    yield Download(CODEBOOK, "What each file and each column holds", _bytes(folder, "README.md"))
    schemas = json_schemas(protocol)
    yield Download(TABLE_SCHEMA, "What a row of each table holds, as JSON Schema", _json(schemas))


def _with_initials(text: str, file: DataFile, sources: Collection[str]) -> str:
    """The table with people by their initials: who did what is kept in the data themselves."""
    people = {column.name for column in columns(file.row) if column.is_person}
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    places = [at for at, name in enumerate(header) if name.strip() in people]
    for row in rows:
        for at in places:
            row[at : at + 1] = [published_name(name, sources) for name in row[at : at + 1]]
    named = io.StringIO(newline="")
    csv.writer(named, lineterminator="\n").writerows([header, *rows])
    return named.getvalue()


def _results(
    results: Mapping[str, Synthesis], edition: Edition, again: Again
) -> Iterator[Download]:
    effects = effects_csv(results.values(), edition.identifier)
    yield Download(
        EFFECTS,
        "Every trial’s effect in every question, for R, Python or a spreadsheet",
        spreadsheet_safe(effects).encode(),
    )
    for key, synthesis in results.items():
        yield Download(f"results/{key}.json", synthesis.title, results_json(synthesis, edition))
    # It follows from the code alone, for which `again` stands by itself.
    schema = again.content(f"{FOLDER}/{SCHEMA}", "", lambda: _json(results_schema()))
    yield Download(SCHEMA, "What each results file holds, as JSON Schema", schema)


def _revman(results: Mapping[str, Synthesis], protocol: Protocol) -> Download:
    """Every analysis as RevMan exports it."""
    about = "Every analysis in the table of RevMan 5, as R’s meta reads it"
    return Download(
        REVMAN, about, spreadsheet_safe(revman_table(results.values(), protocol)).encode()
    )


def _questions(
    data: Path, results: Mapping[str, Synthesis], protocol: Protocol, review: ReviewDescription
) -> Iterator[Download]:
    """References of the trials, all and by question; each question as a script and for FHIR."""
    text = _bytes(data, "studies.csv").decode("utf-8-sig")
    rows = {row["study_id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    included = [row for row in rows.values() if row["status"] == "included"]
    yield from _references(INCLUDED, "every included trial", included)
    for key, synthesis in results.items():
        stem = f"{QUESTIONS}/{key}"
        about = f"{synthesis.title}: the data and the model in R, to be run with metafor"
        yield Download(f"{stem}.R", about, r_script(synthesis).encode())
        trials = [rows[study.study_id] for study in synthesis.studies]
        if trials:
            yield from _references(stem, f"the trials of {synthesis.title}", trials)
        dois = {trial["study_id"]: trial["doi"] for trial in trials}
        if resource := evidence_resource(synthesis, protocol, review, dois):
            about = f"{synthesis.title}: estimate and certainty as Evidence of FHIR R5"
            yield Download(OF_A_QUESTION["fhir_evidence"].format(key), about, _json(resource))


def _references(stem: str, whose: str, trials: list[dict[str, str]]) -> Iterator[Download]:
    yield Download(f"{stem}.ris", f"References of {whose}, as RIS", ris(trials).encode())
    yield Download(f"{stem}.bib", f"References of {whose}, as BibTeX", bibtex(trials).encode())


@cache
def results_schema() -> dict[str, Any]:
    """What a results file holds, as JSON Schema."""
    return Synthesis.model_json_schema()


def _about(root: Path, edition: Edition, team: Team, again: Again) -> Iterator[Download]:
    yield Download(
        EDITION, f"Which version these files are of: {edition.title}", edition_json(edition)
    )
    cite = citation(_bytes(root, CITATION).decode(), edition, team)
    yield Download(CITATION, "How to cite, for machines", cite)
    yield Download("LICENSE", "Licence of the code", _bytes(root, "LICENSE"))
    yield Download("LICENSE-text", "Licence of the text and figures", _bytes(root, "LICENSE-text"))
    lock = _bytes(root, "requirements.txt").decode()
    licences = again.content(
        f"{FOLDER}/{LICENCES}", f"{lock} {installed()}", lambda: licences_csv(lock).encode()
    )
    yield Download(LICENCES, "Every package used, its version and licence", licences)


def _json(said: object) -> bytes:
    return f"{json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False)}\n".encode()


def _bytes(folder: Path, name: str) -> bytes:
    return read_bytes(folder / name)


def spreadsheet_safe(text: str) -> str:
    """CSV in which no cell is a formula; numbers stay as they are, negative ones too."""
    safe = io.StringIO(newline="")
    writer = csv.writer(safe, lineterminator="\n")
    rows = csv.reader(io.StringIO(text, newline=""))
    writer.writerows([quoted(cell) for cell in row] for row in rows)
    return safe.getvalue()
