"""Extraction at the desk: what a form saves is what a sheet would say, and what it shows is so."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from analysis.desk.desk import Desk
from analysis.desk.extract_fields import FIXED, PLACE, RESULT, USE
from analysis.desk.extract_sheet import seen_rows
from analysis.evidence.load import load
from analysis.evidence.reported_formats import BESIDES, FORMATS
from analysis.files.problems import EvidenceError
from analysis.files.spreadsheets import spreadsheet_bytes
from analysis.files.tables import Row
from analysis.formatting import limits, number
from analysis.protocol import load_protocol
from analysis.screening.acceptance import accept
from analysis.screening.decisions import load_screening
from analysis.screening.extraction import (
    check_extraction,
    columns_of,
    compare,
    differences_of,
    offered,
    read_differences,
    read_sheets,
    write_differences,
)
from analysis.screening.extraction_history import history_of
from analysis.screening.extraction_template import new_extraction
from analysis.screening.filling_in import FINISHED, is_finished, read_finished, row_called
from analysis.screening.study_reports import reports_of
from tests.commands.typed import typed_on
from tests.desk.asking import Asking, pressed_by_enter
from tests.desk.conftest import STUDY
from tests.evidence.folder import DataFolder

Client = Callable[..., Asking]
Cells = dict[str, str]
# Few trials have measured it: what is drawn again and again is small.
ROW = f"{STUDY}.pain.follow-up.1"
HOME = f"/extract/{STUDY}"
RESULT_FORM, TRIAL_FORM, BOTH = f"{HOME}/result/{ROW}", f"{HOME}/trial", f"{HOME}/both"
TRIAL = {"study.condition": "non-headache", "study.comparator": "waiting list"}
ABOUT = {"instrument": "SF-MPQ", "higher_is": "worse", "locator": "table 2"}
HOSTILE = '"><script>window.ran = 1</script><b>&amp;'


def both(name: str, first: object, second: object) -> Cells:
    return {f"{name}_intervention": str(first), f"{name}_control": str(second)}


MEANS = {**both("n", 50, 50), **both("mean", 4.0, 4.8), **both("sd", 2.0, 2.0)}
DIFFERENCE = {"effect_favours_intervention_when": "negative"}
RATIO = {"effect_favours_intervention_when": "above 1"}
# Format → what a report prints; g and its standard error by R 4.2.2 and metafor 3.8.
PRINTED: dict[str, tuple[Cells, float, float]] = {
    "mean-sd": (
        {**both("n", 84, 80), **both("mean", 4.6, 5.3), **both("sd", 2.1, 2.2),
         "design": "cluster", "cluster_size": "12", "icc": "0.05"}, -0.3242, 0.1958),
    "mean-se": (
        {**both("n", 61, 58), **both("mean", 4.1, 5.0), **both("se", 0.26, 0.27)},
        -0.4377, 0.1857),
    # 1.96 standard errors on either side, and from t with 57 degrees of freedom 2.0025.
    "mean-interval": (
        {**both("n", 61, 58), **both("mean", 4.1, 5.0), **both("mean_ci_low", 3.590, 4.459),
         **both("mean_ci_high", 4.610, 5.541)}, -0.4377, 0.1857),
    "median": (
        {**both("n", 48, 51), **both("median", 4, 5), **both("q1", 2, 3), **both("q3", 5, 7)},
        -0.4957, 0.2043),
    "change": (
        {**both("n", 58, 55), **both("mean", -9.4, -3.1), **both("sd", 11.0, 10.4),
         **both("baseline_sd", 16.2, 15.7)}, -0.3921, 0.1283),
    "improvement": (
        {**both("n", 58, 55), **both("mean", 9.4, 3.1), **both("sd", 11.0, 10.4),
         **both("baseline_sd", 16.2, 15.7)}, -0.3921, 0.1283),
    "mean-difference": (
        {**DIFFERENCE, **both("n", 57, 60), "effect": "-0.8", "effect_p": "0.013"},
        -0.4636, 0.1875),
    "adjusted-difference": (
        {**DIFFERENCE, **both("n", 75, 73), "effect": "-0.9", "effect_ci_low": "-1.42",
         "effect_ci_high": "-0.38", **both("sd", 2.2, 2.1)}, -0.4162, 0.1251),
    "standardised-difference": (
        {**DIFFERENCE, "effect": "-0.38", "effect_ci_low": "-0.84", "effect_ci_high": "0.08",
         "effect_level": "99"}, -0.3800, 0.1786),
    "crossover": (
        {**both("n", 24, 24), **both("mean", 4.0, 4.7), **both("sd", 1.9, 2.0),
         "correlation": "0.6"}, -0.3530, 0.1882),
}  # fmt: skip
RATIOS: dict[str, tuple[Cells, float, float]] = {
    "events": ({**both("events", 33, 48), **both("total", 64, 62)}, 2.1451, 0.2682),
    "imputed-events": (
        {**both("events", 21.6, 11.3), **both("total", 58, 57), "higher_is": "better"},
        1.8785, 0.3162),
    "ratio": (
        {**RATIO, "effect_measure": "OR", "effect": "2.3", "effect_ci_low": "1.2",
         "effect_ci_high": "4.41", "control_risk": "0.18"}, 1.8639, 0.2190),
    "log-ratio": (
        {**RATIO, "effect_measure": "RR", "effect": "0.69", "effect_se": "0.27"}, 1.9937, 0.27),
}  # fmt: skip


def field(page: BeautifulSoup, name: str) -> Tag:
    found = page.find(id=f"f-{name}")
    assert isinstance(found, Tag), name
    return found


def problem(page: BeautifulSoup, name: str) -> str:
    found = page.find(id=f"p-{name}")
    assert isinstance(found, Tag), name
    return " ".join(said.text for said in found.select(".problem"))


def page_of(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def preview_of(page: BeautifulSoup) -> str:
    found = page.find(id="preview")
    assert isinstance(found, Tag)
    return found.get_text(" ", strip=True).replace(" ,", ",")


def seen_in(asking: Asking, form: str) -> Cells:
    found = page_of(asking.get(form).text).find("input", attrs={"name": "seen"})
    assert isinstance(found, Tag)
    return {"seen": str(found["value"])}


def put(asking: Asking, form: str, cells: Cells) -> str:
    """Post a form as it stands with these cells in it; where it leads to."""
    who = asking.cookies[asking.desk.who_cookie]
    sheets = read_sheets(folder(asking.desk.data, who))
    rows = [sheets["studies"][0], sheets["sources"][0]] if form == TRIAL_FORM else [
        row_called(sheets, "outcomes", ROW)]  # fmt: skip
    reply = asking.submit(form, {"seen": seen_rows(rows)} | cells, follow_redirects=False)
    assert reply.status_code == 303, reply.text
    return reply.headers["location"]


def fill(asking: Asking, form: str, cells: Cells) -> BeautifulSoup:
    """The same, and the page that follows."""
    return page_of(asking.get(put(asking, form, cells)).text)


def begin(asking: Asking, condition: str = "non-headache") -> Asking:
    asking.submit("/extract", {"study": STUDY}, follow_redirects=False)
    put(asking, TRIAL_FORM, TRIAL | {"study.condition": condition})
    return asking


def folder(data: Path, who: str) -> Path:
    return data / "extraction" / STUDY / who


def own_row(data: Path) -> Row:
    return row_called(read_sheets(folder(data, "anna")), "outcomes", ROW)


@pytest.fixture(scope="module")
def taken_up(tmp_path_factory: pytest.TempPathFactory, begun: Path) -> Path:
    """The data once anna has filled in what the trial is."""
    data = tmp_path_factory.mktemp("taken-up") / "data"
    shutil.copytree(begun, data)
    begin(Asking(Desk(data, debug=True), "anna"))
    return data


@pytest.fixture
def data(tmp_path: Path, taken_up: Path) -> Path:
    shutil.copytree(taken_up, tmp_path / "data")
    return tmp_path / "data"


def test_every_column_that_a_report_answers_has_a_field() -> None:
    of_formats = {name for each in FORMATS for name in (*each.shows, *each.says)}
    besides = {name for each in BESIDES for name in each.shows}
    declared = {column.name for column in columns_of("outcomes")}
    assert {*FIXED, *RESULT, *PLACE, *USE, *of_formats, *besides} == declared
    assert {each.name for each in FORMATS} == {*PRINTED, *RATIOS, "difference"}


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_report_prints_gives_the_effect_of_the_reference(
    client: Client, data: Path, name: str
) -> None:
    cells, effect, se = PRINTED[name]
    page = fill(client(), RESULT_FORM, {**ABOUT, **cells, "reported": name})
    span = limits(effect - 1.959964 * se, effect + 1.959964 * se)
    assert f"SMD {number(effect)} (95% interval {span}), in favour of" in preview_of(page)
    assert field(page, "instrument")["value"] == "SF-MPQ"
    shown = page.find("option", selected=True, value=name)
    assert shown and shown.parent and shown.parent["id"] == "reported"
    assert check_extraction(data, folder(data, "anna")).with_numbers == 1


@pytest.mark.parametrize("name", RATIOS)
def test_a_ratio_is_shown_as_the_question_pools_it(client: Client, data: Path, name: str) -> None:
    cells, ratio, se = RATIOS[name]
    anna = client()
    put(anna, TRIAL_FORM, {"study.condition": "headache"})
    page = fill(anna, RESULT_FORM, {**ABOUT, **cells, "reported": name})
    low, high = (math.exp(math.log(ratio) + side * 1.959964 * se) for side in (-1, 1))
    span = limits(low, high, ratio=True)
    assert f"Risk ratio {number(ratio)} (95% interval {span}), in favour of" in preview_of(page)
    assert check_extraction(data, folder(data, "anna")).with_numbers == 1


def test_a_format_shows_its_fields_and_what_else_is_filled_in(client: Client) -> None:
    anna = client()
    put(anna, RESULT_FORM, {**ABOUT, **MEANS})
    typed = seen_in(anna, RESULT_FORM) | ABOUT | MEANS | {"reported": "median"}
    page = page_of(anna.submit(f"{RESULT_FORM}/tried", typed).text)
    asked = next(each for each in FORMATS if each.name == "median").shows
    shown = {str(tag["name"]) for tag in page.select("#numbers [name]")}
    design = {name for each in BESIDES for name in each.shows}
    assert shown == {*asked, *design, *both("mean", 0, 0), *both("sd", 0, 0)}
    legend = page.find("legend", string="Filled in besides, which this format does not ask for")
    assert legend and legend.parent
    assert {str(tag["name"]) for tag in legend.parent.select("[name]")} == {
        *both("mean", 0, 0), *both("sd", 0, 0)}  # fmt: skip
    assert field(page, "mean_control")["value"] == "4.8"


def test_nothing_is_saved_while_it_is_tried(client: Client, data: Path) -> None:
    anna, sheet = client(), folder(data, "anna") / "outcomes.csv"
    before = sheet.read_bytes()
    reply = anna.submit(f"{RESULT_FORM}/tried", ABOUT | MEANS)
    page = page_of(reply.text)
    assert "Pooled before" in preview_of(page)
    assert "Pooled with it" in preview_of(page)
    assert "2001" in str(page.select("#preview img")[0]["alt"]) or page.select("#preview img")
    assert sheet.read_bytes() == before


def test_what_is_saved_elsewhere_meanwhile_is_in_what_it_comes_to(
    client: Client, data: Path
) -> None:
    """Neither the rows nor the effects that were read before are taken for what files say now."""
    anna, tried = client(), f"{RESULT_FORM}/tried"
    before = preview_of(page_of(anna.submit(tried, ABOUT | MEANS).text))
    other = "simister-2018.pain.follow-up.1"
    DataFolder(data).edit("outcomes.csv", other, mean_intervention="31.46")
    after = preview_of(page_of(anna.submit(tried, ABOUT | MEANS).text))
    fresh = preview_of(page_of(Asking(Desk(data), "anna").submit(tried, ABOUT | MEANS).text))
    assert before != after == fresh


def test_enter_in_a_field_of_a_result_saves_it(client: Client) -> None:
    """A button that shows fields or the effect comes first in sight, and would leave it unsaved."""
    found = pressed_by_enter(client().get(RESULT_FORM).text, RESULT_FORM)
    assert found == {"name": "then", "value": "here", "formaction": None}


def test_the_sheet_says_what_it_would_say_filled_in_by_hand(client: Client, data: Path) -> None:
    by_hand = data.parent / "by-hand"
    shutil.copytree(data, by_hand / "data")
    put(client(), RESULT_FORM, {**ABOUT, **MEANS})
    protocol = load_protocol(data / "protocol.yml")
    sheet = folder(by_hand / "data", "anna") / "outcomes.csv"
    rows = [dict(row.cells) for row in read_sheets(sheet.parent)["outcomes"]]
    next(row for row in rows if row["row_id"] == ROW).update(ABOUT | MEANS)
    expected = spreadsheet_bytes(sheet, offered("outcomes", protocol), rows)
    assert (folder(data, "anna") / "outcomes.csv").read_bytes() == expected


@pytest.mark.parametrize(("cells", "column", "said"), [
    ({"sd_control": "-1"}, "sd_control", "-1 was found"),
    ({"sd_control": ""}, "sd_control", "or, as the report has it"),
    ({"mean_control": "1,234"}, "mean_control", "write 1.234 or 1234"),
    ({"locator": "12-Apr"}, "locator", "is a date"),
    ({"quote": "=cmd()"}, "quote", "a cell that a spreadsheet would run"),
    ({"higher_is": "", "instrument": "new scale"}, "higher_is", "worse or better?"),
    (both("sd", 0.2, 0.2), "sd_intervention", "were the standard deviations standard errors"),
])  # fmt: skip
def test_what_the_check_says_stands_beside_its_field(
    client: Client, cells: Cells, column: str, said: str
) -> None:
    page = fill(client(), RESULT_FORM, {**ABOUT, **MEANS, **cells})
    assert said in problem(page, column)
    assert field(page, column)["aria-invalid"] == "true"
    assert "_control" not in page.get_text()


def test_hostile_text_stays_text(client: Client, data: Path) -> None:
    anna = client()
    names = ("quote", "locator", "instrument", "note", "contrast")
    page = fill(anna, RESULT_FORM, {**MEANS, "higher_is": "worse", **dict.fromkeys(names, HOSTILE)})
    put(anna, TRIAL_FORM, {"study.label": HOSTILE})
    for address in (HOME, TRIAL_FORM, RESULT_FORM, "/extract"):
        page = page_of(anna.get(address).text)
        assert all(script.get("src") for script in page.find_all("script")), address
        assert not page.find("b")
    assert own_row(data)["quote"] == HOSTILE


def test_a_stale_form_overwrites_nothing_and_shows_both_values(client: Client, data: Path) -> None:
    anna = client()
    put(anna, RESULT_FORM, {**ABOUT, **MEANS})
    old = seen_in(anna, RESULT_FORM)
    put(anna, RESULT_FORM, {"mean_control": "4.9"})
    before = (folder(data, "anna") / "outcomes.csv").read_bytes()
    reply = anna.submit(RESULT_FORM, old | {"mean_control": "5.8", "locator": "table 2"})
    assert reply.status_code == 409
    assert (folder(data, "anna") / "outcomes.csv").read_bytes() == before
    choices = page_of(reply.text).find_all("input", attrs={"name": "mean_control"})
    assert [choice["value"] for choice in choices] == ["5.8", "4.9"]
    now = page_of(reply.text).find("input", attrs={"name": "seen"})
    assert isinstance(now, Tag)
    chosen = anna.submit(RESULT_FORM, {"seen": now["value"], "mean_control": "5.8"})
    assert chosen.status_code == 200
    assert own_row(data)["mean_control"] == "5.8"


def test_another_result_is_a_row_of_its_own(client: Client, data: Path) -> None:
    reply = client().submit(f"{HOME}/result", {"outcome": "pain", "timepoint": "follow-up"})
    assert reply.url.path == f"{HOME}/result/{STUDY}.pain.follow-up.2"
    rows = [row["row_id"] for row in read_sheets(folder(data, "anna"))["outcomes"]]
    assert rows[:3] == [f"{STUDY}.pain.post.1", ROW, f"{STUDY}.pain.follow-up.2"]


def two_extractors(client: Client, **ben_reads: str) -> tuple[Asking, Asking]:
    anna, ben = client("anna"), begin(client("ben"))
    put(anna, RESULT_FORM, {**ABOUT, **MEANS, "quote": "Anna’s quote"})
    put(ben, RESULT_FORM, {**ABOUT, **MEANS, "quote": "Anna’s quote", **ben_reads})
    return anna, ben


def test_neither_sees_what_the_other_read_until_both_have_finished(
    client: Client, data: Path
) -> None:
    anna, ben = two_extractors(client, mean_control="5.9")
    anna.submit(f"{HOME}/finished")
    assert is_finished(folder(data, "anna"))
    for address in (HOME, RESULT_FORM, TRIAL_FORM, "/extract", BOTH):
        assert 'value="4.8"' not in ben.get(address).text, address
    refused = anna.get(BOTH)
    assert refused.status_code == 422
    assert "ben has not" in refused.text
    assert "5.9" not in refused.text
    ben.submit(f"{HOME}/finished")
    page = page_of(anna.get(BOTH).text)
    assert [value.text for value in page.select(".value")] == ["4.8", "5.9"]
    put(ben, RESULT_FORM, {"mean_control": "6"})
    assert not is_finished(folder(data, "ben"))
    assert anna.get(BOTH).status_code == 422


def test_who_has_finished_goes_on_without_one_who_does_not(client: Client, data: Path) -> None:
    anna, ben = two_extractors(client, mean_control="5.9")
    without = f"{BOTH}?without=ben"
    assert anna.get(without).status_code == 422  # who has not finished sees nothing
    anna.submit(f"{HOME}/finished")
    assert "waits for ben" in anna.get("/extract").text
    assert without in anna.get(HOME).text
    for asking, address in ((anna, f"{BOTH}?without=cleo"), (ben, f"{BOTH}?without=ben")):
        assert asking.get(address).status_code == 422
    page = page_of(anna.get(without).text)
    assert "ben has not finished" in page.text
    for found in page.select("form [name=column]"):
        said = difference(page, str(found["value"]))
        assert found.find_parent("form")["action"] == without
        anna.submit(without, said | {"take": "first"}, follow_redirects=False)
    assert anna.submit(f"{HOME}/accept?without=ben").status_code == 200
    assert load(data).outcomes[-1].mean_control == 4.8


@pytest.mark.parametrize(("place", "content", "said"), [
    ("trial-2026/anna", "when,rows\nyesterday,abc\n", ":2: when: "),
    ("trial-2026/anna", "when\nyesterday\n", "rows"),
    ("trial-2026/Anna", "when,rows\n", "'Anna' is nobody's name"),
    ("other-2026/anna", "when,rows\n", "no sheets of a trial called 'other-2026'"),
])  # fmt: skip
def test_who_has_finished_is_looked_at(data: Path, place: str, content: str, said: str) -> None:
    path = data / "extraction" / place / FINISHED
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EvidenceError) as refused:
        read_finished(data)
    told = "\n".join(map(str, refused.value.problems))
    assert said in told
    assert FINISHED in told


def test_rows_that_are_not_valid_are_not_finished(client: Client, data: Path) -> None:
    anna = client()
    put(anna, RESULT_FORM, {**ABOUT, **MEANS, "sd_control": "-1"})
    reply = anna.submit(f"{HOME}/finished")
    assert reply.status_code == 422
    told = page_of(reply.text).find(role="alert")
    assert told and "Pain at follow-up: standard deviation in the control arm" in told.text
    assert not is_finished(folder(data, "anna"))


def difference(page: BeautifulSoup, column: str) -> Cells:
    hidden = page.find("input", attrs={"name": "column", "value": column})
    assert hidden and hidden.parent
    return {str(tag["name"]): str(tag["value"]) for tag in hidden.parent.select("[type=hidden]")}


def test_what_two_agree_on_is_taken_as_the_command_takes_it(client: Client, data: Path) -> None:
    anna, ben = two_extractors(client, mean_control="5.9", locator="", sd_control="2.2")
    for asking in (anna, ben):
        asking.submit(f"{HOME}/finished", follow_redirects=False)
    page = page_of(anna.get(BOTH).text)
    assert "“Anna’s quote”, table 2" in page.text
    # Who types a third value and presses Enter takes that one, and nobody's.
    assert page.select_one("section.difference button")["value"] == "third"
    mean, locator, sd = (difference(page, c) for c in ("mean_control", "locator", "sd_control"))
    assert anna.submit(f"{HOME}/accept").status_code == 422
    anna.submit(BOTH, mean | {"take": "second"}, follow_redirects=False)
    anna.submit(BOTH, locator | {"take": "second"})
    assert anna.submit(BOTH, sd | {"take": "third", "third": "2.1"}).status_code == 422
    anna.submit(
        BOTH,
        sd | {"take": "third", "third": "2,1", "reason": "both misread it"},
        follow_redirects=False,
    )
    first, second = folder(data, "anna"), folder(data, "ben")
    settled = read_differences(differences_of(first))
    assert [(d.column, d.agreed, d.reason) for d in settled] == [
        ("mean_control", "5.9", ""), ("sd_control", "2.1", "both misread it"),
        ("locator", "blank", "")]  # fmt: skip
    other = data.parent / "other/data"
    shutil.copytree(data, other)
    accept(other, folder(other, "anna"), folder(other, "ben"))
    said = anna.submit(f"{HOME}/accept").text
    assert "Taken into the evidence: the trial, its report and its results." in said
    for name in ("studies", "sources", "outcomes"):
        assert (data / f"{name}.csv").read_bytes() == (other / f"{name}.csv").read_bytes()
    (row,) = (row for row in load(data).outcomes if row.row_id == ROW)
    assert (row.mean_control, row.sd_control, row.locator) == (5.9, 2.1, "")
    assert "in the evidence since" in anna.get("/extract").text
    # A form that was left open: what it says is kept, and that the evidence has it not is said.
    assert "evidence already" in str(fill(anna, RESULT_FORM, {"mean_control": "6.3"}))
    assert (own_row(data)["mean_control"], row.mean_control) == ("6.3", 5.9)
    # Where nothing changes, or the cell says what the evidence says, there is nothing to say.
    for same in ("6.3", "5.90"):
        assert "evidence already" not in str(fill(anna, RESULT_FORM, {"mean_control": same}))
    # What cannot be read is met before anything is saved.
    history = history_of(data, STUDY)
    history.write_text(f"<<<<<<< ours\n{history.read_text('utf-8')}", encoding="utf-8")
    sent = seen_in(anna, RESULT_FORM) | {"mean_control": "7.7"}
    refused = anna.submit(RESULT_FORM, sent)
    assert (refused.status_code, "Nothing of it was saved" in refused.text) == (422, True)
    assert own_row(data)["mean_control"] == "5.90"
    history.write_text(history.read_text("utf-8").split("\n", 1)[1], encoding="utf-8")
    put(anna, RESULT_FORM, {"mean_control": "4.8"})
    assert compare(data, first, second)


def test_a_difference_that_changed_meanwhile_is_not_settled(client: Client, data: Path) -> None:
    anna, ben = two_extractors(client, mean_control="5.9")
    for asking in (anna, ben):
        asking.submit(f"{HOME}/finished", follow_redirects=False)
    old = difference(page_of(anna.get(BOTH).text), "mean_control")
    put(ben, RESULT_FORM, {"mean_control": "6.1"})
    ben.submit(f"{HOME}/finished")
    reply = anna.submit(BOTH, old | {"take": "second"})
    assert reply.status_code == 409
    assert [value.text for value in page_of(reply.text).select(".value")] == ["4.8", "6.1"]
    assert not differences_of(folder(data, "anna")).exists()


def test_what_was_settled_at_the_command_line_the_other_way_round_holds(
    client: Client, data: Path
) -> None:
    anna, ben = two_extractors(client, mean_control="5.9")
    for asking in (anna, ben):
        asking.submit(f"{HOME}/finished", follow_redirects=False)
    second, first = folder(data, "anna"), folder(data, "ben")
    (found,) = compare(data, first, second)
    path = differences_of(first)
    write_differences(path, [found])
    path.write_text(path.read_text().rstrip("\n") + "5.9\n")
    page = page_of(anna.get(BOTH).text)
    assert [tag.text for tag in page.select(".settled strong")] == ["5.9"]
    anna.submit(f"{HOME}/accept")
    assert any(row.row_id == ROW and row.mean_control == 5.9 for row in load(data).outcomes)


PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def test_a_report_is_kept_beside_the_data_and_shown_in_a_frame(client: Client, data: Path) -> None:
    anna = client()
    name = "../../Östgren 2001 (final).PDF"
    anna.submit(f"{HOME}/report", files={"report": (name, PDF, "application/pdf")})
    (kept,) = (data.parent / "_reports").rglob("*.pdf")
    assert kept == data.parent / f"_reports/{STUDY}/stgren-2001-final.pdf"
    frame = page_of(anna.get(RESULT_FORM).text).find("iframe")
    assert isinstance(frame, Tag)
    shown = anna.get(str(frame["src"]))
    assert shown.content == PDF
    assert shown.headers["content-type"] == "application/pdf"
    assert "frame-ancestors 'self'" in shown.headers["content-security-policy"]
    assert "/_reports/" in (Path(__file__).parents[2] / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("name", [
    "..%2F..%2F..%2Fdata%2Fprotocol.yml", "%2E%2E%2Fprotocol.yml", "secret.pdf", "note.txt",
    "link.pdf", "web.pdf",
])  # fmt: skip
def test_no_other_file_is_shown_as_a_report(client: Client, data: Path, name: str) -> None:
    reports = data.parent / "_reports" / STUDY
    reports.mkdir(parents=True)
    (reports.parent / "secret.pdf").write_bytes(PDF)
    (reports / "note.txt").write_bytes(PDF)
    (reports / "web.pdf").write_text("<script>window.ran = 1</script>")
    (reports / "link.pdf").symlink_to(reports.parent / "secret.pdf")
    assert client().get(f"{HOME}/report/{name}").status_code == 404


def test_what_is_no_pdf_is_not_kept(client: Client, data: Path) -> None:
    reply = client().submit(f"{HOME}/report", files={"report": ("a.pdf", b"<html>", "text/html")})
    assert reply.status_code == 422
    assert "not a PDF" in reply.text
    assert not (data.parent / "_reports").exists()


def test_the_list_says_how_far_each_trial_is(client: Client, data: Path) -> None:
    anna, ben = client(), client("ben")
    assert "anna: begun" in anna.get("/extract").text
    assert "Begin" in ben.get("/extract").text
    assert client("cleo").get(HOME).status_code == 404
    other = data.parent / "other/data"
    shutil.copytree(data, other)
    ben.submit("/extract", {"study": STUDY})
    new_extraction(other, STUDY, "ben", reports_of(load_screening(other), STUDY))
    for path in folder(other, "ben").iterdir():
        assert (folder(data, "ben") / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("study", ["../x", "A B", "", "x/../../y"])
def test_a_trial_that_is_no_slug_is_refused(client: Client, data: Path, study: str) -> None:
    assert client().submit("/extract", {"study": study}).status_code == 422
    assert [path.name for path in (data / "extraction").iterdir()] == [STUDY]


HARMS_FORM = "/extract/friesen-2017/harms"
HARM = {"what": "harms", "arm": "intervention", "value": "no serious event", "unit": "statement",
        "source_id": "gandy-2022"}  # fmt: skip


def test_harms_are_added_as_the_command_adds_them(client: Client, data: Path) -> None:
    other = data.parent / "other/data"
    shutil.copytree(data, other)
    anna = client()
    shown = page_of(anna.submit(HARMS_FORM, HARM).text)
    assert "harms, intervention: no serious event" in [s.text for s in shown.select("summary")]
    said = [part for column, cell in HARM.items() for part in ("--say", f"{column}={cell}")]
    typed_on(other, "extract harms friesen-2017", *said)
    path = "acceptability.csv"
    assert (data / path).read_bytes() == (other / path).read_bytes()
    assert anna.submit(HARMS_FORM, HARM).status_code == 409
    assert (data / path).read_bytes() == (other / path).read_bytes()
    refused = anna.submit(HARMS_FORM, HARM | {"side": "control", "events": "5", "total": "3"})
    assert refused.status_code == 422
    assert "5 participants of 3" in problem(page_of(refused.text), "new-events")


def test_a_row_of_harms_is_corrected_unless_it_changed_meanwhile(
    client: Client, data: Path
) -> None:
    anna = client()
    form = page_of(anna.get(HARMS_FORM).text).select("details form")[0]
    cells = {str(tag["name"]): str(tag.get("value", "")) for tag in form.select("input, textarea")}
    chosen = {str(tag["name"]): str(tag.select("[selected]")[0]["value"])
              for tag in form.select("select") if tag.select("[selected]")}  # fmt: skip
    before = load(data).acceptability
    cells |= chosen | {"value": "28"}
    assert anna.submit(HARMS_FORM, cells).status_code == 200
    now = load(data).acceptability
    assert [row.value for row in now if row not in before] == ["28"]
    assert len(now) == len(before)
    stale = anna.submit(HARMS_FORM, cells | {"value": "27"})
    assert stale.status_code == 409
    assert field(page_of(stale.text), "new-value")["value"] == "27"
    assert load(data).acceptability == now
