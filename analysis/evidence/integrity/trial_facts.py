"""Checks of what is said of a trial: its year, its people, and when it measured."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.evidence.integrity.finding import Finding, Material, Said, half_a_unit, of_row
from analysis.evidence.rows import OutcomeRow, Trial


def trial_facts(material: Material) -> Iterator[Finding]:
    """Facts of a trial that no trial has, and results measured before its programme's end."""
    if material.rules.earliest_year is None:
        return
    for trial in material.evidence.trials.values():
        if trial.status == "included" and (said := "; ".join(_implausible(material, trial))):
            yield Finding("trial facts", "note", trial.study_id, (), None, said)
    for row in material.evidence.outcomes:
        if row.usable == "yes":
            evidence = material.evidence
            yield from of_row(evidence, "measured early", row, _measured_early(material, row))


def _implausible(material: Material, trial: Trial) -> Iterator[str]:
    rules, this_year = material.rules, material.evidence.protocol.version.date.year
    earliest, youngest = rules.earliest_year, rules.youngest_mean_age
    if earliest is not None and not earliest <= trial.year <= this_year + 1:
        yield f"year {trial.year:g}, not {earliest} to {this_year + 1}"
    if trial.mean_age is not None and youngest is not None and trial.mean_age < youngest:
        yield f"mean age {trial.mean_age:g}, under {youngest:g}"
    if trial.percent_women is None:
        return
    if 0 < trial.percent_women < 1:
        yield f"{trial.percent_women:g} per cent women: a share instead of per cent?"
    totals = [n for n in (trial.n_randomised_total, trial.n_analysed_total) if n]
    if totals and not any(_is_count(trial.percent_women, n) for n in totals):
        of = " or ".join(f"{n:g}" for n in dict.fromkeys(totals))
        yield f"{trial.percent_women:g} per cent women is not a whole number of people out of {of}"


def _is_count(percent: float, n: float) -> bool:
    """Whether some whole number of n people is that per cent, as far as it is rounded."""
    nearest = 100 * round(percent * n / 100) / n
    return abs(nearest - percent) <= half_a_unit(percent)


def _measured_early(material: Material, row: OutcomeRow) -> Said:
    """A result that was measured before half of the programme, or a follow-up before its end.

    A note: months in the place of weeks, for one.
    """
    end = material.trial(row).duration_weeks
    if row.weeks is None or end is None:
        return
    follow_up = material.evidence.protocol.timepoint(row.timepoint).window_weeks is not None
    if row.weeks < (end if follow_up else end / 2):
        yield (
            "note",
            f"measured at {row.weeks:g} weeks, of a programme of {end:g} weeks: months for weeks?",
        )
