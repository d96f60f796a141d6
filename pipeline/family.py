"""Kinds of report, as the files in `families/` describe them, and what a table's columns mean by them.

Guarantee: a column gets a meaning only where a heading of the family fits it; every other column keeps its header path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.column import PLACEHOLDERS, Column, is_only, is_only_years, read_column
from pipeline.dates import is_part_of_year
from pipeline.funds import is_part, only_says_part, read_source
from pipeline.header import Path
from pipeline.phrases import REMEMBERED, Phrases, contains
from pipeline.sample import Sample
from pipeline.units import known_unit
from validators.arithmetic import Combination
from validators.model import Dataset

HEADED = "заголовок"
"""How the reason of a column begins that a heading gave its meaning."""


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One `[[columns]]` entry of a family's file.

    `within_year` is the measure instead, where the heading speaks of a part of a year; `reported`, where the headings
    say neither plan nor fact and the table reports facts: such headings are looked for last.
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
    within_year: str | None = None
    reported: str | None = None


@dataclass(frozen=True, slots=True)
class RowRules:
    """The `[rows]` of a family's file: how rows of each kind begin, and what else tells them.

    `sources` and `years`: rows named by a source of money or a year are of it. `blank_sections`: a row with nothing but
    a name heads those below. `no_total`: no row sums the whole table.
    """

    hierarchy: str | None = None
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
    `title_needed`; none of `not_titles`; codes of the kind `codes` in the column of codes. `document`: where the
    document's title has one of `titles`, all its tables are of this kind. Two of `marks` tell the kind, whatever else
    is asked.
    """

    columns: frozenset[str]
    any: frozenset[str] = frozenset()
    titles: tuple[str, ...] = ()
    title_needed: bool = False
    not_titles: tuple[str, ...] = ()
    codes: str | None = None
    rows_of_money: bool = False
    document: bool = False
    marks: frozenset[str] = frozenset()


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
    """The headings of all rules but those of neutral ones, by the number of the rule."""

    neutral: Phrases = field(init=False, compare=False, repr=False)

    titles: Phrases = field(init=False, compare=False, repr=False)
    against: Phrases = field(init=False, compare=False, repr=False)
    known: dict[Path, Column] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Header paths that were met, with what they mean."""

    def __post_init__(self) -> None:
        """Make ready what is looked for in every table."""
        asked = self.recognition
        for name, neutral in (("headings", False), ("neutral", True)):
            numbered = [
                (heading, i)
                for i, rule in enumerate(self.rules)
                for heading in rule.headings
                if heading not in PLACEHOLDERS and (rule.reported is not None) is neutral
            ]
            object.__setattr__(self, name, Phrases(numbered, headings=True))
        object.__setattr__(self, "titles", Phrases([(text, i) for i, text in enumerate(asked.titles)]))
        object.__setattr__(self, "against", Phrases([(text, i) for i, text in enumerate(asked.not_titles)]))

    def columns(self, paths: Sequence[Path], sample: Sample) -> list[Column]:
        """Give each column its meaning by its header path.

        Args:
            paths: the headings over each column, from the top down.
            sample: some rows below the header, to find the column that names the rows where no heading does.
        """
        columns = [self._column(path) for path in paths]
        for index, column in enumerate(columns):
            some = column.why.startswith(HEADED) and sample.holds_numbers(index)
            if column.measure is not None and sample.are_words(index) and not some:
                columns[index] = read_column(column.path)  # its heading speaks of money, its cells do not
            elif column.label == "item_number" and _WAGES.match(column.path[-1]) and not sample.may_number_rows(index):
                columns[index] = read_column(column.path)
            elif (column.note or column.label in _WORDS) and sample.are_numbers(index):
                columns[index] = self._meaning(column.path, of_numbers=True)
        self._with_percent_signs(columns, sample)
        self._with_parts_of_the_year(columns, sample)
        known = {column.label for column in columns}
        is_open = columns and columns[0].meaning is None and self.leftmost and self.leftmost not in known
        if is_open and (self.leftmost != "item_number" or not sample.are_words(0)):
            columns[0] = replace(columns[0], label=self.leftmost, why="крайній лівий стовпець")
        self._by_their_looks(columns, sample)
        if "source" not in known and any(rule.label == "source" for rule in self.rules):
            for index, column in enumerate(columns):
                if column.meaning is None and sample.are_sources(index):
                    columns[index] = replace(column, label="source", why="джерела коштів за виглядом")
                    break
        if "item" not in known and any(rule.label == "item" for rule in self.rules):
            for index, column in enumerate(columns):
                if column.meaning in (None, "direction") and sample.are_words(index):
                    columns[index] = replace(column, label="item", why=column.why or "перший стовпець зі словами")
                    break
        return columns

    def _with_percent_signs(self, columns: list[Column], sample: Sample) -> None:
        """Give the one column whose numbers have their `%` the measure of percentages, whatever heads it."""
        signed = [i for i, c in enumerate(columns) if c.measure is not None and sample.are_percentages(i)]
        rule = self._percentages()
        if len(signed) == 1 and rule is not None and columns[signed[0]].measure in ("plan", "plan_period", "actual"):
            path = columns[signed[0]].path
            columns[signed[0]] = replace(_as_ruled(read_column(path), rule, path[-1]), why="числа зі знаком %")

    def _with_parts_of_the_year(self, columns: list[Column], sample: Sample) -> None:
        """Give columns that no heading explains, `в т.ч. на 9 місяців`, the measure of the plan they are part of."""
        whole: ColumnRule | None = None
        for index, column in enumerate(columns):
            if column.measure in ("plan", "plan_period"):
                whole = next((r for r in self.rules if r.measure == "plan" and r.reported is None), None)
            elif column.meaning is not None:
                whole = None
            parted = any(map(is_part, column.path)) and any(map(is_part_of_year, column.path))
            if whole is not None and column.meaning is None and parted and sample.holds_numbers(index):
                columns[index] = replace(
                    _as_ruled(read_column(column.path), whole, column.path[-1]), why="частина плану за рік"
                )

    def _by_their_looks(self, columns: list[Column], sample: Sample) -> None:
        """Find the column of codes where no heading names it: by the shape of its texts, or as the first other code."""
        rule = next((rule for rule in self.rules if rule.label == "code" and rule.code not in (None, "row")), None)
        if rule is None or rule.code is None or any(column.label == "code" for column in columns):
            return
        for index, column in enumerate(columns):
            is_open = column.label in (None, "item_number") and column.measure is None
            if is_open and sample.look_like_codes(rule.code, index):
                columns[index] = replace(column, label="code", code=rule.code, why="коди за виглядом")
                return
        for index, column in enumerate(columns):
            if column.label is not None and column.label.endswith("_code"):
                columns[index] = replace(column, label="code")
                return

    def knows(self, column: Column) -> bool:
        """Whether the column has a meaning that the family's file gives."""
        meaning = column.meaning
        return meaning is not None and any(
            meaning in (r.label, r.measure, r.within_year, r.reported) for r in self.rules
        )

    def _column(self, path: Path) -> Column:
        found = self.known.get(path)
        if found is None:
            if len(self.known) > REMEMBERED:
                self.known.clear()
            found = self.known[path] = self._meaning(path)
        return found

    def _meaning(self, path: Path, of_numbers: bool = False) -> Column:
        """Give a column the meaning of its lowest heading that a rule fits; one `of_numbers` is no label of words."""
        plain_column = read_column(path)
        lowest = next((heading for heading in reversed(path) if known_unit(heading) is None), "")
        for level in range(self._lowest(path), -1, -1):
            if level + 1 < len(path) and _parts_of(path[level + 1], lowest):
                break  # `з них › …`: a part of what stands above is something else
            rule = self._rule(path[level], of_numbers)
            values = rule is not None and rule.measure not in (None, "percent", "deviation")
            if values and ((level and _TOWARDS.match(path[level])) or _TO_PLAN.search(path[level])):
                continue  # the words above say what of the plan
            if values and level and _CHANGED.match(path[level - 1]) and read_source(path[level]) is not None:
                continue  # by how much the plan changes
            if rule is not None and level and _is_of_else(rule, path[level - 1]):
                above = self._rule(path[level - 1])  # its words say what it is a percentage of
                rule = above if above is not None and above.measure == rule.measure else _UNKNOWN
            if rule is not None and not (of_numbers and (rule.note or rule.label in _WORDS)):
                if rule is _UNKNOWN:
                    return plain_column
                if values and any(map(_are_percentages, path[:level])):
                    rule = self._percentages() or rule
                return _as_ruled(plain_column, rule, path[level])
        for level in range(len(path) - 1, -1, -1):
            if found := self.neutral.find(path[level]):
                return _as_ruled(plain_column, self.rules[min(found)[2]], path[level])
        for rule in self.rules:
            if path and any(is_only(heading, path) for heading in rule.headings if heading in PLACEHOLDERS):
                return replace(_as_ruled(plain_column, rule, path[-1]), why=f"лише роки або кошти: «{path[-1]}»")
        return plain_column

    def _lowest(self, path: Path) -> int:
        """Give the level of the lowest heading that says what a column holds: not `усього` below one that says more."""
        last = len(path) - 1
        if last > 0 and read_source(path[last]) == "total":
            for level in range(last - 1, -1, -1):
                rule = self._rule(path[level])
                if rule is not None and rule.measure is not None:
                    return level
        return last

    def _rule(self, text: str, of_numbers: bool = False) -> ColumnRule | None:
        """Give the rule that fits a heading.

        Of several, the one that stands nearest to its beginning wins, then the longest: `Відхилення від
        запланованого` is a deviation. For a column `of_numbers` those that are measures go first. What stands in
        brackets at the end counts where nothing before it does: `І півріччя 2022 р. (факт)`.
        """
        fitting = self.headings.find(_BESIDES.sub("", text))
        if of_numbers:
            fitting = tuple(f for f in fitting if self.rules[f[2]].measure is not None) or fitting
        if not fitting and (closing := _CLOSING.search(text)):
            fitting = self.headings.find(closing[1])
        signs = _BETWEEN_SIGNS.sub("", text)
        if not fitting and signs and not any(map(str.isalnum, signs)):
            fitting = tuple(
                (0, 0, index)
                for index, rule in enumerate(self.rules)
                if any(_BETWEEN_SIGNS.sub("", phrase) == signs for phrase in rule.headings)
            )
        rule = self.rules[min(fitting)[2]] if fitting else None
        if rule is not None and rule.measure == "percent" and (_OF_ELSE.search(text) or _YEAR_TO_YEAR.search(text)):
            return rule if any(map(_OF_ELSE.search, rule.headings)) else _UNKNOWN
        if (rule is None or rule.measure in ("plan", "actual", "plan_period")) and _DIFFERENCE.search(text):
            signed = ("change", "deviation") if _CHANGES.match(text) else ("deviation",)
            found = (r for measure in signed for r in self.rules if r.measure == measure and r.base is None)
            return next(found, rule)
        if (rule is None or rule.measure not in (None, "percent", "deviation")) and _PERCENT_OF.search(
            _FORMULA.sub("", text).strip(" .")
        ):
            percentages = self._percentages()
            grows = percentages is not None and any(map(_OF_ELSE.search, percentages.headings))
            else_ = _OF_ELSE.search(text) or (_YEAR_TO_YEAR.search(text) and not grows)
            return _UNKNOWN if else_ else percentages or rule
        return rule

    def _percentages(self) -> ColumnRule | None:
        return next((rule for rule in self.rules if rule.measure == "percent" and rule.base is None), None)


