"""What each column of a table holds: its family's meaning, completed by what stands around the table.

Guarantee: no two columns of numbers have the same meaning; what their headings do not share tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline import numerals
from pipeline.column import Column, is_only_years
from pipeline.dates import (
    find_period,
    find_reported_years,
    find_years,
    heading_years,
    is_only_part_of_year,
    is_part_of_year,
)
from pipeline.facts import Facts
from pipeline.family import Family
from pipeline.funds import find_fund, is_part, read_source
from pipeline.header import Path
from pipeline.sample import Sample
from pipeline.units import caption_unit
from validators.sums import MONEY

_ALL = re.compile(
    r"(?:у|в)?сього\b|разом\b|загалом\b|загальний обсяг\b|(?:.*\b(?:за|на) )?весь (?:період|строк|термін)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\W*(?:(?:усього|всього|разом)\s+)?(?:за|на)?\s*рік\W*", re.IGNORECASE)

_NUMBERS_ROWS = re.compile(r"(?P<sure>№|N\b|номер\b)|[зп]\s?/\s?п\b", re.IGNORECASE)
_NAMES_CODES = re.compile(
    r"код(?:и|у|ів)?\b|шифр\b|кекв|квк\b|к?т?пкв|кфк|ккд|кбк|кткв|єдрпоу|(?P<other>індекс\s*$|інв\.|інвентарн)",
    re.IGNORECASE,
)
_NAMES_UNITS = re.compile(r"(?:(?:одиниц\w+|од\.?|вимір)\s*$|одиниц\w+ ви|од(?:ин)?\. ?вим|вимірник)", re.IGNORECASE)
_LEADING_ZERO = re.compile(r"0[0-9]+")

_FUNDS = ("general", "special")

NUMBERS = "числа"
"""Why a column is a measure that no heading names."""

SAMPLE = 60
"""Rows of a table that tell what its columns hold."""


_NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a table.

    `captions` are the texts right above it, the nearest first; `facts` those of the report; `unit` is the unit of
    money that the document has besides, `unit_is_said` where it says that all of it is; `before` and `unit_before`
    are the years and the unit of money that all captions before these agree on; `head` is all that stands above the
    first table; `alike` tells of which families the tables before are, by the paths of their headings; `whole` says
    that the table tells the funds itself.
    """

    captions: tuple[str, ...] = ()
    facts: Facts = _NO_FACTS
    unit: str | None = None
    unit_is_said: bool = False
    before: tuple[int, int] | None = None
    unit_before: str | None = None
    head: tuple[str, ...] = ()
    alike: Mapping[tuple[Path, ...], Family] = field(default_factory=dict)
    whole: bool = False

    @property
    def titles(self) -> tuple[str, ...]:
        """All that may name the kind of report, the nearest first, the document's title last."""
        return (*self.captions, self.facts.title or "")

    @property
    def document(self) -> str:
        """The title of the document, and all that stands above its first table."""
        return " ".join((self.facts.title or "", *self.head))

    def below(self, titles: Sequence[str]) -> Context:
        """Give the same with the titles that stand in the table itself."""
        return replace(self, captions=(*titles[::-1], *self.captions)) if titles else self

    @property
    def reported(self) -> tuple[int, int] | None:
        """The years that the nearest caption, or the report's title, says are reported on."""
        return next((years for text in self.titles if (years := find_reported_years(text))), None)

    @property
    def years(self) -> tuple[int, int] | None:
        """The years the table is about: those reported on, else any that a caption, then the report, states."""
        if self.own_years:
            return self.own_years
        facts = self.facts
        if years := find_reported_years(facts.title or "") or find_years(facts.title or ""):
            return years
        if facts.period_start is not None and facts.period_end is not None:
            return (facts.period_start, facts.period_end)
        period = find_period(facts.title or "")
        return self.before if period is None else period.years

    @property
    def own_years(self) -> tuple[int, int] | None:
        """The years that the captions state: those reported on, else any."""
        if years := next((years for text in self.captions if (years := find_reported_years(text))), None):
            return years
        return next((period.years for text in self.captions if (period := find_period(text))), None)

    @property
    def fund(self) -> str | None:
        """The fund that the nearest caption naming one names, or else the document's head."""
        named = next((fund for text in self.captions if (fund := find_fund(text))), None)
        if named is not None or not self.head or find_fund(self.head[-1]) is not None:
            return named
        return find_fund(" ".join(self.head[:-1]))  # of all the document, and not of its first table alone

    @property
    def money(self) -> str | None:
        """The unit of money, or percent, that the nearest caption stating one for the table states."""
        return next((unit for text in self.captions if (unit := caption_unit(text))), None) or self.unit_before


