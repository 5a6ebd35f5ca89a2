"""How long the integrity checks take, and what they find in simulated reviews.

`./review -m tests.benchmarks.bench_integrity`; other seeds than the test suite's, and trials that
differ more than those the thresholds were chosen on.
"""

from __future__ import annotations

from analysis.evidence.integrity import findings
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from tests.benchmarks.bench_statistics import median_seconds
from tests.evidence.folder import DATA
from tests.evidence.simulated_review import ERRORS, clean_review, plant

TRIALS = 200
SEEDS = range(500, 510)
TAUS = (0.2, 0.3, 0.4)


def false_findings(evidence: Evidence, tau: float) -> float:
    """The share of clean trials with a suspect finding."""
    false = 0
    for seed in SEEDS:
        found = findings(clean_review(evidence, TRIALS, seed, tau=tau))
        false += len({finding.study_id for finding in found if finding.severity == "suspect"})
    return false / (TRIALS * len(SEEDS))


def recall(evidence: Evidence, kind: str) -> tuple[int, int, int]:
    """Of the planted rows: how many are suspect, how many at least noted, how many there are."""
    suspect = noted = planted = 0
    for seed in SEEDS:
        wrong_review, wrong = plant(clean_review(evidence, TRIALS, seed), ERRORS[kind], seed)
        found = findings(wrong_review)
        rows = {row for f in found for row in f.row_ids} & set(wrong)
        grave = {row for f in found if f.severity == "suspect" for row in f.row_ids} & set(wrong)
        suspect, noted, planted = suspect + len(grave), noted + len(rows), planted + len(wrong)
    return suspect, noted, planted


def main() -> None:
    evidence = load(DATA)
    print(f"the frozen review: {1000 * median_seconds(lambda: findings(evidence)):.0f} ms")
    for tau in TAUS:
        share = false_findings(evidence, tau)
        print(f"clean trials with a suspect finding, tau {tau:g}: {share:.2%}")
    for kind in ERRORS:
        suspect, noted, planted = recall(evidence, kind)
        print(f"{kind}: {suspect / planted:.0%} suspect, {noted / planted:.0%} found, of {planted}")


if __name__ == "__main__":
    main()
