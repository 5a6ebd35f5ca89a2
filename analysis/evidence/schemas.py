"""What each data file must look like: one pandera schema a file, as its codebook says."""

from __future__ import annotations

from typing import Any, get_args

import pandera.pandas as pa

from analysis.evidence.risk_of_bias_tools import DOMAINS, OVERALL
from analysis.evidence.rows import CertaintyDomain, IntegrityCheck
from analysis.files.slugs import SLUG
from analysis.imports import without
from analysis.protocol import Protocol

# Pandera would take from it what makes up data that fit a schema: nobody asks for that here.
with without("hypothesis"):
    import pandera.strategies.pandas_strategies  # noqa: F401

ROW_ID = r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$"
DOI = r"^(?:10\.\d{4,9}/[^\s<>\"]+)?$"
PLACE = r"[a-z0-9/-]+(?:#[a-z0-9-]+)?"
PLACES = rf"^(?:{PLACE}(?: {PLACE})*)?$"
URL = r"^(?:https?://[^\s<>\"]+)?$"

DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

YES_NO = ("yes", "no")
CHECKLISTS = ("PRISMA 2020", "PRISMA-LSR")
STATUSES = ("included", "excluded", "awaiting")


def _text(**options: Any) -> pa.Column:
    return pa.Column(str, **options)


def _words(*allowed: str, blank: bool = False) -> pa.Column:
    values = ("", *allowed) if blank else allowed
    return pa.Column(str, pa.Check.isin(values, error=f"one of: {', '.join(allowed)}"))


def _required(pattern: str | None = None, unique: bool = False, what: str = "") -> pa.Column:
    checks = [pa.Check.str_length(min_value=1, error="a value (the cell is blank)")]
    if pattern:
        checks.append(pa.Check.str_matches(pattern, error=what))
    return pa.Column(str, checks, unique=unique)


def _pattern(pattern: str, what: str) -> pa.Column:
    return pa.Column(str, pa.Check.str_matches(pattern, error=what))


def _number(*checks: pa.Check) -> pa.Column:
    return pa.Column(float, list(checks), nullable=True)


def _at_least(low: float) -> pa.Check:
    return pa.Check.ge(low, error=f"a number of {low:g} or more")


def _above_zero() -> pa.Check:
    return pa.Check.gt(0, error="a number above 0")


def _between(low: float, high: float) -> pa.Check:
    return pa.Check.in_range(low, high, error=f"a number from {low:g} to {high:g}")


def _whole() -> pa.Check:
    return pa.Check(lambda values: values % 1 == 0, error="a whole number")


def _count() -> pa.Column:
    return _number(_at_least(0), _whole())


def _slug(unique: bool = False) -> pa.Column:
    return _required(SLUG, unique, "small letters, digits and single hyphens")


def _table(columns: dict[str, pa.Column]) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, strict=True)


def schemas(protocol: Protocol) -> dict[str, pa.DataFrameSchema]:
    """The schema of every CSV file by its stem; enumerations come from the protocol."""
    conditions = tuple(item.id for item in protocol.conditions)
    outcomes = tuple(item.id for item in protocol.outcomes)
    timepoints = tuple(item.id for item in protocol.timepoints)
    comparators = (*protocol.comparators.inactive, *protocol.comparators.active)
    return {
        "studies": _studies(conditions, comparators),
        "outcomes": _outcomes(outcomes, timepoints),
        "risk_of_bias": _table(
            {
                "study_id": _slug(),
                "tool": _words(*DOMAINS),
                "domain": _words(*(name for names in DOMAINS.values() for name in names), OVERALL),
                "judgement": _words("low", "some concerns", "unclear", "high"),
                "support": _text(),
                "assessed_by": _slug(),
            }
        ),
        "acceptability": _table(
            {
                "study_id": _slug(),
                "what": _words("attrition", "adherence", "participation", "satisfaction", "harms"),
                "arm": _required(),
                # Sources word these three; they are shown as they stand and never computed with.
                "n": _text(),
                "value": _text(),
                "unit": _text(),
                "source_id": _slug(),
                "note": _text(),
            }
        ),
        "published": _table(
            {
                "review": _slug(),
                "condition": _words(*conditions, "all"),
                "outcome": _words(*outcomes),
                "timepoint": _words(*timepoints),
                "measure": _words(*protocol.measures),
                "estimate": pa.Column(float),
                "ci_low": pa.Column(float),
                "ci_high": pa.Column(float),
                "k": _count(),
                "favours_intervention_when": _words("negative", "positive", "above 1"),
                "verified": _words(*YES_NO),
                "note": _text(),
            }
        ),
        "certainty": _table(
            {
                "condition": _words(*conditions),
                "outcome": _words(*outcomes),
                "timepoint": _words(*timepoints),
                "domain": _words(*get_args(CertaintyDomain)),
                "levels": pa.Column(float, [_between(0, 3), _whole()]),
                "reason": _required(),
                "decided_by": _required(),
                "date": _required(DAY, what="a day as YYYY-MM-DD"),
            }
        ),
        "integrity": _table(
            {
                "check": _words(*get_args(IntegrityCheck)),
                "study_id": _slug(),
                # Blank where the ruling is about every row of the trial.
                "row_id": _text(),
                # Blank until `./review check` has said what to write.
                "fingerprint": _pattern(
                    r"^(?:[0-9a-f]{8})?$", "eight digits and letters from a to f"
                ),
                "ruling": _words("accept", "exclude"),
                "reason": _required(),
                "decided_by": _required(),
                "date": _required(DAY, what="a day as YYYY-MM-DD"),
            }
        ),
        "checklists": _table(
            {
                "checklist": _words(*CHECKLISTS),
                "item": _required(),
                "section": _required(),
                "topic": _required(),
                "where": _pattern(PLACES, "documents of the book, as methods/synthesis#anchor"),
                "note": _text(),
            }
        ),
        "contrasts": _table(
            {
                "study_id": _slug(),
                "source_id": _slug(),
                "control_group": _words("shared", "split"),
                "basis": _required(),
            }
        ),
        "sources": _table(
            {
                "source_id": _slug(unique=True),
                "kind": _required(),
                "citation": _required(),
                "url": _pattern(URL, "an address that begins with http:// or https://"),
                "licence": _text(),
                "note": _text(),
            }
        ),
    }


