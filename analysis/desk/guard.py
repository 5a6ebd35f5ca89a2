"""Who may ask the desk for anything, and what a browser may do with an answer.

Any page that the person has open elsewhere can send requests to this machine too. So an answer
needs the token, which only the address in the terminal has; the desk answers to its own names
only; and what changes anything must come from one of its own forms.
"""

from __future__ import annotations

import asyncio
import hmac
import sys
import traceback
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analysis.desk.desk import Desk
from analysis.desk.desk_page import TOKEN_FIELD, form_token, page
from analysis.desk.sent_again import is_saved, sent_again
from analysis.files.problems import system_errors_as_sentences

LARGEST_FORM = 1_000_000  # bytes
LARGEST_UPLOAD = 64_000_000
MOST_FIELDS = 5_000
MOST_FILES = 20
PATIENCE = 20.0  # seconds for the next part of what is sent
LOOK = "/static/desk.css"  # of the page that refuses too
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with that a browser says of its own forms that they come from nowhere.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SENTENCES = {
    400: "This could not be understood as a form of the desk.",
    403: "Open the desk with the whole address that the terminal shows, in a browser that keeps "
    "its cookies: here the key is missing, or is that of a desk that has ended.",
    404: "There is no such page at the desk.",
    405: "This page cannot be asked for in that way.",
    408: "What was sent did not arrive in time. Nothing was saved.",
    411: "What was sent does not say how long it is. Nothing was saved.",
    413: "What was sent is larger than the desk takes. Nothing was saved.",
    421: "The desk answers to the address that the terminal shows, and to no other name.",
    500: "The desk could not do this. What was saved before is safe; nothing was half saved.",
}
NOT_OURS = "This was not sent by a form of this desk. Nothing was saved."
OLDER = (
    "This form is from before the desk was opened, so nothing was saved yet. If what stands below "
    "is what you typed, send it again."
)
NOT_SHOWN = "The desk could not do what comes after the save."

Handler = Callable[[Request], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class Guard:
    """In front of every page: refuses, limits, and adds the headers that hold a browser back.

    A response that states a header of HEADERS itself keeps its own.
    """

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app, self.desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        request = Request(scope, receive)
        try:
            reply = self._refused_or_let_in(request) or self.app
        except HTTPException as refused:
            await error_page(request, refused, inside=False)(scope, receive, answer)
            return
        try:
            await reply(scope, _limited(request, receive), answer)
        except HTTPException as refused:
            await error_page(request, refused)(scope, receive, answer)
        except Exception:
            if self.desk.debug:
                traceback.print_exc(file=sys.stderr)
            if begun:
                raise
            await error_page(request, HTTPException(500))(scope, receive, answer)

    def _refused_or_let_in(self, request: Request) -> Response | None:
        """What answers instead of the page; None where the page itself may."""
        desk = self.desk
        if request.headers.get("host", "") not in desk.hosts:
            raise HTTPException(421)
        if request.method == "POST" and not _is_same_origin(request):
            raise HTTPException(403, NOT_OURS)
        if request.url.path == LOOK:
            return None
        if request.method == "GET" and (token := request.query_params.get("token")):
            if not _same(token, desk.token):
                raise HTTPException(403)
            return _let_in(request, desk)
        if not _same(request.cookies.get(desk.key_cookie, ""), desk.token):
            raise HTTPException(403)
        return None


def error_page(request: Request, error: HTTPException, inside: bool = True) -> Response:
    """One sentence on what went wrong, in the desk's look; to who is not let in nothing else."""
    status = error.status_code
    stated = error.detail if error.detail in (NOT_OURS, OLDER) else ""
    sentence = stated or SENTENCES.get(status, error.detail)
    if is_saved(request) and status == 500:
        sentence = NOT_SHOWN
    # What is refused before it is read, the browser alone still has.
    unread = request.method == "POST" and not hasattr(request.state, "form")
    of_nobody = {} if inside else {"who": "", "desks": [], "review": "The desk", "kept": ""}
    return page(
        request, "error.html", status=status, sentence=sentence, problems=[],
        inside=inside, typed_there=unread and not stated, **sent_again(request, stated == OLDER),
        **of_nobody,
    )  # fmt: skip


def from_our_form(handler: Handler) -> Endpoint:
    """The handler in a worker thread; of a POST only with the token of a form of this desk."""

    async def guarded(request: Request) -> Response:
        if request.method == "POST":
            async with request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES) as form:
                given = form.get(TOKEN_FIELD, "")
                own = form_token(request.app.state.desk)
                if not given or not isinstance(given, str):
                    raise HTTPException(403, NOT_OURS)
                request.state.form = form
                if not _same(given, own):
                    raise HTTPException(403, OLDER)
                return await run_in_threadpool(said, request)
        return await run_in_threadpool(said, request)

    def said(request: Request) -> Response:
        with system_errors_as_sentences():
            return handler(request)

    return guarded


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _is_same_origin(request: Request) -> bool:
    """Whether a page of this desk sent it, as the browser says of every POST."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if origin is not None and origin != f"http://{request.headers['host']}":
        return False
    return site == "same-origin" if site is not None else origin is not None


def _let_in(request: Request, desk: Desk) -> Response:
    """Keep the token in a cookie, and out of the address."""
    asked = parse_qs(request.url.query)
    rest = urlencode([(k, v) for k, vs in asked.items() if k != "token" for v in vs])
    # Two slashes would begin the name of another host.
    path = "/" + request.url.path.lstrip("/")
    reply = RedirectResponse(f"{path}?{rest}" if rest else path, status_code=303)
    reply.set_cookie(desk.key_cookie, desk.token, httponly=True, samesite="strict")
    return reply


def _limited(request: Request, receive: Receive) -> Receive:
    """What is sent, part by part, as long as it is neither too much nor too slow."""
    kind = request.headers.get("content-type", "")
    most = LARGEST_UPLOAD if kind.startswith("multipart/form-data") else LARGEST_FORM
    if "transfer-encoding" in request.headers:  # browsers say how long a form is
        raise HTTPException(411)
    stated = request.headers.get("content-length", "0")
    if not stated.isdecimal() or int(stated) > most:
        raise HTTPException(413)
    got = 0

    async def limited() -> Message:
        nonlocal got
        if got < 0:  # all is there: what comes next says that the browser has gone
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), PATIENCE)
        except TimeoutError:
            raise HTTPException(408) from None
        got += len(message.get("body", b""))
        if got > most:
            raise HTTPException(413)
        if not message.get("more_body", False):
            got = -1
        return message

    return limited
