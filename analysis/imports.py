"""Imports of libraries without what they bring along for uses that are rare here, or none."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Let modules be imported that name these; each of these is loaded when it is first used.

    Whoever asked for `import name` or `from name import part` meanwhile has something that
    loads the module once it is called or asked for an attribute. It is no class: nothing can
    inherit from it. A module that is there already stays what it is. The package must be
    there if it looks for its modules itself, as NumPy does.
    """
    absent = [name for name in names if name not in sys.modules]
    placed: list[tuple[ModuleType, str]] = []
    for name in absent:
        sys.modules[name] = stand_in = _Module(name)
        parent, _, child = name.rpartition(".")
        if package := sys.modules.get(parent):  # one that looks itself would look for ever
            setattr(package, child, stand_in)
            placed.append((package, child))
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
        for package, child in placed:
            delattr(package, child)


@contextmanager
def undescribed_artists() -> Iterator[None]:
    """Let matplotlib be imported without what only its documentation and windows show.

    Of each kind of mark it lists all that can be set, for the docstrings: half of its import.
    The axes in three dimensions are no projection then. What is drawn is the same.
    """
    artist: Any = importlib.import_module("matplotlib.artist")
    described, inspector = artist.kwdoc, artist.ArtistInspector
    solid, setters = "mpl_toolkits.mplot3d", inspector.get_setters
    absent = solid not in sys.modules
    artist.kwdoc, inspector.get_setters = lambda kind: "", lambda self: []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that they are not there
            if absent:
                sys.modules[solid] = None  # type: ignore[assignment]
            yield
    finally:
        artist.kwdoc, inspector.get_setters = described, setters
        if absent:
            del sys.modules[solid]


class _Module(ModuleType):
    """Stands in for a module until an attribute is wanted that is not for an import."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            return _Part(self.__name__, name)
        return getattr(importlib.import_module(self.__name__), name)


class _Part:
    """Stands in for what a module holds until it is used."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._loaded()(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._loaded(), name)

    def _loaded(self) -> Any:
        if isinstance(sys.modules.get(self._module), _Module):
            raise ImportError(f"{self._module}.{self._name} is used where it was to be deferred")
        return getattr(importlib.import_module(self._module), self._name)
