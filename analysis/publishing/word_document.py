"""The summary of findings as a document for Word: landscape A4, set as a journal sets it."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.formatting import sentence_case
from analysis.protocol import Protocol
from analysis.publishing.archives import zipped
from analysis.synthesis.summary_of_findings import (
    SMD_TO_RISK,
    Finding,
    Findings,
    FindingsTable,
    Note,
)
from analysis.versions.edition import Edition

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.section import Section
    from docx.styles.style import ParagraphStyle
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

FONT = "Arial"
# Millimetres of A4 on its side, and the widths of the columns between the margins.
PAGE, MARGIN = (297, 210), 10
TIED = "\N{NO-BREAK SPACE}"
WIDTHS = (23, 41, 19, 47, 37, 61, 49)
POINTS = {
    "Normal": 7.5,
    "Title": 14.0,
    "Subtitle": 8.5,
    "Heading 1": 9.0,
    "Heading 2": 7.5,
    "Footer": 6.5,
}
HEADINGS = ("Title", "Heading 1", "Heading 2")
CELL, NOTE = "Cell", "Note"
OWN_POINTS = {CELL: 7.0, NOTE: 6.0}
RULE, LIGHT = ("8", "1F2933"), ("4", "B8C0C8")  # eighths of a point, and the colour
SHADE = "EEF1F4"


def word_document(found: Findings, protocol: Protocol, edition: Edition) -> bytes:
    """The tables of a condition with their notes; the same bytes for the same findings."""
    from docx import Document as new_document

    document = new_document()
    _set_up(document, found, protocol, edition)
    _open(document, found, protocol, edition)
    for number, table in enumerate(found.tables, start=1):
        heading = document.add_paragraph(
            f"Table {number}. {sentence_case(table.timepoint.in_full)}", "Heading 1"
        )
        heading.paragraph_format.keep_with_next = True
        _table(document, found, table)
        _notes(document, table)
    _assumptions(document, found)
    return _same_bytes(document)


def _set_up(document: Document, found: Findings, protocol: Protocol, edition: Edition) -> None:
    """Paper, type and what the file says of itself."""
    from docx.enum.section import WD_ORIENT
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm, Pt, RGBColor

    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = (Mm(side) for side in PAGE)
    section.left_margin = section.right_margin = section.top_margin = Mm(MARGIN)
    section.bottom_margin, section.footer_distance = Mm(MARGIN), Mm(6)
    for name, points in POINTS.items():
        style: ParagraphStyle = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(points)
        style.font.color.rgb = RGBColor.from_string(RULE[1])
        style.font.bold, style.font.italic = name in HEADINGS, False
        _drop_theme(style)
        style.paragraph_format.space_before = Pt(5 if name.startswith("Heading") else 0)
        style.paragraph_format.space_after = Pt(2)
        style.paragraph_format.line_spacing = 1.0
    for name, points in OWN_POINTS.items():
        own = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        own.base_style, own.font.size = document.styles["Normal"], Pt(points)
        own.paragraph_format.space_after = Pt(0)
    about, day = document.core_properties, edition.stated.date
    about.title, about.subject = found.title, f"{protocol.title}. {edition.dated}"
    about.author = about.last_modified_by = protocol.short_title
    about.language, about.comments = "en-GB", ""
    about.created = about.modified = dt.datetime(day.year, day.month, day.day)
    _footer(section, f"{protocol.short_title}. {edition.dated}. {found.title}")


def _drop_theme(style: ParagraphStyle) -> None:
    """The template's own fonts, language and lines: they would be used before ours."""
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for line in style.element.findall(f".//{qn('w:pBdr')}"):
        line.getparent().remove(line)
    for spacing in properties.findall(qn("w:spacing")):
        properties.remove(spacing)


def _footer(section: Section, said: str) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm

    line = section.footer.paragraphs[0]
    line.style.paragraph_format.tab_stops.clear_all()
    line.paragraph_format.tab_stops.add_tab_stop(Mm(sum(WIDTHS)), WD_TAB_ALIGNMENT.RIGHT)
    line.add_run(f"{said}\tPage ")
    _field(line, "PAGE")
    line.add_run(" of ")
    _field(line, "NUMPAGES")


def _field(line: Paragraph, instruction: str) -> None:
    _append(line._p, "w:fldSimple", {"w:instr": instruction})


