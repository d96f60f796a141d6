"""Word's own grid and the text Word shows, whatever stands around it in the XML."""

from __future__ import annotations

import json
import time
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx as python_docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import word, word_grid, word_package
from extractors.document import Document, Paragraph, Table
from extractors.errors import Broken, InputError, Refused
from extractors.limits import LIMITS
from extractors.word import read_word
from tests.builders import RELATIONS, docx, drawn, p, tbl, tc, tr
from tests.samples import WORD

TRUTH = json.loads((Path(__file__).parent.parent / "data" / "report.truth.json").read_text(encoding="utf-8"))


def read(data: bytes) -> Document:
    return read_word(data, "x.docx", "0" * 64)


def rows_of(body: str) -> list[list[str]]:
    """Give the only table of a body, as `tests.builders.table` takes it."""
    (found,) = read(docx(body)).tables
    return drawn(found)


def text_of(inside: str) -> str:
    """Give the text of a paragraph with this inside it."""
    blocks = read(docx(f"<w:p>{inside}</w:p>")).blocks
    return blocks[0].text if blocks and isinstance(blocks[0], Paragraph) else ""


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def span(n: int | str) -> str:
    return f'<w:gridSpan w:val="{n}"/>'


FIELD = {kind: f"<w:r><w:fldChar w:fldCharType='{kind}'/></w:r>" for kind in ("begin", "separate", "end")}
RESTART, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


# The real report


def test_report_equals_its_truth() -> None:
    document = read(WORD.read_bytes())
    assert len(document.tables) == len(TRUTH["tables"])
    for found, true in zip(document.tables, TRUTH["tables"], strict=True):
        assert (found.n_rows, found.n_columns) == (true["n_rows"], true["n_columns"])
        assert {(c.row, c.column, c.row_span, c.column_span, "".join(c.text.split())) for c in found.cells} == {
            (c["row"], c["column"], c["row_span"], c["column_span"], "".join(c["text"].split())) for c in true["cells"]
        }


def test_report_agrees_with_python_docx_in_every_paragraph() -> None:
    theirs = [" ".join(q.text.split()) for q in python_docx.Document(str(WORD)).paragraphs]
    ours = [" ".join(block.text.split()) for block in read(WORD.read_bytes()).blocks if isinstance(block, Paragraph)]
    assert ours == [text for text in theirs if text]


# The grid


def test_merges_made_by_python_docx() -> None:
    made = python_docx.Document()
    table = made.add_table(rows=4, cols=4)
    for index, cell in enumerate(table._cells):
        cell.text = str(index)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "down"
    table.cell(0, 1).merge(table.cell(0, 3)).text = "right"
    table.cell(2, 1).merge(table.cell(3, 2)).text = "both"
    out = BytesIO()
    made.save(out)
    assert drawn(read(out.getvalue()).tables[0]) == [
        ["down", "right", "<", "<"],
        ["^", "5", "6", "7"],
        ["8", "both", "<", "11"],
        ["12", "^", "<", "15"],
    ]


def test_text_hidden_below_a_vertical_merge_is_no_second_value() -> None:
    assert rows_of(tbl(tr(tc("10", RESTART), tc("a")), tr(tc("10", GOES_ON), tc("b")), tr(tc("c"), tc("d")))) == [
        ["10", "a"],
        ["^", "b"],
        ["c", "d"],
    ]


def test_merge_starting_anew_below_a_merge_is_another_cell() -> None:
    assert rows_of(tbl(*(tr(tc(text, merge), tc("x")) for text, merge in (("a", RESTART), ("", GOES_ON)) * 2))) == [
        ["a", "x"],
        ["^", "x"],
        ["a", "x"],
        ["^", "x"],
    ]


def test_merge_that_goes_on_with_nothing_keeps_its_text() -> None:
    first = tbl(tr(tc("a", GOES_ON), tc("b")))
    other_width = tbl(tr(tc("a", RESTART), tc("b")), tr(tc("c", GOES_ON + span(2))))
    plain_above = tbl(tr(tc("a")), tr(tc("b", GOES_ON)))
    assert rows_of(first) == [["a", "b"]]
    assert rows_of(other_width) == [["a", "b"], ["c", "<"]]
    assert rows_of(plain_above) == [["a"], ["b"]]


