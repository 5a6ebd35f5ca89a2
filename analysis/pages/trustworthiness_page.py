"""Trustworthiness: what people judged with INSPECT-SR, what the data propose, what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analysis.evidence.rows import Evidence, Trial, TrustJudgement
from analysis.evidence.settled_judgements import Settled, settled
from analysis.evidence.trustworthiness import (
    NOT_JUDGED,
    PROPOSED,
    Proposal,
    Trustworthiness,
    of_domain,
    proposals,
    trustworthiness,
)
from analysis.evidence.trustworthiness_tool import (
    CHECKS,
    DOMAINS,
    LINK,
    NAMES,
    NO_CONCERNS,
    WORDS,
    named,
)
from analysis.formatting import DASH, counted, listed, sentence_case
from analysis.pages import links
from analysis.pages.html import Html, items, join, link, paragraph, table
from analysis.pages.integrity_page import pooled_result
from analysis.pages.trials_page import included
from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.question_result import Synthesis

# A symbol that fills up and letters: neither needs colour.
MARKS = dict(zip(WORDS, ("○ No", "◐ Some", "● Serious"), strict=True))


def mark(judgement: str | None) -> str:
    """A judgement as its symbol and word; where assessors differ there is none yet."""
    return MARKS.get(judgement or "", DASH) if judgement else "they differ"


def summary(evidence: Evidence) -> Html:
    """How many trials people have judged, and what follows for those that nobody has."""
    every = included(evidence)
    known = [trustworthiness(evidence, trial.study_id) for trial in every]
    judged = [one for one in known if one.judged]
    if not every:
        return paragraph("No trial is included yet, so there is none to judge.")
    if not judged:
        return paragraph(
            f"Nobody has judged any of the {counted(len(every), 'included trial')} yet, "
            "so no result is shown for trials without concerns alone. "
            "A trial that nobody has judged is neither trusted nor distrusted by this."
        )
    counts = [f"{sum(one.overall == word for one in judged)} {word}" for word in WORDS]
    open_ = sum(one.overall not in WORDS for one in judged)
    counts += [f"{open_} without an overall judgement yet"] if open_ else []
    return paragraph(
        f"People have judged {len(judged)} of {counted(len(every), 'included trial')}: "
        f"{listed(counts)}. "
        "A trial that nobody has judged is not among the trials without concerns."
    )


def judgements_table(evidence: Evidence) -> Html:
    """The judged trials domain by domain, the whole, and who judged; then who nobody has judged."""
    rows, open_ = [], []
    for trial in included(evidence):
        known = trustworthiness(evidence, trial.study_id)
        said = [row for row in evidence.trustworthiness if row.study_id == trial.study_id]
        if not said:
            open_.append(trial.label)
            continue
        rows.append(
            {"Trial": links.trial(trial.study_id, trial.label)}
            | {sentence_case(domain): _of(known, domain) for domain in DOMAINS}
            | {
                "Overall": MARKS.get(known.overall, known.overall),
                "Judged by": _assessors(evidence, said),
            }
        )
    parts = []
    if rows:
        key = ", ".join(f"{MARKS[word]}: {word}" for word in WORDS)
        parts += [table(rows, "Judgements of trustworthiness"), paragraph(f"{key}.")]
    if open_:
        number = counted(len(open_), "included trial")
        parts.append(paragraph(f"Not judged yet: {number}. {listed(open_)}."))
    return join(parts)


def _of(known: Trustworthiness, domain: str) -> str:
    return mark(known.domains[domain]) if domain in known.domains else DASH


def _assessors(evidence: Evidence, rows: Iterable[TrustJudgement]) -> Html:
    names = dict.fromkeys(row.assessed_by for row in rows)
    return join((links.assessor(name, evidence) for name in names), ", ")


def concerns_table(evidence: Evidence) -> Html:
    """Each judgement that raises a concern, or on which assessors differ, with what it rests on.

    Nothing where nobody has judged, which `summary` says.
    """
    if not evidence.trustworthiness:
        return Html("")
    found = [
        each
        for each in settled(evidence.trustworthiness)
        if each.differ or each.judgement != NO_CONCERNS
    ]
    if not found:
        return paragraph("No judgement raises a concern.")
    rows = [
        {
            "Trial": links.trial_of(each.about.study_id, evidence),
            "Domain": each.about.domain,
            "Judgement": each.judgement or "none yet: the assessors differ",
            "Who said what": _said(evidence, each),
        }
        for each in found
    ]
    return table(rows, "Concerns and differences")


def _said(evidence: Evidence, each: Settled[TrustJudgement]) -> Html:
    """Each assessor's judgement with the checks and the support."""
    return join(
        (
            join((links.assessor(row.assessed_by, evidence), f": {judged_in_words(row)}"))
            for row in each.said
        ),
        "; ",
    )


