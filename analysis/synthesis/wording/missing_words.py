"""What is known of a question beyond the trials that are pooled: who measured it all the same."""

from __future__ import annotations

from analysis.evidence.trial_states import State
from analysis.formatting import counted, listed, sentence_case
from analysis.protocol_rules import ReviewWords
from analysis.synthesis.missing_results import MissingResults
from analysis.synthesis.question_result import PublishedEstimate

# With so many trials pooled an answer stands by itself; what else is known is further down.
FEW = 2

# Numbers that are at hand and in no pooled result.
OTHERWISE = {
    State.SENSITIVITY: "count in a sensitivity analysis only",
    State.LEFT_OUT: "a rule of the protocol leaves out",
}


def beside_few(missing: MissingResults, k: int) -> str:
    """The trials that measured the outcome and give nothing to pool; blank where enough do."""
    without = missing.of(State.NO_NUMBERS)
    if k > FEW or not without:
        return ""
    labels = listed([trial.label for trial in without])
    also = "Measured" if k == 0 else "Also measured"
    return f" {also} without usable numbers by {counted(len(without), 'trial')}: {labels}."


def beside_none(
    words: ReviewWords, missing: MissingResults, printed: PublishedEstimate | None
) -> str:
    """Where nothing is pooled: who measured it, who may have, and what was printed before."""
    said = beside_few(missing, 0)
    for state, whose in OTHERWISE.items():
        if found := missing.of(state):
            labels = listed([trial.label for trial in found])
            said += f" Measured by {counted(len(found), 'trial')} whose numbers {whose}: {labels}."
    unknown = missing.of(State.NOT_KNOWN)
    if missing.trials and not missing.measured and not unknown and not printed:
        said += f" None of {counted(len(missing.trials), 'included trial')} measured it."
    if missing.measured and unknown:
        said += f" Whether {counted(len(unknown), 'other included trial')} did is not known."
    elif unknown and not printed:
        trials = counted(len(missing.trials), "included trial")
        said += f" Of {trials} none is known to have measured it."
    if printed:
        said += f" {sentence_case(words.baseline)} printed {printed.as_printed}"
        said += "." if missing.measured else ", from trials whose numbers are not open."
    return said
