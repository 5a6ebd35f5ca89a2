"""The command line of the review: `./review COMMAND`.

A build waits longest for the parent of the kernels: it begins before the commands are imported.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import NoReturn

from analysis.execution.plan import Project
from analysis.execution.warm import Parent, foreseen_parent

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Run the command line."""
    # Modules and Sphinx's trees are many and stay; looking for garbage there takes a tenth.
    gc.set_threshold(500_000, 50, 100)
    arguments = sys.argv[1:]
    try:
        with _begun_ahead(arguments) as begun:
            from analysis.commands.command_line import run

            run(arguments, begun)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _begun_ahead(arguments: Sequence[str]) -> AbstractContextManager[Parent | None]:
    """A parent of kernels for a build that will probably execute pages, on this machine."""
    asked = [argument for argument in arguments if argument != "--debug"]
    if asked[:1] != ["build"] or any(option.startswith("--scheduler") for option in asked):
        return nullcontext()
    return foreseen_parent(Project(ROOT), certainly="--force" in asked)


def leave(code: str | int | None) -> NoReturn:
    """End this process as `sys.exit` would, but at once.

    Python would take apart what is about to vanish, object by object: of a build, all of
    Sphinx's trees.
    """
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    atexit._run_exitfuncs()
    with suppress(OSError):  # nobody reads any more what is left to be said
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    try:
        main()
    except SystemExit as leaving:
        leave(leaving.code)
    leave(0)
