"""How well two people agree: percentage and Cohen's kappa (Cohen 1960)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Two people's decisions on what both have read; `kappa` None where it is not defined."""

    first: str
    second: str
    both_yes: int
    both_no: int
    only_first: int
    only_second: int

    @property
    def n(self) -> int:
        return self.both_yes + self.both_no + self.only_first + self.only_second

    @property
    def percent(self) -> float | None:
        return 100 * (self.both_yes + self.both_no) / self.n if self.n else None

    @property
    def kappa(self) -> float | None:
        """(observed − expected) / (1 − expected); None where chance alone agrees fully."""
        if not self.n:
            return None
        observed = (self.both_yes + self.both_no) / self.n
        yes_first = (self.both_yes + self.only_first) / self.n
        yes_second = (self.both_yes + self.only_second) / self.n
        expected = yes_first * yes_second + (1 - yes_first) * (1 - yes_second)
        return None if expected == 1 else (observed - expected) / (1 - expected)


def agreement(
    first: str, second: str, yes_first: Mapping[str, bool], yes_second: Mapping[str, bool]
) -> Agreement:
    """Compare two people's yes or no on the records that both have decided."""
    shared = yes_first.keys() & yes_second.keys()
    pairs = [(yes_first[record_id], yes_second[record_id]) for record_id in shared]
    return Agreement(
        first,
        second,
        both_yes=pairs.count((True, True)),
        both_no=pairs.count((False, False)),
        only_first=pairs.count((True, False)),
        only_second=pairs.count((False, True)),
    )
