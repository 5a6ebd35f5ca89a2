"""A version released: stated in the protocol, frozen, cited, and its page kept beside it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.files.lock import locked
from analysis.files.problems import read_bytes
from analysis.files.together import CHANGE, FileChange, change_together
from analysis.files.withdrawals import Withdrawal, carry_out
from analysis.files.writing import write_atomically
from analysis.pages.version_page import version_page
from analysis.publishing.citation_file import cite_last_release
from analysis.versions.freezing import discard, freeze, freeze_baseline
from analysis.versions.kept_pages import keep_page
from analysis.versions.releases import Release
from analysis.versions.stated_version import stated_version


@dataclass(frozen=True)
class Told:
    """What a version says of itself: why it was made, and what its methods do otherwise."""

    day: dt.date
    trigger: str
    methods: str


def release_version(data: Path, name: str, told: Told | None = None) -> tuple[Release, Path]:
    """Release a version: what was frozen, and the page kept with it; all of it or nothing.

    What is `told` goes into the protocol first. ReviewError where the version is taken or untold,
    as `stated_version` and `freeze` have it.
    """
    with locked(data):
        stated = None
        if told:
            stated = stated_version(data, name, told.day, told.trigger, told.methods)
        return _released(data, lambda: freeze(data, name), stated)


def release_baseline(data: Path) -> tuple[Release, Path]:
    """Release the baseline review's trials alone, in the same way."""
    with locked(data):
        return _released(data, lambda: freeze_baseline(data), None)


def withdraw_release(data: Path, plan: Withdrawal, who: str, when: str, why: str) -> Path:
    """Take back a release as planned; where it stays on record."""
    folder = carry_out(data, plan, who, when, why)
    cite_last_release(data.parent)
    return folder


def page_of(data: Path, name: str, *, afterwards: bool) -> Path:
    """Keep the page of a release; ReviewError where it has one."""
    return keep_page(data, name, lambda: version_page(data, name, afterwards=afterwards))


def _released(
    data: Path, frozen: Callable[[], Release], stated: FileChange | None
) -> tuple[Release, Path]:
    """Frozen, its page kept and cited; where one of them fails the data say what they said."""
    protocol, made = data / "protocol.yml", None
    before = read_bytes(protocol)
    try:
        if stated:
            change_together(data, [stated])
        made = frozen()
        page = page_of(data, made.name, afterwards=False)
        cite_last_release(data.parent)
    except BaseException:
        # Nobody else writes meanwhile: what is written down there and not done is of this release.
        shutil.rmtree(data / CHANGE, ignore_errors=True)
        if made:
            discard(data, made.name)
        if stated and read_bytes(protocol) == stated.after:
            write_atomically(protocol, before)
        raise
    return made, page
