"""The evidence map of a condition: what became of each outcome in each trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.evidence.trial_states import OutcomeInTrial, State
from analysis.figures.evidence_map import MapRow, evidence_map
from analysis.figures.showing import figure_block
from analysis.formatting import DASH, count, counted, listed, percent, sentence_case
from analysis.pages import links
from analysis.pages.html import SORTABLE, Html, element, join, paragraph, show, table
from analysis.protocol import Protocol
from analysis.synthesis.question_result import Synthesis
from analysis.versions.results import results_of

Results = Mapping[str, Synthesis]
HEADINGS: Mapping[State, str] = {
    State.POOLED: "Pooled",
    State.SENSITIVITY: "In sensitivity only",
    State.LEFT_OUT: "Left out",
    State.NO_NUMBERS: "No numbers",
    State.NOT_MEASURED: "Not measured",
    State.NOT_KNOWN: "Not known",
}


def summary(results: Results) -> Html:
    """How many trials and questions there are, and in how many of these a number is missing."""
    trials = {trial.study_id for asked in results.values() for trial in asked.missing.trials}
    missing = [asked for asked in results.values() if asked.missing.of(State.NO_NUMBERS)]
    return paragraph(
        f"{sentence_case(counted(len(trials), 'included trial'))} and "
        f"{counted(len(results), 'question')}: "
        f"each outcome at each time point. In {len(missing)} of them at least one trial is known "
        "to have measured the outcome without giving a number that can be used."
    )


def maps(protocol: Protocol, results: Results, condition: str) -> None:
    """Display the maps of all time points, beside each other where there is room."""
    if not any(map(_by_trial, (results_of(results, condition, t.id) for t in protocol.timepoints))):
        show(paragraph("No trial is included yet, so there is nothing to map."))
        return
    show(element("div", *figures(protocol, results, condition), class_="narrow-figures"))


def figures(protocol: Protocol, results: Results, condition: str) -> tuple[Html, ...]:
    """A map for each time point, named by what it shows."""
    drawn = []
    for timepoint in protocol.timepoints:
        asked = results_of(results, condition, timepoint.id)
        title = sentence_case(timepoint.label)
        figure = evidence_map(title, _outcomes(protocol, asked), _rows(asked))
        name = f"evidence-map-{timepoint.id}"
        drawn.append(Html(figure_block(figure, alt_text(title, asked), name)))
    return tuple(drawn)


def _outcomes(protocol: Protocol, asked: Sequence[Synthesis]) -> list[str]:
    return [sentence_case(protocol.outcome(one.question.outcome).label) for one in asked]


def _rows(asked: Sequence[Synthesis]) -> list[MapRow]:
    return [
        MapRow(found[0].label, tuple(trial.state for trial in found)) for found in _by_trial(asked)
    ]


def _by_trial(asked: Sequence[Synthesis]) -> list[tuple[OutcomeInTrial, ...]]:
    """What became of each question in each trial; all questions have the same trials."""
    return list(zip(*(one.missing.trials for one in asked), strict=True))


def alt_text(title: str, asked: Sequence[Synthesis]) -> str:
    """What the map shows, in words: how many results are in each state, and of how many."""
    every = [trial.state for one in asked for trial in one.missing.trials]
    counts = [f"{every.count(state)} {state}" for state in State if state in every]
    trials = counted(len(_by_trial(asked)), "trial")
    return (
        f"Evidence map, {title.lower()}: {trials} by {counted(len(asked), 'outcome')}. "
        f"Of {count(len(every))} results {listed(counts)}. The table below has all."
    )


def questions_table(results: Results) -> Html:
    """In how many trials each question is in each state, and the share of it that is missing."""
    rows = [
        {
            "Question": links.question(asked, asked.title_in_condition),
            **{name: str(len(asked.missing.of(state))) for state, name in HEADINGS.items()},
            "Share missing": _share(asked),
            "Publication bias": _judged(asked),
        }
        for asked in results.values()
    ]
    numeric = (*HEADINGS.values(), "Share missing")
    return table(rows, "Trials in each state, and missing results", numbers=numeric)


def _share(asked: Synthesis) -> str:
    share = asked.missing.share
    return DASH if share is None else percent(100 * share)


def _judged(asked: Synthesis) -> str:
    """What publication bias, of which missing results are part, takes off, and who says so."""
    if asked.certainty is None:
        return DASH
    step = asked.certainty.step("publication bias")
    if step.decision is None and not step.judged:
        return "cannot be judged"
    said = "proposed" if step.decision is None else f"decided by {step.decision.decided_by}"
    return f"{counted(step.levels_off, 'level') if step.levels_off else 'none'} ({said})"


def trials_tables(protocol: Protocol, results: Results, condition: str) -> Html:
    """The maps as tables: a row a trial, a column an outcome."""
    return join(
        _trials_table(protocol, results_of(results, condition, timepoint.id), timepoint.label)
        for timepoint in protocol.timepoints
    )


def _trials_table(protocol: Protocol, asked: Sequence[Synthesis], timepoint: str) -> Html:
    names = _outcomes(protocol, asked)
    rows = [
        {"Trial": links.trial(found[0].study_id, found[0].label)}
        | {name: trial.state for name, trial in zip(names, found, strict=True)}
        for found in _by_trial(asked)
    ]
    return table(rows, f"Each trial, {timepoint}", class_=SORTABLE)
