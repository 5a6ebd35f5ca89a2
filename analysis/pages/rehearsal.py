"""What every page would do first, done once in the parent that the kernels are forked from."""

from __future__ import annotations

import importlib

from analysis.evidence.chosen_rows import find_suspects
from analysis.evidence.handed_on import taken_over
from analysis.evidence.integrity import findings
from analysis.evidence.question_slice import slices_of
from analysis.evidence.selection import rows_of
from analysis.figures.forest_plot import forest_plot
from analysis.figures.showing import figure_block
from analysis.imports import deferred
from analysis.pages import context
from analysis.statistics.optimisers import optimisers
from analysis.synthesis.synthesise import answer
from analysis.versions.results import read_synthesis

# The statistics import it when they first need it: here, before anybody waits for it. Its
# converters of effect sizes bring a computer algebra system, and its tables are not used here.
with deferred("pymare.effectsize", "pandas", "scipy.stats", "scipy.optimize"):
    import pymare  # noqa: F401

OF_DOWNLOADS = ("docx", "PIL.Image")
SEVERAL = 3  # rows: enough for a model, a diamond and an axis


def rehearse(validated: str | None = None) -> None:
    """Have the evidence and draw a small forest plot, with all that this loads.

    `validated` is the evidence as it is handed on, if the driver has read it already.
    """
    begin_again(validated)
    evidence = context.evidence()
    rows = {question: len(rows_of(evidence, question)) for question in evidence.protocol.questions}
    several = [question for question in rows if rows[question] >= SEVERAL]
    smallest = min(several, key=lambda question: rows[question], default=None)
    if smallest and (synthesis := answer(slices_of(evidence)[smallest])).studies:
        figure_block(forest_plot(synthesis), synthesis.sentences.forest_alt, "forest-plot")


def begin_again(validated: str | None = None) -> None:
    """Have the evidence as it is now, where everything else is loaded, and what it rests on."""
    context.begin_with(None if validated is None else taken_over(validated))
    find_suspects(context.evidence())


def rehearse_readers() -> None:
    """Have what pages that read results share: the results themselves, and how versions differ.

    And what the last of them, the downloads, needs besides. Each holds only as long as the files
    say the same, so it can be called before all results are there, and again when they are.
    """
    evidence = context.evidence()
    for question in evidence.protocol.questions:
        if (path := context.RESULTS / f"{question.key}.json").is_file():
            read_synthesis(path)
    findings(evidence)
    for name in OF_DOWNLOADS:
        importlib.import_module(name)
    context.made_by()
    context.released()
    context.compared()


def rehearse_all(validated: str | None = None) -> None:
    """The same, with what only few pages need."""
    rehearse(validated)
    optimisers()
