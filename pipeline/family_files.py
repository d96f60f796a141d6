"""The files that describe kinds of report: read, checked and turned into families.

Guarantee: a file that says something unknown or leaves out what is needed is refused whole, and the message names the
file, the place in it, and what may stand there.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipeline.codes import KINDS
from pipeline.column import PLACEHOLDERS
from pipeline.exits import UsageError
from pipeline.family import ColumnRule, Family, Recognition, RowRules, Source
from pipeline.text import squeeze
from pipeline.units import known_unit
from validators.arithmetic import Combination
from validators.model import CHECKS, ROW_KINDS, STANDING, Dataset, Field
from validators.sums import MONEY

_PLACE = (
    Field("document_id", "text", "SHA-256 of the file's bytes", True, pattern=r"[0-9a-f]{64}"),
    Field("table", "integer", "number of the table in the document, from 1", True, minimum=1),
    Field("row", "integer", "row of the assembled table, from 0", True, minimum=0),
)
_CHOICES = {"check": CHECKS, "row_kind": ROW_KINDS}
_PERIOD_KEY = ("fund", "period_start", "period_end", "part")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

_KEYS = {
    "": ("name", "title", "recognise", "leftmost", "columns", "rows", "row_units", "identities", "tidy"),
    "recognise": tuple("columns any titles title_needed not_titles codes rows_of_money document marks".split()),
    "columns": tuple("headings becomes measure unit note code base fund period within_year reported".split()),
    "rows": ("hierarchy", "totals", "subtotals", "sections", "notes", "sources", "years", "blank_sections", "no_total"),
    "identities": ("rows", "funds", "sums"),
    "tidy": ("per", "about", "fields"),
    "tidy.fields": ("name", "kind", "about", "of", "base", "required", "choices", "minimum", "maximum", "pattern"),
}
_KNOWN_LABELS = frozenset(
    (
        "section_number section item_number item code row_kind term_start term_end fund period_start period_end part "
        "unit check"
    ).split()
)
"""What fills a field of a tidy table besides the family's own columns."""


_WHOLE = ("period_start", "period_end", "term_start", "term_end")
"""What fills fields of whole numbers."""

UNITS = ("money", "row", *MONEY, "percent", "count", "thousand count", "million count", "times")
"""What the unit of a column may be, besides those that are given as printed."""


class FamilyError(UsageError):
    """A family's file cannot be used; the message says where and why."""


def load_families(folder: Path | None = None) -> tuple[Family, ...]:
    """Load the families that come with zvity and those of a folder, by name.

    Args:
        folder: a user's own families; one with the name of a family of ours takes its place.

    Raises:
        FamilyError: the folder is not there or holds no `*.toml`, or a file of it is wrong.
    """
    return _load(folder, digest(folder))


@cache
def _load(folder: Path | None, _digest: str) -> tuple[Family, ...]:
    """Load families once, and again where a file of the folder is another."""
    ours = files("pipeline").joinpath("families")
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in ours.iterdir() if entry.name.endswith(".toml")}
    found = {family.name: family for name, text in sorted(texts.items()) for family in [parse_text(text, name)]}
    if folder is not None:
        found |= {family.name: family for family in _own(folder)}
    return tuple(sorted(found.values(), key=lambda family: family.name))


