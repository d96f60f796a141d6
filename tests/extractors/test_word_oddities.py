"""Word files as they are seldom but truly: text boxes at odd places, marks, fields, formulas, absurd numbers, cost."""

from __future__ import annotations

import time

import pytest

from extractors.document import Paragraph, Table
from extractors.errors import InputError
from extractors.word import read_word
from tests.builders import docx, drawn, p, tbl, tc, tr
from tests.extractors.test_word import FIELD, GOES_ON, RESTART, r

NUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'


def shown(body: str, numbering: str = "", styles: str = "") -> list[object]:
    blocks = read_word(docx(body, numbering=numbering, styles=styles), "x.docx", "0" * 64).blocks
    return [block.text if isinstance(block, Paragraph) else drawn(block) for block in blocks]


def para(*inside: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(inside)}</w:p>"


def box(inside: str, properties: str = "") -> str:
    content = f"<w:pict><v:textbox><w:txbxContent>{inside}</w:txbxContent></v:textbox></w:pict>"
    return f"<w:r><w:rPr>{properties}</w:rPr>{content}</w:r>"


def level(at: int, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(*levels: str) -> str:
    definition = f'<w:abstractNum w:abstractNumId="1">{"".join(levels)}</w:abstractNum>'
    return f'{definition}<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'


ONE = numbering(level(0, "%1."))
MARK = "<w:rPr>{}</w:rPr>".format


# Styles


def test_heading_that_takes_its_list_from_the_one_above_has_its_own_level() -> None:
    styles = (
        '<w:style w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="H2"><w:basedOn w:val="H1"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="H3"><w:basedOn w:val="H2"/></w:style>'
    )
    links = [f'<w:pStyle w:val="H{n}"/>' for n in (1, 2, 3)]
    levels = (level(0, "%1", links[0]), level(1, "%1.%2", links[1]), level(2, "%1.%2.%3", links[2]))
    body = "".join(para(r(name), properties=links[int(name[0]) - 1]) for name in ("1", "2", "3", "2 again", "1 again"))
    assert shown(body, numbering(*levels), styles) == ["1 1", "1.1 2", "1.1.1 3", "1.2 2 again", "2 1 again"]


def test_numbers_are_in_capitals_where_style_mark_or_level_say_so() -> None:
    style = '<w:style w:styleId="Loud"><w:rPr><w:caps/></w:rPr></w:style>'
    plain, loud = level(0, "Розділ %1."), level(0, "Розділ %1.", "<w:rPr><w:caps/></w:rPr>")
    by_style = para(r("мета"), properties=f'<w:pStyle w:val="Loud"/>{NUMBERED}')
    by_mark = para(r("мета"), properties=NUMBERED + MARK("<w:caps/>"))
    assert shown(by_style, numbering(plain), style) == ["РОЗДІЛ 1. МЕТА"]
    assert shown(by_mark, numbering(plain)) == ["РОЗДІЛ 1. мета"]
    assert shown(para(r("мета"), properties=NUMBERED), numbering(loud)) == ["РОЗДІЛ 1. мета"]


# Marks of paragraphs


def test_number_of_a_paragraph_with_a_hidden_mark_stays_where_its_text_is_shown() -> None:
    hidden = NUMBERED + MARK("<w:vanish/>")
    assert shown(para(r("Head."), properties=hidden) + p(" body"), ONE) == ["1. Head. body"]
    both = para(r("a"), properties=hidden) + para(r("b"), properties=NUMBERED)
    assert shown(both, ONE) == ["1. a2. b"]


def test_mark_shown_against_its_style_ends_the_paragraph() -> None:
    style = '<w:style w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
    visible = '<w:vanish w:val="0"/>'
    first = para(r("a", visible), properties=f'<w:pStyle w:val="H"/>{MARK(visible)}')
    assert shown(first + p("b"), styles=style) == ["a", "b"]
    assert shown(para(r("a"), properties=MARK('<w:rStyle w:val="H"/>')) + p("b"), styles=style) == ["ab"]


@pytest.mark.parametrize("mark", ['<w:del w:id="1"/>', "<w:vanish/>"])
def test_text_box_does_not_part_paragraphs_that_are_one(mark: str) -> None:
    assert shown(para(box(p("BOX")), r("A"), properties=MARK(mark)) + p("B")) == ["AB", "BOX"]


# Text boxes


@pytest.mark.parametrize("look", ["", "<w:caps/>", '<w:vertAlign w:val="superscript"/>'])
def test_number_stands_before_the_text_whatever_run_holds_a_box(look: str) -> None:
    assert shown(para(r("Text"), box(p("BOX"), look), properties=NUMBERED), ONE) == ["1. Text", "BOX"]


@pytest.mark.parametrize(
    "inside",
    [
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r></w:p>',
        para(properties=NUMBERED),
        "<w:p><w:r><w:t>1</w:t></w:r><w:r><w:noBreakHyphen/></w:r></w:p>",
    ],
    ids=["symbol", "number", "text"],
)
def test_alternate_text_box_counts_once_whatever_it_holds(inside: str) -> None:
    content = f"<w:txbxContent>{inside}</w:txbxContent>"
    both = f"<mc:Choice Requires='wps'>{content}</mc:Choice><mc:Fallback>{content}</mc:Fallback>"
    body = para(f"<w:r><mc:AlternateContent>{both}</mc:AlternateContent></w:r>") + para(r("x"), properties=NUMBERED)
    assert len(shown(body, ONE)) == 2


def test_box_anchored_in_what_is_not_shown_is_not_shown() -> None:
    assert shown(para(r("a"), box(p("HID"), "<w:vanish/>"), r("b"))) == ["ab"]
    field = FIELD["begin"] + box(p("B")) + FIELD["separate"] + r("res") + FIELD["end"]
    assert shown(para(field)) == ["res"]


def test_properties_inside_a_box_are_not_those_of_its_cell() -> None:
    odd = "<w:r><w:txbxContent><w:x><w:cellDel/><w:gridSpan w:val='3'/></w:x></w:txbxContent></w:r>"
    (found,) = read_word(docx(tbl(tr(f"<w:tc><w:p>{odd}</w:p></w:tc>", tc("b")))), "x", "0" * 64).tables
    assert drawn(found) == [["", "b"]]


# Fields and formulas


def test_text_before_a_field_in_a_run_of_its_own_look_stays() -> None:
    run = "<w:r><w:rPr><w:caps/></w:rPr><w:t>abc</w:t><w:fldChar w:fldCharType='begin'/></w:r>"
    assert shown(para(run, FIELD["separate"], r("res"), FIELD["end"])) == ["ABCres"]


def test_field_that_never_ends_hides_nothing() -> None:
    assert shown(para(r("a"), FIELD["begin"]) + p("b") + tbl(tr(tc("c"), tc("d"))) + p("e")) == [
        "a",
        "b",
        [["c", "d"]],
        "e",
    ]


def test_entry_of_a_form_s_list() -> None:
    def choice(result: str, after: str = "") -> str:
        entries = "".join(f"<w:listEntry w:val='{text}'/>" for text in ("ні", "так"))
        data = f"<w:ffData><w:ddList>{result}<w:default w:val='1'/>{entries}</w:ddList></w:ffData>"
        return f"<w:r><w:fldChar w:fldCharType='begin'>{data}</w:fldChar></w:r>{after}{FIELD['end']}"

    assert shown(para(choice("<w:result w:val='0'/>"))) == ["ні"]
    assert shown(para(choice(""))) == ["так"]
    assert shown(para(choice("", FIELD["separate"] + r("так")))) == ["так"]


def math(inside: str) -> str:
    return f"<w:p><m:oMath>{inside}</m:oMath></w:p>"


def m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (f"<m:d><m:e>{m('a+b')}</m:e></m:d>{m('c')}", "(a+b)c"),
        (
            '<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>'
            f"<m:e>{m('a')}</m:e><m:e>{m('b')}</m:e></m:d>",
            "[a|b]",
        ),
        (f"<m:f><m:num>{m('A+B')}</m:num><m:den>{m('2')}</m:den></m:f>", "(A+B)/2"),
        (f"<m:rad><m:deg>{m('3')}</m:deg><m:e>{m('x')}</m:e></m:rad>", "³√x"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{m("i=1")}</m:sub><m:sup>{m("n")}</m:sup>'
            f"<m:e>{m('x')}</m:e></m:nary>",
            "∑_(i=1)^n x",
        ),
        (f"<m:sSup><m:e>{m('x')}</m:e><m:sup>{m('n')}</m:sup></m:sSup>", "x^n"),
        (f"<m:sSubSup><m:e>{m('x')}</m:e><m:sub>{m('i')}</m:sub><m:sup>{m('2')}</m:sup></m:sSubSup>", "xi²"),
        (f"<m:sup>{FIELD['begin']}{FIELD['separate']}{r('2')}{FIELD['end']}</m:sup>", "2"),
        (f"<m:sSup><m:e>{m('x')}</m:e><m:sup>{r('abc', '<w:caps/>')}</m:sup></m:sSup>", "x^abc"),
        (
            f"{m('a')}<w:del w:id='1'>{m('b')}</w:del>"
            f"<m:func><m:fName>{m('sin')}</m:fName><m:e>{m('x')}</m:e></m:func>",
            "asinx",
        ),
    ],
)
def test_formulas_keep_their_signs(inside: str, expected: str) -> None:
    assert shown(math(inside)) == [expected]
    assert shown(p("a") + math(inside) + p("b")) == ["a", expected, "b"]


