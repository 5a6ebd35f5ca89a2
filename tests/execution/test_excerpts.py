from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from analysis.execution.excerpts import KEPT, Excerpt, KnownExcerpts
from analysis.execution.plan import Page, Project
from analysis.execution.staleness import Inputs, Made, outputs, stale_because
from analysis.files.digests import digest
from analysis.files.writing import write_atomically
from tests.execution.templates import notebook, page


@dataclass(frozen=True)
class Pooled:
    estimate: float
    prediction: float | None = None


class Set(BaseModel):
    name: str
    pooled: Pooled | None = None


class Result(BaseModel):
    title: str = "Pain"
    sets: tuple[Set, ...] = Field((), serialization_alias="comparisons")
    primary: Pooled | None = None

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.sets]


RESULT = Result(
    sets=(Set(name="later", pooled=Pooled(1.0, 2.0)), Set(name="all")), primary=Pooled(3.0, 4.0)
)
FILE: dict[str, Any] = json.loads(RESULT.model_dump_json(by_alias=True))


@pytest.mark.parametrize(
    ("excerpt", "expected"),
    [
        (Excerpt(("title",)), {"title": "Pain"}),
        (Excerpt(("primary.estimate",)), {"primary": {"estimate": 3.0}}),
        (Excerpt(("primary.estimate", "primary")), {"primary": FILE["primary"]}),
        (Excerpt(("comparisons.name",)), {"comparisons": [{"name": "later"}, {"name": "all"}]}),
        (
            Excerpt(("comparisons[name=later].pooled.estimate",)),
            {"comparisons": [{"pooled": {"estimate": 1.0}}]},
        ),
        (
            Excerpt(("comparisons.pooled.estimate",)),
            {"comparisons": [{"pooled": {"estimate": 1.0}}, {"pooled": None}]},
        ),
        (Excerpt((), where="comparisons[name=later]", more=("title",)), {"title": "Pain"}),
        (Excerpt((), where="comparisons[name=earlier]", more=("title",)), {}),
        (Excerpt((), where="primary.prediction", more=("title",)), {"title": "Pain"}),
    ],
)
def test_an_excerpt_holds_what_it_names(excerpt: Excerpt, expected: dict[str, Any]) -> None:
    assert excerpt.of(FILE) == expected


def test_what_an_excerpt_does_not_name_cannot_be_read() -> None:
    found = Excerpt(("comparisons.name", "primary.estimate")).of(RESULT)
    assert isinstance(found, Result) and found.names == ["later", "all"]
    assert found.primary and found.primary.estimate == 3.0 and isinstance(found.primary, Pooled)
    for read in (
        lambda: found.title,  # the field has a default, and that is no answer
        lambda: found.primary and found.primary.prediction,
        lambda: found.sets[0].pooled,
    ):
        with pytest.raises(AttributeError):
            read()
    assert RESULT.primary and RESULT.primary.prediction == 4.0


@pytest.fixture
def reader(project: Project) -> Page:
    """A page that reads the titles of a result."""
    planned = page(project, "front", notebook("1"), needs=("pain",))
    publish(project, FILE)
    return replace(planned, excerpt=Excerpt(("title",)))


def publish(project: Project, content: object) -> None:
    write_atomically(project.results / "pain.json", json.dumps(content))


def test_only_what_a_page_reads_of_a_result_makes_it_stale(project: Project, reader: Page) -> None:
    made = Made(Inputs(project).of(reader), outputs(reader, project), 1.0)
    publish(project, FILE | {"primary": None})
    assert stale_because(reader, Inputs(project), made) is None
    publish(project, FILE | {"title": "Mood"})
    assert (
        stale_because(reader, Inputs(project), made) == "what it shows of results/pain.json changed"
    )


@pytest.mark.parametrize("damaged", ['{"title": ', '"Pain"', "[1, 2]", "[" * 100_000])
def test_a_result_that_is_damaged_is_another(project: Project, reader: Page, damaged: str) -> None:
    made = Made(Inputs(project).of(reader), outputs(reader, project), 1.0)
    write_atomically(project.results / "pain.json", damaged)
    assert stale_because(reader, Inputs(project), made)


def test_a_result_that_is_the_same_is_not_read_again(project: Project, reader: Page) -> None:
    inputs = Inputs(project)
    made = inputs.of(reader)
    inputs.excerpts.keep()
    known, whole = KnownExcerpts(project.results), digest(json.dumps(FILE))
    (project.results / "pain.json").unlink()
    assert reader.excerpt
    found = known.digest_of("pain.json", whole, reader.excerpt)
    assert found == made["what it shows of results/pain.json"]


def test_what_is_remembered_of_excerpts_may_be_damaged(project: Project, reader: Page) -> None:
    made = Inputs(project).of(reader)
    for damaged in ("", "[]", '{"a": 1}'):
        write_atomically(project.results / KEPT, damaged)
        assert Inputs(project).of(reader) == made


def test_excerpts_of_results_that_are_gone_are_forgotten(project: Project, reader: Page) -> None:
    for title in ("Mood", "Sleep"):
        publish(project, FILE | {"title": title})
        inputs = Inputs(project)
        inputs.of(reader)
        inputs.excerpts.keep()
    assert len(json.loads(Path(project.results / KEPT).read_text())) == 1