def complete(
    columns: Sequence[Column],
    body: Sequence[Sequence[str]],
    family: Family | None,
    around: Context,
    title: str | None = None,
) -> list[Column]:
    """Give columns all that can be said of them.

    Args:
        columns: as the family, or their headings alone, say.
        body: the texts of the rows below the header.
        family: the kind of report, if it is known.
        around: what stands around the table.
        title: the words that told the kind of report.
    """
    columns = _without_codes(_as_reported(columns, title))
    if any(column.fund in _FUNDS and column.fund != around.fund for column in columns if column.measure):
        around = replace(around, whole=True)
    found = _with_parts(columns)
    found = _with_numbers(found, body, named=any(c.label == "item" for c in columns))
    fund = None if around.whole else around.fund or _label_fund(found)
    return _with_spans(_with_context(found, around, fund, family))


_REPORTS = re.compile(
    r"^\W*(?:(?:звіт|інформація|аналіз|довідка|дані)\b.*\b)?(?:про\s+)?(?:стан\s+)?(?:виконання|використання|надходження(?=.*\sза\s))\b|"
    r"\b(?:фактичн|надійшл|касов|профінансован|освоєн)",
    re.IGNORECASE,
)
"""How a title says that its table holds facts."""


def _as_reported(columns: Sequence[Column], title: str | None) -> Sequence[Column]:
    """Give columns whose headings say neither plan nor fact as facts, where the title reports facts."""
    said = any(c.measure in ("plan", "plan_period", "actual") and c.reported is None for c in columns)
    if said or title is None or not _REPORTS.search(title):
        return columns
    return [replace(c, measure=c.reported) if c.measure and c.reported else c for c in columns]


def _without_codes(columns: Sequence[Column]) -> Sequence[Column]:
    """Take years that are none from columns headed by codes of four digits, `2000` beside `2110`."""
    bare = [i for i, column in enumerate(columns) if column.path and _FOUR_DIGITS.fullmatch(column.path[-1].strip())]
    if all(FIRST_YEAR <= int(columns[i].path[-1]) <= LAST_YEAR for i in bare):
        return columns
    return [replace(column, period=None) if i in bare else column for i, column in enumerate(columns)]


_FOUR_DIGITS = re.compile("[0-9]{4}")

FIRST_YEAR, LAST_YEAR = 1990, 2060
"""Of years in headings."""


def _with_parts(columns: Sequence[Column]) -> list[Column]:
    """Give columns headed `у т.ч.` or `з них` the fund of the column on their left that they are a part of."""
    found: list[Column] = []
    fund: str | None = None
    for column in columns:
        known = column.fund in ("general", "special", "total")
        if not known and fund is not None and any(map(is_part, column.path)):
            found.append(replace(column, fund=fund))
            continue
        fund = column.fund if column.fund in ("general", "special") else None if column.label is None else fund
        found.append(column)
    return found


def _label_fund(columns: Sequence[Column]) -> str | None:
    """Give the fund that heads the column naming the rows: `Загальний фонд` over the names of taxes."""
    return next((c.fund for c in columns if c.label == "item" and c.fund is not None), None)


