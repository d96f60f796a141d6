"""The parts of a workbook around its rows, as Office Open XML (ECMA-376, transitional) has them."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from validators.model import DECIMAL_PLACES

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIRST_FORMAT = 164
"""Number formats of a workbook's own begin here."""


def sheet_start(columns: Sequence[str], names: Sequence[str], widths: Sequence[int], area: str, *, first: bool) -> str:
    """Give a sheet up to its first row of data: size, frozen header, widths, and the header itself."""
    selected = ' tabSelected="1"' if first else ""
    cols = "".join(
        f'<col min="{index}" max="{index}" width="{width}" customWidth="1"/>' for index, width in enumerate(widths, 1)
    )
    cells = "".join(
        f'<c r="{name}1" s="1" t="inlineStr"><is><t>{escape(column)}</t></is></c>'
        for name, column in zip(names, columns, strict=True)
    )
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="{area}"/>'
        f'<sheetViews><sheetView{selected} workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{cols}</cols><sheetData><row r="1">{cells}</row>'
    )


def sheet_end(area: str) -> str:
    """Give a sheet from its last row on."""
    return f'</sheetData><autoFilter ref="{area}"/></worksheet>'


def workbook(sheets: Sequence[tuple[str, str]]) -> str:
    """Give the list of sheets, each with its name and the area that its filter is for."""
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, (name, _) in enumerate(sheets, 1)
    )
    filters = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number}" hidden="1">'
        f"{escape(_quoted(name))}!{area}</definedName>"
        for number, (name, area) in enumerate(sheets)
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView activeTab="0"/></bookViews>'
        f"<sheets>{listed}</sheets><definedNames>{filters}</definedNames></workbook>"
    )


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def relations(sheets: int) -> str:
    """Say where the sheets and the styles are."""
    found = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, sheets + 1)]
    return _relations([*found, ("styles", "styles.xml")])


def root_relations() -> str:
    """Say where the workbook is."""
    return _relations([("officeDocument", "xl/workbook.xml")])


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def content_types(sheets: int) -> str:
    """Say what each part is."""
    parts = [(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in range(1, sheets + 1)]
    parts += [("/xl/styles.xml", "styles"), ("/xl/workbook.xml", "sheet.main")]
    listed = "".join(f'<Override PartName="{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in parts)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{listed}</Types>"
    )


def styles() -> str:
    """Give the formats of cells: 0 plain, 1 header, 2 date, 3 a whole number, 4 to 13 numbers with one place to ten."""
    codes = [(_FIRST_FORMAT, "yyyy\\-mm\\-dd")]
    codes += [(_FIRST_FORMAT + places, "0." + "0" * places) for places in range(1, DECIMAL_PLACES + 1)]
    formats = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in codes)
    cells = ['numFmtId="0" fontId="0"', 'numFmtId="0" fontId="1" applyFont="1"']
    cells += [f'numFmtId="{n}" fontId="0" applyNumberFormat="1"' for n in (_FIRST_FORMAT, 1)]
    cells += [f'numFmtId="{n}" fontId="0" applyNumberFormat="1"' for n, _ in codes[1:]]
    listed = "".join(f'<xf {cell} fillId="0" borderId="0" xfId="0"/>' for cell in cells)
    font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
    return (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(codes)}">{formats}</numFmts>'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(cells)}">{listed}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
