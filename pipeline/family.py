"""Kinds of report, as the files in `families/` describe them, and what a table's columns mean by them.

Guarantee: a column gets a meaning only where a heading of the family fits it; every other column keeps its header path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from pipeline import numerals
from pipeline.codes import KINDS, clean
from pipeline.dates import heading_years, is_part_of_year, relative_year
from pipeline.funds import find_fund, read_source
from pipeline.header import Path
from pipeline.phrases import Phrases, contains
from pipeline.text import squeeze
from pipeline.units import find_unit, heading_unit
from validators.arithmetic import Combination
from validators.model import Dataset

PLACEHOLDERS = ("{year}", "{fund}")
"""Headings by what they are: nothing but years, nothing but a fund or source of money."""

HEADED = "заголовок"
"""How the reason of a column begins that a heading gave its meaning."""

Hierarchy = str
"""The kind of code, one of `pipeline.codes.KINDS`, whose parents are subtotals."""


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: a label (`label` is set), a measure (`measure` is set), or neither where nothing fits.

    `period`, `fund` and `unit` are what the header path or the family says. `money` columns of a table share one unit;
    a `note` column holds remarks; `code` names the kind of code in a label. `base` is the measure that a percentage or
    a deviation is of; `part` tells columns of the same measure apart, as a quarter of the year; `by_row` says that the
    rows may state another unit. `why` tells in Ukrainian what gave the column its meaning.
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
    why: str = ""

    @property
    def meaning(self) -> str | None:
        """The label or measure, whichever there is."""
        return self.label or self.measure


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One `[[columns]]` entry of a family's file.

    `within_year` is the measure instead, where the heading speaks of a part of a year; `under` are headings of which
    one must stand above.
    """

    headings: tuple[str, ...]
    label: str | None
    measure: str | None
    unit: str | None = None
    note: bool = False
    code: str | None = None
    base: str | None = None
    fund: str | None = None
    period: Literal["previous"] | None = None
    under: tuple[str, ...] = ()
    within_year: str | None = None


@dataclass(frozen=True, slots=True)
class RowRules:
    """The `[rows]` of a family's file: how rows of each kind begin, and what else tells them.

    `sources` and `years`: rows named by a source of money or a year are of it. `blank_sections`: a row with nothing but
    a name heads those below. `no_total`: no row sums the whole table.
    """

    hierarchy: Hierarchy | None = None
    totals: tuple[str, ...] = ()
    subtotals: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sources: bool = False
    years: bool = False
    blank_sections: bool = False
    no_total: bool = False


