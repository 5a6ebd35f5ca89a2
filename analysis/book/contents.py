"""The contents of this book: every document, once and in order, as it follows from the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis.book.documents import Contents, Document, Part
from analysis.book.excerpts_read import EXCERPTS
from analysis.execution.handover import files_of_result
from analysis.execution.plan import Page, Project
from analysis.protocol import Condition, Protocol, Question

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = Path("analysis/notebooks")
DOWNLOADS = "living/downloads"
VERSIONS = "living/versions"
DECISIONS = ("screening", "screening.csv")  # of a folder and of the file that was before it


def contents_of(protocol: Protocol, root: Path = ROOT) -> Contents:
    """The book of a protocol, its parts in the order of what readers ask.

    One question more is one page more, and nothing else to do.
    root: where the review is; a chapter, or a file of figures, that it has not is no document.
    """
    all_results = _keys(protocol.questions)
    return Contents(
        _executed("index", needs=all_results, title=protocol.title),
        (
            _answers(protocol, all_results),
            *(_effects(protocol, condition) for condition in protocol.conditions),
            _looking_closer(all_results),
            _trials(protocol, all_results),
            _bias(protocol, all_results),
            _methods(root),
            _about(root, all_results),
        ),
    )


def _answers(protocol: Protocol, all_results: tuple[str, ...]) -> Part:
    findings = (
        _executed(
            f"bias/summary-of-findings-{condition.id}",
            template="summary_of_findings",
            needs=_keys(_about_one(protocol, condition)),
            reads=("protocol.yml", "studies.csv", "acceptability.csv"),
            condition=condition.id,
            title=protocol.titled("Summary of findings", condition.id),
        )
        for condition in protocol.conditions
    )
    return Part(
        "The answers",
        (
            _executed(
                "about/plain-language-summary",
                needs=all_results,
                reads=("protocol.yml", "studies.csv", "acceptability.csv"),
            ),
            _executed(
                "about/questions",
                needs=all_results,
                reads=("protocol.yml", "studies.csv", "acceptability.csv", "team.yml"),
            ),
            *findings,
            _executed("results/overview", needs=all_results, reads=("protocol.yml",)),
            _executed("living/whats-new", needs=all_results, hands_on=("CITATION.cff",)),
            _executed(VERSIONS, needs=all_results),
        ),
    )


def _looking_closer(all_results: tuple[str, ...]) -> Part:
    return Part(
        "Looking closer",
        (
            _executed(
                "results/acceptability",
                reads=("protocol.yml", "studies.csv", "acceptability.csv", "sources.csv"),
            ),
            _executed("results/for-whom", reads=("protocol.yml", "studies.csv")),
            _executed("results/moderators", needs=all_results, reads=("protocol.yml",)),
            _executed("results/sensitivity", needs=all_results, reads=("protocol.yml",)),
            _executed("results/try-it-yourself", needs=all_results, reads=("protocol.yml",)),
        ),
    )


def _trials(protocol: Protocol, all_results: tuple[str, ...]) -> Part:
    return Part(
        "The trials",
        (
            _executed(
                "results/included-trials",
                needs=all_results,
                reads=(
                    "protocol.yml",
                    "studies.csv",
                    "outcomes.csv",
                    "trustworthiness.csv",
                    "risk_of_bias.csv",
                    "acceptability.csv",
                    "sources.csv",
                ),
            ),
            *_evidence_maps(protocol),
            _executed(
                "results/excluded-and-awaiting",
                needs=all_results,
                reads=("protocol.yml", "studies.csv", "outcomes.csv: the trial of each row"),
            ),
            _executed(
                "results/search",
                reads=(
                    "protocol.yml",
                    "studies.csv",
                    "outcomes.csv: the source of each row",
                    "sources.csv",
                    "searches",
                    *DECISIONS,
                ),
            ),
        ),
    )


def _evidence_maps(protocol: Protocol) -> Iterator[Document]:
    for condition in protocol.conditions:
        yield _executed(
            f"results/evidence-map-{condition.id}",
            template="evidence_map",
            needs=_keys(_about_one(protocol, condition)),
            reads=("protocol.yml",),
            condition=condition.id,
            title=protocol.titled("Evidence map", condition.id),
        )


def _effects(protocol: Protocol, condition: Condition) -> Part:
    return Part(
        protocol.titled("Effects", condition.id),
        tuple(_effect(protocol, question) for question in _about_one(protocol, condition)),
    )


def _effect(protocol: Protocol, question: Question) -> Document:
    title = protocol.question_title(question)
    parameters = question.model_dump() | {"title": title}
    page = _page(f"effects/{question.slug}", name=question.key, template="synthesis", **parameters)
    return Document(f"effects/{question.slug}", page, title.partition(":")[0])


def _bias(protocol: Protocol, all_results: tuple[str, ...]) -> Part:
    judged = bool(protocol.risk_of_bias.tools)
    return Part(
        "Bias and certainty",
        (
            _executed(
                "bias/trustworthiness",
                needs=all_results,
                who="Before its risk of bias is judged, people" if judged else "People",
                reads=(
                    "protocol.yml",
                    "studies.csv",
                    "outcomes.csv",
                    "contrasts.csv",
                    "trustworthiness.csv",
                    "integrity.csv",
                    "notices.csv",
                    "notice_snapshots.csv",
                    "sources.csv",
                ),
            ),
            *_risk_of_bias(protocol, all_results),
            _executed("bias/small-study-effects", needs=all_results, reads=("protocol.yml",)),
            _executed(
                "bias/integrity",
                needs=all_results,
                reads=(
                    "protocol.yml",
                    "studies.csv",
                    "outcomes.csv",
                    "contrasts.csv",
                    "integrity.csv",
                    "notices.csv",
                    "notice_snapshots.csv",
                    "sources.csv",
                ),
            ),
        ),
    )


def _risk_of_bias(protocol: Protocol, all_results: tuple[str, ...]) -> Iterator[Document]:
    """The page on risk of bias, with a section for each tool; none where nobody judges it."""
    tools = protocol.risk_of_bias.tools
    if tools:
        yield _executed(
            "bias/risk-of-bias",
            needs=all_results,
            reads=("protocol.yml", "studies.csv", "risk_of_bias.csv", "sources.csv"),
            rob_1="RoB 1" if "RoB 1" in tools else "",
            rob_2="RoB 2" if "RoB 2" in tools else "",
            other_designs="RoB 2" if any(tool.startswith("RoB 2 for") for tool in tools) else "",
        )


def _methods(root: Path) -> Part:
    return Part(
        "Background and methods",
        (
            *_written(
                root,
                "about/background",
                "about/objectives",
                "methods/eligibility",
                "methods/search-and-selection",
                "methods/search-strategies",
                "methods/data-and-risk-of-bias",
                "methods/synthesis",
                "methods/certainty",
                "methods/living-mode",
                "methods/differences",
            ),
            _executed("methods/protocol", reads=("protocol.yml",)),
        ),
    )


def _about(root: Path, all_results: tuple[str, ...]) -> Part:
    return Part(
        "About this review",
        (
            _executed("about/who-made-this", reads=("team.yml", "protocol.yml", "sources.csv")),
            *_written(root, "about/glossary", "references"),
            _executed(
                DOWNLOADS,
                needs=all_results,
                hands_on=("CITATION.cff", "LICENSE", "LICENSE-text", "requirements.txt"),
            ),
            *_written(root, "about-the-data"),
            _executed("living/checklists", reads=("protocol.yml", "checklists.csv", "team.yml")),
            _executed("living/validation", reads=("validation.json",)),
            *_written(root, "living/recorded-update"),
            *_measured(root),
        ),
    )


def _written(root: Path, *names: str) -> tuple[Document, ...]:
    """Those chapters of the names that somebody wrote."""
    chapters = root / "chapters"
    return tuple(Document(name) for name in names if (chapters / f"{name}.md").is_file())


def _measured(root: Path) -> tuple[Document, ...]:
    """The page on speed, where it was measured."""
    if not (root / "data" / "benchmarks.json").is_file():
        return ()
    return (_executed("living/speed", reads=("benchmarks.json",)),)


def _executed(document: str, **of_page: Any) -> Document:
    return Document(document, _page(document, **of_page))


def _page(
    document: str,
    *,
    name: str | None = None,
    template: str | None = None,
    needs: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    hands_on: tuple[str, ...] = (),
    **parameters: str,
) -> Page:
    """A document's page; all else are parameters of the notebook."""
    stem = template or document.split("/")[-1].replace("-", "_")
    return Page(
        name=name or document.replace("/", "."),
        template=NOTEBOOKS / f"{stem}.ipynb",
        target=Path(f"{document}.ipynb"),
        parameters=parameters,
        needs=needs,
        reads=reads,
        hands_on=hands_on,
        excerpt=EXCERPTS.get(stem),
    )


def _about_one(protocol: Protocol, condition: Condition) -> Iterator[Question]:
    return (question for question in protocol.questions if question.condition == condition.id)


def _keys(questions: Iterable[Question]) -> tuple[str, ...]:
    return tuple(question.key for question in questions)


def files_beside(project: Project) -> dict[str, bytes]:
    """The files of the site that are no pages of the book, as two of its pages have published them.

    One has the downloads, the other what compares versions.
    """
    files: dict[str, bytes] = {}
    for document in (DOWNLOADS, VERSIONS):
        result = project.results / _page(document).result
        files |= files_of_result(result.read_text(encoding="utf-8"))
    return files
