"""What's new: what the last version brought, and what has changed since it was released."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analysis.book.written_chapters import OF_THE_EDITION
from analysis.evidence.rows import Evidence
from analysis.formatting import count, counted, day, listed, sentence_case
from analysis.pages import links
from analysis.pages.html import LABELLED_CARDS, Html, element, items, join, link, paragraph, table
from analysis.pages.notices_section import notices_said
from analysis.protocol import Protocol, Version
from analysis.publishing.downloads import OF_A_QUESTION
from analysis.publishing.review_description import ReviewDescription
from analysis.synthesis.estimate_text import i2_text, interval_text, named_estimate, tau2_text
from analysis.synthesis.published_estimates import printed_text, rebuilt_from
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.measure_words import favourable_sides
from analysis.versions.by_name import NOW
from analysis.versions.compare import ARROWS, Change, Comparison
from analysis.versions.comparison_text import checked
from analysis.versions.data_changes import StatusChange
from analysis.versions.edition import Edition, LastVersion
from analysis.versions.releases import Release
from analysis.versions.state import certainty_text, participants_text


def values(
    edition: Edition, results: Mapping[str, Synthesis], review: ReviewDescription
) -> Mapping[str, Mapping[str, Any]]:
    """What every page and the prose say of the version, for `{{ review.… }}` and the status.

    And which questions no trial answers, for the menu of every page; and how each page describes
    the review to programs.
    """
    return {
        "described": _described(results, review),
        "menu": {"not_pooled": [links.page(each) for each in results.values() if not each.primary]},
        "status": {"version": edition.dated, "draft": edition.is_draft},
        "review": dict(zip(OF_THE_EDITION, (edition.in_prose, edition.cited), strict=True)),
    }


def _described(results: Mapping[str, Synthesis], review: ReviewDescription) -> dict[str, Any]:
    return {
        "title": review.title,
        "abstract": review.abstract,
        "keywords": list(review.keywords),
        "licence": review.licence_address,
        "version": review.version,
        "released": review.released.isoformat() if review.released else "",
        "authors": [[author.name, author.orcid] for author in review.team.authors],
        "contact": review.team.contact,
        "offers": {links.page(each): _offers(key, each) for key, each in results.items()},
    }


def _offers(key: str, synthesis: Synthesis) -> dict[str, str]:
    """The files that say what a question's page says, and what they are."""
    files = {OF_A_QUESTION["result"].format(key): "application/json"}
    if synthesis.primary:
        files[OF_A_QUESTION["fhir_evidence"].format(key)] = "application/fhir+json"
    return files


def opening(edition: Edition) -> Html:
    """Which version the site shows, or that it is a draft and which version to cite."""
    title = element("strong", f"{edition.dated}.")
    if not edition.is_draft or edition.last is None:
        return paragraph(title)
    last = edition.last
    return paragraph(
        title,
        " What this site shows has not been released: "
        f"cite version {last.name} of {day(last.date)}, whose numbers stand beside.",
    )


def since_release(edition: Edition) -> Html:
    """That the site is a draft, and what differs from the last version; nothing for a version."""
    if not edition.is_draft:
        return Html("")
    return join((opening(edition), _differences(edition)))


def _differences(edition: Edition) -> Html:
    if edition.last is None:
        return Html("")
    return join(
        (
            paragraph(f"What differs from version {edition.last.name}:"),
            items(edition.differences()),
        )
    )


def since_the_last(edition: Edition) -> Html:
    """What changed since the last version was released, its numbers beside the present ones."""
    if edition.last is None or edition.found is None:
        return paragraph("No version has been released yet.")
    name, found = edition.last.name, edition.found
    if not edition.is_draft:
        return paragraph(f"Nothing has changed since version {name} was released.")
    moved = [change for change in found.changed if any(change.estimates)]
    same = len(found.changes) - len(found.changed)
    settings = [
        {"Setting": element("code", s.name), f"Version {name}": s.before, "Draft": s.now}
        for s in found.data.settings
    ]
    return join(
        (
            _differences(edition),
            _changes_table(found, moved, (f"Version {name}", "Draft"))
            if moved
            else paragraph(f"No result differs from version {name}."),
            paragraph(sentence_case(f"{counted(same, 'question')} as in version {name}."))
            if moved
            else Html(""),
            element(
                "details",
                element("summary", f"{counted(len(settings), 'setting')} of the protocol"),
                table(settings, "Settings of the protocol that differ"),
            )
            if settings
            else Html(""),
        )
    )


