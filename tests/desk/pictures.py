"""The pictures of DESK.md, taken at a desk: `./review -m tests.desk.pictures`.

Each desk as it stands in the middle of the day of `tests.desk.day`, whose records, trial and
people are made up.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tests.desk import day
from tests.site.browser import chromium

FOLDER = day.ROOT / ".github" / "desk"
GUIDE = day.ROOT / "DESK.md"
SIZE = {"width": 1280, "height": 800}


def taken(browser: Browser, data: Path) -> Iterator[tuple[str, bytes]]:
    """Name and picture of each desk, as somebody sees it who has work there."""
    with day.desk_on(data) as address:
        anna = day.Person.sits_down(browser, address, "anna")
        ben = day.Person.sits_down(browser, address, "ben")
        anna.page.set_viewport_size(SIZE)
        yield "home", _picture(anna, "/")
        yield "screen", _picture(anna, "/screen/title-abstract")
        for person in (anna, ben):
            person.screens("title-abstract")
        anna.settles("title-abstract")
        anna.screens("retrieval")
        for person in (anna, ben):
            person.screens("full-report")
        anna.extracts(day.PAIN)
        form = f"/extract/{day.STUDY}/result/{day.STUDY}.pain.post.1"
        yield "extract", _picture(anna, form, "#numbers")
        ben.extracts({**day.PAIN, "sd_control": day.TYPED_BY_BEN})
        yield "settle", _picture(anna, f"/extract/{day.STUDY}/both")
        anna.presses("Take what anna read")
        anna.presses("Take what the two agree on into the evidence")
        query = "tool=RoB+2&outcome=pain&timepoint=post"
        yield "judge", _picture(anna, f"/judge/assess/{day.STUDY}?{query}")
        yield "certainty", _picture(anna, "/judge/certainty/non-headache-pain-post")
        yield "release", _picture(anna, "/release")


def _picture(person: day.Person, path: str, first: str = "body") -> bytes:
    page = person.opens(path)
    # What takes a while is shown once it is there.
    page.get_by_role("heading", name="Working out").wait_for(state="detached")
    page.locator(first).evaluate("element => element.scrollIntoView()")
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def in_the_guide() -> set[str]:
    """The pictures that DESK.md shows."""
    return set(re.findall(r"\(\.github/desk/(\w+)\.png\)", GUIDE.read_text(encoding="utf-8")))


def main() -> None:
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        data = day.begin(Path(name))
        FOLDER.mkdir(parents=True, exist_ok=True)
        for picture, content in taken(browser, data):
            (FOLDER / f"{picture}.png").write_bytes(content)


if __name__ == "__main__":
    main()
