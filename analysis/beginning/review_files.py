"""The files of a new review, as they follow from what was asked: question, chapters, searches."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from string import Template
from types import MappingProxyType

from analysis.beginning.asked import Asked, AskedOutcome
from analysis.evidence.data_files import DATA_FILES
from analysis.files.columns import columns
from analysis.measures import MEASURES
from analysis.protocol_lists import FIRST_SOURCES, OTHER_METHOD, Source

SKELETON = "skeleton"
# The only group of participants of a review that does not tell groups apart.
EVERYBODY = "everybody"
# On which platform a strategy is proposed first; what is not here has no strategy to check.
PLATFORMS: Mapping[str, str] = MappingProxyType(
    {
        "central": "Cochrane Library",
        "medline": "PubMed",
        "pubmed": "PubMed",
        "embase": "Ovid",
        "psycinfo": "EBSCOhost",
        "cinahl": "EBSCOhost",
        "web-of-science": "Web of Science",
        "europepmc": "Europe PMC",
        "clinicaltrials-gov": "ClinicalTrials.gov",
    }
)
FIELDS: Mapping[str, str] = MappingProxyType(
    {"PubMed": '"{}"[tiab]', "EBSCOhost": 'TI "{}"', "Web of Science": 'TS="{}"'}
)


def review_files(asked: Asked, today: dt.date) -> Iterator[tuple[PurePosixPath, str]]:
    """Every file that is the review's own, by its place in the folder."""
    values = _values(asked, today)
    root = files("analysis.beginning") / SKELETON
    for place, found in _below(root, PurePosixPath()):
        text = found.read_text(encoding="utf-8")
        yield place, _filled(place, text, values)
    for name, file in DATA_FILES.items():
        if name != "checklists":
            yield PurePosixPath(f"data/{name}.csv"), _header(file.row)
    strategies = {source: _strategy(source, asked) for source in asked.databases}
    for source, strategy in strategies.items():
        if strategy:
            yield PurePosixPath(f"data/searches/strategies/{source.id}.txt"), strategy
    yield PurePosixPath("chapters/methods/search-strategies.md"), _strategies_chapter(strategies)


def _below(
    folder: Traversable, place: PurePosixPath
) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for found in sorted(folder.iterdir(), key=lambda one: one.name):
        if found.is_dir():
            yield from _below(found, place / found.name)
        else:
            yield place / found.name, found


def _filled(place: PurePosixPath, text: str, values: Mapping[str, str]) -> str:
    """The answers in a file of the skeleton: quoted where the file is YAML."""
    if place.suffix in (".yml", ".cff"):
        quoted = {
            name: value if "\n" in value else yaml_text(value) for name, value in values.items()
        }
        return Template(text).substitute(quoted | {"date": values["date"]})
    return Template(text).substitute(values) if place.suffix in (".md", "") else text


def yaml_text(value: str) -> str:
    """A text as YAML has it in quotes, which is as JSON has it; a list stays what it is."""
    return value if value.startswith("[") else json.dumps(value, ensure_ascii=False)


def _values(asked: Asked, today: dt.date) -> dict[str, str]:
    quoted = [json.dumps(source.name, ensure_ascii=False) for source in asked.databases]
    return {
        "title": asked.title,
        "living_title": f"{asked.title}: a living systematic review",
        "short_title": asked.short_title,
        "population": asked.population,
        "intervention": asked.intervention,
        "with_intervention": f"with {asked.intervention}",
        "control": asked.control,
        "version": f"{today:%Y.%m}",
        "date": today.isoformat(),
        "year": str(today.year),
        "condition_id": EVERYBODY,
        "sources": f"[{', '.join(quoted)}]",
        "search_sources": "\n".join(map(_source, _sources(asked))) + "\n",
        "timepoints": "\n".join(
            f"  - id: {time.id}\n    label: {yaml_text(time.label)}\n"
            f"    description: {yaml_text(time.label)}"
            for time in asked.timepoints
        )
        + "\n",
        "outcomes": "\n".join(map(_outcome, asked.outcomes)) + "\n",
        "measures": "\n".join(
            f"  {name}: {{}}" for name in MEASURES if name in {o.measure for o in asked.outcomes}
        )
        + "\n",
    }


