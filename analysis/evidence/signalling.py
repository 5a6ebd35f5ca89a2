"""The signalling questions of RoB 2: which answers each permits, and what its algorithm proposes.

RoB 2 for individually randomised trials and the effect of assignment, version of 22 August 2019
(Sterne et al. 2019, 10.1136/bmj.l4898). The questions themselves are under CC BY-NC-ND and stand
at the source alone; here are their numbers. The algorithm is as the tables of the tool's guidance
and its diagrams have it; we know both from public transcriptions that were made apart
(github.com/AliSalman-et-al/rob2-kit, tests/oracle; github.com/InfinityBowman/corates), which agree
answer by answer, and the first domain from a table in a review (10.1186/s13643-021-01722-5) too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from analysis.evidence.risk_of_bias_tools import ROB_2, worst
from analysis.files.problems import short

TOOL = "RoB 2"
ANSWER = r"[1-5]\.[1-7] (?:Y|PY|PN|N|NI|NA)"
FORM = rf"^(?:{ANSWER}(?: {ANSWER})*)?$"
YES, NO, NI, NA = ("Y", "PY"), ("PN", "N"), ("NI",), ("NA",)
# Of each question, in the tool's order: those that follow from others may not apply.
ALWAYS, AFTER_OTHERS = (*YES, *NO, *NI), (*NA, *YES, *NO, *NI)
PERMITTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    dict.fromkeys(("1.1", "1.2", "1.3", "2.1", "2.2"), ALWAYS)
    | dict.fromkeys(("2.3", "2.4", "2.5"), AFTER_OTHERS)
    | {"2.6": ALWAYS, "2.7": AFTER_OTHERS, "3.1": ALWAYS, "3.2": (*NA, *YES, *NO)}
    | dict.fromkeys(("3.3", "3.4"), AFTER_OTHERS)
    | dict.fromkeys(("4.1", "4.2"), ALWAYS)
    | dict.fromkeys(("4.3", "4.4", "4.5"), AFTER_OTHERS)
    | dict.fromkeys(("5.1", "5.2", "5.3"), ALWAYS)
)
QUESTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        domain: tuple(number for number in PERMITTED if number.startswith(f"{place}."))
        for place, domain in enumerate(ROB_2, start=1)
    }
)
LOW, SOME, HIGH = "low", "some concerns", "high"


@dataclass(frozen=True)
class Asked:
    """A question of the algorithm, and where each of its answers leads."""

    number: str
    leads: tuple[tuple[tuple[str, ...], Asked | str], ...]


def _asked(number: str, yes: Asked | str, no: Asked | str, no_information: Asked | str) -> Asked:
    return Asked(number, ((YES, yes), (NO, no), (NI, no_information)))


def _assessors(best: str) -> Asked:
    """Who assessed the outcome; `best` is what is left where they could not be influenced."""
    influenced = _asked("4.5", HIGH, SOME, HIGH)
    could_be = _asked("4.4", influenced, best, influenced)
    return _asked("4.3", could_be, best, could_be)


def _algorithm() -> Mapping[str, tuple[Asked, ...]]:
    """The parts of each domain, of which the worst counts."""
    balanced = _asked("2.5", SOME, HIGH, HIGH)
    context = _asked("2.3", _asked("2.4", balanced, SOME, balanced), LOW, SOME)
    analysed = _asked("2.7", HIGH, SOME, HIGH)
    dependent = _asked("3.4", HIGH, SOME, HIGH)
    could_depend = _asked("3.3", dependent, LOW, dependent)
    # 3.2 permits no NI.
    unbiased = Asked("3.2", ((YES, LOW), (NO, could_depend)))
    differences = _asked("1.3", SOME, LOW, LOW)
    planned = _asked("5.1", LOW, SOME, SOME)
    sequence = _asked("1.1", differences, SOME, differences)
    differing = _asked("4.2", HIGH, _assessors(LOW), _assessors(SOME))
    parts = (
        (_asked("1.2", sequence, HIGH, _asked("1.3", HIGH, SOME, SOME)),),
        (
            _asked("2.1", context, _asked("2.2", context, LOW, context), context),
            _asked("2.6", LOW, analysed, analysed),
        ),
        (_asked("3.1", LOW, unbiased, unbiased),),
        (_asked("4.1", HIGH, differing, differing),),
        (_asked("5.2", HIGH, _asked("5.3", HIGH, planned, SOME), _asked("5.3", HIGH, SOME, SOME)),),
    )
    return MappingProxyType(dict(zip(ROB_2, parts, strict=True)))


ALGORITHM = _algorithm()


def read_answers(text: str) -> tuple[tuple[str, str], ...]:
    """Each number with its answer, of a text whose form is right."""
    words = text.split()
    return tuple(zip(words[::2], words[1::2], strict=False))


def proposed_judgement(tool: str, domain: str, text: str) -> str:
    """What the algorithm proposes for a domain; blank where a question that it asks is open."""
    answers = dict(read_answers(text))
    found = [_follow(part, answers) for part in ALGORITHM.get(domain, ()) if tool == TOOL]
    return worst(TOOL, found) if found and all(found) else ""


def _follow(part: Asked | str, answers: Mapping[str, str]) -> str:
    while isinstance(part, Asked):
        said = answers.get(part.number, "")
        part = next((to for permitted, to in part.leads if said in permitted), "")
    return part


def faults(tool: str, domain: str, text: str) -> Iterator[str]:
    """What is wrong with the answers of a row, whose form is right."""
    if not text:
        return
    numbers = QUESTIONS.get(domain, ()) if tool == TOOL else ()
    if not numbers:
        yield f"answers are those of a domain of {TOOL}, not of {tool}, {short(domain)}"
        return
    seen: set[str] = set()
    for number, answer in read_answers(text):
        if number not in numbers:
            yield f"{number} is no question of {short(domain)} ({', '.join(numbers)})"
        elif answer not in PERMITTED[number]:
            yield f"{number} {answer}: permitted are {', '.join(PERMITTED[number])}"
        elif number in seen:
            yield f"{number} is answered twice"
        seen.add(number)
