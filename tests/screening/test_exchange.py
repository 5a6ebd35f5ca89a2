"""Records out to Rayyan, Covidence and ASReview LAB; decisions back from files in their shapes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import rispy

from analysis.files.problems import EvidenceError, ReviewError
from analysis.screening.decisions import load_screening
from analysis.screening.exchange import COLUMN, TOOLS, Told, write_exchange
from analysis.screening.session import Session
from analysis.screening.sheet import SheetReport, read_sheet

STAGE = "title-abstract"


def out(data: Path, name: str) -> tuple[Path, tuple[str, ...]]:
    session = Session(data, "ben")
    path = data.parent / name
    write_exchange(path, session.library, session.order)
    return path, tuple(session.order)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def back(data: Path, name: str, rows: list[dict[str, str]], told: Told) -> SheetReport:
    path = data.parent / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return read_sheet(path, data, load_screening(data), STAGE, "ben", told=told)


def kept(data: Path) -> dict[str, tuple[str, str, str]]:
    latest = load_screening(data).latest(STAGE)
    return {
        record: (by["ben"].decision, by["ben"].criterion, by["ben"].note)
        for record, by in latest.items()
        if "ben" in by
    }


def test_an_outside_reader_of_ris_finds_every_record_and_its_identity(data: Path, five) -> None:
    path, order = out(data, "out.ris")
    records = load_screening(data).library.records
    read = rispy.loads(path.read_text(encoding="utf-8"))
    assert [entry["accession_number"] for entry in read] == list(order)
    for entry in read:
        ours = records[entry["accession_number"]]
        assert entry["title"] == ours.title
        assert entry.get("abstract", "") == ours.abstract
        assert entry.get("doi", "") == ours.doi
        assert "; ".join(entry.get("authors", [])) == ours.authors
        assert entry["notes"] == [f"review-record: {ours.record_id}"]


def test_the_table_names_each_record_in_the_columns_that_tools_keep(data: Path, five) -> None:
    path, order = out(data, "out.csv")
    for row, record_id in zip(table(path), order, strict=True):
        assert row["key"] == row["accession_number"] == row[COLUMN] == record_id
        assert row["notes"] == f"review-record: {record_id}"


def test_rayyan(data: Path, five) -> None:
    """Its CSV: a key of its own, and the decisions of all reviewers in the notes."""
    path, order = out(data, "out.csv")
    said = [
        'RAYYAN-INCLUSION: {"Ann"=>"Included", "Ben Z"=>"Excluded"} | '
        "RAYYAN-EXCLUSION-REASONS: wrong population,old",
        'RAYYAN-INCLUSION: {"Ben Z"=>"Included"} | RAYYAN-LABELS: check',
        'RAYYAN-INCLUSION: {"Ann"=>"Excluded", "Ben Z"=>"Maybe"}',
        'RAYYAN-INCLUSION: {"Ann"=>"Excluded"}',
        "",
    ]
    rows = [
        {"key": f"rayyan-{i}", "title": row["title"], "notes": f"{row['notes']} | {more}"}
        for i, (row, more) in enumerate(zip(table(path), said, strict=True))
    ]
    with pytest.raises(EvidenceError, match=r"line 2|:2: .*Ann, Ben Z: say whose with --reviewer"):
        back(data, "rayyan.csv", rows, Told("rayyan"))
    assert kept(data) == {}
    report = back(data, "rayyan.csv", rows, Told("rayyan", reviewer="Ben Z"))
    assert (report.taken, report.blank, report.strangers) == (3, 2, ())
    assert kept(data) == {
        order[0]: ("exclude", "participants", "wrong population; old"),
        order[1]: ("include", "", ""),
        order[2]: ("unsure", "", ""),
    }
    again = back(data, "rayyan.csv", rows, Told("rayyan", reviewer="Ben Z"))
    assert (again.taken, again.unchanged) == (0, 3)


def test_covidence(data: Path, five) -> None:
    """Its CSV: a list for each decision, our identity as the accession number."""
    path, order = out(data, "out.csv")
    rows = [
        {"Title": row["title"], "Authors": row["authors"], "Published Year": row["year"],
         "Accession Number": row["accession_number"], "Covidence #": f"#{i}", "Study": "A 2020",
         "Notes": "Exclusion reason: Wrong study design; ", "Tags": ""}
        for i, row in enumerate(table(path)[:2])
    ]  # fmt: skip
    with pytest.raises(EvidenceError, match="say which with --decided"):
        back(data, "irrelevant.csv", rows, Told("covidence"))
    report = back(data, "irrelevant.csv", rows, Told("covidence", decided="exclude"))
    assert report.taken == 2
    assert kept(data) == dict.fromkeys(order[:2], ("exclude", "design", "Wrong study design"))


def test_asreview(data: Path, five) -> None:
    """Its CSV keeps all columns and adds labels; unread records have none, or -1."""
    path, order = out(data, "out.csv")
    rows = [row | {"asreview_label": label, "asreview_note": note}
            for row, label, note in zip(table(path), ("1", "0", "", "-1", "0"),
                                        ("", "a survey", "", "", ""), strict=True)]  # fmt: skip
    report = back(data, "asreview.csv", rows, Told("asreview"))
    assert (report.taken, report.blank) == (3, 2)
    assert kept(data) == {
        order[0]: ("include", "", ""),
        order[1]: ("exclude", "", "a survey"),
        order[4]: ("exclude", "", ""),
    }


def test_asreview_writes_its_labels_into_the_notes_of_ris(data: Path, five) -> None:
    path, order = out(data, "out.ris")
    records = path.read_text(encoding="utf-8").split("ER  - ")
    labels = ("ASReview_relevant", "ASReview_irrelevant", "ASReview_not_seen")
    labelled = [
        f"{record}N1  - {label}\n" for record, label in zip(records[:3], labels, strict=True)
    ]
    path.write_text("ER  - ".join([*labelled, *records[3:]]), encoding="utf-8")
    report = read_sheet(path, data, load_screening(data), STAGE, "ben", told=Told("asreview"))
    assert (report.taken, report.blank) == (2, 3)
    assert {name: said[0] for name, said in kept(data).items()} == {
        order[0]: "include", order[1]: "exclude",
    }  # fmt: skip


@pytest.mark.parametrize("tool", TOOLS)
def test_a_record_that_a_person_added_in_the_tool_is_named_and_not_taken(
    data: Path, five, tool
) -> None:
    path, _ = out(data, "out.csv")
    rows = [row | {"asreview_label": "1"} for row in table(path)]
    rows[1] |= dict.fromkeys(("key", "accession_number", COLUMN, "notes"), "")
    rows[1]["title"] = "Found by hand"
    report = back(data, "more.csv", rows, Told(tool, decided="include"))
    assert report.strangers == ("line 3: Found by hand",)
    assert report.taken + report.blank == 4


def test_what_is_there_is_not_overwritten(data: Path, five) -> None:
    path, _ = out(data, "out.ris")
    with pytest.raises(ReviewError, match="is there already"):
        out(data, path.name)


def test_a_full_report_needs_a_criterion_that_the_tool_does_not_name(data: Path, five) -> None:
    path, _ = out(data, "out.csv")
    row = table(path)[0] | {"notes": "Exclusion reason: Too short;"}
    file = data.parent / "excluded.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, row.keys())
        writer.writeheader()
        writer.writerow(row)
    told = Told("covidence", decided="exclude")
    with pytest.raises(EvidenceError, match=r"excluded\.csv:2: .*names the criterion that fails"):
        read_sheet(file, data, load_screening(data), "full-report", "ben", told=told)
