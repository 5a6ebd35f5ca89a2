"""The answer with the trials that give only responders: pooled, said, and kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analysis.evidence.rows import Evidence
from analysis.figures.forest_plot import forest_plot
from analysis.figures.style import render_svg
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.sensitivity_overview import sensitivity
from analysis.synthesis.synthesise import synthesise
from analysis.synthesis.with_responders import counting_responders

PAIN = "non-headache.pain.post"


def pain(evidence: Evidence, control_risk: float | None) -> Synthesis:
    """Pain after treatment, DeBar's risk ratio at that control risk."""
    rows = tuple(
        replace(row, control_risk=control_risk) if row.study_id == "debar-2025" else row
        for row in evidence.outcomes
    )
    question = evidence.protocol.question(*PAIN.split("."))
    return synthesise(replace(evidence, outcomes=rows), question)


def test_pooled_as_metafor_does(evidence: Evidence) -> None:
    """`rma(yi, vi, method = "REML", test = "knha")` of metafor 3.8 on these six."""
    synthesis = pain(evidence, 0.208)
    found = synthesis.comparison(TrialSet.WITH_RESPONDERS)
    assert (found.k, found.n_total) == (6, 2213)
    assert {"debar-2025", "wilson-2023"} < set(found.study_ids)
    assert found.pooled is not None and found.pooled.heterogeneity is not None
    assert found.pooled.estimate == pytest.approx(-0.48538779, abs=1e-6)
    assert found.pooled.heterogeneity.tau2 == pytest.approx(0.04699935, abs=1e-6)
    assert synthesis.primary is not None and synthesis.k == 4
    assert not {"debar-2025", "wilson-2023"} & {study.study_id for study in synthesis.studies}


def test_the_headline_says_so_where_the_conclusion_moves(evidence: Evidence) -> None:
    """0.63 SD is a medium effect and 0.49 a small one: the size word changes."""
    said = pain(evidence, 0.208).sentences
    assert "slightly" not in said.plain
    before, after = said.headline.split(" Counting ")
    assert before.endswith("(proposed).")
    assert after.startswith(
        "Wilson 2023 and DeBar 2025 too, which give only responders, turned into an SMD "
        "(6 trials, 2,213 participants): less pain"
    )
    assert "by 0.49 SD" in after
    assert after.endswith(
        " By the same rules the certainty is then low: Internet therapy may lead to slightly "
        "less pain."
    )


def test_the_headline_says_nothing_where_it_stays(syntheses: Mapping[str, Synthesis]) -> None:
    synthesis = syntheses["headache.disability.post"]
    assert synthesis.comparison(TrialSet.WITH_RESPONDERS).k == synthesis.k + 1
    assert "Counting" not in synthesis.sentences.headline


def test_a_row_set_aside_says_where_its_responders_went(evidence: Evidence) -> None:
    def reasons(synthesis: Synthesis) -> dict[str, str]:
        return {row.study_id: row.reason for row in synthesis.set_aside}

    without, with_it = reasons(pain(evidence, None)), reasons(pain(evidence, 0.208))
    assert without["wilson-2023"].endswith("it is counted with responders converted")
    assert "nor can its responders be converted" in without["debar-2025"]
    assert "control_risk" in without["debar-2025"]
    assert with_it["debar-2025"].endswith("it is counted with responders converted")


def test_the_comparison_is_in_the_overview_and_in_the_forest_plot(evidence: Evidence) -> None:
    synthesis = pain(evidence, 0.208)
    overview = sensitivity(synthesis)
    assert overview is not None
    described = TrialSet.WITH_RESPONDERS.description
    assert described in {variant.name for variant in overview.variants}
    everybody = counting_responders(synthesis)
    assert everybody is not None
    assert sum(study.weight or 0 for study in everybody.studies) == pytest.approx(100)
    drawn = render_svg(forest_plot(everybody))
    assert "DeBar 2025 (responders)" in drawn and "All 6 trials" in drawn and "2,213" in drawn


def test_a_result_is_read_again(evidence: Evidence) -> None:
    synthesis = pain(evidence, 0.208)
    assert Synthesis.model_validate_json(synthesis.model_dump_json()) == synthesis
    assert len(synthesis.responders) == 2
