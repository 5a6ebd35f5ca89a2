"""The summary of findings of each condition to take along: a document for Word, and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from analysis.evidence.rows import Evidence
from analysis.execution.handover import Again
from analysis.protocol import Protocol
from analysis.publishing.downloads import FOLDER, spreadsheet_safe
from analysis.publishing.findings_text import document_text
from analysis.publishing.offered_file import Download
from analysis.publishing.word_document import word_document
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.summary_of_findings import Finding, Findings, Risk, findings_of
from analysis.synthesis.wording.clinical_text import PER, risk_limits
from analysis.versions.edition import Edition

SUMMARIES = "summaries"  # the folder
WORD = f"{SUMMARIES}/summary-of-findings-{{}}.docx"
CSV = f"{SUMMARIES}/summary-of-findings-{{}}.csv"

COLUMNS: Mapping[str, str] = {
    "condition": "as in the protocol",
    "timepoint": "as in the protocol",
    "outcome": "as the table calls it",
    "what_happens": "the effect in plain words",
    "participants": "in the pooled trials, or in those that report it; of some it may not be known",
    "trials": "pooled, or that report it",
    "measure": "SMD, RR or another; blank where nothing is pooled",
    "estimate": "the pooled effect on the scale that is printed",
    "lower": "lower limit of its interval",
    "upper": "upper limit of its interval",
    "effect": "the same as the table prints it",
    "points": "the effect on a familiar scale",
    "points_assume": "the standard deviation that takes, and whose it is",
    "event": "what people do who are counted",
    "assumed_risk": f"people of {PER:,} in the control group; a row for each that is assumed",
    "assumed_source": "whence that risk",
    "corresponding_risk": f"people of {PER:,} with the intervention",
    "corresponding_lower": "lower limit of its interval",
    "corresponding_upper": "upper limit of its interval",
    "counted": "what trials counted of what is not pooled",
    "certainty": "the rating; blank where nothing is rated",
    "standing": "whether a person decided on it",
    "reasons": "each domain that lowers it or is not judged, and why",
    "edition": "the version of the review; +draft where it has changed since and is not released",
}


def summaries(
    evidence: Evidence, results: Mapping[str, Synthesis], edition: Edition, again: Again
) -> tuple[Download, ...]:
    """Two files a condition; a document is handed over again that would say the same."""
    return tuple(
        file
        for condition in evidence.protocol.conditions
        for file in _files(
            evidence.protocol, findings_of(evidence, results, condition.id), edition, again
        )
    )


def _files(
    protocol: Protocol, found: Findings, edition: Edition, again: Again
) -> Iterator[Download]:
    name = WORD.format(found.condition)
    text = document_text(found, protocol, edition)
    written = again.content(f"{FOLDER}/{name}", repr(text), lambda: word_document(text))
    yield Download(name, f"{found.title}, for Word", written)
    table = spreadsheet_safe(findings_csv(found, edition.identifier)).encode()
    yield Download(CSV.format(found.condition), f"{found.title}, as a table", table)


def findings_csv(found: Findings, edition: str) -> str:
    """The tables of a condition as CSV: a row for each outcome, time point and assumed risk."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for table in found.tables:
        about = {"condition": found.condition, "timepoint": table.timepoint.id, "edition": edition}
        for row in table.rows:
            said = about | _said(row)
            writer.writerows([said | _people(risk) for risk in row.risks] or [said])
    return text.getvalue()


def _said(row: Finding) -> dict[str, object]:
    certainty = row.certainty
    return {
        "outcome": row.label,
        "what_happens": row.happens,
        "participants": row.people,
        "trials": row.trials,
        **(_estimate(row.synthesis) if row.synthesis else {}),
        "effect": row.effect,
        "points": row.points.said if row.points else None,
        "points_assume": row.points.note.said if row.points else None,
        "counted": " | ".join(f"{each.trial}: {'; '.join(each.lines)}" for each in row.counted),
        "certainty": certainty.rating if certainty else None,
        "standing": certainty.standing if certainty else None,
        "reasons": " | ".join(
            f"{reason.step.outcome_text}: {reason.step.reason}" for reason in row.reasons
        ),
    }


def _estimate(synthesis: Synthesis) -> dict[str, object]:
    pooled, measure = synthesis.primary, synthesis.measure
    if pooled is None:
        return {}
    lower, upper = measure.shown_limits(pooled.interval.low, pooled.interval.high)
    return {
        "measure": measure.name,
        "estimate": measure.shown(pooled.estimate),
        "lower": lower,
        "upper": upper,
    }


def _people(risk: Risk) -> dict[str, object]:
    lower, upper = risk_limits(risk.effect)
    numbers = risk.effect.numbers
    return {
        "event": risk.event,
        "assumed_risk": round(PER * numbers.control_risk),
        "assumed_source": risk.note.said,
        "corresponding_risk": round(PER * numbers.risk),
        "corresponding_lower": round(PER * lower),
        "corresponding_upper": round(PER * upper),
    }
