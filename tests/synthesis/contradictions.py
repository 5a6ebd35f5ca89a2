"""Reads what is said of a question as a reader would, and names what contradicts its numbers.

It knows the texts and the numbers of a result, and none of the code that made the one from the
other: what a sentence says is found again in the sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from analysis.protocol import Protocol
from analysis.statistics.estimates import Interval, PooledEffect
from analysis.synthesis.question_result import Synthesis

NUMBER = r"[−+]?(?:\d[\d,]*(?:\.\d+)?|∞)"
LIMIT = rf"(?:[<>]?{NUMBER})"
RANGE = rf"(?P<low>{LIMIT}) to (?P<high>{LIMIT})"
SIZED = re.compile(
    rf"(?P<words>[^:;.]+?), by (?P<size>{NUMBER})(?P<unit>[^(]*) "
    rf"\(\d+(?:\.\d+)?% confidence interval {RANGE}\)(?P<rest>[^.;]*)"
)
SIGNED = re.compile(
    rf"the difference(?: in [^(]+?)? is (?P<estimate>{NUMBER})(?P<unit>[^(]*) "
    rf"\((?P<inner>[^)]*); (?P<side>above|below) zero is (?P<benefit>[^)]+)\)(?P<rest>[^.;]*)"
)
TIMES = re.compile(
    rf"(?:was|were) (?P<estimate>{NUMBER}) times as high [^(]*\((?P<inner>[^)]*)\)(?P<rest>[^.;]*)"
)
PEOPLE = re.compile(
    rf"If (?P<before>{NUMBER}) of 1,000 people .*?\), (?P<after>{NUMBER}) (?:do|are) [^:]*: "
    rf"(?P<gap>{NUMBER}) (?P<way>more|fewer) "
    rf"\((?P<low>{NUMBER}) (?P<low_way>more|fewer) to (?P<high>{NUMBER}) (?P<high_way>more|fewer)\)"
)
POINTS = re.compile(rf"The main estimate is (?P<size>{NUMBER}) points (?P<way>lower|higher)")
JUDGED = re.compile(
    rf"interval \({RANGE}\) (?P<verb>excludes|includes) no difference \((?P<at>[01])\)"
)
COUNTED = "trials|participants|events|people|questions|degrees of freedom|records|years"
SINGULAR = re.compile(rf"(?<![\d.,−])1 (?:{COUNTED})\b")
PLURAL = re.compile(
    r"(?<![\d.,])(?!1 )(?:\d[\d,]*) (?:trial|participant|event|question)\b(?!['’-])"
)
NOT_TEXT = re.compile(r"\bnan\b|\bNone\b(?! of )|\binf\b|\{|\}|(?<!\w)-\d|−0(?:\.0+)?(?![\d.])|  ")
PREDICTED = "in a new setting we expect"
ROUNDED = 0.0051
PEOPLE_OF = 100  # a difference between shares is told in so many people, whole ones


def contradictions(protocol: Protocol, synthesis: Synthesis) -> list[str]:
    """Everything that is wrong with what is said of this question; empty where nothing is."""
    return [
        *(f"{synthesis.question.key}: {what}" for what in _wrong(protocol, synthesis)),
    ]


def _wrong(protocol: Protocol, synthesis: Synthesis) -> Iterator[str]:
    for text in _texts(synthesis):
        for pattern in (SINGULAR, PLURAL, NOT_TEXT):
            if found := pattern.search(text):
                yield f"{found[0]!r} in {text!r}"
        yield from _judgements(text)
    if synthesis.primary is None:
        if "fit the data" in synthesis.sentences.headline:
            yield "an effect is told of nothing"
        return
    yield from _headline(protocol, synthesis, synthesis.primary)
    yield from _plain(protocol, synthesis)
    yield from _clinical(protocol, synthesis, synthesis.primary)


def _texts(synthesis: Synthesis) -> Iterator[str]:
    yield from filter(None, synthesis.sentences.model_dump().values())
    yield from (row.reason for row in synthesis.set_aside)
    yield from (study.derivation for study in synthesis.studies)
    if synthesis.certainty:
        yield from (step.reason for step in synthesis.certainty.steps)


def value(text: str) -> float:
    bare = text.replace("−", "-").replace(",", "").lstrip("<>+")
    return math.copysign(math.inf, -1 if "-" in bare else 1) if "∞" in bare else float(bare)


def _judgements(text: str) -> Iterator[str]:
    """What a rule says of an interval, and of small trials, holds for the numbers beside it."""
    for found in JUDGED.finditer(text):
        low, high, at = (value(found[name]) for name in ("low", "high", "at"))
        if (low <= at <= high) != (found["verb"] == "includes"):
            yield f"{found[0]!r}"
    for sentence in re.split(r"(?<=[.;])\s", text):
        if re.search(r"smaller trials have (?:better|worse)", text) and "not below" in text:
            yield f"small trials beside a large p: {text!r}"
            return
        p = re.search(r"\bp = (0\.\d+)", sentence)
        said = re.search(r"(?<!not )below (0\.\d+)", sentence)
        if p and said and float(p[1]) >= float(said[1]) + 0.005:
            yield f"{p[0]} is not {said[0]}"


def _sides(low: float, high: float, nothing: float) -> str:
    """Where printed limits lie: on both sides of no difference, at it, or beyond it."""
    if low < nothing < high:
        return "both"
    return "touches" if nothing in (low, high) else "beyond"


def _left_open(rest: str, sides: str) -> bool:
    said = {"both": "fit the data" in rest, "touches": "touches no difference" in rest}
    return all(is_said == (sides == where) for where, is_said in said.items())


def _read_range(inner: str) -> tuple[float, float]:
    """The interval that is read: of several that with the prior, and Wald's where there is none."""
    first, *others = re.finditer(RANGE, inner)
    read = others[-1] if others and "Bayesian" in inner else first
    return value(read["low"]), value(read["high"])


