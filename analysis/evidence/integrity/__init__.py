"""Find numbers that cannot be right or that look wrong, each finding with its arithmetic.

A `suspect` row is kept out of the primary analysis until a person has ruled on it in
`data/integrity.csv`; a `note` is shown and changes nothing. Thresholds are the protocol's.
"""

from analysis.evidence.integrity.finding import Finding
from analysis.evidence.integrity.findings import (
    findings,
    keeping_out,
    reason,
    reasons_to_keep_out,
)
from analysis.evidence.integrity.rulings import rulings_without_effect
from analysis.evidence.integrity.several_rows import instruments_without_direction

__all__ = [
    "Finding",
    "findings",
    "instruments_without_direction",
    "keeping_out",
    "reason",
    "reasons_to_keep_out",
    "rulings_without_effect",
]