def _with_numbers(columns: Sequence[Column], body: Sequence[Sequence[str]], named: bool) -> list[Column]:
    """Give columns that no rule knows but that hold numbers their header path as measure, so that no number is lost.

    A column is of numbers when at least half of its filled cells are; one that numbers the rows at their beginning, or
    holds codes with leading zeros, is none. Where no column tells what the rows are about, the first other one does.
    """
    found = []
    for index, column in enumerate(columns):
        texts = [text for row in body[:SAMPLE] if (text := row[index]) and not text.isspace()]
        if not texts:
            texts = [text for row in body if (text := row[index]) and not text.isspace()][:SAMPLE]
        if column.meaning is None and column.path and _numbers_rows(column.path[-1], texts):
            found.append(replace(column, label="item_number", why="заголовок"))
        elif column.meaning is None and column.path and _names_codes(column.path[-1], texts):
            found.append(replace(column, label="code", why="заголовок"))
        elif column.meaning is None and column.path and _NAMES_UNITS.match(column.path[-1]):
            found.append(replace(column, label="unit", why="заголовок"))
        elif column.meaning is not None or not texts or _counts(texts, column.path, index) or _are_codes(texts):
            found.append(column)
        elif 2 * sum(numerals.is_value(text) for text in texts) >= len(texts):
            found.append(replace(column, measure=" › ".join(column.path) or f"column {index}", why=NUMBERS))
        elif not named:
            found.append(replace(column, label="item", why="перший стовпець зі словами"))
            named = True
        else:
            found.append(column)
    return found


def _counts(texts: Sequence[str], path: Path, index: int) -> bool:
    """Whether a column only numbers the rows, `1. 2. 3. …`, or names them by years: the leftmost, or one headed so."""
    if index and path and not _YEARS_OF.search(path[-1]):
        return False
    numbers = [text.strip().rstrip(".") for text in texts]
    if len(numbers) < 2:
        return False
    return numbers == [str(n) for n in range(1, len(numbers) + 1)] or all(map(is_only_years, texts))


_YEARS_OF = re.compile(r"\b(?:рік|роки|року|років|строк|термін|дата)\b", re.IGNORECASE)


def _numbers_rows(heading: str, texts: Sequence[str]) -> bool:
    """Whether a heading says that its column numbers the rows; `з/п` is wages, too, where the texts are amounts."""
    found = _NUMBERS_ROWS.match(heading)
    return found is not None and (found["sure"] is not None or Sample([[t] for t in texts]).may_number_rows(0))


def _names_codes(heading: str, texts: Sequence[str]) -> bool:
    """Whether a heading says that its column holds codes; an index is none where its numbers have fractions."""
    found = _NAMES_CODES.match(heading)
    if found is None or not found["other"]:
        return found is not None
    return not any((value := numerals.parse(text).value) is not None and value % 1 for text in texts)


def _are_codes(texts: Sequence[str]) -> bool:
    """Whether half of a column's texts are digits with a leading zero."""
    return 2 * sum(bool(_LEADING_ZERO.fullmatch(text.strip())) for text in texts) >= len(texts)


def _with_context(columns: Sequence[Column], around: Context, fund: str | None, family: Family | None) -> list[Column]:
    """Give measures what their headings leave open: unit, years and fund.

    A money column whose heading states no clear unit takes the caption's, then the one that the table's other money
    columns agree on. A column of a known family that is not of money takes none from the caption.
    """
    stated = {c.unit for c in columns if c.money and c.unit in MONEY and c.measure != "price"}
    named = {column.unit for column in columns if column.label is not None and column.unit in MONEY}
    common = around.money or (named.pop() if len(named) == 1 else None)
    if common in MONEY:
        money = common if not stated or common in stated else None  # two units, and none of them sure
    else:
        money = next(iter(stated)) if len(stated) == 1 else None
    one = _only_years(columns) or next((c.period for c in columns if c.label and c.period), None)
    years = around.reported or one or around.years  # one column may name the year of all
    found = []
    for column in columns:
        if column.measure is None:
            found.append(column)
            continue
        period = column.period
        if period is None and years is not None:
            period = (years[1] - column.years_ago,) * 2 if column.years_ago else years
        unit = column.unit or (money if column.money else None if family is not None else common)
        if unit is None and column.money and (around.unit_is_said or not column.by_row):
            unit = around.unit
        by_caption = column.fund is None and fund is not None
        found.append(
            replace(column, period=period, unit=unit, fund=column.fund or fund or "total", fund_around=by_caption)
        )
    return found


