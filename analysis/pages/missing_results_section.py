"""Results that are missing from a question, and trials whose results are pooled nowhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from analysis.evidence.rows import Source
from analysis.evidence.trial_states import OutcomeInTrial, State
from analysis.formatting import count, counted, listed
from analysis.pages import links
from analysis.pages.html import (
    LABELLED_CARDS,
    Html,
    element,
    items,
    join,
    link,
    paragraph,
    table,
    text,
)
from analysis.synthesis.missing_results import MissingResults, people
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.unpooled_trials import UnpooledTrial, included_trials
from analysis.versions.results import analysed

UNPOOLED = "in-no-pooled-result"
"""The name of the section of the included trials that lists those in no pooled result."""
NOT_POOLED = (State.NO_NUMBERS, State.SENSITIVITY, State.LEFT_OUT)
ROB_ME = "https://doi.org/10.1136/bmj-2023-076754"


def missing_results(synthesis: Synthesis, sources: Mapping[str, Source]) -> Html:
    """Which trials measured the outcome and are not pooled, and how much that may matter."""
    missing = synthesis.missing
    rows = [
        {
            "Trial": links.trial(trial.study_id, trial.label),
            "What became of it": trial.state,
            "Participants": _participants(trial),
            "Why": _why(trial, sources),
        }
        for trial in missing.of(*NOT_POOLED)
    ]
    caption = f"Measured and not pooled: {synthesis.title}"
    numeric = ("Participants",)
    shown = table(rows, caption, numbers=numeric, class_=LABELLED_CARDS) if rows else Html("")
    said = states_said(missing, printed=synthesis.printed_before is not None)
    return join((paragraph(said), shown, _judgement(synthesis)))


STATES_SAID = {
    State.POOLED: "pooled",
    State.SENSITIVITY: "in a sensitivity analysis only",
    State.LEFT_OUT: "left out by a rule of the protocol",
    State.NO_NUMBERS: "known to have measured it without usable numbers",
    State.NOT_MEASURED: "known not to have measured it",
}


def states_said(missing: MissingResults, *, printed: bool = False) -> str:
    """How many of the included trials are in each state: one sentence.

    An estimate that was `printed` before comes from trials that measured it, whichever these are.
    """
    every = counted(len(missing.trials), "included trial")
    numbers = {state: len(missing.of(state)) for state in State}
    known = [
        f"{number} {'is' if number == 1 else 'are'} {words}"
        for state, words in STATES_SAID.items()
        if (number := numbers[state])
    ]
    unknown = numbers[State.NOT_KNOWN]
    if not known:
        whether = "which" if printed else "whether any"
        return f"Of {every} here, our sources do not say {whether} measured it."
    silent = f"; of {unknown} our sources do not say" if unknown else ""
    return f"Of {every} here, {listed(known)}{silent}."


def _weighed(missing: MissingResults) -> str:
    """The share of participants whose result is missing; nothing where nobody measured it."""
    whole, _ = people(missing.measured)
    if not whole:
        return ""
    without, _ = people(missing.of(State.NO_NUMBERS))
    return (
        f" Trials that measured it and gave no usable number hold {count(without)} of "
        f"{counted(whole, 'participant')} in whom it is known to have been measured."
    )


def _judgement(synthesis: Synthesis) -> Html:
    """What the rules propose for the bias that missing results bring, and what a person decided."""
    asked = join(
        (
            "Missing results are judged as ",
            link("ROB-ME", ROB_ME),
            " asks: by what is known to be missing, and how much of the whole that is.",
        )
    )
    if synthesis.certainty is None:
        weighed = _weighed(synthesis.missing)
        return paragraph(
            asked, weighed, " Nothing is pooled here, so there is nothing to judge yet."
        )
    step = synthesis.certainty.step("publication bias")
    levels = counted(step.levels, "level") if step.levels else "no level"
    open_ = "" if step.judged else " and leave it to a person, since they cannot judge it"
    return paragraph(
        asked,
        f" In the certainty that is part of publication bias. The rules propose {levels} off"
        f"{open_}: {step.reason} A person’s decision: {step.decision_text}.",
    )


def _participants(trial: OutcomeInTrial) -> Html:
    """How many, and that they are those randomised where nobody was counted later."""
    if trial.participants is None:
        return text("not known")
    randomised = " randomised" if trial.participants_from == "randomised" else ""
    return text(f"{count(trial.participants)}{randomised}")


def _why(trial: OutcomeInTrial, sources: Mapping[str, Source]) -> Html:
    source = sources.get(trial.source_id)
    if source is None:
        return text(trial.reason)
    named = links.source(source) if source.url else source.citation.partition(";")[0]
    return join((trial.reason, " (", named, ")"))


def trials_said(results: Mapping[str, Synthesis]) -> Html:
    """How many trials are included, how many of them are pooled, and where the others are named."""
    every, found = included_trials(results.values()), analysed(results)
    people = f" ({found.participants_said})" if found.trials else ""
    pooled = f"{count(found.trials)} in a pooled result{people}"
    said = f"{counted(len(every), 'included trial')}, {pooled}"
    if len(every) == found.trials:
        return element("span", said)
    others = link(
        f"the other {len(every) - found.trials}, and why",
        f"results/included-trials.html#{UNPOOLED}",
    )
    return element("span", said, "; ", others)


def unpooled_table(trials: Collection[UnpooledTrial]) -> Html:
    """The included trials that are in no pooled result, with the reason for each outcome."""
    rows = [
        {
            "Trial": link(trial.label, f"#{trial.study_id}"),
            "Participants": _participants(trial.outcomes[0][1]) if trial.outcomes else text(""),
            "Why nothing is pooled": _reasons(trial),
        }
        for trial in trials
    ]
    caption = "Trials in no pooled result"
    return table(rows, caption, numbers=("Participants",), class_=LABELLED_CARDS)


def _reasons(trial: UnpooledTrial) -> Html:
    """What is alike said once, of all the questions that it is about."""
    if not trial.outcomes:
        return text("no outcome of this review is known to have been measured")
    alike: dict[tuple[State, str], list[Html]] = {}
    for asked, outcome in trial.outcomes:
        name = asked.title_in_condition
        alike.setdefault((outcome.state, outcome.reason), []).append(links.question(asked, name))
    return items(
        [
            join((join(named, "; "), f": {state}", f" ({reason})" if reason else ""))
            for (state, reason), named in alike.items()
        ]
    )
