"""A desk that is killed in any of its writes has saved an action whole, or has not begun it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import lxml.html
import pytest

from analysis.desk.desk import Desk
from analysis.files.lock import LOCK, settle
from analysis.files.writing import UNFINISHED
from tests.desk.asking import Asking
from tests.desk.conftest import STUDY
from tests.faults.interrupted import at_each_write

# One process: the moments of all actions are counted together.
pytestmark = pytest.mark.xdist_group("a desk that is killed")

MOMENTS = 50
WHEN = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TRIAL = "lorig-2008"
QUESTION = "non-headache-disability-post"


def sends(asking: Asking, path: str, action: str, **typed: str) -> None:
    """Open a page, fill in the form that goes to `action`, and send it as a browser would."""
    page = lxml.html.fromstring(asking.get(path).text)
    wanted = [
        form
        for form in page.forms
        if form.method == "POST" and form.action == action and typed.keys() - {"act"} <= names(form)
    ]
    assert wanted, (path, [form.action for form in page.forms])
    reply = asking.submit(action, {**dict(wanted[0].form_values()), **typed})
    assert reply.status_code == 200, reply.text


def names(form: lxml.html.FormElement) -> set[str]:
    return {field.get("name") for field in form.iter("input", "select", "textarea", "button")}


def screen(asking: Asking) -> None:
    sends(asking, "/screen/title-abstract", "/screen/title-abstract", decision="include")


def extract(asking: Asking) -> None:
    reply = asking.submit("/extract", {"study": STUDY})
    assert reply.status_code == 200


def fill_in(asking: Asking) -> None:
    form = f"/extract/{STUDY}/trial"
    sends(asking, form, form, **{"study.label": "Typed 2026", "source.url": "https://example.org"})


def verify(asking: Asking) -> None:
    form = f"/judge/verify/{TRIAL}"
    sends(asking, form, form, act="all")


def judge(asking: Asking) -> None:
    form = f"/judge/assess/{TRIAL}?tool=RoB+2&outcome=pain&timepoint=post"
    typed = {"judgement": "low", "support": "as they say", "act": "save"}
    sends(asking, form, f"{form}&domain=randomisation+process", **typed)


def decide(asking: Asking) -> None:
    form = f"/judge/certainty/{QUESTION}"
    sends(asking, form, form, levels="1", reason="few people", act="save")


ACTIONS: dict[str, tuple[Callable[[Asking], None], ...]] = {
    # What is killed, and before it what is done and not killed.
    "a decision": (screen,),
    "a trial begun": (extract,),
    "a trial filled in": (fill_in, extract),
    "numbers seen": (verify,),
    "a judgement": (judge,),
    "a certainty": (decide,),
}


@pytest.fixture(scope="module")
def moments() -> dict[str, int]:
    """How many moments each action was killed at."""
    return {}


def files(folder: Path) -> dict[str, bytes]:
    """What was saved, whenever that was; an order of reading can be made again.

    What a killed write leaves under a hidden name nobody reads, and the next writer removes it.
    """
    return {
        path.relative_to(folder).as_posix(): WHEN.sub(b"some day", path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name != LOCK
        and not path.name.endswith(UNFINISHED)
        and "rankings" not in path.parts
    }


@pytest.mark.parametrize("name", ACTIONS)
def test_killed_in_a_write_nothing_is_lost(
    name: str, data: Path, tmp_path: Path, moments: dict[str, int]
) -> None:
    action, *before = ACTIONS[name]
    for each in reversed(before):
        each(Asking(Desk(data)))
    start = files(data)
    copy, kept = tmp_path / "copy", tmp_path / "moments"
    shutil.copytree(data, copy)
    kept.mkdir()
    at_each_write(copy, kept, lambda: action(Asking(Desk(copy))))
    done = files(copy)
    assert done != start
    moments[name] = len(list(kept.iterdir()))
    for write in range(1, moments[name] + 1):
        shutil.rmtree(copy)
        (kept / str(write)).rename(copy)
        settle(copy)  # as whoever reads the data next
        left = files(copy)
        assert left in (start, done), f"killed at write {write}, {name} is half there"
        if left == start and write % 8 == 1:
            action(Asking(Desk(copy)))
            assert files(copy) == done


def test_it_was_killed_at_as_many_moments_as_meant(moments: dict[str, int]) -> None:
    assert moments.keys() == ACTIONS.keys()
    assert sum(moments.values()) >= MOMENTS, moments
