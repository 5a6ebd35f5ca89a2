"""The summary of findings to take along says what the page says, in Word and as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from analysis.evidence.rows import Evidence
from analysis.execution.handover import Again
from analysis.pages import summary_of_findings_page as page
from analysis.publishing.offered_file import Download
from analysis.publishing.summaries import COLUMNS, CSV, WORD, summaries
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.summary_of_findings import SUMMARISED, Findings, findings_of
from analysis.versions.edition import Edition

CONDITIONS = ("headache", "non-headache")
Results = Mapping[str, Synthesis]


@pytest.fixture(scope="module")
def offered(evidence: Evidence, syntheses: Results) -> dict[str, Download]:
    made = summaries(evidence, syntheses, Edition(evidence.protocol.version), Again())
    assert made == summaries(evidence, syntheses, Edition(evidence.protocol.version), Again())
    return {file.path: file for file in made}


def in_word(file: Download) -> str:
    """All text of the body, tables in their places, without what separates it."""
    document = Document(io.BytesIO(file.content))
    return squeezed("".join(t.text or "" for t in document.element.body.iter(qn("w:t"))))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def cells(found: Findings) -> list[str]:
    """What every cell of the tables says, and every note."""
    said = [found.title, *found.about.values(), found.standing, *found.events, found.smd_to_risk]
    said += [note.said for note in found.assumptions]
    for table in found.tables:
        said.append(table.rule)
        for row in table.rows:
            said += [row.label, row.happens, row.participants, row.effect, row.remark]
            said += [row.points.said] if row.points else []
            said += [risk.assumed for risk in row.risks]
            said += [f"{risk.corresponding}" for risk in row.risks]
            said += [risk.difference for risk in row.risks]
            said += [reason.note.said for reason in row.reasons]
            said += [reason.step.outcome_text for reason in row.reasons]
            said += [row.certainty.rating.capitalize()] if row.certainty else []
            said += [line for told in row.counted for line in (told.trial, *told.lines)]
    return [text for text in said if text]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_word_and_page_say_the_same(
    evidence: Evidence, syntheses: Results, offered: dict[str, Download], condition: str
) -> None:
    found = findings_of(evidence, syntheses, condition)
    written = in_word(offered[WORD.format(condition)])
    shown = (page.question(found), page.standing(found), page.assumptions(found),
             *(page.findings(found, table) for table in found.tables))  # fmt: skip
    markup = squeezed(re.sub(r"<[^>]+>", "", "".join(shown)).replace("&#39;", "'"))
    expected = cells(found)
    assert len(expected) > 100
    for text in expected:
        assert squeezed(text) in written, text
        assert text == found.title or squeezed(text) in markup, text


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_document_is_made_for_paper(
    evidence: Evidence, offered: dict[str, Download], condition: str
) -> None:
    document = Document(io.BytesIO(offered[WORD.format(condition)].content))
    for section in document.sections:
        assert section.orientation == WD_ORIENT.LANDSCAPE
        assert (section.page_width.mm, section.page_height.mm) == pytest.approx((297, 210), abs=0.1)
    assert len(document.tables) == len(evidence.protocol.timepoints)
    for table in document.tables:
        repeated = [row for row in table.rows if row._tr.trPr.find(qn("w:tblHeader")) is not None]
        assert repeated == table.rows[:2] or len(repeated) == 2
        assert sum(cell.width.mm for cell in table.rows[2].cells) <= 277.1
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
    footer = document.sections[0].footer._element
    fields = [f.get(qn("w:instr")) for f in footer.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    about, day = document.core_properties, evidence.protocol.version.date
    assert about.title == f"Summary of findings: {evidence.protocol.condition(condition).label}"
    assert about.created == dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_table_has_a_row_for_each_outcome_and_assumed_risk(
    evidence: Evidence, syntheses: Results, offered: dict[str, Download], condition: str
) -> None:
    text = offered[CSV.format(condition)].content.decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(rows[0]) == list(COLUMNS)
    found = findings_of(evidence, syntheses, condition)
    assert len(rows) == sum(max(1, len(row.risks)) for at in found.tables for row in at.rows)
    assert set(SUMMARISED.values()) <= {row["outcome"] for row in rows}
    by_place = {(row["timepoint"], row["outcome"], row["assumed_source"]): row for row in rows}
    assert len(by_place) == len(rows)
    for at in found.tables:
        for each in at.rows:
            for risk in each.risks:
                row = by_place[at.timepoint.id, each.label, risk.note.said]
                assert risk.assumed == f"{int(row['assumed_risk']):,} {row['event']}"
                limits = (row["corresponding_lower"], row["corresponding_upper"])
                said = f"{row['corresponding_risk']} ({limits[0]} to {limits[1]})"
                assert risk.corresponding.endswith(said)
                assert each.synthesis is not None and each.synthesis.primary is not None
                shown = each.synthesis.measure.shown(each.synthesis.primary.estimate)
                assert float(row["estimate"]) == pytest.approx(shown, rel=1e-12)
                assert row["effect"] == each.effect


def test_what_looks_like_markup_stays_text(evidence: Evidence, syntheses: Results) -> None:
    protocol = evidence.protocol
    hostile = protocol.conditions[0].model_copy(update={"label": '<w:br/> & "pain"'})
    named = replace(
        evidence,
        protocol=protocol.model_copy(update={"conditions": (hostile, *protocol.conditions[1:])}),
    )
    made = {
        file.path: file for file in summaries(named, syntheses, Edition(protocol.version), Again())
    }
    document = Document(io.BytesIO(made[WORD.format(hostile.id)].content))
    assert document.paragraphs[0].text == 'Summary of findings: <w:br/> & "pain"'
