"""A person judges a trial, or one of its results, domain by domain, with the tools there are.

Nothing here knows of keys or screens; `commands/judge.py` and the desk ask.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from analysis.evidence import signalling
from analysis.evidence.instruments import INSPECT_SR, INSTRUMENTS, Instrument
from analysis.evidence.load import load
from analysis.evidence.risk_of_bias_tools import OVERALL
from analysis.evidence.rows import Evidence
from analysis.evidence.settled_judgements import Judged as Row
from analysis.evidence.settled_judgements import conflicts, judgements
from analysis.evidence.trustworthiness import proposals
from analysis.evidence.trustworthiness_tool import CHECKS, named
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, short
from analysis.files.slugs import CONSENSUS
from analysis.files.withdrawals import Withdrawal
from analysis.formatting import listed
from analysis.screening.decided_rows import withdrawn_row, write_row

TOOL_OF_DESIGN = {
    "cluster": "RoB 2 for cluster-randomised trials",
    "crossover": "RoB 2 for crossover trials",
}


@dataclass(frozen=True)
class Judged:
    """What is judged: a trial, its results for an outcome, or one at a time point; by whom."""

    study_id: str
    tool: str
    who: str
    outcome: str = ""
    timepoint: str = ""

    @property
    def instrument(self) -> Instrument:
        return INSTRUMENTS[self.tool]

    def holds(self, row: Row) -> bool:
        """Whether a row is about the same, whoever judged it."""
        return (row.study_id, row.tool, row.outcome, row.timepoint) == (
            self.study_id,
            self.tool,
            self.outcome,
            self.timepoint,
        )


def tool_for(evidence: Evidence, study_id: str, wanted: str = "") -> str:
    """The tool that is asked for, or the one that fits the design of the trial's rows.

    That is the first of the protocol where none of its others does; blank where it names none.
    ReviewError where there is no such trial or tool, or the protocol does not use it.
    """
    if study_id not in evidence.trials:
        raise ReviewError(f"no trial is called {short(study_id)} in data/studies.csv")
    used = evidence.protocol.risk_of_bias.tools
    if wanted:
        if wanted not in INSTRUMENTS:
            raise ReviewError(f"no tool is called {short(wanted)}: {', '.join(INSTRUMENTS)}")
        if wanted not in (INSPECT_SR.name, *used):
            raise ReviewError(
                f"the protocol does not use {short(wanted)}: risk_of_bias.tools names "
                f"{listed(used) or 'none'}"
            )
        return wanted
    designs = {row.design for row in evidence.outcomes if row.study_id == study_id}
    fitting = (TOOL_OF_DESIGN[design] for design in sorted(designs) if design in TOOL_OF_DESIGN)
    return next((tool for tool in (*fitting, *used) if tool in used), "")


def waiting(evidence: Evidence, judged: Judged) -> tuple[str, ...]:
    """The domains that this person has not judged, in the tool's order, the overall one last.

    For the consensus those on which two assessors differ.
    """
    rows = filter(judged.holds, judgements(evidence))
    done = {row.domain for row in rows if row.assessed_by == judged.who}
    every = judged.instrument.judged
    if judged.who == CONSENSUS:
        differ = {each.about.domain for each in conflicts(evidence) if judged.holds(each.about)}
        return tuple(domain for domain in every if domain in differ)
    return tuple(domain for domain in every if domain not in done)


def said_by_others(evidence: Evidence, judged: Judged, domain: str) -> tuple[Row, ...]:
    """What each assessor judged of a domain: shown to the consensus, to nobody before."""
    return tuple(r for r in judgements(evidence) if judged.holds(r) and r.domain == domain)


def proposed(evidence: Evidence, judged: Judged, domain: str) -> tuple[str, ...]:
    """The checks of a domain of the tool, each with what the data say on it."""
    if judged.instrument != INSPECT_SR:
        return ()
    given = proposals(evidence)[judged.study_id]
    return tuple(
        "; ".join([named(check), *(p.text for p in given if p.check == check)])
        for check in CHECKS.get(domain, ())
    )


def plain_answers(text: str) -> str:
    """Answers as they are kept: between spaces, in capital letters."""
    return " ".join(text.replace(",", " ").upper().split())


def proposed_from(judged: Judged, domain: str, answers: str) -> str:
    """What the tool's algorithm proposes on these answers; blank where it proposes nothing.

    ReviewError where they are none of the tool's.
    """
    if judged.tool != signalling.TOOL or not answers:
        return ""
    if not re.fullmatch(signalling.FORM, answers):
        raise ReviewError(f"{short(answers)}: numbers with answers were expected, as 1.1 Y 1.2 PN")
    if wrong := "; ".join(signalling.faults(judged.tool, domain, answers)):
        raise ReviewError(wrong)
    return signalling.proposed_judgement(judged.tool, domain, answers)


def worst_domain(evidence: Evidence, judged: Judged) -> str:
    """The worst that this person judged of a domain; blank where there is none."""
    return judged.instrument.worst(
        [
            row.judgement
            for row in judgements(evidence)
            if judged.holds(row) and row.assessed_by == judged.who and row.domain != OVERALL
        ]
    )


def judge(
    data: Path,
    judged: Judged,
    domain: str,
    judgement: str,
    support: str = "",
    *,
    answers: str = "",
    again: bool = False,
) -> None:
    """Add one judgement to the tool's file, once it is valid with all else.

    `answers` are those to what the tool asks within the domain; `again` puts it in place of what
    this person judged before, unless a consensus rests on that.
    ReviewError where it is none of the tool's, or this person judged the domain already,
    with `again` where a consensus rests on it;
    EvidenceError where it contradicts another row. The file is whole as before or whole as after.
    """
    tool = judged.instrument
    if domain not in tool.judged:
        raise ReviewError(f"{short(domain)} is no domain of {tool.name}")
    if judgement not in tool.words:
        words = ", ".join(tool.words)
        raise ReviewError(f"{short(judgement)} is no judgement of {tool.name}: {words}")
    if judged.outcome and not tool.of_results:
        raise ReviewError(f"{tool.name} judges a trial and none of its results: no outcome")
    with locked(data):
        evidence = load(data)
        before = {row.assessed_by for row in said_by_others(evidence, judged, domain)}
        if again and judged.who in before:
            _nothing_rests_on_it(evidence, judged, domain)
        elif domain not in waiting(evidence, judged):
            raise ReviewError(
                f"no two assessors differ on {domain}"
                if judged.who == CONSENSUS
                else f"{judged.who} has judged {domain} already: undo it, or correct it in "
                f"data/{tool.file}.csv"
            )
        known = {
            "study_id": judged.study_id,
            "tool": judged.tool,
            "domain": domain,
            "judgement": judgement,
            "support": " ".join(support.split()),
            "assessed_by": judged.who,
            "outcome": judged.outcome,
            "timepoint": judged.timepoint,
            tool.answers_in: plain_answers(answers),
        }
        write_row(data, tool.file, known)


def withdrawn_judgement(data: Path, judged: Judged, domain: str) -> Withdrawal:
    """Plan to take back what this person judged of a domain, which then waits for them again.

    ReviewError where they have judged nothing of it, or a consensus rests on it.
    """
    _nothing_rests_on_it(load(data), judged, domain)
    key = {
        "study_id": judged.study_id,
        "outcome": judged.outcome,
        "timepoint": judged.timepoint,
        "tool": judged.tool,
        "assessed_by": judged.who,
        "domain": domain,
    }
    called = f"{judged.study_id}-{judged.who}"
    return withdrawn_row(data, "judgement", called, judged.instrument.file, key)


def _nothing_rests_on_it(evidence: Evidence, judged: Judged, domain: str) -> None:
    said = {row.assessed_by for row in said_by_others(evidence, judged, domain)}
    if CONSENSUS in said and judged.who != CONSENSUS:
        raise ReviewError(f"a consensus on {domain} rests on this judgement: take that back first")
