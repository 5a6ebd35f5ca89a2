"""What each source of records brought: a bar of reports, strong where no other source had them."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from analysis.evidence.flow import SourceYield
from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.fitting import text_width
from analysis.figures.marks import Look
from analysis.formatting import count, counted

MARGIN = 14.0
ROW = 24.0
BAR = 12.0
NOTE = 26.0


def source_yield_plot(yields: Sequence[SourceYield]) -> Figure:
    """One row a source; the numbers stand beside its bar. ValueError without sources."""
    if not yields:
        raise ValueError("a figure of what sources brought needs a source")
    said = [_said(found) for found in yields]
    left = MARGIN + 12.0 + max(text_width(found.source, style.BODY) for found in yields)
    right = style.WIDTH - MARGIN - 8.0 - max(text_width(text, style.SMALL) for text in said)
    most = max(1, *(found.reports for found in yields))
    sheet = Sheet.blank(style.WIDTH, 2 * MARGIN + len(yields) * ROW + NOTE)
    for index, (found, text) in enumerate(zip(yields, said, strict=True)):
        y = MARGIN + (index + 0.5) * ROW
        sheet.text(MARGIN, y, found.source)
        for number, color in (
            (found.reports, palette.POOLED_PALE),
            (found.reports_only_here, palette.POOLED),
        ):
            if number:
                width = (right - left) * number / most
                sheet.rectangle(left, y - BAR / 2, width, BAR, Look(color, palette.POOLED, 0.7))
        sheet.numbers.append(
            {
                "Source": found.source,
                "Reports": found.reports,
                "Reports only here": found.reports_only_here,
                "Included trials": found.studies,
                "Included trials only here": found.studies_only_here,
            }
        )
        sheet.text(right + 8.0, y, text, size=style.SMALL, color=palette.MUTED)
    note = "Reports after duplicates; strong colour: those that no other source brought."
    sheet.text(MARGIN, MARGIN + len(yields) * ROW + NOTE / 2, note, size=style.SMALL)
    return sheet.figure


def _said(found: SourceYield) -> str:
    if not found.studies:
        return f"{count(found.reports)}, no included trial"
    studies = counted(found.studies, "included trial")
    return f"{count(found.reports)}, {studies} ({count(found.studies_only_here)} only here)"
