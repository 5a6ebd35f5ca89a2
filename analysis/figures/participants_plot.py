"""Who took part: a bar of participants for each group, subject by subject."""

from __future__ import annotations

from matplotlib.figure import Figure

from analysis.evidence.participants import NOT_KNOWN, Participants, Share
from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.fitting import shorten, text_width
from analysis.figures.marks import Look
from analysis.formatting import counted, sentence_case

MARGIN = 14.0
ROW = 21.0
BAR = 11.0
HEAD = 30.0
WIDEST = 190.0
MOST = 8  # groups of a subject that are drawn; the others together


def participants_plot(found: Participants) -> Figure:
    """One block a subject, one row a group; the numbers stand beside the bar."""
    blocks = {name: drawn(shares) for name, shares in found.shares.items()}
    rows = [share for shares in blocks.values() for share in shares]
    if not rows:
        raise ValueError("a figure of participants needs a trial")
    labels = max(text_width(sentence_case(share.value), style.BODY) for share in rows)
    left = MARGIN + 12.0 + min(WIDEST, labels)
    right = style.WIDTH - MARGIN - 8.0 - max(text_width(said(s), style.SMALL) for s in rows)
    most = max(1, *(share.people for share in rows))
    sheet = Sheet.blank(style.WIDTH, 2 * MARGIN + len(blocks) * HEAD + len(rows) * ROW)
    y = MARGIN
    for name, shares in blocks.items():
        sheet.text(MARGIN, y + HEAD / 2, sentence_case(name), bold=True)
        y += HEAD
        for share in shares:
            middle = y + ROW / 2
            sheet.numbers.append(
                {
                    "Subject": name,
                    "Group": share.value,
                    "Participants": share.people,
                    "Trials": share.trials,
                }
            )
            label = shorten(sentence_case(share.value), left - MARGIN - 12.0, style.BODY)
            sheet.text(MARGIN, middle, label)
            if share.people:
                width = (right - left) * share.people / most
                color = palette.POOLED_PALE if share.value == NOT_KNOWN else palette.POOLED
                sheet.rectangle(
                    left, middle - BAR / 2, width, BAR, Look(color, palette.POOLED, 0.7)
                )
            sheet.text(right + 8.0, middle, said(share), size=style.SMALL, color=palette.MUTED)
            y += ROW
    return sheet.figure


def said(share: Share) -> str:
    """`1,204 in 9 trials`."""
    return f"{share.people:,} in {counted(share.trials, 'trial')}"


def drawn(shares: tuple[Share, ...]) -> tuple[Share, ...]:
    """The largest groups, and all the others as one."""
    if len(shares) <= MOST:
        return shares
    named = [share for share in shares if share.value != NOT_KNOWN]
    unnamed = tuple(share for share in shares if share.value == NOT_KNOWN)
    kept = MOST - 1 - len(unnamed)
    rest = named[kept:]
    others = Share(f"{len(rest)} others", sum(s.trials for s in rest), sum(s.people for s in rest))
    return (*named[:kept], others, *unnamed)
