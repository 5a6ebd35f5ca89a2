"""The plain language summary: every answer as a sentence anyone can read."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.evidence.rows import Evidence
from analysis.formatting import sentence_case
from analysis.pages import links
from analysis.pages.html import Html, element, items, join, paragraph
from analysis.synthesis.question_result import Synthesis
from analysis.versions.results import results_of


def answers(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """What was found for each condition and time, and for how much nothing is known yet."""
    protocol = evidence.protocol
    found = [
        _found(evidence, results, condition.id, timepoint.id)
        for condition in protocol.conditions
        for timepoint in protocol.timepoints
    ]
    unknown = sum(synthesis.primary is None for synthesis in results.values())
    if unknown and unknown == len(results):
        found.append(paragraph("We do not know yet: no study gives numbers that we can use."))
    elif unknown:
        found.append(
            paragraph(
                f"That leaves {unknown} of our {len(results)} questions. "
                "For these we do not know: no study gives numbers that we can use."
            )
        )
    found += _printed_before(evidence, results)
    return join(found)


def _printed_before(evidence: Evidence, results: Mapping[str, Synthesis]) -> list[Html]:
    """The questions without an answer for which the review before this one printed one."""
    asked = [
        links.question(found)
        for found in results.values()
        if found.primary is None and found.printed_before
    ]
    if not asked:
        return []
    name = sentence_case(evidence.protocol.words.baseline)
    some = "one" if len(asked) == 1 else f"{len(asked)}"
    return [
        paragraph(
            f"{name} did give an answer for {some} of these, from numbers that we do not have. "
            "You find it here:"
        ),
        items(asked),
    ]


def _found(
    evidence: Evidence, results: Mapping[str, Synthesis], condition: str, timepoint: str
) -> Html:
    protocol = evidence.protocol
    answered = [found for found in results_of(results, condition, timepoint) if found.primary]
    if not answered:
        return Html("")
    when = ", ".join((*protocol.condition_told(condition), protocol.timepoint(timepoint).label))
    return join(
        (
            paragraph(element("strong", f"{sentence_case(when)}:")),
            items([_answer(evidence, synthesis) for synthesis in answered]),
        )
    )


def _answer(evidence: Evidence, synthesis: Synthesis) -> Html:
    label = sentence_case(evidence.protocol.outcome(synthesis.question.outcome).label)
    page = links.question(synthesis, label)
    return join((page, f": {synthesis.sentences.plain}"))