def judged_in_words(row: TrustJudgement) -> str:
    """A judgement with the checks that raise it and what it rests on."""
    checks = f" ({', '.join(map(named, row.checks.split()))})" if row.checks else ""
    return f"{row.judgement}{checks}{f', {row.support}' if row.support else ''}"


def proposals_table(evidence: Evidence) -> Html:
    """What the data propose that a person looks at, check by check, beside what was judged."""
    given = proposals(evidence)
    cited = {row.row_id: links.source_of(row, evidence) for row in evidence.outcomes}
    rows = [
        {
            "Trial": links.trial_of(trial.study_id, evidence),
            "Check": named(proposal.check),
            "What was found": proposal.text,
            "Numbers from": join((cited[row_id] for row_id in proposal.row_ids), "; "),
            "Judgement of the domain": _judged(evidence, trial, proposal),
        }
        for trial in included(evidence)
        for proposal in given[trial.study_id]
        if proposal.concern
    ]
    looked = paragraph(*_looked_up(given.values()))
    if not rows:
        return join((looked, paragraph("Nothing in the data bears on these checks.")))
    return join((looked, table(rows, "Proposed from the data, judged by people")))


def _looked_up(given: Iterable[Sequence[Proposal]]) -> tuple[str, ...]:
    if any(proposal.check == PROPOSED[0] for of_trial in given for proposal in of_trial):
        return ("Checks 1.1 and 1.2 were looked up in the Retraction Watch database.",)
    return ("Checks 1.1 and 1.2 have not been looked up in the Retraction Watch database yet.",)


def _judged(evidence: Evidence, trial: Trial, proposal: Proposal) -> str:
    known = trustworthiness(evidence, trial.study_id).domains
    domain = next(domain for domain in DOMAINS if of_domain([proposal], domain))
    return mark(known[domain]) if domain in known else NOT_JUDGED


def with_and_without(results: Mapping[str, Synthesis]) -> Html:
    """The primary result beside that of the trials judged to raise no concerns, if any were."""
    rows = [
        {
            "Question": links.question(synthesis),
            "All trials (primary)": pooled_result(synthesis, synthesis.primary),
            "Only trials without concerns": pooled_result(synthesis, other.pooled),
        }
        for synthesis in results.values()
        for other in synthesis.comparisons
        if other.name == TrialSet.WITHOUT_CONCERNS
    ]
    return table(rows, "Only trials without concerns") if rows else Html("")


def checks_list() -> Html:
    """The checks of each domain by number; short words of ours for those whose text we read."""
    rows = [
        {
            "Domain": sentence_case(domain),
            "Checks": items(
                [
                    f"{named(check)}{'; proposed from the data' if check in PROPOSED else ''}"
                    if check in NAMES
                    else join((f"{check} (", link("text at the source", LINK), ")"))
                    for check in checks
                ]
            ),
        }
        for domain, checks in CHECKS.items()
    ]
    return table(rows, "The checks of INSPECT-SR")