def _studies(conditions: tuple[str, ...], comparators: tuple[str, ...]) -> pa.DataFrameSchema:
    return _table(
        {
            "study_id": _slug(unique=True),
            "label": _required(unique=True),
            "status": _words(*STATUSES),
            "reason": _text(),
            "in_baseline_review": _words(*YES_NO),
            "baseline_basis": _words("confirmed", "presumed", blank=True),
            "condition": _words(*conditions),
            "diagnosis": _text(),
            "country": _pattern(r"^(?:[A-Z]{2})?$", "a two-letter country code (ISO 3166)"),
            "therapy": _text(),
            "programme": _text(),
            "target": _words("pain", "pain and depression", "depression", blank=True),
            "guidance": _words("guided", "unguided", blank=True),
            "duration_weeks": _number(_above_zero()),
            "comparator": _words(*comparators, blank=True),
            "comparator_detail": _text(),
            "n_randomised_intervention": _count(),
            "n_randomised_control": _count(),
            "n_randomised_total": _count(),
            "n_analysed_total": _count(),
            "percent_women": _number(_between(0, 100)),
            "mean_age": _number(_between(0, 120)),
            "year": pa.Column(float, [_between(1990, 2100), _whole()]),
            "title": _text(),
            "journal": _text(),
            "citation": _text(),
            "doi": _pattern(DOI, "a DOI without its address (10.…/…)"),
            "pmid": _pattern(r"^\d{0,9}$", "digits"),
            "registration": _text(),
            "other_reports": _text(),
            "indirectness": _text(),
        }
    )


def _outcomes(outcomes: tuple[str, ...], timepoints: tuple[str, ...]) -> pa.DataFrameSchema:
    arms = ("intervention", "control")
    return _table(
        {
            "row_id": _required(ROW_ID, True, "small letters, digits, dots and hyphens"),
            "study_id": _slug(),
            "contrast": _text(),
            "outcome": _words(*outcomes),
            "instrument": _text(),
            "higher_is": _words("worse", "better"),
            "timepoint": _words(*timepoints),
            "weeks": _number(_above_zero()),
            "format": _words("means", "events", "effect"),
            **{
                column: check
                for arm in arms
                for column, check in (
                    (f"n_{arm}", _number(_at_least(1), _whole())),
                    (f"mean_{arm}", _number()),
                    (f"sd_{arm}", _number(_above_zero())),
                )
            },
            **{
                column: check
                for arm in arms
                for column, check in (
                    (f"baseline_mean_{arm}", _number()),
                    (f"baseline_sd_{arm}", _number(_above_zero())),
                )
            },
            # Imputed counts need not be whole; a usable row's must (see consistency).
            **{
                column: _number(_at_least(low))
                for arm in arms
                for column, low in ((f"events_{arm}", 0), (f"total_{arm}", 1))
            },
            "effect_measure": _words("SMD", "MD", "RR", blank=True),
            "effect": _number(),
            "effect_se": _number(_above_zero()),
            "effect_ci_low": _number(),
            "effect_ci_high": _number(),
            "effect_favours_intervention_when": _words(
                "positive", "negative", "above 1", blank=True
            ),
            "usable": _words(*YES_NO),
            "not_usable_because": _text(),
            "source_id": _slug(),
            "locator": _text(),
            "verified": _words(*YES_NO),
            "note": _text(),
        }
    )
