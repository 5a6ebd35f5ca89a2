"""Data integrity: what is checked, what looks wrong, where sources disagree, what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from analysis.evidence.integrity import Finding, findings
from analysis.evidence.people import initials
from analysis.evidence.rows import Evidence, Ruling
from analysis.evidence.verification import is_verified
from analysis.formatting import DASH, count, counted
from analysis.pages import links
from analysis.pages.html import Html, join, paragraph, table
from analysis.pages.notices_section import notices_said
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.estimate_text import named_estimate, tau2_text
from analysis.synthesis.question_result import Synthesis


def summary(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """The counts of this page, and how far retractions were looked up."""
    rows = evidence.outcomes
    verified = sum(map(is_verified, rows))
    found = findings(evidence)
    suspect = sum(finding.severity == "suspect" for finding in found)
    kept_out = sum(bool(study.suspect) for s in results.values() for study in s.studies)
    ruled = sum(finding.ruling is not None for finding in found)
    unusable = sum(row.usable == "no" for row in rows)
    counts = paragraph(
        f"{count(verified)} of {counted(len(rows), 'outcome row')} are verified: checked by a "
        "person against the trial report. "
        f"The checks find {counted(suspect, 'suspect result')} and "
        f"{counted(len(found) - suspect, 'note')}; a person has ruled on {count(ruled)} of them. "
        f"{counted(kept_out, 'effect').capitalize()} "
        f"{'is' if kept_out == 1 else 'are'} kept out of the primary analyses, and "
        f"{counted(unusable, 'row')} cannot be used at all."
    )
    return join((counts, notices_said(evidence, up="../")))


def verified_table(evidence: Evidence) -> Html:
    """By kind of source: how many rows there are, and how many a person has checked."""
    kinds = {row.row_id: evidence.sources[row.source_id].kind for row in evidence.outcomes}
    rows = Counter(kinds.values())
    checked = Counter(kinds[row.row_id] for row in evidence.outcomes if is_verified(row))
    shown = [
        {"Rows from": f"a {kind}", "Rows": count(total), "Verified": count(checked[kind])}
        for kind, total in rows.most_common()
    ]
    shown.append(
        {
            "Rows from": "all sources together",
            "Rows": count(rows.total()),
            "Verified": count(checked.total()),
        }
    )
    return table(shown, "Outcome rows and who checked them", numbers=("Rows", "Verified"))


def derivation_table(results: Mapping[str, Synthesis]) -> Html:
    """How each effect on the pages was obtained, the closest to the data first."""
    obtained = Counter(study.derivation for s in results.values() for study in s.studies)
    rows = [{"The effect is": how, "Effects": count(n)} for how, n in obtained.most_common()]
    return table(rows, "How the effects were obtained", numbers=("Effects",))


def suspects_table(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """Each suspect result with its arithmetic, what becomes of it, and a person's ruling."""
    return _findings_table(evidence, results, "suspect", "Suspect results")


def notes_table(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """Each note: what a person should look up, though it changes nothing here."""
    return _findings_table(evidence, results, "note", "Notes")


def _findings_table(
    evidence: Evidence, results: Mapping[str, Synthesis], severity: str, caption: str
) -> Html:
    found = [finding for finding in findings(evidence) if finding.severity == severity]
    ruled = any(finding.ruling or finding.lapsed for finding in found)
    rows = [
        {
            "Trial": links.trial_of(finding.study_id, evidence),
            "Question": _question(results, finding),
            "Check": finding.check,
            "What was found": finding.text,
            "In the analysis": _use(results, finding),
            **({"Ruling": _ruling(finding)} if ruled else {}),
        }
        for finding in found
    ]
    return table(rows, caption)


def _question(results: Mapping[str, Synthesis], finding: Finding) -> Html | str:
    return links.question(results[finding.question.key]) if finding.question else "all"


def _use(results: Mapping[str, Synthesis], finding: Finding) -> str:
    """Whether the effect made from these rows is pooled."""
    if finding.question is None:
        return DASH
    for study in results[finding.question.key].studies:
        if finding.concerns(study.study_id, study.row_ids):
            return "kept out" if study.suspect else "pooled"
    return "not in it"


def _ruling(finding: Finding) -> str:
    if finding.ruling:
        return _said(finding.ruling)
    if finding.lapsed:
        return f"none yet; one about other numbers no longer counts: {_said(finding.lapsed)}"
    return "none yet"


def _said(ruling: Ruling) -> str:
    return f"{ruling.ruling}: {ruling.reason} ({initials(ruling.decided_by)}, {ruling.date})"


def with_and_without(results: Mapping[str, Synthesis]) -> Html:
    """The primary result beside the one with the suspect trials in it."""
    rows = []
    for synthesis in results.values():
        for other in synthesis.comparisons:
            if other.name == TrialSet.WITH_SUSPECT:
                rows.append(
                    {
                        "Question": links.question(synthesis),
                        "Without (primary)": pooled_result(synthesis, synthesis.primary),
                        "With": pooled_result(synthesis, other.pooled),
                        "τ² without": tau2_text(synthesis.primary),
                        "τ² with": tau2_text(other.pooled),
                    }
                )
    numbers = ("τ² without", "τ² with")
    return table(rows, "With and without the suspect effects", numbers=numbers)


def pooled_result(synthesis: Synthesis, pooled: PooledEffect | None) -> str:
    """A pooled estimate with its interval and its trials; that there is none, otherwise."""
    if pooled is None:
        return "no estimate"
    return f"{named_estimate(synthesis.measure, pooled)}, {counted(pooled.k, 'trial')}"


def unusable_table(evidence: Evidence) -> Html:
    """The rows that are shown and never pooled, each with the reason."""
    protocol = evidence.protocol
    rows = [
        {
            "Row": row.row_id,
            "Trial": links.trial_of(row.study_id, evidence),
            "Outcome": f"{protocol.outcome(row.outcome).label} "
            f"{protocol.timepoint(row.timepoint).label}",
            "Why it cannot be used": row.not_usable_because,
            "Source": links.source_of(row, evidence),
        }
        for row in evidence.outcomes
        if row.usable == "no"
    ]
    return table(rows, "Rows that cannot be used")
