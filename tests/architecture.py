"""The map in ARCHITECTURE.md, drawn from the contracts that keep it and from what rooms say.

`./review -m tests.architecture` draws it again.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from analysis.files.writing import write_atomically

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "ARCHITECTURE.md"
BEGINS, ENDS = "<!-- drawn: the map -->\n", "<!-- end of what is drawn -->\n"


def drawn() -> str:
    """The floors from the top, each with its rooms and what they hold, and the other contracts."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors, *others = config["tool"]["importlinter"]["contracts"]
    layers = floors["layers"]
    lines = ["| floor | room | holds |", "|---:|---|---|"]
    for floor, layer in zip(range(len(layers), 0, -1), layers, strict=True):
        for room in layer.split(" | "):
            lines.append(f"| {floor} | `{_path(room)}` | {_holds(room)} |")
    kept = "".join(f"- {contract['name']}.\n" for contract in others)
    return "\n".join(lines) + f"\n\nKept besides:\n\n{kept}"


def _path(room: str) -> str:
    package = ROOT / "analysis" / room
    return f"analysis/{room}/" if package.is_dir() else f"analysis/{room}.py"


def _holds(room: str) -> str:
    path = ROOT / _path(room)
    source = path / "__init__.py" if path.is_dir() else path
    said = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return said.splitlines()[0].rstrip(".").replace("|", "\\|")


def with_the_map(text: str) -> str:
    """The document with the map as it is drawn now."""
    before, _, rest = text.partition(BEGINS)
    return f"{before}{BEGINS}{drawn()}{ENDS}{rest.partition(ENDS)[2]}"


def paths(text: str) -> Iterator[str]:
    """Every path of the project that the document names."""
    for found in re.findall(r"`([\w.@-]+(?:/[\w.@-]+)*/?)`", text):
        if "/" in found or Path(found).suffix in {".py", ".md", ".toml", ".yml", ".csv", ".in"}:
            yield found
    yield from re.findall(r"\]\(([^):#]+)\)", text)


def dotted_names(text: str) -> Iterator[str]:
    """Every module, class and function that the document names."""
    return iter(re.findall(r"`(analysis(?:\.\w+)+)`", text))


def answers(text: str) -> dict[str, str]:
    """The table of questions: each with the path that answers it."""
    table = text.partition("## Where is")[2]
    return dict(re.findall(r"(?m)^\| ([^|]+\?) \| `([^`]+)`", table))


if __name__ == "__main__":
    write_atomically(DOCUMENT, with_the_map(DOCUMENT.read_text(encoding="utf-8")))
