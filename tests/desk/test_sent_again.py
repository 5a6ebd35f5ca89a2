"""What cannot be saved when it is sent is shown, and goes with one press once the cause is gone."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import lxml.html
import pytest

from analysis.desk import assessment_desk
from analysis.desk.desk import Desk
from analysis.desk.desk_page import TOKEN_FIELD
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.files import lock
from analysis.files.problems import EvidenceError
from analysis.screening.decision_files import decisions_path
from tests.desk.asking import Asking
from tests.desk.repositories import repository

PATH = "/screen/title-abstract"
NOTE = "typed & <b>precious</b>"


def typed(asking: Asking) -> dict[str, str]:
    """The form of the next record, with a decision and a note."""
    forms = lxml.html.fromstring(asking.get(PATH).text).forms
    (form,) = (form for form in forms if form.action == PATH)
    return {**dict(form.form_values()), "decision": "include", "note": NOTE}


def noted(data: Path) -> int:
    return decisions_path(data, "anna").read_text("utf-8").count(NOTE)


def sent_from(asking: Asking, page: str) -> int:
    """Press the button of a page that says that nothing was saved."""
    (form,) = lxml.html.fromstring(page).forms
    return asking.post(form.action, data=dict(form.form_values())).status_code


def test_what_cannot_be_saved_is_shown_and_sent_again(client, data: Path) -> None:
    asking, protocol = client(), data / "protocol.yml"
    sent, valid = typed(asking), protocol.read_text("utf-8")
    protocol.write_text(valid.replace("conditions:", "condition:", 1), encoding="utf-8")
    refused = asking.post(PATH, data=sent)
    assert refused.status_code == 422
    assert "conditions: Field required" in refused.text
    assert "typed &amp; &lt;b&gt;precious&lt;/b&gt;" in refused.text
    assert noted(data) == 0
    protocol.write_text(valid, encoding="utf-8")
    assert sent_from(asking, refused.text) == 200
    assert noted(data) == 1


def test_a_form_from_before_the_desk_was_opened_is_shown_and_sent_again(client, data: Path) -> None:
    asking = client()
    refused = asking.post(PATH, data={**typed(asking), TOKEN_FIELD: "of another"})
    assert (refused.status_code, noted(data)) == (403, 0)
    assert "from before the desk was opened" in refused.text
    assert sent_from(asking, refused.text) == 200
    assert noted(data) == 1


@pytest.mark.parametrize("fault", [EvidenceError.at(Path("studies.csv"), "broken"), KeyError(1)])
def test_what_was_saved_is_not_said_to_be_lost_where_the_page_after_it_fails(
    client, data: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """As where somebody's merge leaves its marks in a file while a form is on its way."""
    asking = client(desk=Desk(data, patience=60))
    study = next(iter(load(data).trials))
    (form,) = lxml.html.fromstring(asking.get(f"/judge/assess/{study}").text).forms
    sent = {**dict(form.form_values()), "judgement": "low", "support": NOTE, "act": "save"}
    read = iter([load(data)])

    def once(_: object) -> Evidence:
        for evidence in read:
            return evidence
        raise fault

    monkeypatch.setattr(assessment_desk, "evidence_of", once)
    shown = asking.post(form.action, data=sent)
    assert shown.status_code in (422, 500)
    assert "What you sent is saved" in shown.text
    assert "Nothing" not in shown.text
    assert lxml.html.fromstring(shown.text).forms == []
    assert sum(NOTE in path.read_text("utf-8") for path in data.glob("*.csv")) == 1


def test_a_form_that_will_never_be_taken_is_not_offered_again(client, data: Path) -> None:
    asking = client()
    row = load(data).outcomes[0]
    sent = {"row": row.row_id, "seen": "of before", "act": "take back", "support": NOTE}
    refused = asking.submit(f"/judge/verify/{row.study_id}", sent)
    assert (refused.status_code, "Nothing was done" in refused.text) == (422, True)
    page = lxml.html.fromstring(refused.text)
    assert page.forms == []
    assert [each.text for each in page.iter("dt")] == ["support"]
    assert NOTE in page.text_content()


def test_a_folder_that_can_only_be_read_is_said(
    client, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = client()
    sent = typed(asking)
    with monkeypatch.context() as patched:
        patched.setattr(lock.FileLock, "acquire", read_only)
        refused = asking.post(PATH, data=sent)
    assert refused.status_code == 422
    assert "can only be read: nothing can be saved there." in refused.text
    assert sent_from(asking, refused.text) == 200


def read_only(*_: object, **__: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


def test_what_git_does_not_keep_is_saved_all_the_same(
    data: Path, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git = repository(data)
    asking = client(desk=Desk(data, commits=True, debug=True))
    for number in (1, 2):
        sent = typed(asking)
        with monkeypatch.context() as patched:
            if number == 1:
                patched.setenv("PATH", str(git.root / "nothing"))
                why = "this machine has no git"
            else:
                shutil.rmtree(git.root / ".git")
                why = "the folder is no longer kept in git"
            shown = asking.post(PATH, data=sent)
            assert f"Saved, but the latest action is not committed: {why}." in shown.text
            assert why in asking.get("/share").text.lower()
        assert noted(data) == number
