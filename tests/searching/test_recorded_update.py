from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.commands import command_line, options, review
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.synthesis.synthesise import synthesise_all
from analysis.versions.releases import read_states, releases
from tests.evidence.folder import DATA, REVIEW
from tests.publishing.project import write_results
from tests.searching.last_version import go_back, last_version
from tests.searching.recorded_update import MADE_UP, PAGE, ROOT, STUDY, TITLE, page, story
from tests.searching.steps import FIRST_LINES, LAST_LINES, WIDTH, Done, Step, code_block

pytestmark = pytest.mark.xdist_group("recorded update")  # carried out by one worker

CELL = "non-headache.pain.post"
OWN_DATA = ("search", "screen", "agreement", "extract", "verify")
# What these print depends on the evidence, which moves on, or on a build.
MOVES_ON = ("update", "search flow", "check", "verify", "release", "diff")


def frozen(folder: Path) -> Path:
    """A folder with a copy of the frozen review's data and references."""
    shutil.copytree(DATA, folder / "data")
    shutil.copy(REVIEW / "references.bib", folder)
    return folder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return frozen(tmp_path_factory.mktemp("update"))


@pytest.fixture(scope="module")
def told(root: Path) -> tuple[Done, ...]:
    """The whole update, run in this process on the copy; no book is built."""
    return run_all(root, story(root / "data"))


def run_all(root: Path, steps: tuple[Step, ...]) -> tuple[Done, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setattr(options, "ROOT", root)
        patch.setattr(review, "_build", lambda jobs: publish_results(root))
        patch.setenv("COLUMNS", str(WIDTH))
        return tuple(run_here(root, step) for step in steps)


def publish_results(root: Path) -> None:
    """What a build leaves for the comparison of versions."""
    write_results(root / "results", synthesise_all(load(root / "data")))


def words(step: Step) -> list[str]:
    """The step's command as the command line takes it."""
    return shlex.split(step.command.removeprefix("./review "))


def run_here(root: Path, step: Step) -> Done:
    if step.by_hand:
        step.by_hand(root)
    arguments = words(step)
    if arguments[0] in OWN_DATA:
        arguments += ["--data", "data"]
    result = CliRunner().invoke(command_line.app, arguments)
    assert result.exit_code == step.code, (step.command, result.output, result.exception)
    return Done(step, result.output, 0.0, 0.0)


def said(told: tuple[Done, ...], command: str) -> str:
    """What the last step that begins so printed."""
    return [done.said for done in told if " ".join(words(done.step)).startswith(command)][-1]


def test_two_hundred_records_lose_their_duplicates(told: tuple[Done, ...]) -> None:
    taken_in = told[0].said
    hits = [int(number) for number in re.findall(r": (\d+) records read,", taken_in)]
    (reports,) = re.findall(r"(\d+) different reports after deduplication", taken_in)
    assert sum(hits) >= 200
    assert sum(hits) - 70 <= int(reports) < sum(hits) - 60  # 70 reports are in both exports


def test_one_conflict_is_found_and_settled(told: tuple[Done, ...]) -> None:
    first, second, _ = (done.said for done in told if words(done.step)[0] == "agreement")
    assert first.count("anna include, ben exclude") == 1
    assert "No conflicts." in second


def test_the_flow_includes_the_one_trial(told: tuple[Done, ...]) -> None:
    flow = said(told, "search flow")
    assert "reports included: 1\n" in flow
    assert "to screen" not in flow
    assert "The numbers add up." in flow


def test_what_two_people_agreed_on_is_pooled(root: Path, told: tuple[Done, ...]) -> None:
    (row,) = (row for row in load(root / "data").outcomes if row.study_id == STUDY)
    assert row.sd_control == 1.7
    before, now = (read_states(root / "data", r.name) for r in releases(root / "data")[-2:])
    assert now[CELL].k == before[CELL].k + 1
    others = [key for key in now if key != CELL]
    assert [now[key].k for key in others] == [before[key].k for key in others]


def test_the_difference_names_the_trial(told: tuple[Done, ...]) -> None:
    assert "Made-up trial 2026" in " ".join(said(told, "diff").split())


def test_a_second_update_finds_nothing_new(told: tuple[Done, ...]) -> None:
    assert "Inbox: nothing new." in said(told, "update")


def test_a_second_update_says_that_nothing_changed(told: tuple[Done, ...]) -> None:
    name = told[-3].step.command.split()[-1]
    assert f"{name} → now: nothing changed." in told[-1].said


def test_the_page_tells_the_same_steps() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    commands = re.findall(r"(?m)^\$ (.+)$", text)
    assert [c.split()[:4] for c in commands if "release" not in c and "diff" not in c] == [
        step.command.split()[:4]
        for step in (*last_version(DATA), *story(DATA))
        if words(step)[0] not in ("release", "diff")
    ]
    assert len(re.findall(r"(?m)^# ", text)) == 1
    assert not re.search(r"(?<![\w.`])/(?:tmp|home|root|work)\b", text)


def test_what_the_page_prints_is_what_the_commands_print(told: tuple[Done, ...]) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    lasting = [d for d in told if not " ".join(words(d.step)).startswith(MOVES_ON)]
    assert len(lasting) > 15
    different = [d.step.command for d in lasting if code_block(d) not in text]
    assert not different, "run `./review -m tests.searching.recorded_update`"


def test_nothing_on_the_page_can_be_taken_for_evidence(evidence: Evidence) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert "They are in no result of this review." in text
    titles = re.findall(r"(?m)^(?:medline|embase)-\S+: (.+)", text)
    assert titles
    assert all(title.startswith(MADE_UP) for title in titles)
    assert STUDY not in evidence.trials
    assert MADE_UP.strip() in TITLE


def test_of_the_progress_of_a_build_two_lines_are_shown() -> None:
    said = "\n".join(f"[{n:2}/42] ✓ page" for n in range(1, 43))
    text = page((), (Done(Step("./review update"), f"before\n{said}\nafter", 0.5, 0.4),))
    assert "before\n[ 1/42] ✓ page\n[ 2/42] ✓ page\n… (40 lines like these left out)\nafter" in text


def test_of_a_long_output_beginning_and_end_are_shown() -> None:
    said = [f"line {n}" for n in range(100)]
    lines = code_block(Done(Step("./review check"), "\n".join(said), 0.5, 0.4)).splitlines()[2:-2]
    assert lines[:FIRST_LINES] == said[:FIRST_LINES]
    assert lines[-LAST_LINES:] == said[-LAST_LINES:]
    assert lines[FIRST_LINES:-LAST_LINES] == [
        f"… ({100 - FIRST_LINES - LAST_LINES} lines left out)"
    ]


def test_the_last_version_is_made_again_from_the_one_before(tmp_path: Path) -> None:
    root = frozen(tmp_path / "again")
    data = root / "data"
    before, last = (release.name for release in releases(data)[-2:])
    released = {path.name: path.read_bytes() for path in (data / "releases" / last).glob("*/*.csv")}
    steps = last_version(data)
    go_back(root)
    assert [release.name for release in releases(data)][-1] == before
    assert len(load(data).trials) < len(load(DATA).trials)
    done = run_all(root, steps)
    assert [release.name for release in releases(data)][-2:] == [before, last]
    again = {path.name: path.read_bytes() for path in (data / "releases" / last).glob("*/*.csv")}
    assert {name: text for name, text in again.items() if name in released} == released
    # Files that came into use since it was frozen hold no row.
    assert all(text.count(b"\n") == 1 for name, text in again.items() if name not in released)
    assert before in done[-1].said
    assert last in done[-1].said
