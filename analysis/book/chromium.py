"""Chromium as a printer: a document of this machine to PDF."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from analysis.files.problems import ReviewError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# The first that numbers pages in the margins that a style sheet describes.
OLDEST = 131
# Nothing of a document is asked for elsewhere.
QUIET = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


def chromium() -> str:
    """Where Chromium is; ReviewError where it is not installed, or too old."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise ReviewError(
            "Chromium is not installed, and prints the PDF: install it (Debian: `apt install "
            "chromium`; others: chromium.org) so that `chromium` or `google-chrome` is found"
        )
    said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=60).stdout
    version = re.search(r"(\d+)\.\d+", said)
    if version and int(version[1]) < OLDEST:
        raise ReviewError(
            f"{found} is version {version[1]}, which cannot number pages: install {OLDEST} or newer"
        )
    return found


def print_pdf(program: str, document: Path, pdf: Path, seconds: float) -> None:
    """Print a document; ReviewError where that takes longer, or gives nothing.

    The browser has a profile of its own, and neither outlives the call.
    """
    with tempfile.TemporaryDirectory(prefix="review-print-", ignore_cleanup_errors=True) as profile:
        command = [
            program, *QUIET, *(["--no-sandbox"] if _is_root() else []),
            f"--user-data-dir={profile}", "--no-pdf-header-footer",
            f"--print-to-pdf={pdf}", document.as_uri(),
        ]  # fmt: skip
        said = _run(command, seconds)
    if not pdf.is_file() or not pdf.stat().st_size:
        last = said.strip().splitlines()[-1:] or ["it says nothing"]
        raise ReviewError(f"{program} printed nothing ({last[0]})")


def _is_root() -> bool:
    """Whether the browser would refuse to run in its sandbox."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _run(command: list[str], seconds: float) -> str:
    """What a command said; its processes are ended whatever happens here."""
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as running:
        try:
            return running.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            raise ReviewError(
                f"{command[0]} did not print within {seconds:g} seconds: allow more with --timeout"
            ) from None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(running.pid, signal.SIGKILL)
