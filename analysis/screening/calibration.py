"""How well the ranking would have done, told by the review's own decisions.

The question is that of an update: trained on what was decided before a day, how far down
would the relevant records of the days since have stood? Beside it, the same with as many
records drawn at random: it looks better, because what is learned from is of the same search.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.screening.ranking import SEED, Features, rank

SHARES = (0.1, 0.2, 0.3, 0.5, 0.7)
RECALLS = (0.95, 1.0)


@dataclass(frozen=True)
class Calibration:
    """What reading in the ranking's order would have found.

    `found` the share of the relevant in the first of each of `SHARES`; `saved` the share of
    records that would not have been read at each of `RECALLS`.
    """

    learned_from: int
    records: int
    relevant: int
    found: tuple[float, ...]
    saved: tuple[float, ...]


def calibration(
    learned: Sequence[str],
    read: Sequence[str],
    labels: Mapping[str, bool],
    features: Features | None,
    seed: int = SEED,
) -> Calibration | None:
    """Order `read` by what `learned` teaches; None where either has no relevant record."""
    known = {report: labels[report] for report in learned}
    order = [labels[report] for report in rank(read, known, features, seed).order]
    relevant = sum(order)
    if not (relevant and any(known.values()) and not all(known.values())):
        return None
    places = [place for place, yes in enumerate(order, start=1) if yes]
    return Calibration(
        learned_from=len(known),
        records=len(order),
        relevant=relevant,
        found=tuple(
            sum(p <= round(share * len(order)) for p in places) / relevant for share in SHARES
        ),
        saved=tuple(1 - places[math.ceil(r * relevant) - 1] / len(order) for r in RECALLS),
    )
