"""Imports without what a library brings along for uses that this project has not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import NoReturn


class _StandIn(ModuleType):
    """A module of which every name can be imported and none can be used."""

    def __getattr__(self, name: str) -> _Unused:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Unused(f"{self.__name__}.{name}")


class _Unused:
    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *_: object, **__: object) -> NoReturn:
        raise ImportError(f"{self._name} was left out, because nothing here used it")


@contextmanager
def stand_ins(*names: str) -> Iterator[None]:
    """Let modules be imported that name these; afterwards these can be imported as ever.

    What was imported meanwhile keeps stand-ins for what it took of them; to call one raises
    `ImportError`. A module that is there already stays what it is.
    """
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _StandIn(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
