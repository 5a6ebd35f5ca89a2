"""A browser as the desk meets it, without a browser: its cookies, its origin, its forms."""

from __future__ import annotations

from typing import Any

import httpx2
import lxml.html
from starlette.testclient import TestClient

from analysis.desk.app import make_app
from analysis.desk.desk import Desk
from analysis.desk.desk_page import TOKEN_FIELD, form_token


def pressed_by_enter(page: str, action: str) -> dict[str, str | None]:
    """Of the form that goes there what Enter in a field presses: its first button, seen or not."""
    (form,) = (form for form in lxml.html.fromstring(page).forms if form.action == action)
    button = form.xpath(".//button")[0]
    return {name: button.get(name) for name in ("name", "value", "formaction")}


class Asking(TestClient):
    """Asks one desk, let in, as one person (blank: nobody has chosen).

    `get` as usual; `submit` posts a form as the desk's own pages do. Redirects are followed.
    """

    __test__ = False

    def __init__(self, desk: Desk, who: str = "anna") -> None:
        self.desk = desk
        address = f"http://127.0.0.1:{desk.port}"
        super().__init__(
            make_app(desk), base_url=address, headers={"Origin": address}, follow_redirects=True
        )
        self.cookies.set(desk.key_cookie, desk.token)
        if who:
            self.cookies.set(desk.who_cookie, who)

    def submit(
        self, path: str, fields: dict[str, Any] | None = None, **more: Any
    ) -> httpx2.Response:
        """POST a form with the desk's token; `more` as of httpx2, such as `files`."""
        sent = {TOKEN_FIELD: form_token(self.desk), **(fields or {})}
        return self.post(path, data=sent, **more)
