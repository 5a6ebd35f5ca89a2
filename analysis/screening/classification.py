"""A person decides whether a trial that waits is part of the review, in its row of studies.csv.

Nothing here knows of screens; `commands/deciding.py` and the desk show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.evidence.classified import COLUMNS
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence, Trial
from analysis.files.lock import locked
from analysis.files.problems import ReviewError, short
from analysis.files.tables import table_text
from analysis.files.together import change_of
from analysis.files.withdrawals import Withdrawal
from analysis.screening.decided_rows import cells_there, text_with_row, write_row

STUDIES = "studies"
AWAITING = "awaiting"
WORDS = ("included", "excluded")


def awaiting_trials(evidence: Evidence) -> tuple[Trial, ...]:
    """The trials that wait for somebody to decide, in file order."""
    return tuple(trial for trial in evidence.trials.values() if trial.status == AWAITING)


def included_at_last(evidence: Evidence) -> frozenset[str]:
    """The trials that somebody included after they had waited, without a row yet, by name."""
    with_rows = {row.study_id for row in evidence.outcomes}
    included = {trial.study_id for trial in evidence.included if trial.classified_by}
    return frozenset(included - with_rows)


def classified_trials(evidence: Evidence) -> tuple[Trial, ...]:
    """The trials that somebody has classified, the latest first."""
    known = [trial for trial in evidence.trials.values() if trial.classified_by]
    return tuple(sorted(known, key=lambda trial: trial.classified_on, reverse=True))


def status_in_words(trial: Trial) -> str:
    """How a trial stands, who decided it and when, where that is on record, and why."""
    by = f" by {trial.classified_by} on {trial.classified_on}" if trial.classified_by else ""
    return f"{trial.status}{by}{f': {trial.reason}' if trial.reason else ''}"


def trial_called(evidence: Evidence, study_id: str) -> Trial:
    """The trial of that name; ReviewError for none."""
    if study_id not in evidence.trials:
        raise ReviewError(f"no trial is called {short(study_id)} in data/studies.csv")
    return evidence.trials[study_id]


def classify(
    data: Path, study_id: str, status: str, reason: str, who: str, day: str, *, seen: str = ""
) -> None:
    """Write down that a trial that waits is included, or excluded and why.

    `seen` is what it waited for when the person looked. ReviewError where it waits for something
    else by now or not at all, and for an exclusion without a reason; EvidenceError where the
    trial cannot be included as it stands.
    """
    if not status.strip():
        raise ReviewError("choose whether it is included or excluded")
    if status not in WORDS:
        raise ReviewError(f"{short(status)} is no classification: {' or '.join(WORDS)}")
    why = " ".join(reason.split())
    if status == "excluded" and not why:
        raise ReviewError("an exclusion says why: the criterion that the trial fails is missing")
    with locked(data):
        trial = trial_called(load(data), study_id)
        if trial.status != AWAITING:
            raise ReviewError(f"{study_id} does not wait: it is {status_in_words(trial)}")
        if seen and seen != trial.reason:
            raise ReviewError(f"{study_id} waits for something else by now: {trial.reason}")
        said = dict(zip(COLUMNS, (who, day, trial.reason), strict=True))
        write_row(data, STUDIES, {**_row(data, study_id), "status": status, "reason": why, **said})


def withdrawn_classification(data: Path, study_id: str) -> Withdrawal:
    """Plan to have a trial wait again for what it waited for; what was decided stays on record.

    ReviewError where nobody classified it, EvidenceError where the evidence is not valid then.
    """
    trial = trial_called(load(data), study_id)
    if not trial.classified_by:
        raise ReviewError(f"nobody classified {study_id}: there is nothing to take back")
    before = _row(data, study_id)
    waits = {"status": AWAITING, "reason": trial.waited_for, **dict.fromkeys(COLUMNS, "")}
    text = text_with_row(data, STUDIES, {**before, **waits})
    said = (
        status_in_words(trial),
        f"it waits again: {trial.waited_for}",
    )
    path = data / f"{STUDIES}.csv"
    kept = {path.name: table_text([*before], [before]).encode()}
    return Withdrawal("classification", study_id, said, (change_of(path, text),), kept)


def _row(data: Path, study_id: str) -> Mapping[str, str]:
    """The trial's row as it is written."""
    return cells_there(data, STUDIES, {"study_id": study_id}) or {}
