"""List numbers as Word prints them: formats, levels, lists that go on or start anew, numbers by style."""

from __future__ import annotations

import pytest

from extractors.document import Paragraph
from extractors.word import read_word
from extractors.word_numbers import written
from tests.builders import docx, drawn, p, tbl, tc, tr


def level(at: int, kind: str = "decimal", text: str = "%1.", more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


def abstract(name: int, *levels: str, more: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{name}">{more}{"".join(levels)}</w:abstractNum>'


def num(name: int, of: int, overrides: str = "") -> str:
    return f'<w:num w:numId="{name}"><w:abstractNumId w:val="{of}"/>{overrides}</w:num>'


def anew(at: int, start: int) -> str:
    return f'<w:lvlOverride w:ilvl="{at}"><w:startOverride w:val="{start}"/></w:lvlOverride>'


def item(text: str, name: int | None = 1, at: int | None = 0, style: str = "", mark: str = "") -> str:
    of_list = f'<w:numId w:val="{name}"/>' if name is not None else ""
    of_level = f'<w:ilvl w:val="{at}"/>' if at is not None else ""
    numbered = f"<w:numPr>{of_level}{of_list}</w:numPr>" if of_list or of_level else ""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{numbered}<w:rPr>{mark}</w:rPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


OUTLINE = (level(0), level(1, text="%1.%2."), level(2, "lowerLetter", "%3)"))


def texts(body: str, numbering: str, styles: str = "") -> list[str]:
    blocks = read_word(docx(body, numbering=numbering, styles=styles), "x.docx", "0" * 64).blocks
    return [block.text for block in blocks if isinstance(block, Paragraph)]


# Formats


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("decimal", ["1", "9", "10", "30"]),
        ("decimalZero", ["01", "09", "10", "30"]),
        ("upperRoman", ["I", "IX", "X", "XXX"]),
        ("lowerRoman", ["i", "ix", "x", "xxx"]),
        ("upperLetter", ["A", "I", "J", "DD"]),
        ("lowerLetter", ["a", "i", "j", "dd"]),
        ("russianLower", ["а", "и", "к", "аа"]),
        ("russianUpper", ["А", "И", "К", "АА"]),
        ("numberInDash", ["- 1 -", "- 9 -", "- 10 -", "- 30 -"]),
        ("decimalEnclosedCircle", ["①", "⑨", "⑩", "30"]),
        ("decimalEnclosedParen", ["(1)", "(9)", "(10)", "(30)"]),
        ("hex", ["1", "9", "A", "1E"]),
        ("none", ["", "", "", ""]),
        ("cardinalText", ["1", "9", "10", "30"]),
        ("no such format", ["1", "9", "10", "30"]),
    ],
)
def test_formats(kind: str, expected: list[str]) -> None:
    assert [written(n, kind) for n in (1, 9, 10, 30)] == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("001, 002, 003, ...", ["001", "030", "059"]),
        ("0001, 0002, 0003, ...", ["0001", "0030", "0059"]),
        ("а, б, .., аа, аб, ... (ru)", ["а", "аа", "ба"]),
        ("А, Б, .., Аа, Бб, ... (ru)", ["А", "Аа", "Ааа"]),
        ("а, б, .., аа, аб, ... (uk)", ["а", "аа", "ба"]),
        ("first, second", ["1", "30", "59"]),
    ],
)
def test_custom_formats(pattern: str, expected: list[str]) -> None:
    assert [written(n, "custom", pattern) for n in (1, 30, 59)] == expected


def test_ukrainian_letters_are_counted_with() -> None:
    assert [written(n, "custom", "а, б, .., аа, аб, ... (Ukrainian)") for n in (6, 7, 8, 11)] == ["е", "є", "ж", "і"]


@pytest.mark.parametrize(("n", "expected"), [(4, "IV"), (1999, "MCMXCIX"), (2024, "MMXXIV"), (4001, "MMMMI"), (0, "")])
def test_roman(n: int, expected: str) -> None:
    assert written(n, "upperRoman") == expected


# Counting


