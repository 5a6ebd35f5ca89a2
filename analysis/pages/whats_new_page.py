"""What's new: each outcome before and now, and what changed the conclusion."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.evidence.rows import Evidence
from analysis.formatting import counted, day, listed
from analysis.pages import links
from analysis.pages.html import LABELLED_CARDS, Html, element, items, join, link, paragraph, table
from analysis.pages.notices_section import notices_said
from analysis.protocol import Version
from analysis.synthesis.estimate_text import i2_text, interval_text, named_estimate, tau2_text
from analysis.versions.compare import ARROWS, Change, Comparison, kind_of_version
from analysis.versions.releases import Release
from analysis.versions.state import certainty_text, participants_text


def summary(
    evidence: Evidence,
    before: Release,
    changes: Sequence[Change],
    unreleased: Comparison | None,
) -> Html:
    """Which kind of version this is, what triggered it, and what it is compared with."""
    version = evidence.protocol.version
    trials = {trial for change in changes for trial in change.new_trials}
    return join(
        (
            paragraph(
                f"Version {version.name} of {day(version.date)}: {kind_of_version(changes)}."
            ),
            paragraph(
                f"It is compared with version {before.name} of {day(before.date)}, both by the "
                "present methods, so that what differs is the evidence and not the method. "
                f"{counted(len(trials), 'trial')} with usable numbers came in since."
            ),
            _why_and_how(version),
            since_release(unreleased),
            notices_said(evidence, up="../"),
            paragraph(
                "Differences below zero favour therapy; risk ratios above 1 do. "
                f"{ARROWS['lower']} means that the estimate moved towards less, "
                f"{ARROWS['higher']} towards more, {ARROWS['same']} that it prints the same, "
                f"{ARROWS['new']} that there was none before."
            ),
        )
    )


def _why_and_how(version: Version) -> Html:
    """What triggered the version and what it changed in the methods, as the protocol says."""
    said = {"What triggered it": version.trigger, "What changed in the methods": version.methods}
    sentences = [f"{label}: {text.rstrip('.')}. " for label, text in said.items() if text]
    more = link("Differences from the 2014 review", "../methods/differences.html")
    return paragraph(*sentences, more, ".") if sentences else Html("")


def since_release(unreleased: Comparison | None) -> Html:
    """That the data have moved on since the version was released; nothing where they have not."""
    if unreleased is None or not unreleased.anything:
        return Html("")
    moved = [change.state.title for change in unreleased.changed]
    corrected = counted(len(unreleased.corrections), "value")
    verb = "was" if len(unreleased.corrections) == 1 else "were"
    results = f", and the results changed for {listed(moved)}" if moved else ""
    return paragraph(
        element("strong", "Not yet released: "),
        f"since version {unreleased.before} was released, {corrected} {verb} corrected{results}.",
    )


def changes_table(changes: Sequence[Change]) -> Html:
    """Old estimate → new estimate, one row a question that has or had one."""
    rows = [_row(change) for change in changes if any(change.estimates)]
    caption = "This version against the one before"
    numbers = ("Trials", "Participants")
    return table(rows, caption, numbers=numbers, class_=LABELLED_CARDS)


def _row(change: Change) -> dict[str, object]:
    before, now = change.estimates
    state = change.state
    return {
        "Question": links.question(state),
        "Trials": f"{change.before.k if change.before else 0} → {state.k}",
        "Participants": f"{participants_text(change.before)} → {participants_text(change.now)}",
        "Before": named_estimate(state.measure, before),
        "Now": f"{change.arrow} {named_estimate(state.measure, now)}",
        "New setting, now": interval_text(state.measure, now.prediction if now else None),
        "τ²": f"{tau2_text(before)} → {tau2_text(now)}",
        "I²": f"{i2_text(before)} → {i2_text(now)}",
        "Certainty": f"{certainty_text(change.before)} → {certainty_text(change.now)}",
        "Conclusion": f"changed: {listed(change.rules)}" if change.rules else "unchanged",
    }


def causes(found: Comparison) -> Html:
    """Which trials are new, gone or changed in each question, and which rows were corrected."""
    entries = []
    for change in found.changes:
        parts = [
            f"{counted(len(labels), 'trial')} {verb} ({listed(labels)})"
            for labels, verb in (
                (change.new_trials, "more"),
                (change.lost_trials, "fewer"),
                (change.moved_trials, "with another number"),
            )
            if labels
        ]
        rows = dict.fromkeys(item.row for item in found.corrected_in(change))
        if rows:
            parts.append(f"corrected: {listed(list(rows))}")
        if parts:
            entries.append(join((links.question(change.state), f": {listed(parts)}.")))
    return items(entries) if entries else paragraph("No trial came in, left or changed.")


def corrections(found: Comparison, unreleased: Comparison | None) -> Html:
    """Every corrected value, old and new: since the version before, and since the release."""
    later = unreleased.corrections if unreleased else ()
    parts = [corrections_table(found)]
    if unreleased and set(later) - set(found.corrections):
        parts.append(corrections_table(unreleased))
    return join(parts)


def corrections_table(found: Comparison) -> Html:
    """Values that stood in both versions and differ."""
    if not found.corrections:
        return paragraph(f"No value that stood in version {found.before} was corrected.")
    rows = [
        {
            "File": item.file,
            "Row": item.row,
            "Column": item.column,
            "Before": item.before or "blank",
            "Now": item.now or "blank",
        }
        for item in found.corrections
    ]
    return table(rows, f"Corrected since version {found.before}")


def history(releases: Sequence[Release]) -> Html:
    """Every version so far, the latest first."""
    rows = [
        {
            "Version": release.name,
            "Date": day(release.date),
            "Follows": release.follows or "the first",
            "Kind": release.kind or "baseline review",
        }
        for release in reversed(releases)
    ]
    return table(rows, "Versions")


def rules() -> Html:
    """The rules by which a conclusion counts as changed."""
    return items(
        (
            "The direction of the estimate changes.",
            "The interval comes to include or to exclude no difference.",
            "The interval comes to include or to exclude the smallest important difference.",
            "An estimate appears where there was none, or disappears.",
        )
    )
