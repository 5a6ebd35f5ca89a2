"""Checks of rows beside each other: one trial's effects, one instrument's SDs, two sources."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from analysis.evidence.disagreements import SeveralSources, SourcedEffect
from analysis.evidence.integrity.finding import (
    Finding,
    Material,
    RowEffect,
    Said,
    grouped,
    of_row,
)
from analysis.evidence.integrity.one_row import largest_smaller_arm
from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.formatting import number
from analysis.measures import MEASURES
from analysis.protocol import Protocol

# What is usual cannot be told from fewer.
FEWEST_OTHERS = 2
# What turns the median absolute deviation of a normal distribution into its SD.
MAD_TO_SD = 1.4826


def se_read_as_sd(material: Material) -> Iterator[Finding]:
    """An effect, or an SD, as far from its like as a standard error in its place would bring it.

    SE = SD / sqrt(n) (Cochrane Handbook 6.5.2.2), so a standard error taken for a standard
    deviation inflates an SMD by the square root of the arm size. A decimal point that slipped
    looks alike. Suspect: either makes the row useless.
    """
    usual = _usual_scores(material)
    for row in material.evidence.outcomes:
        said = _unlike_sds(material, row, usual.get(row.instrument, {}))
        yield from of_row(material.evidence, "SE read as SD", row, said)
        said = _shifted(material, row, usual.get(row.instrument, {}))
        yield from of_row(material.evidence, "decimal shift", row, said)
        if (effect := material.by_row.get(row.row_id)) and effect.measure == "SMD":
            said = _far_effect(material, effect)
            yield from of_row(material.evidence, "SE read as SD", row, said)


def _far_effect(material: Material, effect: RowEffect) -> Said:
    """An SMD beyond `large_smd`, `outlier_multiple` times and `outlier_z` errors from its like."""
    rules, size = material.rules, abs(effect.effect)
    like = _like(material, effect) if size > rules.large_smd else None
    if like is None or size <= rules.outlier_multiple * like.size:
        return
    if size - like.size <= rules.outlier_z * math.hypot(effect.se, like.spread):
        return
    # Var g = 2/n + ... of two equal arms: how many participants stand behind the effect.
    arm = largest_smaller_arm(effect.effect, effect.variance)
    yield (
        "suspect",
        f"SMD {number(effect.effect)}, but {like.name} {number(like.size)}: were the standard "
        f"deviations standard errors of about {arm:.0f} participants an arm, it would be "
        f"{number(effect.effect / math.sqrt(arm))}",
    )


@dataclass(frozen=True)
class _Like:
    """How large the effects are that one is compared with, and how much they spread."""

    size: float
    spread: float
    name: str


def _like(material: Material, effect: RowEffect) -> _Like | None:
    """The same people at another time; where there are none, the other trials of the question.

    The spread of other trials is the median distance from their median, in the normal's units.
    """
    own = [
        abs(other.effect)
        for other in material.smds_by_trial[effect.study_id]
        if other.question.timepoint != effect.question.timepoint
    ]
    if own:
        return _Like(max(own), 0.0, "the largest effect of this trial at its other time point is")
    question = grouped(material.smds_by_question[effect.question], lambda other: other.study_id)
    sizes = [
        median(abs(other.effect) for other in group)
        for study_id, group in question.items()
        if study_id != effect.study_id
    ]
    if len(sizes) < FEWEST_OTHERS:
        return None
    middle = median(sizes)
    spread = MAD_TO_SD * median(abs(size - middle) for size in sizes)
    return _Like(middle, spread, "the median effect of the other trials is")


@dataclass(frozen=True)
class _Scores:
    """What one instrument gives: its usual mean and SD, and where they were seen."""

    mean: float
    sd: float
    seen: str = ""


def _usual_scores(material: Material) -> Mapping[str, Mapping[str, _Scores]]:
    """The median mean and SD of each trial's arms, by instrument and trial."""
    rows = [row for row in material.evidence.outcomes if row.usable == "yes" and row.instrument]
    usual: dict[str, dict[str, _Scores]] = {}
    for instrument, of_all in grouped(rows, lambda row: row.instrument).items():
        for study_id, of_trial in grouped(of_all, lambda row: row.study_id).items():
            # A trial may give standard errors, intervals or effects instead.
            if scores := list(_scores_in(material, of_trial)):
                usual.setdefault(instrument, {})[study_id] = _median_scores(scores)
    return usual


