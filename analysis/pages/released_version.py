"""A version released: stated in the protocol, frozen, cited, and its page kept beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from analysis.files.lock import change_files
from analysis.files.withdrawals import Withdrawal, carry_out
from analysis.pages.version_page import version_page
from analysis.publishing.citation_file import cite_last_release
from analysis.versions.freezing import freeze, freeze_baseline
from analysis.versions.kept_pages import keep_page
from analysis.versions.releases import Release
from analysis.versions.stated_version import stated_version


@dataclass(frozen=True)
class Told:
    """What a version says of itself: why it was made, and what its methods do otherwise."""

    day: dt.date
    trigger: str
    methods: str


def state_version(data: Path, name: str, told: Told) -> None:
    """Write into the protocol which version comes next; ReviewError as `stated_version` has it."""
    change_files(data, [stated_version(data, name, told.day, told.trigger, told.methods)])


def release_version(data: Path, name: str) -> tuple[Release, Path]:
    """Release the version that the protocol states: what was frozen, and the page kept with it.

    ReviewError where it is taken or untold, as `freeze` has it.
    """
    return _cited(data, freeze(data, name))


def release_baseline(data: Path) -> tuple[Release, Path]:
    """Release the baseline review's trials alone, in the same way."""
    return _cited(data, freeze_baseline(data))


def withdraw_release(data: Path, plan: Withdrawal, who: str, when: str, why: str) -> Path:
    """Take back a release as planned; where it stays on record."""
    folder = carry_out(data, plan, who, when, why)
    cite_last_release(data.parent)
    return folder


def page_of(data: Path, name: str, *, afterwards: bool) -> Path:
    """Keep the page of a release; ReviewError where it has one."""
    return keep_page(data, name, lambda: version_page(data, name, afterwards=afterwards))


def _cited(data: Path, made: Release) -> tuple[Release, Path]:
    cite_last_release(data.parent)
    return made, page_of(data, made.name, afterwards=False)