def last_release(protocol: Protocol, last: LastVersion | None) -> Html:
    """What the last release brought, outcome by outcome."""
    if last is None:
        return paragraph("There is no version yet whose outcomes could be compared.")
    return join((summary(protocol, last), changes_table(last.found)))


def summary(protocol: Protocol, last: LastVersion) -> Html:
    """Which version was released last, what triggered it, and what it is compared with."""
    version, found = last.version, last.found
    if found is None or last.before is None:
        return join(
            (
                paragraph(f"Version {version.name} of {day(version.date)} is the first."),
                _why_and_how(protocol, version),
            )
        )
    trials = {trial for change in found.changes for trial in change.new_trials}
    came_in = sentence_case(counted(len(trials), "trial"))
    return join(
        (
            paragraph(f"Version {version.name} of {day(version.date)}: {last.kind}."),
            paragraph(
                f"It is compared with {_before(found, last.before)} {_by_which_rules(found)} "
                f"{came_in} with usable numbers came in between."
            ),
            _why_and_how(protocol, version),
            paragraph(
                f"{favourable_sides(protocol)} "
                f"{ARROWS['lower']} means that the estimate moved towards less, "
                f"{ARROWS['higher']} towards more, {ARROWS['same']} that it prints the same, "
                f"{ARROWS['new']} that there is none before it to compare with."
            ),
        )
    )


def _before(found: Comparison, before: Release) -> str:
    """The version before by its name and day, or the publication that stands for it."""
    version = f"version {before.name} of {day(before.date)}"
    return f"{found.publication} as published ({version})" if found.publication else f"{version},"


def _by_which_rules(found: Comparison) -> str:
    """Whether the two versions went by one protocol, or what of it changed between them."""
    settings = found.data.settings
    if found.publication:
        return "and conclusions are held against what it printed, not against our rebuilding of it."
    if not settings:
        return "both by the same protocol, so that what differs is the evidence and not the method."
    parts = listed(list(dict.fromkeys(setting.name.partition(".")[0] for setting in settings)))
    count = counted(len(settings), "setting")
    return f"each as it was released; the protocol changed between them in {count}, of {parts}."


def _why_and_how(protocol: Protocol, version: Version) -> Html:
    """What triggered the version and what it changed in the methods, as the protocol says."""
    said = {"What triggered it": version.trigger, "What changed in the methods": version.methods}
    sentences = [f"{label}: {text.rstrip('.')}. " for label, text in said.items() if text]
    before = protocol.words.baseline if protocol.baseline_review else "the protocol"
    more = link(f"Differences from {before}", "../methods/differences.html")
    return paragraph(*sentences, more, ".") if sentences else Html("")


def changes_table(found: Comparison | None) -> Html:
    """Old estimate → new estimate, one row a question that has or had one."""
    if found is None:
        return paragraph("There is no version before it.")
    changes = [change for change in found.changes if change.pooled_before or any(change.estimates)]
    return _changes_table(found, changes, ("Before", "Now"))


def _changes_table(found: Comparison, changes: Sequence[Change], named: tuple[str, str]) -> Html:
    if found.publication:
        return _against_a_publication(found, changes)
    caption = f"{sentence_case(version_named(found.now))} against {version_named(found.before)}"
    rows = [_row(change, *named) for change in changes]
    return table(rows, caption, numbers=("Trials", "Participants"), class_=LABELLED_CARDS)


def _against_a_publication(found: Comparison, changes: Sequence[Change]) -> Html:
    """As published → rebuilt → now: what others printed comes first and is what is compared."""
    rows = [_beside_the_print(change) for change in changes]
    caption = f"{sentence_case(version_named(found.now))} against {found.publication} as published"
    rebuilt = sum(change.rebuilt is not None for change in changes)
    return join(
        (
            table(
                rows, caption, numbers=("Trials, now", "Participants, now"), class_=LABELLED_CARDS
            ),
            paragraph(
                f"“As published” is what {found.publication} printed. “Rebuilt” is version "
                f"{found.before}: what our methods make of the open numbers of its trials, for "
                f"{counted(rebuilt, 'question')}. The two differ because numbers of some trials "
                "are not open, because open numbers are not those that its authors extracted, "
                "and because the model and the interval are ours. Which trials are missing "
                "stands on the page of each question, under “Then and now”."
            ),
        )
    )


