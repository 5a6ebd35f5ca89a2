"""The colours of figures: what each is on a white card, and what it is on a dark one.

A page names them (`var(--figure-ink, #1b2430)`), so that its style sheet may turn them in the
dark theme; a file of its own has the colours of the white card. Lightness is turned round and
the parts stay: what is read on a tint is read on it in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

INK = "#1b2430"
MUTED = "#566273"
RULE = "#c5ccd6"
BAND = "#e9edf3"
PAPER = "#ffffff"
TRIAL = "#3a4757"
POOLED = "#0b5fa5"
POOLED_PALE = "#9cc3e6"
PREDICTION = "#f4cd83"
SUSPECT = "#b5400f"
GOOD = "#cfeadb"
DOUBTFUL = "#f2b632"
UNCLEAR = "#a3abb6"
BAD = "#a8370a"
ASIDE = "#cfd5de"
SHADES = ("#bfcad9", "#dae1ea", "#f1f4f8")  # grounds, the strongest first
DENSITY = ("#6193c4", "#367ab9", POOLED, "#084a82", "#07365d", "#06263f")  # from few to many

# Colour → its name on a page, and the colour that it has there in the dark theme.
NAMED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        INK: ("ink", "#e6ebf1"),
        MUTED: ("muted", "#aab5c3"),
        RULE: ("rule", "#4b5767"),
        BAND: ("band", "#2c3643"),
        PAPER: ("paper", "#1b222c"),
        TRIAL: ("trial", "#c6d0dc"),
        POOLED: ("pooled", "#6cb6f5"),
        POOLED_PALE: ("pooled-pale", "#2f5f8c"),
        PREDICTION: ("prediction", "#67490f"),
        SUSPECT: ("suspect", "#ff9d73"),
        GOOD: ("good", "#1f4f39"),
        DOUBTFUL: ("doubtful", "#7a5500"),
        UNCLEAR: ("unclear", "#525d6c"),
        BAD: ("bad", "#ff9a70"),
        ASIDE: ("aside", "#414c5b"),
        SHADES[0]: ("shade-1", "#46566b"),
        SHADES[1]: ("shade-2", "#354253"),
        SHADES[2]: ("shade-3", "#27313e"),
        DENSITY[0]: ("density-1", "#43739f"),
        DENSITY[1]: ("density-2", "#5694cb"),
        DENSITY[3]: ("density-4", "#94cbf9"),
        DENSITY[4]: ("density-5", "#bddffb"),
        DENSITY[5]: ("density-6", "#e6f3ff"),
    }
)

_COLOUR = re.compile(r"(?<=[: ])#[0-9a-f]{6}\b")


def themed(styles: str) -> str:
    """The styles with each colour by its name, and as it is where nobody knows the name."""
    return _COLOUR.sub(_by_name, styles)


def _by_name(found: re.Match[str]) -> str:
    if found[0] not in NAMED:
        raise ValueError(f"{found[0]} is no colour of the palette: the dark theme lacks it")
    return f"var(--figure-{NAMED[found[0]][0]},{found[0]})"
