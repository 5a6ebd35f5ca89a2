"""When a person decides something: said in one way, in every file that keeps it."""

from __future__ import annotations

import datetime as dt


def now() -> str:
    """The time, in UTC to the second."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> str:
    """Its day."""
    return now()[:10]
