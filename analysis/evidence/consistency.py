"""Checks that need more than one cell: between columns, rows and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain
from typing import Any

from analysis.evidence.classified import by_somebody
from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.measured_rows import Measured
from analysis.evidence.notice_rows import Notice, Snapshot
from analysis.evidence.outcome_checks import OUTCOME_CHECKS, Said, above_zero, as_number, not_a_day
from analysis.evidence.risk_of_bias_tools import (
    AS_THE_WORST_DOMAIN,
    DOMAINS,
    OVERALL,
    WORDS,
    worst,
)
from analysis.evidence.rows import (
    AcceptabilityRow,
    ChecklistItem,
    Decision,
    Judgement,
    Published,
    Ruling,
    Trial,
    TrustJudgement,
)
from analysis.evidence.settled_judgements import settled
from analysis.evidence.signalling import faults, proposed_judgement
from analysis.evidence.study_names import FORMER
from analysis.evidence.trustworthiness_tool import CHECKS
from analysis.files.columns import Rows, columns
from analysis.files.problems import Problem, short
from analysis.files.slugs import CONSENSUS
from analysis.measures import RATIOS

Tables = Mapping[str, Rows[Any]]
# Of difflib's 0 to 1: one letter in six is another.
LIKE = 0.85
# A share in whole per cent is off by half of one at most; reports cut where they should round.
PERCENT_ROUNDING = 1.0


def consistency_problems(tables: Tables) -> tuple[Problem, ...]:
    """Every contradiction between cells; `tables` holds the files that could be read.

    Some rows of a file that is not whole could not be: what refers to it may be right.
    """
    return _problems(tuple(tables.items()))


@lru_cache(maxsize=8)  # two people's rows are each held against the evidence, and then again
def _problems(named: tuple[tuple[str, Rows[Any]], ...]) -> tuple[Problem, ...]:
    tables = dict(named)
    whole = {name: table for name, table in tables.items() if table.whole}
    problems: list[Problem] = []
    for name, table in tables.items():
        problems += _unknown_references(name, table, whole)
        problems += _said_twice(name, table)
        for line, row in table.numbered():
            for check in ROW_CHECKS.get(name, ()):
                problems += [Problem(table.path, line, *said) for said in check(row)]
    problems += _decisions_about_nothing(whole)
    problems += _overall_is_no_better(whole)
    problems += _consensus_of_one(whole)
    problems += _rulings_on_another_trial(whole)
    problems += _former_names(whole)
    problems += _measured_after_all(whole)
    return tuple(problems)


def _former_names(tables: Tables) -> Iterator[Problem]:
    """A former name is nobody's present one: releases know the trial by it."""
    if "studies" not in tables:
        return
    table = tables["studies"]
    present = {row.study_id: line for line, row in table.numbered()}
    former: dict[str, int] = {}
    for line, row in table.numbered():
        for name in row.former_ids.split():
            taken = present.get(name) or former.setdefault(name, line)
            if taken != line or name in present:
                said = f"{short(name)} is a name of the trial on line {taken}"
                yield Problem(table.path, line, FORMER, said)


def _measured_after_all(tables: Tables) -> Iterator[Problem]:
    """A row of results shows that the trial did measure it."""
    if not {"measured", "outcomes"} <= set(tables):
        return
    row_of = {
        (row.study_id, row.outcome, row.timepoint): row.row_id
        for row in reversed(tables["outcomes"].rows)
    }
    for line, row in tables["measured"].numbered():
        shown = row_of.get((row.study_id, row.outcome, row.timepoint))
        if shown and row.measured == "no":
            said = f"no, but {shown} of outcomes.csv is a result of it: take one of the rows out"
            yield Problem(tables["measured"].path, line, "measured", said)


def _decisions_about_nothing(tables: Tables) -> Iterator[Problem]:
    if not {"certainty", "outcomes", "studies"} <= set(tables):
        return
    included = {
        trial.study_id: trial.condition
        for trial in tables["studies"].rows
        if trial.status == "included"
    }
    rated = {
        (included[row.study_id], row.outcome, row.timepoint)
        for row in tables["outcomes"].rows
        if row.usable == "yes" and row.study_id in included
    }
    for line, row in tables["certainty"].numbered():
        question = (row.condition, row.outcome, row.timepoint)
        if question not in rated:
            said = f"no included trial has a usable row for {'.'.join(question)}: nothing to decide"
            yield Problem(tables["certainty"].path, line, "outcome", said)


