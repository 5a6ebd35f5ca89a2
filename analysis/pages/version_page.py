"""A version's own page: what it said, written when it was released, in one file that stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis.evidence.rows import Evidence
from analysis.evidence.team import Team, load_team
from analysis.files.json_files import read_json
from analysis.formatting import DASH, count, day, listed, sentence_case
from analysis.pages.answer_in_short import in_short
from analysis.pages.before_and_after import in_sum, picture
from analysis.pages.certainty_section import mark
from analysis.pages.front_page import answers, common_scales, how_to_read, strip_of
from analysis.pages.html import (
    LABELLED_CARDS,
    Html,
    element,
    items,
    join,
    link,
    paragraph,
    table,
    terms,
)
from analysis.pages.standalone import standalone, without_links_out
from analysis.pages.summary_of_findings_page import assumptions, findings
from analysis.protocol import Condition, Protocol
from analysis.synthesis.estimate_text import interval_text, named_estimate
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.summary_of_findings import Findings, findings_of
from analysis.synthesis.synthesise import synthesise_all
from analysis.versions.frozen_evidence import frozen_evidence
from analysis.versions.releases import RELEASE, Release, baseline_name, release_folder
from analysis.versions.results import results_of
from analysis.versions.way import Pair, pairs

EFFECT_PAGE = re.compile(r'href="(?:\.\./)?effects/([\w-]+)\.html(?:#[\w-]*)?"')


def version_page(data: Path, name: str, *, afterwards: bool = False) -> bytes:
    """The page of a release, from what it froze; it says where it was written afterwards."""
    evidence = frozen_evidence(data, name)
    release = read_json(release_folder(data, name) / "release.json", RELEASE)
    results = dict(synthesise_all(evidence))
    team = load_team(release_folder(data, name) / "data")
    title = f"{evidence.protocol.title}: version {name}"
    return standalone(
        title,
        items([link("The review’s start page", "../index.html")]),
        element("h1", title),
        _as_it_was(release, evidence.protocol, afterwards=afterwards),
        _within(join(_parts(data, release, evidence, results, team), "\n")),
        footer=paragraph(f"Version {name} of {day(release.date)}. This page stays as it is."),
    )


def _within(content: Html) -> Html:
    """The content with links to pages of questions leading to their rows here."""
    return without_links_out(Html(EFFECT_PAGE.sub(r'href="#estimate-\1"', str(content))))


def _as_it_was(release: Release, protocol: Protocol, *, afterwards: bool) -> Html:
    which = f"Version {release.name} of {day(release.date)}, as it was released."
    if release.name == baseline_name(protocol):
        which = (
            f"Version {release.name}: {protocol.words.baseline}, rebuilt from the open numbers of "
            f"its trials, which it searched for until {day(release.date)}."
        )
    said = (
        "This page was written after the release, from the data that the release froze: its "
        "numbers are those of that version, its words are of later software."
        if afterwards
        else "This page is of that day."
    )
    return paragraph(
        element("strong", which),
        f" {said} It stays as it is, and may be old when you read it. "
        "The review as it stands today, and whether a newer version replaced this one: ",
        link("the review’s start page", "../index.html"),
        ".",
        class_="notice",
    )


def _parts(
    data: Path,
    release: Release,
    evidence: Evidence,
    results: dict[str, Synthesis],
    team: Team,
) -> Iterator[Html]:
    protocol = evidence.protocol
    yield element("h2", "The answer")
    yield in_short(evidence, results)
    yield answers(evidence, results, None)
    yield how_to_read(evidence)
    yield element("h2", "About this version")
    yield terms(_facts(release, protocol, team))
    yield element("h2", "All estimates")
    yield from (_estimates(results, condition) for condition in protocol.conditions)
    for condition in protocol.conditions:
        yield element("h2", f"Summary of findings: {condition.label}")
        yield _summary(findings_of(evidence, results, condition.id))
    yield from _changes(data, release, protocol)


def _facts(release: Release, protocol: Protocol, team: Team) -> Mapping[str, object]:
    version = protocol.version
    authors = listed([author.name for author in team.authors])
    cited = (
        f"{authors or 'The review team'}. {protocol.title}: a living systematic review. "
        f"Version {release.name}, {day(release.date)}."
    )
    baseline = release.name == baseline_name(protocol)
    told = {
        "Version": release.name,
        "Searched until" if baseline else "Released": day(release.date),
        "What it is": f"{protocol.words.baseline}, rebuilt from the open numbers of its trials"
        if baseline
        else "",
        "Follows": f"version {release.follows}" if release.follows else "nothing: it is the first",
        "What it brought": release.kind or "",
        "What triggered it": "" if baseline else version.trigger,
        "What changed in the methods": "" if baseline else version.methods,
        "Cite as": element("cite", cited),
        "Computed with": listed([f"{name} {found}" for name, found in release.versions.items()]),
    }
    return {name: said for name, said in told.items() if said}


def _estimates(results: Mapping[str, Synthesis], condition: Condition) -> Html:
    """Every question of a condition, at all time points, with its picture."""
    shown = results_of(results, condition.id)
    scales = common_scales(shown)
    rows = [
        {
            "Question": element("span", s.title, id=f"estimate-{s.question.slug}"),
            "Picture": strip_of(s, scales[s.measure.axis_label], s.title) if s.primary else DASH,
            "Estimate": named_estimate(s.measure, s.primary) if s.primary else "no usable numbers",
            "In a new setting": interval_text(s.measure, s.headline_prediction),
            "Trials": count(s.k),
            "Participants": count(s.n_total),
            "Certainty": mark(s.certainty),
        }
        for s in shown
    ]
    caption = f"{sentence_case(condition.label)}: all estimates with their certainty"
    return table(rows, caption, numbers=("Trials", "Participants"), class_=LABELLED_CARDS)


def _summary(found: Findings) -> Html:
    """The tables of a condition and what they assume, each letter of an assumption in this one."""
    parts = (*(findings(found, table) for table in found.tables), assumptions(found))
    own = f"{found.condition}-assumption-"
    return Html(re.sub(r'(href="#|id=")assumption-', rf"\1{own}", str(join(parts))))


def _changes(data: Path, release: Release, protocol: Protocol) -> Iterator[Html]:
    if release.follows is None:
        return
    (pair,) = pairs(data, (release.follows, release.name), dict, _nobody_asks)
    yield element("h2", f"What changed since {_before(pair)}")
    yield paragraph(in_sum(pair))
    yield picture(pair, protocol, under="h3")


def _before(pair: Pair) -> str:
    return pair.found.publication or f"version {pair.found.before}"


def _nobody_asks() -> Evidence:
    raise AssertionError("two releases are compared by what they froze")
