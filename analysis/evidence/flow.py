"""The counts of the PRISMA 2020 flow diagram for an updated review; they must add up.

Page et al. 2021, 10.1136/bmj.n71. A count that nobody recorded is `None`, and a stream
that was not searched is `None`: neither is a zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Counts = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Stream:
    """One way that reports came in. A count that nobody recorded is `None`.

    `identified` by source, `removed` before screening by reason, `reports_excluded`
    by the criterion that fails. For other methods `removed`, `screened` and
    `excluded` are not part of the diagram. `to_screen`, `to_retrieve` and `to_assess`
    are what still waits for a person.
    """

    identified: Counts
    sought: int | None
    not_retrieved: int | None
    assessed: int | None
    reports_excluded: Counts
    removed: Counts = ()
    screened: int | None = None
    excluded: int | None = None
    reports_included: int | None = None
    reports_awaiting: int | None = None
    to_screen: int = 0
    to_retrieve: int = 0
    to_assess: int = 0


@dataclass(frozen=True)
class SourceYield:
    """What one source brought: `hits` as in the flow, `reports` after duplicates, `studies` of it
    that are included; `..._only_here` are those that no other source brought.
    """

    source: str
    kind: str
    hits: int
    reports: int
    reports_only_here: int
    studies: int
    studies_only_here: int


@dataclass(frozen=True)
class Flow:
    """The counts of the diagram; a stream that was not searched is `None`.

    So are the studies of a previous version where the review continues no other.
    """

    previous_studies: int | None
    previous_reports: int | None
    databases: Stream | None
    other: Stream | None
    new_studies: int
    new_reports: int | None
    awaiting_studies: int
    total_studies: int
    total_reports: int | None


def flow_problems(flow: Flow) -> tuple[str, ...]:
    """Every sum that does not come out; sums with a count that nobody recorded are left out."""
    found = list(
        _unequal(
            "total studies",
            flow.total_studies,
            "previous and new studies",
            (flow.previous_studies, flow.new_studies),
        )
    )
    found += _unequal(
        "total reports",
        flow.total_reports,
        "previous and new reports",
        (flow.previous_reports, flow.new_reports),
    )
    for name, stream in (("databases", flow.databases), ("other methods", flow.other)):
        if stream is not None:
            found += (f"{name}: {said}" for said in _stream_problems(stream))
    return tuple(found)


def _stream_problems(stream: Stream) -> Iterator[str]:
    identified = [number for _, number in stream.identified]
    if stream.screened is not None:
        removed = [number for _, number in stream.removed]
        yield from _unequal(
            "records identified",
            _sum(identified),
            "removed, screened and to screen",
            (_sum(removed), stream.screened, stream.to_screen),
        )
        yield from _unequal(
            "records screened",
            stream.screened,
            "excluded and sought",
            (stream.excluded, stream.sought),
        )
    yield from _unequal(
        "reports sought",
        stream.sought,
        "not retrieved, to retrieve, assessed and to assess",
        (stream.not_retrieved, stream.to_retrieve, stream.assessed, stream.to_assess),
    )
    excluded = [number for _, number in stream.reports_excluded]
    yield from _unequal(
        "reports assessed",
        stream.assessed,
        "excluded, included and awaiting",
        (_sum(excluded), stream.reports_included, stream.reports_awaiting),
    )


def _sum(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _unequal(what: str, whole: int | None, of: str, parts: tuple[int | None, ...]) -> Iterator[str]:
    together = _sum(list(parts))
    if whole is not None and together is not None and whole != together:
        yield f"{what} are {whole}, {of} together {together}"
