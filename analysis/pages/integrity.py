"""Data integrity: what is checked, what looks wrong, where sources disagree, what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from analysis.evidence.disagreements import SeveralSources, several_sources
from analysis.evidence.load import Evidence
from analysis.formatting import DASH, count, counted, listed, number
from analysis.pages import links
from analysis.pages.cell import short_name, shown_limits, source_of, trial_link
from analysis.pages.html import Html, items, join, paragraph, table
from analysis.statistics.results import PooledEffect
from analysis.synthesis.model import StudyEffect, Synthesis


def summary(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """The four counts of this page in one paragraph."""
    rows = evidence.outcomes
    verified = sum(row.verified == "yes" for row in rows)
    found = list(suspects(results))
    disagreeing = sum(item.disagree for item in several_sources(evidence))
    unusable = sum(row.usable == "no" for row in rows)
    return paragraph(
        f"{count(verified)} of {counted(len(rows), 'outcome row')} are verified: checked by a "
        "person against the trial report. "
        f"{counted(len(found), 'effect').capitalize()} of {counted(_trials(found), 'trial')} "
        f"{'looks' if len(found) == 1 else 'look'} wrong and {'is' if len(found) == 1 else 'are'} "
        "kept out of the primary analyses. "
        f"In {counted(disagreeing, 'place')} two sources give different numbers for one outcome "
        f"of a trial, and {counted(unusable, 'row')} cannot be used at all."
    )


def _trials(found: list[tuple[Synthesis, StudyEffect]]) -> int:
    return len({study.study_id for _, study in found})


def suspects(results: Mapping[str, Synthesis]) -> list[tuple[Synthesis, StudyEffect]]:
    """Every trial effect that is shown and not pooled, with its question."""
    return [
        (synthesis, study)
        for synthesis in results.values()
        for study in synthesis.studies
        if study.suspect
    ]


def verified_table(evidence: Evidence) -> Html:
    """By kind of source: how many rows there are, and how many a person has checked."""
    kinds = {row.row_id: evidence.sources[row.source_id].kind for row in evidence.outcomes}
    rows = Counter(kinds.values())
    checked = Counter(kinds[row.row_id] for row in evidence.outcomes if row.verified == "yes")
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
    return table(
        pd.DataFrame(shown, dtype=object),
        "Outcome rows and who checked them",
        numbers=("Rows", "Verified"),
    )


def derivation_table(results: Mapping[str, Synthesis]) -> Html:
    """How each effect on the pages was obtained, the closest to the data first."""
    obtained = Counter(study.derivation for s in results.values() for study in s.studies)
    rows = [{"The effect is": how, "Effects": count(n)} for how, n in obtained.most_common()]
    return table(
        pd.DataFrame(rows, dtype=object), "How the effects were obtained", numbers=("Effects",)
    )


def suspects_table(results: Mapping[str, Synthesis]) -> Html:
    """Each finding with its arithmetic; a person has yet to rule on it."""
    rows = [
        {
            "Trial": trial_link(study.study_id, study.label),
            "Question": links.question(synthesis),
            "Effect": number(synthesis.measure.shown(study.effect)),
            "What looks wrong": "; ".join(study.suspect),
            "Rows": ", ".join(study.row_ids),
        }
        for synthesis, study in suspects(results)
    ]
    return table(pd.DataFrame(rows, dtype=object), "Effects that look wrong", numbers=("Effect",))


def with_and_without(results: Mapping[str, Synthesis]) -> Html:
    """The primary result beside the one with the suspect trials in it."""
    rows = []
    for synthesis in results.values():
        for other in synthesis.comparisons:
            if other.name == "with suspect trials":
                rows.append(
                    {
                        "Question": links.question(synthesis),
                        "Without (primary)": _result(synthesis, synthesis.primary),
                        "With": _result(synthesis, other.pooled),
                        "τ² without": _tau2(synthesis.primary),
                        "τ² with": _tau2(other.pooled),
                    }
                )
    numbers = ("τ² without", "τ² with")
    return table(
        pd.DataFrame(rows, dtype=object), "With and without the suspect effects", numbers=numbers
    )


def _result(synthesis: Synthesis, pooled: PooledEffect | None) -> str:
    if pooled is None:
        return "no estimate"
    measure = synthesis.measure
    shown = f"{short_name(measure)} {number(measure.shown(pooled.estimate))}"
    return f"{shown} ({shown_limits(measure, pooled.interval)}), {counted(pooled.k, 'trial')}"


def _tau2(pooled: PooledEffect | None) -> str:
    return number(pooled.heterogeneity.tau2, 3) if pooled and pooled.heterogeneity else DASH


def disagreements_table(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """Each result that two sources give differently, the widest difference first."""
    found = [item for item in several_sources(evidence) if item.disagree]
    rows = [
        {
            "Trial": trial_link(item.study_id, evidence.trials[item.study_id].label),
            "Question": links.question(results[item.cell.key]),
            "What the sources say": _said(evidence, results[item.cell.key], item),
            "Difference": number(item.gap),
        }
        for item in sorted(found, key=lambda item: -item.gap)
    ]
    return table(pd.DataFrame(rows, dtype=object), "Sources that disagree", numbers=("Difference",))


def _said(evidence: Evidence, synthesis: Synthesis, item: SeveralSources) -> Html:
    entries = []
    for sourced in item.effects:
        shown = number(synthesis.measure.shown(sourced.effect))
        instrument = sourced.row.instrument or "instrument not named"
        about = ", ".join(part for part in (sourced.row.contrast, instrument) if part)
        used = "pooled" if sourced.pooled else "not pooled"
        said = f"{short_name(synthesis.measure)} {shown} ({about}; {used}): "
        entries.append(join((said, source_of(sourced.row, evidence))))
    return items(entries)


def agreeing(evidence: Evidence) -> Html:
    """How many results two sources give alike: the other side of the table."""
    alike = [item for item in several_sources(evidence) if not item.disagree]
    labels = [evidence.trials[item.study_id].label for item in alike]
    if not alike:
        return paragraph("No result is given by two sources that agree.")
    return paragraph(
        f"{counted(len(alike), 'result').capitalize()} given by two sources "
        f"{'is' if len(alike) == 1 else 'are'} alike but for rounding: {listed(labels)}."
    )


def unusable_table(evidence: Evidence) -> Html:
    """The rows that are shown and never pooled, each with the reason."""
    protocol = evidence.protocol
    rows = [
        {
            "Row": row.row_id,
            "Trial": trial_link(row.study_id, evidence.trials[row.study_id].label, evidence),
            "Outcome": f"{protocol.outcome(row.outcome).label} "
            f"{protocol.timepoint(row.timepoint).label}",
            "Why it cannot be used": row.not_usable_because,
            "Source": source_of(row, evidence),
        }
        for row in evidence.outcomes
        if row.usable == "no"
    ]
    return table(pd.DataFrame(rows, dtype=object), "Rows that cannot be used")
