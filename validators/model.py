"""The data sets' columns in one place: names, kinds, rules and descriptions.

pandera schemas, Arrow types and the documentation all come from here; a family adds its tidy table in the same terms.
Only light imports: worker processes use this module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Kind = Literal["text", "integer", "decimal", "boolean", "date"]

MISSING = ("nil", "not_applicable", "blank", "not_due", "unreadable")
CHECKS = ("verified", "unchecked", "contradicted")
WEAKEST = ("contradicted", "unchecked", "verified")
"""The checks, the one first that a row has if any of its numbers has it."""
ROW_KINDS = ("item", "subtotal", "total")
ROLES = ("header", "label", "value", "note", "rejected")
STATES = ("published", "quarantined", "duplicate", "refused")
REASONS = ("reading", "digit", "comma", "minus", "shifted")
CAUSES = ("source", "reading")
SEVERITIES = ("error", "warning", "info")

DECIMAL_DIGITS = 38
DECIMAL_PLACES = 10
"""Decimals are stored as decimal128(38, 10): exact up to 28 digits before and 10 after the decimal point."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column: `required` columns have a value in every row; `choices` lists all values there may be.

    A `soft` column's rules are about what the document says, not about zvity: a value that breaks one is reported and
    kept.
    """

    name: str
    kind: Kind
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    pattern: str | None = None
    maximum: int | None = None
    soft: bool = False

    def problem(self, value: object) -> str | None:
        """Say what is wrong with a value of this column, or `None`; of a soft one only what is wrong with its kind."""
        if value is not None and not _is_of_kind(self.kind, value):
            return f"not of kind {self.kind}"
        return None if self.soft else self.broken(value)

    def fits(self, values: Collection[object]) -> bool:
        """Whether no value of many has a problem: kinds are told by types, and equal values are looked at once."""
        types = set(map(type, values))
        if not types <= _TYPES[self.kind]:
            return False
        if self.kind != "decimal" and (self.soft or not self._has_rules):
            return True
        return all(self.problem(value) is None for value in set(values))

    @property
    def _has_rules(self) -> bool:
        return self.required or bool(self.choices or self.pattern) or (self.minimum, self.maximum) != (None, None)

    def broken(self, value: object) -> str | None:
        """Say which rule of the column a value of its kind breaks, or `None`."""
        if value is None:
            return "missing" if self.required else None
        if self.choices and value not in self.choices:
            return f"none of {', '.join(self.choices)}"
        if self.minimum is not None and isinstance(value, int | Decimal) and value < self.minimum:
            return f"below {self.minimum}"
        if self.maximum is not None and isinstance(value, int | Decimal) and value > self.maximum:
            return f"above {self.maximum}"
        if self.pattern is not None and not re.fullmatch(self.pattern, str(value)):
            return f"does not match {self.pattern}"
        return None


_TYPES: Mapping[Kind, set[type]] = {
    "text": {str, type(None)},
    "integer": {int, type(None)},
    "decimal": {Decimal, type(None)},
    "boolean": {bool, type(None)},
    "date": {date, type(None)},
}
"""The types of nearly all values of a kind; one of a type below them is looked at by itself."""


def _is_of_kind(kind: str, value: object) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "decimal":
            return isinstance(value, Decimal) and _fits(value)
        case "boolean":
            return isinstance(value, bool)
        case _:
            return isinstance(value, date)


def _fits(value: Decimal) -> bool:
    """Whether an exact decimal fits decimal128(38, 10) without rounding."""
    if not value.is_finite():
        return False
    return int(value.as_tuple().exponent) >= -DECIMAL_PLACES and value.adjusted() < DECIMAL_DIGITS - DECIMAL_PLACES


@dataclass(frozen=True, slots=True)
class Dataset:
    """One data set: a row is named by the values of the `key` columns."""

    name: str
    about: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(field.name for field in self.fields)

    def problems(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """Give a sentence for each value that breaks its column's rule and each key that repeats."""
        found: list[str] = []
        keys = [tuple([row.get(name) for name in self.key]) for row in rows]
        if len(set(keys)) < len(keys):
            found += (f"{self.name}: the key {key} repeats" for key, n in Counter(keys).items() for _ in range(n - 1))
        for field in self.fields:
            values = [row.get(field.name) for row in rows]
            for key, value in () if field.fits(values) else zip(keys, values, strict=True):
                problem = field.problem(value)
                if problem is not None:
                    found.append(f"{self.name}: {field.name}: {value!r} is {problem} ({key})")
        return found


