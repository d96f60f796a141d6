"""Tables without lines, drawn here as text: a letter is `LETTER` wide, a line `PITCH` high, `---` is a rule."""

from __future__ import annotations

import random
import re
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.alignment import Found, find_tables, may_hold_table
from extractors.columns import VALUE
from extractors.lattice import Ruling, grids
from extractors.layout import Run
from extractors.partial import partial_grids

LETTER, PITCH, HEIGHT = 5.0, 12.0, 11.0


def typed(art: str) -> tuple[list[Run], list[Ruling]]:
    """Give the words and the rules of a page; a line of dashes is rules, a line of `~` a small gap."""
    words, rules = [], []
    y = 40.0
    for line in dedent(art).strip("\n").splitlines():
        pieces = [(m.start() * LETTER + 50, m.end() * LETTER + 50, m[0]) for m in re.finditer(r"\S+", line)]
        if pieces and all(set(text) == {"-"} and len(text) > 2 for _, _, text in pieces):
            rules += [Ruling(y, x0, x1) for x0, x1, _ in pieces]
        elif line.strip() == "~":
            y += PITCH / 3
        else:
            words += [Run(text, (x0, y, x1, y + HEIGHT)) for x0, x1, text in pieces]
            y += PITCH
    return words, rules


def tables_of(art: str) -> list[Found]:
    words, rules = typed(art)
    return find_tables(words, rules, [], 600, 800)


def drawn(found: Found) -> list[list[str]]:
    """Give rows of texts; what a cell covers beside and below its first place is `<` and `^`."""
    grid = found.grid
    rows = [[""] * (len(grid.x_edges) - 1) for _ in grid.y_edges[1:]]
    for index, (row, column, row_span, column_span, _) in enumerate(grid.cells):
        for r in range(row, row + row_span):
            for c in range(column, column + column_span):
                rows[r][c] = "<" if c > column else "^"
        rows[row][column] = " ".join(run.text for run in found.runs.get(index, ()))
    return rows


def only(art: str) -> list[list[str]]:
    (found,) = tables_of(art)
    return drawn(found)


PROSE = """
    The committee met in regular session and heard the report on the
    works of the last year. Members asked for more detailed figures of
    the cost of maintenance, which the office will give in the spring.
"""


def test_columns_of_figures_between_prose() -> None:
    art = f"""{PROSE}
    Works        2009    2010   Change
    Roads       1,200   1,340    11.7%
    Bridges       340     980   188.2%
    Street lamps   88      91     3.4%
    Total       1,628   2,411        -
    {PROSE}"""
    assert only(art) == [
        ["Works", "2009", "2010", "Change"],
        ["Roads", "1,200", "1,340", "11.7%"],
        ["Bridges", "340", "980", "188.2%"],
        ["Street lamps", "88", "91", "3.4%"],
        ["Total", "1,628", "2,411", "-"],
    ]


def test_words_in_no_table_are_left() -> None:
    words, _ = typed(PROSE)
    assert find_tables(words, [], [], 600, 800) == []
    assert not may_hold_table(words)


def test_ukrainian_figures_with_spaces_between_thousands() -> None:
    art = """
    Таблиця 1. Видатки
    Назва заходу          План      Факт
    Ремонт вулиць     12 500,00  11 300,5
    Освітлення           430,10    430,10
    """
    assert only(art)[1] == ["Ремонт вулиць", "12 500,00", "11 300,5"]


def test_heading_of_two_levels_over_rules() -> None:
    art = """
    -----------------------------------------
                   Men             Women
               -----------     -----------
    Age       Number  Rate    Number  Rate
    -----------------------------------------
    Under 18     120   4.5       111   4.2
    18 to 64   2,234  14.5     3,111  13.9
    Over 64      934   4.0       811     -
    -----------------------------------------
    Source: the census.
    """
    assert only(art) == [
        ["Age", "Men", "<", "Women", "<"],
        ["^", "Number", "Rate", "Number", "Rate"],
        ["Under 18", "120", "4.5", "111", "4.2"],
        ["18 to 64", "2,234", "14.5", "3,111", "13.9"],
        ["Over 64", "934", "4.0", "811", "-"],
    ]


def test_heading_of_two_levels_without_rules() -> None:
    art = """
    Table 4. Rates
                  Men             Women
    Age       Number  Rate    Number  Rate
    Under 18     120   4.5       111   4.2
    18 to 64   2,234  14.5     3,111  13.9
    Over 64      934   4.0       811     -
    """
    assert only(art)[:2] == [["Age", "Men", "<", "Women", "<"], ["^", "Number", "Rate", "Number", "Rate"]]


