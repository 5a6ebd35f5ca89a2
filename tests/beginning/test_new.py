"""`./review new`: what is asked is checked first, and what is written is whole, empty and true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from analysis.beginning.asked import outcome_of, slug_of
from analysis.book.contents import contents_of
from analysis.book.documents import TOC, toc_text
from analysis.book.written_chapters import look_through
from analysis.commands import options
from analysis.commands.command_line import app
from analysis.evidence.data_files import DATA_FILES
from analysis.evidence.load import load
from analysis.files.problems import ReviewError
from analysis.pages.status_line import values_of_prose
from analysis.protocol import Protocol, load_protocol
from analysis.searching.strategies import check_strategy, load_strategies
from tests.evidence.folder import ROOT
from tests.test_documents import settings

QUESTION = (
    "--title", "Naps & rest: “short” sleep", "--population", "adults who sleep badly",
    "--intervention", "a nap", "--control", "no nap",
    "--outcome", "sleep; MD; higher; hours a night; sleep diary",
    "--outcome", "falls; RR; lower; fall",
    "--secondary-outcome", "mood; SMD; higher",
    "--timepoint", "after a week",
    "--database", "pubmed", "--database", "Embase", "--database", "central",
    "--database", "psycinfo", "--database", "web-of-science", "--database", "ictrp",
)  # fmt: skip


def new(folder: Path, *changed: str, without: str = "") -> str:
    """What the command answers, with some of its options otherwise."""
    pairs = list(zip(QUESTION[::2], QUESTION[1::2], strict=True))
    named = {option for option in (*changed[::2], without) if option}
    kept = [part for pair in pairs if pair[0] not in named for part in pair]
    said = CliRunner().invoke(app, ["new", str(folder), *kept, *changed])
    return str(said.exception) if said.exit_code else said.output


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reviews") / "naps"
    assert "What to do first" in new(folder)
    return folder


def test_it_has_the_question_that_was_asked(made: Path) -> None:
    protocol = load_protocol(made / "data/protocol.yml")
    assert protocol.title == "Naps & rest: “short” sleep"
    assert [question.key for question in protocol.questions] == [
        "everybody.sleep.after-a-week",
        "everybody.falls.after-a-week",
        "everybody.mood.after-a-week",
    ]
    sleep, falls, mood = (protocol.measure(question) for question in protocol.questions)
    assert (sleep.name, sleep.unit, protocol.outcome("sleep").lower) == (
        "MD", "hours a night", "more sleep",
    )  # fmt: skip
    assert sleep.benefit_above  # more hours are printed as more hours
    assert (falls.name, falls.event, falls.benefit_above) == ("RR", "fall", False)
    assert (mood.name, protocol.outcome("mood").kind) == ("SMD", "secondary")
    assert (protocol.outcome("mood").lower, mood.benefit_above) == ("better mood", True)
    assert protocol.living.sources[1] == "Embase"
    assert protocol.baseline_review is protocol.baseline_search is None
    assert yaml.safe_load((made / "_config.yml").read_text("utf-8"))["title"] == protocol.title
    cited = yaml.safe_load((made / "CITATION.cff").read_text("utf-8"))
    assert cited["title"] == f"{protocol.title}: a living systematic review"


def test_its_chapters_say_nothing_that_its_protocol_has_not(made: Path) -> None:
    evidence = load(made / "data")
    values = values_of_prose(evidence, made / "data")
    assert list(look_through(made, evidence.protocol, values)) == []


def test_its_evidence_is_valid_and_empty(made: Path) -> None:
    evidence = load(made / "data")
    filled = {name for name, file in DATA_FILES.items() if list(file.rows_of(evidence))}
    assert filled == {"checklists"}
    assert {row.met for row in evidence.checklists if not row.places} == {"no"}


def test_its_strategies_can_be_checked_and_say_that_they_are_no_more_than_words(
    made: Path,
) -> None:
    strategies = load_strategies(made / "data")
    assert [s.database for s in strategies] == [
        "CENTRAL", "Embase", "PsycINFO", "PubMed", "Web of Science",
    ]  # fmt: skip
    assert [problem for s in strategies for problem in check_strategy(s).problems] == []
    assert all("nobody has searched" in s.status for s in strategies)
    chapter = (made / "chapters/methods/search-strategies.md").read_text("utf-8")
    assert "how is ICTRP searched?" in chapter


def test_its_contents_are_those_that_a_build_writes(made: Path) -> None:
    contents = contents_of(load_protocol(made / "data/protocol.yml"), made)
    assert (made / TOC).read_text("utf-8") == toc_text(contents)
    written = {document.name for document in contents.documents if document.page is None}
    assert {
        path.relative_to(made / "chapters").with_suffix("").as_posix()
        for path in (made / "chapters").rglob("[!_]*.md")
    } == written


def test_its_protocol_shows_every_setting(made: Path) -> None:
    text = (made / "data/protocol.yml").read_text("utf-8")
    hidden = {name for name in settings(Protocol) if not re.search(rf"\b{name}:|`{name}", text)}
    assert hidden == set()


def test_no_word_of_this_review_is_in_it(made: Path) -> None:
    """In nothing that is the review's own, nor in the chapters that came with the engine."""
    ours = re.compile(r"\b(chronic pain|headache|Internet|(?<!-)2014|cd010152)\b", re.I)
    own = [made / "README.md", made / "data/protocol.yml", made / "_config.yml"]
    own += [made / "CITATION.cff", made / "LICENSE-text", *(made / "chapters").rglob("*.md")]
    found = {
        f"{path.name}: {said}" for path in own for said in ours.findall(path.read_text("utf-8"))
    }
    assert found == set()


