"""Documents of many layouts with the meaning of every number, in `tests/layouts/`, and ways to vary them.

Each file holds a Word document as a grid of texts (`<` goes on with the cell on the left, `^` with the cell above), and
says for each column and row what a reader of the document would: measure, years, fund, unit, kind of row. `?` is a
column of numbers of no known meaning. Some rebuild reports of councils, the others were written for the tests.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.family_files import load_families
from pipeline.process import Rows
from tests.builders import docx, p, tbl, tc, tr

FOLDER = Path(__file__).parent / "layouts"

Spec = dict[str, Any]
Grid = list[list[str]]

_NO_VALUES = ("header", "section", "note")
_KNOWN = frozenset(
    "plan plan_period actual percent deviation value expected quantity price initial_value depreciation residual_value "
    "consumption wages utilities development development_budget".split()
)


def load(path: Path) -> Spec:
    """Give the layout that a file holds."""
    spec: Spec = json.loads(path.read_text(encoding="utf-8"))
    return spec


def word(spec: Spec) -> bytes:
    """Give the layout as a Word file."""
    body = "".join(_paragraph(text) for text in spec["head"])
    for table in spec["tables"]:
        body += "".join(_paragraph(text) for text in table["above"]) + _table(table["grid"]) + p("")
    return docx(body)


def _paragraph(text: str) -> str:
    return p(_escaped(text).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">'))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _owners(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """Give for each place the place of the cell that covers it."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for r, row in enumerate(grid):
        for c, text in enumerate(row):
            found[r, c] = found[r, c - 1] if text == "<" else found[r - 1, c] if text == "^" else (r, c)
    return found


def _table(grid: Grid) -> str:
    owners = _owners(grid)
    rows = []
    for r, row in enumerate(grid):
        cells, c = [], 0
        while c < len(row):
            owner, span = owners[r, c], 1
            while owners.get((r, c + span)) == owner:
                span += 1
            tall = owner in (owners.get((r - 1, c)), owners.get((r + 1, c)))
            merge = ("<w:vMerge/>" if owner[0] < r else '<w:vMerge w:val="restart"/>') if tall else ""
            text = grid[owner[0]][owner[1]] if owner[0] == r else ""
            text = _escaped(text).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
            cells.append(tc(text, f'<w:gridSpan w:val="{span}"/>{merge}'))
            c += span
        rows.append(tr(*cells))
    return tbl(*rows)


class Mistake(NamedTuple):
    """A number that is not understood as the layout says, or a wrong family.

    Attributes:
        place: the table, and the number's place in its grid where it is about one.
        sentence: what is wrong.
        untrue: whether something is said that is not so, and not only less than is printed.
    """

    place: tuple[int, ...]
    sentence: str
    untrue: bool


def mistakes(spec: Spec, rows: Rows) -> list[str]:
    """Give a sentence for each number that is not understood as the layout says, and each wrong family."""
    return [found.sentence for found in differences(spec, rows)]


def differences(spec: Spec, rows: Rows) -> list[Mistake]:
    """Give each number that is not understood as the layout says, and each wrong family; a number may come twice."""
    found: list[Mistake] = []
    values: dict[int, dict[tuple[int, int], Any]] = defaultdict(dict)
    for o in rows["observations"]:
        values[o["table"]][o["row"], o["column"]] = o
    families = {row["table"]: row["family"] for row in rows["tables"]}
    for number, table in enumerate(spec["tables"], start=1):
        if (family := families.get(number)) != table["family"]:
            found.append(Mistake((number,), f"table {number} is {family}, not {table['family']}", family is not None))
        owners = _owners(table["grid"])
        for place in sorted(set(owners.values())):
            wrong = _wrong(table, place, values[number].get(place))
            found += [Mistake((number, *place), sentence, untrue) for sentence, untrue in wrong]
    errors = [f for f in rows["findings"] if f["severity"] == "error"]
    found += [Mistake((f["table"] or 0,), f"false error: {f['message']}", True) for f in errors]
    return found


def numbers(spec: Spec) -> int:
    """Count the values that a layout has in columns of known measures."""
    return sum(
        1
        for table in spec["tables"]
        for r, c in set(_owners(table["grid"]).values())
        if table["rows"][r]["kind"] not in _NO_VALUES and table["columns"][c].get("measure", "?") != "?"
    )