def test_rows_that_begin_late_and_end_early() -> None:
    late = tr(tc("b"), tc("c"), properties='<w:gridBefore w:val="1"/>')
    early = tr(tc("d"), properties='<w:gridAfter w:val="2"/>')
    assert rows_of(tbl(tr(tc("a", span(3))), late, early)) == [["a", "<", "<"], ["", "b", "c"], ["d", "", ""]]


@pytest.mark.parametrize("value", ["-3", "many", ""])
def test_absurd_spans_count_as_one(value: str) -> None:
    before = tr(tc("b"), properties=f'<w:gridBefore w:val="{value}"/>')
    assert rows_of(tbl(tr(tc("a", span(value))), before)) == [["a"], ["b"]]


def test_content_controls_around_cells_rows_and_text_change_nothing() -> None:
    def control(inside: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inside}</w:sdtContent></w:sdt>"

    cell = f"<w:tc>{control(p('c'))}</w:tc>"
    run = f"<w:tc><w:p>{control(r('d'))}</w:p></w:tc>"
    body = control(tbl(tr(control(tc("a")), tc("b")), control(control(tr(cell, run)))))
    assert rows_of(body) == [["a", "b"], ["c", "d"]]


def test_row_deleted_by_a_tracked_change_is_gone_and_an_inserted_one_is_there() -> None:
    rows = (
        tr(tc("a")),
        tr(tc("gone"), properties='<w:del w:id="1" w:author="x"/>'),
        tr(tc("new"), properties='<w:ins w:id="2" w:author="x"/>'),
    )
    assert rows_of(tbl(*rows)) == [["a"], ["new"]]
    outer, inner = read(docx(tbl(tr(f"<w:tc>{tbl(*rows)}<w:p/></w:tc>")))).tables
    assert (drawn(outer), drawn(inner)) == ([["a\nnew"]], [["a"], ["new"]])


def test_cell_deleted_by_a_tracked_change_is_gone() -> None:
    gone = '<w:cellDel w:id="1" w:author="x"/>'
    assert rows_of(tbl(tr(tc("a"), tc("gone", gone), tc("b")))) == [["a", "b"]]


def test_nested_table_is_text_in_its_cell_and_a_table_of_its_own() -> None:
    innermost = tbl(tr(tc("x"), tc("y")))
    inner = tbl(tr(tc("1"), tc("2")), tr(tc("3"), f"<w:tc>{innermost}{p('4')}</w:tc>"))
    document = read(
        docx(tbl(tr(f"<w:tc>{p('before')}{inner}{p('after')}</w:tc>", tc("b"))) + p("text") + tbl(tr(tc("c"))))
    )
    assert [drawn(block) if isinstance(block, Table) else block.text for block in document.blocks] == [
        [["before\n1 2\n3 x y 4\nafter", "b"]],
        [["1", "2"], ["3", "x y\n4"]],
        [["x", "y"]],
        "text",
        [["c"]],
    ]


def test_text_box_in_a_cell_is_text_below_its_paragraph_and_its_tables_are_no_data() -> None:
    box = f"<w:txbxContent>{p('in the box')}{tbl(tr(tc('1'), tc('2')))}</w:txbxContent>"
    anchored = f"<w:p><w:r><w:t>50</w:t><w:pict><v:textbox>{box}</v:textbox></w:pict><w:t>0</w:t></w:r>{r(',00')}</w:p>"
    document = read(docx(tbl(tr(f"<w:tc>{anchored}</w:tc>", tc("b"))) + anchored))
    assert [drawn(block) if isinstance(block, Table) else block.text for block in document.blocks] == [
        [["500,00\nin the box\n1 2", "b"]],
        "500,00",
        "in the box",
        "1 2",
    ]
    assert len(document.tables) == 1


