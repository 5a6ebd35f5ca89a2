"""Tables of one row a trial below a figure, kept to a length that a reader takes in.

A question of 400 trials would have five such tables, longer than all else on its page. Beyond a
hundred rows a table holds the most telling ones, says which those are, and leads to the file of
the page's results, in which all numbers stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.formatting import counted
from analysis.pages.html import Html, element, join, link, paragraph, table
from analysis.pages.links import UP
from analysis.publishing.downloads import FOLDER
from analysis.synthesis.question_result import Synthesis

MOST_ROWS = 100  # more are not read


def folded(summary: str, content: Html) -> Html:
    """What a reader may open: the numbers below a figure."""
    return element("details", element("summary", summary), content)


def folded_table(
    synthesis: Synthesis,
    rows: Sequence[Mapping[str, object]],
    caption: str,
    *,
    numbers: Sequence[str],
    telling: Sequence[int],
    which: str,
    summary: str = "The same as a table",
) -> Html:
    """The numbers of a figure, folded; where the rows are many only the telling ones.

    `telling` are the positions of those, `which` what they do, as after "that".
    """
    if len(rows) <= MOST_ROWS:
        return folded(summary, table(rows, caption, numbers=numbers))
    said = f"The {len(telling)} of {counted(len(rows), 'row')} that {which}, as a table"
    kept = table([rows[at] for at in telling], caption, numbers=numbers)
    address = f"{UP}{FOLDER}/results/{synthesis.question.key}.json"
    elsewhere = paragraph("All rows are in this question’s ", link("results as JSON", address), ".")
    return folded(said, join((kept, elsewhere)))
