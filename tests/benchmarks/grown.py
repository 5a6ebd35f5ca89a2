"""Build the book with its synthesis pages many times over: `python -m tests.benchmarks.grown 4`.

For benchmarks: the copies are pages of their own, executed and rendered like the first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from unittest import mock

from analysis.book import contents
from analysis.book.contents import Part
from analysis.commands import review
from analysis.execution.plan import Page
from analysis.protocol import Protocol


def grown_pages(times: int) -> Callable[[Protocol], tuple[Page, ...]]:
    """The plan, with each synthesis page so many times."""
    plan = contents.pages

    def pages(protocol: Protocol) -> tuple[Page, ...]:
        pages = plan(protocol)
        cells = [page for page in pages if not page.needs and page.parameters]
        return (*pages, *(_copy(page, number) for number in range(1, times) for page in cells))

    return pages


def _copy(page: Page, number: int) -> Page:
    target = page.target.with_stem(f"{page.target.stem}-{number}")
    return replace(page, name=f"{page.name}.{number}", target=target)


def grown_parts(times: int) -> Callable[[Protocol], tuple[Part, ...]]:
    """The book's parts, with a part for each time more."""
    parts = contents.parts

    def grown(protocol: Protocol) -> tuple[Part, ...]:
        copies = (
            Part(
                f"Effects, {number}",
                tuple(f"effects/{c.slug}-{number}" for c in protocol.questions),
            )
            for number in range(1, times)
        )
        return (*parts(protocol), *copies)

    return grown


def main() -> None:
    times = int(sys.argv[1])
    with (
        mock.patch.object(contents, "pages", grown_pages(times)),
        mock.patch.object(contents, "parts", grown_parts(times)),
    ):
        review.toc()
        review.build()


if __name__ == "__main__":
    main()
