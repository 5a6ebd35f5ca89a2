"""All versions of the review: each as it was, and any two side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from analysis.formatting import counted, day, sentence_case
from analysis.pages.comparison_page import FOLDER, stem_of
from analysis.pages.html import LABELLED_CARDS, Html, join, link, paragraph, table
from analysis.pages.links import UP
from analysis.pages.whats_new_page import version_named
from analysis.protocol import Protocol
from analysis.versions.by_name import NOW
from analysis.versions.releases import Release, baseline_name


def all_versions(
    names: Sequence[str],
    releases: Sequence[Release],
    with_page: Collection[str],
    protocol: Protocol,
) -> Html:
    """A row a version, the latest first: its own page, and those it can be compared with."""
    known = {release.name: release for release in releases}
    rows = []
    for place in reversed(range(len(names))):
        name, earlier = names[place], names[:place]
        rows.append(_row(name, known.get(name), name in with_page, earlier, protocol))
    without = sum(name in known and name not in with_page for name in names)
    return join(
        (
            table(rows, "Versions of this review", class_=LABELLED_CARDS),
            paragraph(
                f"{counted(without, 'version')} here {'has' if without == 1 else 'have'} no page "
                "of their own: none was kept with the release."
            )
            if without
            else Html(""),
        )
    )


def version_files(kept: Mapping[str, bytes]) -> dict[str, bytes]:
    """The page of each version where it stands in the site, as it was kept."""
    return {f"{FOLDER}/{name}.html": page for name, page in kept.items()}


def _row(
    name: str, release: Release | None, kept: bool, earlier: Sequence[str], protocol: Protocol
) -> Mapping[str, object]:
    called = sentence_case(version_named(name))
    pairs = [
        link(_as_before(before, protocol), f"{UP}{FOLDER}/{stem_of(before, name)}.html")
        for before in reversed(earlier)
    ]
    return {
        "Version": link(called, f"{UP}{FOLDER}/{name}.html") if kept else called,
        "Day": day(release.date) if release else "not released",
        "What it brought": _brought(name, release, protocol),
        "Compare it with": join(pairs, " · ") if pairs else "the first",
    }


def _brought(name: str, release: Release | None, protocol: Protocol) -> str:
    if release is None:
        return "changes since the last version" if name == NOW else ""
    if name == baseline_name(protocol):
        return f"{protocol.words.baseline}, rebuilt from the open numbers of its trials"
    return release.kind or "the first version"


def _as_before(name: str, protocol: Protocol) -> str:
    if name == baseline_name(protocol):
        return f"{protocol.words.baseline} as published"
    return version_named(name)
