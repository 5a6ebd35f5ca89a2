"""A clean review made by code: trials of simulated people, reported the ways reports do.

Every person has correlated true scores on four outcomes at three time points, kept within the
instrument's range; what a row says is computed from these people, so its means, SDs, effects and
intervals are right by construction. `plant` then puts one known kind of error into some rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.evidence.rows import Evidence, OutcomeRow, Trial
from analysis.statistics.effect_sizes import smd, smd_variance_from_arm_sizes
from tests.evidence.rows import a_row, a_trial

OUTCOMES = ("pain", "disability", "depression", "anxiety")
TIMES = (("post", 9.0), ("follow-up", 26.0))
# Between two outcomes at one time, and between two times of one outcome.
BETWEEN_OUTCOMES, BETWEEN_TIMES = 0.5, 0.65


@dataclass(frozen=True)
class Instrument:
    """An instrument with the mean and SD that pain populations have on it."""

    name: str
    mean: float
    sd: float
    low: float
    high: float
    higher_is: Literal["worse", "better"] = "worse"


INSTRUMENTS: Mapping[str, tuple[Instrument, ...]] = {
    "pain": (
        Instrument("NRS", 5.6, 1.9, 0, 10),
        Instrument("VAS", 53, 21, 0, 100),
        Instrument("BPI severity", 5.2, 1.7, 0, 10),
    ),
    "disability": (
        Instrument("BPI interference", 5.3, 2.1, 0, 10),
        Instrument("RMDQ", 12.5, 5.3, 0, 24),
        Instrument("FIQ", 57, 16, 0, 100),
        Instrument("SF-36 physical function", 39, 9, 0, 100, "better"),
    ),
    "depression": (
        Instrument("PHQ-9", 11, 5, 0, 27),
        Instrument("HADS-D", 8, 3.8, 0, 21),
        Instrument("CES-D", 22, 11, 0, 60),
        Instrument("BDI-II", 17, 10, 0, 63),
    ),
    "anxiety": (
        Instrument("GAD-7", 8.5, 5, 0, 21),
        Instrument("HADS-A", 9, 4.2, 0, 21),
        Instrument("BAI", 15, 10, 0, 63),
    ),
}


def clean_review(evidence: Evidence, trials: int, seed: int, *, tau: float = 0.2) -> Evidence:
    """`trials` trials of 22 to about 300 participants an arm, with no error in any row.

    tau: how much the trials' true effects differ, in SDs.
    """
    random = np.random.default_rng(seed)
    made: dict[str, Trial] = {}
    rows: list[OutcomeRow] = []
    for number in range(trials):
        trial, people = _trial(evidence, random, f"simulated-{number}", tau)
        made[trial.study_id] = trial
        rows += _rows(random, trial, people)
    return replace(evidence, trials=made, outcomes=tuple(rows))


Scores = NDArray[np.float64]


@dataclass(frozen=True)
class _People:
    """True scores of each arm, people x times x outcomes in SDs, and who is left at each time."""

    scores: tuple[Scores, Scores]
    left: tuple[NDArray[np.int_], NDArray[np.int_]]


def _trial(
    evidence: Evidence, random: np.random.Generator, study_id: str, tau: float
) -> tuple[Trial, _People]:
    randomised = [max(22, round(random.lognormal(math.log(55), 0.6))) for _ in range(2)]
    if random.random() < 0.7:
        randomised[1] = max(22, randomised[0] + int(random.integers(-5, 6)))
    effect = random.normal(-0.3, tau)
    by_outcome = effect + random.normal(0, 0.1, len(OUTCOMES))
    lasting = random.uniform(0.5, 1.0)
    shift = np.stack([0 * by_outcome, by_outcome, lasting * by_outcome])
    scores = tuple(
        _correlated(random, n) + (shift if arm == 0 else 0) - 0.15 * np.array([0, 1, 1])[:, None]
        for arm, n in enumerate(randomised)
    )
    lost = random.uniform(0.02, 0.25)
    left = tuple(
        np.array([n, max(20, round(n * (1 - lost))), max(20, round(n * (1 - 1.4 * lost)))])
        for n in randomised
    )
    known = random.random() < 0.85
    trial = replace(
        a_trial(evidence),
        study_id=study_id, label=study_id, status="included", condition="non-headache",
        year=float(random.integers(2005, 2026)), doi=f"10.1000/{study_id}", pmid="",
        registration="", title=f"A randomised controlled trial of an Internet therapy: {study_id}",
        n_randomised_intervention=float(randomised[0]) if known else None,
        n_randomised_control=float(randomised[1]) if known else None,
        n_randomised_total=float(sum(randomised)) if known else None,
    )  # fmt: skip
    return trial, _People(scores, left)  # type: ignore[arg-type]


def _correlated(random: np.random.Generator, n: int) -> Scores:
    """Standard normal scores, n x times x outcomes, with the two correlations."""
    times, outcomes = len(TIMES) + 1, len(OUTCOMES)
    mixing = np.linalg.cholesky(_exchangeable(times, BETWEEN_TIMES))
    loading = np.linalg.cholesky(_exchangeable(outcomes, BETWEEN_OUTCOMES))
    return np.einsum("ts,nso,po->ntp", mixing, random.normal(size=(n, times, outcomes)), loading)


def _exchangeable(size: int, correlation: float) -> Scores:
    return np.full((size, size), correlation) + (1 - correlation) * np.eye(size)


def _rows(random: np.random.Generator, trial: Trial, people: _People) -> Iterator[OutcomeRow]:
    measured = [o for o in range(len(OUTCOMES)) if random.random() < 0.75] or [0]
    follow_up, style = random.random() < 0.6, random.random()
    digits = int(random.choice([1, 2, 2]))
    for outcome in measured:
        name = OUTCOMES[outcome]
        instrument = INSTRUMENTS[name][random.integers(len(INSTRUMENTS[name]))]
        # Populations differ: in how ill they are, and in how much they spread.
        sd = instrument.sd * random.lognormal(0, 0.15)
        mean = instrument.mean + instrument.sd * random.normal(0, 0.4)
        turn = 1 if instrument.higher_is == "worse" else -1
        arms = [
            np.clip(np.round(mean + turn * sd * s[:, :, outcome]), instrument.low, instrument.high)
            for s in people.scores
        ]
        for time, (timepoint, weeks) in enumerate(TIMES[: 2 if follow_up else 1], start=1):
            row = _means(arms, people.left, time, digits)
            row |= {"study_id": trial.study_id, "outcome": name, "instrument": instrument.name,
                    "higher_is": instrument.higher_is, "timepoint": timepoint, "weeks": weeks,
                    "row_id": f"{trial.study_id}.{name}.{timepoint}.1"}  # fmt: skip
            means = a_row(**row)
            yield means if style < 0.65 else _as_effect(means, interval=style < 0.85)
            if style < 0.08:
                # A second source that computed the same effect from the same report.
                again = _as_effect(means, interval=True)
                yield replace(again, row_id=f"{again.row_id[:-1]}2", source_id="cd010152-rows")


def _means(
    arms: list[Scores],
    left: tuple[NDArray[np.int_], NDArray[np.int_]],
    time: int,
    digits: int,
) -> dict[str, object]:
    found: dict[str, object] = {}
    for arm, scores, remaining in zip(("intervention", "control"), arms, left, strict=True):
        now, before = scores[: remaining[time], time], scores[:, 0]
        found |= {
            f"n_{arm}": float(len(now)),
            f"mean_{arm}": round(float(now.mean()), digits),
            f"sd_{arm}": round(float(now.std(ddof=1)), digits),
            f"baseline_mean_{arm}": round(float(before.mean()), digits),
            f"baseline_sd_{arm}": round(float(before.std(ddof=1)), digits),
        }
    return found


def _as_effect(row: OutcomeRow, *, interval: bool) -> OutcomeRow:
    """The row as a review prints it: g, its standard error, perhaps the interval too."""
    found = smd(row.n_intervention, row.mean_intervention, row.sd_intervention,
                row.n_control, row.mean_control, row.sd_control)  # fmt: skip
    g, se = float(found.estimate), math.sqrt(float(found.variance))
    blank = {name: None for what in ("n", "mean", "sd", "baseline_mean", "baseline_sd")
             for name in (f"{what}_intervention", f"{what}_control")}  # fmt: skip
    limits = {"effect_ci_low": round(g - 1.96 * se, 3), "effect_ci_high": round(g + 1.96 * se, 3)}
    favours = "negative" if row.higher_is == "worse" else "positive"
    return replace(
        row, **blank, **(limits if interval else {}), format="effect", effect_measure="SMD",
        effect=round(g, 3), effect_se=round(se, 3), effect_favours_intervention_when=favours,
    )  # fmt: skip


Plant = Callable[[OutcomeRow, np.random.Generator], OutcomeRow]


def plant(
    review: Evidence, error: Plant, seed: int, share: float = 0.1
) -> tuple[Evidence, tuple[str, ...]]:
    """The review with one wrong row in that share of its trials; returns the rows' ids too.

    A row of the kind that the error can happen to; what does not change by it is left alone.
    """
    random = np.random.default_rng(seed)
    by_trial: dict[str, list[OutcomeRow]] = {}
    for row in review.outcomes:
        by_trial.setdefault(row.study_id, []).append(row)
    wrong: dict[str, OutcomeRow] = {}
    for study_id in random.permutation(list(by_trial)):
        row = by_trial[study_id][random.integers(len(by_trial[study_id]))]
        if (planted := error(row, random)) != row:
            wrong[row.row_id] = planted
        if len(wrong) >= share * len(by_trial):
            break
    outcomes = tuple(wrong.get(row.row_id, row) for row in review.outcomes)
    return replace(review, outcomes=outcomes), tuple(wrong)


def se_for_sd(row: OutcomeRow, random: np.random.Generator) -> OutcomeRow:
    """The standard errors of the means where their SDs should stand."""
    if row.format != "means":
        return row
    arms = ((row.sd_intervention, row.n_intervention), (row.sd_control, row.n_control))
    se = [round(sd / math.sqrt(n), 2) for sd, n in arms if sd is not None and n is not None]
    return replace(row, sd_intervention=max(se[0], 0.01), sd_control=max(se[1], 0.01))


def effect_from_se(row: OutcomeRow, random: np.random.Generator) -> OutcomeRow:
    """A reported effect whose author took standard errors for SDs, as at Chiauzzi 2010."""
    if row.format != "effect" or row.effect is None or row.effect_se is None:
        return row
    # Two equal arms of this size give about this standard error.
    arm = 2 / row.effect_se**2
    g = round(row.effect * math.sqrt(arm), 3)
    se = math.sqrt(float(smd_variance_from_arm_sizes(g, arm, arm)))
    limits = (round(g - 1.96 * se, 3), round(g + 1.96 * se, 3))
    low, high = limits if row.effect_ci_low is not None else (None, None)
    return replace(row, effect=g, effect_se=round(se, 3), effect_ci_low=low, effect_ci_high=high)


def swapped_arms(row: OutcomeRow, random: np.random.Generator) -> OutcomeRow:
    """The two arms' columns exchanged, those of the baseline where they were."""
    if row.format != "means":
        return row
    return replace(
        row,
        n_intervention=row.n_control, n_control=row.n_intervention,
        mean_intervention=row.mean_control, mean_control=row.mean_intervention,
        sd_intervention=row.sd_control, sd_control=row.sd_intervention,
    )  # fmt: skip


