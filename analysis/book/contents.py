"""The contents of the book: every page, in order, as it follows from the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.execution.handover import files_of_result
from analysis.execution.plan import Page, Project
from analysis.files.problems import EvidenceError, Problem
from analysis.files.writing import write_atomically
from analysis.protocol import Condition, Protocol, Question

NOTEBOOKS = Path("analysis/notebooks")
DOWNLOADS = "living/downloads"
TOC_HEADER = "# Written by `python -m analysis toc` from data/protocol.yml: do not edit by hand.\n"


@dataclass(frozen=True)
class Part:
    """A part of the book: its caption and its pages, hand-written or executed, in order."""

    caption: str
    documents: tuple[str, ...]


def pages(protocol: Protocol) -> tuple[Page, ...]:
    """Every executed page; the overview pages run after the questions whose results they read."""
    questions = tuple(_question_page(protocol, question) for question in protocol.questions)
    names = tuple(page.name for page in questions)
    return (
        *questions,
        _page("index", needs=names, title=protocol.title),
        _page("about/plain-language-summary", needs=names, reads=("protocol.yml",)),
        _page("methods/protocol", reads=("protocol.yml",)),
        _page("results/search"),
        _page(
            "results/included-trials",
            reads=(
                "protocol.yml",
                "studies.csv",
                "outcomes.csv",
                "risk_of_bias.csv",
                "acceptability.csv",
                "sources.csv",
            ),
        ),
        _page(
            "results/excluded-and-awaiting",
            needs=names,
            reads=("protocol.yml", "studies.csv", "outcomes.csv"),
        ),
        _page("results/overview", needs=names, reads=("protocol.yml",)),
        _page("results/moderators", needs=names, reads=("protocol.yml",)),
        _page("results/sensitivity", needs=names, reads=("protocol.yml",)),
        _page(
            "results/acceptability",
            reads=("protocol.yml", "studies.csv", "acceptability.csv", "sources.csv"),
        ),
        _page(
            "bias/risk-of-bias",
            needs=names,
            reads=("protocol.yml", "studies.csv", "risk_of_bias.csv", "sources.csv"),
        ),
        _page("bias/small-study-effects", needs=names, reads=("protocol.yml",)),
        _page(
            "bias/integrity",
            needs=names,
            reads=(
                "protocol.yml",
                "studies.csv",
                "outcomes.csv",
                "integrity.csv",
                "sources.csv",
            ),
        ),
        *(
            Page(
                name=f"bias.summary-of-findings-{condition.id}",
                template=NOTEBOOKS / "summary_of_findings.ipynb",
                target=Path(f"{_findings(condition)}.ipynb"),
                parameters={
                    "condition": condition.id,
                    "title": f"Summary of findings: {condition.label}",
                },
                needs=tuple(
                    page.name for page in questions if page.parameters["condition"] == condition.id
                ),
                reads=("protocol.yml",),
            )
            for condition in protocol.conditions
        ),
        _page("living/whats-new", needs=names),
        _page("living/validation", reads=("validation.json",)),
        _page("living/speed", reads=("benchmarks.json",)),
        _page("living/checklists", reads=("protocol.yml", "checklists.csv")),
        _page(
            DOWNLOADS,
            needs=names,
            hands_on=("CITATION.cff", "LICENSE", "LICENSE-text", "requirements.txt"),
        ),
    )


def parts(protocol: Protocol) -> tuple[Part, ...]:
    """The book's parts after its front page."""
    effects = tuple(
        Part(
            f"Effects: {condition.label}",
            tuple(
                _document(question)
                for question in protocol.questions
                if question.condition == condition.id
            ),
        )
        for condition in protocol.conditions
    )
    return (
        Part(
            "About",
            (
                "about/plain-language-summary",
                "about/background",
                "about/objectives",
                "about/glossary",
            ),
        ),
        Part(
            "Methods",
            (
                "methods/eligibility",
                "methods/search-and-selection",
                "methods/search-strategies",
                "methods/data-and-risk-of-bias",
                "methods/synthesis",
                "methods/certainty",
                "methods/living-mode",
                "methods/differences",
                "methods/protocol",
            ),
        ),
        Part(
            "Results",
            (
                "results/search",
                "results/included-trials",
                "results/excluded-and-awaiting",
                "results/overview",
                "results/moderators",
                "results/sensitivity",
                "results/acceptability",
            ),
        ),
        *effects,
        Part(
            "Bias and certainty",
            (
                *(_findings(condition) for condition in protocol.conditions),
                "bias/risk-of-bias",
                "bias/small-study-effects",
                "bias/integrity",
            ),
        ),
        Part(
            "Living",
            (
                "living/whats-new",
                "living/validation",
                "living/speed",
                "living/checklists",
                "living/recorded-update",
                "about-the-data",
                DOWNLOADS,
                "references",
            ),
        ),
    )


def documents(protocol: Protocol) -> tuple[str, ...]:
    """Every page of the book, in order."""
    return ("index", *(name for part in parts(protocol) for name in part.documents))


def files_beside(project: Project) -> dict[str, bytes]:
    """The files of the site that are no pages, as the page of downloads has published them."""
    result = project.results / _page(DOWNLOADS).result
    return files_of_result(result.read_text(encoding="utf-8"))


def _page(
    document: str,
    needs: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    hands_on: tuple[str, ...] = (),
    **parameters: str,
) -> Page:
    stem = document.split("/")[-1].replace("-", "_")
    return Page(
        name=document.replace("/", "."),
        template=NOTEBOOKS / f"{stem}.ipynb",
        target=Path(f"{document}.ipynb"),
        parameters=parameters,
        needs=needs,
        reads=reads,
        hands_on=hands_on,
    )


def _question_page(protocol: Protocol, question: Question) -> Page:
    return Page(
        name=question.key,
        template=NOTEBOOKS / "synthesis.ipynb",
        target=Path(f"{_document(question)}.ipynb"),
        parameters=question.model_dump() | {"title": protocol.question_title(question)},
    )


def _findings(condition: Condition) -> str:
    return f"bias/summary-of-findings-{condition.id}"


def _document(question: Question) -> str:
    return f"effects/{question.slug}"


def toc(protocol: Protocol) -> Mapping[str, Any]:
    """The table of contents as jupyter-book reads it."""
    short = {
        _document(question): protocol.question_title(question).partition(":")[0]
        for question in protocol.questions
    }
    return {
        "format": "jb-book",
        "root": "index",
        "parts": [
            {
                "caption": part.caption,
                "chapters": [
                    {"file": document} | ({"title": short[document]} if document in short else {})
                    for document in part.documents
                ],
            }
            for part in parts(protocol)
        ],
    }


def toc_text(protocol: Protocol) -> str:
    """`_toc.yml`, the same bytes for the same protocol."""
    return TOC_HEADER + yaml.safe_dump(dict(toc(protocol)), sort_keys=False, allow_unicode=True)


def write_toc(project: Project, protocol: Protocol) -> Path:
    """Rewrite `_toc.yml` from the protocol."""
    path = project.root / "_toc.yml"
    write_atomically(path, toc_text(protocol))
    return path


def check_toc(project: Project, protocol: Protocol) -> None:
    """EvidenceError where `_toc.yml` is not what the protocol says."""
    path = project.root / "_toc.yml"
    found = path.read_text(encoding="utf-8") if path.is_file() else ""
    if found != toc_text(protocol):
        message = "does not follow from data/protocol.yml: run `python -m analysis toc`"
        raise EvidenceError([Problem(Path(path.name), None, None, message)])
