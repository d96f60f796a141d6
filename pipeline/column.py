"""What one column of a table holds, and what its header path says by itself.

Guarantee: only what the headings state; a column of no known meaning keeps its path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipeline.dates import heading_years, is_only_part_of_year, relative_year
from pipeline.funds import find_fund, read_source
from pipeline.header import Path
from pipeline.text import squeeze
from pipeline.units import find_unit, heading_unit
from validators.labels import INCLUDING

PLACEHOLDERS = ("{year}", "{fund}")
"""Headings by what they are: nothing but years, nothing but a fund or source of money."""


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: a label (`label` is set), a measure (`measure` is set), or neither where nothing fits.

    `period`, `fund` and `unit` are what the header path or the family says. `money` columns of a table share one unit;
    a `note` column holds remarks; `code` names the kind of code in a label. `base` is the measure that a percentage or
    a deviation is of; `part` tells columns of the same measure apart, as a quarter of the year; `by_row` says that the
    rows may state another unit, `reported` which measure it is where facts are reported, `fund_around` that the fund is
    the caption's, over which that of a row goes. `why` tells in Ukrainian what gave the column its meaning.
    """

    path: Path
    label: str | None = None
    measure: str | None = None
    unit: str | None = None
    period: tuple[int, int] | None = None
    fund: str | None = None
    money: bool = False
    note: bool = False
    code: str | None = None
    base: str | None = None
    years_ago: int = 0
    part: str | None = None
    by_row: bool = False
    reported: str | None = None
    fund_around: bool = False
    why: str = ""

    @property
    def meaning(self) -> str | None:
        """The label or measure, whichever there is."""
        return self.label or self.measure


@lru_cache(maxsize=1 << 12)
def read_column(path: Path) -> Column:
    """Give what a header path says by itself: period, fund and unit, the lowest heading first."""
    lowest_first = tuple(
        text
        for i, text in reversed(tuple(enumerate(path)))
        if not (i and (_COMPARES.search(path[i - 1]) or (_COMPARED.match(text) and _RATE.search(path[i - 1]))))
    )  # not what the words above compare with
    period = next((years for text in lowest_first if (years := heading_years(text))), None)
    unit = next((unit for text in lowest_first if (unit := find_unit(text) or heading_unit(text))), None)
    ago = 0 if period else max(map(relative_year, path), default=0)
    return Column(path, unit=unit, period=period, fund=_fund(path), years_ago=ago)


_COMPARES = re.compile(r"\b(?:до|проти|відносно)\s*:?$", re.IGNORECASE)
_COMPARED = re.compile(r"\W*(?:до|проти|відносно|порівняно з)\s", re.IGNORECASE)
_RATE = re.compile(r"%|відсот|темп|приріст", re.IGNORECASE)


def _fund(path: Path) -> str | None:
    """Give the fund or source that a path names: of a budget's funds first, `Усього` below a fund is all of it."""
    joined = [f"{above} {below}" for above, below in pairwise(path)]
    for text in (*path[::-1], *joined):
        if fund := find_fund(text):
            return fund
    sources = [source for text in path[::-1] if (source := read_source(text))]
    if sources and sources[0] != "total":
        return sources[0]
    return None


def is_only(placeholder: str, path: Path) -> bool:
    """Whether a path says nothing but years, or funds and sources, as the placeholder asks."""
    years = [is_only_years(text) or is_only_part_of_year(text) for text in path]
    joined = " ".join(path)
    funds = [read_source(text) is not None or _says_nothing(_MONEY_BEHIND.sub("", text)) for text in path]
    whole = _ONE_FUND.fullmatch(joined) is not None  # over two rows
    if not whole and not all(a or b for a, b in zip(years, funds, strict=True)):
        return False
    if placeholder == "{year}":
        return any(years)
    said = [text for text in path if not _says_nothing(text)]
    return whole or (bool(said) and read_source(said[-1]) is not None)


def _says_nothing(text: str) -> bool:
    """Whether a heading only says that others stand below it: `Роки:`."""
    return _SAYS_NOTHING.fullmatch(text.rstrip(" :")) is not None


_ONE_FUND = re.compile(r"\W*(?:загальний|спеціальний)\s+фонд\W*", re.IGNORECASE)
_MONEY_BEHIND = re.compile(r",?\s*\(?(?:тис\.?|млн\.?)?\s*(?:грн|гривень)\.?\)?\s*$", re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    rf"\W*{INCLUDING}?"
    r"(?: за (?:фондами|роками|джерелами|рахунок))?\W*|"
    r"джерел\w+(?: фінансування)?|(?:звідки|з яких джерел)\b.*|кошти|фонд|"
    r"роки(?: виконання)?(?: програми)?|виконання програми|за роками|"
    r"значення(?: показник\w*)?(?: (?:за|по) рок\w+)?|"
    r"\(?(?:тис\.?|млн\.?)? ?(?:грн|гривень)\.?\)?",
    re.IGNORECASE,
)


def is_only_years(text: str) -> bool:
    """Whether a heading is nothing but years: `2024`, `2024 рік`, `на 2024-2026 роки`."""
    if heading_years(text) is None:
        return False
    rest = _DIGITS.sub("", squeeze(_ALL_OF.sub("", text)))
    return not rest or rest in _WORDS_OF_YEARS or _STAGE.fullmatch(rest) is not None


_ALL_OF = re.compile(r"^(?:усього|всього|разом)\b", re.IGNORECASE)
_STAGE = re.compile(r"(?:[і1-5]{1,3}v?|v)?етап(?:виконання)?(?:програми)?(?:рік|роки|року|рр)?")
_DIGITS = re.compile(r"\d{4}")
_WORDS_OF_YEARS = frozenset(
    (
        "етап іетап ііетап іііетап іvетап vетап 1етап 2етап 3етап  рік року році роки років рр р нарік на нароки за "
        "зарік зароки й йрік ий го гороку урокі уроці ір тисгрн рокитисгрн ріктисгрн рокугрн рікгрн ртисгрн"
    ).split()
)
