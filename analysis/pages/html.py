"""Small pieces of HTML in which nothing from a data file can act as markup.

`Html` is markup made here; any other string is text, and escaped wherever the two meet.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup as Html
from markupsafe import escape

from analysis.execution.handover import RESULT_MIME, Again, files_as_result
from analysis.formatting import DASH
from analysis.synthesis.question_result import Synthesis
from analysis.versions.results import to_json

SORTABLE = "sortable"  # a table that tables.js lets readers sort and filter
CARDS = "cards"  # a table whose rows are cards on a phone, each cell below the other
LABELLED_CARDS = f"{CARDS} labelled"  # and each names its column
SAFE_ADDRESS = re.compile(r"(?:https?://|[\w.#-][\w./#-]*$)", re.ASCII)


@dataclass(frozen=True)
class Wide:
    """A cell over several columns of a table, its own first; the row has nothing in the others."""

    content: object
    columns: int


def text(value: object) -> Html:
    """A value as escaped text; an en dash where there is none."""
    if isinstance(value, Html):
        return value
    if value in (None, "") or (isinstance(value, float) and math.isnan(value)):
        return Html(DASH)
    return escape(str(value))


def join(parts: Iterable[object], separator: str = "") -> Html:
    """Parts one after another, each escaped unless it is markup already."""
    return Html(separator.join(text(part) for part in parts))


def element(name: str, *content: object, **attributes: str | None) -> Html:
    """One element; attribute names lose a trailing underscore and turn _ into -."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{shown}>{join(content)}</{name}>")


def link(label: object, address: str) -> Html:
    """A link to a page of the book or to a web address; anything else stays text."""
    if not SAFE_ADDRESS.match(address):
        return text(label)
    return element("a", label, href=quote(address, safe="/:#?&=%()+,;@~.-_"))


def doi_link(doi: str) -> Html:
    """A DOI as a link to its resolver."""
    return link(doi, f"https://doi.org/{doi}") if doi else text("")


def paragraph(*content: object, class_: str | None = None) -> Html:
    """What is said, part by part; a part with nothing to say is no part, and no dash."""
    return element("p", *(part for part in content if part != ""), class_=class_)


def items(entries: Sequence[object]) -> Html:
    """A bulleted list."""
    return element("ul", *(element("li", entry) for entry in entries))


def terms(pairs: Mapping[str, object]) -> Html:
    """A description list."""
    return element(
        "dl",
        *(join((element("dt", name), element("dd", value))) for name, value in pairs.items()),
        class_="facts",
    )


def table(
    rows: Sequence[Mapping[str, object]],
    caption: str,
    *,
    numbers: Sequence[str] = (),
    class_: str = "",
) -> Html:
    """Rows as an accessible table: caption, column headers, the first column heads its row.

    The columns are those of any row, in the order they come up. `numbers` are right-aligned
    columns. A table scrolls within itself on a narrow screen, unless `class_` makes it
    `CARDS`, and takes the keyboard's focus so that it can be scrolled without a mouse.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if not columns:
        return paragraph(f"{caption}: none.")
    head = element("tr", *(_header(name, "col", name in numbers) for name in columns))
    labelled = class_ == LABELLED_CARDS
    body = [
        element("tr", *(_cell(name, row.get(name), position == 0, name in numbers, labelled)
                        for position, name in _places(row, columns)))
        for row in rows
    ]  # fmt: skip
    content = element(
        "table", element("caption", caption), element("thead", head), element("tbody", *body)
    )
    kind = f"table-scroll {class_}".strip()
    return element("div", content, class_=kind, tabindex="0", role="region", aria_label=caption)


def _places(row: Mapping[str, object], columns: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The columns in which a cell of this row begins."""
    covered = 0
    for position, name in enumerate(columns):
        if position >= covered:
            yield position, name
            value = row.get(name)
            covered = position + (value.columns if isinstance(value, Wide) else 1)


def _header(name: str, scope: str, number: bool) -> Html:
    return element("th", name, scope=scope, class_="number" if number else None)


def _cell(name: str, value: object, heads_row: bool, number: bool, labelled: bool) -> Html:
    kind = "number" if number else None
    if heads_row:
        return element("th", value, scope="row", class_=kind)
    label = name if labelled else None
    if isinstance(value, Wide):
        return element("td", value.content, colspan=str(value.columns), data_label=label)
    return element("td", value, class_=kind, data_label=label)


def show(*content: object) -> None:
    """Display markup as one output of a notebook cell."""
    from IPython.display import HTML, display

    display(HTML(join(content, "\n")))


def publish(synthesis: Synthesis) -> None:
    """Hand a page's result to the execution, which writes it to `results/`."""
    _hand_over(to_json(synthesis))


def publish_values(values: Mapping[str, object]) -> None:
    """Hand values to the execution that the prose and the status of all pages name."""
    _hand_over(dict(values))


def publish_files(files: Mapping[str, bytes], made: Again) -> None:
    """Hand files of the site to the execution: where in the site → content."""
    _hand_over(files_as_result(files, made))


def _hand_over(result: object) -> None:
    from IPython.display import display

    display({RESULT_MIME: result}, raw=True)
