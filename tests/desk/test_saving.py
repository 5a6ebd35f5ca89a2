"""What is saved, and what becomes a commit: the files of one action, and no other change."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from analysis.desk import who_desk
from analysis.desk.desk import Desk, form_of, tell
from analysis.desk.desk_page import go_to
from analysis.desk.saving import is_as_seen, save, seen
from analysis.files import checkout, lock
from analysis.files.lock import locked
from analysis.files.problems import ReviewError
from analysis.files.writing import UNFINISHED, write_atomically
from analysis.screening.decision_files import Decision, add_decisions, decisions_path
from analysis.searching.library import load_library
from tests.desk.asking import Asking
from tests.desk.repositories import Repository, repository

NAME = "data/screening/anna.csv"
SAVED = "Saved, but the latest action is not committed"


def include(request: Request) -> Response:
    """A desk's handler as they are written: one decision of whoever works."""
    form, data = form_of(request), request.app.state.desk.data
    record = str(form["record"])
    if record == "refused":
        save(request, _refuse, "nothing")
    made = Decision(record, "title-abstract", "include", "", "", "anna", "2026-11-22T08:00:00Z")
    save(request, lambda: add_decisions(data, load_library(data), [made]), f"include {record}")
    tell(request, f"Kept: {record}.")
    return go_to("/who")


def _refuse() -> None:
    raise ReviewError("a refusal in one sentence")


@pytest.fixture
def records(data: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records on which nobody has decided; the desk has a page that includes one."""
    route = Route("/include", include, methods=["POST"])
    monkeypatch.setattr(who_desk, "ROUTES", [*who_desk.ROUTES, route])
    return sorted(load_library(data).records)[6:]


@pytest.fixture
def git(data: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    return repository(data)


@pytest.fixture
def asking(git: Repository, client, records, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setattr(checkout, "A_MOMENT", 0.1)
    return client(desk=Desk(git.data, commits=True, debug=True))


def decided(data: Path, record: str) -> bool:
    return record in decisions_path(data, "anna").read_text(encoding="utf-8")


def test_an_action_is_one_commit_in_words(git: Repository, asking: Asking, records) -> None:
    shown = asking.submit("/include", {"record": records[0]})
    assert f"Kept: {records[0]}." in shown.text
    assert git.log == [f"anna: include {records[0]}", "begin"]
    assert git("log", "-1", "--format=%an").strip() == "A. Person"
    assert git.changed == [NAME]
    assert git.status == []
    assert f"Kept: {records[0]}." not in asking.get("/").text


def test_other_changes_stay_where_they_are(git: Repository, asking: Asking, records) -> None:
    outcomes = git.data / "outcomes.csv"
    outcomes.write_text(outcomes.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (git.data / "new.csv").write_text("a\n", encoding="utf-8")
    git("add", "data/outcomes.csv")
    before = git.status
    asking.submit("/include", {"record": records[0]})
    assert git.changed == [NAME]
    assert git.status == before == ["M  data/outcomes.csv", "?? data/new.csv"]


def test_what_others_left_in_the_same_file_is_not_committed_with_it(
    git: Repository, asking: Asking, records
) -> None:
    made = Decision(records[1], "title-abstract", "include", "", "", "anna", "2026-11-22T08:00:00Z")
    add_decisions(git.data, load_library(git.data), [made])
    shown = asking.submit("/include", {"record": records[0]})
    assert f"{SAVED}: {NAME} had changes before" in shown.text
    assert decided(git.data, records[0])
    assert git.log == ["begin"]


def hook_refuses(git: Repository) -> None:
    git.hook("pre-commit", "echo the numbers were not checked >&2; exit 1")


def index_is_locked(git: Repository) -> None:
    (git.root / ".git/index.lock").touch()


def no_branch(git: Repository) -> None:
    git("checkout", "-q", "--detach")


def merging(git: Repository) -> None:
    (git.root / ".git/MERGE_HEAD").write_text(git("rev-parse", "HEAD"), encoding="utf-8")


def nobody(git: Repository) -> None:
    git("config", "--unset", "user.name")
    git("config", "--unset", "user.email")
    git("config", "user.useConfigOnly", "true")


@pytest.mark.parametrize(
    ("hinder", "why"),
    [
        (hook_refuses, "the numbers were not checked"),
        (index_is_locked, "another git program is at work"),
        (no_branch, "no branch is checked out"),
        (merging, "a merge is not finished"),
        (nobody, "git does not know who you are"),
    ],
)
def test_what_git_refuses_is_saved_and_said(
    git: Repository, asking: Asking, records, hinder, why: str
) -> None:
    before = git("rev-parse", "HEAD")
    hinder(git)
    shown = asking.submit("/include", {"record": records[0]})
    assert SAVED in shown.text
    assert why in shown.text
    assert decided(git.data, records[0])
    assert git("rev-parse", "HEAD") == before
    assert git("--no-optional-locks", "diff", "--cached", "--name-only") == ""


def test_the_warning_goes_once_a_commit_succeeds(git: Repository, asking: Asking, records) -> None:
    hook_refuses(git)
    asking.submit("/include", {"record": records[0]})
    # What is refused meanwhile was not saved.
    assert SAVED not in asking.submit("/include", {"record": "refused"}).text
    (git.root / ".git/hooks/pre-commit").unlink()
    git.commit()
    shown = asking.submit("/include", {"record": records[1]})
    assert SAVED not in shown.text
    assert git.log[0] == f"anna: include {records[1]}"


def test_no_commit_where_none_is_wanted_or_git_keeps_nothing(data: Path, client, records) -> None:
    shown = client(desk=Desk(data, commits=True)).submit("/include", {"record": records[0]})
    assert decided(data, records[0])
    assert "in the folder of this review." in shown.text
    assert "commit" not in shown.text
    made = repository(data)
    asking = client(desk=Desk(data))
    asking.submit("/include", {"record": records[1]})
    assert made.log == ["begin"]
    asking.submit("/who", {"known": "anna", "commits": "yes"})
    made.commit()
    asking.submit("/include", {"record": records[0]})
    assert made.log[0] == f"anna: include {records[0]}"


def test_a_refusal_is_a_page_and_no_commit(git: Repository, asking: Asking, records) -> None:
    shown = asking.submit("/include", {"record": "refused"})
    assert shown.status_code == 422
    assert "a refusal in one sentence" in shown.text
    assert git.log == ["begin"]


def test_another_writer_that_takes_long_is_said(
    data: Path, client, records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.desk.saving.WAIT", 0.1)
    asking = client()
    with locked(data):
        shown = asking.submit("/include", {"record": records[0]})
    assert shown.status_code == 422
    assert "another command is writing" in shown.text
    assert not decided(data, records[0])
    assert asking.submit("/include", {"record": records[0]}).status_code == 200


def test_who_holds_the_data_may_take_the_lock_again(data: Path) -> None:
    left = data / f".a.csv.x{UNFINISHED}"
    with locked(data):
        with locked(data, wait=0):
            write_atomically(left, "a\n")
        assert left.is_file()
    assert Path(data / lock.LOCK).exists()


def test_a_form_knows_what_it_was_made_from() -> None:
    form = {"seen": seen("4.2", "post")}
    assert is_as_seen(form, "4.2", "post")  # type: ignore[arg-type]
    assert not is_as_seen(form, "4.3", "post")  # type: ignore[arg-type]
    assert not is_as_seen(form, "4.2post", "")  # type: ignore[arg-type]
    assert not is_as_seen({}, "4.2", "post")  # type: ignore[arg-type]