def wrong_sign(row: OutcomeRow, random: np.random.Generator) -> OutcomeRow:
    """A scale, or a reported effect, taken to run the other way."""
    if row.format == "means":
        return replace(row, higher_is="better" if row.higher_is == "worse" else "worse")
    now = row.effect_favours_intervention_when
    turned = "negative" if now == "positive" else "positive"
    return replace(row, effect_favours_intervention_when=turned)


def shifted_mean_or_sd(row: OutcomeRow, random: np.random.Generator) -> OutcomeRow:
    """One mean or SD ten times too large or too small."""
    if row.format != "means":
        return row
    columns = ("mean_intervention", "mean_control", "sd_intervention", "sd_control")
    return _shifted(row, str(random.choice(columns)), random)


def shifted_effect(row: OutcomeRow, random: np.random.Generator) -> OutcomeRow:
    """A reported effect ten times too large or too small."""
    return row if row.format == "means" else _shifted(row, "effect", random)


def _shifted(row: OutcomeRow, column: str, random: np.random.Generator) -> OutcomeRow:
    factor = float(random.choice([0.1, 10.0]))
    return replace(row, **{column: round(getattr(row, column) * factor, 4)})


def n_doubled(row: OutcomeRow, random: np.random.Generator) -> OutcomeRow:
    """Both arms twice as large as they are."""
    if row.format != "means" or row.n_intervention is None or row.n_control is None:
        return row
    return replace(row, n_intervention=2 * row.n_intervention, n_control=2 * row.n_control)


