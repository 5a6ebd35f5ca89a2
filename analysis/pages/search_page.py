"""Search results: which searches were made, what is due, where the numbers came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from analysis.evidence.flow import Flow, SourceYield, Stream
from analysis.evidence.rows import Evidence, Source
from analysis.figures import showing
from analysis.figures.prisma_flow import prisma_flow
from analysis.figures.source_yield_plot import source_yield_plot
from analysis.formatting import count, counted, day
from analysis.pages import links
from analysis.pages.html import Html, element, join, link, paragraph, show, table
from analysis.pages.status_line import searched_since
from analysis.searching.history import Search, source_status
from analysis.searching.strategies_as_run import SourceSearched


def summary(evidence: Evidence, searches: tuple[Search, ...]) -> Html:
    """What the reader should know first: how old the last search is."""
    protocol = evidence.protocol
    before: tuple[Html | str, ...] = ()
    if protocol.baseline_review and protocol.baseline_search:
        review = link("baseline review", evidence.sources[protocol.baseline_review].url)
        before = (
            "The ",
            review,
            f" searched the databases up to {day(protocol.baseline_search)}. ",
        )
    return paragraph(*before, searched_since(protocol, searches))


def flow_figure(flow: Flow) -> None:
    """Display the PRISMA flow diagram."""
    showing.show(prisma_flow(flow), flow_alt(flow), "flow-diagram")


def flow_alt(flow: Flow) -> str:
    """The diagram in words."""
    databases = "no database was searched for this version"
    if flow.databases:
        found = sum(number or 0 for _, number in flow.databases.identified)
        databases = f"database searches identified {counted(found, 'record')}"
    assessed = (flow.other.assessed if flow.other else None) or 0
    before = ""
    if flow.previous_studies is not None:
        before = f"{counted(flow.previous_studies, 'trial')} from the previous version; "
    included = f"{counted(flow.new_studies, 'new trial')} included"
    return (
        f"PRISMA flow diagram. {before}{databases}; "
        f"other methods led to {counted(assessed, 'report')} assessed. "
        f"{included}, {counted(flow.total_studies, 'trial')} in all, "
        f"{count(flow.awaiting_studies)} awaiting classification."
    )


def flow_table(flow: Flow) -> Html:
    """The numbers of the diagram; what nobody recorded is said so, not guessed."""
    rows = [
        *(
            [_step("Previous version", "Trials included", flow.previous_studies)]
            if flow.previous_studies is not None
            else []
        ),
        *_stream("Databases and registers", flow.databases),
        *_stream("Other methods", flow.other),
        _step("This version", "New trials included", flow.new_studies),
        _step("This version", "Trials in the review", flow.total_studies),
        _step("This version", "Trials awaiting classification", flow.awaiting_studies),
    ]
    return table(rows, "The flow in numbers", numbers=("Number",))


def _stream(name: str, stream: Stream | None) -> list[dict[str, str]]:
    if stream is None:
        return [{"Part": name, "Step": "not searched for this version", "Number": ""}]
    identified = [_step(name, f"Identified: {source}", n) for source, n in stream.identified]
    removed = [_step(name, f"Removed: {reason}", n) for reason, n in stream.removed]
    screened = [
        _step(name, "Records screened", stream.screened),
        _step(name, "Records excluded", stream.excluded),
    ]
    return [
        *identified,
        *removed,
        *(screened if stream.screened is not None else []),
        *(
            [_step(name, "Records excluded by title and abstract", stream.excluded)]
            if stream.screened is None and stream.excluded is not None
            else []
        ),
        *_waiting(name, "Records still to screen", stream.to_screen),
        _step(name, "Reports sought", stream.sought),
        _step(name, "Reports not retrieved", stream.not_retrieved),
        *(
            [_step(name, "Reports still to obtain", stream.to_retrieve)]
            if stream.to_retrieve
            else []
        ),
        _step(name, "Reports assessed", stream.assessed),
        *_waiting(name, "Reports still to assess", stream.to_assess),
        *(_step(name, f"Excluded: {reason}", n) for reason, n in stream.reports_excluded),
    ]


def _waiting(part: str, step: str, number: int) -> list[dict[str, str]]:
    return [_step(part, step, number)] if number else []


def _step(part: str, step: str, number: int | None) -> dict[str, str]:
    return {
        "Part": part,
        "Step": step,
        "Number": "not recorded" if number is None else count(number),
    }


def yield_figure(yields: Sequence[SourceYield]) -> None:
    """Display what each source brought, or say that there is nothing to compare."""
    if not yields:
        show(
            paragraph(
                "No source has been searched for this version, so there is nothing to compare."
            )
        )
        return
    said = "; ".join(
        f"{found.source} {counted(found.reports, 'report')}, "
        f"{count(found.reports_only_here)} of them by itself"
        for found in yields
    )
    showing.show(source_yield_plot(yields), f"What each source brought. {said}.", "sources")


def yield_table(yields: Sequence[SourceYield]) -> Html:
    """The same in numbers; the records are those of the flow."""
    rows = [
        {
            "Source": found.source,
            "Kind": found.kind,
            "Records": count(found.hits),
            "Reports": count(found.reports),
            "Only here": count(found.reports_only_here),
            "Included trials": count(found.studies),
            "Missed by all others": count(found.studies_only_here),
        }
        for found in yields
    ]
    numbers = ("Records", "Reports", "Only here", "Included trials", "Missed by all others")
    return table(rows, "What each source brought", numbers=numbers) if rows else Html("")


def searches_table(evidence: Evidence, searches: tuple[Search, ...]) -> Html:
    """Each source: last search, its records, when the next is due."""
    hits = {(source, s.date): s.hits_of(source) for s in searches for source in s.sources}
    rows = [
        {
            "Source": status.source,
            "Last searched": day(status.last_searched) if status.last_searched else "never",
            "Records": _records(hits, status.source, status.last_searched),
            "Next search due": day(status.next_due) if status.next_due else "now",
            "State": "overdue" if status.overdue else "up to date",
        }
        for status in source_status(evidence.protocol, searches)
    ]
    return table(rows, "Searches made and due")


def _records(hits: dict, source: str, date: object) -> str:
    found = hits.get((source, date))
    return "not seen" if found is None else count(found)


def strategies(found: Sequence[SourceSearched]) -> Html:
    """Each search with its strategy as run, or that none is on record."""
    if not found:
        return paragraph("This project has run no search yet, so no strategy is on record as run.")
    return join(map(_strategy, found))


def _strategy(searched: SourceSearched) -> Html:
    heading = f"{searched.source}, {day(searched.date)}"
    if searched.strategy is None:
        return paragraph(f"{heading}: the strategy as run is not on record.")
    return element(
        "details", element("summary", heading), element("pre", searched.strategy, tabindex="0")
    )


def sources_table(sources: Mapping[str, Source], of_rows: Sequence[str]) -> Html:
    """Every source of outcome rows with how many rows it gave, most first.

    `of_rows` is the source of each row.
    """
    rows_by_source = Counter(of_rows)
    rows = [
        {
            "Source": links.source(source),
            "Kind": source.kind,
            "Outcome rows": count(rows_by_source[source.source_id]),
            "Licence": source.licence,
            "Note": source.note,
        }
        for source in sorted(
            sources.values(), key=lambda s: (-rows_by_source[s.source_id], s.source_id)
        )
        if rows_by_source[source.source_id]
    ]
    if not of_rows:
        return paragraph("There are no outcome rows yet, so none came from anywhere.")
    caption = f"Sources of the {counted(len(of_rows), 'outcome row')}"
    return table(rows, caption, numbers=("Outcome rows",))