def test_levels_count_and_start_anew_after_an_upper_one() -> None:
    body = "".join(item(str(n), at=at) for n, at in enumerate((0, 1, 1, 2, 2, 0, 1, 2)))
    numbering = abstract(1, *OUTLINE) + num(1, 1)
    assert texts(body, numbering) == ["1. 0", "1.1. 1", "1.2. 2", "a) 3", "b) 4", "2. 5", "2.1. 6", "a) 7"]


def test_level_whose_upper_was_never_used_takes_it_as_used_once() -> None:
    body = item("a", at=1) + item("b", at=1) + item("c", at=0) + item("d", at=1)
    assert texts(body, abstract(1, *OUTLINE) + num(1, 1)) == ["1.1. a", "1.2. b", "2. c", "2.1. d"]


def test_numbers_run_on_through_text_tables_and_cells() -> None:
    cell = f"<w:tc>{item('', 1)}</w:tc>"
    table = tbl(tr(cell, tc("x")), tr(cell, tc("y")))
    body = item("one") + table + p("text") + table + item("six")
    document = read_word(docx(body, numbering=abstract(1, *OUTLINE) + num(1, 1)), "x", "0" * 64)
    assert [drawn(table) for table in document.tables] == [[["2.", "x"], ["3.", "y"]], [["4.", "x"], ["5.", "y"]]]
    assert [b.text for b in document.blocks if isinstance(b, Paragraph)] == ["1. one", "text", "6. six"]


def test_lists_of_one_definition_count_together_and_one_may_start_anew_once() -> None:
    numbering = (
        abstract(1, *OUTLINE) + num(1, 1) + num(2, 1) + num(3, 1, anew(0, 7)) + abstract(2, *OUTLINE) + num(4, 2)
    )
    body = "".join(item(str(name), name) for name in (1, 2, 3, 3, 1, 4, 1))
    assert texts(body, numbering) == ["1. 1", "2. 2", "7. 3", "8. 3", "9. 1", "1. 4", "10. 1"]


def test_level_of_a_list_may_be_another_than_that_of_its_definition() -> None:
    other = f'<w:lvlOverride w:ilvl="0">{level(0, "upperRoman", "%1)", start=5)}</w:lvlOverride>'
    assert texts(item("a") + item("b", 2), abstract(1, *OUTLINE) + num(1, 1, other) + num(2, 1)) == ["V) a", "6. b"]


@pytest.mark.parametrize(
    ("restart", "expected"),
    [
        ("", ["1.1.1", "1.1.2", "1.2.1", "2.1.1"]),
        ('<w:lvlRestart w:val="0"/>', ["1.1.1", "1.1.2", "1.2.3", "2.1.4"]),
        ('<w:lvlRestart w:val="1"/>', ["1.1.1", "1.1.2", "1.2.3", "2.1.1"]),
    ],
)
def test_level_starts_anew_after_the_level_it_names(restart: str, expected: list[str]) -> None:
    levels = (level(0), level(1, text="%1.%2"), level(2, text="%1.%2.%3", more=restart))
    body = "".join(item("", at=at) for at in (0, 1, 2, 2, 1, 2, 0, 1, 2))
    numbers = texts(body, abstract(1, *levels) + num(1, 1))
    assert [text for text in numbers if text.count(".") == 2] == expected


def test_legal_numbers_are_decimal() -> None:
    levels = (level(0, "upperRoman"), level(1, text="%1.%2"), level(2, text="%1.%2", more="<w:isLgl/>"))
    body = item("a") + item("b") + item("c", at=1) + item("d", at=2)
    assert texts(body, abstract(1, *levels) + num(1, 1)) == ["I. a", "II. b", "II.1 c", "2.1 d"]


def test_start_text_around_and_no_space_after() -> None:
    levels = (level(0, text="Розділ %1 –", start=0), level(1, text="(%2", more='<w:suff w:val="nothing"/>', start=4))
    body = item("a") + item(" b", at=1)
    assert texts(body, abstract(1, *levels) + num(1, 1)) == ["Розділ 0 – a", "(4 b"]


