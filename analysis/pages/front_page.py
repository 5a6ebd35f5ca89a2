"""The front page: status, the answer, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analysis.evidence.rows import Evidence
from analysis.evidence.verification import is_verified
from analysis.figures.effect_scale import Scale, estimate_span
from analysis.figures.strip import strip_scale, synthesis_strip
from analysis.formatting import count, counted, day, listed, percent_level, sentence_case
from analysis.pages import links
from analysis.pages.acceptability_rows import answer_row
from analysis.pages.answer_in_short import VERY_UNCERTAIN, by_evidence, is_known
from analysis.pages.before_and_after import towards
from analysis.pages.certainty_section import mark
from analysis.pages.comparison_page import FOLDER, stem_of
from analysis.pages.html import CARDS, Html, element, items, join, link, paragraph, table, text
from analysis.pages.missing_results_section import trials_said
from analysis.pages.notices_section import notices_said
from analysis.pages.status_line import searched_since
from analysis.pages.whats_new_page import since_release
from analysis.protocol import Protocol
from analysis.publishing.addresses import FEED
from analysis.searching.history import Search, source_status
from analysis.synthesis.estimate_text import interval_text, named_estimate
from analysis.synthesis.published_estimates import printed_text, rebuilt_from
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.interval_sentences import read_instead, rule_of
from analysis.synthesis.wording.measure_words import better_sides, explained, measures_in_use
from analysis.versions.compare import Change, Comparison
from analysis.versions.edition import Edition, LastVersion
from analysis.versions.results import results_of
from analysis.versions.state import certainty_text


def status(
    evidence: Evidence,
    searches: tuple[Search, ...],
    results: dict[str, Synthesis],
    edition: Edition,
) -> Html:
    """One line: version, last search per source, next search due, trials and participants."""
    protocol = evidence.protocol
    by_day: dict[tuple[str, bool], list[str]] = {}
    for source in source_status(protocol, searches):
        last = "never searched" if source.last_searched is None else day(source.last_searched)
        due = "" if source.next_due is None else day(source.next_due)
        said = f"last searched {last}; next search due {due}" if due else last
        by_day.setdefault((said, source.overdue), []).append(source.source)
    parts = [
        element("strong" if edition.is_draft else "span", edition.dated),
        *(
            element("span", f"{listed(names)}: {said}", overdue_mark(overdue))
            for (said, overdue), names in by_day.items()
        ),
        trials_said(results),
    ]
    asked = link("Questions people ask", "about/questions.html")
    return join(
        (
            element("p", join(parts, " · "), class_="status-line"),
            element("p", asked, class_="first-links"),
        )
    )


def overdue_mark(overdue: bool) -> Html:
    return element("strong", " (overdue)", class_="overdue") if overdue else Html("")


def compared(edition: Edition, last: LastVersion | None) -> Comparison | None:
    """What the answers are held against: a draft against the last version, that against its own."""
    before = last.found if last else None
    return edition.found if edition.is_draft or before is None else before


def answers(evidence: Evidence, results: dict[str, Synthesis], against: Comparison | None) -> Html:
    """The answer table of every condition, that with most participants first."""
    return join(
        answer_table(evidence, results, against, condition.id)
        for condition in by_evidence(evidence.protocol, results)
    )


def answer_table(
    evidence: Evidence,
    results: dict[str, Synthesis],
    against: Comparison | None,
    condition: str,
) -> Html:
    """One row an outcome of this condition, right after treatment."""
    protocol = evidence.protocol
    shown = results_of(results, condition, protocol.timepoints[0].id)
    scales = common_scales(shown)
    changes = against.changes if against else ()
    by_key = {change.state.question.key: change for change in changes}
    since = f"Since version {against.before}" if against else None
    rows: list[Mapping[str, object]] = []
    for synthesis in shown:
        outcome = protocol.outcome(synthesis.question.outcome)
        label = sentence_case(outcome.label)
        rows.append(
            {
                "Outcome": links.question(synthesis, label, up=""),
                "What we know": _known(synthesis),
                "How large": _effect(synthesis, scales[synthesis.measure.axis_label], label),
            }
            | (
                {
                    since: _change(
                        by_key[synthesis.question.key],
                        against,
                        earlier_review(synthesis, protocol),
                        protocol.words.intervention_in_short,
                    )
                }
                if against and since
                else {}
            )
        )
    rows.append(answer_row(evidence, condition, since))
    said = (*protocol.condition_told(condition), protocol.timepoints[0].description)
    caption = sentence_case(", ".join(said))
    return table(rows, caption, class_=f"answers {CARDS}")


def _known(synthesis: Synthesis) -> Html:
    """The answer in plain words, and on how much it rests."""
    if synthesis.primary is None:
        return element("span", synthesis.sentences.plain)
    people = (
        "" if synthesis.n_total is None else f", {counted(synthesis.n_total, 'person', 'people')}"
    )
    more = " or more" if synthesis.n_unknown and people else ""
    # Row and caption name the outcome: what is not known is said in few words.
    said = synthesis.sentences.plain if is_known(synthesis) else f"{VERY_UNCERTAIN}."
    return join(
        (
            element("span", said, class_="plain"),
            element("small", f"{counted(synthesis.k, 'trial')}{people}{more}"),
            element("small", "certainty: ", mark(synthesis.certainty), class_="certainty"),
        )
    )


def _effect(synthesis: Synthesis, scale: Scale, label: str) -> Html:
    """The picture, the estimate with its interval, and what to expect in a new setting."""
    if synthesis.primary is None:
        return text("no usable numbers")
    said = named_estimate(synthesis.measure, synthesis.primary)
    prediction = synthesis.headline_prediction
    expected = (
        element("small", f"in a new setting {interval_text(synthesis.measure, prediction)}")
        if prediction
        else Html("")
    )
    strip = strip_of(synthesis, scale, label)
    instead = read_instead(synthesis.measure, synthesis.bayesian)
    read = element("small", instead) if instead else Html("")
    return join((strip, element("span", said, class_="nowrap"), read, expected))


def strip_of(synthesis: Synthesis, scale: Scale, label: str) -> Html:
    """The picture of a question with an estimate, the size of a word."""
    said = named_estimate(synthesis.measure, synthesis.primary)
    return Html(synthesis_strip(synthesis, scale, title=f"{label}: {said}"))


def common_scales(syntheses: Sequence[Synthesis]) -> dict[str, Scale]:
    """One axis for all strips of one measure, by what it is called: they can be compared."""
    scales = {}
    for measure in {s.measure.axis_label: s.measure for s in syntheses}.values():
        spans = [
            estimate_span(s.measure, s.primary)
            for s in syntheses
            if s.primary and s.measure.axis_label == measure.axis_label
        ]
        scales[measure.axis_label] = strip_scale(measure, spans)
    return scales


def _change(change: Change, against: Comparison, earlier: str, side: str) -> Html:
    """Which way the answer moved, and what was said before, in text and not on hover only."""
    said = (*_before(change, against, earlier), *_otherwise(change))
    return join((f"{towards(change, side)}.", *(element("small", f"{each}.") for each in said)))


def _before(change: Change, against: Comparison, earlier: str) -> Iterator[str]:
    """What the version before said: as published where others did, then our rebuilding.

    What the review before this one printed is told too where that version had no estimate.
    """
    before, now = change.before, change.now
    estimate = named_estimate(change.state.measure, before.primary if before else None)
    if change.after_publication:
        yield (
            f"Before, {earlier}"
            if earlier
            else (f"No estimate that {against.publication} printed is on record")
        )
        if before and before.primary:
            yield (
                f"Version {against.before}, rebuilt from {rebuilt_from(before.k)}, has {estimate}"
            )
    elif before and before.primary:
        trials = "trial" if before.k == 1 else "trials"
        since = f", now {now.k}" if now and now.k != before.k else ", as now"
        yield f"It was {estimate} in version {against.before}, from {before.k} {trials}{since}"
    elif earlier:
        yield f"Before both, {earlier}"


def _otherwise(change: Change) -> Iterator[str]:
    """What else a reader would want to know: another certainty, and why the conclusion changed."""
    before, now = change.before, change.now
    if before and now and before.primary and now.primary and not change.after_publication:
        then, today = certainty_text(before), certainty_text(now)
        if then != today:
            yield f"Certainty is {today}, was {then}"
    if change.rules and all(change.estimates):
        yield f"The conclusion changed: {listed(change.rules)}"


def earlier_review(synthesis: Synthesis, protocol: Protocol) -> str:
    """What the baseline review printed for a question; nothing where none is on record."""
    printed = synthesis.printed_before
    if printed is None:
        return ""
    return f"{protocol.words.baseline} printed {printed_text(synthesis.measure, printed)}"


def what_changed(
    evidence: Evidence, searches: tuple[Search, ...], edition: Edition, last: LastVersion | None
) -> Html:
    """What is not released yet, what the last version brought, what to be careful about."""
    return join(
        (
            since_release(edition),
            *_brought(last),
            paragraph(
                _unverified(evidence),
                searched_since(evidence.protocol, searches),
            ),
            notices_said(evidence),
        )
    )


def _unverified(evidence: Evidence) -> str:
    """How many rows nobody has checked; nothing where there is no row."""
    rows = evidence.outcomes
    unverified = sum(not is_verified(row) for row in rows)
    if not rows:
        return ""
    every = counted(len(rows), "row")
    if not unverified:
        return f"All numbers, {every}, were checked by a person against the report of the trial. "
    return (
        f"Of {every} of numbers {count(unverified)} {'has' if unverified == 1 else 'have'} not yet "
        "been checked by a person against the report of the trial. "
    )


def _brought(last: LastVersion | None) -> Iterator[Html]:
    """The new trials of the last version, and the conclusions that moved."""
    if last is None or last.found is None:
        return
    changes = last.found.changes
    new = {trial for change in changes for trial in change.new_trials}
    moved = [change for change in changes if change.rules and all(change.estimates)]
    compared = [change for change in changes if all(change.estimates)]
    first = [change for change in changes if change.direction == "new"]
    publication = last.found.publication
    had, held = "there was none before", "By our rules the"
    if publication:
        had = f"no estimate that {publication} printed is on record"
        held = f"Held against what {publication} printed, the"
    estimates = f" It has an estimate for {counted(len(first), 'question')} of which {had}."
    yield paragraph(
        f"Version {last.found.now} brought {counted(len(new), 'trial')} with usable numbers since "
        f"version {last.found.before}.{estimates if first else ''}"
    )
    picture = stem_of(last.found.before, last.found.now)
    concluded = (
        f"{held} conclusion changed for {len(moved)} of {counted(len(compared), 'question')} "
        "with an estimate before and now. "
    )
    yield paragraph(
        concluded if compared else "No question has an estimate both before and now. ",
        link("What’s new", "living/whats-new.html"),
        " says which ones, and why. ",
        link("A picture", f"{FOLDER}/{picture}.html"),
        " has each answer as it was above the answer as it is.",
    )


def how_to_read(evidence: Evidence) -> Html:
    """What the columns of the answer table mean: each measure, the intervals, the picture."""
    protocol = evidence.protocol
    level = percent_level(protocol.synthesis.level)
    enough = protocol.synthesis.prediction_headline_minimum_k
    return element(
        "details",
        element("summary", "How to read this table"),
        *(paragraph(explained(found, protocol)) for found in measures_in_use(protocol)),
        paragraph(
            f"The interval holds the values that fit the data at the {level} level. "
            f"{rule_of(evidence.protocol)} “In a new "
            "setting” is where we expect the true effect in one more trial like these, which "
            f"{enough} trials or more are needed to say; it is wide when trials differ."
        ),
        paragraph(
            "In the picture the diamond is the estimate, the line its interval, the pale bar the "
            "range for a new setting, the upright line no difference, and the grey band a "
            f"difference too small to matter. {better_sides(protocol)}"
        ),
    )


def read_on(evidence: Evidence, edition: Edition) -> Html:
    """Where to go from here, and how to cite."""
    protocol = evidence.protocol
    cite = f"The review team. {protocol.title}: a living systematic review. {edition.cited}."
    return items(
        (
            link("Plain language summary", "about/plain-language-summary.html"),
            link("What’s new, outcome by outcome", "living/whats-new.html"),
            link("All versions, and any two side by side", "living/versions.html"),
            link("How the review was made", "methods/eligibility.html"),
            link("All questions at a glance", "results/overview.html"),
            link("The included trials", "results/included-trials.html"),
            link("Data, results and figures to download", "living/downloads.html"),
            link("The data, their sources and licences", "about-the-data.html"),
            *_feed(protocol),
            join(("Cite as: ", element("cite", cite))),
        )
    )


def _feed(protocol: Protocol) -> list[Html]:
    """The feed of versions, which exists where the site's address is known."""
    if not protocol.site_url:
        return []
    return [link("A feed that announces each new version", FEED)]
