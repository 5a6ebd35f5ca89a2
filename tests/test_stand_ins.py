"""What is left out of an import is not there, says so, and can be imported later."""

from __future__ import annotations

import subprocess
import sys

SPARED = {
    "PyMARE's algebra": (
        "import analysis.pages.rehearsal, pymare",
        "sympy",
        "pymare.OneSampleEffectSizeConverter(m=1)",
        "pymare.effectsize.OneSampleEffectSizeConverter",
        "import pymare.effectsize, sympy",
    ),
    "MyST-NB's cache": (
        "import analysis.execution.rendering as r\n"
        "with r.stand_ins(*r.UNUSED_MODULES): import myst_nb.sphinx_ext",
        "sqlalchemy",
        "import myst_nb.core.execute.cache as c\nc.get_cache('.')",
        "jupyter_cache.get_cache",
        "import jupyter_cache.cache.db, sqlalchemy",
    ),
}


def python(source: str) -> str:
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    return done.stdout + done.stderr


def test_a_long_import_is_spared_and_whoever_needs_it_is_told() -> None:
    for imports, spared, uses, named, later in SPARED.values():
        assert python(f"{imports}\nimport sys\nprint({spared!r} in sys.modules)") == "False\n"
        assert f"ImportError: {named} was left out" in python(f"{imports}\n{uses}")
        assert python(f"{imports}\n{later}\nprint({spared}.__name__)") == f"{spared}\n"


def test_the_estimators_are_all_there() -> None:
    """They give the same numbers with and without what was left out."""
    uses = (
        "import numpy as np, pymare\n"
        "from pymare.estimators import DerSimonianLaird\n"
        "y, v = np.array([[.1], [.4], [.8]]), np.array([[.01], [.02], [.03]])\n"
        "found = DerSimonianLaird().fit_dataset(pymare.Dataset(y, v)).summary()\n"
        "print(repr(found.tau2), repr(found.get_fe_stats()['est']))"
    )
    whole = python(uses)
    assert "array" in whole
    assert python(f"import analysis.pages.rehearsal\n{uses}") == whole


def test_a_module_that_is_there_stays() -> None:
    source = (
        "import sympy\nfrom analysis.stand_ins import stand_ins\n"
        "with stand_ins('sympy'): from sympy import Symbol\n"
        "import sympy\nprint(Symbol('x') == sympy.Symbol('x'))"
    )
    assert python(source) == "True\n"
