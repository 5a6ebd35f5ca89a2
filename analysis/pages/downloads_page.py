"""What can be downloaded, and what the results files hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.book.extensions.figure_files import figure_file
from analysis.execution.handover import Again
from analysis.formatting import count
from analysis.pages import links
from analysis.pages.html import Html, element, join, link, paragraph, table
from analysis.pages.links import UP
from analysis.publishing.downloads import (
    ARCHIVE,
    EDITION,
    EFFECTS,
    FOLDER,
    FOR_PROGRAMS,
    SCHEMA,
    results_schema,
)
from analysis.publishing.effects_table import COLUMNS
from analysis.publishing.offered_file import Download
from analysis.publishing.summaries import COLUMNS as SUMMARY_COLUMNS
from analysis.synthesis.question_result import Synthesis
from analysis.versions.edition import Edition

Schema = Mapping[str, Any]


def archive(offered: Sequence[Download], edition: Edition) -> Html:
    """Which version is offered, and the one link for those who want everything."""
    whole = _named(offered, ARCHIVE)
    return join(
        (
            paragraph(element("strong", f"{edition.dated}."), _of_a_draft(edition)),
            paragraph(
                _link(whole, "Download everything as one archive"),
                f" ({size(whole)}, {len(offered) - 1} files).",
            ),
        )
    )


def _of_a_draft(edition: Edition) -> str:
    if not edition.is_draft or edition.last is None:
        return ""
    name = edition.last.name
    return (
        f" These files have not been released: {EDITION} says what differs from version {name}, "
        f"and effects.csv and each results file name the edition {edition.identifier}. "
        f"The project keeps version {name} as it was released in data/releases/{name}."
    )


def effects(offered: Sequence[Download]) -> Html:
    """The link to the table of effects."""
    table_of_effects = _named(offered, EFFECTS)
    return paragraph(
        _link(table_of_effects, "Download effects.csv"),
        f" ({count(table_of_effects.rows)} rows, {size(table_of_effects)}).",
    )


def _named(offered: Sequence[Download], path: str) -> Download:
    return next(file for file in offered if file.path == path)


def files_table(offered: Sequence[Download], caption: str, folder: str) -> Html:
    """The files below a folder (or those in none, if it is empty): link, rows and size."""
    shown = [
        file
        for file in offered
        if file.path.rpartition("/")[0].partition("/")[0] == folder
        and file.path not in (ARCHIVE, EFFECTS, *FOR_PROGRAMS)
    ]
    return _table(shown, caption)


def for_programs(offered: Sequence[Download]) -> Html:
    """The files that describe all others."""
    shown = [_named(offered, path) for path in FOR_PROGRAMS]
    return _table(shown, "Descriptions for programs")


def _table(files: Sequence[Download], caption: str) -> Html:
    rows = [
        {
            "File": _link(file, file.path),
            "What it holds": file.about,
            "Rows": count(file.rows),
            "Size": size(file),
        }
        for file in files
    ]
    return table(rows, caption, numbers=("Rows", "Size"))


def figures(results: Mapping[str, Synthesis]) -> Html:
    """The forest plot of each question as files; its other figures are offered on its page."""
    rows = [
        {
            "Question": links.question(synthesis),
            "Forest plot": join((_figure(synthesis, "svg"), _figure(synthesis, "csv")), ", "),
        }
        for synthesis in results.values()
        if synthesis.studies
    ]
    return table(rows, "Forest plots as SVG and their numbers as CSV")


def _figure(synthesis: Synthesis, ending: str) -> Html:
    file = figure_file(f"effects/{synthesis.question.slug}", "forest-plot", ending)
    return link(ending.upper(), f"{UP}{file}")


def _link(file: Download, label: str) -> Html:
    return link(label, f"{UP}{FOLDER}/{file.path}")


def size(file: Download) -> str:
    """`28 kB`: in thousands of bytes, rounded up."""
    return f"{-(-len(file.content) // 1000):,} kB"


def columns_table() -> Html:
    """The columns of effects.csv."""
    return _columns(COLUMNS, "Columns of effects.csv")


def summary_columns() -> Html:
    """The columns of a summary of findings as CSV."""
    return _columns(SUMMARY_COLUMNS, "Columns of a summary of findings")


def _columns(meanings: Mapping[str, str], caption: str) -> Html:
    rows = [{"Column": element("code", name), "Meaning": said} for name, said in meanings.items()]
    return table(rows, caption)


def schema_link() -> Html:
    """Where the same stands for machines."""
    return paragraph(
        "The same as ", link("JSON Schema", f"{UP}{FOLDER}/{SCHEMA}"), " for machines."
    )


def results_tables(again: Again) -> Html:
    """Every object in a results file with its fields, from the code that writes the file."""
    return Html(again.content("what results files hold", "", lambda: _objects().encode()).decode())


def _objects() -> Html:
    schema = results_schema()
    objects = {"Synthesis": schema, **schema["$defs"]}
    return join(
        element(
            "details",
            element("summary", name),
            _described(definition),
            _fields_table(name, definition)
            if "properties" in definition
            else paragraph(kind(definition)),
            id=f"schema-{name}",
        )
        for name, definition in objects.items()
    )


def _described(definition: Schema) -> Html:
    """The docstring of the object, its names set as code; what Python calls None is null here."""
    said = " ".join(definition.get("description", "").split()).replace("`None`", "`null`")
    parts = said.split("`")
    shown = (element("code", part) if odd % 2 else part for odd, part in enumerate(parts))
    return paragraph(*(part for part in shown if part)) if said else Html("")


def _fields_table(name: str, definition: Schema) -> Html:
    rows = [
        {"Field": element("code", field), "Type": kind(spec)}
        for field, spec in definition["properties"].items()
    ]
    return table(rows, f"Fields of {name}")


def kind(spec: Schema) -> Html:
    """A type of JSON Schema in words: `list of StudyEffect`, `number or none`."""
    if "$ref" in spec:
        name = spec["$ref"].rpartition("/")[2]
        return link(name, f"#schema-{name}")
    if "anyOf" in spec:
        return join(map(kind, spec["anyOf"]), " or ")
    if "enum" in spec:
        return join((element("q", value) for value in spec["enum"]), ", ")
    if "const" in spec:
        return element("q", spec["const"])
    return _container(spec)


def _container(spec: Schema) -> Html:
    match spec.get("type"):
        case "array" if "prefixItems" in spec:
            return join((join(map(kind, spec["prefixItems"]), " and "), " as a list"))
        case "array":
            return join(("list of ", kind(spec.get("items", {}))))
        case "object":
            return join(("names with ", kind(spec.get("additionalProperties", {}))))
        case "null":
            return join(("none",))
        case "string" if spec.get("format") == "date":
            return join(("day",))
        case "string":
            return join(("text",))
        case "boolean":
            return join(("true or false",))
        case "integer":
            return join(("whole number",))
        case "number":
            return join(("number",))
    return join(("anything",))
