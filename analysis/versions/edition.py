"""What the site shows: a version as it was released, or a draft of the one that comes next.

Nobody says which it is. It is a version as long as nothing differs from what was released.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.formatting import counted, day, listed
from analysis.protocol import Protocol, Version
from analysis.searching.history import Search
from analysis.versions.by_name import NOW, compare_versions
from analysis.versions.compare import Comparison, VersionKind
from analysis.versions.comparison_text import checked
from analysis.versions.releases import Release, States, protocol_of, releases


@dataclass(frozen=True)
class Edition:
    """What is stated and what was released last, how they differ, and the searches made since.

    `found` compares the last release with the data and results as they are.
    """

    stated: Version
    last: Release | None = None
    found: Comparison | None = None
    searched: tuple[Search, ...] = ()

    @property
    def is_draft(self) -> bool:
        if self.last is None or self.found is None:
            return True
        return self.last.name != self.stated.name or self.found.anything or bool(self.searched)

    @property
    def title(self) -> str:
        """`Version 2026.11`, or `Draft, changes since 2026.11`."""
        if not self.is_draft:
            return f"Version {self.stated.name}"
        return f"Draft, changes since {self.last.name}" if self.last else "Draft, not yet released"

    @property
    def dated(self) -> str:
        """The same, a version with its day."""
        return self.title if self.is_draft else f"{self.title} of {day(self.stated.date)}"

    @property
    def cited(self) -> str:
        """How a text names it as a source."""
        if not self.is_draft:
            return f"Version {self.stated.name}, {day(self.stated.date)}"
        return f"Unreleased draft{self._since}"

    @property
    def in_prose(self) -> str:
        """`version 2026.11`, or what stands where a version's name would."""
        return f"a draft{self._since}" if self.is_draft else f"version {self.stated.name}"

    @property
    def _since(self) -> str:
        return f", with changes since version {self.last.name}" if self.last else ""

    @property
    def identifier(self) -> str:
        """For programs: `2026.11`, or `2026.11+draft` for what was changed since."""
        if not self.is_draft:
            return self.stated.name
        return f"{self.last.name}+draft" if self.last else "draft"

    def differences(self) -> tuple[str, ...]:
        """What differs from the last release, a sentence each."""
        return tuple(self._differences()) if self.found else ()

    def _differences(self) -> Iterator[str]:
        assert self.found is not None
        data = self.found.data
        if changed := self.found.changed:
            titles = listed([change.state.title for change in changed])
            yield (
                f"{counted(len(changed), 'question')} with another estimate, interval, certainty "
                f"or conclusion: {titles}."
            )
        if data.corrections:
            files = listed(list(dict.fromkeys(item.file for item in data.corrections)))
            yield f"{counted(len(data.corrections), 'corrected value')} in {files}."
        for about, changes in (("taken out", data.taken_out), ("decided on", data.decided)):
            if changes:
                labels = listed([change.label for change in changes])
                yield f"{counted(len(changes), 'trial')} {about}: {labels}."
        yield from (f"{said}." for said in checked(data))
        for rows in data.rows:
            more = counted(rows.added, "row")
            yield f"{rows.file}: {more} more, {rows.gone:,} fewer{rows.remark}."
        if data.settings:
            parts = listed(list(dict.fromkeys(s.name.partition(".")[0] for s in data.settings)))
            yield f"{counted(len(data.settings), 'setting')} of the protocol, in {parts}."
        for search in self.searched:
            yield f"A search of {listed(search.sources)} on {day(search.date)}."
        if self.last and self.last.name != self.stated.name:
            yield f"The protocol names version {self.stated.name}, which is not released yet."


def edition_of(
    data: Path, protocol: Protocol, searches: Sequence[Search], present: Callable[[], States]
) -> Edition:
    """What the data and results as they are come to; `present` gives the states they have."""
    known = releases(data)
    if not known:
        return Edition(protocol.version)
    last = known[-1]
    since = tuple(search for search in searches if search.exports and search.date > last.date)
    return Edition(protocol.version, last, compare_versions(data, last.name, NOW, present), since)


@dataclass(frozen=True)
class LastVersion:
    """The last release against the one before it, both as they were released.

    `version` says what triggered it, `kind` what it brought; `found` is None where it is the first.
    """

    version: Version
    kind: VersionKind | None
    found: Comparison | None
    before: Release | None


def last_version(data: Path, stated: Version) -> LastVersion | None:
    """What the last release brought; None where there is none.

    What is `stated` of that version now stands for what its release did not say.
    """
    known = {release.name: release for release in releases(data)}
    if not known:
        return None
    last = [*known.values()][-1]
    version = stated if stated.name == last.name else protocol_of(data, last.name).version
    if last.follows is None:
        return LastVersion(version, last.kind, None, None)
    found = compare_versions(data, last.follows, last.name, dict)
    return LastVersion(version, last.kind, found, known[last.follows])
