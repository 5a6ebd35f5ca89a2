"""Asking one interface over HTTP: at its pace, and again where an answer does not come whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TypeVar

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from urllib3.exceptions import ConnectTimeoutError, InvalidHeader, NewConnectionError
from urllib3.util import Retry

from analysis.files.printable import printable
from analysis.files.problems import ReviewError
from analysis.searching.interfaces import Interface
from analysis.searching.records import LARGEST_EXPORT

Read = TypeVar("Read")
ATTEMPTS = 5
BUSY = frozenset([408, 425, 429, 500, 502, 503, 504])
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
# Seconds to connect, and between two parts of an answer.
TIMEOUTS = (10, 90)
AGENT = "living-systematic-review"


class NoAnswer(ReviewError):
    """The interface did not answer, or not what is documented."""


class Unfit(NoAnswer):
    """An answer that may be whole when it is asked for again; after `pause` seconds at least."""

    def __init__(self, message: str, pause: float = 0) -> None:
        super().__init__(message)
        self.pause = pause


class Client:
    """Asks an interface; `name` is what errors call it, `sleep` how it waits."""

    def __init__(
        self,
        name: str,
        interface: Interface,
        contact: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self.interface = interface
        self.contact = contact
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"{AGENT} ({contact})" if contact else AGENT
        self._last = float("-inf")

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._session.close()

    def ask(
        self,
        path: str,
        parameters: Mapping[str, str],
        read: Callable[[bytes], Read],
        *,
        post: bool = False,
    ) -> Read:
        """What `read` makes of the answer; it raises Unfit for one that is not whole.

        NoAnswer where there is none after several attempts, or the question is refused.
        """
        again = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            retry=retry_if_exception_type(Unfit),
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        return again(lambda: read(self._answer(path, parameters, post=post)))

    def _answer(self, path: str, parameters: Mapping[str, str], *, post: bool) -> bytes:
        wait = self._last + self.interface.seconds_between_requests - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        self._last = time.monotonic()
        address = self.interface.address + path
        method = "POST" if post else "GET"
        try:
            with self._session.request(
                method,
                address,
                params=None if post else dict(parameters),
                data=dict(parameters) if post else None,
                timeout=TIMEOUTS,
                stream=True,
            ) as response:
                self._refuse(response)
                return self._body(response)
        except requests.RequestException as error:
            if _never_connected(error):
                raise NoAnswer(
                    f"{self.name} cannot be reached at {address}: is there a network? "
                    "Nothing was taken in; the same command tries again"
                ) from None
            raise Unfit(f"{self.name} broke off its answer ({type(error).__name__})") from None

    def _refuse(self, response: requests.Response) -> None:
        if response.status_code in BUSY:
            said = response.headers.get("Retry-After", "0")
            try:
                pause = Retry().parse_retry_after(said)
            except InvalidHeader:  # it says no time
                pause = 0
            raise Unfit(f"{self.name} is busy or out of order ({response.status_code})", pause)
        if not response.ok:
            words = " ".join(self._body(response).decode("utf-8", "replace").split())[:200]
            raise NoAnswer(
                f"{self.name} refuses the question ({response.status_code}): {printable(words)}"
            )

    def _body(self, response: requests.Response) -> bytes:
        parts, size = [], 0
        for part in response.iter_content(1 << 16):
            size += len(part)
            if size > LARGEST_EXPORT:
                raise NoAnswer(f"{self.name} sends more than {LARGEST_EXPORT:,} bytes at once")
            parts.append(part)
        return b"".join(parts)


def _pause(state: RetryCallState) -> float:
    """Twice as long each time, and as long as the interface asks for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.pause if isinstance(error, Unfit) else 0
    return min(max(FIRST_PAUSE * 2 ** (state.attempt_number - 1), asked), LONGEST_PAUSE)


def _never_connected(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