@dataclass(frozen=True, slots=True)
class Recognition:
    """The `[recognise]` of a family's file.

    All of `columns` and one of `any` must be found; one of `titles` above the table or in its headings, where
    `title_needed`; none of `not_titles`; codes of the kind `codes` in the column of codes.
    """

    columns: frozenset[str]
    any: frozenset[str] = frozenset()
    titles: tuple[str, ...] = ()
    title_needed: bool = False
    not_titles: tuple[str, ...] = ()
    codes: str | None = None
    rows_of_money: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """What fills a field of the tidy table: a measure (of this `base`, where one is named) or a label."""

    of: str
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of report. `sources` maps each field of the tidy table to what fills it."""

    name: str
    title: str
    recognition: Recognition
    leftmost: str | None
    rules: tuple[ColumnRule, ...]
    rows: RowRules
    row_units: Mapping[str, tuple[str, ...]]
    identities: tuple[Combination, ...]
    sums: bool
    per: Literal["row", "period"]
    tidy: Dataset
    sources: Mapping[str, Source] = field(default_factory=dict)
    headings: Phrases = field(init=False, compare=False, repr=False)
    """The headings of all rules but those with `under`, by the number of the rule."""

    titles: Phrases = field(init=False, compare=False, repr=False)
    against: Phrases = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Make ready what is looked for in every table."""
        numbered = [(h, i) for i, r in enumerate(self.rules) if not r.under for h in r.headings if h not in PLACEHOLDERS]
        asked = self.recognition
        object.__setattr__(self, "headings", Phrases(numbered, headings=True))
        object.__setattr__(self, "titles", Phrases([(text, i) for i, text in enumerate(asked.titles)]))
        object.__setattr__(self, "against", Phrases([(text, i) for i, text in enumerate(asked.not_titles)]))

    def columns(self, paths: Sequence[Path], body: Sequence[Sequence[str]] = ()) -> list[Column]:
        """Give each column its meaning by its header path.

        Args:
            paths: the headings over each column, from the top down.
            body: texts of some rows below the header, to find the column that names the rows where no heading does.
        """
        columns = [self._column(path) for path in paths]
        for index, column in enumerate(columns):
            if column.measure is not None and _are_words(body, index):
                columns[index] = read_column(column.path)  # its heading speaks of money, its cells do not
            elif (column.note or column.label in _WORDS) and _are_numbers(body, index):
                columns[index] = self._column(column.path, of_numbers=True)
        known = {column.label for column in columns}
        if columns and self.leftmost and columns[0].meaning is None and self.leftmost not in known:
            numbered = not body or self.leftmost != "item_number" or not _are_words(body, 0)
            if numbered:
                columns[0] = replace(columns[0], label=self.leftmost, why="крайній лівий стовпець")
        self._by_their_looks(columns, body)
        if "item" not in known and any(rule.label == "item" for rule in self.rules):
            for index, column in enumerate(columns):
                if column.meaning in (None, "direction") and _are_words(body, index):
                    columns[index] = replace(column, label="item", why=column.why or "перший стовпець зі словами")
                    break
        return columns

    def _by_their_looks(self, columns: list[Column], body: Sequence[Sequence[str]]) -> None:
        """Find the column of codes, where no heading names it, by the shape of its texts."""
        rule = next((rule for rule in self.rules if rule.label == "code" and rule.code not in (None, "row")), None)
        if rule is None or rule.code is None or any(column.label == "code" for column in columns):
            return
        for index, column in enumerate(columns):
            if column.label in (None, "item_number") and column.measure is None:
                if _are_codes(rule.code, [row[index] for row in body]):
                    columns[index] = replace(column, label="code", code=rule.code, why="коди за виглядом")
                    return

    def knows(self, column: Column) -> bool:
        """Whether the column has a meaning that the family's file gives."""
        meaning = column.meaning
        return meaning is not None and any(meaning in (r.label, r.measure, r.within_year) for r in self.rules)

    def _column(self, path: Path, of_numbers: bool = False) -> Column:
        """Give a column the meaning of its lowest heading that a rule fits; one `of_numbers` is no label of words."""
        plain_column = read_column(path)
        for level in range(len(path) - 1, -1, -1):
            rule = self._rule(path[level], path[:level])
            if rule is not None and rule.measure == "percent" and level and _OF_ELSE.search(path[level - 1]):
                rule = self._rule(path[level - 1], path[: level - 1])  # the words above say what it is a percentage of
            if rule is not None and not (of_numbers and (rule.note or rule.label in _WORDS)):
                if rule is _UNKNOWN:
                    return plain_column
                if "%" in path[:level] and rule.measure not in (None, "percent", "deviation"):
                    rule = self._percentages() or rule
                return _as_ruled(plain_column, rule, path[level])
        for rule in self.rules:
            if path and any(_is_only(heading, path) for heading in rule.headings if heading in PLACEHOLDERS):
                return replace(_as_ruled(plain_column, rule, path[-1]), why=f"лише роки або кошти: «{path[-1]}»")
        return plain_column

    def _rule(self, text: str, above: Path) -> ColumnRule | None:
        """Give the rule that fits a heading.

        Of several, the one that stands nearest to its beginning wins, then the longest: `Відхилення від
        запланованого` is a deviation. Rules that ask for a heading above are looked at first.
        """
        for rule in self.rules:
            if rule.under and any(contains(over, phrase) for over in above for phrase in rule.under):
                if any(contains(text, phrase) for phrase in rule.headings):
                    return rule
        fitting = self.headings.find(text)
        signs = _BETWEEN_SIGNS.sub("", text)
        if not fitting and signs and not any(map(str.isalnum, signs)):
            fitting = tuple(
                (0, 0, index)
                for index, rule in enumerate(self.rules)
                if any(_BETWEEN_SIGNS.sub("", phrase) == signs for phrase in rule.headings)
            )
        rule = self.rules[min(fitting)[2]] if fitting else None
        if (rule is None or rule.measure not in (None, "percent", "deviation")) and _PERCENT_OF.search(text.strip(" .")):
            return _UNKNOWN if _OF_ELSE.search(text) else self._percentages() or rule
        return rule

    def _percentages(self) -> ColumnRule | None:
        return next((rule for rule in self.rules if rule.measure == "percent" and rule.base is None), None)


_PERCENT_OF = re.compile(r"^%|[,(]\s*%\)?\s*$|\s%$|\b[ув]\s?%|\bвідсот", re.IGNORECASE)
"""How a heading of percentages reads, whatever its other words: `Виконання до плану, %`."""


_OF_ELSE = re.compile(r"темп|приріст|зростан|росту\b|індекс|питома|частка|структур|минул|попередн", re.IGNORECASE)
"""Words of a percentage that is of no plan."""

_UNKNOWN = ColumnRule((), None, None)
"""What a heading of percentages is that no rule of the family fits."""