def test_what_comes_with_it_is_all_there_is_of_the_engine(made: Path) -> None:
    def modules(root: Path) -> set[str]:
        return {path.relative_to(root).as_posix() for path in (root / "analysis").rglob("*.py")}

    assert modules(made) == modules(ROOT)
    assert (made / "review").stat().st_mode & 0o111
    assert not list(made.rglob("__pycache__"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--title", " \t"), "the title is blank"),
        (("--title", "{{ review }}"), "would be read as markup"),
        (("--title", "a" * 201), "longer than 200"),
        (("--population", "people\nwho sleep"), "cannot be seen"),
        (("--intervention", "\u202enap"), "cannot be seen"),
        (("--outcome", "sleep; XX; higher"), "'XX' is no measure"),
        (("--outcome", "sleep; SMD; more"), "lower or higher"),
        (("--outcome", "falls; RR; lower"), "say what happens to people"),
        (("--outcome", "sleep; MD; higher; hours"), "say both"),
        (("--outcome", "sleep; SMD; higher; hours"), "nothing is asked after higher"),
        (("--outcome", "眠り; SMD; higher"), "gives no name for files"),
        (("--outcome", "Mood!; SMD; higher"), "two of the outcomes have the name mood"),
        (("--timepoint", "; ,"), "is blank"),
        (("--database", "contact"), "is no database"),
        (("--database", "../../etc"), "no source is called"),
    ],
)
def test_an_answer_that_cannot_stand_is_refused_and_nothing_is_written(
    changed: tuple[str, str], said: str, tmp_path: Path
) -> None:
    assert said in new(tmp_path / "naps", *changed)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--title", "--control", "--outcome", "--timepoint"])
def test_where_nobody_can_be_asked_an_answer_that_is_missing_is_named(
    option: str, tmp_path: Path
) -> None:
    assert "nobody can be asked here" in new(tmp_path / "naps", without=option)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "naps"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    assert "is not empty" in new(folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
    assert "is not empty" in new(folder / "thesis.txt")
    assert "lies within this review" in new(options.ROOT / "naps")


def test_a_folder_of_which_a_file_cannot_be_written_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ReviewError("the disk is full")

    monkeypatch.setattr("analysis.beginning.new_folder.write_toc", fails)
    assert "the disk is full" in new(tmp_path / "naps")
    assert list(tmp_path.iterdir()) == []


def test_names_in_files_follow_from_labels() -> None:
    assert slug_of("Überlebt: nach 6–12 Monaten") == "uberlebt-nach-6-12-monaten"
    assert outcome_of("Deaths; hr; lower; die", "primary").measure == "HR"
