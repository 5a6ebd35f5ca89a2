"""What one row of outcomes.csv reports, in words: all that was filled in, and no more."""

from __future__ import annotations

from analysis.evidence.reported import USUAL_LEVEL, reported_level
from analysis.evidence.rows import OutcomeRow
from analysis.formatting import MINUS, limits, number, percent_level

SCORES = {"change": "changes since baseline", "improvement": "improvements since baseline",
          "adjusted": "scores adjusted for baseline"}  # fmt: skip
FOUND = {"report": "in the report", "other": "elsewhere", "assumed": "nowhere: assumed"}


def arm_reported(row: OutcomeRow, arm: str) -> str:
    """`n 30, mean 4.99, SD 1.66`: the numbers of an arm; nothing where the row has none."""

    def of(what: str) -> float | None:
        value: float | None = getattr(row, f"{what}_{arm}")
        return value

    said = [
        _named("n", of("n")),
        _events(of("events"), of("total")),
        _named("mean", of("mean"), 2),
        _named("SD", of("sd"), 2),
        _named("SE", of("se"), 2),
        _span(f"{_level(row)} interval of the mean", of("mean_ci_low"), of("mean_ci_high")),
        _named("median", of("median"), 2),
        _span("quartiles", of("q1"), of("q3")),
        _span("range", of("minimum"), of("maximum")),
        _named("mean at baseline", of("baseline_mean"), 2),
        _named("SD at baseline", of("baseline_sd"), 2),
    ]
    return ", ".join(part for part in said if part)


def effect_reported(row: OutcomeRow) -> str:
    """`SMD −0.33, SE 0.141 (−0.60 to −0.06); negative favours the intervention`."""
    measure = f"log {row.effect_measure}" if row.effect_scale == "log" else row.effect_measure
    said = [
        _named(measure or "effect", row.effect, 2),
        _named("SE", row.effect_se, 3),
        _named("t", row.effect_t, 2),
        _named("F", row.effect_f, 2),
        _named("p", row.effect_p),
        _named("n of both arms", row.n_total),
        _named("risk of the control group", row.control_risk),
    ]
    shown = ", ".join(part for part in said if part)
    if row.effect_ci_low is not None or row.effect_ci_high is not None:
        level = f"{_level(row)} " if reported_level(row) != USUAL_LEVEL else ""
        one = "one-sided " if row.effect_sides == "one" else ""
        shown += f" ({level}{one}{limits(row.effect_ci_low, row.effect_ci_high)})"
    if shown and row.effect_favours_intervention_when:
        shown += f"; {row.effect_favours_intervention_when} favours the intervention"
    return shown.strip()


def how_measured(row: OutcomeRow) -> list[str]:
    """What the row says of its scores, people and design, a phrase each."""
    said = [
        SCORES.get(row.scores, ""),
        "counts after imputation" if row.counts == "imputed" else "",
        f"analysed: {row.analysis_set}" if row.analysis_set else "",
        f"{row.design} design" if row.design not in ("", "parallel") else "",
        _assumed("correlation", row.correlation, row.correlation_from),
        _named("cluster size", row.cluster_size),
        _assumed("intraclass correlation", row.icc, row.icc_from),
        f"“{row.quote}”" if row.quote else "",
    ]
    return [phrase for phrase in said if phrase]


def _named(name: str, value: float | None, decimals: int | None = None) -> str:
    """A number by its name, as it was filled in unless decimals are given."""
    if value is None:
        return ""
    if decimals is None:
        return f"{name} {value:g}".replace(" -", f" {MINUS}")
    return f"{name} {number(value, decimals)}"


def _events(events: float | None, total: float | None) -> str:
    if events is None and total is None:
        return ""
    seen = ["not seen" if value is None else f"{value:g}" for value in (events, total)]
    return " of ".join(seen)


def _span(name: str, low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    seen = ["not seen" if value is None else number(value) for value in (low, high)]
    return f"{name} {' to '.join(seen)}"


def _assumed(name: str, value: float | None, found: str) -> str:
    said = _named(name, value)
    return f"{said} (found {FOUND[found]})" if said and found else said


def _level(row: OutcomeRow) -> str:
    return percent_level(reported_level(row))