def _as_ruled(column: Column, rule: ColumnRule, heading: str) -> Column:
    if column.fund is not None and column.fund == read_source(heading):
        named = any(placeholder in rule.headings for placeholder in PLACEHOLDERS)
        if not named and column.fund not in ("general", "special", "total"):
            column = replace(column, fund=None)  # the heading names the measure, not a source of money
    money = rule.unit in ("money", "row")
    measure = rule.measure
    if rule.within_year is not None and _is_within_year(heading, column.path):
        measure = rule.within_year
    return replace(
        column,
        label=rule.label,
        measure=measure,
        unit=column.unit if (money and column.unit != "percent") or rule.unit is None else None if money else rule.unit,
        money=money,
        by_row=rule.unit in ("row", None),
        note=rule.note,
        code=rule.code,
        base=rule.base,
        fund=rule.fund or column.fund,
        years_ago=1 if rule.period == "previous" else column.years_ago,
        why=f"{HEADED} «{heading}»",
    )


def _is_within_year(heading: str, path: Path) -> bool:
    """Whether a column is about a part of the year: its heading says so, or those above do and it names no year."""
    if is_part_of_year(heading) or is_part_of_year(path[-1]):
        return True
    return any(map(is_part_of_year, path)) and not contains(heading, "річн") and not contains(heading, "рік|")


_WORDS = frozenset(("item", "source", "executors", "direction", "holder", "address", "data_source"))
"""Labels that are words."""


def _is_only(placeholder: str, path: Path) -> bool:
    """Whether a path says nothing but years, or funds and sources, as the placeholder asks."""
    years = [is_only_years(text) for text in path]
    joined = " ".join(path)
    funds = [
        read_source(text) is not None or _SAYS_NOTHING.fullmatch(_MONEY_BEHIND.sub("", text)) is not None for text in path
    ]
    if not all(a or b for a, b in zip(years, funds, strict=True)) and read_source(joined) is None:
        return False
    return any(years) if placeholder == "{year}" else read_source(path[-1]) is not None or read_source(joined) is not None


_MONEY_BEHIND = re.compile(r",?\s*\(?(?:тис\.?|млн\.?)?\s*(?:грн|гривень)\.?\)?\s*$", re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    r"\W*(?:(?:у|в) тому числі|(?:у|в) т\. ?ч\.?|з них|з яких|із них)?(?: за (?:фондами|роками|джерелами))?\W*|"
    r"джерел\w+(?: фінансування)?|фонд|\(?(?:тис\.?|млн\.?)? ?(?:грн|гривень)\.?\)?",
    re.IGNORECASE,
)


def is_only_years(text: str) -> bool:
    """Whether a heading is nothing but years: `2024`, `2024 рік`, `на 2024-2026 роки`."""
    if heading_years(text) is None:
        return False
    rest = _DIGITS.sub("", squeeze(_ALL_OF.sub("", text)))
    return rest in _WORDS_OF_YEARS


_ALL_OF = re.compile(r"^(?:усього|всього|разом)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d{4}")
_WORDS_OF_YEARS = frozenset(
    "етап|іетап|ііетап|іііетап|іvетап|vетап|1етап|2етап|3етап||рік|року|році|роки|років|рр|р|нарік|на|нароки|за|зарік|зароки|й|йрік|ий|го|гороку|урокі|уроці|ір|тисгрн|рокитисгрн|"
    "ріктисгрн|рокугрн|рікгрн|ртисгрн".split("|")
)


def _are_numbers(body: Sequence[Sequence[str]], column: int) -> bool:
    """Whether all filled cells of a column are numbers or say that there is none, most of them with more than a digit."""
    texts = [row[column].strip() for row in body if row[column].strip()]
    if all(map(is_only_years, texts)):
        return False
    return bool(texts) and all(map(numerals.is_value, texts)) and 2 * sum(len(text) > 1 for text in texts) >= len(texts)


def _are_words(body: Sequence[Sequence[str]], column: int) -> bool:
    """Whether most filled cells of a column are words, not numbers, codes or single letters."""
    texts = [row[column] for row in body if row[column].strip()]
    return bool(texts) and 2 * sum(sum(map(str.isalpha, text)) > 2 for text in texts) > len(texts)


_BETWEEN_SIGNS = re.compile(r"[\s(),.;/:]+")


@lru_cache(maxsize=1 << 12)
def read_column(path: Path) -> Column:
    """Give what a header path says by itself: period, fund and unit, the lowest heading first."""
    lowest_first = path[::-1]
    period = next((years for text in lowest_first if (years := heading_years(text))), None)
    unit = next((unit for text in lowest_first if (unit := find_unit(text) or heading_unit(text))), None)
    ago = 0 if period else next((years for text in lowest_first if (years := relative_year(text))), 0)
    return Column(path, unit=unit, period=period, fund=_fund(path), years_ago=ago)


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


