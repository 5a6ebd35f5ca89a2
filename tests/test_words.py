"""The software speaks of no review: the words of this one stand in its data and its chapters."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from tests.evidence.folder import LIVING, ROOT

SOFTWARE = ("analysis", "chapters/_static", "chapters/_templates")
READ_AS_TEXT = {".py", ".ipynb", ".js", ".css", ".html", ".svg", ".md", ".yml", ".csv"}
# What this review is about, by how its words begin.
SUBJECT = (
    "therap", "internet", "pain", "headache", "migraine", "fibromyalg", "chronic", "psycholog",
    "cognitive", "behavioral", "behavioural", "waiting list", "waiting-list", "metapsy", "2014",
)  # fmt: skip

# Where such a word is another thing, with why; all that is matched here is not looked at.
ALLOWED = {
    # The column of studies.csv with the kind of intervention, the field of results files and
    # the moderator that are named by it: released versions are read by these names, and sheets
    # that people have filled in have that header. Nobody reads the name on a page.
    r'\btherapy: str = column\(': "column of studies.csv",
    r"\btherapy: str \| None = None": "field of results files",
    r"\btherapy=about\.therapy or None": "from the column to the field",
    r'y\("(intervention|therapy)", lambda study: study\.therapy or ""': "read by a moderator",
    r'^    "intervention", "therapy",$': "the same moderator, as released protocols name it",
    r"\btrial\.therapy\b": "the column, read",
    r'AliasChoices\("intervention_in_short", "therapy"\)': "key of protocols in old releases",
    # Of acceptability.csv, what a review of any treatment may ask about.
    r"\b[Ss]atisfaction\b": "a subject of acceptability.csv",
    r"^waiting list$": "a term of any trial, in the glossary that a new review begins with",
    # Words of others.
    r'"Internet Link"': "the name of a column in an export of Ovid",
    r"Wan et al\. 2014": "year of a publication",
    r"Stanley & Doucouliagos 2014": "year of a publication",
}  # fmt: skip


@cache
def words_of_this_review() -> Mapping[str, re.Pattern[str]]:
    """How its subject, and the names in its data and protocol, are found, by the word itself."""
    names: set[str] = set()
    for file, column in (("studies", "study_id"), ("sources", "source_id")):
        with (LIVING / f"{file}.csv").open(encoding="utf-8-sig", newline="") as lines:
            names.update(row[column] for row in csv.DictReader(lines))
    protocol = yaml.safe_load((LIVING / "protocol.yml").read_text(encoding="utf-8"))
    for part in ("conditions", "outcomes"):
        names.update(each["id"] for each in protocol[part])
    names.update(name for each in protocol["outcomes"] for name in each["instruments"])
    whole = {name.lower(): rf"\b{re.escape(name.lower())}\b" for name in sorted(names)}
    begun = {word: rf"\b{word}(?!ting)" for word in SUBJECT}
    return {word: re.compile(pattern) for word, pattern in (whole | begun).items()}


def texts(folder: Path, places: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The text of every file of the software, by its path from the folder."""
    for place in places:
        for path in sorted((folder / place).rglob("*")):
            if path.suffix in READ_AS_TEXT:
                yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")


def found_in(
    folder: Path, places: Iterable[str], words: Mapping[str, re.Pattern[str]]
) -> Iterator[str]:
    """Each line with a word of this review, wherever it stands: code, string, comment, prose."""
    allowed = re.compile("|".join(ALLOWED))
    for name, text in texts(folder, places):
        if not (here := [words[word] for word in words if word in text.lower()]):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            said = allowed.sub("", line).lower()
            for match in filter(None, (word.search(said) for word in here)):
                yield f"{name}:{number}: {match[0]}: {line.strip()[:80]}"


def test_no_word_of_this_review_is_in_the_software() -> None:
    assert list(found_in(ROOT, SOFTWARE, words_of_this_review())) == []


def test_such_a_word_is_found_wherever_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "analysis"
    folder.mkdir()
    (folder / "page.py").write_text(
        '"""Says what Internet care does."""\n\n\ndef said(headache: str) -> str:\n'
        '    # Pain first.\n    return f"As Friesen-2017 says, {headache}"\n'
        "    # painting, sixty of 12014, therapy: str | None = None\n"
    )
    (folder / "page.ipynb").write_text('"source": ["Chronic illness by PHQ-9."]\n')
    found = [
        line.split(": ")[:2] for line in found_in(tmp_path, ["analysis"], words_of_this_review())
    ]
    assert found == [
        ["analysis/page.ipynb:1", "phq-9"],
        ["analysis/page.ipynb:1", "chronic"],
        ["analysis/page.py:1", "internet"],
        ["analysis/page.py:4", "headache"],
        ["analysis/page.py:5", "pain"],
        ["analysis/page.py:6", "friesen-2017"],
        ["analysis/page.py:6", "headache"],
    ]


def test_each_exception_is_still_needed() -> None:
    everything = "\n".join(text for _, text in texts(ROOT, SOFTWARE))
    assert [said for said in ALLOWED if not re.search(said, everything, re.MULTILINE)] == []