def test_heading_of_several_lines_is_one_cell() -> None:
    art = """
                    Completed   Response
    Wave   Sample  interviews       rate
    First   2,500       1,980       79.2
    Second  2,480       1,850       74.6
    Third   2,300       1,601       69.6
    """
    assert only(art)[0] == ["Wave", "Sample", "Completed interviews", "Response rate"]


def test_wrapped_label_joins_and_group_label_stays() -> None:
    art = """
    Item                    2009   2010
    Roads:
    Repair of streets and    120    130
    of pavements
    Bridges                  340    980
    Other:
    Lamps                     88     91
    """
    assert only(art) == [
        ["Item", "2009", "2010"],
        ["Roads:", "", ""],
        ["Repair of streets and of pavements", "120", "130"],
        ["Bridges", "340", "980"],
        ["Other:", "", ""],
        ["Lamps", "88", "91"],
    ]


def test_rows_of_several_lines_are_told_by_the_gaps() -> None:
    art = """
    --------------------------------------------------
    State      Programme               Eligible  Number
    --------------------------------------------------
    Alabama    A separate programme    Children  68,000
               for the children of     under 19
               working families
    ~
    Arizona    Child care              Children  22,500
    ~
    Wyoming    Care for the old and    Over 65    5,400
               the sick
    --------------------------------------------------
    """
    assert only(art) == [
        ["State", "Programme", "Eligible", "Number"],
        ["Alabama", "A separate programme for the children of working families", "Children under 19", "68,000"],
        ["Arizona", "Child care", "Children", "22,500"],
        ["Wyoming", "Care for the old and the sick", "Over 65", "5,400"],
    ]


def test_sign_stays_with_its_figure() -> None:
    art = """
    Item          2009        2010
    Labour    $  1,200    $  1,340
    Schools        340         980
    Defence      8,120       9,001
    Total     $  9,660    $ 11,321
    """
    assert only(art)[1] == ["Labour", "$ 1,200", "$ 1,340"]


def test_label_that_reaches_its_figure_is_cut_off_there() -> None:
    art = """
    Item                     2009   2010
    Roads                     120    130
    Bridges                   340    980
    Lamps in streets and park 188    191
    Total                     648  1,301
    """
    assert only(art)[3] == ["Lamps in streets and park", "188", "191"]


def test_table_beside_prose() -> None:
    left = [line.strip() for line in (PROSE * 3).splitlines() if line.strip()]
    right = ["Item       2009   2010", "Roads       120    130", "Bridges     340    980", "Lamps        88     91"]
    text = "Spending on roads rose a lot in"
    lines = [f"{line:<70}{right[i - 2] if 2 <= i < 6 else text}" for i, line in enumerate(left)]
    assert only("\n".join(lines))[:3] == [
        ["Item", "2009", "2010"],
        ["Roads", "120", "130"],
        ["Bridges", "340", "980"],
    ]


NO_TABLES = {
    "two columns of prose": """
    The committee met in session and       Spending rose because of the new
    heard the report on the works of       bridge which had been closed for
    the last year. Members asked for       eleven months. The rest of items
    more figures of the cost of work       changed little. It was moved and
    in the parks, which staff should       seconded that the council should
    give them before the next spring       approve the request that is made
    """,
    "table of contents": """
    Introduction ............................ 1
    The works of the year ................... 4
    Roads ................................... 9
    Bridges ................................. 12
    Parks and street lamps .................. 17
    """,
    "contents without dots": """
    1.1   Introduction                        1
    1.2   The works of the year               4
    2.1   Roads                               9
    2.2   Bridges                            12
    2.3   Parks and street lamps             17
    """,
    "list": """
    1)   Repair of roads
    2)   Repair of bridges
    3)   Lamps
    4)   Parks
    """,
    "signatures": """
    Міський голова                  Володимир МОСКАЛЕНКО

    Керуючий справами               Андрій ОХРІМЧУК
    Начальник відділу               Олена ТКАЧУК
    """,
    "letterhead": """
    УКРАЇНА                            Директору департаменту
    МІСЬКА РАДА                        освіти і науки
    вул. Грушевського, 22              Олені ПЕТРЕНКО
    тел. 5-01-22                       вул. Шевченка, 5
    """,
    "distribution list": """
    Розсилка:
    1    Фінансове управління       1
    2    Відділ освіти              1
    3    До справи                  2
    """,
    "numbered equations": """
    E = mc + a(x - 1)                    (1)
    E = mc + a(x - 2)                    (2)
    E = mc + a(x - 3)                    (3)
    E = mc + a(x - 4)                    (4)
    E = mc + a(x - 5)                    (5)
    E = mc + a(x - 6)                    (6)
    """,
    "bibliography": """
    [1]   Brown, A.: On tables, vol. 12, pp. 4-19, Oxford 1990.
    [2]   Green, B.: On columns, vol. 3, pp. 44-69, London 1997.
    [3]   White, C.: On rows, vol. 7, pp. 1-12, Leeds 2001.
    """,
    "axes of a chart": """
    Figure 3. Spending
    450                                450
    350                                350
    250                                250
    150                                150
         2001   2002   2003   2004
    """,
}