def _scores_in(material: Material, rows: Iterable[OutcomeRow]) -> Iterator[_Scores]:
    for row in rows:
        for arm in material.arms[row.row_id]:
            if arm.mean is not None and arm.sd is not None:
                yield _Scores(arm.mean, arm.sd)


def _median_scores(scores: Sequence[_Scores], seen: str = "") -> _Scores:
    return _Scores(median(s.mean for s in scores), median(s.sd for s in scores), seen)


def _unlike_sds(material: Material, row: OutcomeRow, usual: Mapping[str, _Scores]) -> Said:
    """An SD more than `sd_multiple` times as small or as large as its instrument's elsewhere.

    Elsewhere: the median of other trials, at least `sd_minimum_trials`; else the arm's baseline.
    Not where the mean differs as the SD does: that is the same instrument on another scale.
    """
    rules = material.rules
    others = [scores for study_id, scores in usual.items() if study_id != row.study_id]
    for arm in material.arms[row.row_id]:
        if arm.mean is None or arm.sd is None:
            continue
        if len(others) >= rules.sd_minimum_trials:
            like = _median_scores(others, f"in {len(others)} other trials")
        elif arm.baseline_mean is not None and arm.baseline_sd is not None:
            like = _Scores(arm.baseline_mean, arm.baseline_sd, "in the same arm at baseline")
        else:
            continue
        if _beyond(rules.sd_multiple, arm.sd / like.sd) and not _rescaled(arm.mean, arm.sd, like):
            name = row.instrument or "the instrument"
            yield (
                "suspect",
                f"{arm.name}: SD {arm.sd:g}, where {name} has {number(like.sd)} {like.seen} "
                f"({number(arm.sd / like.sd)} times as large)",
            )


def _shifted(material: Material, row: OutcomeRow, usual: Mapping[str, _Scores]) -> Said:
    """Means and SDs of both arms that are all `decimal_shift` times the usual, or that part of it.

    Within a factor of two. Suspect where the range of the instrument is known, which leaves no
    other scale; a note where it may be another scale.
    """
    rules, times = material.rules, material.rules.decimal_shift
    others = [scores for study_id, scores in usual.items() if study_id != row.study_id]
    arms = material.arms[row.row_id]
    if times is None or len(others) < rules.sd_minimum_trials:
        return
    like = _median_scores(others)
    ratios = [
        value / of
        for arm in arms
        for value, of in ((arm.mean, like.mean), (arm.sd, like.sd))
        if value is not None and of > 0
    ]
    for factor, said in ((times, f"{times:g} times"), (1 / times, f"1/{times:g} of")):
        if len(ratios) == 4 and all(not _beyond(2.0, ratio / factor) for ratio in ratios):
            known = row.instrument in material.evidence.protocol.clinical.instrument_ranges
            yield (
                "suspect" if known else "note",
                f"all means and SDs are about {said} those of {row.instrument} in "
                f"{len(others)} other trials (mean {number(like.mean)}, SD {number(like.sd)}): "
                "a decimal point, or another scale?",
            )


def _beyond(multiple: float, ratio: float) -> bool:
    return not 1 / multiple <= ratio <= multiple


def _rescaled(mean: float, sd: float, like: _Scores) -> bool:
    """Whether mean and SD differ from the usual by one factor, within a half."""
    if mean <= 0 or like.mean <= 0:
        return False
    return not _beyond(1.5, (sd / like.sd) / (mean / like.mean))


def sources_disagree(material: Material) -> Iterator[Finding]:
    """Two usable sources that give one result of one trial differently, by more than rounding.

    A note: sources choose among instruments, analyses and participants, so a review says
    beforehand how it settles them (Cochrane Handbook, chapter 5), which the protocol's rule
    does. Suspect where they are so far apart that one of them must be wrong.
    """
    rules = material.rules
    results = grouped(material.effects, lambda effect: (effect.study_id, effect.question))
    for (study_id, question), effects in results.items():
        if len({effect.row.source_id for effect in effects}) < 2:
            continue
        # Whether a row is pooled changes nothing about what the sources say.
        sourced = tuple(SourcedEffect(each.row, each.effect, pooled=False) for each in effects)
        gap = SeveralSources(study_id, question, sourced).gap
        if gap > rules.source_gap:
            yield Finding(
                "sources disagree",
                "suspect" if gap > rules.source_gap_suspect else "note",
                study_id,
                tuple(effect.row.row_id for effect in effects),
                question,
                f"{_said_by_each(effects)}: a difference of {number(gap)}",
            )


