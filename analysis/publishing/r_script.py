"""The analysis of a question as a script for R: its data, the model in metafor, our result beside.

Who doubts a number runs it: the script stops where metafor comes to another result. Effects stand
in the direction a reader sees, ratios as logarithms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from analysis.files.tables import one_line
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import StudyEffect

TOLERANCE = "1e-6"
METHODS = MappingProxyType(
    {"common": "EE", "dersimonian-laird": "DL", "reml": "REML", "ml": "ML", "hedges": "HE"}
)
# metafor's own search stops at steps of 1e-5; these digits are compared.
CONTROL = "list(threshold = 1e-12, maxiter = 10000, tol = 1e-12)"
# Standard error and critical value of the mean by the method of its interval.
INTERVALS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "wald": ("Wald: normal", "fit$se", "qnorm"),
        "hartung-knapp": (
            "Hartung-Knapp: t with k - 1 degrees of freedom, scaled by the spread of the trials",
            "update(fit, test = \"knha\")$se",
            "qt",
        ),
        "hartung-knapp-conservative": (
            "Hartung-Knapp with a scale of at least 1: never narrower than the other",
            "max(fit$se, update(fit, test = \"knha\")$se)",
            "qt",
        ),
    }
)  # fmt: skip


def r_script(synthesis: Synthesis) -> str:
    """The script as text; of a question without an estimate, one that shows that there is none."""
    sign = -1.0 if synthesis.measure.benefit_above else 1.0
    parts = [_head(synthesis), _data(synthesis.studies, sign)]
    if synthesis.primary is None:
        parts.append('cat("No trial gives a number that can be pooled.\\n")\n')
    else:
        parts += [_fit(synthesis.primary, synthesis.level), _expected(synthesis.primary, sign)]
    return "\n".join(parts)


def _head(synthesis: Synthesis) -> str:
    measure = synthesis.measure
    effect = f"{'logarithm of the ' if measure.ratio else ''}{measure.label}"
    return (
        f"# {one_line(synthesis.title)}\n"
        "# The trials of this question, the model of the review, and its result to compare with.\n"
        "# It needs the package metafor (https://doi.org/10.18637/jss.v036.i03).\n"
        f"# yi is the {one_line(effect)} of each trial, vi its variance; the data have\n"
        f"# the fingerprint {synthesis.provenance.data_fingerprint[:16]}.\n\n"
        "suppressPackageStartupMessages(library(metafor))\n"
    )


def _data(studies: Sequence[StudyEffect], sign: float) -> str:
    sizes = ["NA" if study.n_total is None else str(study.n_total) for study in studies]
    columns = {
        "study": _lines([_text(study.label) for study in studies]),
        "year": _vector([str(study.year) for study in studies]),
        "yi": _lines([_number(sign * study.effect) for study in studies]),
        "vi": _lines([_number(study.variance) for study in studies]),
        "ni": _vector(sizes),
        "how": _lines([_text(study.derivation) for study in studies]),
        "pooled": _vector(["FALSE" if study.suspect else "TRUE" for study in studies]),
    }
    lines = ",\n".join(f"  {name} = {values}" for name, values in columns.items())
    return f"trials <- data.frame(\n{lines}\n)\npooled <- trials[trials$pooled, ]\n"


def _fit(primary: PooledEffect, level: float) -> str:
    if primary.heterogeneity is None:
        return (
            f"found <- c(estimate = pooled$yi, se = sqrt(pooled$vi))\n"
            f'limit <- qnorm(0.5 + {level} / 2) * found[["se"]]\n'
            "found <- c(found, low = pooled$yi - limit, high = pooled$yi + limit)\n"
        )
    method = METHODS[primary.model]
    about, se, quantile = INTERVALS[primary.interval.method]
    degrees = "" if quantile == "qnorm" else ", fit$k - 1"
    predicted = primary.prediction is not None
    prediction = (
        f"# Prediction interval: t with k - 2 degrees of freedom.\n"
        f"wide <- qt(0.5 + {level} / 2, fit$k - 2) * sqrt(fit$tau2 + se^2)\n"
    )
    return (
        f'fit <- rma(yi, vi, data = pooled, slab = study, method = "{method}",\n'
        f"           control = {CONTROL})\n"
        f"# {about}.\n"
        f"se <- {se}\n"
        f"limit <- {quantile}(0.5 + {level} / 2{degrees}) * se\n"
        f"{prediction if predicted else ''}"
        "found <- c(estimate = fit$beta[[1]], se = se, low = fit$beta[[1]] - limit,\n"
        "           high = fit$beta[[1]] + limit, tau2 = fit$tau2, I2 = fit$I2"
        + (
            ",\n           new_low = fit$beta[[1]] - wide, new_high = fit$beta[[1]] + wide)\n"
            if predicted
            else ")\n"
        )
    )


def _expected(primary: PooledEffect, sign: float) -> str:
    low, high = _turned(primary.interval.low, primary.interval.high, sign)
    expected = {
        "estimate": _number(sign * primary.estimate),
        "se": _number(primary.se),
        "low": low,
        "high": high,
    }
    if primary.heterogeneity:
        expected["tau2"] = _number(primary.heterogeneity.tau2)
        expected["I2"] = _number(primary.heterogeneity.i2)
    if primary.prediction:
        limits = _turned(primary.prediction.low, primary.prediction.high, sign)
        expected["new_low"], expected["new_high"] = limits
    named = ",\n  ".join(f"{name} = {value}" for name, value in expected.items())
    compared = f"all(abs(found - review) < {TOLERANCE} * pmax(1, abs(review)))"
    return (
        f"# What the review prints, to all its digits.\nreview <- c(\n  {named}\n)\n"
        "print(round(cbind(metafor = found, review = review), 4))\n"
        f"stopifnot({compared})\n"
        + ("if (interactive()) forest(fit)\n" if primary.heterogeneity else "")
    )


def _turned(low: float | None, high: float | None, sign: float) -> tuple[str, str]:
    shown = [None if limit is None else sign * limit for limit in (low, high)]
    first, last = shown if sign > 0 else shown[::-1]
    return _limit(first, "-Inf"), _limit(last, "Inf")


def _limit(value: float | None, without: str) -> str:
    return without if value is None else _number(value)


def _number(value: float) -> str:
    return repr(value + 0.0)  # never -0


def _text(value: str) -> str:
    return json.dumps(value)  # R reads the same escapes


def _vector(values: Sequence[str]) -> str:
    return f"c({', '.join(values)})"


def _lines(values: Sequence[str]) -> str:
    inner = ",\n    ".join(values)
    return f"c(\n    {inner}\n  )" if values else "character(0)"