def test_text_box_written_for_old_and_new_programs_is_read_once() -> None:
    box = f"<w:txbxContent>{p('in the box')}</w:txbxContent>"
    both = f"<mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
    drawn_only = f"<mc:Choice Requires='cx1'><w:drawing/></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
    for content in (both, drawn_only):
        inside = f"<w:p><w:r><mc:AlternateContent>{content}</mc:AlternateContent></w:r></w:p>"
        assert rows_of(tbl(tr(f"<w:tc>{inside}</w:tc>"))) == [["in the box"]]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (("<w:tblHeader/>", "<w:tblHeader/>", ""), 2),
        (("<w:tblHeader/>", "", "<w:tblHeader/>"), 1),
        (("", "<w:tblHeader/>", ""), None),
        (('<w:tblHeader w:val="0"/>', "", ""), None),
        (('<w:tblHeader w:val="true"/>', '<w:tblHeader w:val="false"/>', ""), 1),
    ],
)
def test_repeated_heading_rows_are_told(marks: tuple[str, ...], expected: int | None) -> None:
    (found,) = read(docx(tbl(*(tr(tc("a"), properties=mark) for mark in marks)))).tables
    assert found.header_rows == expected


def test_table_without_cells_is_none() -> None:
    assert read(docx(tbl() + tbl(tr()) + p("text"))).blocks == (Paragraph("text", None, None, "xml"),)


@given(st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=4), min_size=1, max_size=5), st.data())
def test_any_spans_and_merges_tile_and_lose_no_text(widths: list[list[int]], data: st.DataObject) -> None:
    merges = st.sampled_from(["", RESTART, GOES_ON])
    names = iter(range(1000))
    texts, rows = set(), []
    for row in widths:
        cells = []
        for width in row:
            merge = data.draw(merges)
            name = f"t{next(names)}"
            if merge != GOES_ON:
                texts.add(name)
            cells.append(tc(name, span(width) + merge))
        before = data.draw(st.integers(0, 2))
        rows.append(tr(*cells, properties=f'<w:gridBefore w:val="{before}"/>'))
    (found,) = read(docx(tbl(*rows))).tables
    assert found.checked() is found
    assert found.n_rows == len(widths)
    assert texts <= {cell.text for cell in found.cells}


# The text


def test_blocks_come_in_order_without_empty_paragraphs() -> None:
    document = read(docx(p("one") + "<w:p/>" + p("  ") + tbl(tr(tc("cell"))) + p("two")))
    assert [b.text if isinstance(b, Paragraph) else drawn(b) for b in document.blocks] == ["one", [["cell"]], "two"]
    assert document.pages is None