def _append(parent: BaseOxmlElement, name: str, attributes: dict[str, str]) -> BaseOxmlElement:
    """An element that the library has no call for."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(key), value)
    parent.append(made)
    return made


def _open(document: Document, found: Findings, protocol: Protocol, edition: Edition) -> None:
    """Title, version, and the question."""
    document.add_paragraph(found.title, "Title")
    document.add_paragraph(f"{protocol.title}. {edition.dated}.", "Subtitle")
    for name, said in found.about.items():
        line = document.add_paragraph(style=CELL)
        line.add_run(f"{name}: ").bold = True
        line.add_run(said)
    document.add_paragraph(found.standing)


def _table(document: Document, found: Findings, at: FindingsTable) -> None:
    """A row for each outcome below two that head the columns, and are repeated on each page."""
    from docx.shared import Mm

    heading = found.headings
    table = document.add_table(rows=0, cols=len(WIDTHS))
    table.autofit = False
    _head(table, (heading.outcome, heading.happens, heading.participants, heading.effect,
                  heading.people, "", heading.certainty))  # fmt: skip
    _head(table, ("", "", "", "", heading.assumed, heading.corresponding, ""))
    for place in (0, 1, 2, 3, 6):
        table.cell(0, place).merge(table.cell(1, place))
    table.cell(0, 4).merge(table.cell(0, 5))
    for row in at.rows:
        _row(table, row)
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column._gridCol.w = Mm(width)
    for row_of_table in table.rows:
        for cell, width in zip(row_of_table.cells, WIDTHS, strict=True):
            cell.width = Mm(width)
    _rules(table, at)


def _head(table: Table, names: Sequence[str]) -> None:
    row = table.add_row()
    _append(row._tr.get_or_add_trPr(), "w:cantSplit", {})
    _append(row._tr.get_or_add_trPr(), "w:tblHeader", {})
    for cell, name in zip(row.cells, names, strict=True):
        if name:
            _line(cell, bold=name)
        _append(cell._tc.get_or_add_tcPr(), "w:shd", {"w:val": "clear", "w:fill": SHADE})


def _row(table: Table, row: Finding) -> None:
    made = table.add_row()
    _append(made._tr.get_or_add_trPr(), "w:cantSplit", {})
    outcome, happens, participants, effect, assumed, corresponding, certainty = made.cells
    _line(outcome, bold=row.label)
    _line(happens, row.happens)
    _line(participants, row.participants)
    _line(effect, row.effect)
    if row.points:
        _line(effect, row.points.said, mark=row.points.note.mark)
    for risk in row.risks:
        _line(assumed, risk.assumed, mark=risk.note.mark)
        _line(corresponding, f"{risk.corresponding}; {risk.difference}")
    for each in row.counted:
        _line(assumed, f"{'; '.join(each.lines)}", italic=f"{each.trial}: ")
    if row.what:
        assumed.merge(corresponding)
    _certainty(certainty, row)


def _certainty(cell: _Cell, row: Finding) -> None:
    if row.certainty is None:
        _line(cell, "not rated" + (f": {row.remark}" if row.remark else ""))
        return
    rated = row.certainty
    _line(cell, f" ({rated.standing_in_short})", bold=f"{rated.symbol} {rated.rating.capitalize()}")
    line = cell.add_paragraph(row.remark)
    line._p.style = CELL
    for place, reason in enumerate(row.reasons):
        line.add_run(f"{', ' * bool(place)}{reason.step.outcome_text}")
        line.add_run(f"{TIED}{reason.note.mark}").font.superscript = True


def _line(cell: _Cell, said: str = "", *, bold: str = "", italic: str = "", mark: str = "") -> None:
    """A line of a cell, in the cell's first paragraph where that is empty."""
    line = cell.paragraphs[-1]
    if line.runs:
        line = cell.add_paragraph()
    line._p.style = CELL  # a look-up of the style for each line would take seconds
    if bold:
        line.add_run(bold).bold = True
    if italic:
        line.add_run(italic).italic = True
    if said:
        line.add_run(said)
    if mark:
        line.add_run(f"{TIED}{mark}").font.superscript = True


def _rules(table: Table, at: FindingsTable) -> None:
    """Lines above, below and between rows, none between columns; and what the table is."""
    properties = table._tbl.tblPr
    borders = _append(properties, "w:tblBorders", {})
    for side, (size, colour) in (("top", RULE), ("bottom", RULE), ("insideH", LIGHT)):
        line = {"w:val": "single", "w:sz": size, "w:space": "0", "w:color": colour}
        _append(borders, f"w:{side}", line)
    margins = _append(properties, "w:tblCellMar", {})
    for side, twips in (("top", "28"), ("left", "57"), ("bottom", "28"), ("right", "57")):
        _append(margins, f"w:{side}", {"w:w": twips, "w:type": "dxa"})
    _append(properties, "w:tblCaption", {"w:val": at.caption})


def _notes(document: Document, at: FindingsTable) -> None:
    """The reasons for the ratings below their table, in two columns of small type."""
    _columns(document, 2)
    for row in at.rows:
        if row.reasons:
            _note(document, *(reason.note for reason in row.reasons))
    _columns(document, 1)


def _assumptions(document: Document, found: Findings) -> None:
    document.add_paragraph("What the numbers assume", "Heading 2")
    _columns(document, 2)
    for said in found.events:
        _note(document, Note("", said))
    for note in found.assumptions:
        _note(document, note)
    _columns(document, 1)
    rules = [table.rule for table in found.tables if table.rule]
    if found.smd_to_risk:
        rules.insert(0, f"{found.smd_to_risk} doi {SMD_TO_RISK}.")
    _note(document, Note("", " ".join(rules)))


def _note(document: Document, *notes: Note) -> None:
    """Notes one after another in a paragraph."""
    line = document.add_paragraph()
    line._p.style = NOTE
    for place, note in enumerate(notes):
        if note.mark:
            line.add_run(f"{' ' * bool(place)}{note.mark}{TIED}").font.superscript = True
        line.add_run(note.said)


def _columns(document: Document, number: int) -> None:
    """What follows stands in so many columns, on the same page."""
    from docx.enum.section import WD_SECTION
    from docx.oxml.ns import qn

    section = document.add_section(WD_SECTION.CONTINUOUS)
    columns = section._sectPr.find(qn("w:cols"))
    columns.set(qn("w:num"), str(number))
    columns.set(qn("w:space"), "284")


def _same_bytes(document: Document) -> bytes:
    """The document's file without the moment at which it was written."""
    written = io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()})
