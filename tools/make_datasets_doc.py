"""Write `docs/datasets.md`, every data set and column, from `validators.model` and the families.

Run it again when a column changes, for `tests/test_docs.py` fails until then:
`.venv/bin/python tools/make_datasets_doc.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.datasets import all_datasets
from pipeline.family_files import load_families
from validators.model import DECIMAL_DIGITS, DECIMAL_PLACES, Dataset, Field

TARGET = Path(__file__).parent.parent / "docs" / "datasets.md"

INTRODUCTION = f"""\
# Data sets

<!-- Written by tools/make_datasets_doc.py from validators/model.py and pipeline/families/; do not edit by hand. -->

`zvity run` writes each data set twice into the output folder, as `NAME.parquet` and `NAME.csv`, with the same rows in
the same order. Every run writes every data set; one without rows has its columns only. Each table of no known kind is a
CSV of its own besides, `tables/BEGINNING_OF_DOCUMENT_ID-TABLE.csv`: a column for each of its columns, a row for each
row.

- CSV: UTF-8, comma, lines end in CR LF (RFC 4180), one header line, decimal point, ISO 8601 dates, `true` and
  `false`, nothing for a missing value. A number keeps the digits after the point that the document printed: `75,00`
  is `75.00`.
- Parquet: `decimal128({DECIMAL_DIGITS}, {DECIMAL_PLACES})` for decimals, `int64`, `date32`, `bool` and UTF-8 strings.
  What each column holds stands in the metadata of its field, under `about`.
- Money and percentages are exact decimals from the document's text to the file, never binary floats.
- Rows and columns of a table count from 0 over the whole assembled table, its header rows included; tables and pages
  count from 1. `document_id`, `table`, `row` and `column` join `cells`, `observations` and `findings`.
- The data sets describe the inputs of the last run. A report that several files hold, as those in `data/raw`, is there
  once, from its most direct reading: a Word file, else a PDF with text, else a scan. The other files are in `documents`
  with `reading_of`, and were compared with it number by number: `readings` counts the files that agree on a number, a
  difference is a finding of the rule `readings`. Files are readings of one report if they name the same decision and,
  as far as their titles say, the same time, have the same tables and rows, and nine tenths of their sure numbers are
  the same, column by column; the next year's report is none. A table that only a further file has comes from there.

In the tables below, *always* marks columns that have a value in every row, and the *key* columns name a row: no two
rows share all of them. `zvity check` reads the Parquet files again and proves kinds, values, keys and references.
"""

WORDS = """\
## Words used as values

**`status`** of a document. `published`: its rows are in the data sets. `duplicate`: the same bytes as another input
of the run. `refused`: declined by rule. `quarantined`: damaged, or zvity failed on it. Their reasons:
[errors.md](errors.md).

**`role`** of a cell. `header`: of the table. `label`: of a row, a section's heading, or anything else outside the
columns of numbers. `value`: stands in a column of numbers and is a number, a known sign that there is none, or empty.
`note`: a remark or a reason. `rejected`: stands in a column of numbers and cannot be read as one.

**`row_kind`**. `item`: a leaf. `subtotal`: sums other rows of the table. `total`: the whole table or programme.

**`missing`**. `nil`: a dash. `not_applicable`: `х` or `*`. `blank`: an empty cell. `unreadable`: text that is no
number (role `rejected`, and a finding). `not_due`: a dash or blank for the facts of a year that has not come yet.

**`check`**. `verified`: a sum or percentage holds that would break if this number alone were wrong. `contradicted`: a
sum or percentage that this number states does not hold. `unchecked`: neither. None where there is no number. In a
family's table: the weakest check of the row's numbers.

**`measure`**. What the family calls the column: `plan` (of the year), `plan_period` (of the reported part of the year),
`actual`, `percent`, `deviation`, `value`, or its own; a column that no family knows has its headings from the top down,
joined by ` › `. `base` names the measure that a percentage or deviation is of. `part` tells columns of the same measure
apart: a quarter, or one of two plans; it is empty for the whole.

**`fund`**. `general`, `special`, `total` (all of them, or none stated), or the source of money as it is printed.

**`unit`**. `UAH`, `thousand UAH`, `million UAH`, `billion UAH`, `percent`, `count` (persons, pieces), `thousand count`,
`times` (so many times more), or the unit as a column of units prints it; none where the document does not state it
clearly.

**`source`** of a cell. `xml`: a Word file. `text`: the text of a PDF. `ocr`: recognised in a picture; only such a
cell has a `confidence`.

**`rule`** of a finding: [errors.md](errors.md#findings).
"""


def document() -> str:
    """Give the whole page."""
    families = {family.name: family.title for family in load_families()}
    datasets = all_datasets()
    parts = [INTRODUCTION, "\n".join(_contents(dataset) for dataset in datasets) + "\n"]
    parts += [_section(dataset, families.get(dataset.name)) for dataset in datasets]
    return "\n".join([*parts, WORDS])


def _contents(dataset: Dataset) -> str:
    return f"- [`{dataset.name}`](#{dataset.name}): {dataset.about}"


def _section(dataset: Dataset, title: str | None) -> str:
    key = ", ".join(f"`{name}`" for name in dataset.key)
    about = dataset.about[0].upper() + dataset.about[1:]
    lines = [f"## {dataset.name}", "", f"{about}. Key: {key}."]
    if title is not None:
        lines[-1] += f" Table of the family «{title}»."
    lines += ["", "| Column | Kind | Always | What it holds | Values |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(field) for field in dataset.fields]
    return "\n".join([*lines, ""])


def _row(field: Field) -> str:
    always = "always" if field.required else ""
    return f"| `{field.name}` | {field.kind} | {always} | {field.about.replace('|', '&#124;')} | {_values(field)} |"


def _values(field: Field) -> str:
    if field.choices:
        return ", ".join(f"`{choice}`" for choice in field.choices)
    if field.pattern is not None:
        return f"`{field.pattern}`".replace("|", "\\|")
    return f"from {field.minimum}" if field.minimum is not None else ""


def main() -> int:
    """Write the page; return the exit code."""
    TARGET.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
