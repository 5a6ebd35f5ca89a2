"""The summary of findings of one condition: what happens, for how many, and how sure we are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.evidence.rows import Evidence
from analysis.formatting import count, counted, percent_level, sentence_case
from analysis.pages import links
from analysis.pages.acceptability_rows import findings_rows
from analysis.pages.certainty_section import decision_text, mark, outcome_of
from analysis.pages.html import (
    LABELLED_CARDS,
    Html,
    doi_link,
    element,
    items,
    join,
    link,
    paragraph,
    table,
    terms,
    text,
)
from analysis.protocol_rules import ReviewWords
from analysis.synthesis.certainty import Step
from analysis.synthesis.estimate_text import named_estimate
from analysis.synthesis.published_estimates import printed_text
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.clinical_text import of_a_thousand, points_text, risk_assumed
from analysis.synthesis.wording.interval_sentences import read_instead, rule_stated
from analysis.versions.results import results_of

SMD_TO_RISK = "10.1371/journal.pone.0019070"


@dataclass(frozen=True)
class Note:
    """A numbered reason below the table; `anchor` is where the table links to."""

    number: int
    anchor: str
    outcome: str
    step: Step


def question(evidence: Evidence, condition: str) -> Html:
    """Who was treated, with what, compared with what."""
    protocol = evidence.protocol
    return terms(
        {
            "Population": f"{protocol.eligibility.participants}; here: "
            f"{protocol.condition(condition).description}",
            "Intervention": protocol.eligibility.intervention,
            "Comparison": protocol.eligibility.comparator,
        }
    )


def standing(results: Mapping[str, Synthesis], condition: str) -> Html:
    """Whether a person has decided, and how many ratings wait for an assessment of the trials."""
    rated = [s.certainty for s in results_of(results, condition) if s.certainty]
    proposed = sum(certainty.label == "proposed" for certainty in rated)
    said = (
        f"{proposed} of {counted(len(rated), 'rating')} below {'is' if proposed == 1 else 'are'} "
        "what the rules propose from the numbers; no person has decided on them yet. "
    )
    provisional = sum(certainty.provisional is not None for certainty in rated)
    if provisional:
        said += (
            f"{counted(provisional, 'rating')} {'is' if provisional == 1 else 'are'} provisional, "
            "since most of the weight comes from trials whose risk of bias nobody has assessed. "
        )
    return paragraph(said, link("How the rules work", f"{links.UP}methods/certainty.html"), ".")


def findings(
    evidence: Evidence, results: Mapping[str, Synthesis], condition: str, timepoint: str
) -> Html:
    """The table of one time point, an outcome a row, with its numbered notes below."""
    protocol = evidence.protocol
    shown = results_of(results, condition, timepoint)
    notes = _notes(shown)
    effect = f"Effect ({percent_level(protocol.synthesis.level)} interval)"
    rows: list[dict[str, object]] = [
        {
            "Outcome": links.question(s, _label(evidence, s)),
            "What happens": s.sentences.plain,
            "Participants (trials)": _participants(s),
            effect: _effect(protocol.words, s),
            "In absolute terms": absolute(protocol.words, s),
            "Certainty": mark(s.certainty),
            "Why": _why(s, notes),
        }
        for s in shown
    ]
    rule = Html("")
    if timepoint == protocol.timepoints[0].id:
        rule = paragraph(rule_stated(protocol.synthesis))
        rows += findings_rows(evidence, condition, effect)
    caption = (
        f"Summary of findings: {protocol.condition(condition).label}, "
        f"{protocol.timepoint(timepoint).in_full}"
    )
    shown_as = table(rows, caption, class_=LABELLED_CARDS)
    return join((shown_as, rule, _numbered(evidence, notes)))


def _effect(words: ReviewWords, synthesis: Synthesis) -> str:
    if synthesis.primary is None:
        nothing = "no usable numbers"
        if printed := synthesis.printed_before:
            nothing += f"; {words.baseline} printed {printed_text(synthesis.measure, printed)}"
        return nothing
    said = named_estimate(synthesis.measure, synthesis.primary)
    return " ".join(filter(None, (said, read_instead(synthesis.measure, synthesis.bayesian))))


def absolute(words: ReviewWords, synthesis: Synthesis) -> Html:
    """Points on a familiar scale and people in a thousand, one line each."""
    found = synthesis.clinical
    lines = [f"{points_text(found.points)} on {found.scale}"] if found.points else []
    lines += [of_a_thousand(words, synthesis.measure, effect) for effect in found.absolute]
    return join(element("div", line) for line in lines) if lines else text("")


def assumptions(evidence: Evidence, results: Mapping[str, Synthesis], condition: str) -> Html:
    """What the absolute numbers rest on: scales, standard deviations, control risks."""
    words, found = evidence.protocol.words, results_of(results, condition)
    resting = {synthesis.question: _assumed(words, synthesis) for synthesis in found}
    said: list[Html | str] = []
    for synthesis in found:
        asked = synthesis.question
        others = (on for other, on in resting.items() if other.outcome == asked.outcome and on)
        same = all(on == resting[asked] for on in others)
        label = _label(evidence, synthesis) if same else synthesis.title.partition(":")[0]
        said += [f"{label}: {entry}." for entry in resting[asked]]
    if any(synthesis.clinical.absolute for synthesis in found if synthesis.measure.name == "SMD"):
        how = f"The share {words.with_intervention} follows from the standardised mean difference: "
        said.append(join((how, doi_link(SMD_TO_RISK))))
    return items(list(dict.fromkeys(said)))


def _assumed(words: ReviewWords, synthesis: Synthesis) -> list[str]:
    found = synthesis.clinical
    points = [f"points on {found.points.assumed}"] if found.points else []
    return points + [risk_assumed(words, synthesis.measure, effect) for effect in found.absolute]


def _label(evidence: Evidence, synthesis: Synthesis) -> str:
    label = evidence.protocol.outcome(synthesis.question.outcome).label
    return sentence_case(label)


def _participants(synthesis: Synthesis) -> str:
    more = " or more" if synthesis.n_unknown and synthesis.n_total is not None else ""
    return f"{count(synthesis.n_total)}{more} ({synthesis.k})"


def _notes(shown: Sequence[Synthesis]) -> list[Note]:
    """A note for every domain that lowers the certainty, cannot be judged, or was decided."""
    noted = [
        (synthesis.question, step)
        for synthesis in shown
        if synthesis.certainty
        for step in synthesis.certainty.steps
        if step.triggered or step.decision or not step.judged
    ]
    return [
        Note(number, f"{question.slug}-note-{number}", question.outcome, step)
        for number, (question, step) in enumerate(noted, start=1)
    ]


def _why(synthesis: Synthesis, notes: Sequence[Note]) -> Html:
    if synthesis.certainty is None:
        return text("")
    marks = [
        element(
            "div",
            f"{outcome_of(note.step)} ",
            element("a", f"[{note.number}]", href=f"#{note.anchor}",
                    aria_label=f"note {note.number}"),
        )
        for note in notes
        if note.outcome == synthesis.question.outcome
    ]  # fmt: skip
    return join(marks) if marks else text("nothing lowers it")


def _numbered(evidence: Evidence, notes: Sequence[Note]) -> Html:
    return element("ol", *(_note(evidence, note) for note in notes)) if notes else Html("")


def _note(evidence: Evidence, note: Note) -> Html:
    label = evidence.protocol.outcome(note.outcome).label
    decided = f" Decision: {decision_text(note.step)}." if note.step.decision else ""
    said = f"{sentence_case(label)}, {note.step.domain}: {note.step.reason}{decided}"
    return element("li", said, id=note.anchor)
