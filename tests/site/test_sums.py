"""Pages agree with each other: what one says of a question or a trial, all say."""

from __future__ import annotations

from collections.abc import Mapping

from bs4 import BeautifulSoup, Tag

from analysis.evidence.rows import Evidence
from analysis.formatting import count, counted
from analysis.synthesis.question_result import Synthesis
from tests.site.agreement import disagreements, estimates, facts
from tests.site.reading import Documents, article

Answers = Mapping[str, Synthesis]


def cells_about(document: BeautifulSoup, synthesis: Synthesis) -> dict[str, str]:
    """The cells of the one row that links to a question's page, by the columns' headers."""
    (link,) = article(document).select(
        f'tbody th[scope=row] a[href$="effects/{synthesis.question.slug}.html"]'
    )
    row, table = link.find_parent("tr"), link.find_parent("table")
    assert isinstance(row, Tag) and isinstance(table, Tag)
    names = [head.get_text(" ", strip=True) for head in table.select("thead th")]
    texts = [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
    return dict(zip(names, texts, strict=True))


def captioned(document: BeautifulSoup, words: str) -> list[Tag]:
    """The rows of the tables whose captions begin so."""
    tables = article(document).find_all("table")
    return [
        row
        for table in tables
        if table.caption and table.caption.get_text().startswith(words)
        for row in table.select("tbody tr")
    ]


def first_cells(rows: list[Tag]) -> list[str]:
    return [row.find_all(["th", "td"])[0].get_text(" ", strip=True) for row in rows]


def test_a_question_rests_on_as_many_trials_wherever_it_is_answered(
    documents: Documents, answers: Answers, living: Evidence
) -> None:
    first = living.protocol.timepoints[0].id
    for synthesis in answers.values():
        question, trials = synthesis.question, counted(synthesis.k, "trial")
        overview = cells_about(documents["results/overview.html"], synthesis)
        assert overview["Trials"] == count(synthesis.k), question.key
        findings = documents[f"bias/summary-of-findings-{question.condition}.html"]
        said = cells_about(findings, synthesis)["Participants (trials)"]
        assert said.endswith(f"({synthesis.k})"), question.key
        if question.timepoint == first and synthesis.k:
            known = cells_about(documents["index.html"], synthesis)["What we know"]
            assert trials in known, question.key
        shown = first_cells(captioned(documents[f"effects/{question.slug}.html"], "Trials:"))
        assert all(shown.count(study.label) == 1 for study in synthesis.studies), question.key


def test_the_front_page_counts_each_trial_once(
    documents: Documents, answers: Answers, living: Evidence
) -> None:
    pooled = {study.study_id for s in answers.values() for study in s.pooled_studies}
    (line,) = article(documents["index.html"]).select(".status-line")
    included = sum(trial.status == "included" for trial in living.trials.values())
    said = f"{counted(included, 'included trial')}, {count(len(pooled))} in a pooled result"
    assert said in line.get_text(" ", strip=True)
    others = captioned(documents["results/included-trials.html"], "Trials in no pooled result")
    assert len(others) == included - len(pooled)


def test_every_trial_is_listed_where_its_status_says(
    documents: Documents, living: Evidence
) -> None:
    set_aside = documents["results/excluded-and-awaiting.html"]
    for status, rows in (
        ("included", captioned(documents["results/included-trials.html"], "Included trials")),
        ("excluded", captioned(set_aside, "Excluded trials")),
        ("awaiting", captioned(set_aside, "Trials awaiting classification")),
    ):
        trials = living.trials.values()
        assert sorted(first_cells(rows)) == sorted(
            trial.label for trial in trials if trial.status == status
        )


def test_a_count_is_the_same_on_every_page(documents: Documents) -> None:
    assert disagreements(documents) == []
    found = facts(documents)
    assert {name: dict(values) for name, values in found.items() if len(values) > 1} == {}
    unheard = {name for name, values in found.items() if not values}
    assert unheard == set(), "no page has words for it that are known here"


def test_an_estimate_is_the_same_wherever_it_stands(documents: Documents, answers: Answers) -> None:
    for synthesis in answers.values():
        found = estimates(documents, synthesis.question.slug)
        if synthesis.primary is None:
            # What a review printed stands where nothing of ours does.
            printed = " ".join(published.as_printed for published in synthesis.published)
            assert all(estimate in printed for estimate in found), (synthesis.question.key, found)
        else:
            assert len(found) == 1, (synthesis.question.key, found)
            (pages,) = found.values()
            assert len(pages) > 1, (synthesis.question.key, pages)


def test_what_disagrees_is_found() -> None:
    said = "<article class='bd-article'><p>Of the {} included trials {} tell of harm.</p></article>"
    pages = {
        name: BeautifulSoup(said.format(*numbers), "html.parser")
        for name, numbers in (("one.html", (47, 2)), ("two.html", (46, 2)))
    }
    assert len(disagreements(pages)) == 1
    assert set(facts(pages)["included trials"]) == {"47", "46"}
    assert disagreements({"one.html": pages["one.html"]}) == []
