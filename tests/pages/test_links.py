"""Where the pages lead: to a question, to a trial among those included or not, to a source."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from analysis.evidence.rows import Evidence
from analysis.pages import links
from analysis.synthesis.question_result import Synthesis
from analysis.versions.state import state_of
from tests.evidence.rows import a_row


def test_a_result_and_its_state_in_a_version_lead_to_one_page(
    syntheses: Mapping[str, Synthesis],
) -> None:
    synthesis = syntheses["headache.pain.post"]
    anchor = f'<a href="../effects/headache-pain-post.html">{synthesis.title}</a>'
    assert links.question(synthesis) == links.question(state_of(synthesis)) == anchor
    from_the_front = '<a href="effects/headache-pain-post.html">Pain</a>'
    assert links.question(synthesis, "Pain", up="") == from_the_front


def test_a_trial_that_is_not_included_stands_on_another_page(evidence: Evidence) -> None:
    out = next(trial for trial in evidence.trials.values() if trial.status != "included")
    assert "included-trials.html#" in links.trial(out.study_id, out.label)
    assert "excluded-and-awaiting.html#" in links.trial_of(out.study_id, evidence)


def test_a_row_names_its_source_and_where_in_it_it_stands(evidence: Evidence) -> None:
    short = links.source(evidence.sources["gandy-2022"])
    row = a_row(source_id="gandy-2022", locator="table 3")
    assert links.source_of(row, evidence) == f"{short}, table 3"
    assert links.source_of(a_row(source_id="gandy-2022", locator=""), evidence) == short


@pytest.mark.parametrize(
    ("citation", "short"),
    [
        ("Dear BF, Titov N. The pain course. Pain 2013", "Dear BF, Titov N"),
        ("Eccleston C, Fisher E, Craig L, Duggan G. Psychological", "Eccleston C et al."),
        ("Gandy M et al. Internet-delivered", "Gandy M et al."),
        (f"{'A very long title ' * 6}without a stop", "A very long title " * 4 + "A very…"),
    ],
)
def test_a_citation_is_cut_at_its_first_full_stop(citation: str, short: str) -> None:
    assert links.short_citation(citation) == short
