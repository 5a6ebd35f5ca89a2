"""The page on trustworthiness: before anybody has judged, and after."""

from __future__ import annotations

from dataclasses import replace

from analysis.evidence.risk_of_bias_tools import OVERALL
from analysis.evidence.rows import Evidence, TrustJudgement
from analysis.evidence.trustworthiness_tool import CHECKS, DOMAINS
from analysis.pages import trials_page
from analysis.pages import trustworthiness_page as page
from analysis.pages.html import text
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.synthesise import synthesise

NOTICES, RESULTS = DOMAINS[0], DOMAINS[-1]


def row(
    study_id: str, domain: str, judgement: str, by: str = "anna", **other: str
) -> TrustJudgement:
    cells = {"checks": "", "support": ""} | other
    return TrustJudgement(study_id, domain, judgement, assessed_by=by, **cells)  # type: ignore[arg-type]


def with_nhu(evidence: Evidence) -> Evidence:
    """With a trial included in which more people were analysed than randomised."""
    trial = replace(evidence.trials["nhu-2024"], status="included")
    return replace(evidence, trials={**evidence.trials, "nhu-2024": trial})


def test_that_nobody_has_judged_is_said_once(evidence: Evidence) -> None:
    assert page.summary(evidence).startswith("<p>Nobody has judged any of the ")
    assert page.concerns_table(evidence) == page.with_and_without({}) == ""
    every = trials_page.included(evidence)
    said = page.judgements_table(evidence)
    assert said.startswith(f"<p>Not judged yet: {len(every)} included trials. ")
    assert all(text(trial.label) in said for trial in every)
    trial = evidence.trials["nhu-2024"]
    assert "Trustworthiness: not judged yet." in trials_page.trial_section(evidence, trial)


def test_proposals_stand_beside_what_people_judged(evidence: Evidence) -> None:
    assert "Nothing in the data bears on these checks." in page.proposals_table(evidence)
    evidence = with_nhu(evidence)
    said = page.proposals_table(evidence)
    assert "4.6 participant numbers" in said
    assert "53 participants, 20 randomised" in said
    assert said.count("https://") == 1
    assert "have not been looked up" in said
    assert said.count("not judged") == 1
    judged = replace(evidence, trustworthiness=(row("nhu-2024", RESULTS, "some concerns"),))
    assert "◐ Some" in page.proposals_table(judged)


def test_judgements_are_shown_with_symbol_word_and_who(evidence: Evidence) -> None:
    rows = (
        row("nhu-2024", NOTICES, "no concerns"),
        row("nhu-2024", RESULTS, "serious concerns", checks="4.6", support="the flow diagram"),
        row("nhu-2024", RESULTS, "no concerns", by="ben"),
        row("nhu-2024", OVERALL, "some concerns"),
    )
    made = replace(with_nhu(evidence), trustworthiness=rows)
    table = page.judgements_table(made)
    assert "○ No: no concerns, ◐ Some: some concerns, ● Serious: serious concerns." in table
    for cell in ("○ No</td>", "they differ</td>", "◐ Some</td>", "<span>A</span>, <span>B</span>"):
        assert cell in table, cell
    assert "Not judged yet: " in table
    assert "1 of " in page.summary(made)
    assert "1 some concerns" in page.summary(made)
    concerns = page.concerns_table(made)
    assert "none yet: the assessors differ" in concerns
    assert "serious concerns (4.6 participant numbers), the flow diagram" in concerns
    section = trials_page.trial_section(made, made.trials["nhu-2024"])
    assert "Trustworthiness of Nhu 2024 (INSPECT-SR)" in section
    assert "4.6 participant numbers" in section


def test_only_trials_without_concerns_stand_beside_the_primary_result(evidence: Evidence) -> None:
    question = evidence.protocol.question("non-headache", "pain", "post")
    before = synthesise(evidence, question)
    assert TrialSet.WITHOUT_CONCERNS not in {other.name for other in before.comparisons}
    first, second, third, *_ = before.pooled_studies
    rows = (
        row(first.study_id, OVERALL, "no concerns"),
        row(second.study_id, OVERALL, "no concerns"),
        row(third.study_id, OVERALL, "serious concerns"),
    )
    after = synthesise(replace(evidence, trustworthiness=rows), question)
    assert after.primary == before.primary
    found = after.comparison(TrialSet.WITHOUT_CONCERNS)
    assert set(found.study_ids) == {first.study_id, second.study_id}
    assert "2 trials" in page.with_and_without({question.key: after})
    other = evidence.protocol.question("headache", "pain", "post")
    unjudged = synthesise(replace(evidence, trustworthiness=rows), other)
    assert TrialSet.WITHOUT_CONCERNS not in {each.name for each in unjudged.comparisons}


def test_checks_without_a_text_that_was_read_are_numbers_with_a_link() -> None:
    said = page.checks_list()
    every = [check for checks in CHECKS.values() for check in checks]
    assert said.count('href="https://inspect.sr"') == len(every) - 10
    assert "4.11 (" in said
    assert "2.3 registration against publication</li>" in said
    assert "4.8 impossible means of integers; proposed from the data" in said