def _beside_the_print(change: Change) -> dict[str, object]:
    measure, now = change.state.measure, change.estimates[1]
    printed, rebuilt = change.printed, "none"
    if change.before and change.rebuilt:
        estimate = named_estimate(measure, change.rebuilt)
        rebuilt = f"{estimate}, {rebuilt_from(change.before.k)}"
    return {
        "Question": links.question(change.state),
        "As published": printed_text(measure, printed) if printed else "none on record",
        "Rebuilt": rebuilt,
        "Trials, now": count(change.now.k if change.now else 0),
        "Participants, now": participants_text(change.now),
        "Now": f"{change.arrow} {named_estimate(measure, now)}",
        "New setting, now": interval_text(measure, now.prediction if now else None),
        "τ², now": tau2_text(now),
        "I², now": i2_text(now),
        "Certainty, now": certainty_text(change.now),
        "Conclusion": change.conclusion,
    }


def _row(change: Change, earlier: str, later: str) -> dict[str, object]:
    before, now, state = change.pooled_before, change.estimates[1], change.state
    return {
        "Question": links.question(state),
        "Trials": f"{change.before.k if change.before else 0} → {state.k}",
        "Participants": f"{participants_text(change.before)} → {participants_text(change.now)}",
        earlier: named_estimate(state.measure, before),
        later: f"{change.arrow} {named_estimate(state.measure, now)}",
        "New setting, now": interval_text(state.measure, now.prediction if now else None),
        "τ²": f"{tau2_text(before)} → {tau2_text(now)}",
        "I²": f"{i2_text(before)} → {i2_text(now)}",
        "Certainty": f"{certainty_text(change.before)} → {certainty_text(change.now)}",
        "Conclusion": change.conclusion,
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


def all_causes(compared: Sequence[Comparison]) -> Html:
    """The trials that made the difference, of each comparison under its own words."""
    return _each(compared, lambda found: join((paragraph(f"{_since(found)}:"), causes(found))))


def corrections(compared: Sequence[Comparison]) -> Html:
    """Every corrected value, old and new; that a person has seen a row is counted and is none."""
    return _each(compared, lambda found: join((corrections_table(found), *_checked(found))))


def _each(compared: Sequence[Comparison], shown: Callable[[Comparison], Html]) -> Html:
    return join(map(shown, compared)) or paragraph("There is no version before this one.")


def _checked(found: Comparison) -> list[Html]:
    said = [f"{sentence}." for sentence in checked(found.data)]
    return [paragraph(f"{_since(found)}: {' '.join(said)}")] if said else []


def corrections_table(found: Comparison) -> Html:
    """Values that stood in both versions and differ."""
    if not found.corrections:
        return paragraph(f"{_since(found)} no value that stood in both was corrected.")
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
    return table(rows, f"Corrected: {_since(found)}")


def taken_out(evidence: Evidence, compared: Sequence[Comparison]) -> Html:
    """The trials that were in the review and are not any more, and others decided on anew."""
    return join((notices_said(evidence, up="../"), _each(compared, taken_out_table)))


def taken_out_table(found: Comparison) -> Html:
    """The trials that left the review between two versions, and others decided on anew."""
    data = found.data
    if not data.statuses:
        return paragraph(f"{_since(found)} no trial was retracted or decided on anew.")
    rows = [_status_row(change) for change in (*data.taken_out, *data.decided)]
    return table(rows, f"Trials taken out or decided on anew: {_since(found)}")


def _status_row(change: StatusChange) -> dict[str, object]:
    return {
        "Trial": change.label,
        "Before": change.before,
        "Now": change.now,
        "Reason": change.reason or "none given",
    }


def _since(found: Comparison) -> str:
    """Which two a comparison is of: `From version 2013.11 to version 2026.11`."""
    return f"From {version_named(found.before)} to {version_named(found.now)}"


def version_named(version: str) -> str:
    """`version 2026.12`, or `the draft`."""
    return "the draft" if version == NOW else f"version {version}"


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