# Grid


def test_text_that_a_merge_hides_is_not_in_the_text_of_the_outer_cell() -> None:
    inner = tbl(tr(tc("a", RESTART), tc("b")), tr(tc("HID", GOES_ON), tc("d")))
    outer, _ = read_word(docx(tbl(tr(f"<w:tc>{inner}<w:p/></w:tc>"))), "x", "0" * 64).tables
    assert drawn(outer) == [["a b\nd"]]


def test_table_without_a_grid_takes_it_from_the_widths() -> None:
    def wide(text: str, width: int) -> str:
        return tc(text, f'<w:tcW w:w="{width}" w:type="dxa"/>')

    rows = (tr(wide("a", 1000), wide("b", 500)), tr(*(wide(text, 500) for text in "cde")))
    assert shown(tbl(*rows)) == [[["a", "<", "b"], ["c", "d", "e"]]]


# Absurd numbers


NINES = "9" * 5000


@pytest.mark.parametrize(
    ("body", "lists"),
    [
        pytest.param(
            para(r("a"), properties=NUMBERED) * 2,
            numbering(level(0, "%1").replace('"1"/>', f'"{NINES}"/>', 1)),
            id="start",
        ),
        pytest.param(para(r("a"), properties=NUMBERED), f'<w:lvl w:ilvl="{NINES}"/>', id="level of nothing"),
        pytest.param(
            para(r("a"), properties=NUMBERED), numbering(level(0, "%1").replace('"0"', f'"{NINES}"')), id="level"
        ),
        pytest.param(para(r("a"), properties=NUMBERED.replace('"1"', f'"{NINES}"')), ONE, id="list"),
        pytest.param(tbl(tr(tc("a", f'<w:gridSpan w:val="{NINES}"/>') * 2)), "", id="span"),
        pytest.param(tbl(tr(tc("a"), properties=f'<w:gridBefore w:val="{NINES}"/>')), "", id="before"),
    ],
)
def test_numbers_without_end_cost_nothing(body: str, lists: str) -> None:
    try:
        found = [str(text) for text in shown(body, lists)]
    except InputError as error:
        found = [error.reason]
    assert all(text.startswith(("limit:table_columns", "a", "1")) or text.endswith(" a") for text in found)


