"""Links to a question's page, to a trial's section and to the sources of the data."""

from __future__ import annotations

from analysis.evidence.people import published_name
from analysis.evidence.rows import Evidence, OutcomeRow, Source
from analysis.pages.html import Html, element, join, link
from analysis.synthesis.question_result import Synthesis
from analysis.versions.state import QuestionState

UP = "../"
MOST_AUTHORS = 3


def page(asked: Synthesis | QuestionState) -> str:
    """The document of a question's page."""
    return f"effects/{asked.question.slug}"


def question(asked: Synthesis | QuestionState, label: str | None = None, *, up: str = UP) -> Html:
    """A question's title (or another label) as a link to its page."""
    return link(label or asked.title, f"{up}{page(asked)}.html")


def trial(study_id: str, label: str, page: str = "included-trials") -> Html:
    """A trial's label as a link to its section, among those included or on another page."""
    return link(label, f"{UP}results/{page}.html#{study_id}")


def trial_of(study_id: str, evidence: Evidence) -> Html:
    """The same of any trial, wherever it stands."""
    known = evidence.trials[study_id]
    page = "included-trials" if known.status == "included" else "excluded-and-awaiting"
    return trial(study_id, known.label, page)


def source(cited: Source) -> Html:
    """A source's short name as a link to it."""
    return link(short_citation(cited.citation), cited.url)


def assessor(name: str, evidence: Evidence) -> Html:
    """Who judged: a source as a link to it, a person by initials."""
    known = evidence.sources.get(name)
    return source(known) if known else element("span", published_name(name, evidence.sources))


def source_of(row: OutcomeRow, evidence: Evidence) -> Html:
    """The source of a row as a link, and where in it the row stands."""
    where = [f", {row.locator}"] if row.locator else []
    return join([source(evidence.sources[row.source_id]), *where])


def short_citation(citation: str) -> str:
    """The beginning of a citation: up to its first full stop; of many authors only the first."""
    first = citation.split(". ")[0]
    authors = first.split(", ")
    if len(authors) > MOST_AUTHORS:
        return f"{authors[0]} et al."
    if first.endswith(" et al"):
        return f"{first}."
    return first if len(first) <= 80 else first[:79].rsplit(" ", 1)[0] + "…"