@dataclass(frozen=True, slots=True)
class Match:
    """A family that a table may be of: its columns, how much speaks for it, or why it is not this one."""

    family: Family
    columns: tuple[Column, ...]
    score: float
    title: str | None
    lacks: tuple[str, ...]


def candidates(
    paths: Sequence[Path],
    body: Sequence[Sequence[str]],
    titles: Sequence[str],
    families: Sequence[Family],
    whole: bool = False,
) -> list[Match]:
    """Give all families, those that the table may be of first, the likeliest of them at the head.

    Args:
        paths: the headings over each column.
        body: texts of some rows below the header.
        titles: what stands above the table, the nearest first.
        families: the known kinds of report.
        whole: whether the last of `titles` is the title of the whole document.
    """
    found = [_judge(family, paths, body, titles, whole) for family in families]
    return sorted(found, key=lambda match: (bool(match.lacks), -match.score, match.family.name))


def _judge(
    family: Family, paths: Sequence[Path], body: Sequence[Sequence[str]], titles: Sequence[str], whole: bool
) -> Match:
    asked = family.recognition
    columns = family.columns(paths, body)
    meanings = {column.meaning for column in columns}
    texts = [*titles, *dict.fromkeys(text for path in paths for text in path)]
    lacks = [f"немає стовпця {name}" for name in sorted(asked.columns - meanings)]
    if asked.any and not asked.any & meanings:
        lacks.append("немає жодного зі стовпців " + ", ".join(sorted(asked.any)))
    title = next((text for text in texts if family.titles.find(text)), None)
    near = titles[:-1] if whole else titles
    own = any(family.titles.find(text) for text in near)
    if asked.title_needed and title is None:
        lacks.append("у назвах немає жодного зі слів: " + ", ".join(asked.titles))
    headings = texts[len(titles) :]
    against = next((text for text in (*(near if own else titles), *headings) if family.against.find(text, misread=False)), None)
    if against is not None:
        lacks.append(f"так не називають цей вид: «{against}»")
    coded = _has_codes(asked.codes, columns, body) if asked.codes else False
    if asked.codes and not coded:
        lacks.append(f"немає стовпця з кодами {KINDS[asked.codes].title}")
    if asked.rows_of_money and not _are_of_money(columns, body):
        lacks.append("рядки названо не джерелами коштів і не роками")
    headed = sum(column.meaning is not None and column.why.startswith(HEADED) for column in columns)
    only_whole = whole and title == titles[-1]
    score = headed + (2 if only_whole else 3) * (title is not None) + 2 * coded + 3 * asked.rows_of_money
    return Match(family, tuple(columns), score, title, tuple(lacks))


def _are_of_money(columns: Sequence[Column], body: Sequence[Sequence[str]]) -> bool:
    """Whether most rows are named by a source of money, by a year, or as their sum."""
    named = next((i for i, column in enumerate(columns) if column.label in ("source", "item")), None)
    if named is None:
        return False
    texts = [row[named] for row in body if row[named].strip()]
    own = sum(read_source(text) not in (None, "total") or is_only_years(text) for text in texts)
    sums = sum(_ALL.match(text) is not None for text in texts)
    return own > 1 and 2 * (own + sums) > len(texts)


_ALL = re.compile(r"\W*(?:усього|всього|разом|обсяг|загальний обсяг|у тому числі|у т\.)", re.IGNORECASE)


def _has_codes(kind: str, columns: Sequence[Column], body: Sequence[Sequence[str]]) -> bool:
    """Whether most codes have the kind's shape: in the column of codes, or where there is none before the items."""
    named = {column.label: index for index, column in enumerate(columns) if column.label in ("code", "item")}
    if "code" in named:
        return _are_codes(kind, [row[named["code"]] for row in body])
    if "item" not in named:
        return False
    texts = [row[named["item"]] for row in body]
    codes = [found[1] for text in texts if (found := CODE_BEFORE.match(text))]
    return 2 * len(codes) > len(texts) and _are_codes(kind, codes)


CODE_BEFORE = re.compile(r"\s*(\d{4,8})\s*[-–—.]?\s+(?=[^\W\d])")
"""A code at the beginning of an item's text."""


def _are_codes(kind: str, texts: Sequence[str]) -> bool:
    pattern = re.compile(KINDS[kind].pattern)
    codes = [clean(text) for text in texts if any(map(str.isdigit, text))]
    return bool(codes) and 2 * sum(bool(pattern.fullmatch(code)) for code in codes) > len(codes)