def _only_years(columns: Sequence[Column]) -> tuple[int, int] | None:
    """Give the years that one column names for all: not where another of the same measure goes without."""
    own = {column.period for column in columns if column.measure is not None and column.period is not None}
    dated = {(column.measure, column.fund) for column in columns if column.period is not None}
    undated = {(column.measure, column.fund) for column in columns if column.measure and column.period is None}
    return next(iter(own)) if len(own) == 1 and not dated & undated else None


def _with_spans(columns: Sequence[Column]) -> list[Column]:
    """Give a column `Усього` beside columns of single years the years of all of them.

    One of no known meaning has theirs, where all of them have the same.
    """
    found = list(columns)
    dated = [c for c in columns if c.measure is not None and c.period is not None and _own_years(c)]
    yearly = [c for c in dated if c.why != NUMBERS or not any(map(_ALL.match, c.path))]
    known = len(yearly) > 1 and len({c.measure for c in yearly}) == 1 and yearly[0].why != NUMBERS
    for index, column in enumerate(columns):
        if known and column.why == NUMBERS and column.path and _ALL.match(column.path[-1]):
            period = column.period if _own_years(column) else yearly[0].period
            found[index] = replace(yearly[0], path=column.path, fund=column.fund, period=period, why="усього за роки")
    parts = [c for c in columns if c.measure is not None and c.path and is_only_part_of_year(c.path[-1])]
    if len(parts) > 1 and len({c.measure for c in parts}) == 1 and parts[0].why != NUMBERS:
        for index, column in enumerate(columns):
            if column.why == NUMBERS and column.path and _YEAR.fullmatch(column.path[-1]):
                found[index] = replace(parts[0], path=column.path, fund=column.fund, why="рік за його частинами")
    for index, column in enumerate(tuple(found)):
        if column.measure is None or not any(_ALL.match(text) for text in column.path):
            continue
        if any(heading_years(text) for text in column.path):
            continue
        others = [o for o in columns if o.measure == column.measure and o.period is not None and _own_years(o)]
        beside = [o for o in others if column.path[:-1] and o.path[:-1] == column.path[:-1]]
        for of in (beside, others):  # under the same heading, as `I етап`, before all there are
            years = [o.period for o in of if o.period is not None]
            if len({period[0] for period in years}) > 1:
                found[index] = replace(column, period=(min(p[0] for p in years), max(p[1] for p in years)))
                break
    return found


def _own_years(column: Column) -> bool:
    return any(heading_years(text) for text in column.path)


def told_apart(columns: Sequence[Column], main: Collection[int] = ()) -> list[Column]:
    """Tell columns of the same measure, period, fund and base apart.

    By their lowest heading where that is a source of money; else by `part`, the headings that they do not share. One
    of them may go without: the one that `main` names, as that of which percentages are, or else the only one whose
    heading speaks of no part of the year.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, column in enumerate(columns):
        if column.measure is not None:
            groups.setdefault((column.measure, column.period, column.fund, column.base), []).append(index)
    found = list(columns)
    for indices in groups.values():
        if len(indices) == 1:
            continue
        sources = {index: _own_source(columns[index]) for index in indices}
        rest = [i for i in indices if sources[i] is None or list(sources.values()).count(sources[i]) > 1]
        for index in indices:
            if index not in rest:
                found[index] = replace(columns[index], fund=sources[index])
        if len(rest) > 1:
            whole = _whole([i for i in rest if i in main]) or _whole(
                [i for i in rest if not any(map(is_part_of_year, columns[i].path))]
            )
            names = _own_headings([columns[i].path for i in rest])
            for index, name in zip(rest, names, strict=True):
                if index != whole:
                    found[index] = replace(columns[index], part=name if names.count(name) == 1 else f"{name} [{index}]")
    return found


def _own_source(column: Column) -> str | None:
    """Give the source of money that the lowest heading is, where the path names no fund above it."""
    source = read_source(column.path[-1]) if column.path else None
    return None if source == "total" and column.fund in _FUNDS else source


def _whole(indices: Sequence[int]) -> int | None:
    return indices[0] if len(indices) == 1 else None


def _own_headings(paths: Sequence[Path]) -> list[str]:
    """Give for each path the headings that not all of the paths have."""
    shared = set(paths[0]).intersection(*paths[1:])
    return [" › ".join(text for text in path if text not in shared) or " › ".join(path) for path in paths]
