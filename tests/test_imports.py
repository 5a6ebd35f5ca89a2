"""What is left out of an import is loaded when it is used, and can be imported later."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.evidence.folder import DATA

REHEARSAL = "import analysis.pages.rehearsal, pymare, pymare.stats"
BOOK = (
    "import analysis.book.unused as unused\nfrom analysis.imports import deferred\n"
    "with deferred(*unused.UNUSED_MODULES):\n"
    "    import jupyter_book.utils, myst_nb.core.execute as execute, bs4\n"
    "    import myst_nb.core.execute.cache as cache, sphinx.ext.intersphinx._load as others"
)
# What is imported, what that spares, what then uses the spared module, and its value.
DEFERRED = {
    "PyMARE's algebra": (
        REHEARSAL,
        "sympy",
        "type(pymare.OneSampleEffectSizeConverter(m=1)).__name__",
        "'OneSampleEffectSizeConverter'",
    ),
    "PyMARE's searches": (
        REHEARSAL,
        "scipy.optimize",
        "pymare.stats.brentq(lambda x: x - 1, 0.0, 3.0)",
        "1.0",
    ),
    "PyMARE's distributions": (
        REHEARSAL,
        "scipy.stats",
        "round(float(pymare.stats.ss.norm.ppf(.975)), 6)",
        "1.959964",
    ),
    "PyMARE's tables": (
        REHEARSAL,
        "pandas",
        "pymare.core.pd.DataFrame({'y': [1]}).shape",
        "(1, 1)",
    ),
    "Papermill's notebooks from other machines": (
        "from analysis.execution.notebook import import_papermill\nimport_papermill()\n"
        "import papermill.iorw",
        "requests",
        "papermill.iorw.requests.codes.ok",
        "200",
    ),
    "Beautiful Soup's selectors": (
        BOOK,
        "soupsieve",
        "bs4.BeautifulSoup('<p><b>1</b></p>', 'html.parser').select_one('p > b').text",
        "'1'",
    ),
    "Sphinx's requests to other sites": (
        BOOK,
        "requests",
        "others.requests.get.__module__",
        "'sphinx.util.requests'",
    ),
    "Jupyter Book's kernels": (
        BOOK,
        "jupyter_client",
        "type(jupyter_book.utils.find_kernel_specs()).__name__",
        "'dict'",
    ),
    "MyST-NB's execution": (
        BOOK,
        "nbclient",
        "execute.NotebookClientInline.start_client.__name__",
        "'start_client'",
    ),
    "MyST-NB's cache": (
        BOOK,
        "sqlalchemy",
        "cache.get_cache('/tmp').__module__",
        "'jupyter_cache.cache.main'",
    ),
    "SciPy's linear programs": (
        "from analysis.statistics.optimisers import optimisers\noptimisers()",
        "scipy.optimize._linprog",
        "optimisers().linprog([1.0], bounds=[(2, 3)]).fun",
        "2.0",
    ),
    "NumPy's tests": (
        "import analysis.statistics, numpy",
        "numpy.testing",
        "numpy.testing.assert_equal(1, 1)",
        "None",
    ),
    "NumPy's polynomials": (
        "import analysis.statistics, numpy",
        "numpy.polynomial",
        "numpy.polynomial.Polynomial([0, 1])(2.0).item()",
        "2.0",
    ),
    "NumPy's compiler": (
        "import analysis.statistics, numpy",
        "numpy.f2py",
        "(numpy.f2py.__name__, analysis.statistics.scipy.special.ndtr(0.0).item())",
        "('numpy.f2py', 0.5)",
    ),
}


def python(source: str) -> str:
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    return done.stdout + done.stderr


# Those of one import share a process, what brings others along last: beginning one takes long.
IMPORTS = {
    imports: {name: case[1:] for name, case in DEFERRED.items() if case[0] == imports}
    for imports, *_ in DEFERRED.values()
}


@pytest.mark.parametrize("imports", IMPORTS, ids=lambda imports: " and ".join(IMPORTS[imports]))
def test_a_long_import_is_spared_until_it_is_used(imports: str) -> None:
    cases = IMPORTS[imports].values()
    there = [f"print({spared!r} in sys.modules)" for spared, *_ in cases]
    used = [f"print(repr({uses}))\n{now}" for (_, uses, _), now in zip(cases, there, strict=True)]
    said = [f"{value}\nTrue\n" for *_, value in cases]
    source = "\n".join(["import sys", imports, *there, *used])
    assert python(source) == "False\n" * len(cases) + "".join(said)


@pytest.mark.parametrize("imports", IMPORTS, ids=lambda imports: " and ".join(IMPORTS[imports]))
def test_what_was_spared_can_be_imported(imports: str) -> None:
    names = [spared for spared, *_ in IMPORTS[imports].values()]
    later = [f"import {name} as module\nprint(module.__name__, module.__file__)" for name in names]
    said = python("\n".join([imports, *later])).splitlines()
    assert [line.split()[0] for line in said] == names
    assert all(line.endswith(".py") for line in said)


LOOKING = "import pybtex.plugin, sphinxcontrib.bibtex.plugin as bibtex\ncalls.clear()"
ONCE = "from analysis.book.extensions.citations import find_plugins_once\nfind_plugins_once()"


@pytest.mark.parametrize("order", [(LOOKING, ONCE), (ONCE, LOOKING)])
def test_packages_are_looked_through_once_whoever_is_imported_first(order: tuple[str, ...]) -> None:
    counted = (
        "import importlib.metadata as metadata\nlooks, calls = metadata.entry_points, []\n"
        "metadata.entry_points = lambda **wanted: calls.append(1) or looks(**wanted)"
    )
    uses = (
        "print(pybtex.plugin.find_plugin('pybtex.backends', 'html').__name__)\n"
        "print(bibtex.find_plugin('sphinxcontrib.bibtex.style.referencing', 'label').__name__)\n"
        "import importlib_metadata\nfound = importlib_metadata.entry_points()\n"
        "print([plugin.name for plugin in found.select(group='myst_nb.renderers')])\n"
        "print(len(calls) <= 1)"
    )
    said = "Backend\nLabelReferenceStyle\n['default']\nTrue\n"
    assert python("\n".join([counted, *order, uses])) == said


def test_evidence_is_read_without_tables_of_a_library() -> None:
    """They take a second to import, and a check is to be quick."""
    uses = (
        "import sys\nfrom pathlib import Path\nfrom analysis.evidence.load import load\n"
        f"load(Path({str(DATA)!r}))\nprint('pandas' in sys.modules)"
    )
    assert python(uses) == "False\n"


def test_figures_are_drawn_without_what_documents_their_marks() -> None:
    drawn = (
        "import io, matplotlib.artist, matplotlib.figure\n"
        "figure, file = matplotlib.figure.Figure(), io.StringIO()\n"
        "axes = figure.subplots()\n"
        "axes.plot([1, 2], marker='o', label='a')[0].set(lw=3, color='C1', zorder=2)\n"
        "axes.scatter([1], [2]).set(alpha=0.5)\n"
        "axes.set(title='A', xlim=(0, 3))\n"
        "axes.legend()\n"
        "matplotlib.rcParams['svg.hashsalt'] = 'a'\n"
        "figure.savefig(file, format='svg', metadata={'Date': None})\n"
        "print(file.getvalue(), len(matplotlib.artist.kwdoc(matplotlib.figure.Figure)) > 1000)"
    )
    assert python(f"import analysis.figures.style\n{drawn}") == python(drawn)
    there = "import analysis.figures.style, sys\nprint('mpl_toolkits.mplot3d' in sys.modules)"
    assert (
        python(f"{there}\nimport mpl_toolkits.mplot3d as m\nprint(m.Axes3D.name)") == "False\n3d\n"
    )


def test_the_estimators_are_all_there() -> None:
    """They give the same numbers with and without what was left out."""
    uses = (
        "import numpy as np, pymare\n"
        "from pymare.estimators import DerSimonianLaird\n"
        "y, v = np.array([[.1], [.4], [.8]]), np.array([[.01], [.02], [.03]])\n"
        "found = DerSimonianLaird().fit_dataset(pymare.Dataset(y, v)).summary()\n"
        "print(repr(found.tau2), repr(found.get_fe_stats()['est']), found.get_re_stats())"
    )
    whole = python(uses)
    assert "array" in whole
    assert python(f"import analysis.pages.rehearsal\n{uses}") == whole


def test_what_is_to_wait_cannot_be_used_meanwhile() -> None:
    source = (
        "from analysis.imports import deferred\n"
        "with deferred('sympy'):\n    from sympy import Symbol\n    Symbol('x')"
    )
    assert "ImportError: sympy.Symbol is used where it was to be deferred" in python(source)


def test_a_module_that_is_there_stays() -> None:
    source = (
        "import sympy\nfrom analysis.imports import deferred\n"
        "with deferred('sympy'): from sympy import Symbol\n"
        "import sympy\nprint(Symbol('x') == sympy.Symbol('x'))"
    )
    assert python(source) == "True\n"
