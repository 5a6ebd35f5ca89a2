"""Results that are missing from a question: which trials measured it, and gave nothing to pool.

Page et al. 2023 (ROB-ME), 10.1136/bmj-2023-076754: what matters is how many trials, and how
large ones, are known to have measured an outcome without giving a result that can be used.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.evidence.chosen_rows import ChosenRows
from analysis.evidence.question_slice import Slice
from analysis.evidence.trial_states import MEASURED, OutcomeInTrial, State, states_with_rows
from analysis.protocol_rules import Frozen


class MissingResults(Frozen):
    """What became of one question in every included trial on its condition.

    Results of releases that are older than this have no trials here.
    """

    trials: tuple[OutcomeInTrial, ...] = ()

    def of(self, *states: State) -> tuple[OutcomeInTrial, ...]:
        """The trials in these states."""
        return tuple(trial for trial in self.trials if trial.state in states)

    @property
    def measured(self) -> tuple[OutcomeInTrial, ...]:
        """The trials that are known to have measured the outcome."""
        return self.of(*MEASURED)

    @property
    def share(self) -> float | None:
        """Of all participants in whom it was measured, the share in trials without a number.

        Trials whose participants nobody counted are in neither sum; None where nobody is in any.
        """
        whole, _ = people(self.measured)
        return people(self.of(State.NO_NUMBERS))[0] / whole if whole else None


def people(trials: Iterable[OutcomeInTrial]) -> tuple[int, int]:
    """Participants together, and in how many trials their number is not known."""
    numbers = [trial.participants for trial in trials]
    return sum(number or 0 for number in numbers), numbers.count(None)


def missing_results(given: Slice, rows: ChosenRows, responders: ChosenRows) -> MissingResults:
    """What became of the question in every included trial, in order of year and label."""
    found = states_with_rows(given.evidence, given.question, rows, responders, given.kept_out)
    return MissingResults(trials=tuple(sorted((*found, *given.without_rows), key=_by_year)))


def _by_year(trial: OutcomeInTrial) -> tuple[int, str]:
    return trial.year, trial.label
