from __future__ import annotations

from pathlib import Path

import pytest

from analysis.files.problems import ReviewError
from analysis.files.withdrawals import carry_out
from analysis.screening.extraction_template import new_extraction
from analysis.screening.withdrawn_extraction import withdrawn_extraction
from tests.files.contents import contents

STUDY, NOW = "andersson-2026", "2026-11-28T10:15:00Z"


def undo(data: Path, who: str) -> Path:
    plan = withdrawn_extraction(data, STUDY, who)
    return carry_out(data, plan, who, NOW, "another trial's report")


def test_the_folder_goes_whole_and_stays_on_record(data: Path) -> None:
    new_extraction(data, STUDY, "ben")
    before = contents(data / "extraction")
    new_extraction(data, STUDY, "anna")
    filled = data / f"extraction/{STUDY}/anna"
    (filled / "outcomes.csv").write_text("work")
    work = contents(filled)
    folder = undo(data, "anna")
    assert before.items() <= contents(data / "extraction").items()
    assert not filled.exists()
    assert contents(folder / f"extraction/{STUDY}/anna") == work
    # Begun anew it is blank again, and taken back again it stands beside the first.
    new_extraction(data, STUDY, "anna")
    assert undo(data, "anna").name == f"extraction-{STUDY}-anna-2"


def test_nobody_takes_back_what_nobody_extracted(data: Path) -> None:
    with pytest.raises(ReviewError, match="anna has not extracted andersson-2026: nobody has"):
        withdrawn_extraction(data, STUDY, "anna")
    new_extraction(data, STUDY, "ben")
    with pytest.raises(ReviewError, match="anna has not extracted andersson-2026: ben has"):
        withdrawn_extraction(data, STUDY, "anna")