def test_bullets_are_shown_as_characters() -> None:
    font = '<w:rPr><w:rFonts w:ascii="{}" w:hAnsi="{}"/></w:rPr>'.format
    kinds = (("&#xF0B7;", font("Symbol", "Symbol")), ("&#xF0A7;", font("Wingdings", "Wingdings")), ("–", ""))
    numbering = "".join(
        abstract(name, level(0, "bullet", text, more)) + num(name, name)
        for name, (text, more) in enumerate(kinds, start=1)
    )
    assert texts("".join(item("a", n) for n in (1, 2, 3)), numbering) == ["• a", "▪ a", "– a"]


def test_newer_format_beside_its_fallback() -> None:
    both = (
        '<w:lvl w:ilvl="0"><w:start w:val="7"/><mc:AlternateContent><mc:Choice Requires="w14">'
        '<w:numFmt w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/>'
        '</mc:Fallback></mc:AlternateContent><w:lvlText w:val="%1"/></w:lvl>'
    )
    assert texts(item("a"), abstract(1, both) + num(1, 1)) == ["007 a"]


# What has no number, or counts without showing it


def test_paragraph_in_no_list_has_no_number() -> None:
    numbering = abstract(1, *OUTLINE) + num(1, 1) + num(8, 99)
    body = item("a", 0) + item("b", 7) + item("c", 8) + item("d", None, None) + item("e", at=None) + item("f", at=99)
    assert texts(body, numbering) == ["a", "b", "c", "d", "1. e", "f"]
    assert texts(item("a"), "") == ["a"]


def test_number_of_a_hidden_paragraph_counts_unseen() -> None:
    numbering = abstract(1, *OUTLINE) + num(1, 1)
    assert texts(item("a") + item("", mark="<w:vanish/>") + item("b"), numbering) == ["1. a", "3. b"]
    assert texts(item("a", mark="<w:vanish/><w:specVanish/>") + p("run on"), numbering) == ["1. arun on"]
    hidden = level(0, more="<w:rPr><w:vanish/></w:rPr>")
    assert texts(item("a"), abstract(1, hidden) + num(1, 1)) == ["a"]


def test_paragraph_whose_mark_is_deleted_takes_the_number_of_the_next() -> None:
    numbering = abstract(1, *OUTLINE) + num(1, 1)
    assert texts(item("a", mark="<w:del/>") + item("b") + item("c"), numbering) == ["1. ab", "2. c"]


def test_deleted_rows_do_not_count() -> None:
    cell = f"<w:tc>{item('')}</w:tc>"
    table = tbl(tr(cell), tr(cell, properties="<w:del/>"), tr(cell))
    (found,) = read_word(docx(table, numbering=abstract(1, *OUTLINE) + num(1, 1)), "x", "0" * 64).tables
    assert drawn(found) == [["1."], ["2."]]


# Styles


STYLES = """
<w:style w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="H2"><w:pPr><w:numPr><w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="Mine"><w:basedOn w:val="H2"/></w:style>
<w:style w:styleId="None"><w:basedOn w:val="H2"/><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="Third"><w:basedOn w:val="H1"/><w:pPr><w:numPr><w:ilvl w:val="2"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="List"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>
"""


def test_styles_number_at_the_level_linked_to_them() -> None:
    levels = (level(0), level(1, text="%1.%2.", more='<w:pStyle w:val="H2"/>'), level(2, text="%1.%2.%3."))
    numbering = abstract(1, *levels) + num(1, 1)
    paragraphs = [item(style, None, None, style) for style in ("H1", "H2", "Mine", "None", "Third", "Unknown")]
    last = item("own level", None, 0, "H2") + item("no list", 0, 0, "H1")
    assert texts("".join(paragraphs) + last, numbering, STYLES) == [
        "1. H1", "1.1. H2", "1.2. Mine", "None", "1.2.1. Third", "Unknown", "2. own level", "no list",
    ]  # fmt: skip


def test_list_that_names_a_style_takes_that_style_s_definition() -> None:
    linked = abstract(3, more='<w:numStyleLink w:val="List"/>')
    numbering = abstract(2, level(0, "upperRoman"), more='<w:styleLink w:val="List"/>') + num(2, 2) + linked + num(3, 3)
    assert texts(item("a", 3) + item("b", 2) + item("c", 3), numbering, STYLES) == ["I. a", "II. b", "III. c"]
