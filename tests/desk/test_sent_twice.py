"""A form that is sent twice, by a hurried hand or after the Back button, is kept once."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest

from analysis.versions.releases import releases
from tests.desk.asking import Asking
from tests.desk.test_release_desk import KEPT, TOLD

TRIAL = "lorig-2008"
DOMAIN = f"/judge/assess/{TRIAL}?tool=RoB+2&outcome=pain&timepoint=post"
CERTAINTY = "/judge/certainty/non-headache-disability-post"
# The page → what is typed into its form, beside the button that sends it.
FORMS = {
    f"{DOMAIN}&domain=randomisation+process": {"judgement": "low", "support": "as they say"},
    f"/judge/verify/{TRIAL}": {"act": "all"},
    CERTAINTY: {"domain": "risk of bias", "levels": "1", "reason": "few people", "act": "save"},
}


@pytest.mark.parametrize("path", FORMS)
def test_what_is_sent_twice_is_kept_once(path: str, client, data: Path) -> None:
    asking, typed = client(), FORMS[path]
    page = lxml.html.fromstring(asking.get(path).text)
    form = next(
        each
        for each in page.forms
        if each.method == "POST" and typed.keys() - {"act"} <= set(each.fields.keys())
    )
    sent = {**dict(form.form_values()), **typed}
    first = asking.submit(form.action, sent)
    saved = {each: each.read_bytes() for each in data.glob("*.csv")}
    again = asking.submit(form.action, sent)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.url == first.url
    assert saved == {each: each.read_bytes() for each in data.glob("*.csv")}
    # What somebody types otherwise is not taken for it.
    other = {name: "2" if name == "levels" else "high" for name in ("levels", "judgement")}
    if changed := {name: word for name, word in other.items() if name in sent}:
        assert asking.submit(form.action, {**sent, **changed}).status_code == 422


def test_a_release_that_is_sent_twice_is_one(client, changed: Path) -> None:
    asking: Asking = client()
    shown = asking.submit("/release/preview", TOLD)
    sent = {**TOLD, "seen": KEPT.findall(shown.text)[0]}
    before = len(releases(changed))
    for _ in range(2):
        assert f"Version {TOLD['name']} is released" in asking.submit("/release/make", sent).text
    assert len(releases(changed)) == before + 1
    # Somebody who takes the name for another version is not told that theirs is released.
    other = asking.submit("/release/make", {**sent, "trigger": "another search"})
    assert other.status_code == 422
    assert f"Version {TOLD['name']} is released" not in other.text
