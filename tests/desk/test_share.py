"""Share: a bare remote and two clones, and what two people see who share at the desk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.desk import sharing
from analysis.desk.desk import Desk
from analysis.desk.sharing import Sharing, sharing_of
from analysis.evidence.load import load
from analysis.files.checkout import checkout_of
from analysis.screening.decision_files import Decision, add_decisions, decisions_path
from analysis.searching.library import load_library
from tests.desk.asking import Asking
from tests.desk.repositories import Repository, Team, repository, team
from tests.evidence.folder import DataFolder

ROW = "dear-2013.pain.post.1"


@pytest.fixture
def two(data: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    return team(data)


def at_desk(clone: Repository) -> Asking:
    who = "ben" if clone.root.name == "ben" else "anna"
    return Asking(Desk(clone.data, debug=True), who)


def share(clone: Repository, **fields: str) -> str:
    """What the page says after the button, as text."""
    return text_of(at_desk(clone).submit("/share", fields).text)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace(" .", ".")


def decide(clone: Repository, who: str, words: dict[int, str]) -> None:
    library = load_library(clone.data)
    ids = sorted(library.records)
    made = [
        Decision(
            ids[place], "title-abstract", word, "design" if word == "exclude" else "", "", who,
            f"2026-11-23T08:0{place}:00Z",
        )
        for place, word in words.items()
    ]  # fmt: skip
    add_decisions(clone.data, library, made)


def edit(clone: Repository, row: str = ROW, **cells: str) -> None:
    DataFolder(clone.data).edit("outcomes.csv", row, **cells)


def commit(clone: Repository, **cells: str) -> None:
    edit(clone, **cells)
    clone.commit()


def send(clone: Repository, **cells: str) -> None:
    commit(clone, **cells)
    share(clone)


def cell(clone: Repository, column: str, row: str = ROW) -> str:
    folder = DataFolder(clone.data)
    rows = folder.rows("outcomes.csv")
    return rows[folder.line_of("outcomes.csv", row) - 1][rows[0].index(column)]


def test_what_came_in_is_said_in_words(two: Team) -> None:
    decide(two.ben, "ben", {2: "include", 6: "exclude", 7: "exclude"})
    edit(two.ben, mean_intervention="4.2")
    two.ben.commit("ben: decided")
    assert "1 commit." in share(two.ben)
    decide(two.anna, "anna", {6: "include"})
    two.anna.commit("anna: decided")
    said = share(two.anna)
    assert "ben decided on 3 records (titles and abstracts): 2 exclude and 1 include." in said
    assert "1 row of outcomes changed: dear-2013.pain.post.1, mean_intervention: " in said
    assert "became '4.2'" in text_of(said.replace("&#39;", "'"))
    assert two.anna.status == []
    assert "anna decided on 1 record (titles and abstracts): 1 include." in share(two.ben)
    assert two.ben("rev-parse", "HEAD") == two.anna("rev-parse", "HEAD")
    assert load(two.ben.data).outcomes == load(two.anna.data).outcomes


def test_nothing_to_share_is_said(two: Team) -> None:
    before = two.anna("rev-parse", "HEAD")
    said = share(two.anna)
    assert "the others have shared nothing new" in said
    assert "the others have all that is here" in said
    assert two.anna("rev-parse", "HEAD") == before


def test_changes_are_committed_with_consent_only(two: Team) -> None:
    edit(two.anna, mean_intervention="4.2")
    decide(two.anna, "anna", {6: "include"})
    shown = at_desk(two.anna).get("/share").text
    assert "<li>What anna decided on records</li>" in shown
    assert ".csv" not in shown
    before = two.anna.status
    said = share(two.anna)
    assert "changes that are not shared yet (2 files)" in said
    assert "Nothing was sent." in said
    assert two.anna.status == before
    assert "1 commit." in share(two.anna, consent="yes")
    assert two.anna.log[0] == "anna: changes in outcomes.csv, anna.csv"
    assert two.anna.status == []


def test_two_cells_of_one_row_both_hold_without_a_question(two: Team) -> None:
    send(two.ben, mean_intervention="4.2")
    commit(two.anna, sd_intervention="1.7")
    assert "1 row of outcomes changed" in share(two.anna)
    assert (cell(two.anna, "mean_intervention"), cell(two.anna, "sd_intervention")) == (
        "4.2",
        "1.7",
    )
    assert two.anna.status == []


@pytest.mark.parametrize(("choice", "holds"), [("mine", "4.3"), ("theirs", "4.2")])
def test_two_values_of_one_cell_are_shown_and_chosen(two: Team, choice: str, holds: str) -> None:
    send(two.ben, mean_intervention="4.2")
    commit(two.anna, mean_intervention="4.3")
    before = two.anna("rev-parse", "HEAD")
    asked = at_desk(two.anna).submit("/share")
    said = text_of(asked.text)
    assert asked.status_code == 409
    assert f"data/outcomes.csv: {ROW}, mean_intervention" in said
    assert re.search(r"Here: 4\.3 Anna Person, \d+ \w+ \d{4}", said)
    assert re.search(r"From the others: 4\.2 Ben Person, \d+ \w+ \d{4}", said)
    # Who leaves it there has changed nothing.
    assert (two.anna("rev-parse", "HEAD"), two.anna.status) == (before, [])
    assert cell(two.anna, "mean_intervention") == "4.3"
    seen = re.search(r'name="seen" value="(\w+)"', asked.text)
    field = re.search(r'name="(data/outcomes.csv:\d+)" value="mine"', asked.text)
    assert seen and field
    assert "2 commits." in share(two.anna, **{"seen": seen[1], field[1]: choice})
    assert cell(two.anna, "mean_intervention") == holds
    share(two.ben)
    assert cell(two.ben, "mean_intervention") == holds
    assert two.ben.status == two.anna.status == []


def test_a_choice_is_of_what_was_shown(two: Team) -> None:
    send(two.ben, mean_intervention="4.2")
    commit(two.anna, mean_intervention="4.3")
    asking = at_desk(two.anna)
    shown = asking.submit("/share").text
    fields = {name: "theirs" for name in re.findall(r'name="(data/[^"]+)" value="mine"', shown)}
    send(two.ben, mean_intervention="4.9")
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen
    again = asking.submit("/share", {"seen": seen[1], **fields})
    assert again.status_code == 409
    assert "4.9" in again.text
    assert cell(two.anna, "mean_intervention") == "4.3"


def test_text_and_whole_files_are_chosen_too(two: Team) -> None:
    for clone, word in ((two.ben, "bens"), (two.anna, "annas")):
        (clone.root / "notes.md").write_text(f"A heading\n\n{word}\n\nThe end\n", encoding="utf-8")
        (clone.root / "image.png").write_bytes(b"\x89PNG\xff\0" + word.encode())
        clone.commit()
    share(two.ben)
    shown = at_desk(two.anna).submit("/share").text
    names = re.findall(r'name="([^"]+:\d+)" value="mine"', shown)
    assert sorted(names) == ["image.png:0", "notes.md:0"]
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    assert seen
    share(two.anna, **{"seen": seen[1], "image.png:0": "theirs", "notes.md:0": "mine"})
    assert (two.anna.root / "image.png").read_bytes().endswith(b"bens")
    assert (two.anna.root / "notes.md").read_text(encoding="utf-8").splitlines()[2] == "annas"
    assert two.anna.status == []


def test_somebody_faster_is_no_trouble(two: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(two.ben, "ben", {2: "include"})
    two.ben.commit("ben: include")
    decide(two.anna, "anna", {6: "include"})
    two.anna.commit("anna: include")
    push = Sharing.push
    turns = [two.ben]

    def after_ben(own: Sharing) -> bool:
        if turns:
            turns.pop()("push", "-q", "origin", "HEAD:main")
        return push(own)

    monkeypatch.setattr(Sharing, "push", after_ben)
    said = share(two.anna)
    assert "ben decided on 1 record" in said
    assert "2 commits." in said
    assert "anna: include" in two.anna("log", "--format=%s", "origin/main")


def no_remote(two: Team) -> None:
    two.anna("remote", "remove", "origin")


def no_place(two: Team) -> None:
    shutil.rmtree(two.there)


def no_network(two: Team) -> None:
    two.anna("remote", "set-url", "origin", "https://nowhere.invalid/review.git")


def no_branch(two: Team) -> None:
    two.anna("checkout", "-q", "--detach")


def merging(two: Team) -> None:
    (two.anna.root / ".git/MERGE_HEAD").write_text(two.anna("rev-parse", "HEAD"), encoding="utf-8")


def hook_refuses(two: Team) -> None:
    hook = two.there / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho only on weekdays >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)


@pytest.mark.parametrize(
    ("hinder", "why"),
    [
        (no_remote, "this checkout has no remote"),
        (no_place, "cannot be reached"),
        (no_network, "cannot be reached"),
        (no_branch, "no branch is checked out"),
        (merging, "a merge is not finished"),
        (hook_refuses, "only on weekdays"),
    ],
)
def test_what_hinders_is_one_sentence_and_changes_nothing(
    two: Team, hinder: Callable[[Team], None], why: str
) -> None:
    decide(two.anna, "anna", {6: "include"})
    two.anna.commit("anna: include")
    hinder(two)
    before = two.anna("rev-parse", "HEAD"), two.anna.status
    shown = at_desk(two.anna).submit("/share")
    assert shown.status_code == 422
    assert why in text_of(shown.text).casefold()
    assert (two.anna("rev-parse", "HEAD"), two.anna.status) == before


@pytest.mark.parametrize("hinder", [no_place, hook_refuses])
def test_what_was_committed_with_consent_stands_where_the_rest_fails(
    two: Team, hinder: Callable[[Team], None]
) -> None:
    edit(two.anna, mean_intervention="4.2")
    hinder(two)
    said = share(two.anna, consent="yes")
    assert "is committed here, and stands: changes in outcomes.csv." in said
    assert "Nothing was sent." in said
    assert two.anna.log[0] == "anna: changes in outcomes.csv"
    assert "committed here" not in share(two.anna, consent="yes")


def test_a_folder_without_git_says_so(data: Path, client) -> None:
    shown = client().get("/share")
    assert "is not kept in git" in shown.text
    assert "Share now" not in shown.text


def test_what_does_not_stand_together_is_taken_in_and_not_sent(two: Team) -> None:
    folder = DataFolder(two.ben.data)
    first, last = (folder.rows("outcomes.csv")[at] for at in (1, -1))
    folder.append("outcomes.csv", **dict(zip(folder.rows("outcomes.csv")[0], last, strict=True))
                  | {"row_id": "twice"})  # fmt: skip
    two.ben.commit()
    share(two.ben)
    there = two.anna("ls-remote", "origin", "main")
    mine = DataFolder(two.anna.data)
    header, *rows = mine.rows("outcomes.csv")
    twice = dict(zip(header, rows[0], strict=True)) | {"row_id": "twice"}
    mine.write("outcomes.csv", [header, [twice[name] for name in header], *rows])
    two.anna.commit()
    said = share(two.anna)
    assert "It was taken in and not sent" in said
    assert "twice" in said
    assert first[0] != last[0]
    assert two.anna("ls-remote", "origin", "main") == there


def test_a_share_cut_short_while_files_change_is_taken_back(two: Team) -> None:
    edit(two.ben, mean_intervention="4.2")
    (two.ben.root / "new.md").write_text("new\n", encoding="utf-8")
    (two.ben.data / "contrasts.csv").unlink()
    decide(two.ben, "ben", {2: "include"})
    two.ben.commit()
    two.ben("push", "-q", "origin", "main")
    own = sharing_of(checkout_of(two.anna.data))
    own.fetch()
    before, after = own.head(), own.fetched()
    # As git leaves it that is killed between two files.
    for name in ("data/outcomes.csv", "new.md"):
        shutil.copy(two.ben.root / name, two.anna.root / name)
    (two.anna.data / "contrasts.csv").unlink()
    (two.anna.root / ".git" / sharing.RECORD).write_text(f"{before} {after}\n", encoding="utf-8")
    (two.anna.root / ".git/index.lock").touch()
    other_file = decisions_path(two.anna.data, "anna")
    other_file.write_text(other_file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    at_desk(two.anna).get("/share")
    assert own.head() == before
    assert two.anna.status == [" M data/screening/anna.csv"]
    assert not (two.anna.root / ".git" / sharing.RECORD).exists()


def test_the_first_share_brings_the_branch(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    made = repository(data)
    made("init", "-q", "--bare", "there.git")
    made("remote", "add", "origin", str(data.parent / "there.git"))
    (data.parent / ".git/info/exclude").write_text("there.git\n", encoding="utf-8")
    assert "1 commit." in share(made)
    assert made("ls-remote", "origin", "main").split()[0] == made("rev-parse", "HEAD").strip()