_DOCUMENT_ID = Field("document_id", "text", "SHA-256 of the file's bytes", True, pattern=r"[0-9a-f]{64}")
_TABLE = Field("table", "integer", "number of the table in the document, from 1", True, minimum=1)
_ROW = Field("row", "integer", "row of the assembled table, from 0", True, minimum=0)
_COLUMN = Field("column", "integer", "column of the assembled table, from 0", True, minimum=0)

DOCUMENTS = Dataset(
    "documents",
    "a row per input file",
    ("file_name",),
    (
        Field(
            "document_id", "text", "SHA-256 of the file's bytes; none if it could not be read", pattern=r"[0-9a-f]{64}"
        ),
        Field("report_id", "text", "the same for all files that hold the same report"),
        Field("file_name", "text", "path of the file below its source", True),
        Field("media_type", "text", "kind of the file, read from its content"),
        Field("bytes", "integer", "size of the file", True, minimum=0),
        Field("pages", "integer", "number of pages; none for Word files", minimum=1),
        Field("tables", "integer", "number of assembled tables", minimum=0),
        Field("status", "text", "final state of the input", True, STATES),
        Field("reason", "text", "why it was not published: a stable word, then the explanation"),
        Field("title", "text", "title of the report as printed"),
        Field("program_title", "text", "title of the programme reported on"),
        Field("decision_date", "date", "date of the decision that approved the programme"),
        Field("decision_number", "text", "number of that decision"),
        Field("session", "integer", "session of the council that took it", minimum=1),
        Field("convocation", "integer", "convocation of the council", minimum=1),
        Field("responsible", "text", "responsible department"),
        Field("period_start", "integer", "first year of the programme", minimum=1900),
        Field("period_end", "integer", "last year of the programme", minimum=1900),
        Field("hromada", "text", "territorial community"),
        Field("katottg", "text", "its code in the KATOTTH codifier", pattern=r"UA\d{17}"),
        Field(
            "reading_of",
            "text",
            "`document_id` of the file that the data sets carry the report from; none for that file itself",
            pattern=r"[0-9a-f]{64}",
        ),
        Field("numbers_agree", "integer", "for a further reading: its numbers that are those of that file", minimum=0),
        Field("numbers_differ", "integer", "for a further reading: those that are not", minimum=0),
        Field("version", "text", "version of zvity and digest of its code and rules", True),
    ),
)

TABLES = Dataset(
    "tables",
    "a row per assembled table",
    ("document_id", "table"),
    (
        _DOCUMENT_ID,
        _TABLE,
        Field("pages", "text", "pages it stands on, such as 1-5; none for Word files"),
        Field("family", "text", "the kind of report it was recognised as"),
        Field("caption", "text", "the text right above it"),
        Field("unit", "text", "unit of its money columns"),
        Field("n_rows", "integer", "number of rows", True, minimum=1),
        Field("n_columns", "integer", "number of columns", True, minimum=1),
        Field("header_rows", "integer", "number of header rows", True, minimum=0),
        *(Field(check, "integer", f"numbers {check}", True, minimum=0) for check in CHECKS),
        *(Field(f"cells_{role}", "integer", f"cells with the role {role}", True, minimum=0) for role in ROLES),
    ),
)

COLUMNS = Dataset(
    "columns",
    "a row per column of a table: what it was understood as",
    ("document_id", "table", "column"),
    (
        _DOCUMENT_ID,
        _TABLE,
        _COLUMN,
        Field("path", "text", "its headings from the top down, joined by ` › `"),
        Field("label", "text", "the label it holds, where it holds one"),
        Field("measure", "text", "the measure it holds, where it holds one"),
        Field("base", "text", "measure that a percentage or a deviation is of"),
        Field("period_start", "integer", "first year", minimum=1900),
        Field("period_end", "integer", "last year", minimum=1900),
        Field("part", "text", "what tells it from columns of the same measure"),
        Field("fund", "text", "fund or source of money"),
        Field("unit", "text", "unit of its numbers"),
        Field("known", "boolean", "whether the family knows the column", True),
    ),
)

