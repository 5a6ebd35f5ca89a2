"""The review's answer before any table: what was compared, what it does, in people, how sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analysis.evidence.rows import Evidence
from analysis.formatting import listed, sentence_case
from analysis.pages.acceptability_rows import in_short as harms_in_short
from analysis.pages.html import Html, element, join, paragraph
from analysis.protocol import Condition, Protocol
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.clinical_text import people_compared
from analysis.synthesis.wording.effect_words import controls
from analysis.synthesis.wording.plain_answer import direction
from analysis.versions.results import analysed, results_of

VERY_UNCERTAIN = "The evidence is very uncertain"


def in_short(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """What was compared with what, what it does for each condition (primary outcomes), how safe."""
    protocol = evidence.protocol
    return join(
        (
            paragraph(compared(protocol, results)),
            by_condition(protocol, results),
            harms_in_short(evidence),
        )
    )


def by_condition(protocol: Protocol, results: Mapping[str, Synthesis]) -> Html:
    """What it does for each condition, that with most participants first."""
    return join(
        paragraph(*_condition(protocol, results, condition))
        for condition in by_evidence(protocol, results)
    )


def compared(protocol: Protocol, results: Mapping[str, Synthesis]) -> str:
    """In how many trials, with how many people, the intervention was held against what."""
    pooled = {s.study_id: s for found in results.values() for s in found.pooled_studies}
    if not pooled:
        return "No trial gives numbers that can be used yet."
    found, words = analysed(results), protocol.words
    usable = (
        "gives numbers that can be used"
        if found.trials == 1
        else "give numbers that can be put together"
    )
    return (
        f"{found.said} {usable}. "
        f"{sentence_case(words.intervention)} for {words.population} was compared with "
        f"{controls([*pooled.values()])}."
    )


def by_evidence(protocol: Protocol, results: Mapping[str, Synthesis]) -> tuple[Condition, ...]:
    """The conditions, that with most participants first."""

    def people(condition: Condition) -> int:
        of_condition = {s.question.key: s for s in results_of(results, condition.id)}
        return analysed(of_condition).participants

    return tuple(sorted(protocol.conditions, key=people, reverse=True))


def _condition(
    protocol: Protocol, results: Mapping[str, Synthesis], condition: Condition
) -> Iterator[Html | str]:
    first = protocol.timepoints[0]
    found = [
        synthesis
        for synthesis in results_of(results, condition.id, first.id)
        if protocol.outcome(synthesis.question.outcome).kind == "primary"
    ]
    when = ", ".join((*protocol.condition_told(condition.id), first.label))
    yield element("strong", f"{sentence_case(when)}:")
    sure = [s for s in found if is_known(s)]
    for synthesis in sure:
        yield f" {synthesis.sentences.plain}{_people(protocol, synthesis)}"
    unsure = [s for s in found if s.certainty and s not in sure]
    if unsure:
        yield f" {VERY_UNCERTAIN} about {_named(protocol, unsure)}."
    if unknown := [s for s in found if s.certainty is None]:
        yield f" On {_named(protocol, unknown)} no trial gives numbers that can be used."


def is_known(synthesis: Synthesis) -> bool:
    """Whether the evidence says more of a question than that it is very uncertain."""
    return synthesis.certainty is not None and synthesis.certainty.level != "very low"


def _named(protocol: Protocol, found: Sequence[Synthesis]) -> str:
    return listed([protocol.outcome(synthesis.question.outcome).label for synthesis in found])


def _people(protocol: Protocol, synthesis: Synthesis) -> str:
    """The effect in people at the first control risk, where there is one and a direction."""
    concluded, important = synthesis.concluded, synthesis.smallest_important_difference
    if concluded is None or direction(concluded, important) == "unclear":
        return ""
    for effect in synthesis.clinical.absolute[:1]:
        return f" {people_compared(protocol.words, synthesis.measure, effect)}"
    return ""