def test_paragraphs_of_a_cell_stand_on_lines_of_their_own() -> None:
    assert rows_of(tbl(tr(f"<w:tc>{p('one')}{p('two')}</w:tc>"))) == [["one\ntwo"]]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        pytest.param(r("2 0") + r("00,00"), "2 000,00", id="a number over two runs"),
        pytest.param(f"<w:ins w:id='1'>{r('new')}</w:ins>", "new", id="tracked insertion"),
        pytest.param(
            r("1") + "<w:del w:id='1'><w:r><w:delText>2</w:delText></w:r></w:del>" + r("3"), "13", id="deletion"
        ),
        pytest.param(
            f"<w:ins w:id='1'><w:del w:id='2'>{r('x')}</w:del></w:ins>{r('y')}", "y", id="inserted, then deleted"
        ),
        pytest.param(f"<w:moveFrom w:id='1'>{r('from')}</w:moveFrom>{r('!')}", "!", id="moved away"),
        pytest.param(f"<w:moveTo w:id='1'>{r('to')}</w:moveTo>", "to", id="moved here"),
        pytest.param(r("hidden", "<w:vanish/>") + r("shown"), "shown", id="hidden"),
        pytest.param(r("shown", '<w:vanish w:val="0"/>'), "shown", id="not hidden"),
        pytest.param("<w:r><w:t>2024</w:t><w:noBreakHyphen/><w:t>2026</w:t></w:r>", "2024-2026", id="no-break hyphen"),
        pytest.param("<w:r><w:t>вико</w:t><w:softHyphen/><w:t>нання</w:t></w:r>", "виконання", id="soft hyphen"),
        pytest.param("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>", "a b", id="tab"),
        pytest.param(
            f"<w:pPr><w:tabs><w:tab w:val='left' w:pos='9'/></w:tabs></w:pPr>{r('2') + r('5')}", "25", id="tab stop"
        ),
        pytest.param(
            r("населення") + "<w:r><w:footnoteReference w:id='2'/></w:r>" + r(" міста"), "населення¹ міста", id="note"
        ),
        pytest.param(
            "<w:r><w:footnoteReference w:customMarkFollows='1' w:id='2'/><w:t>*</w:t></w:r>", "*", id="note's own mark"
        ),
        pytest.param(r("150,00") + "<w:r><w:endnoteReference w:id='2'/></w:r>", "150,00ⁱ", id="note at the end"),
        pytest.param(r("150") + r("2)", "<w:vertAlign w:val='superscript'/>"), "150²⁾", id="raised digits"),
        pytest.param(r("CO") + r("2", "<w:vertAlign w:val='subscript'/>"), "CO2", id="lowered digits"),
        pytest.param(r("150") + r("*а", "<w:vertAlign w:val='superscript'/>"), "150*а", id="raised letters"),
        pytest.param(r("разом", "<w:caps/>") + r(" грн"), "РАЗОМ грн", id="capitals"),
        pytest.param(
            r("a") + "<w:r><w:sym w:font='Wingdings' w:char='F0FC'/><w:sym w:font='Symbol' w:char='F0A3'/></w:r>",
            "a✓≤",
            id="symbols",
        ),
        pytest.param("<w:r><w:sym w:font='Other' w:char='0041'/><w:sym w:char='x'/></w:r>", "A", id="symbol of a font"),
        pytest.param(
            "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
            "<m:sSup><m:e><m:r><m:t>м</m:t></m:r></m:e><m:sup><m:r><m:t>3</m:t></m:r></m:sup></m:sSup></m:oMath>",
            "1/2м³",
            id="formula",
        ),
        pytest.param(
            "<w:r><w:ruby><w:rt><w:r><w:t>над</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>знак</w:t></w:r></w:rubyBase></w:ruby></w:r>",
            "знак",
            id="reading over a word",
        ),
        pytest.param(f"<w:dir w:val='ltr'>{r('a')}</w:dir><w:unknown>{r('b')}</w:unknown>", "ab", id="unknown tags"),
        pytest.param(
            "<w:r><w:rPr><w:rPrChange w:id='1'><w:rPr><w:vanish/><w:caps/></w:rPr></w:rPrChange></w:rPr>"
            "<w:t>shown</w:t></w:r>",
            "shown",
            id="look before a tracked change",
        ),
        pytest.param("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>", "a\nb\nc", id="breaks"),
        pytest.param(f"<w:hyperlink>{r('link')}</w:hyperlink>", "link", id="link"),
        pytest.param(f"<w:fldSimple w:instr='PAGE'>{r('7')}</w:fldSimple>", "7", id="simple field"),
        pytest.param(
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>SUM(ABOVE)</w:instrText></w:r>"
            f"<w:r><w:fldChar w:fldCharType='separate'/></w:r>{r('30,00')}<w:r><w:fldChar w:fldCharType='end'/></w:r>",
            "30,00",
            id="field: its result and not its instruction",
        ),
        pytest.param(
            FIELD["begin"]
            + r("IF ")
            + FIELD["begin"]
            + r("PAGE")
            + FIELD["separate"]
            + r("7")
            + FIELD["end"]
            + r(" = 7")
            + FIELD["separate"]
            + r("so")
            + FIELD["end"]
            + r("!"),
            "so!",
            id="field in the instruction of a field",
        ),
        pytest.param(FIELD["begin"] + r("SET x") + FIELD["end"] + r("shown"), "shown", id="field without a result"),
        pytest.param(
            "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox><w:default w:val='0'/><w:checked/>"
            f"</w:checkBox></w:ffData></w:fldChar></w:r>{FIELD['end']}{r(' так')}",
            "☒ так",
            id="ticked box of a form",
        ),
        pytest.param(
            "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:ddList><w:result w:val='1'/><w:listEntry w:val='ні'/>"
            f"<w:listEntry w:val='так'/></w:ddList></w:ffData></w:fldChar></w:r>{FIELD['end']}",
            "так",
            id="chosen entry of a form",
        ),
        pytest.param(f"<w:smartTag>{r('tag')}</w:smartTag><w:customXml>{r('xml')}</w:customXml>", "tagxml", id="tags"),
        pytest.param("<w:r><w:t>12<!-- a remark -->34<?word x?>56</w:t></w:r>", "123456", id="comment inside a text"),
        pytest.param("<w:r><w:t>А&amp;Б &lt;&#1042;&gt;</w:t></w:r>", "А&Б <В>", id="the XML's own entities"),
        pytest.param(
            f"<mc:AlternateContent><mc:Choice>{r('new')}</mc:Choice><mc:Fallback>{r('old')}</mc:Fallback>"
            "</mc:AlternateContent>",
            "new",
            id="alternate content is read once",
        ),
    ],
)
def test_text_is_what_word_shows(inside: str, expected: str) -> None:
    assert text_of(inside) == expected


