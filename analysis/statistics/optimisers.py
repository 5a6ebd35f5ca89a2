"""SciPy's optimisers, without the two families that take half of their import and are not used."""

from __future__ import annotations

import importlib
from types import ModuleType

from analysis.imports import deferred


def optimisers() -> ModuleType:
    """`scipy.optimize`, imported when it is first asked for."""
    with deferred("scipy.optimize._linprog", "scipy.optimize._shgo"):
        return importlib.import_module("scipy.optimize")
