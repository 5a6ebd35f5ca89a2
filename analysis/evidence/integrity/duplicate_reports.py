"""Reports that may count the same people twice, and numbers that stand in two trials."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from analysis.evidence.integrity.finding import Finding, Material, Severity, grouped, question_of
from analysis.evidence.rows import OutcomeRow, Trial
from analysis.formatting import listed

# Shorter titles ("Reply", "A randomised trial") may be shared by different reports.
SHORTEST_TITLE = 30


def duplicate_reports(material: Material) -> Iterator[Finding]:
    """Two trials with one identity, or with the same numbers in both arms.

    Participants that stand twice count twice; reports of one trial are linked before anything
    is pooled (Cochrane Handbook, chapter 5). Suspect for the later of two included trials that
    share title, DOI, PubMed number or registration, or one of which names the other as its
    companion: the earlier one stays. Suspect for both where all means and SDs agree, because
    nobody can tell which is the copy; a note where reported effects do, since a few printed
    digits can agree by chance.
    """
    yield from _one_identity(material)
    yield from _same_numbers(material, "suspect", _arm_numbers)
    yield from _same_numbers(material, "note", _effect_numbers)


def _one_identity(material: Material) -> Iterator[Finding]:
    trials = sorted(material.evidence.trials.values(), key=lambda trial: trial.year)
    first: dict[tuple[str, str], Trial] = {}
    for trial in trials:
        shared: dict[str, list[str]] = {}
        for what, value in _identities(trial):
            earlier = first.setdefault((what, value), trial)
            if earlier is not trial:
                shared.setdefault(earlier.study_id, []).append(f"the {what} {value}")
        for study_id, what_is_shared in shared.items():
            earlier = material.evidence.trials[study_id]
            both = earlier.status == trial.status == "included"
            yield Finding(
                "duplicate report",
                "suspect" if both else "note",
                trial.study_id,
                (),
                None,
                f"shares {listed(what_is_shared)} with {earlier.label}: "
                "the same participants may count twice",
            )


def _identities(trial: Trial) -> Iterator[tuple[str, str]]:
    title = " ".join(re.findall(r"\w+", trial.title.casefold()))
    if len(title) >= SHORTEST_TITLE:
        yield "title", title
    if trial.pmid:
        yield "PubMed number", trial.pmid
    yield from (("registration", word) for word in trial.registration.upper().split())
    companions = re.findall(r"10\.\d{4,9}/[^\s<>\"(),;]+", trial.other_reports.casefold())
    yield from (("DOI", doi) for doi in dict.fromkeys([trial.doi.casefold(), *companions]) if doi)


Numbers = tuple[float | str | None, ...]


def _same_numbers(
    material: Material, severity: Severity, numbers: Callable[[OutcomeRow], Numbers | None]
) -> Iterator[Finding]:
    evidence = material.evidence
    rows = [row for row in evidence.outcomes if row.usable == "yes" and numbers(row) is not None]
    for group in grouped(rows, numbers).values():
        for row in group:
            others = dict.fromkeys(
                other.row_id for other in group if other.study_id != row.study_id
            )
            if others:
                said = " ".join(f"{value:g}" for value in numbers(row) or () if value is not None)
                yield Finding(
                    "duplicate report",
                    severity,
                    row.study_id,
                    (row.row_id,),
                    question_of(evidence, row),
                    f"all its numbers ({said}) stand in {listed(list(others))} too",
                )


def _arm_numbers(row: OutcomeRow) -> Numbers | None:
    if row.format != "means":
        return None
    return (
        row.n_intervention, row.mean_intervention, row.sd_intervention,
        row.n_control, row.mean_control, row.sd_control,
    )  # fmt: skip


def _effect_numbers(row: OutcomeRow) -> Numbers | None:
    """An effect with what gives its uncertainty; exact zeros have a check of their own."""
    if row.format != "effect" or not row.effect:
        return None
    return (row.effect, row.effect_se, row.effect_ci_low, row.effect_ci_high,
            row.n_intervention, row.n_control)  # fmt: skip