def _rulings_on_another_trial(tables: Tables) -> Iterator[Problem]:
    if not {"integrity", "outcomes"} <= set(tables):
        return
    path = tables["integrity"].path
    trial_of = {row.row_id: row.study_id for row in tables["outcomes"].rows}
    for line, row in tables["integrity"].numbered():
        of = trial_of.get(row.row_id)
        if of not in (None, row.study_id):
            said = f"{short(row.row_id)} is a row of {of}, not of {short(row.study_id)}"
            yield Problem(path, line, "row_id", said)


def _unknown_references(name: str, table: Rows[Any], tables: Tables) -> Iterator[Problem]:
    for column in columns(DATA_FILES[name].row):
        to = column.refers_to
        if to is None or to.table not in tables:
            continue
        known = {getattr(row, to.key) for row in tables[to.table].rows}
        for line, row in table.numbered():
            value = getattr(row, column.name)
            if value in known or (column.may_be_blank and value == ""):
                continue
            said = f"{short(value)} is not in {to.table}.csv"
            if column.is_person:
                # Anybody may have any name, but one that is nearly a source's is that one mistyped.
                like = get_close_matches(value, known, n=1, cutoff=LIKE)
                said = f"{said}, and too like {like[0]} for a person's name" if like else ""
            if said:
                yield Problem(table.path, line, column.name, said)


def _said_twice(name: str, table: Rows[Any]) -> Iterator[Problem]:
    """Rows of one name; where one column is the name by itself, that is a rule of the column."""
    key = DATA_FILES[name].key
    if len(key) < 2:
        return
    first: dict[tuple[str, ...], int] = {}
    for line, row in table.numbered():
        said = first.setdefault(tuple(getattr(row, column) for column in key), line)
        if said != line:
            yield Problem(table.path, line, key[-1], f"line {said} says this already")


def _status_needs_reason(row: Trial) -> Said:
    if row.status != "included" and not row.reason:
        yield "reason", f"blank, but the trial is {row.status}: say which criterion fails"
    if row.status == "included" and not row.comparator:
        yield "comparator", "blank, but the trial is included: name its comparator"


def _randomised_adds_up(row: Trial) -> Said:
    arms = as_number(row.n_randomised_intervention) + as_number(row.n_randomised_control)
    total, analysed = as_number(row.n_randomised_total), as_number(row.n_analysed_total)
    # A third arm that is not compared makes the total larger, never smaller.
    if arms > total:
        yield "n_randomised_total", f"{total:g} is less than its arms together ({arms:g})"
    if analysed > total:
        yield "n_analysed_total", f"{analysed:g} analysed is more than {total:g} randomised"


def _baseline_has_a_basis(row: Trial) -> Said:
    if (row.in_baseline_review == "yes") != bool(row.baseline_basis):
        yield "baseline_basis", "says whether a baseline trial is confirmed or presumed, no other"


def _published_interval(row: Published) -> Said:
    low, estimate, high = map(as_number, (row.ci_low, row.estimate, row.ci_high))
    if estimate < low or estimate > high:
        yield "estimate", f"{estimate:g} lies outside its interval ({low:g} to {high:g})"
    if (row.measure in RATIOS) != (row.favours_intervention_when in ("above 1", "below 1")):
        said = "'above 1' and 'below 1' belong to a ratio, and a ratio to them"
        yield "favours_intervention_when", said
    if row.measure in RATIOS:
        yield from above_zero(row, "estimate", "ci_low", "ci_high")


def _unmet_says_why(row: ChecklistItem) -> Said:
    if not row.note and (not row.where or row.met in ("partly", "no")):
        yield "note", "blank, but the item is not met, or in part: say why"
    if row.met in ("yes", "partly") and not row.where:
        yield "met", f"{row.met}, but where names no place that reports the item"


def _domain_of_its_tool(row: Judgement) -> Said:
    domains = (*DOMAINS.get(row.tool, ()), OVERALL)
    if row.tool in DOMAINS and row.domain not in domains:
        allowed = ", ".join(domains)
        yield "domain", f"{short(row.domain)} is not a domain of {row.tool} ({allowed})"


def _outcome_with_its_timepoint(row: Judgement) -> Said:
    if row.timepoint and not row.outcome:
        yield "outcome", "blank, but a time point is given: say which outcome's result is judged"


def _word_of_its_tool(row: Judgement) -> Said:
    words = WORDS.get(row.tool, ())
    if words and row.judgement not in words:
        yield (
            "judgement",
            f"{short(row.judgement)} is no judgement of {row.tool} ({', '.join(words)})",
        )


def _answers_of_its_domain(row: Judgement) -> Said:
    for said in faults(row.tool, row.domain, row.answers):
        yield "answers", said