def test_paragraphs_whose_mark_is_deleted_or_hidden_are_one() -> None:
    def marked(text: str, mark: str) -> str:
        return f"<w:p><w:pPr><w:rPr>{mark}</w:rPr></w:pPr>{r(text)}</w:p>"

    assert rows_of(tbl(tr(f"<w:tc>{marked('2 0', '<w:del/>')}{p('00,00')}</w:tc>", tc("b")))) == [["2 000,00", "b"]]
    assert rows_of(tbl(tr(f"<w:tc>{marked('a', '<w:vanish/>')}{p('b')}{p('c')}</w:tc>"))) == [["ab\nc"]]
    assert rows_of(tbl(tr(f"<w:tc>{marked('a', '<w:del/>')}</w:tc>", tc("b")))) == [["a", "b"]]


def test_field_left_open_hides_nothing() -> None:
    open_field = f"<w:tc><w:p>{FIELD['begin']}{r('DATE')}</w:p></w:tc>"
    assert rows_of(tbl(tr(open_field, tc("b")))) == [["DATE", "b"]]


STYLES = """
<w:style w:styleId="Hidden"><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:styleId="Based"><w:basedOn w:val="Hidden"/></w:style>
<w:style w:styleId="Again"><w:basedOn w:val="Based"/><w:rPr><w:vanish w:val="0"/></w:rPr></w:style>
<w:style w:styleId="Loud"><w:rPr><w:caps/></w:rPr></w:style>
<w:style w:styleId="Round"><w:basedOn w:val="Round"/></w:style>
<w:style w:styleId="High"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
"""


@pytest.mark.parametrize(
    ("paragraph", "run", "expected"),
    [
        ("Hidden", "", ""),
        ("Based", "", ""),
        ("Based", "<w:vanish w:val='0'/>", "5 Га"),
        ("Again", "", "5 Га"),
        ("Loud", "", "5 ГА"),
        ("Loud", "<w:caps w:val='0'/>", "5 Га"),
        ("Round", "", "5 Га"),
        ("Unknown", "", "5 Га"),
        ("", "<w:rStyle w:val='Hidden'/>", ""),
        ("Hidden", "<w:rStyle w:val='Hidden'/>", "5 Га"),
        ("", "<w:rStyle w:val='Loud'/>", "5 ГА"),
        ("Loud", "<w:rStyle w:val='Hidden'/>", ""),
        ("", "<w:rStyle w:val='High'/>", "5 Га"),
    ],
)
def test_styles_hide_and_capitalise(paragraph: str, run: str, expected: str) -> None:
    inside = f"<w:p><w:pPr><w:pStyle w:val='{paragraph}'/></w:pPr>{r('5 Га', run)}</w:p>"
    (found,) = read(docx(tbl(tr(f"<w:tc>{inside}</w:tc>", tc("b"))), styles=STYLES)).tables
    assert drawn(found) == [[expected, "b"]]


