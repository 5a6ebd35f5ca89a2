"""What changed between two versions as a picture: before above after, question by question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analysis.figures.effect_scale import Scale, Span, estimate_span, important_band
from analysis.figures.strip import forest_strip, strip_scale
from analysis.formatting import counted, listed, sentence_case
from analysis.pages.html import Html, element, items, join, paragraph
from analysis.pages.whats_new_page import version_named
from analysis.protocol import Protocol
from analysis.synthesis.estimate_text import Estimated, interval_text, named_estimate
from analysis.synthesis.published_estimates import rebuilt_from, trials_printed
from analysis.synthesis.study_effect import Measure
from analysis.synthesis.wording.measure_words import better_sides
from analysis.versions.compare import Change, Comparison
from analysis.versions.state import PooledState, QuestionState, certainty_text
from analysis.versions.step_text import from_to
from analysis.versions.steps import Cause
from analysis.versions.way import Move, Pair

# What moved a question: how its mark is drawn, and what it says.
MARKS: Mapping[Cause | None, tuple[str, str]] = {
    "new evidence": ("evidence", "New evidence"),
    "corrections": ("corrections", "Correction"),
    "the method": ("method", "Method"),
    None: ("unknown", "Cause not told apart"),
}
Scales = Mapping[str, Scale]


def picture(pair: Pair, protocol: Protocol, *, under: Literal["h2", "h3"] = "h2") -> Html:
    """Each question that moved with its strips, then a line each on the others.

    `under` is the level of its headings.
    """
    found = pair.found
    shown = [change for change in found.changes if _shown(change)]
    moved = [change for change in shown if pair.of(change) or change.direction != "same"]
    changed = [change for change in shown if change.anything and change not in moved]
    same = [change for change in shown if change not in moved and change not in changed]
    none = [change.state.title for change in found.changes if change not in shown]
    scales = _scales(found)
    parts: list[object] = [
        element(under, "Where an estimate or its interval moved"),
        _how_to_read(protocol) if moved else paragraph("Nowhere."),
        *(_question(pair, change, scales, protocol, _below(under)) for change in moved),
    ]
    for heading, entries in (
        ("Where something else changed", [_line(each, *_words(each)) for each in changed]),
        ("What stayed the same", [_line(each) for each in same]),
        ("No usable numbers in either", none),
    ):
        if entries:
            parts += [element(under, heading), items(entries)]
    return join(parts, "\n")


def in_sum(pair: Pair) -> str:
    """How many questions differ, by what, and for how many the conclusion does."""
    found = pair.found
    if not found.changed:
        return "No question has another result."
    moved = {cause: number for cause, number in pair.moved_by.items() if number}
    by = [f"{cause} moved {counted(moved[cause], 'question')}" for cause in reversed(moved)]
    both = [change for change in found.changes if all(change.estimates)]
    ruled = sum(bool(change.rules) for change in both)
    return " ".join(
        (
            f"{len(found.changed)} of {counted(len(found.changes), 'question')} differ in "
            "estimate, interval, trials or certainty.",
            *([f"{sentence_case(listed(by))}."] if by else []),
            f"The conclusion changed for {ruled or 'none'} of {counted(len(both), 'question')} "
            "with an estimate before and now.",
        )
    )


def towards(change: Change, side: str) -> str:
    """Which way a question moved, as a reader would say it."""
    before, now = change.estimates
    if before and now and change.direction != "same":
        # Below zero favours the intervention, whatever is printed.
        more = now.estimate < before.estimate
        return f"{change.arrow} {'More' if more else 'Less'} in favour of {side} than before"
    words = {
        "same": "The same estimate as before",
        "new": "New: there was no estimate before",
        "gone": "There is no estimate any more",
    }
    return f"{change.arrow} {words.get(change.direction, 'No usable numbers, before or now')}"


def _shown(change: Change) -> bool:
    return bool(change.pooled_before or any(change.estimates))


def _how_to_read(protocol: Protocol) -> Html:
    marks = join((_mark(cause) for cause in MARKS if cause), " ")
    return join(
        (
            paragraph(
                "Each question has the estimate before above the estimate after, on one axis. "
                "A diamond is pooled from several trials, a square is one trial; the line is the "
                "interval, the upright line no difference, the grey band a difference too small to "
                f"matter, and an arrow says that the interval goes on. {better_sides(protocol)}"
            ),
            paragraph("What moved an estimate is marked: ", marks, "."),
        )
    )


def _below(heading: str) -> str:
    return f"h{int(heading[1]) + 1}"


def _question(pair: Pair, change: Change, scales: Scales, protocol: Protocol, heading: str) -> Html:
    title = change.state.title
    return element(
        "section",
        element(heading, title, id=change.state.question.slug),
        element("div", *_strips(pair.found, change, scales), class_="strips"),
        paragraph(element("strong", f"{towards(change, protocol.words.intervention_in_short)}.")),
        items([*_moves(pair, change), *_words(change)]),
        class_="question",
    )


@dataclass(frozen=True)
class _Row:
    """One strip of the picture: which version, its estimate `on` which trials, how many (`k`)."""

    when: str
    measure: Measure
    found: Estimated | None
    on: str
    k: int | None
    kind: Literal["first", "last"] = "first"


def _strips(found: Comparison, change: Change, scales: Scales) -> Iterator[Html]:
    """The numbers of the axis stand below the last strip."""
    *upper, last = _rows(found, change)
    for line in upper:
        bare = replace(scales[line.measure.axis_label], ticks=())
        yield from _strip(line, change.state, bare)
    yield from _strip(last, change.state, scales[last.measure.axis_label])


def _rows(found: Comparison, change: Change) -> Iterator[_Row]:
    """Before, then after; between them our rebuilding, where others published what was before."""
    before, now, measure = change.before, change.now, change.state.measure
    earlier, later = (sentence_case(version_named(name)) for name in (found.before, found.now))
    if not change.after_publication:
        yield _row_of(earlier, measure, before)
    else:
        printed, published = change.printed, sentence_case(found.publication)
        yield (
            _Row(published, measure, printed, trials_printed(printed), printed.k)
            if printed
            else _Row(published, measure, None, "", None)
        )
        if before and before.primary:
            rebuilt = f"{earlier}, our rebuilding"
            yield _Row(rebuilt, before.measure, before.primary, rebuilt_from(before.k), before.k)
    yield replace(_row_of(later, measure, now), kind="last")


def _row_of(when: str, measure: Measure, state: QuestionState | None) -> _Row:
    if state is None:
        return _Row(when, measure, None, "", None)
    return _Row(when, state.measure, state.primary, _people(state), state.k)


def _strip(line: _Row, asked: QuestionState, scale: Scale) -> Iterator[Html]:
    """Three cells of the picture: which version, its strip, and its numbers."""
    found, measure = line.found, line.measure
    said = named_estimate(measure, found) if found else "no usable numbers"
    strip = forest_strip(
        estimate_span(measure, found) if found else Span(None, None, None),
        scale,
        title=f"{asked.title}, {line.when}: {said}",
        no_effect=measure.no_effect,
        band=important_band(asked) if measure.name == asked.measure.name else None,
        pooled=line.k != 1,
    )
    yield element("div", line.when, class_=f"when {line.kind}")
    yield element("div", Html(strip), class_=line.kind)
    yield element("div", said, element("small", f", {line.on}") if found and line.on else "")


def _people(state: PooledState) -> str:
    people = "" if state.n_total is None else f", {counted(state.n_total, 'person', 'people')}"
    return f"{counted(state.k, 'trial')}{people}"


def _moves(pair: Pair, change: Change) -> Iterator[Html]:
    """What moved the question, in the order in which it did, and which version brought it."""
    for move in pair.of(change):
        yield join(
            (_mark(move.cause), f" {_in_version(pair, move)}{from_to(move.before, move.now)}.")
        )


def _in_version(pair: Pair, move: Move) -> str:
    """Which version it was, where there are several between the two."""
    versions = {each.version for moves in pair.moves.values() for each in moves}
    return "" if versions <= {pair.found.now} else f"in {version_named(move.version)}: "


def _mark(cause: Cause | None) -> Html:
    kind, said = MARKS[cause]
    return element("span", said, class_=f"kind {kind}")


def _words(change: Change) -> Iterator[str]:
    """The trials that made the difference, the certainty, and what became of the conclusion."""
    for labels, said in (
        (change.new_trials, "Trials that came in"),
        (change.lost_trials, "Trials that went"),
        (change.moved_trials, "Trials with another number"),
    ):
        if labels:
            yield f"{said}: {listed(labels)}."
    now = _rated(change.now)
    if change.before and change.now and not change.after_publication:
        before = _rated(change.before)
        yield f"Certainty: {now}, {'as before' if before == now else f'was {before}'}."
    elif change.now:
        yield f"Certainty now: {now}."
    read = change.now.conclusion_interval if change.now else None
    rests = f" (it rests on {interval_text(change.state.measure, read)})" if read else ""
    yield f"Conclusion {change.conclusion}{rests}."


def _rated(state: QuestionState | None) -> str:
    """The certainty in a sentence, where there is something to rate."""
    return certainty_text(state) if state and state.certainty else "not rated"


def _line(change: Change, *said: str) -> str:
    """A question that has the estimate it had, and what is said of it beyond that."""
    state = change.state
    estimate = named_estimate(state.measure, state.primary)
    return " ".join((f"{state.title}: {estimate}, {_people(state)}.", *said))


def _scales(found: Comparison) -> Scales:
    """One axis for all strips of one measure."""
    spans: dict[str, list[Span]] = {}
    measures: dict[str, Measure] = {}
    for change in found.changes:
        for measure, estimate in _estimates(change):
            measures[measure.axis_label] = measure
            spans.setdefault(measure.axis_label, []).extend(
                [estimate_span(measure, estimate)] if estimate else []
            )
    return {name: strip_scale(measure, spans[name]) for name, measure in measures.items()}


def _estimates(change: Change) -> Sequence[tuple[Measure, Estimated | None]]:
    states = [state for state in (change.before, change.now) if state]
    own = [(state.measure, state.primary) for state in states]
    return [*own, (change.state.measure, change.printed)]
