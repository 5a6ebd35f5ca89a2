from __future__ import annotations

import csv
import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.commands.command_line import app as review
from analysis.commands.options import FOR_A_PERSON
from analysis.files.problems import EvidenceError, ReviewError
from tests.commands.typed import typed_on
from tests.evidence.folder import DATA
from tests.searching.corpus import articles
from tests.searching.exports import cochrane_ris, ovid_ris

FOUND = articles(8, seed=21)
REPOSITORY = Path(__file__).resolve().parents[2]
PROMPT = re.compile(rb"q stop|b back")
HEAVY = ("pandas", "sklearn", "scipy", "numpy", "bib_dedupe", "rispy", "search_query")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "savedrecs.ris"
    path.write_text(ovid_ris(FOUND), encoding="utf-8", newline="")
    return path


def imported(data: Path, export: Path, source: str = "medline") -> str:
    return typed_on(data, "search import", export, "--source", source, "--date", "2026-11-20")


def sheet(data: Path, who: str, stage: str, decisions: dict[str, str]) -> str:
    """Screen by spreadsheet: the decision (and reason or study) of each record."""
    path = data.parent / f"{stage}.{who}.csv"
    typed_on(data, "screen", "--who", who, "--stage", stage, "--write-sheet", path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for row in rows:
            cells = decisions.get(row["record_id"], ",,,").split(",")
            writer.writerow(row | dict(zip(row, cells, strict=False)))
    return typed_on(data, "screen", "--who", who, "--stage", stage, "--read-sheet", path)


def test_a_search_goes_from_export_to_extraction(data: Path, export: Path, tmp_path: Path) -> None:
    said = imported(data, export)
    assert "8 records read, 8 new, 0 already known" in said
    assert "Next: ./review search dedupe" in said
    other = tmp_path / "central.ris"
    other.write_text(cochrane_ris(FOUND[:3]))
    imported(data, other, "central")
    assert "11 records, 3 duplicates, 8 reports" in typed_on(data, "search dedupe")
    ids = [f"medline-{article.pmid}" for article in FOUND]
    # The record that speaks for a report is the fullest, then the first by name.
    ids[:3] = [f"central-cn-{article.pmid}" for article in FOUND[:3]]
    yes, no, differ, *rest = ids
    choice = dict.fromkeys(rest, "exclude,,,") | {yes: "include,,,", no: "e,design,,"}
    for who, word in (("anna", "i,,,"), ("ben", "e,,,")):
        assert "8 decisions taken in" in sheet(data, who, "title-abstract", choice | {differ: word})
    said = typed_on(data, "agreement", exit_code=FOR_A_PERSON)
    assert "anna and ben: 8 records, 88% agreement, Cohen's kappa 0.60" in said
    assert f"{differ}: {FOUND[2].title}\n  decision: anna include, ben exclude\n" in said
    # Consensus reads what the two differ on, and nothing else.
    said = sheet(data, "consensus", "title-abstract", {differ: "exclude,design,,"})
    assert "1 decision taken in, 0 known before, 0 left blank" in said
    assert "No conflicts" in typed_on(data, "agreement")
    sheet(data, "anna", "retrieval", {yes: "obtained,,,"})
    for who in ("anna", "ben"):
        sheet(data, who, "full-report", {yes: "include,,made-2026,"})
    said = typed_on(data, "search flow")
    assert "identified: MEDLINE: 8\n" in said
    assert "identified: CENTRAL: 3\n" in said
    assert "reports included: 1" in said
    assert "The numbers add up." in said
    said = typed_on(data, "extract new", "made-2026", "--who", "anna")
    assert "extraction/made-2026/anna/studies.csv" in said
    assert FOUND[0].title in (data / "extraction/made-2026/anna/studies.csv").read_text()


def test_people_read_nothing_before_duplicates_are_sought(data: Path, export: Path) -> None:
    imported(data, export)
    with pytest.raises(ReviewError, match=r"run `\./review search dedupe` first"):
        typed_on(data, "screen", "--who", "anna")


def test_without_a_terminal_screening_says_how_else(data: Path, export: Path) -> None:
    imported(data, export)
    typed_on(data, "search dedupe")
    with pytest.raises(ReviewError, match="needs a terminal: give --write-sheet"):
        typed_on(data, "screen", "--who", "anna")


def test_the_next_step_is_what_waits(data: Path, export: Path) -> None:
    assert "Next: ./review search import" in typed_on(data, "search flow")
    imported(data, export)
    typed_on(data, "search dedupe")
    assert "screen --who NAME --stage title-abstract" in typed_on(data, "search flow")
    said = sheet(data, "anna", "title-abstract", {f"medline-{FOUND[0].pmid}": "i,,,"})
    assert "7 left blank" in said
    assert "Next: ./review screen --who anna\n" in said


def test_a_strategy_is_on_record_only_when_a_person_says_so(data: Path, export: Path) -> None:
    proposed = data / "searches/strategies/medline.txt"
    proposed.parent.mkdir()
    proposed.write_text("1 pain\n")
    kept = data / "searches/2026-11-20/medline.strategy.txt"
    asked = "search strategies ran FILE --source medline --date 2026-11-20"
    assert asked in imported(data, export)
    assert not kept.exists()
    named = ("--source", "medline", "--date", "2026-11-20")
    typed_on(data, "search strategies ran", str(proposed), *named)
    assert kept.read_text() == "1 pain\n"
    typed_on(data, "search strategies ran", str(proposed), *named)
    proposed.write_text("2 headache\n")
    with pytest.raises(ReviewError, match="another strategy is on record for MEDLINE"):
        typed_on(data, "search strategies ran", str(proposed), *named)
    assert kept.read_text() == "1 pain\n"
    with pytest.raises(ReviewError, match="no search of Embase on 2026-11-20 is on record"):
        typed_on(data, "search strategies ran", str(proposed), *("--source", "embase", *named[2:]))


def test_importing_twice_says_so(data: Path, export: Path) -> None:
    imported(data, export)
    assert "was imported before, nothing changed" in imported(data, export)
    assert "8 records read, 8 new, 0 already known" in imported(data, export, "embase")


def test_a_damaged_export_is_one_error_with_its_line(data: Path, export: Path) -> None:
    export.write_text(export.read_text()[:-100])
    with pytest.raises(EvidenceError, match=r"savedrecs\.ris:\d+: record 8 has no end"):
        imported(data, export)


def test_a_ruling_needs_a_person(data: Path, export: Path) -> None:
    imported(data, export)
    pair = [f"medline-{article.pmid}" for article in FOUND[:2]]
    with pytest.raises(ReviewError, match="--who"):
        typed_on(data, "search dedupe", "--same", *pair)
    assert "7 reports" in typed_on(data, "search dedupe", "--same", *pair, "--who", "anna")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("screen", "--who", "anna", "--stage", "titles"), "'titles' is no stage"),
        (("screen", "--who", "../anna"), "--who"),
        (("agreement", "--stage", "x"), "'x' is no stage"),
    ],
)
def test_a_wrong_word_is_one_clear_sentence(data: Path, arguments, said: str) -> None:
    with pytest.raises(ReviewError, match=said):
        typed_on(data, *arguments)


