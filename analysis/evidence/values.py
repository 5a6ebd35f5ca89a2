"""What may stand in a cell of the evidence, beyond what any table has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from analysis.evidence import signalling
from analysis.evidence.risk_of_bias_tools import DOMAINS, OVERALL
from analysis.files import days
from analysis.files.columns import (
    FILLED,
    Filled,
    KeyOf,
    Listed,
    NameOfPerson,
    Slug,
    Words,
    matching,
    one_of,
)
from analysis.files.slugs import PERSON, SLUG
from analysis.protocol import Protocol

PLACE = r"[a-z0-9/-]+(?:#[a-z0-9-]+)?"

# Words that the protocol lists.
ConditionId = Annotated[str, Listed("conditions", "a condition of the protocol")]
OutcomeId = Annotated[str, Listed("outcomes", "an outcome of the protocol")]
TimepointId = Annotated[str, Listed("timepoints", "a time point of the protocol")]
AnyOutcome = Annotated[str, Listed("outcomes", "an outcome of the protocol", also=("",))]
AnyTimepoint = Annotated[str, Listed("timepoints", "a time point of the protocol", also=("",))]
MeasureId = Annotated[str, Listed("measures", "a measure of the protocol")]
ComparatorName = Annotated[str, Listed("comparators", "a comparator of the protocol", also=("",))]

# Rows of other files.
OfTrial = Annotated[Slug, KeyOf("studies", "study_id")]
OfSource = Annotated[Slug, KeyOf("sources", "source_id")]
Assessor = Annotated[OfSource, NameOfPerson()]

Tool = Annotated[str, Listed("tools", "a tool of the protocol (`risk_of_bias`)")]
Domain = Annotated[str, one_of(*(name for names in DOMAINS.values() for name in names), OVERALL)]

SignallingAnswers = Annotated[
    str,
    matching(signalling.FORM, "numbers with Y, PY, PN, N, NI or NA, as 1.1 Y 1.2 PY 1.3 N"),
]

YesNo = Literal["yes", "no"]
RowId = Annotated[
    str,
    FILLED,
    matching(r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$", "small letters, digits, dots and hyphens"),
]
Day = Annotated[Filled, matching(rf"^{days.DAY}$", days.EXPECTED)]
Doi = Annotated[
    str, matching(r"^(?:10\.\d{4,9}/[^\s<>\"]+)?$", "a DOI without its address (10.…/…)")
]
Url = Annotated[
    str,
    matching(r"^(?:https?://[^\s<>\"]+)?$", "an address that begins with http:// or https://"),
]
Country = Annotated[str, matching(r"^(?:[A-Z]{2})?$", "a two-letter country code (ISO 3166)")]
PubMedNumber = Annotated[str, matching(r"^\d{0,9}$", "digits")]
Places = Annotated[
    str,
    matching(rf"^(?:{PLACE}(?: {PLACE})*)?$", "documents of the book, as methods/synthesis#anchor"),
]
DayOrNone = Annotated[str, matching(rf"^(?:{days.DAY})?$", days.EXPECTED)]
PersonOrNone = Annotated[
    str, NameOfPerson(), matching(rf"^$|{PERSON}", "a name in small letters, digits and hyphens")
]
NumbersSeen = Annotated[str, matching(r"^(?:[a-p]{8})?$", "eight letters from a to p")]
FormerNames = Annotated[
    str,
    matching(
        rf"^$|^{SLUG.strip('^$')}(?: {SLUG.strip('^$')})*$",
        "names in small letters, digits and hyphens, with spaces between",
    ),
]
Fingerprint = Annotated[
    str, matching(r"^(?:[0-9a-f]{8})?$", "eight digits and letters from a to f")
]


def words_of(protocol: Protocol) -> Words:
    """The words of the protocol that the data files may use."""
    comparators = protocol.comparators
    listed: dict[str, Sequence[str]] = {
        name: [item.id for item in getattr(protocol, name)]
        for name in ("conditions", "outcomes", "timepoints")
    }
    return listed | {
        "measures": tuple(protocol.measures),
        "comparators": (*comparators.inactive, *comparators.active),
        "tools": protocol.risk_of_bias.tools,
    }