def _departure_has_a_reason(row: Judgement) -> Said:
    proposed = proposed_judgement(row.tool, row.domain, row.answers)
    if proposed and row.judgement != proposed and not row.support:
        said = f"blank, but the answers propose {proposed} and the judgement is {row.judgement}"
        yield "support", f"{said}: say why"


def _overall_is_no_better(tables: Tables) -> Iterator[Problem]:
    """A result is at best as its worst domain is: to each assessor, and in what counts."""
    if "risk_of_bias" not in tables:
        return
    table = tables["risk_of_bias"]
    lines = {row: line for line, row in table.numbered()}
    bounded = [row for row in table.rows if row.tool in AS_THE_WORST_DOMAIN]
    worded = [row for row in bounded if row.judgement in WORDS[row.tool]]
    counting = (each.counting for each in settled(worded))
    views = [(row, row.assessed_by) for row in worded] + [(row, "") for row in counting if row]
    least: dict[tuple[str, ...], str] = {}
    for row, view in views:
        if row.domain != OVERALL:
            result = row.study_id, row.outcome, row.timepoint, row.tool, view
            least[result] = worst(row.tool, (row.judgement, least.get(result, row.judgement)))
    better: dict[Judgement, str] = {}
    for row, view in views:
        found = least.get((row.study_id, row.outcome, row.timepoint, row.tool, view))
        if (
            row.domain == OVERALL
            and found
            and worst(row.tool, (row.judgement, found)) != (row.judgement)
        ):
            better[row] = found
    for row, found in better.items():
        said = f"{short(row.judgement)}, but a domain of this result is {short(found)}"
        yield Problem(table.path, lines[row], "judgement", said)


def _participants_where_measured(row: Measured) -> Said:
    if row.participants is not None and row.measured != "yes":
        yield "participants", f"{row.participants:g}, but measured is {row.measured!r}"


def _check_of_its_domain(row: TrustJudgement) -> Said:
    # The overall judgement rests on any; what is no domain is another column's fault.
    known = CHECKS.get(row.domain, tuple(chain.from_iterable(CHECKS.values())))
    for number in row.checks.split():
        if number not in known:
            yield "checks", f"{short(number)} is no check of {row.domain} ({', '.join(known)})"


def _consensus_of_one(tables: Tables) -> Iterator[Problem]:
    """Trustworthiness is judged by two people before they agree."""
    if "trustworthiness" not in tables:
        return
    table = tables["trustworthiness"]
    lines = {row: line for line, row in table.numbered()}
    for each in settled(table.rows):
        agreed = [row for row in each.said if row.assessed_by == CONSENSUS]
        if agreed and len(each.assessors) < 2:
            known = ", ".join(row.assessed_by for row in each.assessors) or "nobody"
            said = (
                f"`{CONSENSUS}` settles what two people judged; {known} judged {each.about.domain}"
            )
            yield Problem(table.path, lines[agreed[0]], "assessed_by", said)


def _has_a_day(row: Decision | Ruling | Notice | Snapshot) -> Said:
    if row.date:  # whether it may be blank, the column says
        yield from not_a_day("date", row.date)


def _counts_of_something(row: AcceptabilityRow) -> Said:
    numbers = (row.events, row.total, row.percent)
    if row.side or row.event or any(number is not None for number in numbers):
        for column in ("side", "event"):
            if not getattr(row, column):
                yield column, "blank, but the row counts something: say what, and in which arm"
        if row.events is None and row.percent is None:
            yield "events", "blank, and percent too: one of them says how many had it"
    events, total, printed = as_number(row.events), as_number(row.total), as_number(row.percent)
    if events > total:
        yield "events", f"{events:g} participants of {total:g}"
    elif total and abs(100 * events / total - printed) > PERCENT_ROUNDING:
        yield (
            "percent",
            f"{printed:g}%, but {events:g} of {total:g} are {100 * events / total:.1f}%",
        )


ROW_CHECKS: Mapping[str, tuple[Callable[[Any], Said], ...]] = {
    "studies": (_status_needs_reason, _randomised_adds_up, _baseline_has_a_basis, by_somebody),
    "outcomes": OUTCOME_CHECKS,
    "acceptability": (_counts_of_something,),
    "certainty": (_has_a_day,),
    "integrity": (_has_a_day,),
    "measured": (_participants_where_measured,),
    "notices": (_has_a_day,),
    "notice_snapshots": (_has_a_day,),
    "checklists": (_unmet_says_why,),
    "trustworthiness": (_check_of_its_domain,),
    "risk_of_bias": (
        _domain_of_its_tool,
        _word_of_its_tool,
        _outcome_with_its_timepoint,
        _answers_of_its_domain,
        _departure_has_a_reason,
    ),
    "published": (_published_interval,),
}