@pytest.mark.parametrize("kind", ["lowerRoman", "upperLetter", "russianLower"])
def test_large_numbers_in_letters_are_short(kind: str) -> None:
    of = numbering(level(0, "%1").replace("decimal", kind).replace('"1"/>', '"2147483000"/>', 1))
    assert len(str(shown(para(r("a"), properties=NUMBERED), of)[0])) < 3000


@pytest.mark.parametrize("code", ["D800", "0", "7", "x", "FFFFFFFF", ""])
def test_symbols_that_are_no_characters_are_left_out(code: str) -> None:
    assert shown(para(r("a"), f"<w:r><w:sym w:font='Symbol' w:char='{code}'/></w:r>")) == ["a"]


# Cost


def cost(body: str, styles: str = "", lists: str = "") -> float:
    data = docx(body, styles=styles, numbering=lists)
    times = []
    for _ in range(3):
        started = time.process_time()
        read_word(data, "x", "0" * 64)
        times.append(time.process_time() - started)
    return min(times)


def many_choices(n: int) -> tuple[str, str, str]:
    return para(f"<mc:AlternateContent>{'<mc:Choice/>' * n}</mc:AlternateContent>"), "", ""


def long_chains(n: int) -> tuple[str, str, str]:
    styles = "".join(f'<w:style w:styleId="s{i}"><w:basedOn w:val="s{i + 1}"/></w:style>' for i in range(n))
    return "".join(para(r("a"), properties=f'<w:pStyle w:val="s{i}"/>') for i in range(n)), styles, ""


def open_fields(n: int) -> tuple[str, str, str]:
    return para((FIELD["begin"] + FIELD["separate"]) * n) + p("a") * n, "", ""


def many_lists(n: int) -> tuple[str, str, str]:
    definition = f'<w:abstractNum w:abstractNumId="1">{level(0, "%1") * n}</w:abstractNum>'
    lists = "".join(f'<w:num w:numId="{i}"><w:abstractNumId w:val="1"/></w:num>' for i in range(1, n))
    body = "".join(
        para(r("a"), properties=NUMBERED.replace('numId w:val="1"', f'numId w:val="{i}"')) for i in range(1, n)
    )
    return body, "", definition + lists


def one_look_many_times(n: int) -> tuple[str, str, str]:
    return para(r("a", '<w:vanish w:val="0"/>' * n)), "", ""


@pytest.mark.parametrize("made", [many_choices, long_chains, open_fields, many_lists, one_look_many_times])
def test_cost_grows_with_the_size_and_not_with_its_square(made: object) -> None:
    small, large = (cost(*made(n)) for n in (400, 3200))  # type: ignore[operator]
    assert large < 30 * small + 0.1, "eight times as much must not cost 64 times as much"


def test_nested_tables_cost_no_more_than_their_depth() -> None:
    def nested(depth: int) -> str:
        inner = tbl(tr(tc("слово " * 2000)))
        for _ in range(depth):
            inner = tbl(tr(f"<w:tc>{inner}<w:p/></w:tc>"))
        return inner

    assert cost(nested(40)) < 10 * cost(nested(10)) + 0.1
    assert isinstance(read_word(docx(nested(40)), "x", "0" * 64).blocks[0], Table)
