"""What every page would do first, done once in the parent that the kernels are forked from."""

from __future__ import annotations

# The statistics import it when they first need it: here, before anybody waits for it.
import pymare  # noqa: F401

from analysis.evidence.records import Evidence
from analysis.evidence.selection import rows_of
from analysis.figures.forest import forest_plot
from analysis.figures.style import inline_svg
from analysis.pages import context
from analysis.synthesis.cell import synthesise


def rehearse(validated: Evidence | None = None) -> None:
    """Have the evidence and draw the largest forest plot, with all that this loads.

    `validated` is the evidence, if the driver has read it already.
    """
    if validated is not None:
        context.begin_with(validated)
    evidence = context.evidence()
    largest = max(evidence.protocol.cells, key=lambda cell: len(rows_of(evidence, cell)))
    synthesis = synthesise(evidence, largest)
    if synthesis.studies:
        inline_svg(forest_plot(synthesis), synthesis.sentences.forest_alt)
