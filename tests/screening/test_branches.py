"""Two people work on two branches, and git merges them."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.commands import options
from analysis.commands.command_line import app
from analysis.evidence.load import load
from analysis.screening.acceptance import accept
from analysis.screening.decision_files import decisions_path
from analysis.screening.decisions import Verdict, load_screening
from analysis.screening.extraction import compare
from analysis.screening.session import Session
from tests.evidence.folder import ROOT, DataFolder
from tests.screening.test_extraction import STUDY, extract, made_up_record

TITLES = "title-abstract"


class Repository:
    """A review in git: `data` is what is checked out."""

    def __init__(self, data: Path) -> None:
        self.root, self.data = data.parent, data
        shutil.copy(ROOT / ".gitattributes", self.root)
        shutil.copy(ROOT / ".gitignore", self.root)
        self("init", "-q", "-b", "main")
        self.commit("begin")

    def __call__(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def succeeds(self, *words: str) -> bool:
        return self.run(*words).returncode == 0

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        who = ["-c", "user.name=A. Person", "-c", "user.email=a.person@example.org"]
        return subprocess.run(
            ["git", *who, *words], cwd=self.root, capture_output=True, text=True, check=False
        )

    def commit(self, message: str) -> None:
        self("add", "-A")
        self("commit", "-q", "-m", message)

    def on(self, branch: str, start: str = "main") -> None:
        self("checkout", "-q", "-B", branch, start)

    def merge(self, *branches: str) -> list[str]:
        """Take branches into main one after another; the files in conflict, where there are any.

        Of the order last proposed to one person either branch's is kept: the next sitting
        writes it anew.
        """
        self("checkout", "-q", "main")
        for branch in branches:
            if self.succeeds("merge", "-q", "--no-edit", branch):
                continue
            conflicts = self("diff", "--name-only", "--diff-filter=U").split()
            if any(not name.startswith("data/searches/rankings/") for name in conflicts):
                return conflicts
            self("checkout", "--ours", "--", *conflicts)
            self.commit(f"{branch} merged")
        return []


@pytest.fixture
def git(data: Path, five, monkeypatch) -> Repository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setattr(options, "ROOT", data.parent)
    return Repository(data)


def decide(data: Path, who: str, words: dict[int, str], minute: int = 0) -> None:
    """Decide on records by their place among all, each a minute after the other."""
    session = Session(data, who)
    ids = sorted(session.library.records)
    for at, (place, word) in enumerate(words.items()):
        session._order.remove(ids[place])
        session._order.insert(0, ids[place])
        session.clock = lambda at=at: f"2026-11-21T08:{minute + at:02}:00Z"  # type: ignore[misc]
        session.decide(word, criterion="design" if word == "exclude" else "")


def decisions(data: Path) -> Counter[tuple[str, str]]:
    """Every line of decisions that stands in the files, by person."""
    return Counter(
        (path.stem, line)
        for path in sorted((data / "screening").iterdir())
        for line in path.read_text(encoding="utf-8").splitlines()[1:]
    )


def check(data: Path) -> str:
    found = CliRunner().invoke(app, ["check"])
    return found.output + str(found.exception or "")


def test_two_people_screen_and_extract_on_two_branches(git, data: Path) -> None:
    made: Counter[tuple[str, str]] = Counter()
    for who, last in (("anna", "include"), ("ben", "exclude")):
        git.on(who)
        decide(data, who, dict.fromkeys(range(4), "include") | {4: last})
        extract(data, made_up_record(), who, mean_control="5.0" if who == "anna" else "5.1")
        made += decisions(data)
        git.commit(f"{who} screened and extracted")
    assert git.merge("anna", "ben") == []
    assert decisions(data) == made
    verdicts = Counter(load_screening(data).verdicts(TITLES).values())
    assert verdicts == {Verdict.YES: 4, Verdict.CONFLICT: 1}
    (difference,) = compare(data, *(data / "extraction" / STUDY / who for who in ("anna", "ben")))
    assert (difference.column, difference.first, difference.second) == (
        "mean_control",
        "5.0",
        "5.1",
    )
    assert "The evidence is valid" in check(data)


def test_one_person_decides_on_two_branches_from_the_first_decision_on(git, data: Path) -> None:
    """The file comes into being on both, and then grows on both."""
    made: Counter[tuple[str, str]] = Counter()
    for turn in range(2):
        for place, branch in enumerate(("desk", "train")):
            git.on(branch)
            before = decisions(data) if turn else Counter()
            decide(data, "anna", {2 * turn + place: "include"}, minute=10 * turn + place)
            made += decisions(data) - before
            git.commit(f"on the {branch}")
        assert git.merge("desk", "train") == []
        assert decisions(data) == made
    assert len(load_screening(data).labels(TITLES, "anna")) == 4
    assert load_screening(data).apart(TITLES) == {}


def test_a_decision_that_both_branches_have_is_one(git, data: Path) -> None:
    """As where a commit was picked from the other branch before both were merged."""
    for branch, words in (("desk", {0: "include", 1: "exclude"}), ("train", {0: "include"})):
        git.on(branch)
        decide(data, "anna", words)
        git.commit(f"on the {branch}")
        decide(data, "anna", {2 if branch == "desk" else 3: "unsure"}, minute=9)
        git.commit(f"more on the {branch}")
    assert git.merge("desk", "train") == []
    found = load_screening(data).decisions
    assert [d.decision for d in found] == ["include", "exclude", "unsure", "unsure"]


def test_two_trials_are_accepted_on_two_branches(git, data: Path) -> None:
    before = load(data)
    for study in ("andersson-2026", "zetterqvist-2026"):
        git.on(study)
        other = replace(
            made_up_record(), authors=study.split("-")[0].title(), doi=f"10.1000/{study}"
        )
        accept(data, *(extract(data, other, who, study) for who in ("anna", "ben")))
        git.commit(f"{study} accepted")
    assert git.merge("andersson-2026", "zetterqvist-2026") == []
    after = load(data)
    new = {row.study_id for row in after.outcomes} - {row.study_id for row in before.outcomes}
    assert new == {"andersson-2026", "zetterqvist-2026"}
    assert [row for row in after.outcomes if row.study_id not in new] == list(before.outcomes)
    assert len(after.trials) == len(before.trials) + 2


def test_a_number_corrected_on_two_branches_is_named_with_both_values(git, data: Path) -> None:
    row = "dear-2013.pain.post.1"
    for branch, mean in (("anna", "4.2"), ("ben", "4.3")):
        git.on(branch)
        DataFolder(data).edit("outcomes.csv", row, mean_intervention=mean)
        git.commit(f"{mean} it is")
    line = DataFolder(data).line_of("outcomes.csv", row)
    assert git.merge("anna", "ben") == ["data/outcomes.csv"]
    said = check(data)
    assert f"outcomes.csv:{line}: mean_intervention: " in said
    assert f"two values for {row!r}, '4.2' in 'HEAD', '4.3' in 'ben'" in said


@pytest.mark.parametrize("who", ["anna", "consensus"])
def test_a_record_decided_on_two_branches_is_named_with_both_decisions(
    git, data: Path, who: str
) -> None:
    for screener in ("anna", "ben"):
        decide(data, screener, {0: "include" if screener == "ben" or who == "anna" else "exclude"})
    if who == "anna":
        decisions_path(data, "anna").unlink()
    git.commit("a conflict")
    for minute, (branch, word) in enumerate((("desk", "include"), ("train", "exclude"))):
        git.on(branch)
        decide(data, who, {0: word}, minute=10 + minute)
        git.commit(f"{word} on the {branch}")
    assert git.merge("desk", "train") == []
    (conflict,) = [line for line in check(data).splitlines() if line.startswith("conflict: ")]
    assert (
        f"decision: {who} at 2026-11-21T08:10:00Z include, "
        f"{who} at 2026-11-21T08:11:00Z exclude; "
        f"criterion: {who} at 2026-11-21T08:10:00Z (blank), "
        f"{who} at 2026-11-21T08:11:00Z design" in conflict
    )
    assert [*load_screening(data).verdicts(TITLES).values()].count(Verdict.CONFLICT) == 1
    decide(data, "consensus", {0: "exclude"}, minute=20)
    assert "conflict: " not in check(data)
    assert [*load_screening(data).verdicts(TITLES).values()].count(Verdict.NO) == 1


def test_rows_that_are_corrected_are_not_merged_line_by_line(git) -> None:
    """A union there would keep both branches' versions of a row."""
    files = ["data/screening/anna.csv", "data/outcomes.csv", "data/searches/duplicates.csv",
             "data/extraction/a-2026/anna/outcomes.csv", "data/extraction/a-2026/differences.csv",
             "data/searches/2026-11-20/medline.ris"]  # fmt: skip
    said = git("check-attr", "merge", "text", "--", *files).splitlines()
    merged = [line.split(":")[0] for line in said if line.endswith("merge: union")]
    assert merged == ["data/screening/anna.csv"]
    # As received, byte by byte: its checksum is on record.
    assert "data/searches/2026-11-20/medline.ris: text: unset" in said
