"""What follows from frozen data, worked out where it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import TypeVar, cast

Followed = TypeVar("Followed")


class WorkedOutOnce:
    """Data that never change: what follows from them stays true as long as they are there.

    Forks of a process have what it has worked out.
    """

    def once(self, what: Hashable, work_out: Callable[[], Followed]) -> Followed:
        """What is worked out under this name, now or before."""
        if what not in self._worked_out:
            self._worked_out[what] = work_out()
        return cast(Followed, self._worked_out[what])

    @cached_property
    def _worked_out(self) -> dict[Hashable, object]:
        return {}
