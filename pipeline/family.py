"""Kinds of report, as the files in `families/` describe them, and what a table's columns mean by them.

Guarantee: a column gets a meaning only where a heading of the family fits it; every other column keeps its header path.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from pipeline.dates import find_years
from pipeline.header import Path
from pipeline.text import contains, find_phrase, squeeze
from pipeline.units import find_unit
from validators.model import CHECKS, ROW_KINDS, Dataset, Field, Kind

_FUNDS = (("загальний фонд", "general"), ("спеціальний фонд", "special"))
_PLACE = (
    Field("document_id", "text", "SHA-256 of the file's bytes", True, pattern=r"[0-9a-f]{64}"),
    Field("table", "integer", "number of the table in the document, from 1", True, minimum=1),
    Field("row", "integer", "row of the assembled table, from 0", True, minimum=0),
)
_CHOICES = {"check": CHECKS, "row_kind": ROW_KINDS}
_SHORTEST_PHRASE = 4
"""Letters; a shorter heading such as `№` must be the whole heading."""


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: a label (`label` is set), a measure (`measure` is set), or neither where nothing fits.

    `period` and `fund` are what the header path says; `unit` what the family or the path says. `money` columns of a
    table share one unit; a `note` column holds remarks.
    """

    path: Path
    label: str | None = None
    measure: str | None = None
    unit: str | None = None
    period: tuple[int, int] | None = None
    fund: str | None = None
    money: bool = False
    note: bool = False

    @property
    def meaning(self) -> str | None:
        """The label or measure, whichever there is."""
        return self.label or self.measure


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One `[[columns]]` entry of a family's file."""

    headings: tuple[str, ...]
    label: str | None
    measure: str | None
    unit: str | None
    note: bool


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of report. `sources` maps each field of the tidy table to what fills it."""

    name: str
    title: str
    required: frozenset[str]
    leftmost: str | None
    rules: tuple[ColumnRule, ...]
    row_units: Mapping[str, tuple[str, ...]]
    per: Literal["row", "period"]
    tidy: Dataset
    sources: Mapping[str, str] = field(default_factory=dict)

    def columns(self, paths: Sequence[Path]) -> list[Column]:
        """Give each column its meaning by its header path."""
        columns = [self._column(path) for path in paths]
        known = {column.label for column in columns}
        if columns and self.leftmost and columns[0].meaning is None and self.leftmost not in known:
            columns[0] = replace(columns[0], label=self.leftmost)
        return columns

    def _column(self, path: Path) -> Column:
        """Give a column the meaning of its lowest heading that a rule fits.

        Of the rules that fit a heading, the one that stands nearest to its beginning wins, then the longest:
        `Відхилення від запланованого` is a deviation.
        """
        plain_column = read_column(path)
        for text in reversed(path):
            fitting = [
                (place, -len(squeeze(phrase)), index)
                for index, rule in enumerate(self.rules)
                for phrase in rule.headings
                if (place := _place(text, phrase)) is not None
            ]
            if fitting:
                rule = self.rules[min(fitting)[2]]
                money = rule.unit == "money"
                unit = plain_column.unit if money or rule.unit is None else rule.unit
                return replace(
                    plain_column, label=rule.label, measure=rule.measure, unit=unit, money=money, note=rule.note
                )
        return plain_column


def _place(text: str, phrase: str) -> int | None:
    """Give where a rule's phrase stands in a heading, `None` where it does not fit.

    A short phrase must be the whole heading; `%` in a phrase must be in the heading too; a heading that begins with
    `не` says the contrary.
    """
    if len(squeeze(phrase)) < _SHORTEST_PHRASE:
        return 0 if squeeze(text) == squeeze(phrase) else None
    if "%" in phrase and "%" not in text and not contains(text, "відсоток"):
        return None
    if text.casefold().startswith("не ") and not phrase.casefold().startswith("не "):
        return None
    return find_phrase(text, phrase)


def read_column(path: Path) -> Column:
    """Give what a header path says by itself: period, fund and unit, the lowest heading first."""
    lowest_first = path[::-1]
    period = next((years for text in lowest_first if (years := find_years(text))), None)
    unit = next((unit for text in lowest_first if (unit := find_unit(text))), None)
    fund = next((name for text in lowest_first for phrase, name in _FUNDS if contains(text, phrase)), None)
    return Column(path, unit=unit, period=period, fund=fund)


def match(paths: Sequence[Path], families: Sequence[Family]) -> tuple[Family, list[Column]] | None:
    """Give the family whose required columns are all found, the one with most columns understood; `None` if none."""
    found = []
    for family in families:
        columns = family.columns(paths)
        if family.required <= {column.meaning for column in columns}:
            found.append((sum(column.meaning is not None for column in columns), family, columns))
    if not found:
        return None
    _, family, columns = max(found, key=lambda entry: entry[0])
    return family, columns


@cache
def load_families() -> tuple[Family, ...]:
    """Load the families that come with zvity, by name."""
    folder = files("pipeline").joinpath("families")
    texts = (entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted((parse_family(tomllib.loads(text)) for text in texts), key=lambda family: family.name))


def parse_family(data: Mapping[str, Any]) -> Family:
    """Build a family from the content of its file. Raises `KeyError` or `ValueError` naming what is wrong."""
    name = data["name"]
    rules = tuple(
        ColumnRule(tuple(c["headings"]), c.get("becomes"), c.get("measure"), c.get("unit"), c.get("note", False))
        for c in data["columns"]
    )
    unclear = [rule.headings for rule in rules if (rule.label is None) == (rule.measure is None)]
    if unclear:
        raise ValueError(f"family {name}: each [[columns]] entry needs one of becomes and measure: {unclear}")
    meanings = {rule.label or rule.measure for rule in rules}
    required = frozenset(data["required"])
    if not required <= meanings:
        raise ValueError(f"family {name}: required columns without a [[columns]] entry: {sorted(required - meanings)}")
    tidy, per = data["tidy"], data["tidy"]["per"]
    if per not in ("row", "period"):
        raise ValueError(f"family {name}: tidy.per is {per!r}, not 'row' or 'period'")
    key = ("document_id", "table", "row") + (("fund", "period_start", "period_end") if per == "period" else ())
    missing = set(key[3:]) - {f["name"] for f in tidy["fields"]}
    if missing:
        raise ValueError(f"family {name}: tidy.per is 'period', so tidy.fields needs {sorted(missing)}")
    unknown = sorted({f["kind"] for f in tidy["fields"]} - set(get_args(Kind)))
    if unknown:
        raise ValueError(f"family {name}: unknown kinds in tidy.fields: {unknown}")
    fields = tuple(Field(f["name"], f["kind"], f["about"], choices=_CHOICES.get(f["name"], ())) for f in tidy["fields"])
    return Family(
        name=name,
        title=data["title"],
        required=required,
        leftmost=data.get("leftmost"),
        rules=rules,
        row_units={unit: tuple(starts) for unit, starts in data.get("row_units", {}).items()},
        per=per,
        tidy=Dataset(name, tidy["about"], key, _PLACE + fields),
        sources={f["name"]: f.get("of", f["name"]) for f in tidy["fields"]},
    )
