"""What the project is made with: every package of the lock, its version and its licence."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from email.parser import HeaderParser
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from types import MappingProxyType

# Read by hand in the licence file of the package: its metadata name none in either way, or
# the package is for other platforms than this one and its metadata are not here.
READ_BY_HAND: Mapping[str, str] = MappingProxyType(
    {
        "aiohappyeyeballs": "PSF-2.0",
        "aiohttp": "Apache-2.0 AND MIT",
        "aiosignal": "Apache-2.0",
        "appnope": "BSD-2-Clause",
        "arcp": "Apache-2.0",
        "asttokens": "Apache-2.0",
        "axe-playwright-python": "MIT",
        "cffi": "MIT-0",
        "charset-normalizer": "MIT",
        "colorama": "BSD-3-Clause",
        "coverage": "Apache-2.0",
        # Public domain; some files BSD-2-Clause and PSF. The GPL is for an Emacs mode alone,
        # which is not installed.
        "docutils": "BSD-2-Clause",
        "fonttools": "MIT",
        "frozenlist": "Apache-2.0",
        "httpx2-jsfetch": "BSD-3-Clause",
        # Some files PSF. The GPL is for a program that runs its tests, which is not installed.
        "lxml": "BSD-3-Clause",
        "marko": "MIT",
        "multidict": "Apache-2.0",
        "propcache": "Apache-2.0",
        "psutil": "BSD-3-Clause",
        "pycparser": "BSD-3-Clause",
        "rocrate": "Apache-2.0",
        "snowballstemmer": "BSD-3-Clause",
        "sphinx-multitoc-numbering": "MIT",
        "tqdm": "MPL-2.0 AND MIT",
        "tzdata": "Apache-2.0",
        "yarl": "Apache-2.0",
    }
)

_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Part:
    """A package: `when` is the condition under which it is needed, blank for always."""

    name: str
    version: str
    licence: str
    when: str


# What packages bring along that reaches the reader with the site's own files.
IN_THE_SITE = (
    Part("Bootstrap", "5", "MIT", "in the site, from pydata-sphinx-theme"),
    Part("clipboard.js", "2", "MIT", "in the site, from sphinx-copybutton"),
    Part("Font Awesome Free", "6", "OFL-1.1 AND CC-BY-4.0 AND MIT",
         "in the site, from pydata-sphinx-theme"),
    Part("MiniSearch", "7.2.0", "MIT", "in the site, from chapters/_static/minisearch"),
)  # fmt: skip


def parts(lock: str) -> tuple[Part, ...]:
    """Each package that a lock pins, in its order; a licence nobody names is blank."""
    return tuple(_part(line) for line in lock_lines(lock))


def licences_csv(lock: str) -> str:
    """The same as a table, with what reaches the reader first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Part))
    writer.writerows(astuple(part) for part in (*IN_THE_SITE, *parts(lock)))
    return text.getvalue()


def installed() -> str:
    """What the licences are read from: the packages that are here, with their versions."""
    described = (path.name for place in sys.path for path in Path(place).glob("*-info"))
    return " ".join(sorted(described))


def lock_lines(lock: str) -> Iterator[str]:
    """The lines of a requirements file that name a package."""
    for line in lock.splitlines():
        if _NAME.match(line):
            yield line.partition("#")[0].strip(" \\")


def package_name(line: str) -> str:
    """The normal form of the name that a requirement starts with."""
    found = _NAME.match(line)
    if not found:
        raise ValueError(f"not a requirement: {line}")
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _part(line: str) -> Part:
    pinned, _, condition = line.partition(";")
    name = package_name(line)
    return Part(name, pinned.partition("==")[2].strip(), _licence(name), condition.strip())


def _licence(name: str) -> str:
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    try:
        return " AND ".join(sorted(named_licences(distribution(name))))
    except PackageNotFoundError:
        return ""


def named_licences(package: Distribution) -> set[str]:
    """Each licence that the expression, or else the classifiers, of a package name."""
    # Without what follows the headers: there most packages have all of their README.
    text = package.read_text("METADATA") or package.read_text("PKG-INFO") or ""
    metadata = HeaderParser().parsestr(text.partition("\n\n")[0])
    if "License-Expression" in metadata:
        expression = metadata["License-Expression"]
        return set(re.split(r" AND | OR ", expression.replace("(", "").replace(")", "")))
    classifiers = metadata.get_all("Classifier") or []
    named = {line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")}
    return named - {"OSI Approved"}