def _headline(protocol: Protocol, synthesis: Synthesis, primary: PooledEffect) -> Iterator[str]:
    headline, measure = synthesis.sentences.headline, synthesis.measure
    number = "trial" if synthesis.k == 1 else "trials"
    if not headline.startswith(f"{synthesis.k} {number}"):
        yield f"not of {synthesis.k} trials: {headline!r}"
    nothing = 1.0 if measure.ratio else 0.0
    found = [
        *((m.start(), _sized(protocol, synthesis, m)) for m in SIZED.finditer(headline)),
        *((m.start(), _signed(protocol, synthesis, m)) for m in SIGNED.finditer(headline)),
        *((m.start(), _times(synthesis, m, nothing)) for m in TIMES.finditer(headline)),
    ]
    if not found:
        yield f"no effect is told: {headline!r}"
        return
    first = min(found, key=lambda each: each[0])[1]
    shown = _shown(synthesis, primary.estimate)
    if isinstance(first, float) and not _same(synthesis, abs(first), abs(shown)):
        yield f"{first} is told first, the primary estimate is {shown}: {headline!r}"
    yield from (each for _, each in found if isinstance(each, str))
    yield from _prediction(synthesis, primary, headline)
    for sentence in re.split(r"(?<=\.)\s(?=[A-Z])", headline):
        if re.search(r", by \d", sentence) and "−" in sentence:
            yield f"a size and a sign in one sentence: {sentence!r}"


def _shown(synthesis: Synthesis, effect: float) -> float:
    turned = -effect if synthesis.measure.benefit_above else effect
    if synthesis.measure.name == "RD":
        return PEOPLE_OF * turned
    return math.exp(turned) if synthesis.measure.ratio else turned


def _same(synthesis: Synthesis, one: float, other: float) -> bool:
    rounded = PEOPLE_OF * ROUNDED if synthesis.measure.name == "RD" else ROUNDED
    return abs(one - other) <= max(rounded, 1e-9 * abs(other)) or (
        other > 1000 and abs(one - other) / other < 1e-6
    )


