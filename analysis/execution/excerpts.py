"""Excerpts of results: what a page is given of them, and nothing else of them makes it stale.

The same names take a part from a result's file, whose digest the page is remembered by, and from
the object that the page reads. A field that is not named is not there, and who asks for it fails:
so what is read and what makes stale cannot differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter

from analysis.files.digests import digest
from analysis.files.remembered import recall, remember

Result = TypeVar("Result")
Tree = Mapping[str, "Tree | None"]
"""What is wanted of a value: field → what is wanted of it, None where that is everything."""

KEPT = ".excerpts.json"  # in results/


@dataclass(frozen=True)
class Excerpt:
    """The fields that a page reads of each result, by their names in the result's file.

    `more` are read too where the result has something at `where`, neither null nor empty. A path
    leads from field to field through dots, into every element of a list; or into those alone
    that the brackets tell by one of their fields, as in `comparisons[name=later trials].pooled`.
    """

    fields: tuple[str, ...]
    where: str = ""
    more: tuple[str, ...] = ()

    def of(self, result: Result) -> Result:
        """This part of a result, be it an object or read from JSON."""
        more = self.more if self.where and _at(result, self.where) else ()
        return _narrowed(result, _tree((*self.fields, *more)))


@cache
def _tree(paths: tuple[str, ...]) -> Tree:
    inner: dict[str, list[str]] = {}
    for path in paths:
        step, _, rest = path.partition(".")
        inner.setdefault(step, []).append(rest)
    return {step: None if "" in rests else _tree(tuple(rests)) for step, rests in inner.items()}


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = None if value is None else _held(value, step)
    return value


def _held(value: Any, step: str) -> Any:
    """What stands in a field; of a list, where the step names some, those elements alone."""
    name, _, wanted = step.partition("[")
    if isinstance(value, dict):
        held = value.get(name)
    else:
        held = getattr(value, _own_name(value.__class__, name))
    if not wanted or held is None:
        return held
    told_by, _, told = wanted.removesuffix("]").partition("=")
    return type(held)(each for each in held if _held(each, told_by) == told)


def _narrowed(value: Any, tree: Tree | None) -> Any:
    if tree is None or value is None:
        return value
    if isinstance(value, list | tuple):
        return type(value)(_narrowed(each, tree) for each in value)
    if isinstance(value, dict):
        return {step.partition("[")[0]: _narrowed(_held(value, step), tree[step]) for step in tree}
    part = {
        _own_name(value.__class__, step.partition("[")[0]): _narrowed(
            _held(value, step), tree[step]
        )
        for step in tree
    }
    return _with_only(value, part)


def _with_only(value: Any, part: Mapping[str, Any]) -> Any:
    """An object of the same kind that has these fields and no other, no default of another."""
    found = copy(value)
    vars(found).clear()
    vars(found).update(part)
    object.__setattr__(found, "__class__", _without_defaults(value.__class__, frozenset(part)))
    return found


@cache
def _without_defaults(kind: type, names: frozenset[str]) -> type:
    """The kind itself, or of a dataclass one whose defaults stand for no field but these."""
    if not is_dataclass(kind):
        return kind
    others = [f.name for f in fields(kind) if f.default is not MISSING and f.name not in names]
    return type(kind.__name__, (kind,), {name: property(_refuse) for name in others})


def _refuse(value: object) -> None:
    raise AttributeError(f"the excerpt of a {type(value).__name__} that the page reads has it not")


@cache
def _own_name(kind: type, published: str) -> str:
    """The name of a field in the program; results that are out in the world may call it another."""
    if issubclass(kind, BaseModel):
        for name, found in kind.model_fields.items():
            if found.serialization_alias == published:
                return name
    return published


@dataclass
class KnownExcerpts:
    """The digests of excerpts, from build to build: of a file that is the same nothing is read."""

    results: Path
    _known: dict[str, str] = field(default_factory=dict)
    _met: set[str] = field(default_factory=set)
    _news: bool = False

    def __post_init__(self) -> None:
        self._known |= recall(self.results / KEPT, TypeAdapter(dict[str, str])) or {}

    def digest_of(self, name: str, whole: str, excerpt: Excerpt) -> str:
        """Of the file of that name, whose own digest is `whole`."""
        key = _key(whole, excerpt)
        if key not in self._known:
            self.note((self.results / name).read_bytes(), whole, [excerpt])
        self._met.add(key)
        return self._known[key]

    def note(self, content: bytes | str, whole: str, excerpts: Iterable[Excerpt]) -> None:
        """Find the digests of these excerpts out, while the content is at hand.

        Of a file that is damaged it is the file's own: the page that reads it will say so.
        """
        keys = {excerpt: _key(whole, excerpt) for excerpt in excerpts}
        self._known |= dict.fromkeys(keys.values(), whole)
        self._news = True
        with suppress(ValueError, TypeError, AttributeError, RecursionError):
            result = json.loads(content)
            for excerpt, key in keys.items():
                part = json.dumps(excerpt.of(result), sort_keys=True, ensure_ascii=False)
                self._known[key] = digest(part)

    def keep(self) -> None:
        """Remember those that were asked for, if any was news."""
        if self._news:
            kept = {key: self._known[key] for key in sorted(self._met)}
            remember(self.results / KEPT, json.dumps(kept) + "\n")


def _key(whole: str, excerpt: Excerpt) -> str:
    return digest(f"{whole} {excerpt}")