CELLS = Dataset(
    "cells",
    "a row per cell: the lineage of every value",
    ("document_id", "table", "row", "column"),
    (
        _DOCUMENT_ID,
        _TABLE,
        _ROW,
        _COLUMN,
        Field("row_span", "integer", "rows the cell covers", True, minimum=1),
        Field("column_span", "integer", "columns the cell covers", True, minimum=1),
        Field("role", "text", "what the cell is used as", True, ROLES),
        Field("text", "text", "raw text as it stands on the paper; empty for an empty cell"),
        Field("page", "integer", "page the cell begins on", minimum=1),
        Field("x0", "decimal", "left edge, points from the left of the page"),
        Field("top", "decimal", "upper edge, points from the top of the page"),
        Field("x1", "decimal", "right edge"),
        Field("bottom", "decimal", "lower edge"),
        Field("continued", "text", "further places of a cell that runs over pages: page x0 top x1 bottom; …"),
        Field("source", "text", "how the text was read", True, ("xml", "text", "ocr")),
        Field("confidence", "decimal", "0-1 for recognised text"),
        Field("alternative", "text", "the other reading where two readings disagree"),
        Field("doubtful", "boolean", "whether the reading needs a look", True),
    ),
)

OBSERVATIONS = Dataset(
    "observations",
    "the tidy long form: a row per value",
    ("document_id", "table", "row", "column"),
    (
        _DOCUMENT_ID,
        _TABLE,
        _ROW,
        _COLUMN,
        Field("family", "text", "the kind of report"),
        Field("section_number", "text", "number of the section"),
        Field("section", "text", "title of the section"),
        Field("item_number", "text", "number of the item"),
        Field("code", "text", "code of the item in a classification, with its leading zeros"),
        Field("item", "text", "what the row is about"),
        Field("row_kind", "text", "item, subtotal or total", True, ROW_KINDS),
        Field("measure", "text", "what the value measures; a header path where no family knows the column", True),
        Field("base", "text", "measure that a percentage or a deviation is of"),
        Field("period_start", "integer", "first year", minimum=1900),
        Field("period_end", "integer", "last year", minimum=1900),
        Field("part", "text", "what tells columns of the same measure apart, such as a quarter"),
        Field("fund", "text", "general, special, total, or the source's name"),
        Field("unit", "text", "UAH, thousand UAH, million UAH, percent, count, …"),
        Field("value", "decimal", "the exact number"),
        Field("raw", "text", "the raw text of the cell"),
        Field("missing", "text", "why there is no value", choices=MISSING),
        Field("doubtful", "boolean", "whether the reading needs a look", True),
        Field("check", "text", "what the report's own arithmetic and its other files say of it", choices=CHECKS),
        Field("readings", "integer", "further files of the report that have the same number", minimum=0),
        Field("correction", "text", "why a person put this number in the place of the printed one, who and when"),
    ),
)

FINDINGS = Dataset(
    "findings",
    "a row per contradiction or broken rule",
    ("document_id", "table", "row", "column", "rule", "expected", "found", "cells", "message"),
    (
        _DOCUMENT_ID,
        Field("table", "integer", "table, where the finding is about one", minimum=1),
        Field("row", "integer", "row of the cell it is about", minimum=0),
        Field("column", "integer", "column of the cell it is about", minimum=0),
        Field("rule", "text", "name of the rule", True),
        Field("severity", "text", "error, warning or info", True, SEVERITIES),
        Field("expected", "text", "what the rule expects"),
        Field("found", "text", "what stands in the document"),
        Field("message", "text", "explanation in Ukrainian", True),
        Field("cells", "text", "the cells that took part, as row:column"),
        Field("culprit", "text", "the number that is likely wrong, as row:column; none where several may be"),
        Field("proposal", "text", "what that number may have to be; it is never put in its place"),
        Field("reason", "text", "what speaks for the proposal besides the sum", choices=REASONS),
        Field("cause", "text", "whether the document contradicts itself or the reading is doubtful", choices=CAUSES),
        Field("accepted", "text", "why a person says that the document stands as it is printed, who and when"),
    ),
)

STANDING = (DOCUMENTS, TABLES, COLUMNS, CELLS, OBSERVATIONS, FINDINGS)
"""The data sets every run writes; each family adds its own tidy table."""
