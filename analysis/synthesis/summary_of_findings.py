"""The summary of findings of a condition: what each cell of it says, for page, Word and CSV.

Outcomes, assumed and corresponding risks, effect, participants, certainty with its reasons, as
GRADE lays them out. Sources: Guyatt et al. 2013, 10.1016/j.jclinepi.2012.01.012 and
10.1016/j.jclinepi.2012.08.001.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.evidence.rows import Evidence
from analysis.formatting import count_known, counted, listed, percent_level, sentence_case
from analysis.protocol import Protocol, Timepoint
from analysis.protocol_rules import ReviewWords
from analysis.synthesis.acceptability import Reported, reported
from analysis.synthesis.certainty import Certainty, Step
from analysis.synthesis.clinical_terms import AbsoluteEffect
from analysis.synthesis.estimate_text import named_estimate
from analysis.synthesis.published_estimates import printed_text
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.acceptability_text import against, comparison, tally, unknown
from analysis.synthesis.wording.clinical_text import (
    assumed_people,
    corresponding_people,
    difference_text,
    event_of,
    points_text,
    risk_assumed,
)
from analysis.synthesis.wording.interval_sentences import read_instead, rule_of

HARMS = "harms"
# What has a row in a summary of findings, as it is called there: harms always, lest somebody take
# silence for safety, and the other where the review asks for it or has anything on record of it.
SUMMARISED = {HARMS: "Harms", "satisfaction": "Satisfied participants"}
SMD_TO_RISK = "10.1371/journal.pone.0019070"


@dataclass(frozen=True)
class Note:
    """What a mark in the table stands for."""

    mark: str
    said: str


@dataclass(frozen=True)
class Reason:
    """What a domain does to the certainty; `note` says why, with its numbers."""

    step: Step
    note: Note


@dataclass(frozen=True)
class Risk:
    """People of a thousand with the event: assumed without the intervention, and with it.

    `needs_line` where the outcome is a score, and who has the event a matter of a line on it;
    `is_only` where no other risk is assumed.
    """

    effect: AbsoluteEffect
    event: str
    needs_line: bool
    is_only: bool
    note: Note

    @property
    def assumed(self) -> str:
        """`208 get clearly better`."""
        return f"{assumed_people(self.effect)} {self.event}"

    @property
    def corresponding(self) -> str:
        """`358 (216 to 524)`, after the mark of the assumed risk where there are several."""
        said = corresponding_people(self.effect)
        return said if self.is_only else f"{self.note.mark}: {said}"

    @property
    def difference(self) -> str:
        """`150 more (8 more to 316 more)`."""
        return difference_text(self.effect)


@dataclass(frozen=True)
class Points:
    """The effect on a familiar scale; `note` says which standard deviation that takes."""

    said: str
    note: Note


@dataclass(frozen=True)
class Counted:
    """What one trial counted, a line each."""

    trial: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """A row: an outcome's synthesis, or `what` is reported and not pooled, with what was counted.

    `remark` stands where there is neither reason nor rating.
    """

    label: str
    happens: str
    people: int | None
    trials: int
    effect: str
    synthesis: Synthesis | None = None
    points: Points | None = None
    risks: tuple[Risk, ...] = ()
    what: str = ""
    counted: tuple[Counted, ...] = ()
    reasons: tuple[Reason, ...] = ()
    remark: str = ""

    @property
    def participants(self) -> str:
        """`3,628 (23)`; of some trials the number may not be known."""
        unknown = self.synthesis.n_unknown if self.synthesis else 0
        return f"{count_known(self.people, unknown)} ({self.trials})"

    @property
    def certainty(self) -> Certainty | None:
        return self.synthesis.certainty if self.synthesis else None


@dataclass(frozen=True)
class FindingsTable:
    """The rows of one time point; `rule` says which interval they have, in the first table."""

    timepoint: Timepoint
    caption: str
    rows: tuple[Finding, ...]
    rule: str = ""


@dataclass(frozen=True)
class Findings:
    """The tables of a condition, their headings, and the assumptions that they mark by letters.

    `events` say what people do who are counted where that is a matter of a line, `smd_to_risk`
    how a standardised mean difference becomes people, before the DOI `SMD_TO_RISK`; blank where
    none does.
    """

    condition: str
    title: str
    about: Mapping[str, str]
    headings: Headings
    tables: tuple[FindingsTable, ...]
    events: tuple[str, ...]
    smd_to_risk: str
    assumptions: tuple[Note, ...]

    @property
    def rated(self) -> list[Certainty]:
        found = (row.certainty for table in self.tables for row in table.rows)
        return [certainty for certainty in found if certainty]

    @property
    def standing(self) -> str:
        """Whether a person has decided, and how many ratings wait for an assessment of trials."""
        if not self.rated:
            return "Nothing is pooled yet, so there is no certainty to rate."
        proposed = sum(certainty.label == "proposed" for certainty in self.rated)
        said = (
            f"{proposed} of {counted(len(self.rated), 'rating')} below "
            f"{'is' if proposed == 1 else 'are'} what the rules propose from the numbers; "
            "no person has decided on them yet."
        )
        provisional = sum(certainty.provisional is not None for certainty in self.rated)
        if provisional:
            said += (
                f" {counted(provisional, 'rating')} {'is' if provisional == 1 else 'are'} "
                "provisional, since most of the weight comes from trials whose risk of bias nobody "
                "has assessed."
            )
        return said


@dataclass(frozen=True)
class Headings:
    """What the columns are called."""

    assumed: str
    corresponding: str
    effect: str
    outcome: str = "Outcome"
    participants: str = "Participants (trials)"
    certainty: str = "Certainty"
    happens: str = "What happens"
    people: str = "Anticipated absolute effects"


def findings_of(evidence: Evidence, results: Mapping[str, Synthesis], condition: str) -> Findings:
    """The summary of findings of one condition, from its results."""
    protocol = evidence.protocol
    words = protocol.words
    level, letters = percent_level(protocol.synthesis.level), _Letters()
    found = [s for s in results.values() if s.question.condition == condition]
    tables = tuple(
        _table(
            evidence, condition, at, [s for s in found if s.question.timepoint == at.id], letters
        )
        for at in protocol.timepoints
    )
    return Findings(
        condition=condition,
        title=protocol.titled("Summary of findings", condition),
        about={
            "Population": _population(protocol, condition),
            "Intervention": protocol.eligibility.intervention,
            "Comparison": protocol.eligibility.comparator,
        },
        headings=Headings(
            assumed=f"Of 1,000 people in {words.control}",
            corresponding=f"Of 1,000 people {words.with_intervention} ({level} interval)",
            effect=f"Effect ({level} interval)",
        ),
        tables=tables,
        events=tuple(_events(words, tables)),
        smd_to_risk=_smd_to_risk(words, tables),
        assumptions=tuple(letters.notes),
    )


def _population(protocol: Protocol, condition: str) -> str:
    """Who may take part, and which of them are meant where conditions are told apart."""
    here = [f"here: {protocol.condition(condition).description}"]
    told = here if protocol.condition_told(condition) else []
    return "; ".join((protocol.eligibility.participants, *told))


def _table(
    evidence: Evidence,
    condition: str,
    at: Timepoint,
    found: Sequence[Synthesis],
    letters: _Letters,
) -> FindingsTable:
    protocol = evidence.protocol
    is_first = at == protocol.timepoints[0]
    numbers = iter(range(1, 10_000))
    rows = [_pooled(evidence, synthesis, letters, numbers) for synthesis in found]
    if is_first:
        rows += [
            _told(reported(evidence, what, condition), label, protocol.words)
            for what, label in SUMMARISED.items()
            if what == HARMS or _is_asked(what, evidence)
        ]
    caption = f"{protocol.titled('Summary of findings', condition)}, {at.in_full}"
    rule = rule_of(protocol) if is_first else ""
    return FindingsTable(at, caption, tuple(rows), rule)


def _pooled(
    evidence: Evidence, synthesis: Synthesis, letters: _Letters, numbers: Iterator[int]
) -> Finding:
    words, label = evidence.protocol.words, _label(evidence, synthesis)
    certainty = synthesis.certainty
    noted = [step for step in certainty.steps if _is_noted(step)] if certainty else []
    return Finding(
        label=label,
        happens=synthesis.sentences.plain,
        people=synthesis.n_total,
        trials=synthesis.k,
        effect=_effect(words, synthesis),
        synthesis=synthesis,
        points=_points(synthesis, letters),
        risks=tuple(_risk(words, synthesis, each, letters) for each in synthesis.clinical.absolute),
        reasons=tuple(
            Reason(step, Note(str(next(numbers)), f"{label}, {_said(step)}")) for step in noted
        ),
        remark="" if noted or certainty is None else "nothing lowers it",
    )


def _is_asked(what: str, evidence: Evidence) -> bool:
    outcomes = (outcome.id for outcome in evidence.protocol.outcomes)
    return what in outcomes or any(row.what == what for row in evidence.acceptability)


def _told(found: Reported, label: str, words: ReviewWords) -> Finding:
    """What is reported and not pooled: who tells of it, and what both arms had."""
    lines: dict[str, list[str]] = {}
    for each in found.found:
        trial = ", ".join(filter(None, (each.trial.label, against(each, words))))
        lines.setdefault(trial, []).append(comparison(each, words))
    return Finding(
        label=label,
        happens=f"{'; '.join(filter(None, (sentence_case(tally(found)), unknown(found))))}.",
        people=found.people,
        trials=len(found.said),
        effect="not pooled",
        what=found.what,
        counted=tuple(Counted(trial, tuple(said)) for trial, said in lines.items()),
        remark="each trial counts it in its own way" if found.said else "no trial reports it",
    )


def _label(evidence: Evidence, synthesis: Synthesis) -> str:
    return sentence_case(evidence.protocol.outcome(synthesis.question.outcome).label)


def _effect(words: ReviewWords, synthesis: Synthesis) -> str:
    if synthesis.primary is None:
        nothing = "no usable numbers"
        if printed := synthesis.printed_before:
            nothing += f"; {words.baseline} printed {printed_text(synthesis.measure, printed)}"
        return nothing
    said = named_estimate(synthesis.measure, synthesis.primary)
    return " ".join(filter(None, (said, read_instead(synthesis.measure, synthesis.bayesian))))


def _points(synthesis: Synthesis, letters: _Letters) -> Points | None:
    found = synthesis.clinical
    if found.points is None:
        return None
    note = letters.note(f"Points on {found.points.assumed}.")
    return Points(f"{points_text(found.points)} on {found.scale}", note)


def _risk(
    words: ReviewWords, synthesis: Synthesis, effect: AbsoluteEffect, letters: _Letters
) -> Risk:
    measure = synthesis.measure
    is_only = len(synthesis.clinical.absolute) == 1
    note = letters.note(f"{risk_assumed(words, measure, effect)}.")
    return Risk(effect, event_of(words, measure), not measure.kind.event, is_only, note)


def _is_noted(step: Step) -> bool:
    """Whether the domain lowers the certainty, cannot be judged, or was decided."""
    return bool(step.triggered or step.decision or not step.judged)


def _said(step: Step) -> str:
    decided = f" Decision: {step.decision_text}." if step.decision else ""
    return f"{step.domain}: {step.reason}{decided}"


def _events(words: ReviewWords, tables: Sequence[FindingsTable]) -> Iterator[str]:
    """What each event counts: what its trials say, or a line that an assumed share has passed."""
    risks = [risk for table in tables for row in table.rows for risk in row.risks]
    for event in dict.fromkeys(risk.event for risk in risks):
        of_event = [risk for risk in risks if risk.event == event]
        said = []
        if marks := _marks(risk for risk in of_event if risk.effect.definition):
            said.append(f"what is counted in {marks}")
        if marks := _marks(r for r in of_event if r.needs_line and not r.effect.definition):
            said.append(
                "passing whichever line on the questionnaire that share of people in "
                f"{words.control} passes ({marks})"
            )
        if said:
            yield f"“{sentence_case(event)}” means {'; or '.join(said)}."


def _smd_to_risk(words: ReviewWords, tables: Sequence[FindingsTable]) -> str:
    if not any(risk.needs_line for table in tables for row in table.rows for risk in row.risks):
        return ""
    return f"The share {words.with_intervention} follows from the standardised mean difference:"


def _marks(risks: Iterable[Risk]) -> str:
    """`notes a and c`; nothing where there is none."""
    marks = list(dict.fromkeys(risk.note.mark for risk in risks))
    return f"note{'s' * (len(marks) > 1)} {listed(marks)}" if marks else ""


@dataclass
class _Letters:
    """Assumptions by their letters, each said once."""

    notes: list[Note] = field(default_factory=list)

    def note(self, said: str) -> Note:
        known = next((note for note in self.notes if note.said == said), None)
        if known is None:
            known = Note(_letter(len(self.notes)), said)
            self.notes.append(known)
        return known


def _letter(place: int) -> str:
    """`a` to `z`, then `aa`, `ab` and so on."""
    before, last = divmod(place, 26)
    return (_letter(before - 1) if before else "") + chr(ord("a") + last)
