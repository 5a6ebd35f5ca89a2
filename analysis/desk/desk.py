"""What a desk knows: whose data, which token lets in, who works, and what is still to be said."""

from __future__ import annotations

import secrets
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

from starlette.datastructures import FormData
from starlette.requests import Request

from analysis.desk import PORT
from analysis.desk.background import OneAtATime
from analysis.desk.kept_evidence import KeptEvidence
from analysis.desk.sittings import Sittings
from analysis.evidence.rows import Evidence
from analysis.files.checkout import Checkout, checkout_of
from analysis.files.slugs import is_one_person

ADDRESS = "127.0.0.1"
# Another name may be made to lead here, by whoever owns it (DNS rebinding).
NAMES = (ADDRESS, "localhost")
YES = "yes"


@dataclass(frozen=True)
class Desk:
    """One desk: a folder of data as pages on this machine.

    `commits`: whether each action is a commit. `debug`: tracebacks in the terminal.
    """

    data: Path
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    commits: bool = False
    port: int = PORT
    debug: bool = False
    who: str = ""
    # Seconds until a page of something that is being worked out says so.
    patience: float = 0.5
    # Why the latest action is saved but not committed; nothing where it is.
    not_committed: list[str] = field(default_factory=list, repr=False)
    # matplotlib draws one figure at a time.
    drawing: threading.Lock = field(default_factory=threading.Lock, repr=False)
    # Person → sentences that the next page shows.
    to_say: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list), repr=False)

    # The version that is being released.
    releasing: OneAtATime[object] = field(default_factory=OneAtATime, repr=False)

    # Who screens what, with the records that all of them share; and the evidence as it is.
    sittings: Sittings = field(init=False, repr=False)
    evidence: KeptEvidence = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sittings", Sittings(self.data))
        object.__setattr__(self, "evidence", KeptEvidence(self.data))

    @cached_property
    def checkout(self) -> Checkout | None:
        """The git checkout that keeps the data; None where none does."""
        return checkout_of(self.data)

    @property
    def hosts(self) -> tuple[str, ...]:
        """What the Host header may say."""
        return tuple(f"{name}:{self.port}" for name in NAMES)

    # Cookies do not tell ports apart: two desks on one machine have one each.
    @property
    def key_cookie(self) -> str:
        return f"desk-{self.port}"

    @property
    def who_cookie(self) -> str:
        return f"desk-{self.port}-who"

    @property
    def commits_cookie(self) -> str:
        return f"desk-{self.port}-commits"

    @property
    def address(self) -> str:
        """The address that lets in; the first page forgets the token."""
        return f"http://{ADDRESS}:{self.port}/?token={self.token}"


class NobodyChosen(Exception):
    """A page that needs to know who works was asked for before anybody said so."""


def desk_of(request: Request) -> Desk:
    return cast(Desk, request.app.state.desk)


def evidence_of(request: Request) -> Evidence:
    """The evidence of the desk's folder as it is at this moment."""
    return desk_of(request).evidence.now()


def form_of(request: Request) -> FormData:
    """What a POST sent, whose token was looked at."""
    return cast(FormData, request.state.form)


def who_of(request: Request) -> str:
    """Who works; NobodyChosen, which leads to the page that asks, where nobody has said."""
    if who := known_who(request):
        return who
    raise NobodyChosen


def known_who(request: Request) -> str:
    """Who works, blank where nobody has said; `consensus` is no person."""
    desk = desk_of(request)
    who = request.cookies.get(desk.who_cookie, desk.who)
    return who if is_one_person(who) else ""


def commits_wanted(request: Request) -> bool:
    """Whether each action is to be a commit: as the person chose, else as the desk was opened."""
    desk = desk_of(request)
    chosen = request.cookies.get(desk.commits_cookie, YES if desk.commits else "") == YES
    return chosen and desk.checkout is not None


def tell(request: Request, sentence: str) -> None:
    """Let the next page that this person sees begin with a sentence."""
    desk_of(request).to_say[known_who(request)].append(sentence)
