"""A column of studies.csv that the protocol declares: read, checked, compared, shown, offered."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict, replace
from itertools import cycle
from pathlib import Path

import jsonschema
import pytest

from analysis.evidence.codebook import codebook_text, json_schemas
from analysis.evidence.load import load
from analysis.evidence.own_columns import taken_names
from analysis.evidence.rows import Trial
from analysis.pages.moderators_page import question_moderators, summary
from analysis.pages.trials_page import trial_section
from analysis.protocol import load_protocol
from analysis.protocol_lists import StudyColumn
from analysis.publishing.downloads import downloads
from analysis.publishing.effects_table import effects_csv
from analysis.screening.extraction import check_extraction
from analysis.screening.extraction_template import new_extraction
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from analysis.versions.data_changes import read_data
from analysis.versions.edition import Edition
from analysis.versions.results import to_json
from tests.evidence.folder import DATA, LIVING, ROOT, DataFolder
from tests.pages.every_page import words_of as words

QUESTION = "non-headache", "depression", "post"
KEY = ".".join(QUESTION)
COLUMNS = """study_columns:
  - {name: setting, label: setting, type: category, levels: [clinic, home, "at work"],
     meaning: where people were treated}
  - {name: months_ill, label: how long people were ill, type: number, unit: month,
     meaning: median months since the first symptom}
  - {name: blinded, label: blinded assessment, type: yes/no,
     meaning: whether assessors did not know the arm}
