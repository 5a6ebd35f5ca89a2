"""Every kind of error a person makes in a data file is reported with its place, all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from analysis.evidence.load import load
from analysis.evidence.rows import AcceptabilityRow, Evidence
from analysis.files.columns import columns, parse_number
from analysis.files.problems import EvidenceError
from tests.attack.tables import NOT_NUMBERS
from tests.evidence.folder import DATA, DataFolder


@dataclass(frozen=True)
class Planted:
    """One error: cells of one row changed, and the report that must follow."""

    name: str
    file: str
    key: str
    cells: dict[str, str]
    column: str
    says: str


OUTCOMES, STUDIES = "outcomes.csv", "studies.csv"
PLANTED = (
    Planted("unknown study", OUTCOMES, "friesen-2017.pain.post.1",
            {"study_id": "nobody-1999"}, "study_id", "'nobody-1999' is not in studies.csv"),
    Planted("unknown source", OUTCOMES, "friesen-2017.depression.post.1",
            {"source_id": "hearsay"}, "source_id", "'hearsay' is not in sources.csv"),
    Planted("wrong enum", OUTCOMES, "friesen-2017.depression.post.2",
            {"higher_is": "bigger"}, "higher_is",
            "'bigger' was found, expected one of: worse, better"),
    Planted("unknown outcome", OUTCOMES, "friesen-2017.anxiety.post.1",
            {"outcome": "mood"}, "outcome", "'mood' was found, expected one of: pain, disability"),
    Planted("unknown format", OUTCOMES, "friesen-2017.anxiety.post.2",
            {"format": "modes"}, "format",
            "'modes' was found, expected one of: means, medians, events, effect"),
    Planted("text in number", OUTCOMES, "friesen-2017.qol.post.1",
            {"mean_control": "about 5"}, "mean_control", "'about 5' is not a number"),
    Planted("number with a unit", OUTCOMES, "friesen-2017.disability.post.1",
            {"mean_control": "64.59 points"}, "mean_control", "is not a number"),
    Planted("date for a number", OUTCOMES, "kristjansdottir-2013.pain.post.1",
            {"weeks": "2018-04-04"}, "weeks", "'2018-04-04' is a date, as a spreadsheet"),
    Planted("not a number", OUTCOMES, "kristjansdottir-2013.pain.follow-up.1",
            {"mean_control": "NaN"}, "mean_control", "'NaN' is not a number"),
    Planted("infinity", OUTCOMES, "kristjansdottir-2013.qol.post.1",
            {"mean_control": "inf"}, "mean_control", "'inf' is not a number"),
    Planted("far too large", OUTCOMES, "kristjansdottir-2013.qol.follow-up.1",
            {"mean_control": "1e308"}, "mean_control", "too large to be a measurement"),
    Planted("no spread at all", OUTCOMES, "menga-2014.disability.post.1",
            {"sd_intervention": "0", "sd_control": "0"}, "sd_control", "0 in both arms"),
    Planted("SD negative", OUTCOMES, "menga-2014.disability.follow-up.1",
            {"sd_intervention": "-1.2"}, "sd_intervention",
            "-1.2 was found, expected a number of 0 or more"),
    Planted("SD missing", OUTCOMES, "nhu-2024.pain.post.1",
            {"sd_control": ""}, "sd_control", "blank, but the format is means"),
    Planted("n not whole", OUTCOMES, "nhu-2024.pain.post.2",
            {"n_control": "18.5"}, "n_control", "18.5 was found, expected a whole number"),
    Planted("n zero", OUTCOMES, "nhu-2024.depression.post.1",
            {"n_control": "0"}, "n_control", "0 was found, expected a number of 1 or more"),
    Planted("events above n", OUTCOMES, "huguet-2024.pain.post.1",
            {"events_control": "114"}, "events_control", "114 events among 113 participants"),
    Planted("events not whole", OUTCOMES, "wilson-2023.pain.post.1",
            {"events_control": "13.5"}, "events_control",
            "13.5 was found, expected a whole number"),
    Planted("interval without its effect", OUTCOMES, "baumeister-2021.disability.post.1",
            {"effect": "0.9"}, "effect", "0.9 lies outside its interval (0.055 to 0.599)"),
    Planted("interval of nothing", OUTCOMES, "buhrman-2015.disability.post.1",
            {"effect": ""}, "effect", "blank, but its interval is given"),
    Planted("interval upside down", OUTCOMES, "bromberg-2011.disability.post.1",
            {"effect_ci_low": "0.304", "effect_ci_high": "-0.278"},
            "effect_ci_low", "0.304 is above effect_ci_high (-0.278)"),
    Planted("half an interval", OUTCOMES, "buhrman-2013.disability.post.1",
            {"effect_ci_high": ""}, "effect_ci_high", "the other limit of the interval is given"),
    Planted("effect without uncertainty", OUTCOMES, "dear-2013.pain.post.1",
            {"n_control": ""}, "effect_se",
            "no standard error, interval, t, F, exact p value or arm sizes"),
    Planted("effect without direction", OUTCOMES, "dear-2013.depression.post.1",
            {"effect_favours_intervention_when": ""},
            "effect_favours_intervention_when", "blank, but the format is effect"),
    Planted("ratio below zero", OUTCOMES, "debar-2025.pain.post.1",
            {"effect_ci_low": "-0.1"}, "effect_ci_low", "expected a ratio above 0"),
    Planted("ratio's direction", OUTCOMES, "dear-2013.anxiety.post.1",
            {"effect_favours_intervention_when": "above 1"},
            "effect_favours_intervention_when", "'above 1' belongs to a ratio"),
    Planted("duplicate row_id", OUTCOMES, "nhu-2024.disability.post.1",
            {"row_id": "nhu-2024.anxiety.post.1"}, "row_id", "it must be unique"),
    Planted("decimal comma", OUTCOMES, "ong-2023.disability.post.1",
            {"mean_control": "38,58"}, "mean_control", "'38,58' has a decimal comma"),
    Planted("decimal comma or thousands", OUTCOMES, "ong-2023.disability.post.2",
            {"mean_control": "1,234"}, "mean_control", "write 1.234 or 1234"),
    Planted("not usable, no reason", OUTCOMES, "carpenter-2012.pain.post.1",
            {"not_usable_because": ""}, "not_usable_because", "say why"),
    Planted("usable against a reason", OUTCOMES, "rini-2015.pain.post.1",
            {"usable": "yes", "effect_se": "0.2"}, "usable", "a reason against its use is given"),
    Planted("invisible character", OUTCOMES, "simister-2018.pain.post.1",
            {"note": "a\x1bb"}, "note", "an invisible control character (U+001B)"),
    Planted("path in an id", OUTCOMES, "simister-2018.pain.follow-up.1",
            {"row_id": "../../etc/passwd"}, "row_id", "small letters, digits, dots and hyphens"),
    Planted("excluded without reason", STUDIES, "garcia-2021",
            {"reason": ""}, "reason", "say which criterion fails"),
    Planted("included without comparator", STUDIES, "williams-2010",
            {"comparator": ""}, "comparator", "name its comparator"),
    Planted("unknown comparator", STUDIES, "sander-2020",
            {"comparator": "placebo"}, "comparator", "'placebo' was found, expected one of"),
    Planted("year with two digits", STUDIES, "simister-2018",
            {"year": "18"}, "year", "18 was found, expected a number from 1900 to 2100"),
    Planted("year missing", STUDIES, "rini-2015", {"year": ""}, "year", "a number was expected"),
    Planted("more analysed than randomised", STUDIES, "ong-2023",
            {"n_analysed_total": "96"}, "n_analysed_total",
            "96 analysed is more than 95 randomised"),
    Planted("arms above their total", STUDIES, "minen-2020",
            {"n_randomised_total": "138"}, "n_randomised_total",
            "less than its arms together (139)"),
    Planted("DOI with its address", STUDIES, "berman-2009",
            {"doi": "https://doi.org/10.1002/x"}, "doi", "a DOI without its address"),
    Planted("script for an address", "sources.csv", "gandy-2022",
            {"url": "javascript:alert(1)"}, "url", "begins with http:// or https://"),
    Planted("baseline basis", STUDIES, "burke-2019",
            {"baseline_basis": "confirmed"}, "baseline_basis", "confirmed or presumed"),
    Planted("domain of another tool", "risk_of_bias.csv",
            "friesen-2017|RoB 2|randomisation process", {"domain": "allocation concealment"},
            "domain", "is not a domain of RoB 2"),
    Planted("domain judged twice", "risk_of_bias.csv",
            "friesen-2017|RoB 2|missing outcome data",
            {"domain": "deviations from intended interventions"}, "domain", "says this already"),
    Planted("unknown judgement", "risk_of_bias.csv",
            "nhu-2024|RoB 2|randomisation process", {"judgement": "fine"},
            "judgement", "expected one of: low, some concerns, unclear, high"),
    Planted("published outside its interval", "published.csv",
            "cd010152|headache|disability", {"estimate": "-0.95"}, "estimate",
            "lies outside its interval"),
    Planted("published ratio of zero", "published.csv",
            "cd010152|headache|pain", {"ci_low": "0"}, "ci_low", "expected a ratio above 0"),
    Planted("acceptability of no trial", "acceptability.csv",
            "friesen-2017|participation|intervention", {"study_id": "friesen-2071"},
            "study_id", "is not in studies.csv"),
)  # fmt: skip


def test_the_projects_own_evidence_is_valid(evidence: Evidence) -> None:
    own = DataFolder(DATA)
    assert own.problems() == []
    assert len(evidence.outcomes) == len(own.rows("outcomes.csv")) - 1
    assert len(evidence.trials) == len(own.rows("studies.csv")) - 1


Found = Mapping[tuple[str, int | None, str | None], list[str]]


@pytest.fixture(scope="module")
def lines() -> dict[str, int]:
    """The line of each planted error, by its name."""
    pristine = DataFolder(DATA)
    return {planted.name: pristine.line_of(planted.file, planted.key) for planted in PLANTED}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, lines: dict[str, int]) -> Found:
    """What is reported, by place, when all errors stand in one folder, each in a row of its own."""
    folder = DataFolder.copied_to(tmp_path_factory.mktemp("planted") / "data")
    for planted in PLANTED:
        folder.edit_line(planted.file, lines[planted.name], **planted.cells)
    messages = defaultdict(list)
    for file, line, column, message in folder.problems():
        messages[file, line, column].append(message)
    return messages


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name.replace(" ", "-"))
def test_an_error_is_reported_at_its_place(
    planted: Planted, lines: dict[str, int], found: Found
) -> None:
    messages = found.get((planted.file, lines[planted.name], planted.column), [])
    assert any(planted.says in message for message in messages), messages


def test_all_errors_of_all_files_are_reported_at_once_and_nothing_else(
    lines: dict[str, int], found: Found
) -> None:
    expected = {(planted.file, lines[planted.name], planted.column) for planted in PLANTED}
    # Of two rows with one id either may be the wrong one.
    twin = DataFolder(DATA).line_of("outcomes.csv", "nhu-2024.anxiety.post.1")
    assert set(found) == expected | {("outcomes.csv", twin, "row_id")}


def test_all_errors_of_one_row_are_reported_at_once(folder: DataFolder) -> None:
    wrong = {"study_id": "nobody", "higher_is": "up", "mean_control": "x", "sd_control": "-1",
             "n_control": "2.5", "n_intervention": "9,5", "source_id": "hearsay"}  # fmt: skip
    line = folder.edit("outcomes.csv", "friesen-2017.pain.post.1", **wrong)
    assert {(row, column) for _, row, column, _ in folder.problems()} == {
        (line, column) for column in wrong
    }


def test_a_problem_reads_file_line_column_message(folder: DataFolder) -> None:
    line = folder.edit("outcomes.csv", "friesen-2017.pain.post.1", sd_control="-1")
    with pytest.raises(EvidenceError) as raised:
        load(folder.path)
    path = (folder.path / "outcomes.csv").as_posix()
    expected = f"{path}:{line}: sd_control: -1 was found, expected a number of 0 or more"
    assert str(raised.value) == expected


def test_a_missing_and_a_misspelt_column(folder: DataFolder) -> None:
    folder.replace("outcomes.csv", ",sd_control,", ",sd_controls,")
    assert [problem[:3] for problem in folder.problems()] == [
        ("outcomes.csv", 1, "'sd_controls'"),
        ("outcomes.csv", 1, "sd_control"),
    ]


def test_every_file_is_read_even_if_the_first_cannot_be(folder: DataFolder) -> None:
    (folder.path / "studies.csv").write_bytes(b"\xff\xfe")
    (folder.path / "outcomes.csv").write_text("")
    (folder.path / "risk_of_bias.csv").unlink()
    folder.edit("sources.csv", "gandy-2022", kind="")
    assert [problem[:3] for problem in folder.problems()] == [
        ("outcomes.csv", 1, None),
        ("risk_of_bias.csv", None, None),
        ("sources.csv", folder.line_of("sources.csv", "gandy-2022"), "kind"),
        ("studies.csv", 1, None),
    ]


def test_a_row_out_of_shape_hides_no_error_elsewhere(folder: DataFolder) -> None:
    """An unquoted decimal comma makes a row too long; the rest of the file is checked."""
    folder.replace("outcomes.csv", ",30,4.99,1.66,", ",30,4,99,1.66,")
    line = folder.edit("outcomes.csv", "friesen-2017.depression.post.1", sd_control="-1")
    (_, first, column, message), second = folder.problems()
    assert (first, column) == (2, None)
    assert "decimal comma" in message
    assert second[:3] == ("outcomes.csv", line, "sd_control")


def test_rows_that_refer_to_an_unreadable_row_are_not_blamed(folder: DataFolder) -> None:
    rows = folder.rows("studies.csv")
    rows[folder.line_of("studies.csv", "friesen-2017") - 1].append("one cell too many")
    folder.write("studies.csv", rows)
    assert [problem[0] for problem in folder.problems()] == ["studies.csv"]


def test_lines_are_those_of_the_file_even_after_a_note_of_two_lines(folder: DataFolder) -> None:
    folder.edit("outcomes.csv", "friesen-2017.pain.post.1", note="first\nsecond\nthird")
    row = folder.edit("outcomes.csv", "friesen-2017.anxiety.post.1", sd_control="-1")
    assert [problem[1] for problem in folder.problems()] == [row + 2]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("", None), ("0", 0.0), ("-0.5", -0.5), ("+3", 3.0), (".5", 0.5), ("5.", 5.0),
        ("1e3", 1000.0), ("9.8000000000000007", 9.8), ("1e12", 1e12), ("-1E-3", -0.001),
    ],
)  # fmt: skip
def test_numbers(cell: str, number: float | None) -> None:
    assert parse_number(cell) == number


@pytest.mark.parametrize("cell", NOT_NUMBERS)
def test_no_number_from_nothing(cell: str) -> None:
    with pytest.raises(ValueError, match=r"not a number|comma|too large|is an? .* spreadsheet"):
        parse_number(cell)


@pytest.mark.parametrize(
    ("tool", "domain", "judgement", "says"),
    [
        ("RoB 2", "overall", "unclear", "'unclear' is no judgement of RoB 2"),
        ("RoB 1", "other bias", "some concerns", "'some concerns' is no judgement of RoB 1"),
        ("RoB 2", "overall", "low", "'low', but a domain of this result is 'high'"),
    ],
)
def test_a_judgement_is_in_its_tool_s_words_and_no_better_than_its_domains(
    folder: DataFolder, tool: str, domain: str, judgement: str, says: str
) -> None:
    header, *_ = folder.rows("risk_of_bias.csv")
    made = dict.fromkeys(header, "") | {
        "study_id": "friesen-2017", "tool": tool, "assessed_by": "gandy-2022"
    }  # fmt: skip
    rows = [made | {"domain": domain, "judgement": judgement}]
    if tool == "RoB 2":
        rows.append(made | {"domain": "missing outcome data", "judgement": "high"})
    folder.write("risk_of_bias.csv", [header, *([row[name] for name in header] for row in rows)])
    assert any(says in message for *_, message in folder.problems())


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"side": "", "events": "3", "total": "40"}, [("side", "say what, and in which arm")]),
        ({"event": "", "percent": "3"}, [("event", "say what, and in which arm")]),
        ({"total": "40"}, [("events", "one of them says how many had it")]),
        ({"events": "41", "total": "40"}, [("events", "41 participants of 40")]),
        ({"events": "10", "total": "40", "percent": "52"}, [("percent", "10 of 40 are 25.0%")]),
        ({"events": "10", "total": "40", "percent": "25"}, []),
        ({"events": "1", "total": "3", "percent": "33"}, []),
        ({"side": "", "event": ""}, []),
    ],
)
def test_counts_of_harms_say_of_whom_and_agree(
    folder: DataFolder, cells: dict[str, str], says: list[tuple[str, str]]
) -> None:
    made = {
        "study_id": "friesen-2017", "what": "harms", "arm": "intervention", "value": "some",
        "source_id": "gandy-2022", "side": "intervention", "event": "any symptom",
    } | cells  # fmt: skip
    header = [column.name for column in columns(AcceptabilityRow)]
    folder.write("acceptability.csv", [header, [made.get(name, "") for name in header]])
    found = [(column, message) for *_, column, message in folder.problems()]
    assert len(found) == len(says)
    for (column, message), (expected, words) in zip(found, says, strict=True):
        assert column == expected
        assert words in message