def baseline_for_end(row: OutcomeRow, random: np.random.Generator) -> OutcomeRow:
    """The columns of baseline and end swapped in the intervention arm."""
    if row.format != "means" or row.baseline_mean_intervention is None:
        return row
    return replace(
        row,
        mean_intervention=row.baseline_mean_intervention,
        sd_intervention=row.baseline_sd_intervention,
        baseline_mean_intervention=row.mean_intervention,
        baseline_sd_intervention=row.sd_intervention,
    )


def shifted_row(row: OutcomeRow, random: np.random.Generator) -> OutcomeRow:
    """Means and SDs of both arms, and of their baselines, a tenth of what they are."""
    if row.format != "means":
        return row
    names = [f"{at}{what}_{arm}" for at in ("", "baseline_") for what in ("mean", "sd")
             for arm in ("intervention", "control")]  # fmt: skip
    return replace(row, **{name: round(getattr(row, name) / 10, 3) for name in names})


ERRORS: Mapping[str, Plant] = {
    "SE for SD": se_for_sd,
    "effect made from SEs": effect_from_se,
    "swapped arms": swapped_arms,
    "wrong sign": wrong_sign,
    "shifted mean or SD": shifted_mean_or_sd,
    "shifted effect": shifted_effect,
    "n doubled": n_doubled,
    "baseline for end": baseline_for_end,
    "shifted row": shifted_row,
}