_PERCENT_OF = re.compile(r"^%|[,(]\s*%\)?\s*$|\s%$|,\s*%\s+(?:до|від)\s|\b[ув]\s?%|\bвідсот", re.IGNORECASE)
"""How a heading of percentages reads, whatever its other words: `Виконання до плану, %`."""


_DIFFERENCE = re.compile(
    r"^(?!.*змін).*(?:\+\s?[/,;]?\s?[-−–—]|[-−–—]\s?[/,;]?\s?\+|\([-−–—]\).*\(\+\)|\(\+\).*\([-−–—]\))",
    re.IGNORECASE | re.DOTALL,
)
"""The signs of a heading of differences, `сума (+,-)`; those of changes to a plan have them, too."""

_CLOSING = re.compile(r"[(,]\s*([^\W\d][^(),]*)\)?\W*$")

_BESIDES = re.compile(r"^\W*довідково\b[\s:–—-]*", re.IGNORECASE)

_CHANGES = re.compile(r"\W*(?:уточнен|коригуван|внесен)", re.IGNORECASE)

_CHANGED = re.compile(r"\W*(?:(?:внесен\w*\s+)?змін[иа]?\b|збільш|зменш)", re.IGNORECASE)
"""How a heading over columns of changes begins."""

_FORMULA = re.compile(r"\s*\((?:гр|к|ст|р)\w*\.?\s?\d[^()]*\)\s*$", re.IGNORECASE)
"""What a heading says of how it is computed: `(гр.5:гр.4)`."""

