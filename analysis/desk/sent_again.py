"""What a person sent that could not be saved: shown, and sent again with one press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from analysis.desk.desk_page import TOKEN_FIELD
from analysis.desk.saving import SEEN


@dataclass(frozen=True)
class Field:
    """A field of a form as it was sent; `shown` in words for whoever filled it in."""

    name: str
    value: str

    @property
    def shown(self) -> str:
        """The name as words; blank for what nobody typed or chose."""
        return "" if self.name == SEEN or not self.value.strip() else self.name.split(".")[-1]


def sent_again(request: Request) -> dict[str, Any]:
    """What `error.html` says of a form: where it goes, its fields, and files to choose again."""
    form = getattr(request.state, "form", None)
    if not isinstance(form, FormData):
        return {"there": "", "fields": (), "files": False}
    items = [(name, value) for name, value in form.multi_items() if name != TOKEN_FIELD]
    query = f"?{request.url.query}" if request.url.query else ""
    return {
        "there": request.url.path + query,
        "fields": [Field(name, value) for name, value in items if isinstance(value, str)],
        "files": any(not isinstance(value, str) for _, value in items),
    }