def _sources(asked: Asked) -> Iterator[Source]:
    """The databases that were named, and what every team looks through besides."""
    yield from asked.databases
    yield from (source for source in FIRST_SOURCES if source.kind == OTHER_METHOD)


def _source(source: Source) -> str:
    return f"  - {{id: {source.id}, name: {yaml_text(source.name)}, kind: {source.kind}}}"


def _outcome(outcome: AskedOutcome) -> str:
    """An outcome of the protocol, whose effects are shown on the side that is better.

    `lower` is what favours the intervention all the same: effects are turned to it before they
    are pooled. A score of which more is better has no unit to be more of.
    """
    lower, higher = (f"{word} {outcome.label}" for word in _words(outcome))
    said = {
        "label": yaml_text(outcome.label),
        "kind": outcome.kind,
        "lower": yaml_text(lower),
        "higher": yaml_text(higher),
        "instruments": f"[{yaml_text(outcome.instrument)}]" if outcome.instrument else "[]",
        "measure": outcome.measure,
    }
    if outcome.unit:
        said["unit"] = yaml_text(outcome.unit)
    if outcome.event:
        said["event"] = yaml_text(outcome.event)
    said["benefit_above"] = "true" if outcome.better == "higher" else "false"
    lines = (f"    {name}: {value}" for name, value in said.items())
    return "\n".join((f"  - id: {outcome.id}", *lines))


def _words(outcome: AskedOutcome) -> tuple[str, str]:
    """What an effect that favours the intervention leads to, and one that does not."""
    if outcome.better == "lower":
        return "less", "more"
    return ("more", "less") if outcome.unit or outcome.event else ("better", "worse")


def _header(row: type) -> str:
    """The first line of a data file: every column that is declared."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([column.name for column in columns(row)])
    return out.getvalue()


def _strategy(source: Source, asked: Asked) -> str:
    """A strategy to begin with, from the words of the question; blank where none can be checked."""
    platform = PLATFORMS.get(source.id)
    if platform is None:
        return ""
    terms = [_plain(asked.population), _plain(asked.intervention)]
    if platform in ("Ovid", "Cochrane Library"):
        lines = [f'{number} "{term}"' for number, term in enumerate(terms, start=1)]
        reference = "1 and 2" if platform == "Ovid" else "#1 AND #2"
        lines.append(f"3 {reference}")
        if platform == "Cochrane Library":
            lines = [f"#{line}" for line in lines]
    else:
        field = FIELDS.get(platform, '"{}"')
        lines = [" AND ".join(f"({field.format(term)})" for term in terms)]
    return "\n".join(
        (
            f"# database: {source.name}",
            f"# platform: {platform}",
            "# status: the words of the question, and no more; nobody has searched with it",
            "# to do before it is run: an information specialist writes it, another reviews it",
            *lines,
            "",
        )
    )


def _plain(text: str) -> str:
    """Words alone, which mean the same on every platform."""
    return " ".join(re.findall(r"\w+", text))


def _strategies_chapter(strategies: Mapping[Source, str]) -> str:
    sections = [
        f"## {source.name}\n\n"
        f"```{{literalinclude}} ../../data/searches/strategies/{source.id}.txt\n"
        ":language: text\n```\n"
        if strategy
        else f"## {source.name}\n\n*To be written: how is {source.name} searched?*\n"
        for source, strategy in strategies.items()
    ]
    opening = (
        "# Search strategies\n\n"
        "These are the strategies that are proposed for the next search.\n"
        "The first lines of each say whose it is and what is to be done before it is run.\n"
        "{{ review.strategies_told }}\n"
    )
    none = "\n*To be written: which sources are searched, and how?*\n"
    return opening + ("\n" + "\n".join(sections) if sections else none)
