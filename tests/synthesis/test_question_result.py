"""The synthesis as JSON: there and back unchanged, the same bytes for the same data."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from analysis.synthesis.comparisons import TrialSet
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import Measure
from analysis.versions.results import to_json
from tests.evidence.folder import DATA

ROOT = Path(__file__).resolve().parents[2]
CELLS = ("headache.pain.post", "non-headache.depression.post", "non-headache.pain.follow-up")
DIGEST = """
import hashlib, pathlib, sys
from analysis.evidence.load import load
from analysis.versions.results import to_json
from analysis.synthesis.synthesise import synthesise
evidence = load(pathlib.Path(sys.argv[1]))
questions = [evidence.protocol.question(*key.split(".")) for key in sys.argv[2:]]
everything = "".join(to_json(synthesise(evidence, question)) for question in questions)
print(hashlib.sha256(everything.encode()).hexdigest())
"""
SMD = Measure(name="SMD", label="standardised mean difference")
RESPONDERS = Measure(name="RR", label="risk ratio", ratio=True, benefit_above=True)
DROPOUTS = Measure(name="RR", label="risk ratio", ratio=True)


def test_json_there_and_back_changes_nothing(syntheses: Mapping[str, Synthesis]) -> None:
    for synthesis in syntheses.values():
        text = to_json(synthesis)
        back = Synthesis.model_validate_json(text)
        assert back == synthesis
        assert to_json(back) == text


def test_json_has_no_nan_and_no_infinity(syntheses: Mapping[str, Synthesis]) -> None:
    for synthesis in syntheses.values():
        text = to_json(synthesis)
        assert not any(word in text for word in ("NaN", "Infinity"))


def test_another_process_writes_the_same_bytes(syntheses: Mapping[str, Synthesis]) -> None:
    """Neither the order of a set nor the clock nor what was computed before is in the results."""
    environment = os.environ | {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati"}
    done = subprocess.run(
        [sys.executable, "-c", DIGEST, str(DATA), *CELLS],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    everything = "".join(to_json(syntheses[key]) for key in CELLS)
    assert done.stdout.strip() == hashlib.sha256(everything.encode()).hexdigest()


def test_a_synthesis_cannot_be_changed(syntheses: Mapping[str, Synthesis]) -> None:
    synthesis = next(iter(syntheses.values()))
    with pytest.raises(ValidationError, match="frozen"):
        synthesis.k = 3  # type: ignore[misc]


def test_a_missing_comparison_is_named(syntheses: Mapping[str, Synthesis]) -> None:
    with pytest.raises(KeyError, match="has no comparison 'with suspect trials'"):
        syntheses["headache.pain.post"].comparison(TrialSet.WITH_SUSPECT)


@pytest.mark.parametrize(
    ("measure", "effect", "shown"),
    [
        (SMD, -0.4, -0.4),
        # On the analysis scale negative favours therapy: more responders is above 1.
        (RESPONDERS, -math.log(2), 2.0),
        (RESPONDERS, math.log(2), 0.5),
        (DROPOUTS, -math.log(2), 0.5),
    ],
)
def test_effects_are_shown_as_a_reader_expects(
    measure: Measure, effect: float, shown: float
) -> None:
    assert measure.shown(effect) == pytest.approx(shown)


def test_limits_are_shown_the_smaller_first() -> None:
    low, high = RESPONDERS.shown_interval(-math.log(4), -math.log(1.5))
    assert (low, high) == pytest.approx((1.5, 4.0))
    assert SMD.shown_interval(-0.6, -0.2) == (-0.6, -0.2)
    # What is unbounded below on one scale is so above on the other.
    assert RESPONDERS.shown_limits(None, -math.log(2)) == (pytest.approx(2.0), None)
    assert SMD.shown_limits(None, -0.2) == (None, -0.2)
    assert (SMD.no_effect, RESPONDERS.no_effect) == (0.0, 1.0)
