"""The days that a review can speak of: from any but these nothing follows, and no calendar reckons.

Nobody searched before 1900; a last search in 9999 makes the next one fall due in no year at all.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator

from analysis.files.problems import ReviewError

DAY = r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
MOMENT = rf"{DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
EXPECTED = "a day as YYYY-MM-DD, from 1900 to 2199"


def within_reach(day: dt.date) -> dt.date:
    """The day; ValueError where it is none that a review can speak of."""
    if not 1900 <= day.year <= 2199:
        raise ValueError(f"{day.isoformat()} was found, expected {EXPECTED}")
    return day


def day_told(day: dt.date) -> dt.date:
    """The day, as a person gives it to a command; ReviewError where it is none of these."""
    try:
        return within_reach(day)
    except ValueError as error:
        raise ReviewError(f"the day: {error}") from None


KnownDay = Annotated[dt.date, AfterValidator(within_reach)]
