"""What can be set, given or come back is documented: settings, options, exit codes.

That commands and columns are, and that nothing is documented which is gone, `test_launcher` and
`evidence/test_codebook` hold.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import typer
from pydantic import BaseModel

from analysis.commands.command_line import app
from analysis.protocol import Protocol

ROOT = Path(__file__).resolve().parents[1]
EXIT_CODES = "data/searches/README.md"


def settings(model: type[BaseModel]) -> Iterator[str]:
    """Every name that a protocol may set, however deep."""
    for name, field in model.model_fields.items():
        yield name
        outer = (field.annotation, *get_args(field.annotation))
        for kind in (*outer, *(part for each in outer for part in get_args(each))):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from settings(kind)


def leaves(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, below in getattr(command, "commands", {}).items():
        yield from leaves(below, (*words, name))
    if not hasattr(command, "commands"):
        yield words, command


COMMANDS = dict(leaves(typer.main.get_command(app)))


def test_every_setting_stands_in_the_protocol() -> None:
    """Nothing is set by a default that nobody who reads the protocol sees."""
    text = (ROOT / "data/protocol.yml").read_text(encoding="utf-8")
    hidden = {name for name in settings(Protocol) if not re.search(rf"\b{name}:", text)}
    assert hidden == set()


def test_every_option_says_what_it_is_for() -> None:
    silent = {
        f"{' '.join(words)} {option.opts[0]}"
        for words, command in COMMANDS.items()
        for option in command.params
        if option.opts[0].startswith("--") and not (option.help or "").strip()
    }
    assert silent == set()


def test_every_command_that_ends_otherwise_stands_in_the_table_of_exit_codes() -> None:
    text = (ROOT / EXIT_CODES).read_text(encoding="utf-8").split("## Exit codes")[1]
    named = " ".join(re.findall(r"`([^`]+)`", text))
    undocumented = {
        " ".join(words)
        for words, command in COMMANDS.items()
        if "Exit(" in inspect.getsource(inspect.unwrap(command.callback))
        and not re.search(rf"\b{words[0]}\b", named)
    }
    assert undocumented == set()
