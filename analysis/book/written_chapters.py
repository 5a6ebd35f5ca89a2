"""What a person wrote in the chapters, held against the protocol: names, pages and counts.

A name or a page that there is not would stop the book; here it is named before anything is
built. A count that is typed stops nothing and is untrue the day the protocol grows, so it is
wrong only where a sentence of this review says what the whole of it has, and worth a look where
it may be meant so. What others did, in a sentence with a citation or a year, is not counted.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.book.contents import contents_of
from analysis.files.problems import Problem, read_bytes
from analysis.formatting import spelled
from analysis.protocol import Protocol

# Of the last version, known once all results are: `whats_new_page.values` gives them.
OF_THE_EDITION = ("edition", "edition_cited")
SPELLED = tuple(map(spelled, range(13)))

_NOT_PROSE = re.compile(
    r"(?ms)(?P<role>\}`[^`]+`)"
    r"|^(?P<fence>`{3,}|~{3,})(?!\{).*?^(?P=fence)[^\n]*$|<!--.*?-->|(?<!`)`[^`\n]+`"
)
_NAME = re.compile(r"\{\{\s*(?P<name>[A-Za-z_]\w*(?:\.\w+)*)")
_PAGE = re.compile(
    r"\{doc\}`(?:[^`<]*<)?(?P<doc>[^`<>]+?)>?`"
    r"|\]\((?!\w+:)(?P<link>[^()\s#]*\beffects/[^()\s#]+?)(?:\.(?:md|html|ipynb))?(?:#[^()\s]*)?\)"
)
_SENTENCE = re.compile(r"(?s)\S.*?(?:[.!?:](?=\s)|\n(?=\s*(?:\n|[-*#|>]|\d+\.\s))|\Z)")

_NUMBER = rf"(?P<number>{'|'.join(SPELLED[1:])}|\d+(?:,\d{{3}})*)"
_NOUN = (
    r"(?:(?P<kind>primary|secondary)\s+)?"
    r"(?P<noun>outcomes?|time\s?points?|conditions?|questions?|trials?|studies|study)\b"
)
# A part of the whole, or a number that is a limit.
_WHOLE = r"(?!\s+(?:as|for|of|or|that|under|where|which|whose|with|without)\b)"
_VERB = (
    r"(?:ask(?:s|ed)?(?:\s+about)?|look(?:s|ed)?\s+at|has|have|holds?|cover(?:s|ed)?"
    r"|consider(?:s|ed)?|include[sd]?|measure[sd]?|assess(?:es|ed)?|address(?:es|ed)?)"
)
_CLAIM = re.compile(rf"(?i)\b{_VERB}\s+(?:all\s+)?{_NUMBER}\s+{_NOUN}{_WHOLE}")
_IN_PLAIN_WORDS = re.compile(
    rf"(?i)(?:\bask(?:s|ed)?\s+about\s+{_NUMBER}\s+(?P<things>things)"
    rf"|\b(?:look|measure|assess|ask)(?:s|d|ed)?\b[^.]*\bat\s+{_NUMBER.replace('number', 'many')}"
    rf"\s+(?P<times>times)){_WHOLE}"
)
_DEFINITE = re.compile(rf"(?i)\b(?:the|all|our)\s+{_NUMBER}\s+{_NOUN}{_WHOLE}")
_OURS = re.compile(r"(?i)\b(?:we|ours?|us|(?:this|the)\s+review|the\s+protocol)\b")
_OTHERS = re.compile(r"(?i)\{cite|\b(?:19|20)\d\d\b|\b(?:that|other|baseline|Cochrane)\s+review")


@dataclass(frozen=True)
class Counted:
    """What a typed number could be of: how many there are, and what to write in its place."""

    what: str
    count: int
    instead: str


@dataclass(frozen=True)
class Said:
    """One thing in a chapter; `certain` where it cannot be meant otherwise."""

    problem: Problem
    certain: bool


def look_through(root: Path, protocol: Protocol, values: Mapping[str, Any]) -> Iterator[Said]:
    """All that the chapters of a review say against its protocol, file by file.

    values: what prose may name, as `{{ protocol.title }}` does; the included trials are counted
    there.
    """
    known = {document.name for document in contents_of(protocol, root).documents}
    counts = _counts(protocol, values["review"]["trials_included"])
    for path in sorted((root / "chapters").rglob("*.md")):
        text = _NOT_PROSE.sub(_blank, read_bytes(path).decode(errors="replace"))
        for at, message, certain in (
            *_unknown_names(text, values),
            *_unknown_pages(text, path.relative_to(root / "chapters").parent.as_posix(), known),
            *_typed_counts(text, counts),
        ):
            line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            yield Said(Problem(path, line, f"column {column}", message), certain)


def _blank(found: re.Match[str]) -> str:
    """Spaces where no prose is, so that all else keeps its line and column."""
    return found[0] if found["role"] else re.sub(r"[^\n]", " ", found[0])


def _unknown_names(text: str, values: Mapping[str, Any]) -> Iterator[tuple[int, str, bool]]:
    for found in _NAME.finditer(text):
        name = found["name"]
        root, *within = name.split(".")
        value = values.get(root)
        for part in within:
            if root == "review" and part in OF_THE_EDITION:
                break
            if isinstance(value, Mapping):
                value = value.get(part, _Absent)
        if value is _Absent or root not in values:
            near = difflib.get_close_matches(name, [*_names(values)], n=1, cutoff=0.7)
            hint = f"did you mean `{near[0]}`?" if near else f"names begin with {', '.join(values)}"
            yield found.start("name"), f"there is no `{name}` to be printed here: {hint}", True


class _Absent:
    """No value of a name."""


def _names(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in values.items():
        yield f"{before}{name}"
        if isinstance(value, Mapping):
            yield from _names(value, f"{before}{name}.")


def _unknown_pages(text: str, folder: str, known: set[str]) -> Iterator[tuple[int, str, bool]]:
    for found in _PAGE.finditer(text):
        group = "doc" if found["doc"] else "link"
        page = posixpath.normpath(posixpath.join("/", folder, found[group])).lstrip("/")
        if page in known:
            continue
        why = "the protocol has no such question" if page.startswith("effects/") else "no such page"
        near = difflib.get_close_matches(page, known, n=1, cutoff=0.6)
        hint = f"; the nearest is /{near[0]}" if near else ""
        yield found.start(group), f"a link to /{page}, but {why}: correct or remove it{hint}", True


def _counts(protocol: Protocol, trials: int) -> Mapping[str, Counted]:
    """By the noun, and before it the kind of an outcome."""
    kinds = Counter(outcome.kind for outcome in protocol.outcomes)
    found = {
        f"{kind} outcome": Counted(
            f"{kind} outcomes", kinds[kind], f"{{{{ protocol.{kind}_outcomes }}}}"
        )
        for kind in ("primary", "secondary")
    }
    for noun, what, count, name in (
        ("outcome", "outcomes", len(protocol.outcomes), "outcomes"),
        ("time point", "time points", len(protocol.timepoints), "timepoints"),
        ("condition", "conditions", len(protocol.conditions), "conditions"),
        ("question", "questions", len(protocol.questions), "effect_pages"),
        ("trial", "included trials", trials, "trials_included"),
    ):
        found[noun] = Counted(what, count, f"{{{{ review.{name} }}}}")
    return found | {"study": found["trial"]}


def _typed_counts(text: str, counts: Mapping[str, Counted]) -> Iterator[tuple[int, str, bool]]:
    for sentence in _SENTENCE.finditer(text):
        said, start = sentence[0], sentence.start()
        if _OTHERS.search(said):
            continue
        ours = bool(_OURS.search(said))
        for found in _CLAIM.finditer(said) if ours else ():
            # A question may be one of the protocol's, or one that several of them answer.
            noun = _noun(found)
            yield from _differing(found, "number", counts[noun], start, noun != "question")
        for found in _IN_PLAIN_WORDS.finditer(said) if ours else ():
            group, noun = ("number", "outcome") if found["things"] else ("many", "time point")
            yield from _differing(found, group, counts[noun], start, certain=True)
        for found in _DEFINITE.finditer(said):
            noun = _noun(found)
            if noun.endswith(("outcome", "time point")) and not _CLAIM.search(said):
                yield from _differing(found, "number", counts[noun], start, certain=False)


def _noun(found: re.Match[str]) -> str:
    noun = found["noun"].lower()
    noun = "study" if noun == "studies" else noun.removesuffix("s")
    noun = "time point" if noun.startswith("time") else noun
    return f"{found['kind'].lower()} {noun}" if found["kind"] and noun == "outcome" else noun


def _differing(
    found: re.Match[str], group: str, counted: Counted, start: int, certain: bool
) -> Iterator[tuple[int, str, bool]]:
    typed = found[group]
    number = SPELLED.index(typed.lower()) if typed.lower() in SPELLED else None
    if (int(typed.replace(",", "")) if number is None else number) == counted.count:
        return
    of = "the data have" if counted.what.endswith("trials") else "the protocol has"
    yield (
        start + found.start(group),
        f"{' '.join(found[0][found.start(group) - found.start() :].split())} is typed, and "
        f"{of} {counted.count} {counted.what}: write {counted.instead} instead",
        certain,
    )
