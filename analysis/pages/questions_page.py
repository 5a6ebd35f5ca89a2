"""What people ask first, each question answered in a few sentences from the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from analysis.evidence.participants import NOT_KNOWN, Participants
from analysis.evidence.rows import Evidence
from analysis.evidence.team import Team
from analysis.formatting import counted, day, listed, number, sentence_case
from analysis.pages import links
from analysis.pages.acceptability_rows import PAGE as ACCEPTABILITY
from analysis.pages.acceptability_rows import in_short as harms_in_short
from analysis.pages.answer_in_short import by_condition, by_evidence, is_known
from analysis.pages.html import Html, element, join, link, paragraph
from analysis.pages.people_section import drawn_people
from analysis.pages.status_line import searched_since
from analysis.pages.team_page import NOT_STATED, whose
from analysis.searching.history import Search
from analysis.synthesis.certainty import LEVELS
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.clinical_text import people_shown
from analysis.versions.edition import Edition
from analysis.versions.results import results_of

# An answer is one screen of a phone: what is longer is a page of its own.
MOST_RESULTS = 3
MOST_NAMES = 6
PLAIN = "about/plain-language-summary.html"


def _more(label: str, page: str) -> Html:
    return paragraph(link(label, f"{links.UP}{page}"))


def does_it_work(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """The answer for each condition."""
    return join((by_condition(evidence.protocol, results), _more("In plain language", PLAIN)))


def how_much(evidence: Evidence, results: Mapping[str, Synthesis]) -> Html:
    """A hundred people drawn for the first result that is known, in words for the next."""
    protocol = evidence.protocol
    first = protocol.timepoints[0].id
    known = [
        synthesis
        for condition in by_evidence(protocol, results)
        for synthesis in results_of(results, condition.id, first)
        if is_known(synthesis) and synthesis.clinical.absolute
    ]
    if not known:
        said = [paragraph(_not_in_people(results))]
    else:
        said = [
            paragraph(element("strong", known[0].title)),
            drawn_people(protocol.words, known[0]),
        ]
    for synthesis in known[1:MOST_RESULTS]:
        effect = synthesis.clinical.absolute[0]
        people = people_shown(protocol.words, synthesis.measure, effect)
        said.append(paragraph(element("strong", f"{synthesis.title}:"), " ", people))
    return join((*said, _more("All questions at a glance", "results/overview.html")))


def _not_in_people(results: Mapping[str, Synthesis]) -> str:
    """Why no result is told in people: none is sure enough, or none says how many people."""
    if any(map(is_known, results.values())):
        return (
            "No result that is known well enough says how many people it means: for that somebody "
            "must know how many have the event, or get clearly better, without the treatment."
        )
    return "No result is known well enough to be told in people."


def is_it_safe(evidence: Evidence) -> Html:
    """Who tells of harms, and that silence does not make it safe."""
    silence = paragraph("That a trial does not tell of harm does not mean that there was none.")
    return join((harms_in_short(evidence), silence, _more("All numbers on harms", ACCEPTABILITY)))


def what_is_it(evidence: Evidence, found: Participants) -> Html:
    """What the trials gave, as their data say: kinds, guidance, length."""
    if not found.trials:
        return join((paragraph(NO_TRIAL), _more("In plain language", PLAIN)))
    said = [
        f"{sentence_case(name)}: {_shares(found, name)}."
        for name in (evidence.protocol.words.intervention_in_short, "guidance")
        if any(share.value != NOT_KNOWN for share in found.shares[name])
    ]
    weeks = sorted(t.duration_weeks for t in evidence.included if t.duration_weeks is not None)
    if weeks:
        said.append(
            f"It took {number(weeks[0], 0)} to {number(weeks[-1], 0)} weeks, in the "
            f"{counted(len(weeks), 'trial')} that say so."
        )
    told = " ".join(said) or "Our data do not say yet what people in these trials got."
    return join((paragraph(told), _more("In plain language", PLAIN)))


NO_TRIAL = "No trial is included yet."


def how_to_get_it(evidence: Evidence) -> Html:
    """That the review does not know, and what the trials offered."""
    names = Counter(trial.programme for trial in evidence.included if trial.programme)
    said = (
        "This review does not know where it can be had, or what it costs. "
        "Someone who knows your health can help you to find out."
    )
    if not names:
        return paragraph(said)
    most = [name for name, _ in names.most_common(MOST_NAMES)]
    rest = len(names) - len(most)
    more = f" and {counted(rest, 'other programme')}" if rest else ""
    offered = (
        f"Trials tried, among others: {'; '.join(most)}{more}."
        if rest
        else (f"Trials tried: {'; '.join(most)}.")
    )
    trials = _more("Each trial with its programme", "results/included-trials.html")
    return join((paragraph(said), paragraph(offered), trials))


def how_sure(results: Mapping[str, Synthesis]) -> Html:
    """How many results have which certainty, and what stands behind it."""
    rated = [s.certainty for s in results.values() if s.certainty]
    if not rated:
        return paragraph("Nothing is pooled yet, so there is nothing to be sure of.")
    levels = Counter(certainty.level for certainty in rated)
    shares = [f"{level} for {levels[level]}" for level in LEVELS if levels[level]]
    said = (
        f"Of {counted(len(results), 'question')} {len(rated)} "
        f"{'has' if len(rated) == 1 else 'have'} an estimate. Our certainty is {listed(shares)}."
    )
    open_ = sum(not certainty.decided for certainty in rated)
    proposed = (
        f" For {open_} of them rules have proposed it, and no person has decided yet."
        if open_
        else ""
    )
    return join((paragraph(said, proposed), _more("How we rate it", "methods/certainty.html")))


def how_old(evidence: Evidence, searches: Sequence[Search], edition: Edition) -> Html:
    """The version, the newest trial, and when the databases were searched."""
    years = [trial.year for trial in evidence.included if trial.year is not None]
    newest = f" The newest trial in it is of {max(years):g}." if years else ""
    made = "" if edition.is_draft else f", {day(edition.stated.date)}"
    return join(
        (
            paragraph(f"This is {edition.in_prose}{made}.{newest}"),
            paragraph(searched_since(evidence.protocol, tuple(searches))),
            _more("What’s new", "living/whats-new.html"),
        )
    )


def who_made_it(team: Team) -> Html:
    """The authors, or that nobody has put a name to it."""
    return paragraph(whose(team, up=links.UP))


def who_paid(team: Team) -> Html:
    """The funding as stated, and that of the trials."""
    return join(
        (
            paragraph("Who pays for this review: ", team.funding or NOT_STATED, "."),
            paragraph("Who paid for the trials is not in our data: their reports say it."),
        )
    )


def _shares(found: Participants, name: str) -> str:
    shares = found.shares[name]
    said = [f"{s.value} ({counted(s.trials, 'trial')})" for s in shares[:MOST_NAMES]]
    rest = shares[MOST_NAMES:]
    more = [f"other kinds ({counted(sum(s.trials for s in rest), 'trial')})"] if rest else []
    return listed([*said, *more])