@pytest.mark.parametrize("name", NO_TABLES)
def test_no_table(name: str) -> None:
    assert [(found.note, drawn(found)) for found in tables_of(NO_TABLES[name])] == []


def test_turned_text_is_left_alone() -> None:
    words, _ = typed("Item       2009   2010\nRoads       120    130\nBridges     340    980\nLamps        88     91")
    turned = [Run("sideways", (20, 30 + 70 * i, 30, 90 + 70 * i)) for i in range(2)]
    (found,) = find_tables([*turned, *words], [], [], 600, 800)
    assert not {run.text for runs in found.runs.values() for run in runs} & {"sideways"}


def test_grid_of_few_lines_is_part_of_the_table_found() -> None:
    art = """
    -------------------------------------
    Answers     Number  Percent    Total
    -------------------------------------
    None           138      6.9      6.9
    One            178      8.8     15.7
    Two            626     31.1     46.8
    -------------------------------------
    """
    words, rules = typed(art)
    sides = [Ruling(x, rules[0].position, rules[-1].position) for x in (rules[0].start, 105.0, rules[0].end)]
    assert partial_grids(grids(rules, sides, 2.5), words, rules, 600, 800) == {0}


def test_grid_that_parts_its_figures_is_whole() -> None:
    words, _ = typed("Class       Mark\n7-A            9\n7-B          9,5\n8-A          9,2")
    edges = [Ruling(39.0 + PITCH * i, 45, 140) for i in range(5)]
    lattice = grids(edges, [Ruling(x, 39, 39 + 4 * PITCH) for x in (45, 85, 140)], 2.5)
    assert partial_grids(lattice, words, edges, 600, 800) == set()


@pytest.mark.parametrize(
    "text",
    ["1 234,50", "(0.3)%", "$ 12,345", "-", "–", "n/a", "12.5*", "2009/10", "0.45 (0.02)", "так", "< 5", "1.5e-6"],
)
def test_value(text: str) -> None:
    assert VALUE.fullmatch(text)


@pytest.mark.parametrize("text", ["Roads", "12 streets of the town", "", "2.3 Parks", "No 5 in the list"])
def test_no_value(text: str) -> None:
    assert not VALUE.fullmatch(text)


@given(st.integers(0, 2**32))
def test_every_word_stands_in_at_most_one_cell_and_cells_tile(seed: int) -> None:
    rng = random.Random(seed)
    words = []
    for n in range(rng.randint(0, 60)):
        x, y = rng.choice([50, 120, 200, 280, rng.randint(0, 500)]), 14 * rng.randint(1, 12) + rng.choice([0, 0, 3])
        text = rng.choice(["12,5", "7", "-", "word", "Longer", "$", "2009"])
        words.append(Run(text, (x, y, x + 5 * len(text), y + 10), 0, (n, n + 1)))
    rules = [Ruling(14 * rng.randint(1, 12) - 1, 40, rng.choice([300, 560])) for _ in range(rng.randint(0, 4))]
    seen: set[tuple[int, int]] = set()
    for found in find_tables(words, rules, [], 600, 800):
        positions = [
            (row, column)
            for cell in found.grid.cells
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
        ]
        assert len(positions) == len(set(positions)) == (len(found.grid.x_edges) - 1) * (len(found.grid.y_edges) - 1)
        spans = [run.span for runs in found.runs.values() for run in runs]
        assert len(spans) == len(set(spans))
        assert not seen & set(spans)
        seen |= set(spans)
        assert list(found.grid.x_edges) == sorted(found.grid.x_edges)
        assert list(found.grid.y_edges) == sorted(found.grid.y_edges)
        assert 0.5 <= found.confidence <= 1