_PERCENTAGES = re.compile(r"\W*(?:%|[ув] %|відсот)", re.IGNORECASE)
"""How a heading over columns of percentages begins."""

_WAGES = re.compile(r"\W*з\s?/\s?п\b", re.IGNORECASE)
"""Headings that mean `за порядком`, or wages."""

_TOWARDS = re.compile(r"\W*(?:до(?!\s+змін)|від|проти|відносно)\s", re.IGNORECASE)
"""How a heading begins that names what a percentage or deviation is of."""

_UP_TO = re.compile(r"\b(?:до|від|проти|відносно)\s*:?$", re.IGNORECASE)
"""How a heading ends below which stands what a percentage is of."""

_TO_PLAN = re.compile(
    r"\w\s+(?:до|проти|відносно)\s+(?:\w+\s+){0,2}(?:план|призначен|кошторис|затверджен|уточнен|передбачен|розпис)",
    re.IGNORECASE,
)
"""How a heading says that it compares with the plan: `Виконання до річних призначень`."""

_OF_ELSE = re.compile(
    r"темп|приріст|зростан|росту\b|індекс|зросл|збільшил|зменшил|знизил|"
    r"питома|частка|структур|минул|попередн|від загальн|до підсумку",
    re.IGNORECASE,
)
"""Words of a percentage that is of no plan."""

