"""What a person sent that could not be saved: shown, and sent again with one press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from analysis.desk.desk_page import TOKEN_FIELD
from analysis.desk.saving import SEEN

# What a form says to the desk alone: nobody typed it.
INTERNAL = (
    *(SEEN, "act", "then", "take", "next", "file", "row", "record", "column", "first", "second"),
    *("n", "domain"),
)
# Of a field that somebody may type into, what it said when the form was shown.
WAS = "was."


@dataclass(frozen=True)
class Field:
    """A field of a form as it was sent; `shown` in words for whoever filled it in."""

    name: str
    value: str

    @property
    def shown(self) -> str:
        """The name as words; blank for what nobody typed or chose."""
        internal = self.name in INTERNAL or self.name.startswith(WAS)
        return "" if internal or not self.value.strip() else self.name.split(".")[-1]


def is_saved(request: Request) -> bool:
    """Whether what was sent is saved, and only what comes after it failed."""
    return getattr(request.state, "saved", False)


def sent_again(request: Request, again: bool) -> dict[str, Any]:
    """What `error.html` says of a form: where it goes, its fields, and files to choose again.

    `again`: whether the same form may be taken another time. One that is saved has nothing to send.
    """
    form = getattr(request.state, "form", None)
    saved = is_saved(request)
    if not isinstance(form, FormData) or saved:
        return {"there": "", "fields": (), "files": False, "again": False, "saved": saved}
    items = [(name, value) for name, value in form.multi_items() if name != TOKEN_FIELD]
    query = f"?{request.url.query}" if request.url.query else ""
    return {
        "there": request.url.path + query,
        "fields": [Field(name, value) for name, value in items if isinstance(value, str)],
        "files": any(not isinstance(value, str) for _, value in items),
        "again": again,
        "saved": False,
    }
