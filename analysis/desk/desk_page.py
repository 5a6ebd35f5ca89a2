"""A page of the desk: a template, filled in, every text escaped."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from analysis.desk.desk import Desk, commits_wanted, desk_of, known_who
from analysis.files.problems import ReviewError
from analysis.formatting import counted
from analysis.protocol import load_protocol

HERE = Path(__file__).parent
TOKEN_FIELD = "form_token"


def templates() -> Environment:
    """The templates of all desks; a name that nobody filled in is an error."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["counted"] = counted
    return found


def page(request: Request, template: str, status: int = 200, **context: object) -> Response:
    """The template, which extends `base.html`, filled in.

    Besides `context` each has `who` (blank where nobody has chosen), `review` (its title), `desks`
    (name, address, whether it is this one) and `form_token()`, which every form needs; and
    `counted(3, "record")`.
    """
    desk, who = desk_of(request), known_who(request)
    shown = status == 200
    said = desk.to_say.pop(who, []) if shown else []
    content = request.app.state.templates.get_template(template).render(
        {
            "who": who,
            "review": _title(desk),
            "desks": [
                (name, address, _is_here(request.url.path, address))
                for name, address in request.app.state.desks
            ],
            "said": said,
            "kept": _where_saved(request, desk),
            # Of what was saved before: a page that refuses says nothing of it.
            "not_committed": desk.not_committed if shown and commits_wanted(request) else [],
            "form_token": lambda: token_field(desk),
            **context,
        }
    )
    return HTMLResponse(content, status_code=status)


def go_to(address: str) -> Response:
    """After a form was kept: the next page is asked for, so that to reload sends nothing again."""
    return RedirectResponse(address, status_code=303)


def form_token(desk: Desk) -> str:
    """What a form of this desk carries; no other site can read it."""
    return hmac.new(desk.token.encode(), b"form", hashlib.sha256).hexdigest()


def token_field(desk: Desk) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(
        TOKEN_FIELD, form_token(desk)
    )


def _title(desk: Desk) -> str:
    """What the review calls itself; the page that says what is wrong with it needs no title."""
    try:
        return load_protocol(desk.data / "protocol.yml").short_title
    except ReviewError:
        return "The review"


def _where_saved(request: Request, desk: Desk) -> str:
    if desk.checkout is None:
        return "Saved at once, in the folder of this review."
    if commits_wanted(request):
        return "Saved at once, each action as a commit. Share sends them to the others."
    return "Saved at once, in the folder of this review. Share sends it to the others."


def _is_here(path: str, address: str) -> bool:
    return path == address or (address != "/" and path.startswith(f"{address}/"))