"""
ANOTHER_COUNTRY = StudyColumn(name="country", label="country", type="yes/no", meaning="which")
MODERATORS = "moderators: [condition, setting, months_ill, blinded, year]"


def declare(folder: DataFolder, columns: str = COLUMNS) -> None:
    """Let the protocol have these columns, and three of them as moderators."""
    folder.replace("protocol.yml", "study_columns: []\n", columns)
    path = folder.path / "protocol.yml"
    text = re.sub(r"moderators: \[.*\]", MODERATORS, path.read_text("utf-8"))
    path.write_text(text.replace("per_moderator: 10", "per_moderator: 5"), encoding="utf-8")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """The frozen review, each of whose trials has a setting, a duration of illness, or neither."""
    folder = DataFolder.copied_to(tmp_path_factory.mktemp("own") / "data")
    declare(folder)
    header, *rows = folder.rows("studies.csv")
    values = zip(cycle(["clinic", "home", ""]), cycle(["12", "30.5", "60", "7", ""]),
                 cycle(["yes", "no"]), strict=False)  # fmt: skip
    folder.write("studies.csv", [
        [*header, "setting", "months_ill", "blinded"],
        *([*row, *more] for row, more in zip(rows, values, strict=False)),
    ])  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def answered(own: DataFolder) -> Synthesis:
    evidence = load(own.path)
    return synthesise(evidence, evidence.protocol.question(*QUESTION))


def test_the_question_compares_by_them_in_their_words(own: DataFolder, answered: Synthesis) -> None:
    setting, blinded = answered.sensitivity.subgroups
    assert (setting.moderator, setting.groups) == ("setting", ("clinic", "home"))
    assert setting.unknown and setting.result is not None
    assert blinded.groups == ("no", "yes")
    ill, _ = answered.sensitivity.regressions
    assert (ill.moderator, ill.unit) == ("how long people were ill", "month")
    trials = load(own.path).trials
    known = [t for s in answered.studies if not s.suspect for t in [trials[s.study_id]]]
    assert ill.k == sum(getattr(trial, "months_ill") is not None for trial in known)  # noqa: B009
    said = words(str(question_moderators(load(own.path).protocol.synthesis, answered)))
    assert re.search(r"Setting home: \S+ \(.*clinic: \S+ \(.* not known, left out: Will", said)
    assert re.search(r"How long people were ill change with each further month: [−\d]", said)
    assert re.search(r"Blinded assessment yes: \S+ \(.*\), 6 trials no: \S+ \(", said)
    told = words(str(summary(load(own.path).protocol, {KEY: answered}, ())))
    assert (
        "in advance: condition, setting, how long people were ill, blinded assessment and year"
        in told
    )


def test_the_page_of_trials_and_the_downloads_have_them(
    own: DataFolder, answered: Synthesis, tmp_path: Path
) -> None:
    evidence = load(own.path)
    trial = next(t for t in evidence.included if getattr(t, "setting") == "clinic")  # noqa: B009
    said = words(str(trial_section(evidence, trial)))
    assert "Setting clinic" in said
    assert re.search(r"How long people were ill [\d.]+", said)
    rows = csv.DictReader(io.StringIO(effects_csv([answered], "x")))
    table = {row["study_id"]: row for row in rows}
    assert {row["setting"] for row in table.values()} == {"clinic", "home", ""}
    project = tmp_path / "review"
    data = DataFolder.copied_to(project / "data", own.path)
    for path in ("README.md",):
        (data.path / path).write_bytes((LIVING / path).read_bytes())
    for name in ("CITATION.cff", "LICENSE", "LICENSE-text", "requirements.txt"):
        (project / name).write_bytes((ROOT / name).read_bytes())
    (project / "results").mkdir()
    (project / f"results/{KEY}.json").write_text(to_json(answered))
    edition = Edition(evidence.protocol.version)
    offered = {file.path: file for file in downloads(project, {KEY: answered}, edition)}
    package = json.loads(offered["datapackage.json"].content)
    (studies,) = (r for r in package["resources"] if r["name"] == "studies")
    fields = {field["name"]: field for field in studies["schema"]["fields"]}
    assert fields["months_ill"]["type"] == "number"
    assert fields["setting"]["description"] == "where people were treated"
    assert "at work" in fields["setting"]["constraints"]["enum"]


def test_the_schema_and_the_codebook_have_them(own: DataFolder, tmp_path: Path) -> None:
    evidence = load(own.path)
    validator = jsonschema.Draft202012Validator(
        json_schemas(evidence.protocol) | {"$ref": "#/$defs/studies"}
    )
    rows = [asdict(trial) for trial in evidence.trials.values()]
    assert [error.message for row in rows for error in validator.iter_errors(row)] == []
    assert not validator.is_valid(rows[0] | {"setting": "abroad"})
    for source in (LIVING / "README.md", own.path / "protocol.yml"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    text = codebook_text(tmp_path / "README.md")
    assert (
        "| `setting` | where people were treated | one of: clinic, home, at work; may be blank "
        "| clinic |" in text
    )


def test_what_a_trial_says_there_goes_through_results_and_back(answered: Synthesis) -> None:
    text = to_json(answered)
    assert Synthesis.model_validate_json(text) == answered
    assert any(study.characteristics.get("months_ill") == 30.5 for study in answered.studies)


def test_results_of_a_review_without_them_are_as_they_were(
    syntheses: dict[str, Synthesis],
) -> None:
    assert "characteristics" not in to_json(syntheses[KEY])


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("setting", "abroad", "'abroad' was found, expected one of: clinic, home, at work"),
        ("months_ill", "3,5", "'3,5' has a decimal comma: write a point, as in 3.5"),
        ("blinded", "maybe", "'maybe' was found, expected one of: yes, no"),
    ],
)
def test_a_cell_that_may_not_stand_there_is_named(
    own: DataFolder, tmp_path: Path, column: str, cell: str, message: str
) -> None:
    folder = DataFolder.copied_to(tmp_path / "data", own.path)
    line = folder.edit("studies.csv", "friesen-2017", **{column: cell})
    assert folder.problems() == [("studies.csv", line, column, message)]


def test_a_column_that_is_missing_or_not_declared_is_named(own: DataFolder, tmp_path: Path) -> None:
    folder = DataFolder.copied_to(tmp_path / "data")
    declare(folder)
    assert folder.problems() == [
        ("studies.csv", 1, name, "this column is missing")
        for name in ("blinded", "months_ill", "setting")
    ]
    without = DataFolder.copied_to(tmp_path / "more", own.path)
    without.replace("protocol.yml", COLUMNS, "study_columns: []\n")
    without.replace("protocol.yml", MODERATORS, "moderators: [year]")
    assert [problem[2] for problem in without.problems()] == [
        "'blinded'", "'months_ill'", "'setting'",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "column", "says"),
    [
        ("name: setting", "name: Setting", "study_columns.0.name", "pattern"),
        ("name: months_ill", "name: class", "study_columns.1", "means something to Python"),
        ('[clinic, home, "at work"]', "[clinic]", "study_columns.0", "two levels or more"),
        (", unit: month", "", "study_columns.1", "a number has a unit"),
        ("label: setting", "label: blinded assessment", "study_columns", "two columns have the"),
        ("condition, setting, months_ill", "condition, settings, months_ill", "moderators.1",
         "'settings' is no moderator: one of 'condition'"),
    ],
)  # fmt: skip
def test_an_error_of_the_protocol_has_its_line(
    tmp_path: Path, old: str, new: str, column: str, says: str
) -> None:
    folder = DataFolder.copied_to(tmp_path / "data")
    declare(folder)
    folder.replace("protocol.yml", old, new)
    found = {at: (line, message) for _, line, at, message in folder.problems()}
    lines = (folder.path / "protocol.yml").read_text("utf-8").splitlines()
    line, message = found[column]
    assert says in message
    changed = [n for n, text in enumerate(lines, start=1) if new and new in text]
    # Of a whole column or of all the line is the first.
    first = lines.index("study_columns:") + 1
    assert line in {"study_columns": [first], "study_columns.1": [first + 3]}.get(column, changed)


def test_a_column_that_every_review_has_is_not_declared_again(own: DataFolder) -> None:
    path = own.path.parent / "protocol.yml"
    path.write_text((own.path / "protocol.yml").read_text("utf-8"), encoding="utf-8")
    (problem,) = taken_names(
        path, path.read_bytes(), (*load_protocol(path).study_columns, ANOTHER_COUNTRY)
    )
    assert (problem.column, problem.message) == (
        "study_columns.3.name", "country is a column of every studies.csv: name yours otherwise",
    )  # fmt: skip


def test_an_extraction_sheet_asks_for_them(own: DataFolder, tmp_path: Path) -> None:
    folder = DataFolder.copied_to(tmp_path / "data", own.path)
    study = next(iter(load(folder.path).trials))
    paths = {path.stem: path for path in new_extraction(folder.path, study, "anna")}
    header, first = csv.reader(io.StringIO(paths["studies"].read_text("utf-8-sig")))
    cells = dict(zip(header, first, strict=True))
    assert (cells["setting"], cells["months_ill"]) == ("clinic", "12")
    check_extraction(folder.path, paths["studies"].parent)


def test_a_version_from_before_a_column_is_pooled_without_it(own: DataFolder) -> None:
    before, now = load(DATA), load(own.path)
    old = replace(before, protocol=now.protocol)
    found = synthesise(old, now.protocol.question(*QUESTION))
    assert found.sensitivity.subgroups[0].groups == ()
    assert all(study.characteristics == {} for study in found.studies)
    assert type(next(iter(before.trials.values()))) is Trial
    assert "setting" in read_data(own.path).tables["studies"]["friesen-2017"]
    assert load_protocol(own.path / "protocol.yml").moderator_labels[1] == "setting"