def test_digits_raised_by_a_style_are_raised() -> None:
    raised = r("2", '<w:rStyle w:val="High"/>')
    inside = f"<w:p>{r('населення')}{raised}</w:p>"
    (found,) = read(docx(tbl(tr(f"<w:tc>{inside}</w:tc>")), styles=STYLES)).tables
    assert drawn(found) == [["населення²"]]


# Faults


@pytest.mark.parametrize(
    "body",
    [tc("a"), tr(tc("a")), tbl(tc("a")), tbl(p("a") + tc("b"))],
    ids=["cell", "row", "no row", "text in a table"],
)
def test_table_not_made_of_rows_and_cells_is_damage(body: str) -> None:
    with pytest.raises(Broken, match="not made of rows and cells"):
        read(docx(body))


@pytest.mark.parametrize("element", ["altChunk", "subDoc"])
def test_text_that_lies_in_another_file_is_refused(element: str) -> None:
    with pytest.raises(Refused, match="another file") as caught:
        read(docx(p("a") + f"<w:{element}/>"))
    assert caught.value.reason == "unsupported"


def damaged(data: bytes, change: slice, content: bytes) -> bytes:
    out = bytearray(data)
    out[change] = content
    return bytes(out)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(docx(p("a"), without="word/document.xml"), "lacks a part", id="no document.xml"),
        pytest.param(docx(p("a"), without="_rels/.rels"), "lacks a part", id="no relations"),
        pytest.param(docx(p("a"), compression=zipfile.ZIP_LZMA), "never does", id="packed by another method"),
        pytest.param(docx("<w:p>"), "not XML", id="element left open"),
        pytest.param(docx(p("a"), prolog="text before the root"), "not XML", id="text before the root"),
        pytest.param(docx("<w:p>" * 300 + "</w:p>" * 300), "not XML", id="nested too deep"),
        pytest.param(WORD.read_bytes()[:-5000], "container is damaged", id="truncated"),
        pytest.param(WORD.read_bytes()[:9000], "container is damaged", id="truncated to a quarter"),
    ],
)
def test_damage_is_told(data: bytes, told: str) -> None:
    with pytest.raises(Broken, match=told) as caught:
        read(data)
    assert caught.value.reason == "damaged"


def test_no_body_is_damage() -> None:
    data = docx(p("a")).replace(b"word/document.xml", b"word/documeng.xml")
    with pytest.raises(Broken):
        read(data)
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", "<other/>")
    with pytest.raises(Broken, match="no document body"):
        read(out.getvalue())


def test_package_that_names_no_main_document_is_damage() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("_rels/.rels", "<Relationships/>")
    with pytest.raises(Broken, match="does not name its main document"):
        read(out.getvalue())


@pytest.mark.parametrize("at", range(1750, 8750, 500))
def test_flipped_bytes_in_the_packed_text_are_told(at: int) -> None:
    data = WORD.read_bytes()
    with pytest.raises(Broken) as caught:
        read(damaged(data, slice(at, at + 4), bytes(byte ^ 0x5A for byte in data[at : at + 4])))
    assert caught.value.reason == "damaged"


@given(st.integers(0, len(WORD.read_bytes()) - 1), st.integers(1, 255))
def test_one_flipped_byte_changes_nothing_silently(at: int, flip: int) -> None:
    data = WORD.read_bytes()
    try:
        found = read(damaged(data, slice(at, at + 1), bytes([data[at] ^ flip])))
    except InputError:
        return
    assert found == read(data)


