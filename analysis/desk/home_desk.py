"""The first page: what waits for whom."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk.desk_page import page


async def home(request: Request) -> Response:
    return page(request, "home.html")


ROUTES = [Route("/", home)]