def test_the_strategies_of_a_review_are_checked() -> None:
    said = typed_on(DATA, "search strategies check")
    assert "MEDLINE (PubMed): parsed" in said
    assert "Embase (Ovid): form checked" in said


@pytest.mark.parametrize("group", ["", "search", "extract"])
def test_the_list_of_commands_says_each_in_a_whole_sentence(group: str) -> None:
    result = CliRunner().invoke(review, [*group.split(), "--help"], env={"COLUMNS": "80"})
    listed = result.output.split("Commands:\n")[1].splitlines()
    assert listed
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from analysis.commands.command_line import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_pages_of_a_build_are_prepared_before_a_library_is_imported() -> None:
    script = (
        "import sys, analysis.__main__\n"
        "installed = [name for name in sys.modules if 'site-packages' in "
        "str(getattr(sys.modules[name], '__file__', ''))]\n"
        "print(sorted(name for name in installed if name != '_distutils_hack'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    assert done.stdout == "[]\n"


def test_keys_pressed_in_a_real_terminal_are_decisions(data: Path, export: Path) -> None:
    imported(data, export)
    typed_on(data, "search dedupe")
    command = [sys.executable, "-m", "analysis", "screen", "--who", "anna", "--data", str(data)]
    shown = in_terminal(command, keys="ie4buq")
    assert "3 of 8 read" not in shown
    assert "2 decided in this sitting; 6 wait for anna." in shown
    assert "Next: ./review screen --who anna" in shown
    decisions = (data / "screening/anna.csv").read_text().splitlines()[1:]
    made = ["include", "exclude", "withdrawn", "unsure"]
    assert [line.split(",")[2] for line in decisions] == made


def in_terminal(command: list[str], keys: str, seconds: float = 60) -> str:
    """Run a command in a pseudo-terminal and press a key at each prompt; what it printed."""
    pty = pytest.importorskip("pty", reason="there is no pseudo-terminal on this platform")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(REPOSITORY)
        os.execv(command[0], command)
    shown, pressed, deadline = b"", 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                shown += os.read(terminal, 4096)
            except OSError:  # the command has ended, and its terminal with it
                break
        elif prompts := min(len(keys), len(PROMPT.findall(shown))):
            # The prompt stands, and nothing more comes: a key that came before the program
            # listened is pressed again.
            os.write(terminal, keys[prompts - 1].encode())
            pressed = prompts
    else:
        os.kill(child, signal.SIGKILL)
    os.close(terminal)
    os.waitpid(child, 0)
    assert pressed == len(keys), shown.decode()
    return " ".join(shown.decode().split())