@pytest.mark.parametrize(
    "prolog",
    [
        pytest.param('<!DOCTYPE x [<!ENTITY sum "30,00">]>', id="internal entity"),
        pytest.param('<!DOCTYPE x [<!ENTITY sum SYSTEM "file:///etc/hostname">]>', id="external entity"),
        pytest.param('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', id="external type"),
        pytest.param(
            '<!DOCTYPE x [<!ENTITY a "' + "ha" * 500 + '"><!ENTITY b "' + "&a;" * 500 + '"><!ENTITY sum "&b;&b;">]>',
            id="entities that grow",
        ),
    ],
)
def test_entities_are_refused(prolog: str) -> None:
    for body in (p("a"), p("&sum;")):
        with pytest.raises(InputError) as caught:
            read(docx(body, prolog=prolog))
        assert caught.value.reason in ("unsupported", "damaged")
    with pytest.raises(Refused) as refused:
        read(docx(p("a"), prolog=prolog))
    assert refused.value.reason == "unsupported"


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        pytest.param(tbl(tr(tc("a", span(50_000_000)))), "table_columns", id="gridSpan"),
        pytest.param(tbl(tr(*[tc("a", span(200))] * 2)), "table_columns", id="two wide spans"),
        pytest.param(tbl(tr(tc("a"), properties='<w:gridBefore w:val="9999999"/>')), "table_columns", id="gridBefore"),
        pytest.param(tbl(*[tr(tc("a", span(250)))] * 5_000), "cells", id="wide rows"),
        pytest.param(tbl(tr(*[tc("a")] * 250), *[tr(tc("a", span(250)))] * 1_000) * 5, "cells", id="many tables"),
    ],
)
def test_what_would_cost_the_machine_is_refused_by_name(body: str, limit: str) -> None:
    started = time.process_time()
    with pytest.raises(Refused) as caught:
        read(docx(body))
    assert caught.value.reason == f"limit:{limit}"
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([tr(tc("a", span(50)))] * 100, id="wide rows"),
        pytest.param([tr(tc("a"), properties='<w:gridBefore w:val="50"/>')] * 100, id="rows that begin late"),
        pytest.param([tr(tc("a", span(50))), *[tr(tc("a"))] * 100], id="rows that end early"),
    ],
)
def test_table_of_too_many_positions_is_refused_before_it_is_made(
    monkeypatch: pytest.MonkeyPatch, rows: list[str]
) -> None:
    made: list[object] = []
    monkeypatch.setattr(word_grid, "LIMITS", replace(LIMITS, cells=1000))
    monkeypatch.setattr(word_grid, "Cell", lambda *_, **__: made.append(1))
    with pytest.raises(Refused) as caught:
        read(docx(tbl(*rows)))
    assert caught.value.reason == "limit:cells"
    assert made == []


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("unpacked_bytes", 1000),
        ("xml_bytes", 500),
        ("xml_elements", 30),
        ("xml_ratio", 2),
        ("table_rows", 2),
        ("cells", 3),
    ],
)
def test_limits_count_what_they_name(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    data = docx(tbl(*[tr(tc("a"), tc("b"))] * 30))
    read(data)
    monkeypatch.setattr(word_package, "SMALL_PART", 1000)
    for module in (word, word_grid, word_package):
        monkeypatch.setattr(module, "LIMITS", replace(LIMITS, **{limit: value}))
    with pytest.raises(Refused) as caught:
        read(data)
    assert caught.value.reason == f"limit:{limit}"


# Cost


def seconds(n_rows: int) -> float:
    """Give the processor time of the fastest of three readings of a table with this many rows of 14 cells."""
    data = docx(tbl(*[tr(*[tc("1 234,56")] * 14)] * n_rows))
    times = []
    for _ in range(3):
        started = time.process_time()
        (found,) = read(data).tables
        times.append(time.process_time() - started)
        assert (found.n_rows, len(found.cells)) == (n_rows, n_rows * 14)
    return min(times)


def test_cost_is_linear_in_the_number_of_rows() -> None:
    assert seconds(1225) < 8 * seconds(306), "four times the rows must not cost much more than four times the time"
