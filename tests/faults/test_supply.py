"""What the project is made of, and what its own code must not reach for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Licences, as SPDX expressions and as the classifiers of PyPI name them, under which a
# project under MIT may use a package it does not change and does not ship.
COMPATIBLE = {
    *("MIT", "MIT License", "MIT-CMU", "0BSD", "CC0-1.0", "Zlib", "PSF-2.0", "MPL-2.0"),
    *("BSD-2-Clause", "BSD-3-Clause", "BSD License", "Apache-2.0", "Apache Software License"),
    *("Mozilla Public License 2.0 (MPL 2.0)", "Python Software Foundation License"),
    *("ISC License (ISCL)",),
}

# Read by hand in the licence file of the installed package (or, where a line of the lock is
# for another platform, from the package's page): their metadata name none in either way.
READ_BY_HAND = {
    "asttokens": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "charset-normalizer": "MIT",
    "coverage": "Apache-2.0",
    # Public domain; some files BSD-2-Clause and PSF. The GPL is for an Emacs mode alone,
    # which is not installed.
    "docutils": "BSD-2-Clause",
    "fonttools": "MIT",
    "partd": "BSD-3-Clause",
    "psutil": "BSD-3-Clause",
    "snowballstemmer": "BSD-3-Clause",
    "sphinx-multitoc-numbering": "MIT",
    "tqdm": "MPL-2.0 AND MIT",
    "tzdata": "Apache-2.0",
}

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


def lock_lines() -> list[str]:
    """The lines of the lock that name a package."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def package_name(line: str) -> str:
    """The normal form of the name that a requirement starts with."""
    found = re.match(r"[A-Za-z0-9._-]+", line)
    assert found, f"not a requirement: {line}"
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def direct() -> list[str]:
    """The packages that requirements.in names."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [package_name(line) for line in lines if line.strip() and not line.startswith("#")]


def licences(package: Distribution) -> set[str]:
    """Each licence that the expression, or else the classifiers, of a package name."""
    expression = package.metadata.get("License-Expression")
    if expression:
        return set(re.split(r" AND | OR ", expression.replace("(", "").replace(")", "")))
    classifiers = package.metadata.get_all("Classifier") or []
    named = {line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")}
    return named - {"OSI Approved"}


def of_this_platform(line: str) -> bool:
    """Whether a requirement has no condition: those with one may be for other machines."""
    return ";" not in line


@pytest.mark.parametrize("line", lock_lines(), ids=package_name)
def test_every_package_has_a_compatible_licence(line: str) -> None:
    name = package_name(line)
    if name in READ_BY_HAND:
        assert set(READ_BY_HAND[name].split(" AND ")) <= COMPATIBLE
        return
    try:
        package = distribution(name)
    except PackageNotFoundError:
        assert not of_this_platform(line), f"{name} is in the lock and not installed"
        pytest.skip(f"{name} is not installed on this platform: {line.partition(';')[2].strip()}")
    found = licences(package)
    assert found, f"{name} names no licence: read its licence file"
    assert found <= COMPATIBLE, f"{name}: {sorted(found - COMPATIBLE)}"


@pytest.mark.parametrize("name", READ_BY_HAND)
def test_a_licence_is_read_by_hand_only_where_the_package_names_none(name: str) -> None:
    assert not licences(distribution(name)) or not licences(distribution(name)) <= COMPATIBLE


def test_every_line_of_the_lock_is_one_version() -> None:
    loose = [line for line in lock_lines() if not re.match(r"[A-Za-z0-9._-]+==[^\s*]+( ;|$)", line)]
    assert loose == []


def test_every_direct_dependency_is_in_the_lock() -> None:
    assert direct()
    assert sorted(set(direct()) - {package_name(line) for line in lock_lines()}) == []


def test_nothing_of_the_lock_is_installed_in_another_version() -> None:
    wrong = []
    for line in filter(of_this_platform, lock_lines()):
        pinned = line.partition("==")[2].strip()
        installed = distribution(package_name(line)).version
        if installed != pinned:
            wrong.append(f"{package_name(line)}: {installed}, not {pinned}")
    assert wrong == []


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


def sources() -> list[Path]:
    return sorted((ROOT / "analysis").rglob("*.py"))


def test_the_code_uses_no_network_no_shell_and_no_unsafe_reader() -> None:
    assert len(sources()) > 50
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sources()
        for line, name in reaches(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


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