def _own(folder: Path) -> Iterable[Family]:
    paths = family_files(folder)
    names: dict[str, Path] = {}
    for path in paths:
        try:
            family = parse_text(path.read_text(encoding="utf-8-sig"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise FamilyError(f"{path} cannot be read as UTF-8 text ({error}); save it as UTF-8") from error
        if family.name in names:
            raise FamilyError(f"{path}: the family {family.name} is in {names[family.name]}, too; rename one of them")
        names[family.name] = path
        yield family


def family_files(folder: Path) -> list[Path]:
    """Give the families' files in a folder.

    Raises:
        FamilyError: there is none.
    """
    found = sorted(folder.glob("*.toml"))
    if not found:
        raise FamilyError(f"{folder} holds no *.toml files; name a folder of families, see docs/families.md")
    return found


def digest(folder: Path | None) -> str:
    """Give a digest of a user's own families, empty where there are none."""
    if folder is None:
        return ""
    state = hashlib.sha256()
    for path in family_files(folder):
        state.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return state.hexdigest()[:16]


def parse_text(text: str, name: str) -> Family:
    """Build a family from the text of its file; `name` is the file's, for messages.

    Raises:
        FamilyError: the text is no TOML, or says what no family can say.
    """
    try:
        return parse_family(tomllib.loads(text), name)
    except tomllib.TOMLDecodeError as error:
        raise FamilyError(f"{name} is not written as TOML asks: {error}") from error


def parse_family(data: Mapping[str, Any], file: str = "family") -> Family:
    """Build a family from the content of its file.

    Raises:
        FamilyError: naming the file, the place and what is wrong.
    """
    return _Reader(file).family(data)


@cache
def usual_headings() -> Mapping[str, tuple[str, ...]]:
    """Give the headings that all families share, by meaning."""
    text = files("pipeline").joinpath("headings.toml").read_text(encoding="utf-8")
    return {meaning: tuple(headings) for meaning, headings in tomllib.loads(text).items()}


def _with_usual(rules: Sequence[ColumnRule]) -> tuple[ColumnRule, ...]:
    """Give the first rule of each meaning its usual headings, but those that stand in the family's file."""
    own = {squeeze(heading) for rule in rules for heading in rule.headings}
    left = dict(usual_headings())
    found = []
    for rule in rules:
        plain = rule.base is None and rule.period is None and rule.reported is None
        usual = left.pop(rule.label or rule.measure or "", ()) if plain else ()
        found.append(replace(rule, headings=(*rule.headings, *(h for h in usual if squeeze(h) not in own))))
    return tuple(found)


class _Reader:
    """Reads one file; `_fail` names it."""

    def __init__(self, file: str) -> None:
        self._file = file

    def _fail(self, place: str, what: str) -> FamilyError:
        return FamilyError(f"{self._file}: {place}: {what}" if place else f"{self._file}: {what}")

    def _check_keys(self, found: Any, section: str, place: str) -> None:  # noqa: ANN401  # what TOML holds
        if not isinstance(found, dict):
            raise self._fail(place, f"is {found!r}, and must hold keys: {', '.join(_KEYS[section])}")
        unknown = sorted(set(found) - set(_KEYS[section]))
        if unknown:
            raise self._fail(place, f"unknown key {unknown[0]!r}; known are {', '.join(_KEYS[section])}")

    def _need(self, found: Mapping[str, Any], key: str, place: str) -> Any:  # noqa: ANN401  # what TOML holds
        if key not in found:
            raise self._fail(place, f"the key {key!r} is missing")
        return found[key]

    def _texts(self, found: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
        texts = found.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise self._fail(place, f'{key} must be a list of texts, as ["…", "…"]')
        return tuple(texts)

    def _text(self, found: Mapping[str, Any], key: str, place: str) -> str | None:
        """Give a text, `None` where the key is not there."""
        text = found.get(key)
        if text is not None and (not isinstance(text, str) or not text.strip()):
            raise self._fail(place, f'{key} is {text!r}, and must be a text, as "…"')
        return text

    def _tables(self, found: Mapping[str, Any], key: str, place: str) -> list[dict[str, Any]]:
        entries = self._need(found, key, place)
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self._fail(place, f"{key} must be a list of tables, see docs/families.md")
        return entries

    def _flag(self, found: Mapping[str, Any], key: str, place: str) -> bool:
        value = found.get(key, False)
        if not isinstance(value, bool):
            raise self._fail(place, f"{key} must be true or false")
        return value

    def _kind_of_code(self, found: Mapping[str, Any], key: str, place: str) -> str | None:
        kind = self._text(found, key, place)
        if kind is not None and kind not in KINDS:
            raise self._fail(place, f"{key} is {kind!r}; known kinds of code are {', '.join(KINDS)}")
        return kind

    def family(self, data: Mapping[str, Any]) -> Family:
        self._check_keys(data, "", "")
        name = self._need(data, "name", "")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise self._fail("", f"name is {name!r}; it names files, so it needs small Latin letters, digits and _")
        if name in {dataset.name for dataset in STANDING}:
            raise self._fail("", f"name is {name!r}, which is a data set that every run writes; choose another")
        self._need(data, "title", "")
        rules = tuple(self._rule(entry, i) for i, entry in enumerate(self._tables(data, "columns", ""), start=1))
        labels = {rule.label for rule in rules if rule.label}
        measures = {m for rule in rules for m in (rule.measure, rule.within_year, rule.reported) if m}
        self._check_meanings(rules, labels, measures)
        leftmost = self._text(data, "leftmost", "")
        if leftmost is not None and leftmost not in labels:
            raise self._fail("", f"leftmost is {leftmost!r}; no [[columns]] entry becomes that")
        tidy = self._need(data, "tidy", "")
        dataset, sources = self._tidy(name, tidy, labels, measures)
        units = data.get("row_units", {})
        if not isinstance(units, dict):
            raise self._fail("[row_units]", 'must hold unit = ["…"]')
        meanings = labels | measures
        return Family(
            name=name,
            title=self._text(data, "title", "") or "",
            recognition=self._recognition(self._need(data, "recognise", ""), meanings),
            leftmost=leftmost,
            rules=_with_usual(rules),
            rows=self._rows(data.get("rows", {})),
            row_units={unit: self._texts(units, unit, "[row_units]") for unit in units},
            identities=self._identities(data.get("identities", {}), meanings),
            sums=self._flag({"sums": data.get("identities", {}).get("sums", True)}, "sums", "[identities]"),
            per=tidy["per"],
            tidy=dataset,
            sources=sources,
        )

    def _check_meanings(self, rules: Sequence[ColumnRule], labels: set[str], measures: set[str]) -> None:
        for number, rule in enumerate(rules, start=1):
            place = f"[[columns]] entry {number}"
            if rule.measure is not None and (rule.code is not None or rule.note):
                raise self._fail(place, "code and note are for columns that become a label")
            if rule.base is not None and rule.base not in measures:
                raise self._fail(place, f"base is {rule.base!r}; no [[columns]] entry has that measure")
        both = sorted(labels & measures)
        if both:
            raise self._fail("", f"{both[0]!r} is a label in one [[columns]] entry and a measure in another")

    def _recognition(self, found: Mapping[str, Any], meanings: set[str]) -> Recognition:
        place = "[recognise]"
        self._check_keys(found, "recognise", place)
        columns = frozenset(self._texts(found, "columns", place))
        either = frozenset(self._texts(found, "any", place))
        marks = frozenset(self._texts(found, "marks", place))
        unknown = sorted((columns | either | marks) - meanings)
        if unknown:
            raise self._fail(place, f"no [[columns]] entry gives {unknown[0]!r}")
        titles = self._texts(found, "titles", place)
        if not columns and not either:
            raise self._fail(place, "columns or any must name at least one column")
        return Recognition(
            columns,
            either,
            titles,
            self._flag(found, "title_needed", place),
            self._texts(found, "not_titles", place),
            self._kind_of_code(found, "codes", place),
            self._flag(found, "rows_of_money", place),
            self._flag(found, "document", place),
            marks,
        )

    def _rule(self, found: Mapping[str, Any], number: int) -> ColumnRule:
        place = f"[[columns]] entry {number}"
        self._check_keys(found, "columns", place)
        headings = self._texts(found, "headings", place)
        label, measure = self._text(found, "becomes", place), self._text(found, "measure", place)
        if (label is None) == (measure is None):
            raise self._fail(place, f"needs one of becomes and measure (headings {list(headings)})")
        if not headings and (label or measure) not in usual_headings():
            raise self._fail(place, f"headings of {label or measure} are missing")
        odd = [h for h in headings if h.startswith("{") and h not in PLACEHOLDERS]
        if odd:
            raise self._fail(place, f"unknown heading {odd[0]!r}; known are {', '.join(PLACEHOLDERS)}")
        if found.get("period") not in (None, "previous"):
            raise self._fail(place, f"period is {found['period']!r}, not 'previous'")
        return ColumnRule(
            headings,
            label,
            measure,
            self._unit(found, place),
            self._flag(found, "note", place),
            self._kind_of_code(found, "code", place),
            self._text(found, "base", place),
            self._text(found, "fund", place),
            found.get("period"),
            self._text(found, "within_year", place),
            self._text(found, "reported", place),
        )

    def _unit(self, found: Mapping[str, Any], place: str) -> str | None:
        unit = self._text(found, "unit", place)
        if unit is not None and unit not in UNITS and known_unit(unit) != unit:
            raise self._fail(place, f"unit is {unit!r}; known are {', '.join(UNITS)}, and units such as га, км, м2")
        return unit

    def _rows(self, found: Mapping[str, Any]) -> RowRules:
        place = "[rows]"
        self._check_keys(found, "rows", place)
        return RowRules(
            hierarchy=self._kind_of_code(found, "hierarchy", place),
            totals=self._texts(found, "totals", place),
            subtotals=self._texts(found, "subtotals", place),
            sections=self._texts(found, "sections", place),
            notes=self._texts(found, "notes", place),
            sources=self._flag(found, "sources", place),
            years=self._flag(found, "years", place),
            blank_sections=self._flag(found, "blank_sections", place),
            no_total=self._flag(found, "no_total", place),
        )

    def _identities(self, found: Mapping[str, Any], meanings: set[str]) -> tuple[Combination, ...]:
        place = "[identities]"
        self._check_keys(found, "identities", place)
        identities = []
        for key in ("rows", "funds"):
            for text in self._texts(found, key, place):
                parts = re.fullmatch(r"\s*(\w+)\s*=\s*(\w+(?:\s*[-+]\s*\w+)+)\s*", text)
                if parts is None:
                    raise self._fail(place, f'{text!r} must read as "a = b + c" or "a = b - c"')
                terms = tuple(
                    (-1 if sign == "-" else 1, word) for sign, word in re.findall(r"([-+]?)\s*(\w+)", parts[2])
                )
                names = {parts[1], *(word for _, word in terms)}
                unknown = sorted(names - (meanings if key == "rows" else {"general", "special", "total"}))
                if unknown:
                    raise self._fail(place, f"{text!r}: nothing here is called {unknown[0]!r}")
                identities.append(Combination(text, parts[1], terms, key == "funds"))
        return tuple(identities)

    def _tidy(
        self, name: str, found: Mapping[str, Any], labels: set[str], measures: set[str]
    ) -> tuple[Dataset, dict[str, Source]]:
        place = "[tidy]"
        self._check_keys(found, "tidy", place)
        per, about = self._need(found, "per", place), self._need(found, "about", place)
        if per not in ("row", "period"):
            raise self._fail(place, f"per is {per!r}, not 'row' or 'period'")
        fields: list[Field] = []
        sources: dict[str, Source] = {}
        for number, entry in enumerate(self._tables(found, "fields", place), start=1):
            at = f"[tidy] field {number}"
            self._check_keys(entry, "tidy.fields", at)
            field_name, kind = self._need(entry, "name", at), self._need(entry, "kind", at)
            if not isinstance(field_name, str) or not _NAME.fullmatch(field_name):
                raise self._fail(at, f"name is {field_name!r}; it needs small Latin letters, digits and _")
            if field_name in {field.name for field in (*_PLACE, *fields)}:
                raise self._fail(at, f"there is a field {field_name!r} already")
            of = self._text(entry, "of", at) or field_name
            if of not in labels | measures | _KNOWN_LABELS:
                raise self._fail(at, f"nothing fills {of!r}: no [[columns]] entry gives it")
            needed = "decimal" if of in measures else "integer" if of in _WHOLE else "text"
            if kind != needed:
                raise self._fail(at, f"kind is {kind!r}; {of!r} is {needed}")
            base = self._text(entry, "base", at)
            if base is not None and base not in measures:
                raise self._fail(at, f"base is {base!r}; no [[columns]] entry has that measure")
            self._check_limits(entry, needed, at)
            choices = _CHOICES.get(field_name, self._texts(entry, "choices", at))
            own = ("required", "choices", "minimum", "maximum", "pattern")
            fields.append(
                Field(
                    field_name,
                    kind,
                    str(self._need(entry, "about", at)),
                    self._flag(entry, "required", at),
                    choices,
                    entry.get("minimum"),
                    entry.get("pattern"),
                    entry.get("maximum"),
                    soft=any(key in entry for key in own),
                )
            )
            sources[field_name] = Source(of, base)
        key = ("document_id", "table", "row") + (_PERIOD_KEY if per == "period" else ())
        missing = sorted(set(key[3:]) - set(sources))
        if missing:
            raise self._fail(place, f"per is 'period', so fields needs {', '.join(missing)}")
        return Dataset(name, str(about), key, _PLACE + tuple(fields)), sources

    def _check_limits(self, entry: Mapping[str, Any], kind: str, place: str) -> None:
        for key in ("minimum", "maximum"):
            limit = entry.get(key)
            if limit is not None and (kind == "text" or isinstance(limit, bool) or not isinstance(limit, int)):
                raise self._fail(place, f"{key} is {limit!r}; it must be a whole number, of a field of numbers")
        pattern = self._text(entry, "pattern", place)
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise self._fail(place, f"pattern {pattern!r} is no regular expression: {error}") from error
