"""Numbers as a reader sees them: true minus signs, fixed decimals, words where a number is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
MOST_DECIMALS = 6
NOTHING = 10.0**-MOST_DECIMALS  # what no reader could see
SMALLEST_RATIO, LARGEST_RATIO = 0.01, 1000
WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def number(value: float, decimals: int = 2) -> str:
    """`-0.333` as `−0.33`; a rounded zero has no sign; thousands are grouped."""
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def decimals_beside(value: float, others: Iterable[float], decimals: int = 2) -> int:
    """As many decimals as keep a value from printing as one of the others that it is not.

    What is nearer to one than six decimals show is that one, and is printed as usual.
    """
    near = [other for other in others if other != value]
    for shown in range(decimals, MOST_DECIMALS + 1):
        if all(round(value, shown) != round(other, shown) for other in near):
            return shown
    return decimals


def limits(low: float | None, high: float | None, *, ratio: bool = False) -> str:
    """`−0.54 to −0.12`; a limit that does not exist is infinity, or 0 for a ratio.

    A limit near no difference is printed with the decimals that show its side; a limit of a
    ratio that no reader can tell from 0 or from infinity is printed as below or above a bound.
    """
    lowest = "0" if ratio else f"{MINUS}∞"
    first = lowest if low is None else _limit(low, ratio)
    last = "∞" if high is None else _limit(high, ratio)
    return f"{first} to {last}"


def _limit(value: float, ratio: bool) -> str:
    if ratio and 0 < value < SMALLEST_RATIO:
        return f"<{SMALLEST_RATIO:g}"
    if ratio and value > LARGEST_RATIO:
        return f">{LARGEST_RATIO:,}"
    return number(value, decimals_beside(value, [1.0 if ratio else 0.0]))


def percent(value: float) -> str:
    """Per cent without decimals; what is not nothing is `<1%`, and what is not all `>99%`."""
    if NOTHING < value < 1 and round(value) == 0:
        return "<1%"
    return ">99%" if round(value) == 100 and value < 100 - NOTHING else f"{value:.0f}%"


def people_of(of: int, share: float) -> str:
    """Whole people of so many; what is not nobody is `fewer than 1`, and what not all `more than`.

    `more than 999` of 1,000, so that nobody who is left over is rounded away.
    """
    people = round(of * share)
    if people == 0 and share > NOTHING:
        return "fewer than 1"
    return f"more than {of - 1:,}" if people == of and share < 1 - NOTHING else f"{people:,}"


def percent_level(level: float) -> str:
    """The level of an interval, exactly: `0.95` as `95%`, `0.975` as `97.5%`."""
    return f"{100 * level:g}%"


def p_value(p: float) -> str:
    """`p = 0.04`, three decimals below 0.1, `p < 0.001`."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.2f}" if p >= 0.1 else f"p = {p:.3f}"


def count(value: int | None) -> str:
    """A count with grouped thousands; an en dash where it is not known."""
    return DASH if value is None else f"{value:,}"


def count_known(value: int | None, unknown: int) -> str:
    """A count that others, `unknown` so many, may add to: `507 or more`."""
    return f"{count(value)} or more" if unknown and value is not None else count(value)


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """`1 trial`, `12 trials`, `no trials`."""
    word = singular if value == 1 else plural or f"{singular}s"
    return f"{value:,} {word}" if value else f"no {word}"


def spelled(value: int) -> str:
    """`six`: a count in words up to twelve, in digits beyond."""
    return WORDS[value] if 0 <= value < len(WORDS) else f"{value:,}"


def sentence_case(text: str) -> str:
    """The text with a capital first; the others stay as they are, `EQ-5D` for example."""
    return f"{text[:1].upper()}{text[1:]}"


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def day(date: dt.date) -> str:
    """`13 November 2013`, in English whatever the machine's language."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"
