"""The PRISMA 2020 flow counted from the files: searches, duplicates, screening, trials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from analysis.evidence.flow import Counts, Flow, Stream, flow_problems
from analysis.evidence.rows import Evidence, Trial
from analysis.files.problems import ReviewError
from analysis.files.slugs import CONSENSUS
from analysis.protocol_lists import OTHER_METHOD
from analysis.screening.decision_files import LAST_STAGE, Decision
from analysis.screening.decisions import Screening, Verdict, load_screening
from analysis.searching.decision_schemas import STAGES

Verdicts = Mapping[str, Mapping[str, Verdict]]
"""Stage → report → what came of it there."""

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
    found = set(settled_inclusions(screening).values()) - {""}
    later = [t for t in trials if not t.in_baseline and t.study_id not in found]
    status: Counter[str] = Counter(t.status for t in later)
    by_others = found_by_other_methods(screening)
    verdicts = {stage: screening.verdicts(stage) for stage in STAGES}
    databases = _databases(screening, verdicts, by_others)
    new_studies = len(found - previous) + status["included"]
    unsure = Counter(verdicts[LAST_STAGE].values())[Verdict.UNSURE]
    flow = Flow(
        previous_studies=len(previous) if evidence.protocol.baseline_review else None,
        previous_reports=None,
        databases=databases,
        other=_other(screening, verdicts, by_others, later),
        new_studies=new_studies,
        new_reports=None,
        awaiting_studies=status["awaiting"] + unsure,
        total_studies=len(previous) + new_studies,
        total_reports=None,
    )
    if problems := flow_problems(flow):
        raise ReviewError("the flow does not add up: " + "; ".join(problems))
    return flow


def found_by_other_methods(screening: Screening) -> frozenset[str]:
    """The reports that no database and no register brought, by identity."""
    representative = screening.deduplication.representative
    kinds: dict[str, set[str]] = {}
    for seen in screening.library.sightings:
        kinds.setdefault(representative[seen.record_id], set()).add(seen.kind)
    return frozenset(report for report, of in kinds.items() if of == {OTHER_METHOD})


def _databases(
    screening: Screening, verdicts: Verdicts, by_others: Collection[str]
) -> Stream | None:
    """The stream of databases and registers; None where this project has searched none."""
    hits: Counter[str] = Counter()
    for search in screening.library.searches:
        exports = [export for export in search.exports if export.kind != OTHER_METHOD]
        hits.update({export.source: 0 for export in exports})
        for export in exports:
            hits[export.source] += export.hits
    if not hits:
        return None
    titles, retrieval, reports = (
        _verdicts(verdicts, stage, lambda report: report not in by_others) for stage in STAGES
    )
    return Stream(
        identified=tuple(hits.items()),
        removed=_removed(screening, hits.total()),
        screened=titles[Verdict.YES] + titles[Verdict.NO],
        to_screen=_to_decide(titles),
        excluded=titles[Verdict.NO],
        sought=titles[Verdict.YES],
        not_retrieved=retrieval[Verdict.NO],
        to_retrieve=_to_decide(retrieval),
        assessed=_assessed(reports),
        to_assess=_to_decide(reports),
        reports_excluded=_counted(
            screening.criteria.in_words(d.criterion)
            for report, d in _settled(screening, Verdict.NO).items()
            if report not in by_others
        ),
        reports_included=reports[Verdict.YES],
        reports_awaiting=reports[Verdict.UNSURE],
    )


def _verdicts(verdicts: Verdicts, stage: str, counts: Callable[[str], bool]) -> Counter[Verdict]:
    """How many of these reports have each verdict at the stage."""
    return Counter(said for report, said in verdicts[stage].items() if counts(report))


def _to_decide(verdicts: Counter[Verdict]) -> int:
    return verdicts[Verdict.AWAITING] + verdicts[Verdict.CONFLICT]


def _assessed(verdicts: Counter[Verdict]) -> int:
    return verdicts[Verdict.YES] + verdicts[Verdict.NO] + verdicts[Verdict.UNSURE]


def _removed(screening: Screening, hits: int) -> Counts:
    """Why records are not screened: only what deduplication decided is a duplicate."""
    representative = screening.deduplication.representative
    sightings = [s for s in screening.library.sightings if s.kind != OTHER_METHOD]
    records = {seen.record_id for seen in sightings}
    again = len(sightings) - len(records)
    repeated = hits - len(sightings)
    duplicates = len(records) - len({representative[record] for record in records})
    return (
        ("duplicate records", duplicates),
        *((("records of an earlier search of the source", again),) if again else ()),
        *((("records repeated word for word in an export", repeated),) if repeated else ()),
    )


def _other(
    screening: Screening,
    verdicts: Verdicts,
    by_others: Collection[str],
    trials: Sequence[Trial],
) -> Stream:
    """Trials of datasets, reviews and reports, and what other methods found and nothing else.

    A report counts with the method that found it first; of what came from datasets nobody
    wrote down what was sought and could not be obtained: left open, not zero.
    """
    status = Counter(trial.status for trial in trials)
    reasons = [trial.reason for trial in trials if trial.status == "excluded"]
    representative = screening.deduplication.representative
    first: dict[str, str] = {}
    for seen in screening.library.sightings:
        report = representative[seen.record_id]
        if report in by_others:
            first.setdefault(report, seen.source)
    methods = Counter(first.values())
    titles, retrieval, reports = (
        _verdicts(verdicts, stage, by_others.__contains__) for stage in STAGES
    )
    excluded = [
        screening.criteria.in_words(d.criterion)
        for report, d in _settled(screening, Verdict.NO).items()
        if report in by_others
    ]
    from_trials = ((OTHER_METHODS, status.total()),) if status.total() or not methods else ()
    return Stream(
        identified=(*from_trials, *_counted_pairs(methods)),
        sought=None if from_trials else titles[Verdict.YES],
        not_retrieved=None if from_trials else retrieval[Verdict.NO],
        to_screen=_to_decide(titles),
        to_retrieve=_to_decide(retrieval),
        assessed=status.total() + _assessed(reports),
        to_assess=_to_decide(reports),
        excluded=titles[Verdict.NO] if methods else None,
        reports_excluded=_counted([*map(_short_reason, reasons), *excluded]),
        reports_included=status["included"] + reports[Verdict.YES],
        reports_awaiting=status["awaiting"] + reports[Verdict.UNSURE],
    )


def _settled(screening: Screening, wanted: Verdict) -> dict[str, Decision]:
    """One decision for each full report with that verdict: the consensus, or the first person's."""
    latest = screening.latest("full-report")
    return {
        report: people.get(CONSENSUS) or people[min(people)]
        for report, said in screening.verdicts("full-report").items()
        if said is wanted and (people := latest[report])
    }


def settled_inclusions(screening: Screening) -> dict[str, str]:
    """Every report that is included at full report → the study it is of."""
    settled = _settled(screening, Verdict.YES)
    return {report: decision.study_id for report, decision in settled.items()}


def _short_reason(reason: str) -> str:
    """A reason without what stands in brackets, the single trial's detail."""
    return reason.split(" (")[0].split(";")[0]


def _counted(words: Iterable[str]) -> Counts:
    return _counted_pairs(Counter(words))


def _counted_pairs(counts: Counter[str]) -> Counts:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