_YEAR_TO_YEAR = re.compile(
    r"\d{4}.{0,12}\s(?:до|від|проти|відносно|порівняно)\s(?:(?:затвердж|уточн|факт|план|очік)\w*\s)?.{0,12}\d{4}",
    re.IGNORECASE,
)


def _are_percentages(heading: str) -> bool:
    """Whether a heading says that percentages stand below it: `%`, `Виконано у відсотках до`."""
    return bool(_PERCENTAGES.match(heading) or (_PERCENT_OF.search(heading) and _UP_TO.search(heading)))


def _parts_of(heading: str, lowest: str) -> bool:
    """Whether a heading says that those below it are parts, of which the lowest is no fund, year or sum."""
    if heading is lowest or not only_says_part(heading):
        return False
    return read_source(lowest) is None and not is_only_years(lowest) and not is_part_of_year(lowest)


def _is_of_else(rule: ColumnRule, above: str) -> bool:
    """Whether the heading above says that a percentage or deviation is of no plan."""
    if rule.measure == "percent" and _OF_ELSE.search(above):
        return True
    grows = any(map(_OF_ELSE.search, rule.headings))
    return rule.measure in ("percent", "deviation") and not grows and bool(_YEAR_TO_YEAR.search(above))


_BETWEEN_SIGNS = re.compile(r"[\s(),.;/:]+")

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
        reported=rule.reported,
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