def _candidates(synthesis: Synthesis) -> Iterator[PooledEffect]:
    """Every pooled result that a headline may be telling."""
    if synthesis.primary:
        yield synthesis.primary
    yield from (other.pooled for other in synthesis.comparisons if other.pooled)


def _matching(synthesis: Synthesis, low: float, high: float, size: bool) -> list[PooledEffect]:
    found = []
    for pooled in _candidates(synthesis):
        ends = [
            math.inf if end is None else _shown(synthesis, end)
            for end in (pooled.interval.low, pooled.interval.high)
        ]
        printed = sorted(abs(end) for end in ends) if size else sorted(ends)
        if all(
            _same(synthesis, one, other) for one, other in zip((low, high), printed, strict=True)
        ):
            found.append(pooled)
    return found


def _words(protocol: Protocol, synthesis: Synthesis) -> tuple[str, str]:
    """What is said where the intervention does good, and where it does harm."""
    outcome, measure = protocol.outcome(synthesis.question.outcome), synthesis.measure
    if measure.name == "RD":
        more, less = "a higher chance", "a lower chance"
        return (more, less) if measure.benefit_above else (less, more)
    return outcome.lower, outcome.higher


def _sized(protocol: Protocol, synthesis: Synthesis, found: re.Match[str]) -> float | str:
    """The size told, or what is wrong with how it is told."""
    size, low, high = (value(found[name]) for name in ("size", "low", "high"))
    better, worse = _words(protocol, synthesis)
    if not low - ROUNDED <= size <= high + ROUNDED:
        return f"{found[0]!r}: {size} lies outside its interval"
    if synthesis.measure.unit and found["unit"].strip() != synthesis.measure.unit:
        return f"{found[0]!r}: a size without its unit"
    if not _left_open(found["rest"], _sides(low, high, 0.0)):
        return f"{found[0]!r}: what the interval leaves open"
    pooled = _matching(synthesis, low, high, size=True)
    good = [each for each in pooled if each.estimate < 0]
    words = found["words"].strip()
    told = {better: bool(good), worse: bool(pooled) and len(good) < len(pooled)}
    if not any(words.startswith(what) and holds for what, holds in told.items()):
        return f"{found[0]!r}: the direction is not that of {[p.estimate for p in pooled]}"
    return size


def _signed(protocol: Protocol, synthesis: Synthesis, found: re.Match[str]) -> float | str:
    estimate = value(found["estimate"])
    low, high = _read_range(found["inner"])
    better, _ = _words(protocol, synthesis)
    if (found["side"], found["benefit"]) != (
        "above" if synthesis.measure.benefit_above else "below",
        better,
    ):
        return f"{found[0]!r}: {better} is on the other side"
    if synthesis.measure.unit and found["unit"].strip() != synthesis.measure.unit:
        return f"{found[0]!r}: a difference without its unit"
    if "confidence interval" in found["inner"]:
        if not low - ROUNDED <= estimate <= high + ROUNDED:
            return f"{found[0]!r}: {estimate} lies outside its interval"
        if not _matching(synthesis, low, high, size=False):
            return f"{found[0]!r}: no result has this interval"
    if not _left_open(found["rest"], _sides(low, high, 0.0)):
        return f"{found[0]!r}: what the interval leaves open"
    return estimate


def _times(synthesis: Synthesis, found: re.Match[str], nothing: float) -> float | str:
    estimate = value(found["estimate"])
    low, high = _read_range(found["inner"])
    bounded = not re.search("[<>]", found["inner"])
    if bounded and "confidence" in found["inner"] and not low <= estimate <= high:
        return f"{found[0]!r}: {estimate} lies outside its interval"
    if not _left_open(found["rest"], _sides(low, high, nothing)):
        return f"{found[0]!r}: what the interval leaves open"
    return estimate


