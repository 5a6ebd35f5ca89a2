"""The analyses in the table that RevMan 5 exports, as R's meta reads it with `read.rm5`.

One comparison a condition, one outcome a question; effects and standard errors as entered for
generic inverse variance. Ratios are ratios, with standard errors of their logarithms, as RevMan
prints them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from analysis.formatting import sentence_case
from analysis.measures import MeasureName
from analysis.protocol import Protocol
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import StudyEffect

ON_LOG_SCALE = "Entered data are on log scale (Generic Inverse Variance only)"
WITH_PARTICIPANTS = (
    "Enter number of participants (Generic Inverse Variance, for display only)"
)  # fmt: skip
COLUMNS = (
    "Comparison Number", "Outcome Number", "Subgroup Number", "Name", "Data Type",
    "Statistical Method", "Effect Measure", "Analysis Model", "Swap event and non-event",
    ON_LOG_SCALE, WITH_PARTICIPANTS, "Events 1", "Mean 1", "SD 1", "Total 1", "Events 2",
    "Mean 2", "SD 2", "Total 2", "Effect Estimate", "SE", "CI Start", "CI End", "Weight", "Q",
    "P(Q)", "I²(Q)", "Tau²", "Z", "P(Z)", "Qint", "P(Qint)", "I²(Qint)", "df", "Group Label 1",
    "Group Label 2", "Left Graph Label", "Right Graph Label", "Year of study",
    "User defined order",
)  # fmt: skip
# What meta calls a measure that has another name here.
NAMES: Mapping[MeasureName, str] = MappingProxyType({"generic": "OTHER"})

Row = dict[str, object]


def revman_table(results: Iterable[Synthesis], protocol: Protocol) -> str:
    """The table as CSV; a question without a pooled trial has no row.

    Several outcomes of one condition follow each other, in the protocol's order.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    pooled = [synthesis for synthesis in results if synthesis.primary]
    for number, condition in enumerate(protocol.conditions, start=1):
        outcomes = [found for found in pooled if found.question.condition == condition.id]
        if outcomes:
            words = protocol.words
            compared = f"{words.intervention} against {words.comparator}: {condition.label}"
            writer.writerow(_numbered((number, 0), {"Name": sentence_case(compared)}))
        for place, synthesis in enumerate(outcomes, start=1):
            rows = _rows(synthesis, protocol)
            writer.writerows(_numbered((number, place), row) for row in rows)
    return text.getvalue()


def _numbered(place: Sequence[int], row: Row) -> Row:
    comparison, outcome = place
    numbers = {"Comparison Number": comparison, "Outcome Number": outcome, "Subgroup Number": 0}
    return numbers | row


def _rows(synthesis: Synthesis, protocol: Protocol) -> Iterator[Row]:
    primary = synthesis.primary
    assert primary is not None
    yield _pooled(synthesis, primary, protocol)
    for place, study in enumerate(synthesis.pooled_studies, start=1):
        yield _study(synthesis, study, place)


def _pooled(synthesis: Synthesis, primary: PooledEffect, protocol: Protocol) -> Row:
    measure, found, words = synthesis.measure, primary.heterogeneity, protocol.words
    sides = (f"Favours {words.intervention_in_short}", f"Favours {words.comparator}")
    left, right = sides[::-1] if measure.benefit_above else sides
    low, high = measure.shown_limits(primary.interval.low, primary.interval.high)
    return {
        "Name": synthesis.title,
        "Data Type": "IV",
        "Statistical Method": "IV",
        "Effect Measure": NAMES.get(measure.name, measure.name),
        "Analysis Model": "Fixed" if primary.model == "common" else "Random",
        "Swap event and non-event": "NO",
        ON_LOG_SCALE: "YES" if measure.ratio else "NO",
        WITH_PARTICIPANTS: "YES",
        "Effect Estimate": measure.shown(primary.estimate),
        "CI Start": low,
        "CI End": high,
        "Weight": 100,
        "Q": found and found.q,
        "P(Q)": found and found.p,
        "I²(Q)": found and found.i2,
        "Tau²": found and found.tau2,
        "Z": primary.statistic * (-1 if measure.benefit_above else 1),
        "P(Z)": primary.p,
        "df": primary.k - 1,
        "Group Label 1": sentence_case(words.intervention_in_short),
        "Group Label 2": sentence_case(words.comparator),
        "Left Graph Label": left,
        "Right Graph Label": right,
    }


def _study(synthesis: Synthesis, study: StudyEffect, place: int) -> Row:
    measure = synthesis.measure
    low, high = measure.shown_interval(study.ci_low, study.ci_high)
    return {
        "Name": study.label,
        "Events 1": study.events_intervention,
        "Total 1": study.n_intervention,
        "Events 2": study.events_control,
        "Total 2": study.n_control,
        "Effect Estimate": measure.shown(study.effect),
        "SE": study.se,
        "CI Start": low,
        "CI End": high,
        "Weight": study.weight,
        "Year of study": study.year,
        "User defined order": place,
    }
