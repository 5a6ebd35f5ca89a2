"""What the Retraction Watch database says of a trial is found, however it is written."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.evidence.integrity import findings
from analysis.evidence.integrity.retractions import snapshot_fault
from analysis.evidence.load import load
from analysis.evidence.notice_rows import Notice
from analysis.evidence.rows import Evidence, Ruling, Trial
from analysis.files.problems import EvidenceError, ReviewError
from analysis.searching.retraction_watch import Kept, keep_notices, look_up
from tests.evidence.folder import DataFolder
from tests.evidence.rulings import made_now
from tests.searching.notices import HEADER, database, notice

TODAY = dt.date(2026, 11, 28)
TITLE = "An Internet-based course for people with chronic pain: a randomised trial of naïve users"


@pytest.fixture
def trial(evidence: Evidence) -> Trial:
    return replace(
        evidence.trials["berman-2009"],
        study_id="made-2020",
        title=TITLE,
        doi="10.5555/made.trial.1",
        pmid="912345678",
        other_reports="10.5555/made.follow-up (twelve months)",
    )


def found(
    path: Path, rows: Sequence[dict[str, str]], *trials: Trial, encoding: str = "utf-8"
) -> tuple[Notice, ...]:
    content = database([*map(notice, range(1, 40)), *rows, *map(notice, range(50, 90))])
    path.write_bytes(content.encode(encoding))
    return look_up(path, trials, TODAY).notices


@pytest.mark.parametrize(
    ("cells", "how"),
    [
        ({"OriginalPaperDOI": "10.5555/made.trial.1"}, "DOI"),
        ({"OriginalPaperDOI": "10.5555/MADE.Trial.1"}, "DOI"),
        ({"OriginalPaperDOI": "https://doi.org/10.5555/made.trial.1 "}, "DOI"),
        ({"OriginalPaperDOI": "http://dx.doi.org/10.5555/Made.Trial.1"}, "DOI"),
        ({"OriginalPaperDOI": "doi: 10.5555/made.trial.1"}, "DOI"),
        ({"OriginalPaperDOI": "10.5555/other; 10.5555/made.trial.1"}, "DOI"),
        ({"OriginalPaperDOI": "unavailable", "OriginalPaperPubMedID": "912345678"}, "PMID"),
        ({"OriginalPaperDOI": "", "OriginalPaperPubMedID": "912345678.0"}, "PMID"),
        ({"Title": TITLE}, "title"),
        ({"Title": TITLE.upper()}, "title"),
        ({"Title": TITLE.replace("ï", "i").replace(":", " -") + "."}, "title"),
        ({"Title": TITLE.replace("-", " ").replace("ï", "i\u0308")}, "title"),
        ({"Title": f"RETRACTED: <i>{TITLE}</i>"}, "title"),
        (
            {"Title": TITLE, "OriginalPaperDOI": "10.5555/elsewhere"},
            "title above another number",
        ),
        ({"OriginalPaperDOI": "10.5555/MADE.follow-up"}, "companion paper"),
    ],
)  # fmt: skip
def test_a_notice_is_found(tmp_path: Path, trial: Trial, cells: dict[str, str], how: str) -> None:
    nothing = {"OriginalPaperDOI": "Unavailable", "OriginalPaperPubMedID": "0"}
    (only,) = found(tmp_path / "rw.csv", [notice(45, **(nothing | cells))], trial)
    assert only == Notice(
        study_id="made-2020",
        record_id="45",
        nature="retraction",
        date="2025-10-18",
        doi="10.5555/notice.45",
        pmid="",
        reason="Error in Data; Investigation by Journal/Publisher",
        matched_by=how,  # type: ignore[arg-type]
    )


def test_what_is_not_about_a_trial_is_not_found(tmp_path: Path, trial: Trial) -> None:
    rows = [
        notice(45, OriginalPaperDOI="10.5555/made.trial.10"),
        notice(46, OriginalPaperPubMedID="91234567"),
        notice(47, Title=f"{TITLE} in Sweden"),
        notice(48, RetractionDOI="10.5555/made.trial.1"),
        notice(49, Title="Reply"),
    ]
    short = replace(trial, study_id="short-2020", title="Reply", doi="", pmid="", other_reports="")
    assert found(tmp_path / "rw.csv", rows, trial, short) == ()
    assert look_up(tmp_path / "rw.csv", [trial, short], TODAY).unnamed == (short.label,)


def test_the_surest_way_decides_and_two_trials_of_one_report_both_have_the_notice(
    tmp_path: Path, trial: Trial
) -> None:
    twin = replace(trial, study_id="twin-2020", pmid="")
    other = replace(trial, study_id="other-2020", doi="10.5555/other", title="", other_reports="")
    row = notice(45, OriginalPaperDOI=trial.doi, OriginalPaperPubMedID=other.pmid, Title=TITLE)
    notices = found(tmp_path / "rw.csv", [row], trial, other, twin)
    assert [(n.study_id, n.matched_by) for n in notices] == [
        ("made-2020", "DOI"),
        ("twin-2020", "DOI"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_any_encoding_in_which_it_was_published_is_read(
    tmp_path: Path, trial: Trial, encoding: str
) -> None:
    row = notice(45, OriginalPaperDOI="", OriginalPaperPubMedID="0", Title=TITLE)
    (only,) = found(tmp_path / "rw.csv", [row], trial, encoding=encoding)
    assert only.matched_by == "title"


def test_lines_in_two_encodings_are_each_read_in_their_own(tmp_path: Path, trial: Trial) -> None:
    other = replace(trial, study_id="second-2020", doi="", pmid="", title=f"{TITLE} in Málaga")
    rows = [notice(n, OriginalPaperDOI="", OriginalPaperPubMedID="0") for n in (45, 46)]
    lines = database(rows).splitlines(keepends=True)
    title = "Effects of compound {} on the growth of cells in a dish"
    path = tmp_path / "rw.csv"
    path.write_bytes(
        lines[0].encode()
        + lines[1].replace(title.format(45), TITLE).encode("utf-8")
        + lines[2].replace(title.format(46), other.title).encode("cp1252")
    )
    notices = look_up(path, [trial, other], TODAY).notices
    assert [n.study_id for n in notices] == ["made-2020", "second-2020"]


def test_every_row_is_read_or_named(tmp_path: Path, trial: Trial) -> None:
    """A column without a name at the end, as older files have it, and a row that lacks cells."""
    lines = database(map(notice, range(1, 301))).splitlines()
    lines[0] += ","
    lines[1:] = [line + "," for line in lines[1:]]
    lines[100] = "100,a row cut off"
    path = tmp_path / "rw.csv"
    path.write_text("\r\n".join(lines), newline="")
    read = look_up(path, [trial], TODAY)
    assert (read.rows, read.notices) == (300, ())
    assert [(problem.line, problem.message) for problem in read.unread] == [
        (101, "2 cells where the header names 21: this row is not read")
    ]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace("OriginalPaperDOI", "DOI"), r"rw\.csv:1: OriginalPaperDOI: "),
        (lambda text: text[: text.index("\n") + 1], "no notice stands below the header"),
        (lambda text: text.replace(" 0:00,10.", " 0:00;10."), "18 cells where the header names 20"),
        (lambda text: text.replace("/2025 0:00", " days ago"), "RetractionDate: most are not"),
        (lambda text: text.rstrip()[:-30], r"rw\.csv:40: not valid CSV"),
        (lambda _: "PK\x03\x04", "this is a zip archive or a spreadsheet"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, trial: Trial, damage, said: str) -> None:
    path = tmp_path / "rw.csv"
    path.write_text(damage(database(map(notice, range(1, 40)))), newline="")
    with pytest.raises(EvidenceError, match=said):
        look_up(path, [trial], TODAY)


def kept(folder: DataFolder, rows: Sequence[dict[str, str]], day: str | None = None) -> Kept:
    path = folder.path.parent / "rw.csv"
    path.write_text(database([*map(notice, range(1, 40)), *rows]), newline="")
    return keep_notices(folder.path, path, dt.date.fromisoformat(day) if day else None, TODAY)


def about(folder: DataFolder, study_id: str, number: int, **cells: str) -> dict[str, str]:
    doi = load(folder.path).trials[study_id].doi
    return notice(number, OriginalPaperDOI=doi, **cells)


def test_what_is_kept_is_what_concerns_the_review(folder: DataFolder) -> None:
    row = about(folder, "dear-2013", 45, Reason="=HYPERLINK(0);+Fraud\x07")
    said = kept(folder, [row])
    evidence = load(folder.path)
    assert [n.study_id for n in evidence.notices] == ["dear-2013"]
    assert evidence.notices[0].reason == "HYPERLINK(0); Fraud"
    (snapshot,) = evidence.snapshots
    content = (folder.path.parent / "rw.csv").read_bytes()
    assert snapshot.sha256 == hashlib.sha256(content).hexdigest()
    assert (snapshot.rows, snapshot.unread, snapshot.date) == (40, 0, "2025-12-24")
    assert (said.new, said.gone) == (evidence.notices, ())


def test_again_changes_nothing_and_a_later_snapshot_goes_before(folder: DataFolder) -> None:
    row = about(folder, "dear-2013", 45)
    kept(folder, [row], "2026-11-01")
    files = [folder.path / name for name in ("notices.csv", "notice_snapshots.csv")]
    before = [file.read_bytes() for file in files]
    assert kept(folder, [row], "2026-11-01").new == ()
    assert [file.read_bytes() for file in files] == before
    gone = kept(folder, [], "2026-11-20").gone
    assert [n.record_id for n in gone] == ["45"]
    assert load(folder.path).notices == ()
    assert [s.date for s in load(folder.path).snapshots] == ["2026-11-01", "2026-11-20"]
    with pytest.raises(ReviewError, match="already sought in a snapshot of 2026-11-20"):
        kept(folder, [row], "2026-11-02")
    with pytest.raises(ReviewError, match="2026-12-24 is yet to come"):
        kept(folder, [row], "2026-12-24")
    assert load(folder.path).notices == ()


def test_one_number_twice_with_other_content_is_two_notices(folder: DataFolder) -> None:
    rows = [
        about(folder, "dear-2013", 45, RetractionNature=n) for n in ("Correction", "Retraction")
    ]
    assert [(n.record_id, n.nature) for n in kept(folder, [*rows, rows[0]]).found.notices] == [
        ("45", "correction"),
        ("45, line 42", "retraction"),
    ]


SUSPECT, NOTE = "suspect", "note"


@pytest.mark.parametrize(
    ("notices", "severity"),
    [
        ([("Retraction", "3/1/2024 0:00")], SUSPECT),
        ([("Expression of concern", "3/1/2024 0:00")], SUSPECT),
        ([("Something new", "3/1/2024 0:00")], SUSPECT),
        ([("Correction", "3/1/2024 0:00")], NOTE),
        ([("Retraction", "3/1/2024 0:00"), ("Reinstatement", "10/2/2024 0:00")], NOTE),
        ([("Reinstatement", "3/1/2024 0:00"), ("Retraction", "10/2/2024 0:00")], SUSPECT),
        ([("Retraction", "no day"), ("Reinstatement", "10/2/2024 0:00")], SUSPECT),
        ([("Correction", "3/1/2024 0:00"), ("Retraction", "2024-10-02")], SUSPECT),
    ],
)
def test_a_notice_is_a_finding_of_integrity(
    folder: DataFolder, notices: list[tuple[str, str]], severity: str
) -> None:
    kept(
        folder,
        [
            about(folder, "dear-2013", 45 + n, RetractionNature=nature, RetractionDate=day)
            for n, (nature, day) in enumerate(notices)
        ],
    )
    found = [f for f in findings(load(folder.path)) if f.check == "retracted or questioned"]
    assert [(f.study_id, f.severity, f.keeps_out) for f in found] == [
        ("dear-2013", severity, severity == SUSPECT)
    ]
    assert all(nature.casefold() in found[0].text for nature, _ in notices)


def test_a_ruling_is_about_the_notices(folder: DataFolder) -> None:
    """A retraction that follows an accepted concern is looked at again; a corrected row is not."""
    concern = about(folder, "dear-2013", 45, RetractionNature="Expression of concern")
    kept(folder, [concern])

    def ruled_out() -> bool:
        found = findings(replace(load(folder.path), rulings=(signed,)))
        (finding,) = [f for f in found if f.check == "retracted or questioned"]
        return finding.keeps_out

    ruling = Ruling(
        "retracted or questioned", "dear-2013", "", "accept", "settled", "A. Person", "2026-11-23"
    )
    (signed,) = made_now(load(folder.path), ruling)
    assert not ruled_out()
    folder.edit("studies.csv", "dear-2013", n_randomised_total="64")
    folder.edit("outcomes.csv", "dear-2013.pain.post.1", effect="0.46")
    assert not ruled_out()
    kept(folder, [concern, about(folder, "dear-2013", 46)])
    assert ruled_out()


def test_trials_that_came_in_or_changed_since_are_looked_up_again(folder: DataFolder) -> None:
    assert snapshot_fault(load(folder.path)) == "retraction notices were never looked for"
    kept(folder, [], "2026-11-20")
    assert snapshot_fault(load(folder.path)) == ""
    folder.edit("studies.csv", "dear-2013", doi="10.5555/another")
    assert "were corrected since" in snapshot_fault(load(folder.path))
    kept(folder, [], "2026-11-20")
    assert snapshot_fault(load(folder.path)) == ""


def test_the_columns_are_those_of_the_database() -> None:
    from analysis.searching.retraction_watch import COLUMNS

    assert set(COLUMNS) <= set(HEADER)
