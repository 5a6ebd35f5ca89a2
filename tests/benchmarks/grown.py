"""Build the book with its synthesis pages many times over: `./review -m tests.benchmarks.grown 4`.

For benchmarks: the copies are pages of their own, executed and rendered like the first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from unittest import mock

from analysis.book import contents
from analysis.book.documents import Contents, Document, Part
from analysis.commands import review
from analysis.protocol import Protocol


def grown(times: int) -> Callable[[Protocol], Contents]:
    """The book's contents, with the questions' documents so many times."""
    contents_of = contents.contents_of

    def grown_contents(protocol: Protocol) -> Contents:
        book = contents_of(protocol)
        copies = (
            Part(f"Effects, {number}", tuple(_copies(protocol, book, number)))
            for number in range(1, times)
        )
        return replace(book, parts=(*book.parts, *copies))

    return grown_contents


def _copies(protocol: Protocol, book: Contents, number: int) -> Iterator[Document]:
    questions = {question.key for question in protocol.questions}
    for document in book.documents:
        if (page := document.page) and page.name in questions:
            name = f"{document.name}-{number}"
            target = page.target.with_stem(f"{page.target.stem}-{number}")
            yield Document(name, replace(page, name=f"{page.name}.{number}", target=target))


def main() -> None:
    with mock.patch.object(contents, "contents_of", grown(int(sys.argv[1]))):
        review.build()


if __name__ == "__main__":
    main()
