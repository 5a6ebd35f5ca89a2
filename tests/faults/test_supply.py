"""What the project is made of, and what its own code must not reach for."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
import yaml

from analysis.publishing.licences import lock_lines, package_name

ROOT = Path(__file__).resolve().parents[2]

NETWORK = {"requests", "urllib3", "httpx", "aiohttp", "ftplib", "smtplib", "telnetlib"}
FORBIDDEN_IMPORTS = {
    *NETWORK,
    *("urllib.request", "http.client", "pickle", "marshal", "shelve", "dill", "cloudpickle"),
}
FORBIDDEN_CALLS = {
    *("eval", "exec", "os.system", "os.popen", "pickle.load", "pickle.loads"),
    *("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load"),
    *("pd.read_pickle", "pandas.read_pickle", "joblib.load"),
}


LOCKS = sorted(path.name for path in ROOT.glob("requirements*.txt"))
# What is in every environment in which tests run; Dask is an extra.
INSTALLED = ("requirements.txt", "requirements-test.txt")


def lines(name: str) -> list[str]:
    """The lines of that file that name a package."""
    return list(lock_lines((ROOT / name).read_text(encoding="utf-8")))


def test_there_is_a_lock_for_each_list_of_packages() -> None:
    named = sorted(path.with_suffix(".txt").name for path in ROOT.glob("requirements*.in"))
    assert named == LOCKS
    assert set(INSTALLED) < set(LOCKS)


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_is_one_version(name: str) -> None:
    loose = [r for r in lines(name) if not re.match(r"[A-Za-z0-9._-]+==[^\s*]+( ;|$)", r)]
    assert loose == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    hashed = re.findall(r"^(\S+)==.* \\\n    --hash=sha256:[0-9a-f]{64}\b", text, re.MULTILINE)
    assert hashed == [line.partition("==")[0] for line in lines(name)]


@pytest.mark.parametrize("name", LOCKS)
def test_every_direct_dependency_is_in_its_lock(name: str) -> None:
    direct = {
        package_name(line)
        for line in lines(Path(name).with_suffix(".in").name)
        if not line.startswith("-c ")
    }
    assert direct
    assert sorted(direct - {package_name(line) for line in lines(name)}) == []


@pytest.mark.parametrize("name", sorted({*LOCKS} - {"requirements.txt"}))
def test_another_lock_changes_nothing_that_the_book_is_made_with(name: str) -> None:
    pinned = {line.partition(" ;")[0] for line in lines("requirements.txt")}
    books = {package_name(line) for line in pinned}
    others = {line.partition(" ;")[0] for line in lines(name)}
    assert {line for line in others if package_name(line) in books} <= pinned


@pytest.mark.parametrize("name", INSTALLED)
def test_nothing_of_a_lock_is_installed_in_another_version(name: str) -> None:
    wrong = []
    for line in (line for line in lines(name) if ";" not in line):
        pinned = line.partition("==")[2].strip()
        installed = distribution(package_name(line)).version
        if installed != pinned:
            wrong.append(f"{package_name(line)}: {installed}, not {pinned}")
    assert wrong == []


def imported(source: str) -> set[str]:
    """The packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def test_the_book_is_made_without_what_only_tests_need() -> None:
    only_tests = {package_name(line) for line in lines("requirements-test.txt")} - {
        package_name(line) for line in lines("requirements.txt")
    }
    used = {name for _, source in sources() for name in imported(source)}
    provided = packages_distributions()
    found = {package_name(to) for name in used for to in provided.get(name, [])}
    assert {"numpy", "sphinx", "tornado"} <= found
    assert sorted(found & only_tests) == []


def reaches(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of what code must not use: network, unsafe readers, shells, code as data."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            yield from ((node.lineno, called) for _ in {called} & FORBIDDEN_CALLS)
            if _of_a_shell(node):
                yield node.lineno, f"{called}(shell=True)"
            continue
        else:
            continue
        yield from ((node.lineno, name) for name in names if _is_forbidden(name))


def _is_forbidden(module: str) -> bool:
    return module in FORBIDDEN_IMPORTS or module.partition(".")[0] in FORBIDDEN_IMPORTS


def _of_a_shell(call: ast.Call) -> bool:
    """`shell=` of a subprocess; a kernel's channels have a `shell` that is none."""
    shell = next((word.value for word in call.keywords if word.arg == "shell"), None)
    harmless = ast.unparse(call.func).endswith(".start_channels")
    return shell is not None and ast.unparse(shell) != "False" and not harmless


def sources() -> Iterator[tuple[Path, str]]:
    """Every module and every code cell of the project, the tests left out."""
    for path in sorted((ROOT / "analysis").rglob("*.py")):
        yield path, path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "analysis" / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield from ((path, "".join(c["source"])) for c in cells if c["cell_type"] == "code")


# The one module that asks a network, and those through which one command reaches it.
ASKS = "analysis/searching/http_client.py"
ON_THE_WAY = {"public_databases.py", "fetching.py"}


def test_the_code_uses_no_network_no_shell_and_no_unsafe_reader() -> None:
    scanned = list(sources())
    assert {path.suffix for path, _ in scanned} == {".py", ".ipynb"}
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path, source in scanned
        for line, name in reaches(ast.parse(source))
        if not (path == ROOT / ASKS and name.partition(".")[0] in NETWORK)
    ]
    assert found == []


def test_only_the_command_to_fetch_reaches_what_asks_a_network() -> None:
    """Modules by name are unlike each other, so that a name says which is imported."""
    network = {Path(ASKS).stem, *(Path(name).stem for name in ON_THE_WAY)}
    importing: dict[str, list[ast.AST]] = {}
    for path, source in sources():
        for function in [ast.parse(source), *_functions(ast.parse(source))]:
            for node in ast.iter_child_nodes(function):
                if _imported(node) & network:
                    importing.setdefault(path.name, []).append(function)
    assert importing.keys() == {*ON_THE_WAY, "search.py"}
    assert [getattr(function, "name", None) for function in importing["search.py"]] == ["fetch"] * 2


def _functions(tree: ast.AST) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _imported(node: ast.AST) -> set[str]:
    """The last names of the modules that a statement imports, or imports from."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return set()
    names = {alias.name.rpartition(".")[2] for alias in node.names}
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    return names | {module.rpartition(".")[2]}


@pytest.mark.parametrize(
    "source",
    [
        "import requests",
        "import urllib.request",
        "from urllib import request",
        "from http.client import HTTPSConnection",
        "import pickle",
        "import yaml\nyaml.load(text)",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "eval(text)",
        "exec(text)",
    ],
)
def test_what_must_not_be_used_would_be_found(source: str) -> None:
    assert list(reaches(ast.parse(source)))


@pytest.mark.parametrize("source", ["import urllib.parse", "import yaml\nyaml.safe_load(text)"])
def test_what_may_be_used_is_not_found(source: str) -> None:
    assert not list(reaches(ast.parse(source)))


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda p: p.name
)
def test_a_workflow_runs_only_what_is_pinned_and_asks_for_little(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name)] == []
    installed = re.findall(r"pip install (\S+)", text)
    assert [name for name in installed if not re.fullmatch(r"[\w-]+==[\d.]+", name)] == []
    assert yaml.safe_load(text)["permissions"] == {}
