"""Search strategies as text, one file a database, each checked for what can be checked.

A strategy file says in lines that begin with `#` what it is, then the strategy as it is
typed. PubMed, EBSCOhost and Web of Science syntax is parsed by the search-query library.
Ovid and the Cochrane Library, which no Python library reads, are checked for form: lines
numbered in order, references to earlier lines only, parentheses and quotation marks closed.
For Europe PMC and ClinicalTrials.gov, where a strategy is one expression, these are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from analysis.files.encoding import decode
from analysis.files.folder import plain_files
from analysis.files.problems import EvidenceError, Problem, read_bytes

if TYPE_CHECKING:
    from search_query.query import Query

PARSED = {"pubmed": "pubmed", "ebscohost": "ebscohost", "web of science": "wos"}
FORM_ONLY = ("ovid", "cochrane library")
# One expression, as their interfaces take it.
EXPRESSIONS = ("europe pmc", "clinicaltrials.gov")
# Many times the longest strategy; the parsers are slow beyond.
LARGEST_STRATEGY = 32_000
HEADER = ("database", "platform", "status")
NUMBERED = re.compile(r"#?(\d+)[.:]?\s+(\S.*)$")
# `#1`, `1-4` or a bare number between operators, as Ovid and the Cochrane Library write them.
REFERENCE = re.compile(r"#(\d+)|(?<![\w.\"$*?-])(\d+)(?:-(\d+))?(?![\w.\"$*?-])")
ONLY_REFERENCES = re.compile(r"^(?:[\s()#\d{},-]|\b(?:or|and|not)/?\b)+$", re.IGNORECASE)
# Shorter wording for the same result: no fault of a strategy that runs as it stands.
ADVICE = "QUALITY_"
NOTHING = "there is no strategy below the header"
COLOUR = re.compile("\x1b\\[[0-9;]*m")


@dataclass(frozen=True)
class Strategy:
    """A strategy as text: what it is, and the line of the file on which it starts."""

    path: Path
    database: str
    platform: str
    status: str
    text: str
    line: int


@dataclass(frozen=True)
class StrategyCheck:
    """How a strategy was checked, and what was found."""

    strategy: Strategy
    checked: Literal["parsed", "form"]
    problems: tuple[Problem, ...]


def load_strategies(data: Path) -> tuple[Strategy, ...]:
    """Every strategy in `searches/strategies`; EvidenceError where a header is incomplete."""
    plain_files(data)
    strategies: list[Strategy] = []
    problems: list[Problem] = []
    for path in sorted((data / "searches" / "strategies").glob("*.txt")):
        try:
            strategies.append(read_strategy(path))
        except EvidenceError as error:
            problems += error.problems
    if problems:
        raise EvidenceError(problems)
    return tuple(strategies)


def read_strategy(path: Path) -> Strategy:
    """One strategy file: `# database: …`, `# platform: …`, `# status: …`, then the strategy."""
    lines = decode(read_bytes(path, LARGEST_STRATEGY), path).splitlines()
    header: dict[str, str] = {}
    start = len(lines) + 1
    for number, line in enumerate(lines, start=1):
        found = re.match(r"#\s*([a-z]+):\s*(\S.*)$", line)
        if found:
            header[found.group(1)] = found.group(2).strip()
        elif line.strip() and not re.match(r"#(?!\d)", line):
            start = number
            break
    missing = [name for name in HEADER if name not in header]
    if missing:
        message = f"the header does not say {', '.join(missing)} (for example `# {missing[0]}: …`)"
        raise EvidenceError.at(path, message, 1)
    text = "\n".join(lines[start - 1 :]).strip()
    return Strategy(path, header["database"], header["platform"], header["status"], text, start)


def check_strategy(strategy: Strategy) -> StrategyCheck:
    """Parse a strategy, or check its form; an unknown platform is a problem."""
    platform = strategy.platform.casefold()
    if platform in PARSED:
        return StrategyCheck(strategy, "parsed", _parse(strategy, PARSED[platform])[1])
    if platform in FORM_ONLY:
        return StrategyCheck(strategy, "form", tuple(_form_problems(strategy)))
    if platform in EXPRESSIONS:
        return StrategyCheck(strategy, "form", tuple(_expression_problems(strategy)))
    known = ", ".join((*PARSED, *FORM_ONLY, *EXPRESSIONS))
    problem = Problem(strategy.path, 1, "platform", f"{strategy.platform!r} is none of {known}")
    return StrategyCheck(strategy, "form", (problem,))


def _parse(strategy: Strategy, platform: str) -> tuple[Query | None, tuple[Problem, ...]]:
    """The strategy as a tree, where it can be parsed, and what is wrong with it."""
    import contextlib
    import io

    from search_query.exception import QuerySyntaxError
    from search_query.parser import LATEST_VERSIONS, PARSERS

    parser = PARSERS[platform][LATEST_VERSIONS[platform]](strategy.text)
    query: Query | None = None
    problems: list[Problem] = []
    with contextlib.redirect_stdout(io.StringIO()):  # the library prints as it goes
        try:
            query = parser.parse()
        except QuerySyntaxError:
            pass  # its messages say what is wrong
        except Exception as error:  # whatever its parser meets in a damaged strategy
            said = f"cannot be parsed as {strategy.platform}: {error or type(error).__name__}"
            problems.append(Problem(strategy.path, strategy.line, None, said))
    for message in parser.linter.messages:
        if not message["code"].startswith(ADVICE):
            start = max(0, message["position"][0][0]) if message["position"] else 0
            line = strategy.line + strategy.text.count("\n", 0, start)
            said = COLOUR.sub("", message["details"] or message["message"])
            said = f"{message['label']}: {said}"
            problems.append(Problem(strategy.path, line, None, said))
    return query, tuple(problems)


def parsed(strategy: Strategy) -> Query | None:
    """The strategy as a tree of its operators and terms; None where no library reads it.

    EvidenceError for one that cannot be parsed.
    """
    platform = PARSED.get(strategy.platform.casefold())
    if platform is None:
        return None
    query, problems = _parse(strategy, platform)
    if problems:
        raise EvidenceError(problems)
    return query


def _form_problems(strategy: Strategy) -> Iterator[Problem]:
    expected = 1
    for number, line in enumerate(strategy.text.splitlines(), start=strategy.line):
        if not line.strip():
            continue
        found = NUMBERED.match(line.strip())
        if not found:
            message = "a line of a strategy begins with its number"
            yield Problem(strategy.path, number, None, message)
            continue
        if int(found.group(1)) != expected:
            message = f"line {expected} of the strategy was expected, found {found.group(1)}"
            yield Problem(strategy.path, number, None, message)
        for message in _line_faults(found.group(2), expected):
            yield Problem(strategy.path, number, None, message)
        expected += 1
    if expected == 1:
        yield Problem(strategy.path, strategy.line, None, NOTHING)


def _expression_problems(strategy: Strategy) -> Iterator[Problem]:
    text = " ".join(strategy.text.split())
    if not text:
        yield Problem(strategy.path, strategy.line, None, NOTHING)
    for message in _line_faults(text, 1):
        yield Problem(strategy.path, strategy.line, None, message)


def _line_faults(text: str, number: int) -> Iterator[str]:
    if text.count('"') % 2:
        yield "a quotation mark is not closed"
    bare = re.sub(r'"[^"]*"', '""', text)
    depth = 0
    for letter in bare:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            break
    if depth:
        yield "the parentheses do not match"
    if re.search(r"\b(?:and|or|not)\s*$|^\s*(?:and|or)\s", bare, re.IGNORECASE):
        yield "an operator stands without what it joins"
    if re.search(r"\b(?:and|or)\s+(?:and|or)\b", bare, re.IGNORECASE):
        yield "two operators stand side by side"
    if ONLY_REFERENCES.match(bare):
        yield from _reference_faults(bare, number)


def _reference_faults(text: str, number: int) -> Iterator[str]:
    for found in REFERENCE.finditer(text):
        for digits in filter(None, found.groups()):
            if not 1 <= int(digits) < number:
                yield f"it refers to line {digits}, which is not above it"