def _said_by_each(effects: Sequence[RowEffect]) -> str:
    kind = MEASURES[effects[0].measure]
    measure = f"log {kind.label}" if kind.ratio else kind.heading
    return "; ".join(
        f"{source}: {measure} {' and '.join(number(effect.effect) for effect in given)}"
        for source, given in grouped(effects, lambda effect: effect.row.source_id).items()
    )


def directions_conflict(material: Material) -> Iterator[Finding]:
    """An effect opposite to the rest of its trial, or an instrument turned the other way.

    A sign taken the wrong way round counts twice: the trial pulls against itself. Suspect
    where several others agree against it; a note on both where the trial gives only two
    effects, since either may be the wrong one.
    """
    evidence = material.evidence
    directions = _directions(material)
    for row in evidence.outcomes:
        said = _turned(row, evidence.protocol, directions.get(row.instrument, {}))
        yield from of_row(evidence, "directions conflict", row, said)
    for effects in material.smds_by_trial.values():
        for effect in effects:
            said = _opposite(material, effect, [other for other in effects if other is not effect])
            yield from of_row(evidence, "directions conflict", effect.row, said)


def instruments_without_direction(evidence: Evidence) -> tuple[str, ...]:
    """The named instruments of outcomes.csv for which only other trials tell the direction."""
    named = {row.instrument for row in evidence.outcomes if row.instrument}
    return tuple(sorted(name for name in named if not evidence.protocol.directions.of(name)))


def _directions(material: Material) -> Mapping[str, Mapping[str, str]]:
    """Which way each trial's rows turn each named instrument."""
    rows = [row for row in material.evidence.outcomes
            if row.format != "effect" and row.usable == "yes" and row.instrument]  # fmt: skip
    return {
        instrument: {row.study_id: row.higher_is for row in group}
        for instrument, group in grouped(rows, lambda row: row.instrument).items()
    }


def _turned(row: OutcomeRow, protocol: Protocol, directions: Mapping[str, str]) -> Said:
    """Otherwise than the protocol has it; where it is silent, than most other trials have it.

    A reported effect says itself which sign favours the intervention: a note.
    """
    known = protocol.directions.of(row.instrument)
    if known and known != row.higher_is:
        yield (
            "note" if row.format == "effect" else "suspect",
            f"a higher {row.instrument} is {row.higher_is} here, {known} by the protocol",
        )
    if known or row.format == "effect":
        return
    others = [way for study_id, way in directions.items() if study_id != row.study_id]
    against = sum(way != row.higher_is for way in others)
    if against >= FEWEST_OTHERS and against > len(others) - against:
        yield (
            "suspect",
            f"a higher {row.instrument} is {row.higher_is} here, the other way round in "
            f"{against} of {len(others)} other trials",
        )


def _opposite(material: Material, effect: RowEffect, others: Sequence[RowEffect]) -> Said:
    """Beyond `conflict_smd` on one side, the median of the others beyond it on the other side.

    And so far apart that sampling does not explain it: more than `conflict_z` standard errors.
    """
    if not others:
        return
    rules = material.rules
    middle = median(other.effect for other in others)
    if effect.effect * middle >= 0 or min(abs(effect.effect), abs(middle)) < rules.conflict_smd:
        return
    apart = abs(effect.effect - middle) / effect.se
    if apart > rules.conflict_z:
        rest = "its only other effect is" if len(others) == 1 else (
            f"the median of the trial's {len(others)} other effects is"
        )  # fmt: skip
        yield (
            "suspect" if len(others) >= FEWEST_OTHERS else "note",
            f"SMD {number(effect.effect)}, but {rest} {number(middle)}: "
            f"{number(apart, 1)} standard errors apart",
        )
