"""Install the lock without a network, from a folder of packages: what a closed network needs.

`./review -m tests.faults.offline`; on demand, because it downloads every package once (from
where this machine's pip is told to) and needs some gigabytes for a while.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import typer

from tests.faults.networks import without_network

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.txt"


def run(*command: str | Path, alone: bool = False) -> str:
    """What a command prints; `alone`, it sees no configuration of pip and no network."""
    environment = dict(os.environ)
    if alone:
        environment = {k: v for k, v in environment.items() if not k.startswith("PIP_")}
        environment["PIP_CONFIG_FILE"] = os.devnull
        command = (*without_network(), *command)
    done = subprocess.run(
        [str(part) for part in command], env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def main() -> None:
    """Download the lock, install it without a network, and print what that took.

    Example: ./review -m tests.faults.offline
    """
    with tempfile.TemporaryDirectory(prefix="offline-") as folder:
        packages, environment = Path(folder, "packages"), Path(folder, "environment")
        run(sys.executable, "-m", "pip", "download", "-q", "-r", LOCK, "-d", packages)
        files = sorted(packages.iterdir())
        kinds = Counter("wheel" if file.suffix == ".whl" else "source" for file in files)
        size = sum(file.stat().st_size for file in files)
        typer.echo(f"Downloaded {dict(kinds)}, {size / 1e6:.0f} MB.")
        run(sys.executable, "-m", "venv", environment)
        python = environment / "bin" / "python"
        pip = (python, "-m", "pip", "--isolated")
        source = ("--no-index", "--find-links", packages)
        run(*pip, "install", "-q", *source, "--require-hashes", "-r", LOCK, alone=True)
        run(*pip, "check", alone=True)
        installed = run(*pip, "freeze", "--all", alone=True).splitlines()
        typer.echo(f"Installed {len(installed)} packages without a network; none is in conflict.")
        done = run(python, "-m", "analysis", "check", alone=True)
        (said,) = (line for line in done.splitlines() if line.startswith("The evidence is"))
        typer.echo(f"With them: {said}")


if __name__ == "__main__":
    typer.run(main)
