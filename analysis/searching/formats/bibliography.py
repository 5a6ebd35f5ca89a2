"""BibTeX, read by bibtexparser."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.files.problems import MOST_PROBLEMS, Problem
from analysis.searching.formats.entry import Entry

# The braces that keep a capital or a name together are no part of the text.
BRACES = re.compile(r"(?<!\\)[{}]")
TYPE = "entry type"
# Far above the longest abstract: LaTeX is decoded slowly.
LONGEST_VALUE = 100_000


def read_bibtex(text: str, path: Path, problems: list[Problem]) -> Iterator[Entry]:
    """Every entry of a BibTeX file; those that cannot be read are added to `problems`.

    Two entries under one key are two records: tools make keys of names and years.
    """
    import bibtexparser
    from bibtexparser.middlewares import (
        LatexDecodingMiddleware,
        RemoveEnclosingMiddleware,
        ResolveStringReferencesMiddleware,
    )
    from bibtexparser.model import (
        DuplicateBlockKeyBlock,
        DuplicateFieldKeyBlock,
        ParsingFailedBlock,
    )
    from bibtexparser.model import Entry as Block

    bare = RemoveEnclosingMiddleware(True)
    steps = [ResolveStringReferencesMiddleware(True), bare]
    with _quiet("bibtexparser.splitter", "bibtexparser.entrypoint"):
        library = bibtexparser.parse_string(text, parse_stack=steps)
    decode = LatexDecodingMiddleware(allow_inplace_modification=True)
    for number, found in enumerate(library.blocks, start=1):
        line = (found.start_line or 0) + 1
        block: object = found
        if isinstance(found, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
            block = found.ignore_error_block
            if isinstance(block, Block):
                # The steps have passed over it.
                block = bare.transform_entry(block, library)
        if isinstance(block, ParsingFailedBlock):
            message = f"entry {number} cannot be read: is a brace or a comma missing?"
            problems.append(Problem(path, line, None, message))
            if len(problems) == MOST_PROBLEMS:
                return
        elif isinstance(block, Block):
            longest = max((len(str(field.value)) for field in block.fields), default=0)
            if longest > LONGEST_VALUE:
                message = f"entry {number} has {longest} characters in a field: is it damaged?"
                problems.append(Problem(path, line, None, message))
                continue
            # Most values hold no command, and looking for one is slow.
            if any("\\" in str(field.value) for field in block.fields):
                block = decode.transform_entry(block, library)
            yield _entry(block, line)


@contextmanager
def _quiet(*names: str) -> Iterator[None]:
    """What a library would print of damaged entries is said by the problems, with their lines."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, state in zip(loggers, before, strict=True):
            logger.disabled = state


def _entry(block: object, line: int) -> Entry:
    values: dict[str, list[str]] = {TYPE: [block.entry_type]}  # type: ignore[attr-defined]
    for field in block.fields:  # type: ignore[attr-defined]
        text = str(field.value).strip()
        names = field.key.casefold() in ("author", "editor", "authors")
        parts = _names(text) if names else [text]
        kept = [" ".join(BRACES.sub("", part).split()) for part in parts]
        values.setdefault(field.key.casefold(), []).extend(filter(None, kept))
    return Entry(line, values)


def _names(text: str) -> Iterator[str]:
    """The names between `and`s that no braces hold together."""
    depth, start = 0, 0
    for found in re.finditer(r"[{}]|\s+and\s+", text):
        if found.group() in "{}":
            depth += 1 if found.group() == "{" else -1
        elif depth <= 0:
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]
