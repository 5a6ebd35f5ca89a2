"""What would change this: participants still needed, the next trial, the trials that wait."""

from __future__ import annotations

from analysis.formatting import count
from analysis.pages.html import Html, join, link, paragraph, table
from analysis.pages.links import UP
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.next_words import next_sentences


def what_would_change(synthesis: Synthesis) -> Html:
    """The sentences, then each trial on the condition that nobody has decided on."""
    found = synthesis.next_evidence
    said = next_sentences(
        synthesis.measure, synthesis.k, synthesis.n_total, synthesis.n_unknown, found
    )
    shown = [paragraph(sentence) for sentence in said]
    if found.awaiting:
        rows = [
            {
                "Trial": link(
                    trial.label, f"{UP}results/excluded-and-awaiting.html#{trial.study_id}"
                ),
                "Randomised": count(trial.people),
                "What it waits for": trial.reason,
            }
            for trial in found.awaiting
        ]
        shown.append(table(rows, "Trials awaiting a decision", numbers=("Randomised",)))
    else:
        shown.append(paragraph("No trial awaits a decision here."))
    return join(shown)
