"""The PRISMA 2020 flow counted from the files: searches, duplicates, screening, trials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from analysis.evidence.flow import Counts, Flow, Stream, flow_problems
from analysis.evidence.rows import Evidence
from analysis.files.problems import ReviewError
from analysis.screening.decision_files import FIRST_STAGE, Decision
from analysis.screening.decisions import CONSENSUS, Screening, Verdict, load_screening

OTHER_METHODS = "datasets, reviews and reports"


def load_flow(data: Path, evidence: Evidence) -> Flow:
    """Count the flow of the review as its files stand now."""
    return review_flow(evidence, load_screening(data))


def review_flow(evidence: Evidence, screening: Screening) -> Flow:
    """The flow: the baseline's trials before, then databases, then other methods.

    A trial is counted once, with the databases if a search of this project brought a report
    of it. ReviewError if the numbers do not add up, which no input file can cause.
    """
    trials = evidence.trials.values()
    previous = {t.study_id for t in trials if t.in_baseline and t.status == "included"}
    found = {decision.study_id for decision in _settled(screening, Verdict.YES)} - {""}
    later = [t for t in trials if not t.in_baseline and t.study_id not in found]
    status: Counter[str] = Counter(t.status for t in later)
    databases = _databases(screening)
    new_studies = len(found - previous) + status["included"]
    unsure = (databases.reports_awaiting or 0) if databases else 0
    flow = Flow(
        previous_studies=len(previous),
        previous_reports=None,
        databases=databases,
        other=_other(status, _reasons(t.reason for t in later if t.status == "excluded")),
        new_studies=new_studies,
        new_reports=None,
        awaiting_studies=status["awaiting"] + unsure,
        total_studies=len(previous) + new_studies,
        total_reports=None,
    )
    if problems := flow_problems(flow):
        raise ReviewError("the flow does not add up: " + "; ".join(problems))
    return flow


def _databases(screening: Screening) -> Stream | None:
    """The stream of the searches; None where this project has searched no database."""
    hits: Counter[str] = Counter()
    for search in screening.library.searches:
        hits.update({export.source: 0 for export in search.exports})
        for export in search.exports:
            hits[export.source] += export.hits
    if not hits:
        return None
    titles = Counter(screening.verdicts(FIRST_STAGE).values())
    retrieval = Counter(screening.verdicts("retrieval").values())
    reports = Counter(screening.verdicts("full-report").values())
    return Stream(
        identified=tuple(hits.items()),
        removed=_removed(screening, hits.total()),
        screened=titles[Verdict.YES] + titles[Verdict.NO],
        to_screen=titles[Verdict.AWAITING] + titles[Verdict.CONFLICT],
        excluded=titles[Verdict.NO],
        sought=titles[Verdict.YES],
        not_retrieved=retrieval[Verdict.NO],
        to_retrieve=retrieval[Verdict.AWAITING] + retrieval[Verdict.CONFLICT],
        assessed=reports[Verdict.YES] + reports[Verdict.NO] + reports[Verdict.UNSURE],
        to_assess=reports[Verdict.AWAITING] + reports[Verdict.CONFLICT],
        reports_excluded=_counted(d.criterion for d in _settled(screening, Verdict.NO)),
        reports_included=reports[Verdict.YES],
        reports_awaiting=reports[Verdict.UNSURE],
    )


def _removed(screening: Screening, hits: int) -> Counts:
    """Why records are not screened: only what deduplication decided is a duplicate."""
    library = screening.library
    again = len(library.sightings) - len(library.records)
    repeated = hits - len(library.sightings)
    duplicates = len(library.records) - len(screening.deduplication.reports)
    return (
        ("duplicate records", duplicates),
        *((("records of an earlier search of the source", again),) if again else ()),
        *((("records repeated word for word in an export", repeated),) if repeated else ()),
    )


def _other(status: Counter[str], excluded: Counts) -> Stream:
    # What was sought and could not be obtained was not written down: left open, not zero.
    return Stream(
        identified=((OTHER_METHODS, status.total()),),
        sought=None,
        not_retrieved=None,
        assessed=status.total(),
        reports_excluded=excluded,
        reports_included=status["included"],
        reports_awaiting=status["awaiting"],
    )


def _settled(screening: Screening, wanted: Verdict) -> list[Decision]:
    """One decision for each full report with that verdict: the consensus, or the first person's."""
    latest = screening.latest("full-report")
    return [
        people.get(CONSENSUS) or people[min(people)]
        for report, said in screening.verdicts("full-report").items()
        if said is wanted and (people := latest[report])
    ]


def _reasons(reasons: Iterable[str]) -> Counts:
    """Reasons with their number; what stands in brackets is the single trial's detail."""
    return _counted(reason.split(" (")[0].split(";")[0] for reason in reasons)


def _counted(words: Iterable[str]) -> Counts:
    counts = Counter(words)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
