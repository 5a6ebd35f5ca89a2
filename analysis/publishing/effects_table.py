"""Every trial's effect in every question as one tidy table, with meta's and metafor's names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import StudyEffect

# What each column is; the names before the colon are those of metafor::escalc and meta::metagen.
COLUMNS: Mapping[str, str] = {
    "cell": "condition, outcome and time point as in the name of the results file",
    "condition": "as in the protocol",
    "outcome": "as in the protocol",
    "timepoint": "as in the protocol",
    "study_id": "as in studies.csv",
    "studlab": "the trial as it is cited",
    "year": "of publication",
    "sm": "the measure: SMD, or RR for example",
    "favours_intervention": "the sign of yi that favours the intervention",
    "yi": "the effect; a log ratio where sm is a ratio",
    "vi": "its sampling variance",
    "sei": "its standard error",
    "TE": "yi again, for meta::metagen",
    "seTE": "sei again, for meta::metagen",
    "lower": "lower limit of the interval of yi",
    "upper": "upper limit of the interval of yi",
    "n1i": "participants in the intervention arms",
    "n2i": "participants in the control arm",
    "ni": "participants in all arms, also where the arms are not known",
    "ai": "participants with the event in the intervention arms",
    "ci": "participants with the event in the control arm",
    "n.e": "n1i again, for meta",
    "n.c": "n2i again, for meta",
    "event.e": "ai again, for meta",
    "event.c": "ci again, for meta",
    "pooled": "yes, or no where the effect is suspect and left out",
    "weight": "per cent of the weight in the primary analysis",
    "comparator": "of the control arm",
    "guidance": "guided or unguided",
    "risk_of_bias": "overall judgement",
    "instrument": "that measured the outcome",
    "weeks": "from baseline",
    "derivation": "what was computed to obtain the effect",
    "row_ids": "the rows of outcomes.csv it comes from",
    "source_ids": "the sources of those rows, as in sources.csv",
    "verified": "whether a person has checked the rows against the trial report",
    "edition": "the version of the review; +draft where it has changed since and is not released",
}


def effects_csv(results: Iterable[Synthesis], edition: str) -> str:
    """The table as CSV: one row a trial and question, blank where something is not known.

    Columns that only this review's studies.csv has stand last, under their names there.
    """
    text = io.StringIO(newline="")
    rows = [row for synthesis in results for row in _rows(synthesis)]
    own = dict.fromkeys(name for row in rows for name in row if name not in COLUMNS)
    writer = csv.DictWriter(text, (*COLUMNS, *own), lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"edition": edition} for row in rows)
    return text.getvalue()


def _rows(synthesis: Synthesis) -> Iterator[dict[str, object]]:
    # In the direction a reader sees: a risk ratio above 1 of a good event favours the
    # intervention, so its log does too.
    sign = -1.0 if synthesis.measure.benefit_above else 1.0
    for study in synthesis.studies:
        effect = sign * study.effect + 0.0  # never -0
        half = (study.ci_high - study.ci_low) / 2
        yield {
            "cell": synthesis.question.key,
            "condition": synthesis.question.condition,
            "outcome": synthesis.question.outcome,
            "timepoint": synthesis.question.timepoint,
            "study_id": study.study_id,
            "studlab": study.label,
            "year": study.year,
            "sm": synthesis.measure.name,
            "favours_intervention": "positive" if synthesis.measure.benefit_above else "negative",
            "yi": effect,
            "vi": study.variance,
            "sei": study.se,
            "TE": effect,
            "seTE": study.se,
            "lower": effect - half,
            "upper": effect + half,
            **_sizes(study),
            "pooled": "no" if study.suspect else "yes",
            "weight": study.weight,
            "comparator": study.comparator,
            "guidance": study.guidance,
            "risk_of_bias": study.risk_of_bias.overall,
            "instrument": study.instrument,
            "weeks": study.weeks,
            "derivation": study.derivation,
            "row_ids": " ".join(study.row_ids),
            "source_ids": " ".join(study.source_ids),
            "verified": "yes" if study.verified else "no",
            **study.characteristics,
        }


def _sizes(study: StudyEffect) -> dict[str, int | None]:
    intervention, control = study.n_intervention, study.n_control
    events = study.events_intervention, study.events_control
    return {
        "n1i": intervention,
        "n2i": control,
        "ni": study.n_total,
        "ai": events[0],
        "ci": events[1],
        "n.e": intervention,
        "n.c": control,
        "event.e": events[0],
        "event.c": events[1],
    }