def _wrong(table: Spec, place: tuple[int, int], o: Any) -> Iterator[tuple[str, bool]]:
    r, c = place
    text, row, column = table["grid"][r][c], table["rows"][r], table["columns"][c]
    where = f"{place} {text!r}"
    if row["kind"] in _NO_VALUES or "measure" not in column:
        if o is not None and (row["kind"] in _NO_VALUES or o["value"] is not None):
            yield f"{where} is {row['kind']}, label {column.get('label')}; taken for {o['measure']}", True
        return
    if column["measure"] == "?":
        if o is not None and table["family"] and o["measure"] in _KNOWN:
            yield f"{where} has no known measure; taken for {o['measure']}", True
        return
    if o is None:
        yield f"{where} is {column['measure']}; no observation", False
        return
    known = o["measure"] in _measures()
    wanted = {**column, **{key: row[key] for key in ("fund", "unit", "period") if key in row}}
    if column.get("unit") == "percent":
        wanted["unit"] = "percent"
    wanted.update(table.get("cells", {}).get(f"{r},{c}", {}), row_kind=row["kind"])
    is_ = {**o, "period": [o["period_start"], o["period_end"]]}
    if "period" in wanted and wanted["period"] is None:
        wanted["period"] = [None, None]
    for key in ("measure", "period", "fund", "unit", "row_kind", "base", "missing"):
        if key not in wanted or (key == "unit" and o["value"] is None) or (key == "missing" and o["value"] is not None):
            continue
        if _same(wanted[key]) != _same(is_[key]):
            says = is_[key] not in (None, [None, None]) or (key == "missing" and is_["value"] is not None)
            yield f"{where}: {key} is {is_[key]!r}, not {wanted[key]!r}", known and says


@cache
def _measures() -> frozenset[str]:
    """Give the measures that families know; others are headings as they are printed."""
    rules = [rule for family in load_families() for rule in family.rules]
    return frozenset(m for rule in rules for m in (rule.measure, rule.within_year, rule.reported) if m)


def _same(value: Any) -> Any:
    return value.casefold().strip(" :;,.") if isinstance(value, str) else value


# The same document otherwise


def _header(table: Spec) -> int:
    return next((i for i, row in enumerate(table["rows"]) if row["kind"] != "header"), len(table["rows"]))


def _numbers(row: list[str]) -> bool:
    return len(row) > 2 and all(re.fullmatch(r"\(?\d{1,2}[.)]?\s*(?:[=(:].*)?|[АБВГ<^]|", text.strip()) for text in row)


def without_column_numbers(spec: Spec) -> Spec | None:
    """Give the layout without its rows of column numbers; `None` where it has none."""
    made, changed = deepcopy(spec), False
    for table in made["tables"]:
        last = _header(table) - 1
        if (
            last > 0
            and _numbers(table["grid"][last])
            and not any("^" in row for row in table["grid"][last + 1 : last + 2])
        ):
            del table["grid"][last], table["rows"][last]
            table["cells"] = _shifted(table, last, -1)
            changed = True
    return made if changed else None


def with_column_numbers(spec: Spec) -> Spec | None:
    """Give the layout with a row of column numbers below each header; `None` where all have one."""
    made, changed = deepcopy(spec), False
    for table in made["tables"]:
        at, width = _header(table), len(table["columns"])
        if at and width > 2 and not _numbers(table["grid"][at - 1]):
            table["grid"].insert(at, [str(n) for n in range(1, width + 1)])
            table["rows"].insert(at, {"kind": "header"})
            table["cells"] = _shifted(table, at, 1)
            changed = True
    return made if changed else None


def _shifted(table: Spec, at: int, by: int) -> dict[str, Any]:
    found = {}
    for place, what in table.get("cells", {}).items():
        row, column = map(int, place.split(","))
        found[f"{row + by if row >= at else row},{column}"] = what
    return found


def unmerged(spec: Spec) -> Spec | None:
    """Give the layout with empty cells where its headings are merged, as clerks type them; `None` where none are."""
    made, changed = deepcopy(spec), False
    for table in made["tables"]:
        for row in table["grid"][: _header(table)]:
            changed = changed or "<" in row or "^" in row
            row[:] = ["" if text in ("<", "^") else text for text in row]
    return made if changed else None


def columns_turned(spec: Spec) -> Spec | None:
    """Give the layout with its columns of numbers in the opposite order, group by group of merged headings.

    `None` where headings, rows or formulas do not allow it.
    """
    made = deepcopy(spec)
    for table in made["tables"]:
        grid, columns = table["grid"], table["columns"]
        first = next((i for i, c in enumerate(columns) if "measure" in c), len(columns))
        last = max((i for i, c in enumerate(columns) if "measure" in c), default=-1) + 1
        if last - first < 2 or any("label" in c for c in columns[first:last]):
            return None
        header = _header(table)
        groups, start = [], first
        for c in range(first + 1, last + 1):
            if c == last or all(row[c] != "<" for row in grid[:header]):
                groups.append(range(start, c))
                start = c
        body = [row[first:last] for row in grid[header:]]
        if len(groups) < 2 or any("<" in row or "^" in row for row in body) or (header and _numbers(grid[header - 1])):
            return None
        if any("т.ч" in t or "тому числі" in t or "з них" in t or not t for row in grid[:header] for t in row):
            return None
        order = [*range(first), *(c for group in reversed(groups) for c in group), *range(last, len(columns))]
        table["grid"] = [[row[c] for c in order] for row in grid]
        table["columns"] = [columns[c] for c in order]
        place = {c: i for i, c in enumerate(order)}
        cells = ((key.split(","), what) for key, what in table.get("cells", {}).items())
        table["cells"] = {f"{row},{place[int(c)]}": what for (row, c), what in cells}
    return made


VARIATIONS = (without_column_numbers, with_column_numbers, unmerged, columns_turned)
