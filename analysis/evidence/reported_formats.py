"""The formats in which reports print a result, each declared once: what is filled in for it.

From it follow the table in the codebook and the forms of the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.evidence.reported import ARMS

# Words in a column; where several say the same, the first is written.
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ReportedFormat:
    """A way in which reports print a result.

    `says` are the words of the row that make it this format, `shows` the columns that are filled
    in, the ones that tell it from others with the same words in `tells`. `filled_in` is an
    example in the codebook's words.
    """

    name: str
    report_gives: str
    filled_in: str
    says: Words
    shows: tuple[str, ...]
    tells: tuple[str, ...] = ()

    def is_said_by(self, cells: Mapping[str, str]) -> bool:
        """Whether these cells have the words of the format; those to fill in may be blank yet."""
        return all(
            cells[column] in words or (column in self.shows and not cells[column])
            for column, words in self.says.items()
        )

    def words_for(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The words that these cells lack to be of this format, but for those to fill in."""
        return {
            column: words[0]
            for column, words in self.says.items()
            if cells[column] not in words and column not in self.shows
        }


@dataclass(frozen=True)
class Besides:
    """What a report may give or lack besides: the columns that say so, and an example."""

    report_gives: str
    filled_in: str
    shows: tuple[str, ...] = ()


def _arms(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{arm}" for arm in ARMS for name in names)


_MEANS = {"format": ("means",), "scores": ("", "final", "adjusted")}
_SPREADS = ("sd", "se", "mean_ci_low", "mean_ci_high")
_BASELINE = ("baseline_mean", "baseline_sd")
_CORRELATION = ("correlation", "correlation_from")
_UNCERTAINTY = ("effect_se", "effect_ci_low", "effect_ci_high", "effect_level", "effect_sides",
                "effect_t", "effect_f", "effect_p")  # fmt: skip
_SIZES = (*_arms("n"), "n_total")
_EFFECT = ("effect", "effect_favours_intervention_when", *_UNCERTAINTY, *_SIZES)
_RATIO = ("effect_measure", *_EFFECT, "control_risk", *_arms("events", "total"))
_RATIOS = ("OR", "RR", "HR", "IRR")
_PARALLEL = ("", "parallel", "cluster")

FORMATS: tuple[ReportedFormat, ...] = (
    ReportedFormat(
        "mean-sd",
        "mean and SD",
        "`format` means, `n_intervention` 30, `mean_intervention` 4.99, `sd_intervention` 1.66, "
        "and the same of the control arm",
        {**_MEANS, "design": _PARALLEL},
        ("scores", *_arms("n", "mean", "sd", *_BASELINE)),
        _arms("sd"),
    ),
    ReportedFormat(
        "mean-se",
        "mean and standard error",
        "`se_intervention` 0.26 and `se_control` 0.27 instead of the SDs",
        {**_MEANS, "design": _PARALLEL},
        ("scores", *_arms("n", "mean", "se", *_BASELINE)),
        _arms("se"),
    ),
    ReportedFormat(
        "mean-interval",
        "mean and its interval",
        "`mean_ci_low_intervention` 3.59 and `mean_ci_high_intervention` 4.61 instead; "
        "`effect_level` 90 where it is not 95%",
        {**_MEANS, "design": _PARALLEL},
        ("scores", *_arms("n", "mean", "mean_ci_low", "mean_ci_high", *_BASELINE),
         "effect_level"),
        _arms("mean_ci_low", "mean_ci_high"),
    ),
    ReportedFormat(
        "median",
        "median and quartiles",
        "`format` medians, `median_intervention` 4, `q1_intervention` 2, `q3_intervention` 5",
        {"format": ("medians",)},
        ("scores", *_arms("n", "median", "q1", "q3", "minimum", "maximum", *_BASELINE)),
    ),
    ReportedFormat(
        "change",
        "change since baseline and its SD",
        "`scores` change, the changes as means and SDs, `baseline_sd_intervention` and "
        "`baseline_sd_control`; or `correlation` with `correlation_from` where no SD of scores "
        "is known",
        {"format": ("means",), "scores": ("change",)},
        (*_arms("n", "mean", *_SPREADS, "baseline_sd"), "effect_level", *_CORRELATION),
    ),
    ReportedFormat(
        "improvement",
        "improvement (a positive number is good)",
        "`scores` improvement, otherwise as a change",
        {"format": ("means",), "scores": ("improvement",)},
        (*_arms("n", "mean", *_SPREADS, "baseline_sd"), "effect_level", *_CORRELATION),
    ),
    ReportedFormat(
        "mean-difference",
        "mean difference with standard error, interval, t, F or p",
        "`format` effect, `effect_measure` MD, `effect` -0.8, one of `effect_se`, "
        "`effect_ci_low` and `effect_ci_high`, `effect_t`, `effect_f`, `effect_p` 0.013, and the "
        "arm sizes",
        {"format": ("effect",), "effect_measure": ("MD",),
         "scores": ("", "final", "change", "improvement")},
        ("scores", *_EFFECT, *_arms("sd", "baseline_sd"), *_CORRELATION),
    ),
    ReportedFormat(
        "adjusted-difference",
        "adjusted mean difference",
        "the same with `scores` adjusted, and the SDs of the scores in `sd_intervention` and "
        "`sd_control`",
        {"format": ("effect",), "effect_measure": ("MD",), "scores": ("adjusted",)},
        (*_EFFECT, *_arms("sd"), *_CORRELATION),
    ),
    ReportedFormat(
        "standardised-difference",
        "standardised mean difference",
        "`effect_measure` SMD, `effect` -0.327, its standard error, interval, t, F or p, or the "
        "arm sizes alone",
        {"format": ("effect",), "effect_measure": ("SMD",)},
        ("scores", *_EFFECT),
    ),
    ReportedFormat(
        "crossover",
        "both periods of a crossover",
        "`design` crossover, the periods as arms, `correlation` 0.6",
        {**_MEANS, "design": ("crossover",)},
        ("scores", *_arms("n", "mean", *_SPREADS), "effect_level", *_CORRELATION),
    ),
    ReportedFormat(
        "events",
        "participants with an event",
        "`format` events, `events_intervention` 24, `total_intervention` 108, and the same of the "
        "control arm",
        {"format": ("events",), "counts": ("", "observed")},
        _arms("events", "total"),
    ),
    ReportedFormat(
        "imputed-events",
        "counts after imputation",
        "`counts` imputed; events need not be whole",
        {"format": ("events",), "counts": ("imputed",)},
        _arms("events", "total"),
    ),
    ReportedFormat(
        "ratio",
        "an odds, risk, hazard or rate ratio",
        "`effect_measure` OR, `effect` 2.3, its interval, `control_risk` 0.18; a rate ratio (IRR) "
        "is pooled where the protocol pools that measure",
        {"format": ("effect",), "effect_measure": _RATIOS, "effect_scale": ("", "natural")},
        _RATIO,
    ),
    ReportedFormat(
        "log-ratio",
        "the logarithm of a ratio",
        "`effect_scale` log; `effect_se` of a ratio is always that of the logarithm",
        {"format": ("effect",), "effect_measure": _RATIOS, "effect_scale": ("log",)},
        _RATIO,
    ),
    ReportedFormat(
        "difference",
        "a risk difference, or any other difference",
        "`effect_measure` RD or generic, `effect`, its interval or `effect_se`; pooled where the "
        "protocol pools that measure",
        {"format": ("effect",), "effect_measure": ("RD", "generic")},
        ("effect_measure", *_EFFECT),
    ),
)  # fmt: skip

BESIDES: tuple[Besides, ...] = (
    Besides(
        "an interval that is not of 95%, or has one limit",
        "`effect_level` 99; `effect_sides` one",
    ),
    Besides("only the total number", "`n_total` 117: equal arms are assumed, and said"),
    Besides(
        "the ratio of a bad event",
        "`effect_favours_intervention_when` below 1, and `control_risk`",
    ),
    Besides(
        "clusters, which the analysis ignored",
        "`design` cluster, `cluster_size` 12, `icc` 0.05, `icc_from`",
        ("design", "cluster_size", "icc", "icc_from"),
    ),
)


def format_of(cells: Mapping[str, str]) -> ReportedFormat | None:
    """The format that a row is in; of those with the same words the one whose numbers it has."""
    said = [found for found in FORMATS if found.is_said_by(cells)]
    told = (found for found in said if any(cells[column] for column in found.tells))
    return next(told, said[0] if said else None)


def formats_table() -> str:
    """What is filled in for each format, as a Markdown table."""
    rows: Iterable[ReportedFormat | Besides] = (*FORMATS, *BESIDES)
    lines = (f"| {row.report_gives} | {row.filled_in} |\n" for row in rows)
    return "| the report gives | filled in |\n|---|---|\n" + "".join(lines)
