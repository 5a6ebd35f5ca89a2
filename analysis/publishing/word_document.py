"""The summary of findings as a document for Word: landscape A4, set as a journal sets it."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.publishing.archives import zipped
from analysis.publishing.findings_text import Cell, DocumentText, Line, RowText, Run, TableText

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
WIDTHS = (23, 41, 19, 47, 37, 61, 49)
RISKS = (4, 5)  # the columns that are one where nothing is pooled
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


def word_document(text: DocumentText) -> bytes:
    """The tables of a condition with their notes; the same bytes for the same text."""
    from docx import Document as new_document

    document = new_document()
    _set_up(document, text)
    _open(document, text)
    for table in text.tables:
        heading = document.add_paragraph(table.heading, "Heading 1")
        heading.paragraph_format.keep_with_next = True
        _table(document, text.heads, table)
        _notes(document, table.notes)
    document.add_paragraph("What the numbers assume", "Heading 2")
    _notes(document, text.assumptions)
    _note(document, text.rules)
    return _same_bytes(document)


def _set_up(document: Document, text: DocumentText) -> None:
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
    about, day = document.core_properties, text.day
    about.title, about.subject = text.title, f"{text.review}. {text.edition}"
    about.author = about.last_modified_by = text.in_short
    about.language, about.comments = "en-GB", ""
    about.created = about.modified = dt.datetime(day.year, day.month, day.day)
    _footer(section, f"{text.in_short}. {text.edition}. {text.title}")


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


def _open(document: Document, text: DocumentText) -> None:
    """Title, version, and the question."""
    document.add_paragraph(text.title, "Title")
    document.add_paragraph(f"{text.review}. {text.edition}.", "Subtitle")
    for line in text.about:
        _write(document.add_paragraph(style=CELL), line)
    document.add_paragraph(text.standing)


def _table(document: Document, heads: Sequence[Sequence[str]], at: TableText) -> None:
    """A row for each outcome below two that head the columns, and are repeated on each page."""
    from docx.shared import Mm

    table = document.add_table(rows=0, cols=len(WIDTHS))
    table.autofit = False
    for names in heads:
        _head(table, names)
    for place in (0, 1, 2, 3, 6):
        table.cell(0, place).merge(table.cell(1, place))
    table.cell(0, RISKS[0]).merge(table.cell(0, RISKS[1]))
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
            _fill(cell, ((Run(name, "bold"),),))
        _append(cell._tc.get_or_add_tcPr(), "w:shd", {"w:val": "clear", "w:fill": SHADE})


def _row(table: Table, row: RowText) -> None:
    made = table.add_row()
    _append(made._tr.get_or_add_trPr(), "w:cantSplit", {})
    cells = made.cells
    for cell, lines in zip(cells, row.cells, strict=True):
        _fill(cell, lines)
    if row.counted:
        cells[RISKS[0]].merge(cells[RISKS[1]])


def _fill(cell: _Cell, lines: Cell) -> None:
    """The lines of a cell, the first in the paragraph that it has."""
    for place, line in enumerate(lines):
        paragraph = cell.add_paragraph() if place else cell.paragraphs[0]
        paragraph._p.style = CELL  # a look-up of the style for each line would take seconds
        _write(paragraph, line)


def _write(paragraph: Paragraph, line: Line) -> None:
    for run in line:
        made = paragraph.add_run(run.said)
        if run.set_as == "bold":
            made.bold = True
        elif run.set_as == "italic":
            made.italic = True
        elif run.set_as == "mark":
            made.font.superscript = True


def _rules(table: Table, at: TableText) -> None:
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


def _notes(document: Document, notes: Sequence[Line]) -> None:
    """Notes in two columns of small type, a line each."""
    _columns(document, 2)
    for line in notes:
        _note(document, line)
    _columns(document, 1)


def _note(document: Document, line: Line) -> None:
    paragraph = document.add_paragraph()
    paragraph._p.style = NOTE
    _write(paragraph, line)


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