def _prediction(synthesis: Synthesis, primary: PooledEffect, headline: str) -> Iterator[str]:
    told = headline.partition(PREDICTED)[2]
    if not told:
        return
    if synthesis.headline_prediction is None or primary.prediction is None:
        yield f"a new setting without a prediction interval: {headline!r}"
        return
    ends = (primary.prediction.low, primary.prediction.high)
    both = ends[0] is not None and ends[1] is not None and ends[0] < 0 < ends[1]
    if told.lstrip().startswith("anything from") and not both:
        yield f"anything is expected of an interval on one side: {headline!r}"


def _plain(protocol: Protocol, synthesis: Synthesis) -> Iterator[str]:
    plain, read, measure = synthesis.sentences.plain, synthesis.concluded, synthesis.measure
    level = synthesis.certainty.level if synthesis.certainty else None
    verbs = {"very low": "very uncertain", "low": " may ", "moderate": " probably "}
    if "unclear" not in plain:
        for name, verb in verbs.items():
            if (verb in plain) != (name == level):
                yield f"{level}, said as {plain!r}"
    if level == "very low" or read is None:
        return
    low, high = _ends(read.interval)
    important = synthesis.smallest_important_difference or 5e-7
    good, bad = read.estimate < 0, read.estimate > 0
    outcome = protocol.outcome(synthesis.question.outcome)
    if "unclear" in plain:
        if not (low <= -important and high >= important):
            yield f"unclear with {low} to {high}: {plain!r}"
    elif "little or no difference" in plain:
        if abs(read.estimate) >= important:
            yield f"little with {read.estimate}: {plain!r}"
        if "benefit large enough" in plain and low > -important:
            yield f"no such benefit in {low} to {high}: {plain!r}"
        if "harm large enough" in plain and high < important:
            yield f"no such harm in {low} to {high}: {plain!r}"
    elif measure.name in ("RR", "OR", "HR", "RD", "IRR"):
        more = re.search(r"\b(more|less) (?:likely|often)", plain)
        up = (good and measure.benefit_above) or (bad and not measure.benefit_above)
        if not more or (more[1] == "more") != up:
            yield f"{_shown(synthesis, read.estimate)} said as {plain!r}"
    elif not plain.split(".")[0].endswith(outcome.lower if good else outcome.higher):
        yield f"{read.estimate} said as {plain!r}"
    if ("No difference also fits" in plain) and not low <= 5e-7 <= high + 1e-6:
        yield f"no difference is not in {low} to {high}: {plain!r}"


def _ends(interval: Interval) -> tuple[float, float]:
    low = -math.inf if interval.low is None else interval.low
    return low, math.inf if interval.high is None else interval.high


def _clinical(protocol: Protocol, synthesis: Synthesis, primary: PooledEffect) -> Iterator[str]:
    text, measure = synthesis.sentences.clinical, synthesis.measure
    event = measure.name in ("RR", "OR", "HR", "RD", "IRR")
    # More people have a good event where the intervention does good, fewer have a bad one.
    more_is_good = measure.benefit_above or not event
    for found in PEOPLE.finditer(text):
        before, after, gap = (round(value(found[name])) for name in ("before", "after", "gap"))
        signed = gap if found["way"] == "more" else -gap
        if after - before != signed:
            yield f"{after} − {before} is not {signed}: {found[0]!r}"
        if signed and (signed > 0) != ((primary.estimate < 0) == more_is_good):
            yield f"{primary.estimate} said as {found[0]!r}"
        ends = sorted(
            value(found[name]) * (1 if found[f"{name}_way"] == "more" else -1)
            for name in ("low", "high")
        )
        if not ends[0] <= signed <= ends[1]:
            yield f"{signed} lies outside its interval: {found[0]!r}"
    if found_points := POINTS.search(text):
        scales = protocol.outcome(synthesis.question.outcome).points_on
        good = "higher" if protocol.directions.of(scales[0]) == "better" else "lower"
        down = found_points["way"] == good
        if value(found_points["size"]) and down != (primary.estimate < 0):
            yield f"{primary.estimate} said as {found_points[0]!r}"
